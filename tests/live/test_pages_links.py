"""A crawl over the whole sample site: every link of every page leads to a page in one step, every fragment
to an element, and no two pages for search engines have the same title or description.  Of the comparisons
some are read and all are asked for."""
import collections
import http.client
import zlib

import pytest

from lib.page import parse

READ_ONE_IN = 20


class Crawl:
    def __init__(self, site):
        self.url = site.url
        self.connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
        self.seen, self.wrong, self.fragments, self.ids = {"/": None}, [], [], {}
        self.titles, self.descriptions = collections.defaultdict(list), collections.defaultdict(list)
        waiting = collections.deque(["/"])
        while waiting:
            path = waiting.popleft()
            for link in self.visit(path):
                if link not in self.seen:
                    self.seen[link] = path
                    waiting.append(link)

    def ask(self, method, path):
        self.connection.request(method, path)
        answer = self.connection.getresponse()
        return answer, answer.read()

    def visit(self, path):
        pair = path.startswith("/compare/") and zlib.crc32(path.encode()) % READ_ONE_IN
        answer, body = self.ask("HEAD" if pair else "GET", path)
        if answer.status != 200:
            self.wrong.append((answer.status, path, self.seen[path]))
        if answer.status != 200 or not body or not answer.headers["Content-Type"].startswith("text/html"):
            return
        page = parse(body.decode())
        self.ids[path] = {n["id"] for n in page.all() if n["id"]}
        if not list(page.all("meta", {"name": "robots"})):
            canonical = page.one("link", {"rel": "canonical"})["href"]
            self.titles[page.one("title").text].append(canonical)
            self.descriptions[page.one("meta", {"name": "description"})["content"]].append(canonical)
        for node in page.all():
            target = (node["href"] or "") if node.name in ("a", "link") else ""
            target, _, fragment = target.removeprefix(self.url).partition("#")
            if fragment and (not target or target.startswith("/")):
                self.fragments.append((path, target or path, fragment))
            if target.startswith("/"):
                yield target


@pytest.fixture(scope="module")
def crawl(sample_site):
    return Crawl(sample_site)


def test_no_link_is_dead_or_takes_a_detour(crawl):
    assert len(crawl.seen) > 1000
    assert crawl.wrong == []


def test_every_fragment_names_an_element(crawl):
    assert crawl.fragments
    assert [f for f in crawl.fragments if f[1] in crawl.ids and f[2] not in crawl.ids[f[1]]] == []


@pytest.mark.parametrize("what", ["titles", "descriptions"])
def test_pages_for_search_engines_differ(crawl, what):
    shared = {text: sorted(set(pages)) for text, pages in getattr(crawl, what).items() if len(set(pages)) > 1}
    assert shared == {}


def test_every_kind_of_page_was_met(crawl):
    for beginning in ("/products/", "/alternatives/", "/faq/", "/sectors/", "/themes/", "/compare/", "/leaderboard",
                      "/about", "/methodology", "/feed.atom", "/static/", "/opensearch.xml"):
        assert any(p.startswith(beginning) for p in crawl.seen), beginning

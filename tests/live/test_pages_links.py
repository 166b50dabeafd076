"""A crawl over the whole sample site, in every form of every page, feeds, sitemaps and machine files with
it: every link leads to an answer in one step, every fragment to an element, and no two pages for search
engines have the same title or description.  Of the comparisons, which lead to ever more of them, some are
read and all that these lead to are asked for; so with pictures, which take long to draw."""
import collections
import http.client
import json
import re
import zlib

import pytest
from lxml import etree
from lxml import html as lxml_html

from lib.servers import wait_until

READ_ONE_IN = 20
BEGINNINGS = ["/", "/robots.txt", "/llms.txt", "/.well-known/security.txt"]
HOLDERS = {"href": "a link area", "src": "img", "action": "form"}


def from_page(page):
    for attribute, names in HOLDERS.items():
        for name in names.split():
            yield from page.xpath(f"//{name}/@{attribute}")
    yield from page.xpath("//meta[starts-with(@property, 'og:')]/@content")


def from_json(value):
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(part, (dict, list)):
            yield from from_json(part)
        elif isinstance(part, str) and (isinstance(key, str) and key.endswith(("href", "url", "next", "prev")) or part.startswith("http")):
            yield part


def links_of(kind, body):
    """All that an answer of this type leads to, as it is written there."""
    if kind == "application/json":
        return from_json(json.loads(body))
    if kind.endswith("xml"):
        root = etree.fromstring(body)
        inside = [a for e in root.iter("{*}content") for a in lxml_html.fragment_fromstring(e.text, create_parent=True).xpath("//@href")]
        return [*root.xpath("//@href | //@template"), *inside, *(e.text for e in root.iter("{*}loc", "{*}icon", "{*}Image"))]
    if kind == "text/markdown":
        return re.findall(r"\]\(<?([^)>\s]+)>?\)", body.decode())
    if kind == "text/calendar":
        return re.findall(r"^(?:URL|SOURCE;VALUE=URI):(.*)\r$", body.replace(b"\r\n ", b"").decode(), re.M)
    return re.findall(r"https?://[^\s)>]+", body.decode())


def read(path):
    """A comparison is read in all of its forms or in none."""
    return not path.startswith(("/compare/", "/feeds/", "/og/")) or zlib.crc32(path.partition(".")[0].encode()) % READ_ONE_IN == 0


def page_of(path):
    """The page whose sections a twin's fragment names."""
    return re.sub(r"\.(md|json)(?=\?|$)", "", path)


class Crawl:
    def __init__(self, site):
        self.base = getattr(site, "base", "")  # the path of the site
        self.url = site.url + self.base
        self.connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
        self.seen, self.wrong, self.fragments, self.ids = dict.fromkeys(BEGINNINGS), [], [], {}
        self.kinds = collections.Counter()
        self.titles, self.descriptions = collections.defaultdict(list), collections.defaultdict(list)
        waiting = collections.deque(BEGINNINGS)
        while waiting:
            path = waiting.popleft()
            for link in self.visit(path):
                if link not in self.seen:
                    self.seen[link] = path
                    waiting.append(link)
        for path in {page_of(target) for _, target, _ in self.fragments} - set(self.ids):
            self.read_page(path, lxml_html.document_fromstring(self.ask("GET", path)[1].decode()))

    def ask(self, method, path):
        self.connection.request(method, self.base + path)
        answer = self.connection.getresponse()
        return answer, answer.read()

    def visit(self, path):
        answer, body = self.ask("GET" if read(path) else "HEAD", path)
        kind = answer.headers["Content-Type"].partition(";")[0]
        self.kinds[kind] += 1
        if answer.status != 200:
            self.wrong.append((answer.status, path, self.seen[path]))
        if answer.status != 200 or not body:
            return
        links = re.findall("<([^>]*)>", answer.headers.get("Link", ""))
        if kind == "text/html":
            links += self.read_page(path, lxml_html.document_fromstring(body.decode()))
        elif kind.startswith(("text/", "application/")) and kind != "text/css":
            links += links_of(kind, body)
        for link in links:
            if link.startswith("/") and not link.startswith(self.base + "/"):
                self.wrong.append(("beside the path", path, link))
            target, _, fragment = link.removeprefix(self.url).partition("#")
            target = target.removeprefix(self.base)
            if fragment and not target.startswith("/static/") and (not target or target.startswith("/")):  # of a picture: its size
                self.fragments.append((path, target or path, fragment))
            if target.startswith("/") and "{" not in target and (read(target) or not target.startswith("/og/")):
                yield target

    def read_page(self, path, page):
        self.ids[path] = set(page.xpath("//@id"))
        if not page.xpath("//meta[@name = 'robots']"):
            canonical = page.xpath("string(//link[@rel = 'canonical']/@href)")
            self.titles[page.xpath("string(//title)")].append(canonical)
            self.descriptions[page.xpath("string(//meta[@name = 'description']/@content)")].append(canonical)
        return list(from_page(page))


@pytest.fixture(scope="module")
def crawl(sample_site):
    return Crawl(sample_site)


def test_no_link_is_dead_or_takes_a_detour(crawl):
    assert len(crawl.seen) > 3000
    assert crawl.wrong == []


def test_every_fragment_names_an_element(crawl):
    assert len(crawl.fragments) > 4000
    assert [f for f in crawl.fragments if f[2] not in crawl.ids[page_of(f[1])]] == []


@pytest.mark.parametrize("what", ["titles", "descriptions"])
def test_pages_for_search_engines_differ(crawl, what):
    shared = {text: sorted(set(pages)) for text, pages in getattr(crawl, what).items() if len(set(pages)) > 1}
    assert shared == {}


def test_every_kind_of_page_was_met(crawl):
    for beginning in ("/products/", "/alternatives/", "/faq/", "/sectors/", "/themes/", "/compare/", "/leaderboard",
                      "/about", "/methodology", "/feed.atom", "/static/", "/opensearch.xml", "/sitemaps/", "/og/", "/search",
                      "/api/openapi.json", "/index.json", "/index.md"):
        assert any(p.startswith(beginning) for p in crawl.seen), beginning
    assert {"text/html", "application/json", "text/markdown", "application/atom+xml", "application/xml", "image/png",
            "image/svg+xml", "text/css", "text/plain", "application/opensearchdescription+xml"} <= set(crawl.kinds)


# Lighthouse's list of link texts that say nothing out of context, in English.
GENERIC = ["click here", "click this", "go", "here", "information", "learn more", "more", "more info", "more information", "right here",
           "read more", "see more", "start", "this", "link"]
NAMED = ["/", "/compare", "/products/kafka", "/products/kafka/history", "/products/kafka/history/2026-03-20", "/alternatives/kafka",
         "/alternatives/nats", "/alternatives/minio", "/products/minio", "/compare/kafka-vs-nats", "/compare/kafka-vs-minio-vs-nats",
         "/sectors", "/sectors/message-queues-streaming", "/themes", "/themes/streaming", "/leaderboard", "/products", "/predictions",
         "/search?q=a", "/search?q=streaming", "/search?q=queues", "/faq/kafka", "/faq/kafka-vs-nats", "/methodology", "/feeds"]


def texts_of_links(page):
    return [" ".join(a.text_content().split()).lower() for a in lxml_html.document_fromstring(page).iter("a")]


def test_no_link_of_the_sample_is_a_generic_word(sample_site):
    for path in ("/products/go/history", "/alternatives/rust", "/products/hugo", "/compare/go-vs-hugo", "/search?q=go", "/themes/go",
                 "/themes/markdown"):
        assert not set(GENERIC) & set(texts_of_links(sample_site.get(path).text)), path


@pytest.mark.parametrize("word", ["Go", "HERE", "More information", "Read more", "start"])
def test_a_name_that_is_a_generic_word_is_not_all_of_a_link(own_site, word):
    """All products and sectors are called so, and a theme has it as its slug."""
    sql, slug = own_site.database.sql, word.lower().replace(" ", "-")
    sql("UPDATE product SET name = %s", word)
    sql("UPDATE sector SET name = %s", word)
    sql("DELETE FROM product_theme WHERE theme_id = (SELECT id FROM theme WHERE slug = %s)", slug)
    sql("DELETE FROM theme WHERE slug = %s", slug)
    sql("UPDATE theme SET slug = %s WHERE slug = 'publish-subscribe'", slug)
    wait_until(lambda: own_site.get("/products/nats.json").json["product"]["themes"][1]["slug"] == slug, 20)
    wait_until(lambda: own_site.get("/sectors/devops.json").json["title"] == word, 20)
    seen = 0
    for path in NAMED + [f"/themes/{slug}", f"/search?q={slug}"]:
        answer = own_site.get(path)
        if answer.status != 200:
            continue
        seen += 1
        assert not set(GENERIC) & set(texts_of_links(answer.text)), path
    assert seen > 20

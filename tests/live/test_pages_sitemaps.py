"""What crawlers are told: sitemaps, feeds and pictures agree with the pages that readers see."""
import http.client
import re
from collections import deque

import pytest

from lib import schemas
from lib.page import parse
from lib.servers import wait_until

PAIRS_READ_ONE_IN = 25


class Reader:
    """One connection for thousands of requests."""

    def __init__(self, site):
        self.url = site.url
        self.connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)

    def ask(self, method, path):
        assert path.startswith("/"), path
        self.connection.request(method, path)
        answer = self.connection.getresponse()
        return answer.status, answer.read(), answer.headers

    def get(self, path):
        status, body, _ = self.ask("GET", path)
        assert status == 200, (status, path)
        return body

    def local(self, url):
        assert url.startswith(self.url + "/"), url
        return url.removeprefix(self.url)


@pytest.fixture(scope="module")
def reader(sample_site):
    return Reader(sample_site)


def locations(reader, path):
    return [reader.local(address) for address, _ in schemas.sitemap(reader.get(path))]


@pytest.fixture(scope="module")
def listed(reader):
    """Every address that the sitemaps name, in order."""
    return [url for part in locations(reader, "/sitemap.xml") for url in locations(reader, part)]


@pytest.fixture(scope="module")
def met(reader):
    """Every page that links lead to, but for comparisons, and whether it is for search engines
    (None: it is none, or says that another is)."""
    found, waiting = {}, deque(["/"])
    while waiting:
        path = waiting.popleft()
        if path in found or path.startswith(("/compare/", "/faq/", "/static/")) and "-vs-" in path:
            continue
        status, body, headers = reader.ask("GET", path)
        assert status == 200, (status, path)
        found[path] = None
        if not headers["Content-Type"].startswith("text/html"):
            continue
        page = parse(body.decode())
        if page.one("link", {"rel": "canonical"})["href"] == reader.url + path:
            found[path] = not list(page.all("meta", {"name": "robots"}))
        waiting += [a["href"].partition("#")[0] for a in page.all("a") if (a["href"] or "").startswith("/")]
    return found


def robots(body):
    return re.search(rb'<meta name="robots" content="([^"]*)"', body)


def test_every_listed_address_is_a_page_for_search_engines(reader, listed):
    assert len(listed) == len(set(listed)) > 500
    pairs = 0
    for path in listed:
        pairs += path.startswith("/compare/")
        if path.startswith("/compare/") and pairs % PAIRS_READ_ONE_IN:
            assert reader.ask("HEAD", path)[0] == 200, path
            continue
        body = reader.get(path)
        assert not robots(body), path
        assert f'<link rel="canonical" href="{reader.url}{path}">'.encode() in body, path


def test_every_page_for_search_engines_is_listed_and_no_other(met, listed):
    listed = set(listed)
    assert len(met) > 300
    assert [p for p, indexable in met.items() if indexable and p not in listed] == []
    assert [p for p, indexable in met.items() if indexable is False and p in listed] == []


@pytest.mark.parametrize("path", ["/compare/caddy-vs-jquery", "/compare/kafka-vs-nats-vs-redis", "/search", "/search?q=kafka",
                                  "/leaderboard?page=2", "/products/nodejs?page=2"])
def test_what_is_not_for_search_engines_is_not_listed(reader, listed, path):
    assert robots(reader.get(path))[1] == b"noindex"
    assert path not in listed


def test_every_entry_of_a_feed_leads_to_a_page(reader):
    asked = set()
    for feed in ("/feed.atom", "/products/kafka.atom", "/compare/kafka-vs-kubernetes.atom", "/sectors/devops.atom"):
        root = schemas.atom(reader.get(feed))
        entries = root.findall(schemas.ATOM + "entry")
        assert entries, feed
        for link in root.iter(schemas.ATOM + "link"):
            if link.get("href").startswith(reader.url):
                asked.add(reader.local(link.get("href")).partition("#")[0])
        for text in root.iter(schemas.ATOM + "content"):
            asked |= {reader.local(u).partition("#")[0] for u in re.findall(r'href="([^"]*)"', text.text or "")
                      if u.startswith(reader.url)}
    assert len(asked) > 4
    for path in sorted(asked):
        assert reader.ask("GET", path)[0] == 200, path


def test_robots_txt_names_the_sitemap_and_forbids_no_listed_page(reader, listed):
    lines = reader.get("/robots.txt").decode().splitlines()
    assert f"Sitemap: {reader.url}/sitemap.xml" in lines
    forbidden = [line.split(":", 1)[1].strip() for line in lines if line.lower().startswith("disallow:")]
    assert [p for p in listed for f in forbidden if f and p.startswith(f)] == []
    assert not [f for f in forbidden if "/search-tips".startswith(f)], "an editors' page may have such a name"


@pytest.mark.parametrize("changed, shown", [("1965-03-01 00:00:00", None), ("2999-01-01 00:00:00", None),
                                            ("2026-05-06 07:08:09", "2026-05-06T07:08:09Z")])
def test_a_time_that_cannot_be_that_of_a_change_is_no_lastmod(module_site, changed, shown):
    """Rows of other systems hold any time.  The other products keep theirs, also in the index."""
    site, slug = module_site, "odd-" + changed[:4]

    def lastmods():
        return dict(schemas.sitemap(site.get("/sitemaps/products-1.xml").body))

    before = dict(schemas.sitemap(site.get("/sitemap.xml").body))
    site.sql("INSERT INTO product (slug, name, status, created_at, updated_at) VALUES (%s, %s, 'published', %s, %s)",
             slug, slug, changed, changed)
    wait_until(lambda: site.get(f"/products/{slug}").status == 200, 10)
    assert lastmods()[f"{site.url}/products/{slug}"] == shown
    assert lastmods()[f"{site.url}/products/kafka"]
    assert dict(schemas.sitemap(site.get("/sitemap.xml").body)) == before

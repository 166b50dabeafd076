"""A site at its beginning: no product, then one.  And what stands at the foot of every page."""
import re

import pytest

from lib.page import parse
from lib.servers import wait_until

PATHS = ["/", "/compare", "/leaderboard", "/products", "/sectors", "/themes", "/faq", "/methodology", "/search?q=redis"]


def words(site):
    return {path: parse(site.get(path).text).one("main").text for path in PATHS}


def urls(site, path):
    return re.findall(r"<loc>([^<]*)</loc>", site.get(path).text)


def test_a_site_with_no_product_and_then_with_one(make_site):
    site = make_site(data="schema")
    said = words(site)
    assert "none is published here yet" in said["/"] and "No product is published here yet." in said["/leaderboard"]
    assert not [path for path in PATHS if re.search(r"\b0 products|move fastest|Led by", said[path])]
    parts = urls(site, "/sitemap.xml")
    assert parts and all(urls(site, part.removeprefix(site.url)) for part in parts)

    for statement in ("INSERT INTO sector (id, slug, name) VALUES (1, 'caches', 'Caches')",
                      "INSERT INTO product (id, slug, name, status) VALUES (1, 'redis', 'Redis', 'published')",
                      "INSERT INTO product_sector (product_id, sector_id) VALUES (1, 1)",
                      "INSERT INTO theme (id, slug, name) VALUES (1, 'memory', 'Memory')",
                      "INSERT INTO product_theme (product_id, theme_id) VALUES (1, 1)"):
        site.sql(statement)
    wait_until(lambda: site.get("/themes/memory").status == 200 and "Redis" in site.get("/themes/memory").text, 5)
    said = words(site)
    assert "1 product side by side" in said["/"] and "1 product for" in said["/search?q=redis"]
    assert "The only theme so far" in said["/themes"]
    assert not [path for path in PATHS if re.search(r"\b1 products|Led by|fastest of", said[path])]
    assert ">A to Z<" not in site.get("/themes").text
    assert "Counts as of" in site.get("/index.md").text and "fastest of" not in site.get("/index.md").text
    parts = urls(site, "/sitemap.xml")
    assert len(parts) == 2 and all(urls(site, part.removeprefix(site.url)) for part in parts)


@pytest.mark.parametrize("path", [*PATHS, "/compare/kafka-vs-kubernetes", "/products/kafka", "/alternatives/kafka",
                                  "/sectors/devops", "/themes/streaming", "/faq/kafka", "/faq/kafka-vs-kubernetes",
                                  "/about", "/nothing", "/products/example-archived"])
def test_the_foot_of_every_page(sample_site, path):
    foot = parse(sample_site.get(path).text).one("footer")
    links = [a["href"] for a in foot.all("a")]
    assert "/methodology" in links and "mailto:errors@example.org" in links
    feeds = [a for a in links if a.endswith(".atom")]
    assert feeds and all(sample_site.get(feed).status == 200 for feed in feeds)
    assert foot.one("time")["datetime"] == "2026-08-22T12:00:00Z"

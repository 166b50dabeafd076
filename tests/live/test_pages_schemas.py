"""Every feed and sitemap is valid, however little or much there is to tell; and the schemas can say no."""
import re

import pytest
from lxml import etree

from lib import schemas
from lib.servers import wait_until

TIMES = "('2026-08-01' - INTERVAL n MINUTE)"


def feed(site, path):
    answer = site.get(path)
    assert answer.status == 200, path
    return schemas.atom(answer.body)


def parts(site):
    """Every part of the sitemap: address -> its addresses."""
    found = {}
    for part, _ in schemas.sitemap(site.get("/sitemap.xml").body):
        answer = site.get(part.removeprefix(site.url))
        assert answer.status == 200, part
        found[part.removeprefix(site.url)] = [address.removeprefix(site.url) for address, _ in schemas.sitemap(answer.body)]
    listed = [address for part in found.values() for address in part]
    assert len(set(listed)) == len(listed), "each address stands in one sitemap only"
    return found


def test_each_product_and_sector_of_the_sample_site_has_a_valid_feed(sample_site):
    pages = [address for part in parts(sample_site).values() for address in part]
    having = [p for p in pages if re.fullmatch("/(products|sectors)/[^/]+", p)]
    assert len(having) > 100
    for page in having:
        feed(sample_site, page + ".atom")


# ---- the schemas can say no

WRONG_FEEDS = [
    ("<id>.*?</id>", ""), ("(<id>.*?</id>)", r"\1\1"), ("<title>.*?</title>", ""), ("<title>.*?</title>", "<title/>"),
    ("<updated>.*?</updated>", ""), ("<author>.*?</author>", ""), ("(<author>)<name>.*?</name>", r"\1"),
    ('<link rel="self".*?/>', ""), ('(<link rel="self".*?/>)', r"\1\1"), ('<link rel="alternate" type.*?/>', ""),
    ('<link rel="alternate" href.*?/>', ""), ('(<link rel="alternate" href.*?/>)', r"\1\1"),
    ('<link rel="alternate" href', '<link rel="via" href'), ('href="https?://', 'href="javascript:'),
    ('href="https?://', 'href="/'), ("(<updated>[^T]+)T([^Z]+)Z", r"\1 \2Z"), ("(<updated>[^Z]+)Z", r"\1"),
    (r"<updated>(\d+)-\d\d", r"<updated>\1-13"), ("<published>20", "<published>29"), ("<id>tag:", "<id>http://"),
    ("<id>(tag:[^,]*),2026-01-01", r"<id>\1,2026-1-1"), ('<content type="html"', '<content type="xhtml"'),
    ("<entry>", "<entry><x xmlns=''/>"), ("<feed xmlns=[^ ]+", "<feed"), ("</feed>", "<updated>2026-08-22T00:00:00Z</updated></feed>"),
    ('<category term="[^"]*"', "<category"), (' xml:lang="en"', ""), (r"activity/(\d+)(.*)activity/\d+", r"activity/\1\2activity/\1"),
]


@pytest.mark.parametrize("pattern, other", WRONG_FEEDS)
def test_a_wrong_feed_is_refused(sample_site, pattern, other):
    text = sample_site.get("/products/kafka.atom").text
    wrong = re.sub(pattern, other, text, count=1, flags=re.S)
    assert wrong != text
    with pytest.raises((etree.DocumentInvalid, AssertionError)):
        schemas.atom(wrong.encode())


@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemaps/products-1.xml"])
@pytest.mark.parametrize("pattern, other", [
    ("<(url|sitemap)>.*</(url|sitemap)>", ""), ("<loc>.*?</loc>", ""), ("(<loc>.*?</loc>)", r"\1\1"), ("<loc>http:", "<loc>ftp:"),
    ("<loc>http://[^/]*", "<loc>"), ("<loc>[^<]*", lambda m: m[0] + "x" * 2048), (r"(<loc>.*)(</\w+>\s*</\w+>\s*)$", r"\1<changefreq>now</changefreq>\2"),
    ("(<lastmod>.*?)Z", r"\1"), ("<lastmod>.{10}", "<lastmod>2026-02-30"), ("(<lastmod>.*?</lastmod>)", r"\1\1"),
    ("<loc>.*?</loc>", "<loc>http://example.org/</loc>"), ("sitemaps.org", "example.org"), (r"(<\w+>)(<loc>.*?</loc>)(<lastmod>.*?</lastmod>)", r"\1\3\2"),
])
def test_a_wrong_sitemap_is_refused(sample_site, path, pattern, other):
    text = sample_site.get(path).text
    many = 0 if "example.org/<" in str(other) else 1
    wrong = re.sub(pattern, other, text, count=many, flags=re.S if "$" in pattern or "*</(" in pattern else 0)
    assert wrong != text
    with pytest.raises(etree.DocumentInvalid):
        schemas.sitemap(wrong.encode())


# ---- little and much

def test_a_site_that_begins(make_site):
    """Nothing at all, then one row after another."""
    site = make_site(data="schema")
    assert feed(site, "/feed.atom").find(schemas.ATOM + "entry") is None
    assert list(parts(site)) == ["/sitemaps/pages-1.xml"]
    assert site.get("/sitemaps/pairs-1.xml").status == site.get("/sitemaps/products-1.xml").status == 404
    site.sql("INSERT INTO sector (slug, name) VALUES ('tools', 'Tools')")
    site.sql("INSERT INTO product (slug, name, status) VALUES ('one', 'One', 'published')")
    assert wait_until(lambda: site.get("/products/one").status == 200 and site.get("/sectors/tools").status == 200)
    for path in ("/feed.atom", "/products/one.atom", "/sectors/tools.atom"):
        assert feed(site, path).find(schemas.ATOM + "entry") is None
    assert [*parts(site)] == ["/sitemaps/pages-1.xml", "/sitemaps/products-1.xml"]
    site.sql("INSERT INTO product (slug, name, status) VALUES ('two', 'Two', 'published')")
    site.sql("INSERT INTO product_sector (product_id, sector_id) SELECT p.id, s.id FROM product p, sector s")
    assert wait_until(lambda: site.get("/sitemaps/pairs-1.xml").status == 200)
    assert parts(site)["/sitemaps/pairs-1.xml"] == ["/compare/one-vs-two"]
    assert feed(site, "/compare/one-vs-two.atom").find(schemas.ATOM + "entry") is None


def test_a_site_with_more_than_fits(make_site):
    """More moves than a feed takes, more products than a part of the sitemap."""
    site = make_site(data="schema", config={"deadline": 20000, "mysql_timeout": 10000})  # the first pages of so many rows
    site.sql("INSERT INTO sector (slug, name) VALUES ('tools', 'Tools')")
    site.sql("INSERT INTO product (slug, name, status) SELECT CONCAT('p', 100000 + n), CONCAT('Product ', n, REPEAT('ä', 60)),"
             " 'published' FROM (SELECT seq n FROM seq_0_to_15000) s")
    site.sql("INSERT INTO theme (slug, name) VALUES ('made', 'Made')")
    for term in ("sector", "theme"):
        site.sql(f"INSERT INTO product_{term} (product_id, {term}_id) SELECT p.id, t.id FROM product p, {term} t WHERE p.slug < 'p101500'")
    site.sql("INSERT INTO activity (product_id, kind, class, title, url, occurred_at) SELECT p.id, 'post', 'spark',"
             f" REPEAT('& ', 120), CONCAT('https://example.org/', REPEAT('x', 400), n), {TIMES}"
             " FROM (SELECT seq n FROM seq_1_to_3000) s JOIN product p ON p.slug = CONCAT('p', 100000 + n % 2 * (n % 99))")
    assert wait_until(lambda: site.get("/sitemaps/products-2.xml").status == 200 and site.get("/products/p100000").status == 200, 60)
    for path in ("/feed.atom", "/sectors/tools.atom", "/products/p100000.atom", "/compare/p100000-vs-p100001-vs-p100002-vs-p100003.atom"):
        assert wait_until(lambda: len(feed(site, path).findall(schemas.ATOM + "entry")) == 50, 30), path
    sizes = {part: len(addresses) for part, addresses in parts(site).items()}
    assert sizes["/sitemaps/products-1.xml"] == 45_000 and sizes["/sitemaps/products-2.xml"] == 3
    assert [p for p in sizes if "pairs" in p] == ["/sitemaps/pairs-1.xml", "/sitemaps/pairs-2.xml"], "the others have no pair"

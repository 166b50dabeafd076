"""Atom feeds: as the schema says, complete, with ids that come from rows."""
import re

import pytest

from lib import schemas
from lib.servers import diptych, wait_until

A = schemas.ATOM
DUE = "a.status = 'published' AND a.occurred_at <= '2026-08-22 12:00' AND p.status = 'published'"
TAG = r"tag:127\.0\.0\.1,\d{4}-\d\d-\d\d:"


def feed(site, path):
    answer = site.get(path)
    assert answer.status == 200 and answer["Content-Type"].startswith("application/atom+xml")
    assert answer["Access-Control-Allow-Origin"] == "*"
    return schemas.atom(answer.body)


def entries(root):
    return [(e.findtext(A + "id"), e.findtext(A + "updated")) for e in root.iter(A + "entry")]


def rows(site, where="TRUE", *values):
    return [(r[0], r[1].strftime("%Y-%m-%dT%H:%M:%SZ")) for r in site.database.sql(
        f"SELECT a.id, a.occurred_at FROM activity a JOIN product p ON p.id = a.product_id WHERE {DUE} AND {where}"
        " ORDER BY a.occurred_at DESC, p.slug, a.id LIMIT 50", *values)]


IN_DEVOPS = ("p.id IN (SELECT product_id FROM product_sector l JOIN sector s ON s.id = l.sector_id"
             " WHERE s.slug = 'devops')")


@pytest.mark.parametrize("path, where, page", [
    ("/feed.atom", "TRUE", "/"),
    ("/products/kafka.atom", "p.slug = 'kafka'", "/products/kafka"),
    ("/products/wordpress.atom", "p.slug = 'wordpress'", "/products/wordpress"),
    ("/compare/kafka-vs-kubernetes.atom", "p.slug IN ('kafka', 'kubernetes')", "/compare/kafka-vs-kubernetes"),
    ("/compare/kafka-vs-nats-vs-nginx-vs-redis.atom", "p.slug IN ('kafka', 'nats', 'nginx', 'redis')",
     "/compare/kafka-vs-nats-vs-nginx-vs-redis"),
    ("/sectors/devops.atom", IN_DEVOPS, "/sectors/devops"),
])
def test_a_feed_holds_the_newest_fifty_of_its_rows(sample_site, path, where, page):
    root = feed(sample_site, path)
    expected = rows(sample_site, where)
    got = entries(root)
    assert [(re.sub(f"^{TAG}activity/", "", i), t) for i, t in got] == [(str(i), t) for i, t in expected]
    assert root.findtext(A + "updated") == max(t for _, t in expected)
    links = {l.get("rel"): l.get("href") for l in root.findall(A + "link")}
    assert links == {"self": sample_site.url + path, "alternate": sample_site.url + page}
    assert re.fullmatch(TAG + r"feed/[a-z]+(/[\d-]+)?", root.findtext(A + "id"))
    assert root.findtext(A + "title") and root.find(A + "author").findtext(A + "name") == "Sidelight"
    for e in root.iter(A + "entry"):
        assert e.findtext(A + "title") and e.find(A + "content").get("type") == "html"
        assert e.find(A + "link").get("href").startswith(("https://", "http://"))
    listed = re.findall(r'<link rel="alternate" type="application/atom\+xml"[^>]*href="([^"]*)"', sample_site.get(page).text)
    assert path in listed


def test_ids_outlive_renames_and_text_is_escaped(own_site):
    sql = own_site.database.sql
    before = feed(own_site, "/products/kafka.atom")
    sql("UPDATE product SET slug = 'kafka-two', name = 'Kafka <Two> & more' WHERE slug = 'kafka'")
    sql("UPDATE activity SET title = 'A <b>&amp;</b> ]]> title' WHERE product_id ="
        " (SELECT id FROM product WHERE slug = 'kafka-two') ORDER BY occurred_at LIMIT 1")
    wait_until(lambda: own_site.get("/products/kafka-two.atom").status == 200, 5)
    assert own_site.get("/products/kafka.atom").status == 308
    wait_until(lambda: b"]]&gt; title" in own_site.get("/products/kafka-two.atom").body, 5)
    after = feed(own_site, "/products/kafka-two.atom")
    assert entries(after) == entries(before)
    assert after.findtext(A + "id") == before.findtext(A + "id")
    assert after.findtext(A + "title") == "Kafka <Two> & more: ship moves"
    last = list(after.iter(A + "entry"))[-1]
    assert last.findtext(A + "title") == "A <b>&amp;</b> ]]> title"
    content = last.findtext(A + "content")
    assert "A &lt;b&gt;&amp;amp;&lt;/b&gt; ]]&gt; title" in content and "Kafka &lt;Two&gt; &amp; more" in content


def test_a_new_move_is_in_every_feed_it_belongs_to(own_site):
    own_site.database.sql(
        "INSERT INTO activity (product_id, kind, class, title, url, occurred_at) SELECT id, 'release', 'spark',"
        " 'Kafka 9', 'javascript:alert(1)', '2026-08-22 11:59:59' FROM product WHERE slug = 'kafka'")
    for path in ("/products/kafka.atom", "/feed.atom", "/sectors/devops.atom", "/compare/kafka-vs-nginx.atom"):
        wait_until(lambda: entries(feed(own_site, path))[0][1] == "2026-08-22T11:59:59Z", 5)
        root = feed(own_site, path)
        first = next(root.iter(A + "entry"))
        assert first.find(A + "link").get("href") == own_site.url + "/products/kafka"
        assert [c.get("term") for c in first.findall(A + "category")] == ["release", "spark"]
        assert root.findtext(A + "updated") == "2026-08-22T11:59:59Z"


def test_a_feed_without_moves_is_still_a_feed(own_site):
    own_site.database.sql("INSERT INTO product (slug, name, status) VALUES ('bare', 'Bare', 'published')")
    wait_until(lambda: own_site.get("/products/bare.atom").status == 200, 5)
    root = feed(own_site, "/products/bare.atom")
    assert entries(root) == []
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", root.findtext(A + "updated"))


@pytest.mark.parametrize("path, status, to", [
    ("/products/apache-kafka.atom", 308, "/products/kafka.atom"),
    ("/compare/kubernetes-vs-kafka.atom", 308, "/compare/kafka-vs-kubernetes.atom"),
    ("/compare/kafka-vs-kafka.atom", 308, "/products/kafka.atom"),
    ("/compare/kafka.atom", 404, None),
    ("/Feed.ATOM", 308, "/feed.atom"),
    ("/feed", 404, None),
    ("/feed.json", 404, None),
    ("/sectors/nope.atom", 404, None),
    ("/sectors.atom", 404, None),
    ("/products/example-draft.atom", 404, None),
    ("/products/example-archived.atom", 410, None),
    ("/compare/example-archived-vs-kafka.atom", 410, None),
])
def test_addresses(sample_site, path, status, to):
    answer = sample_site.get(path)
    assert answer.status == status
    if to:
        assert answer["Location"] == sample_site.url + to


def test_a_feed_is_revalidated_like_a_page(sample_site):
    answer = sample_site.get("/feed.atom")
    again = sample_site.http("GET", "/feed.atom", {"If-None-Match": answer["ETag"]})
    assert again.status == 304 and again.body == b""
    assert answer["Last-Modified"] == again["Last-Modified"]


@pytest.mark.parametrize("address, name", [("[2001:db8::1]:8443", "2001-db8--1"), ("[::1]", "0--1"), ("[fe80::]", "fe80--0")])
def test_ids_have_a_name_for_an_ipv6_address(sample_site, tmp_path, address, name):
    config = tmp_path / "diptych.conf"
    config.write_text(re.sub("(?m)^base_url = .*$", f'base_url = "https://{address}"', sample_site.config_path.read_text()))
    assert address in config.read_text()
    root = schemas.atom(diptych("render", "/feed.atom", config=config, text=False).stdout.partition(b"\n\n")[2])
    found = [root.findtext(A + "id"), *(id for id, _ in entries(root))]
    assert len(found) > 50 and all(id.startswith(f"tag:{name},2026-01-01:") for id in found), found
    calendar = diptych("render", "/feeds/kafka+nats.ics", config=config).stdout
    assert f"@{name}\n" in calendar.replace("\r\n ", "").replace("\n ", "").replace("\r", "")

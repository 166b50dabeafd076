"""Pictures for links: drawn on first request, kept, at an address that names their version.  Who draws them
and who waits for that: test_image_workers.py."""
import re

import pytest

from lib.page import bare, parse
from test_http import PAGES
from lib.pictures import assert_picture, picture_of
from lib.servers import wait_until


@pytest.fixture
def own_site(make_site):
    """With time for image_workers and memcached, however busy the machine is."""
    return make_site(config={"deadline": 20000, "memcached_timeout": 1000})


def indexable(site, path):
    return not list(parse(site.get(path).text).all("meta", {"name": "robots"}))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_that_may_be_indexed_has_a_picture(sample_site, path):
    page = parse(sample_site.get(path).text)
    said = {m["property"]: m["content"] for m in page.all("meta") if (m["property"] or "").startswith("og:image")}
    if not indexable(sample_site, path) and ("/history" in path or not path.startswith(("/compare/", "/products/"))):
        assert said == {}
        return
    assert said["og:image"].startswith(sample_site.url + "/og/") and said["og:image:type"] == "image/png"
    assert (said["og:image:width"], said["og:image:height"]) == ("1200", "630")
    assert said["og:image:alt"].startswith(page.one("h1").text + ".")
    assert said["og:image:alt"].endswith(" As of 22 August 2026.")
    address = said["og:image"].removeprefix(sample_site.url)
    assert_picture(sample_site.get(address))
    bare = re.sub(r"-[0-9a-f]{12}\.png$", ".png", address)
    assert sample_site.get(bare)["Location"] == said["og:image"]
    assert sample_site.get(bare.replace(".png", "-000000000000.png"))["Location"] == said["og:image"]


def test_a_picture_says_what_a_product_is_and_how_a_pair_ships(sample_site):
    (summary, moves), = sample_site.database.sql(
        "SELECT p.summary, COUNT(*) FROM product p JOIN activity a ON a.product_id = p.id WHERE p.slug = 'nats' AND a.status ="
        " 'published' AND a.kind <> 'event' AND a.occurred_at BETWEEN '2026-05-24 12:00:01' AND '2026-08-22 12:00' GROUP BY p.id")

    def alt(path):
        return parse(sample_site.get(path).text).one("meta", {"property": "og:image:alt"})["content"]
    assert f"NATS Server. {summary} Velocity " in alt("/products/nats")
    assert f" NATS Server: {moves} moves in 90 days. Latest: " in alt("/compare/kafka-vs-nats")
    assert f" NATS Server: {moves} moves in 90 days. Velocity " in alt("/compare/kafka-vs-nats-vs-redis")


@pytest.mark.parametrize("path", ["/products/kafka", "/products/jquery", "/compare/kafka-vs-kubernetes",
                                  "/compare/caddy-vs-haproxy-vs-memcached-vs-nats", "/", "/sectors/devops"])
def test_a_page_names_its_picture(sample_site, path):
    address = picture_of(sample_site, path)
    answer = sample_site.get(address, accept_encoding="gzip")
    assert_picture(answer)
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable" and answer["Vary"] is None
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    head = sample_site.http("HEAD", address)
    assert head.body == b"" and head["Content-Length"] == str(len(answer.body)) and head["ETag"] == answer["ETag"]
    again = sample_site.get(address, if_none_match=answer["ETag"])
    assert again.status == 304 and again["Cache-Control"] == answer["Cache-Control"]


def test_other_spellings_lead_to_the_picture(sample_site):
    pair = picture_of(sample_site, "/compare/kafka-vs-kubernetes")
    version = re.search(r"-([0-9a-f]{12})\.png$", pair)[1]
    for path in (f"/og/kubernetes-vs-kafka-{version}.png", "/og/kafka-vs-kubernetes-000000000000.png",
                 "/og/kafka-vs-kubernetes.png", f"/og/KAFKA-vs-kubernetes-{version}.png"):
        answer = sample_site.get(path)
        assert (answer.status, answer["Location"]) == (308, sample_site.url + pair), path
    for path, page in (("/og/products/kafka.png", "/products/kafka"), ("/og/apache-kafka.png", "/products/kafka"),
                       ("/og/kafka-vs-kafka.png", "/products/kafka"), ("/og/compare/nats-vs-kafka.png", "/compare/kafka-vs-nats"),
                       ("/og/PAGES/Leaderboard.png", "/leaderboard"), ("/og/alternatives/apache-kafka.png", "/alternatives/kafka"),
                       ("/og/sectors//devops.png", "/sectors/devops"), ("/og/pages/index.png?a=b", "/")):
        answer = sample_site.get(path)
        query = "?a=b" if "?" in path else ""
        assert (answer.status, answer["Location"]) == (308, sample_site.url + picture_of(sample_site, page) + query), path
    assert sample_site.get("/og/example-archived.png").status == 410
    assert sample_site.get("/og/kafka.png")["Location"].endswith(picture_of(sample_site, "/products/kafka"))
    for path in (f"/og/kafka-vs-nobody-{version}.png", "/og/nobody.png", "/og/kafka-.png",
                 "/og/.png", f"/og/-{version}.png", "/og/kafka.jpg", "/og/pages/search.png", "/og/pages/nothing.png",
                 "/og/pages/product.png", "/og/sectors/nothing.png", "/og/sectors.png", "/og/pages/sectors/devops.png",
                 "/og/og/kafka.png", "/og/pages.png", "/og/pages/.png", "/og/compare/kafka.png", "/og/pages/feed.atom.png",
                 "/og/kafka.json.png", "/og/badge/kafka.svg.png"):
        assert sample_site.get(path).status == 404, path


def test_an_edit_that_shows_changes_the_address(own_site):
    old = picture_of(own_site, "/products/kafka")
    first = own_site.get(old)
    own_site.sql("UPDATE product SET name = %s WHERE slug = 'kafka'", "Kafka, renamed")
    wait_until(lambda: picture_of(own_site, "/products/kafka") != old, 5)
    new = picture_of(own_site, "/products/kafka")
    assert (own_site.get(old).status, own_site.get(old)["Location"]) == (308, own_site.url + new)
    assert_picture(own_site.get(new))
    assert own_site.get(new).body != first.body
    own_site.sql("UPDATE product SET status = 'archived' WHERE slug = 'kafka'")
    wait_until(lambda: own_site.get(new).status == 410, 5)


def test_an_edit_of_what_the_picture_says_changes_the_address(own_site):
    old = {path: picture_of(own_site, path) for path in ("/products/kafka", "/about", "/sectors/devops")}
    own_site.sql("UPDATE product SET summary = %s WHERE slug = 'kafka'", "Another line.")
    own_site.sql("UPDATE page SET title = %s WHERE slug = 'about'", "Another title")
    own_site.sql("UPDATE sector SET name = %s WHERE slug = 'devops'", "Another name")
    for path, address in old.items():
        wait_until(lambda: picture_of(own_site, path) != address, 5)
        answer = own_site.get(address)
        assert (answer.status, answer["Location"]) == (308, own_site.url + picture_of(own_site, path))
    alt = parse(own_site.get("/products/kafka").text).one("meta", {"property": "og:image:alt"})["content"]
    assert alt.startswith("Apache Kafka. Another line. Velocity ")


def test_any_name_fits(own_site):
    names = ["W" * 150, "A name of very many words that goes on and on " * 3, "مرحبا بالعالم", "カフカ 🚀 Ω≈ç√",
             "e" + "\u0301" * 100, "\u202eabc\u202c", "<b>&amp;", "a\tb"]
    for name in names:
        own_site.sql("UPDATE product SET name = %s WHERE slug = 'kafka'", name)
        old = picture_of(own_site, "/products/kafka")
        wait_until(lambda: parse(own_site.get("/products/kafka").text).one("h1").text.split() == bare(name).split(), 5)
        assert_picture(own_site.get(picture_of(own_site, "/compare/kafka-vs-nats")))
        assert old
    assert "ERROR" not in own_site.log


def test_a_picture_is_drawn_once_for_all_workers(own_site):
    address = picture_of(own_site, "/products/kafka")
    first = own_site.get(address)
    own_site.restart_pool()
    wait_until(lambda: own_site.get(address).status == 200, 5)
    assert own_site.get(address).body == first.body
    assert own_site.metrics()["diptych_pictures_drawn_total"] == 0


def test_a_picture_can_be_rendered_without_a_pool(own_site):
    address = picture_of(own_site, "/products/kafka")
    done = own_site.diptych("render", address, text=False, check=True)
    head, _, body = done.stdout.partition(b"\n\n")
    assert head.startswith(b"Status: 200\n") and b"\nContent-Type: image/png\n" in head
    assert body == own_site.get(address).body

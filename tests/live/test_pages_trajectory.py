"""/products/{slug}: a product's trajectory, against the rows that it is made from."""
import json
import re
from itertools import groupby

import pytest

from lib.page import parse
from lib.timeline import rows_of, rows_shown
from lib.servers import wait_until

PATH = "/products/kafka"
PARTS = ["Current state", "Where it's heading", "Prediction"]
DUE = "a.status = 'published' AND a.occurred_at <= '2026-08-22 12:00'"


@pytest.fixture(scope="module")
def page(sample_site):
    answer = sample_site.get(PATH)
    assert answer.status == 200
    return parse(answer.text)


def moves(site, slug):
    return site.database.sql(
        "SELECT a.occurred_at, a.id, a.title, a.version, a.url FROM activity a JOIN product p ON p.id = a.product_id"
        f" WHERE p.slug = %s AND {DUE} ORDER BY a.occurred_at DESC, a.id", slug)


def test_the_editorial_stands_whole_with_author_and_dates(sample_site, page):
    headline, author, published, updated = sample_site.database.sql(
        "SELECT headline, author, published_at, e.updated_at FROM editorial e JOIN product p ON p.id = e.product_id"
        " WHERE p.slug = 'kafka' AND e.status = 'published' ORDER BY published_at DESC, e.id DESC LIMIT 1")[0]
    block = page.id("editorial")
    assert block.one(attrs={"class": "headline"}).text == headline
    heads = [h.text.replace("’", "'") for h in block.all() if h.name in ("h3", "h4")]
    assert [h for h in heads if h in PARTS] == PARTS
    assert author in block.text
    times = [t["datetime"] for t in block.all("time")]
    assert max(published, updated).strftime("%Y-%m-%dT%H:%M:%SZ") in times


def test_what_the_page_holds_is_listed_under_the_lede_in_its_order(page):
    listed = [a["href"].lstrip("#") for a in page.one("nav", {"aria-label": "On this page"}).all("a")]
    assert listed == ["editorial", "velocity", "facts", "activity", "faq", "compare"]
    assert [s["id"] for s in page.all("section") if s["id"] in listed] == listed


def test_facts_come_from_the_row(sample_site, page):
    website, repository, license, lifecycle = sample_site.database.sql(
        "SELECT website_url, repository_url, license, lifecycle FROM product WHERE slug = 'kafka'")[0]
    hrefs = {a["href"] for a in page.id("facts").all("a")}
    assert {website, repository} <= hrefs
    assert license in page.id("facts").text and lifecycle in page.id("facts").text
    sectors = [r[0] for r in sample_site.database.sql(
        "SELECT s.slug FROM product_sector l JOIN sector s ON s.id = l.sector_id JOIN product p ON p.id = l.product_id"
        " WHERE p.slug = 'kafka' ORDER BY l.sort, l.id")]
    assert [h for h in (a["href"] for a in page.id("facts").all("a")) if h.startswith("/sectors/")] == \
        [f"/sectors/{s}" for s in sectors]


def test_the_score_is_shown_with_its_inputs(sample_site, page):
    n90, s30 = sample_site.database.sql(
        f"SELECT SUM(a.kind IN ('release','post') AND a.occurred_at > '2026-08-22 12:00' - INTERVAL 90 DAY),"
        f" SUM(a.class = 'spark' AND a.occurred_at > '2026-08-22 12:00' - INTERVAL 30 DAY)"
        f" FROM activity a JOIN product p ON p.id = a.product_id WHERE p.slug = 'kafka' AND {DUE}")[0]
    values = [d.text for d in page.id("velocity").one("details").all("dd")]
    assert values[0] == str(n90) and values[2] == str(s30)
    listed = sample_site.get("/leaderboard.json").json
    everyone = listed["products"] + sample_site.get("/leaderboard.json?page=2").json["products"]
    rank = next(c["rank"] for c in everyone if c["slug"] == "kafka")
    assert f"Ranked {rank} of {listed['total']}," in page.id("velocity").text
    assert page.id("velocity").one("span", {"class": "num"}).text == next(c["score"] for c in everyone if c["slug"] == "kafka")


def test_the_timeline_is_a_row_a_day_newest_first_with_every_due_move_of_the_day(sample_site, page):
    expected = moves(sample_site, "kafka")
    rows = rows_shown(page)
    assert [(r["time"], r["links"]) for r in rows] == rows_of(expected, "Apache Kafka")
    assert len(rows) < len(expected), "some days have several moves"
    assert f"On record: {len(expected)}, newest first." in page.id("activity").text


def pages_of(site, path):
    """All pages of a list, by the links that lead from one to the next."""
    while path:
        page = parse(site.get(path).text)
        yield path, page
        following = [l["href"] for l in page.all("link", {"rel": "next"})]
        assert following == [a["href"] for a in page.all("a", {"rel": "next"})]
        path = following[0] if following else None


def test_a_long_timeline_pages_at_fifty(sample_site):
    expected = moves(sample_site, "wordpress")
    assert len(expected) > 100
    links, entries = [], []
    for path, page in pages_of(sample_site, "/products/wordpress"):
        robots = [m["content"] for m in page.all("meta", {"name": "robots"})]
        assert robots == (["noindex"] if "?" in path else [])
        assert page.one("link", {"rel": "canonical"})["href"] == sample_site.url + path
        shown = sum(len(r["links"]) for r in rows_shown(page))
        listed = sample_site.get(path.replace("wordpress", "wordpress.json")).json["timeline"]
        assert shown == len(listed) <= 50
        links += sum((r["links"][::-1] for r in rows_shown(page)), [])
        entries += listed
    assert [(e["when"]["datetime"], e["title"], e["version"]) for e in entries] == \
        [(m[0].strftime("%Y-%m-%dT%H:%M:%SZ"), m[2], m[3]) for m in expected], "each move is an entry of its own"
    assert sorted(links) == sorted(sum((r[1] for r in rows_of(expected, "WordPress")), []))


def test_a_day_that_goes_on_on_the_next_page_says_so_on_both(own_site):
    """120 moves on four days of 30: both later pages begin within a day."""
    own_site.database.sql("INSERT INTO product (id, slug, name, status) VALUES (9001, 'busy', 'Busy', 'published')")
    for n in range(120):
        own_site.database.sql(
            "INSERT INTO activity (id, product_id, kind, class, title, version, url, occurred_at) VALUES"
            " (%s, 9001, 'release', 'trivial', %s, %s, 'https://example.org/', %s)", 90000 + n, f"Busy {n} released", str(n),
            f"2026-08-{10 + n // 30} 0{n % 7}:00:00")
    wait_until(lambda: "On record: 120," in own_site.get("/products/busy").text, 10)
    expected = moves(own_site, "busy")
    seen = []
    for n, (path, page) in enumerate(pages_of(own_site, "/products/busy"), 1):
        rows = rows_shown(page)
        assert sum(len(r["links"]) for r in rows) == (50, 50, 20)[n - 1]
        assert rows[-1]["after"] == (None, "/products/busy?page=2", "/products/busy?page=3", None)[n]
        assert rows[0]["before"] == (None, None, "/products/busy", "/products/busy?page=2")[n]
        assert [r["after"] for r in rows[:-1]] + [r["before"] for r in rows[1:]] == [None] * (2 * len(rows) - 2)
        seen += rows
        markdown = own_site.get(path.replace("busy", "busy.md")).text
        assert ("[and more that day]" in markdown) == bool(rows[-1]["after"])
        assert ("[continued]" in markdown) == bool(rows[0]["before"])
    days = [(day, sum((r["links"] for r in rows), [])) for day, rows in
            ((d, list(g)) for d, g in groupby(seen, lambda r: r["time"][:10]))]
    assert [(d, sorted(l)) for d, l in days] == [(t[:10], sorted(l)) for t, l in rows_of(expected, "Busy")]


@pytest.mark.parametrize("path, status, to", [
    ("/products/wordpress?page=1", 308, "/products/wordpress"),
    ("/products/wordpress?page=4", 404, None),
    ("/products/wordpress?page=0", 404, None),
    ("/products/wordpress?page=x", 404, None),
    ("/products/wordpress?utm=1", 200, None),
    ("/products/apache-kafka", 308, PATH),
    ("/products/apache-kafka.json", 308, PATH + ".json"),
    ("/products/KAFKA/", 308, PATH),
    ("/products/K8S?page=2", 404, None),
    ("/products/nope", 404, None),
    ("/products/nope.json", 404, None),
    ("/products/example-draft", 404, None),
    ("/products/example-archived", 410, None),
    ("/products/example-archived.md", 410, None),
    ("/products/kafka/x", 404, None),
])
def test_addresses(sample_site, path, status, to):
    answer = sample_site.get(path)
    assert answer.status == status
    if to:
        assert answer["Location"] == sample_site.url + to


def test_questions_and_related_products(sample_site, page):
    asked = [h.text for h in page.id("faq").all("h3")]
    own = [r[0] for r in sample_site.database.sql(
        "SELECT question FROM faq f JOIN product p ON p.id = f.product_id WHERE p.slug = 'kafka'"
        " AND f.other_product_id IS NULL AND f.status = 'published' ORDER BY f.sort, f.id")]
    assert own and asked[-len(own):] == own
    best = sample_site.get("/alternatives/kafka.json").json["products"][:6]
    cards = list(page.id("compare").all("li", {"class": "card"}))
    assert [c.one("h3").one("a")["href"] for c in cards] == [b["href"] for b in best]
    for card, b in zip(cards, best):
        assert b["versus"][0]["href"] in {a["href"] for a in card.all("a")}
    hrefs = {a["href"] for a in page.all("a")}
    assert {"/faq/kafka", "/alternatives/kafka", "/compare?a=kafka"} <= hrefs


def test_json_ld_says_what_the_page_shows(page):
    nodes = json.loads(page.one("script", {"type": "application/ld+json"}).text)["@graph"]
    kinds = {n["@type"]: n for n in nodes}
    assert kinds["CreativeWork"]["name"] == page.one("h1").text
    assert kinds["Article"]["headline"] == page.id("editorial").one(attrs={"class": "headline"}).text
    assert kinds["Article"]["author"]["name"] in page.id("editorial").text
    assert [q["name"] for q in kinds["FAQPage"]["mainEntity"]] == [h.text for h in page.id("faq").all("h3")]
    crumbs = [i["name"] for i in kinds["BreadcrumbList"]["itemListElement"]]
    assert crumbs == [li.text for li in page.one("nav", {"aria-label": "Breadcrumb"}).all("li")]


def test_a_discontinued_product_says_so_with_a_way_out(sample_site):
    page = parse(sample_site.get("/products/minio").text)
    notice = page.one("p", {"class": "notice a"})
    assert "MinIO is discontinued." in notice.text
    assert "No close alternative is tracked here." in notice.text
    assert [a["href"] for a in notice.all("a")] == ["/sectors/infra-apis", "/alternatives/minio"]
    assert not list(parse(sample_site.get(PATH).text).all("p", {"class": "notice a"}))


def test_a_page_says_once_that_a_product_is_discontinued_and_that_nothing_is_close(sample_site):
    for path in ("/products/minio", "/alternatives/minio"):
        for text in (parse(sample_site.get(path).text).one("main").text, sample_site.get(path + ".md").text):
            assert text.count("MinIO is discontinued.") == 1, path
    alternatives = parse(sample_site.get("/alternatives/minio").text).one("main")
    assert alternatives.text.count("No close alternative") == 1
    assert not list(alternatives.one("p", {"class": "notice a"}).all("a"))
    own = [a["href"] for a in alternatives.all("a") if a["href"] == "/alternatives/minio"]
    assert not own, "the page links to itself"


def test_a_discontinued_product_leads_to_what_is_close(own_site):
    own_site.database.sql("UPDATE product SET lifecycle = 'discontinued' WHERE slug = 'redis'")
    best = own_site.get("/alternatives/redis.json").json["products"][:3]
    assert best[0]["slug"] == "valkey"
    for path in ("/products/redis", "/compare/kafka-vs-redis"):
        wait_until(lambda: "is discontinued." in own_site.get(path).text, 5)
        notice = next(n for n in parse(own_site.get(path).text).all("p") if (n["class"] or "").startswith("notice"))
        assert [a["href"] for a in notice.all("a")] == [b["href"] for b in best] + ["/alternatives/redis"]
        names = ", ".join(b["name"] for b in best)
        assert " ".join(notice.text.split()) == f"Redis is discontinued. Try instead: {names}. See all Redis alternatives"
        links = ", ".join(f"[{b['name']}]({b['href']})" for b in best)
        assert f"**Redis is discontinued.** Try instead: {links}. [See all Redis alternatives](/alternatives/redis)\n" in own_site.get(path + ".md").text


def test_a_discontinued_product_does_not_lead_to_another(own_site):
    """Sentences name it and say what it is."""
    best = own_site.get("/alternatives/redis.json").json["products"][:3]
    own_site.database.sql("UPDATE product SET lifecycle = 'discontinued' WHERE slug IN ('redis', %s)", best[0]["slug"])
    for path in ("/products/redis", "/compare/kafka-vs-redis"):
        wait_until(lambda: f"{best[0]['name']} (discontinued)" in own_site.get(path).text, 5)
        text = " ".join(parse(own_site.get(path).text).one("main").text.split())
        assert f"Redis is discontinued. Try instead: {best[1]['name']}, {best[2]['name']}. See all Redis alternatives" in text
        assert re.search(rf"alternatives? to Redis (is|are) {best[0]['name']} \(discontinued\)", text)
    own_site.database.sql("UPDATE product SET lifecycle = 'discontinued' WHERE slug IN (%s, %s)", best[1]["slug"], best[2]["slug"])
    wait_until(lambda: "Try instead" not in own_site.get("/products/redis").text, 5)
    assert "Redis is discontinued. See all Redis alternatives" in " ".join(parse(own_site.get("/products/redis").text).one("main").text.split())


def test_a_bare_product_has_sentences_for_what_is_missing(own_site):
    own_site.database.sql("INSERT INTO product (slug, name, status) VALUES ('bare', 'Bare', 'published')")
    wait_until(lambda: own_site.get("/products/bare").status == 200, 5)
    page = parse(own_site.get("/products/bare").text)
    assert "No editorial yet" in page.id("editorial").text
    assert "not scored" in page.id("velocity").text and "0.0" not in page.id("velocity").text
    assert "Ranked" not in page.id("velocity").text
    assert "No close alternative to it is tracked here." in page.id("compare").text
    assert own_site.get("/products/bare?page=2").status == 404
    assert own_site.get("/alternatives/bare").status == 200
    assert own_site.get("/faq/bare").status == 200
    assert own_site.get("/products/bare.atom").status == 200


def test_an_override_is_shown_as_the_editors_own(own_site):
    own_site.database.sql("UPDATE product SET velocity_override = 7.25 WHERE slug = 'kafka'")
    wait_until(lambda: "as set by the editors" in own_site.get(PATH).text, 5)
    page = parse(own_site.get(PATH).text)
    assert page.id("velocity").one("span", {"class": "num"}).text == "7.3"
    assert ", set by the editors" in page.one("p", {"class": "lede"}).text
    score = next(r for r in parse(own_site.get("/compare/kafka-vs-nats").text).id("at-a-glance").all("tr")
                 if r.one("th").text == "Velocity score")
    assert [c.text for c in score.all("td")][0] == "7.3 active, set by the editors"
    for path in ("/alternatives/nats", "/sectors/devops", "/compare/kubernetes-vs-opentofu", "/search?q=kafka"):
        said = own_site.get(path).text.count("set by the editors")
        assert said == 1, path
    assert "set by the editors" in own_site.get("/sectors/devops.md").text


@pytest.mark.parametrize("path", ["/", "/compare/kafka-vs-kubernetes", PATH, "/leaderboard", "/sectors", "/sectors/devops",
                                  "/themes/streaming", "/methodology", "/alternatives/kafka"])
def test_counts_of_a_window_say_as_of_when(sample_site, path):
    assert "as of 22 August 2026, 12:00 UTC" in parse(sample_site.get(path).text).one("main").text
    assert "as of 22 August 2026, 12:00 UTC" in sample_site.get(("/index" if path == "/" else path) + ".md").text


def test_words_around_one_old_event(own_site):
    """A count of one, a median below one, and a class of moves that takes another article."""
    for statement in ("INSERT INTO sector (id, slug, name) VALUES (9001, 'lonely', 'Lonely')",
                      "INSERT INTO product (id, slug, name, status) VALUES (9001, 'single', 'Single', 'published')",
                      "INSERT INTO product_sector (product_id, sector_id) VALUES (9001, 9001)",
                      "INSERT INTO activity (product_id, kind, class, title, occurred_at)"
                      " VALUES (9001, 'event', 'trivial', 'Talk', '2026-01-01')",
                      "INSERT INTO editorial (product_id, status, headline) VALUES (9001, 'published', 'One')"):
        own_site.database.sql(statement)
    wait_until(lambda: ">One<" in own_site.get("/products/single").text, 5)
    page = parse(own_site.get("/products/single").text)
    assert "On record: 1. " in page.id("activity").text and "first" not in own_site.get("/products/single.json").json["timeline_intro"]
    assert "\nOn record: 1.\n" in own_site.get("/products/single.md").text
    assert own_site.get("/sectors/lonely.json").json["intro"].startswith("One product. The one that has it as its first sector")
    assert "by velocity" not in own_site.get("/sectors/lonely").text and "Ranked" not in own_site.get("/sectors/lonely").text
    assert "Newest first" not in own_site.get("/products/single/history").text
    assert "counted as 1 because it is lower" in page.id("velocity").text and "shipped 1" not in page.id("faq").text
    assert "- Median of Lonely, counted as 1 because it is lower: 1\n" in own_site.get("/products/single.md").text
    assert "- Median of DevOps: 10.5\n" in own_site.get("/products/kafka.md").text
    assert page.one("p", {"class": "by"}).text.startswith("Published ")
    assert "An event of" in own_site.get("/products/single.atom").text


def test_nothing_on_record_is_said_once_and_offers_no_day(own_site):
    own_site.database.sql("INSERT INTO product (id, slug, name, status) VALUES (9002, 'void', 'Void', 'published')")
    own_site.database.sql("INSERT INTO product (id, slug, name, status) VALUES (9003, 'vain', 'Vain', 'published')")
    wait_until(lambda: own_site.get("/products/vain").status == own_site.get("/products/void").status == 200, 10)
    bare, twin = own_site.get("/products/void"), own_site.get("/products/void.md").text
    for text in (parse(bare.text).id("activity").text, twin):
        assert "On record" not in text and "newest first" not in text and text.count("No ship move") == 1
    assert own_site.get("/products/void.json").json["timeline_intro"] is None
    for text in (parse(bare.text).one("main").text, twin):
        assert text.count("not scored") == 1 and text.count("Nothing that Void shipped") == 1
    both = parse(own_site.get("/compare/vain-vs-void").text).id("activity").text
    assert "newest first" not in both and both.count("No ship move") == 1
    for path, offered in (("/products/void", 0), ("/compare/vain-vs-void", 0), ("/products/kafka", 1), ("/compare/kafka-vs-void", 1),
                          ("/products/void?since=2026-08-01", 1)):
        assert own_site.get(path).text.count('name="since"') == offered, path

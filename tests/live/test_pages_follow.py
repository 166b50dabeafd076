"""Feeds and calendars of products that a reader chose: one address for a set, whole and valid, named on the pages."""
import datetime
import re

import icalendar
import pytest

from lib import schemas
from lib.page import bare, parse
from lib.servers import wait_until
from test_pages_feeds import A, entries, feed, rows

MANY = 20


def slugs(site, n):
    return [r[0] for r in site.database.sql(f"SELECT slug FROM product WHERE status = 'published' ORDER BY slug LIMIT {n}")]


def calendar(site, path):
    """The calendar at the path, whose bytes follow RFC 5545."""
    answer = site.get(path)
    assert answer.status == 200 and answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Access-Control-Allow-Origin"] == "*" and answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["X-Robots-Tag"] == "noindex"
    lines = answer.body.split(b"\r\n")
    assert lines.pop() == b"" and all(len(line) <= 75 and not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line) for line in lines)
    for line in lines:
        line.decode()  # no character is split
    (found,) = icalendar.Calendar.from_ical(answer.body, multiple=True)
    assert found["VERSION"] == "2.0" and found["PRODID"] and found["CALSCALE"] == "GREGORIAN"
    assert found.subcomponents and not [c for c in found.walk() if c.errors]
    for event in found.walk("VEVENT"):
        assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt and event["DTSTAMP"].dt.tzinfo
        assert type(event["DTSTART"].dt) is datetime.date and event["TRANSP"] == "TRANSPARENT"
        assert event["SUMMARY"] and event["URL"].startswith(site.url + "/products/")
    uids = [str(e["UID"]) for e in found.walk("VEVENT")]
    assert len(set(uids)) == len(uids)
    return found


def predictions(site, chosen):
    """uid -> (day, last change) of the editorials that the pages show."""
    found = site.database.sql(
        "SELECT p.slug, e.id, e.published_at, GREATEST(e.published_at, COALESCE(e.updated_at, e.published_at)) FROM editorial e"
        " JOIN product p ON p.id = e.product_id WHERE e.status = 'published' AND e.published_at <= UTC_TIMESTAMP()"
        " AND e.prediction_md <> '' ORDER BY p.slug, e.published_at DESC, e.id DESC")
    newest = {}
    for slug, *rest in found:
        newest.setdefault(slug, rest)
    return {f"editorial-{i}@127.0.0.1": (at.date(), changed.replace(microsecond=0))
            for slug, (i, at, changed) in newest.items() if slug in chosen}


def facts(site, chosen):
    """uid -> (day, summary) of the facts that are dates."""
    found = site.database.sql(
        "SELECT p.slug, CONCAT('fact-', p.id, '-', a.id, '@127.0.0.1'), f.value, CONCAT(p.name, ': ', a.name) FROM fact f"
        " JOIN attribute a ON a.id = f.attribute_id JOIN product p ON p.id = f.product_id"
        " WHERE a.kind = 'date' AND a.status = 'published' AND NOT EXISTS (SELECT 1 FROM attribute_sector s WHERE s.attribute_id = a.id)")
    return {uid: (datetime.date.fromisoformat(value), summary) for slug, uid, value, summary in found if slug in chosen}


@pytest.mark.parametrize("n", (1, 2, 5, MANY))
def test_a_chosen_feed_holds_the_newest_fifty_of_its_products(sample_site, n):
    chosen = slugs(sample_site, n)
    path = f"/feeds/{'+'.join(chosen)}.atom"
    root = feed(sample_site, path)
    expected = rows(sample_site, "p.slug IN (" + ",".join(["%s"] * n) + ")", *chosen)
    assert [i.rsplit("/")[-1] for i, _ in entries(root)] == [str(i) for i, _ in expected]
    links = {l.get("rel"): l.get("href") for l in root.findall(A + "link")}
    page = "/" if n > 4 else f"/products/{chosen[0]}" if n == 1 else f"/compare/{'-vs-'.join(chosen)}"
    assert links == {"self": sample_site.url + path, "alternate": sample_site.url + page}
    assert sample_site.get(page).status == 200


def test_entries_and_feeds_have_the_ids_that_they_have_elsewhere(sample_site):
    for one, other in (("/products/kafka", "/feeds/kafka"), ("/compare/kafka-vs-nats", "/feeds/kafka+nats")):
        a, b = feed(sample_site, one + ".atom"), feed(sample_site, other + ".atom")
        assert entries(a) == entries(b) and a.findtext(A + "id") == b.findtext(A + "id")
        assert a.findtext(A + "title") == b.findtext(A + "title") and a.findtext(A + "subtitle") == b.findtext(A + "subtitle")
    ids = [i for i, _ in entries(feed(sample_site, "/feeds/kafka+kubernetes+nats+nginx+redis.atom"))]
    assert len(set(ids)) == len(ids) == 50


@pytest.mark.parametrize("suffix", (".atom", ".ics"))
@pytest.mark.parametrize("asked, status, to", [
    ("nats+kafka", 308, "kafka+nats"),
    ("kafka%2Bnats", 308, "kafka+nats"),
    ("kafka%2bnats", 308, "kafka+nats"),
    ("nats%2Bkafka+kafka", 308, "kafka+nats"),
    ("KAFKA+Nats", 308, "kafka+nats"),
    ("apache-kafka+nats", 308, "kafka+nats"),
    ("apache-kafka+kafka", 308, "kafka"),
    ("kafka+kafka", 308, "kafka"),
    ("+".join(["kafka", "nats"] * 12), 308, "kafka+nats"),
    ("kafka+no-such-product", 404, None),
    ("kafka+example-draft", 404, None),
    ("kafka+example-archived", 410, None),
    ("example-archived+no-such-product", 404, None),
    ("no-such-product+example-archived", 404, None),
    ("kafka+", 404, None),
    ("+kafka", 404, None),
    ("kafka++nats", 404, None),
    ("+", 404, None),
    ("kafka%20nats", 404, None),
    ("kafka-vs-nats", 404, None),
    ("kafka%nats", 400, None),
])
def test_a_set_has_one_address(sample_site, asked, status, to, suffix):
    answer = sample_site.get(f"/feeds/{asked}{suffix}")
    assert answer.status == status
    if to:
        assert answer["Location"] == sample_site.url + f"/feeds/{to}{suffix}"
        assert sample_site.get(f"/feeds/{to}{suffix}").status == 200


@pytest.mark.parametrize("path", ("/feeds/kafka", "/feeds/kafka.json", "/feeds/kafka.md", "/feeds", "/feeds/.atom", "/feeds/.ics",
                                  "/feeds/kafka/nats.atom"))
def test_nothing_else_is_below_feeds(sample_site, path):
    assert sample_site.get(path).status == 404


@pytest.mark.parametrize("suffix", (".atom", ".ics"))
def test_more_than_twenty_are_refused_in_words(sample_site, suffix):
    many = slugs(sample_site, MANY + 1)
    assert sample_site.get(f"/feeds/{'+'.join(many[:MANY])}{suffix}").status == 200
    answer = sample_site.get(f"/feeds/{'+'.join(many)}{suffix}")
    assert answer.status == 404 and "at most 20 products" in answer.text
    twice = sample_site.get(f"/feeds/{'+'.join(many[:MANY] * 2)}{suffix}")
    assert twice.status == 308 and twice["Location"].endswith("+".join(many[:MANY]) + suffix)


@pytest.mark.parametrize("path", ("/feeds/kafka+nats.atom", "/feeds/kafka+nats.ics"))
def test_they_are_revalidated_like_pages(sample_site, path):
    answer = sample_site.get(path, accept_encoding="gzip")
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin" and answer["Vary"] == "Accept-Encoding"
    assert answer["Content-Encoding"] == "gzip" and answer["Cache-Control"] == "public, max-age=0, must-revalidate"
    again = sample_site.get(path, accept_encoding="gzip", if_none_match=answer["ETag"])
    assert again.status == 304 and again.body == b"" and again["ETag"] == answer["ETag"]
    head = sample_site.http("HEAD", path)
    assert head.status == 200 and head.body == b"" and int(head["Content-Length"]) > 500
    options = sample_site.http("OPTIONS", path)
    assert options.status == 204 and "GET" in options["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("chosen", (["kafka"], ["kafka", "kubernetes"], MANY))
def test_a_calendar_has_the_predictions_of_its_products(sample_site, chosen):
    chosen = slugs(sample_site, chosen) if chosen == MANY else chosen
    found = calendar(sample_site, f"/feeds/{'+'.join(chosen)}.ics")
    expected = predictions(sample_site, chosen)
    events = {str(e["UID"]): e for e in found.walk("VEVENT") if e["UID"].startswith("editorial-")}
    assert set(events) == set(expected) and expected
    for uid, (day, changed) in expected.items():
        assert events[uid]["DTSTART"].dt == day
        assert events[uid]["DTSTAMP"].dt.replace(tzinfo=None) == changed
        assert ": prediction" in events[uid]["SUMMARY"] and events[uid]["DESCRIPTION"]


def test_a_calendar_has_the_facts_that_are_dates(sample_site):
    every = [r[0] for r in sample_site.database.sql("SELECT slug FROM product WHERE status = 'published' ORDER BY slug")]
    shown = {}
    for at in range(0, len(every), MANY):
        found = calendar(sample_site, f"/feeds/{'+'.join(every[at:at + MANY])}.ics")
        shown.update({str(e["UID"]): e for e in found.walk("VEVENT") if e["UID"].startswith("fact-")})
    expected = facts(sample_site, every)
    assert {uid: (e["DTSTART"].dt, str(e["SUMMARY"])) for uid, e in shown.items()} == expected and len(expected) > 20
    for event in shown.values():
        assert event["URL"].endswith("#facts") and re.search(r"Source: https?://\S+\nChecked on \d+ \w+ 20\d\d\.$", event["DESCRIPTION"])


def test_an_edit_of_a_date_moves_its_event(own_site):
    sql = own_site.database.sql

    def dates():
        return {str(e["SUMMARY"]): (e["DTSTART"].dt, str(e.get("DESCRIPTION", ""))) for e in
                calendar(own_site, "/feeds/kafka.ics").walk("VEVENT") if e["UID"].startswith("fact-")}
    sql("INSERT INTO attribute (slug, name, kind, status) VALUES ('reviewed', 'Next review', 'date', 'published')")
    sql("INSERT INTO fact (product_id, attribute_id, value, note, source_url) SELECT p.id, a.id, '2027-02-28', 'A note, of sorts',"
        " 'javascript:x' FROM product p, attribute a WHERE p.slug = 'kafka' AND a.slug = 'reviewed'")
    name = "Apache Kafka: Next review"
    wait_until(lambda: dates().get(name) == (datetime.date(2027, 2, 28), "A note, of sorts"), 5)
    for change, there in (("UPDATE fact f JOIN attribute a ON a.id = f.attribute_id SET f.value = '2028-02-29' WHERE a.slug = 'reviewed'",
                           datetime.date(2028, 2, 29)),
                          ("UPDATE fact f JOIN attribute a ON a.id = f.attribute_id SET f.value = 'in spring' WHERE a.slug = 'reviewed'", None),
                          ("UPDATE fact f JOIN attribute a ON a.id = f.attribute_id SET f.value = '2028-02-29' WHERE a.slug = 'reviewed'",
                           datetime.date(2028, 2, 29)),
                          ("UPDATE attribute SET status = 'draft' WHERE slug = 'reviewed'", None)):
        sql(change)
        wait_until(lambda: dates().get(name, [None])[0] == there, 5)


def test_a_calendar_is_the_same_from_every_process(own_site):
    before = own_site.get("/feeds/kafka+nats.ics")
    own_site.restart_pool()
    wait_until(lambda: own_site.get("/feeds/kafka+nats.ics").status == 200, 10)
    after = own_site.get("/feeds/kafka+nats.ics")
    assert (after.body, after["ETag"]) == (before.body, before["ETag"])


def test_any_text_stands_in_a_calendar(own_site):
    sql = own_site.database.sql
    texts = ["Commas, semicolons; back\\slashes: \"quotes\" <b>&amp;", "é" * 100, "カフカ🚀" * 40, "BEGIN:VEVENT", "مرحبا " * 30]
    for text in texts:
        sql("UPDATE product SET name = %s WHERE slug = 'kafka'", text[:200])
        sql("UPDATE editorial SET prediction_md = %s WHERE product_id = (SELECT id FROM product WHERE slug = 'kafka')",
            "`" + text + "`")
        names = {}

        def shown():
            found = calendar(own_site, "/feeds/kafka.ics")
            names.update({bare(str(e["SUMMARY"])): bare(str(e["DESCRIPTION"])) for e in found.walk("VEVENT")})
            return f"{text[:200].strip()}: prediction" in names
        wait_until(shown, 5)
        assert names[f"{text[:200].strip()}: prediction"] == text.strip()


def test_a_product_without_dates_has_an_empty_calendar(own_site):
    own_site.database.sql("INSERT INTO product (slug, name, status) VALUES ('bare', 'Bare', 'published')")
    wait_until(lambda: own_site.get("/feeds/bare.ics").status == 200, 5)
    found = calendar(own_site, "/feeds/bare.ics")
    assert not found.walk("VEVENT") and len(found.walk("VTIMEZONE")) == 1


def test_an_id_outlives_a_rename(own_site):
    uids = [e["UID"] for e in calendar(own_site, "/feeds/kafka+nats.ics").walk("VEVENT")]
    own_site.database.sql("UPDATE product SET slug = 'zz-kafka' WHERE slug = 'kafka'")
    wait_until(lambda: own_site.get("/feeds/nats+zz-kafka.ics").status == 200, 5)
    answer = own_site.get("/feeds/kafka+nats.ics")
    assert (answer.status, answer["Location"]) == (308, own_site.url + "/feeds/nats+zz-kafka.ics")
    assert sorted(e["UID"] for e in calendar(own_site, "/feeds/nats+zz-kafka.ics").walk("VEVENT")) == sorted(uids)


@pytest.mark.parametrize("path, label, atom, ics", [
    ("/products/kafka", "Follow", "/products/kafka.atom", "/feeds/kafka.ics"),
    ("/compare/kafka-vs-nats", "Follow these two", "/compare/kafka-vs-nats.atom", "/feeds/kafka+nats.ics"),
    ("/compare/kafka-vs-nats-vs-redis", "Follow these three", "/compare/kafka-vs-nats-vs-redis.atom", "/feeds/kafka+nats+redis.ics"),
    ("/", "Follow", "/feed.atom", None),
    ("/sectors/devops", "Follow", "/sectors/devops.atom", None),
])
def test_pages_lead_to_them_under_their_title(sample_site, path, label, atom, ics):
    page = parse(sample_site.get(path).text)
    header = page.one("main").one("header")
    links = {a.text: a["href"] for a in header.all("a") if a.text in ("Atom feed", "Calendar")}
    assert links == {"Atom feed": atom, **({"Calendar": ics} if ics else {})}
    assert f"{label}: Atom feed" in header.text
    alternates = {l["type"]: l["href"] for l in page.all("link", {"rel": "alternate"})}
    assert alternates["application/atom+xml"] == atom and alternates.get("text/calendar") == ics
    markdown = sample_site.get((path if path != "/" else "/index") + ".md").text
    assert f"{label}: [Atom feed]({atom})" + (f", [calendar]({ics})" if ics else "") in markdown


@pytest.mark.parametrize("path", ("/leaderboard", "/faq", "/themes/streaming", "/about"))
def test_pages_without_a_feed_of_their_own_offer_none(sample_site, path):
    assert "Follow:" not in parse(sample_site.get(path).text).one("main").text

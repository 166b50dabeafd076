"""Past editorials and the ledger of predictions, through nginx: what an editor publishes, edits, grades and withdraws shows
within a second; drafts and what is not due never appear; a page that nobody asked for needs no SQL once its fragments
exist."""
import re
from datetime import datetime, timedelta

import pytest

from lib.page import parse
from lib.servers import SLOW, wait_until
from lib.stopwatch import elapsed, moment

HEADLINES = ("An old headline", "A new headline")


@pytest.fixture
def site(own_site):
    return own_site


def add(site, slug, headline, published, status="published", **columns):
    columns = {"current_state_md": "It stands.", "heading_md": "It goes.", "prediction_md": "It will.", "author": "Ann",
               **columns}
    names = "".join(f", {name}" for name in columns)
    site.sql(f"INSERT INTO editorial (product_id, status, headline, published_at{names}) "
             f"SELECT id, %s, %s, %s{', %s' * len(columns)} FROM product WHERE slug = %s",
             status, headline, published, *columns.values(), slug)
    return site.sql("SELECT MAX(id) FROM editorial")[0][0]


def activity_of(site, slug, where="1"):
    return site.sql("SELECT a.id, a.title, a.url FROM activity a JOIN product p ON p.id = a.product_id "
                    f"WHERE p.slug = %s AND {where} ORDER BY occurred_at LIMIT 1", slug)[0]


def seen(site, path, text, seconds=10 * SLOW):
    wait_until(lambda: text in site.get(path).text, seconds)


def test_the_first_editorial_is_read_on_after_a_second_one(site):
    add(site, "varnish", HEADLINES[0], "2026-05-01 08:00:00", current_state_md="One *old* state\n\nof two parts.")
    seen(site, "/products/varnish", HEADLINES[0])
    assert "earlier editorial" not in site.get("/products/varnish").text
    assert site.get("/products/varnish/history/2026-05-01")["Location"].endswith("/products/varnish")
    began = moment()
    add(site, "varnish", HEADLINES[1], "2026-06-01 08:00:00", current_state_md="One *new* state\n\nof two parts.")
    seen(site, "/products/varnish", HEADLINES[1])
    assert elapsed(began) < 1 * SLOW
    assert '<a href="/products/varnish/history">1 earlier editorial</a>' in site.get("/products/varnish").text
    listed = site.get("/products/varnish/history.json").json
    assert [(e["headline"], e["date"], e["author"], e["current"], e["href"]) for e in listed["editorials"]] == [
        (HEADLINES[1], "1 June 2026", "Ann", True, "/products/varnish"),
        (HEADLINES[0], "1 May 2026", "Ann", False, "/products/varnish/history/2026-05-01")]
    page = site.get("/products/varnish/history/2026-05-01")
    assert page.status == 200 and "One <em>old</em> state" in page.text
    tree = parse(page.text)
    assert [x.text for x in tree.all("del")] == ["Removed words", "[removed: An old]", "[removed: old]"]
    assert [x.text for x in tree.all("ins")] == ["added words", "[added: A new]", "[added: new]"]
    assert "changed the headline and the current state." in page.text and page.text.count("Unchanged.") == 2


def test_it_is_canonical_to_the_trajectory_and_not_indexed(site):
    canonical = f"{site.url}/products/kafka"
    for path in ("/products/kafka/history", "/products/kafka/history/2026-03-20"):
        page = site.get(path)
        assert page.status == 200
        assert f'<link rel="canonical" href="{canonical}">' in page.text
        assert '<meta name="robots" content="noindex">' in page.text
        for suffix in (".json", ".md"):
            twin = site.get(path + suffix)
            assert twin.status == 200 and twin["X-Robots-Tag"] == "noindex"
            assert f'<{canonical}>; rel="canonical"' in twin["Link"]
            assert f"{site.url}{path}" in twin.text
    assert "noindex" not in site.get("/predictions").text
    sitemap = "".join(site.get(path).text for path in re.findall(r"<loc>[^<]*?(/sitemaps/[^<]*)</loc>", site.get("/sitemap.xml").text))
    assert f"{site.url}/predictions</loc>" in sitemap and "/history" not in sitemap


def test_old_slugs_redirect_once_and_unknown_dates_do_not_exist(site):
    site.sql("UPDATE product SET slug = 'kafka-log' WHERE slug = 'kafka'")
    seen(site, "/products/kafka-log/history", "Kafka")
    for rest in ("/history", "/history/2026-03-20"):
        moved = site.get(f"/products/kafka{rest}.md?x=1")
        assert (moved.status, moved["Location"]) == (308, f"{site.url}/products/kafka-log{rest}.md?x=1")
    for date in ("2026-03-21", "2026-03-20-1", "2026-03-20-2", "2026-3-20", "20260320", "latest", "2026-02-30", "x" * 300, "2026-03-20%00"):
        assert site.get(f"/products/kafka-log/history/{date}").status in (400, 404), date
        assert site.get(f"/products/kafka/history/{date}").status in (400, 404), date
    assert site.get("/products/kafka-log/history/2026-03-20/x").status == 404
    assert site.get("/products/nothing/history").status == 404
    assert site.get("/products/example-archived/history").status == 410
    assert site.get("/products/example-draft/history/2026-03-20").status == 404


def test_editorials_of_one_day_keep_their_addresses(site):
    """The first of a day has the plain date."""
    for hour in (8, 12, 16):
        add(site, "varnish", f"Of hour {hour}", f"2026-05-01 {hour:02}:00:00")
    add(site, "varnish", "Of another day", "2026-05-02 00:00:00")
    seen(site, "/products/varnish", "Of another day")
    for suffix, hour, next_hour in (("", 8, 12), ("-2", 12, 16), ("-3", 16, None)):
        page = site.get(f"/products/varnish/history/2026-05-01{suffix}.json").json
        assert page["headline"] == f"Of hour {hour}"
        assert page["next"]["href"] == (f"/products/varnish/history/2026-05-01-{suffix[1:] and '3' or '2'}" if next_hour
                                        else "/products/varnish")
    assert site.get("/products/varnish/history/2026-05-01-4").status == 404
    assert len({site.get(f"/products/varnish/history/2026-05-01{s}").text for s in ("", "-2", "-3")}) == 3


def test_what_is_not_published_and_due_never_appears(site):
    now, = site.sql("SELECT UTC_TIMESTAMP(6)")[0]
    add(site, "varnish", "Draft words", "2026-05-01 08:00:00", status="draft")
    add(site, "varnish", "Archived words", "2026-05-02 08:00:00", status="archived")
    add(site, "varnish", "Shown words", "2026-05-03 08:00:00")
    add(site, "varnish", "Later words", now + timedelta(days=3))
    soon = add(site, "varnish", "Due words", now + timedelta(seconds=3 * SLOW))
    seen(site, "/products/varnish", "Shown words")
    early = site.get("/predictions").text
    if datetime.utcnow() < now + timedelta(seconds=3 * SLOW):
        assert "Due words" not in early
    seen(site, "/products/varnish", "Due words")
    for path in ("/products/varnish", "/products/varnish/history", "/predictions", "/products/varnish/history/2026-05-03"):
        for suffix in ("", ".json", ".md"):
            text = site.get(path + suffix).text
            assert not any(word in text for word in ("Draft words", "Archived words", "Later words")), path + suffix
    for date in ("2026-05-01", "2026-05-02"):
        assert site.get(f"/products/varnish/history/{date}").status == 404
    site.sql("UPDATE editorial SET status = 'archived' WHERE id = %s", soon)
    seen(site, "/products/varnish", "Shown words")
    assert site.get("/products/varnish/history/2026-05-03").status == 303
    site.sql("UPDATE product SET status = 'archived' WHERE slug = 'kafka'")
    wait_until(lambda: "/products/kafka" not in site.get("/predictions").text, 10 * SLOW)
    assert site.get("/products/kafka/history").status == site.get("/products/kafka/history/2026-03-20").status == 410


def test_a_grade_shows_within_a_second_wherever_the_prediction_stands(site):
    move, title, url = activity_of(site, "kafka", "version = '4.3.1'")
    pages = ("/products/kafka", "/compare/kafka-vs-nats", "/predictions", "/products/kafka/history")
    before = site.get("/predictions.json").json
    for path in pages:
        assert "<strong>Came true</strong>" not in site.get(path).text or path == "/predictions"
    began = moment()
    site.sql("UPDATE editorial e JOIN product p ON p.id = e.product_id SET e.prediction_state = 'came_true', "
             "e.prediction_activity_id = %s, e.prediction_note = 'It is <there> & stays.' "
             "WHERE p.slug = 'kafka' AND e.published_at > '2026-06-01'", move)
    seen(site, "/predictions", "It is &lt;there&gt; &amp; stays.")
    assert elapsed(began) < 1 * SLOW
    after = site.get("/predictions.json").json
    assert after["came_true"] == before["came_true"] + 1 and after["open"] == before["open"] - 1
    for path in pages:
        text = site.get(path).text
        assert "<strong>Came true</strong>" in text and "It is &lt;there&gt; &amp; stays." in text, path
        assert f'<a href="{url}" rel="nofollow noopener">{title}</a>' in text, path
        assert "**Came true**" in site.get(path + ".md").text, path
    editorial = site.get("/products/kafka.json").json["product"]["editorial"]
    assert editorial["grade"]["state"] == "came_true" and editorial["grade"]["evidence"]["title"] == title
    # A past prediction is graded likewise.
    site.sql("UPDATE editorial e JOIN product p ON p.id = e.product_id SET e.prediction_state = 'open', "
             "e.prediction_activity_id = NULL, e.prediction_note = NULL WHERE p.slug = 'kafka'")
    seen(site, "/products/kafka/history/2026-03-20", "Not graded yet.")
    assert "<strong>Failed</strong>" not in site.get("/products/kafka/history").text


def test_evidence_that_is_gone_or_of_another_product_is_not_shown(site):
    mine, title, _ = activity_of(site, "kafka", "version = '4.3.1'")
    other = activity_of(site, "nats")[0]
    grade = ("UPDATE editorial e JOIN product p ON p.id = e.product_id SET e.prediction_state = 'failed', "
             "e.prediction_note = %s, e.prediction_activity_id = %s WHERE p.slug = 'kafka' AND e.published_at > '2026-06-01'")

    def evidence():
        return next(p for p in site.get("/predictions.json").json["predictions"]
                    if p["product_slug"] == "kafka" and p["current"])["grade"]["evidence"]
    site.sql(grade, "First.", mine)
    seen(site, "/products/kafka", "First.")
    assert evidence()["title"] == title
    site.sql("UPDATE activity SET status = 'draft' WHERE id = %s", mine)
    wait_until(lambda: evidence() is None, 10 * SLOW)
    for number, (ident, note) in enumerate(((other, "Second."), (99999999, "Third."))):
        site.sql(grade, note, ident)
        seen(site, "/products/kafka", note)
        assert evidence() is None


def test_an_edit_of_a_past_editorial_is_noticed_also_without_triggers(make_site):
    site = make_site(config={"sweep_seconds": 5})
    site.sql("UPDATE editorial e JOIN product p ON p.id = e.product_id SET e.headline = 'Corrected afterwards' "
             "WHERE p.slug = 'kafka' AND e.published_at < '2026-06-01'")
    seen(site, "/products/kafka/history/2026-03-20", "Corrected afterwards")
    assert "Corrected afterwards" in site.get("/predictions").text
    for column, value in (("headline", "Swept"), ("prediction_note", "Swept note"), ("heading_md", "Swept away")):
        site.sql("DROP TRIGGER IF EXISTS editorial_after_update")
        site.sql(f"UPDATE editorial e JOIN product p ON p.id = e.product_id SET e.{column} = %s, e.updated_at = '2026-03-21' "
                 "WHERE p.slug = 'kafka' AND e.published_at < '2026-06-01'", value)
        seen(site, "/products/kafka/history/2026-03-20", value, 60 * SLOW)


def test_the_ledger_has_pages_and_says_a_rate_of_ten_or_more(site):
    slugs = [slug for slug, in site.sql("SELECT slug FROM product WHERE status = 'published' ORDER BY slug LIMIT 60")]
    for number, slug in enumerate(slugs):
        add(site, slug, f"Graded {number}", f"2025-0{number % 9 + 1}-0{number % 7 + 1} 08:00:00", prediction_note="So.",
            prediction_state=("came_true", "failed", "came_true")[number % 3])
    wait_until(lambda: site.get("/predictions.json").json["total"] == 99, 20 * SLOW)
    first, second = site.get("/predictions.json").json, site.get("/predictions.json?page=2").json
    assert len(first["predictions"]) == 50 and len(second["predictions"]) == 49
    assert site.get("/predictions?page=3").status == 404
    assert site.get("/predictions?page=1")["Location"] == f"{site.url}/predictions"
    assert "noindex" in site.get("/predictions?page=2").text
    rows = first["predictions"] + second["predictions"]
    assert [r["datetime"] for r in rows] == sorted((r["datetime"] for r in rows), reverse=True)
    expected = site.sql("SELECT SUM(prediction_state = 'came_true'), SUM(prediction_state = 'failed') FROM editorial e "
                        "JOIN product p ON p.id = e.product_id WHERE e.status = 'published' AND p.status = 'published'")[0]
    assert (first["came_true"], first["failed"]) == tuple(map(int, expected))
    graded = first["came_true"] + first["failed"]
    assert first["rate"] == f"{int(100 * first['came_true'] / graded + 0.5)}%"
    assert f"Hit rate {first['rate']}: {first['came_true']} of {graded} graded predictions came true.<" in site.get("/predictions").text
    assert {r["grade"]["state"] for r in rows} == {"open", "came_true", "failed"}


def selects(site):
    return int(dict(site.database.sql("SHOW GLOBAL STATUS LIKE 'Com_select'"))["Com_select"])


def test_a_page_that_nobody_asked_for_needs_no_sql_once_its_fragments_exist(make_site):
    """The ledger and the lists are made of fragments that exist since a product was read for any page."""
    site = make_site(config={"poll_interval": 60000, "sweep_seconds": 86400, "page_cache_bytes": 0, "workers": 1,
                             "memcached_timeout": 5000})
    site.diptych("warm", check=True)
    site.get("/products/kafka/history/2026-03-20")  # made when it is asked for, like a later page of a timeline
    before = selects(site)
    for path in ("/predictions", "/predictions.md", "/products/kafka/history", "/products/rust/history.json",
                 "/products/kafka/history/2026-03-20", "/products/kafka/history/2026-03-20.md",
                 "/products/kafka/history/2026-03-20.json"):
        assert site.get(path).status == 200
    assert selects(site) == before


HOSTILE = {
    "alike": ("CONCAT(REPEAT('alike ', 27000), 'x')", "CONCAT('y ', REPEAT('alike ', 27000))"),
    "two words": ("REPEAT('a b a a b ', 16000)", "REPEAT('b a b b a ', 16000)"),
    "nothing in common": ("REPEAT('left words only ', 10000)", "REPEAT('right things alone ', 8000)"),
    "one long word": ("REPEAT('x', 160000)", "REPEAT('xy', 80000)"),
    "quadratic Markdown": ("REPEAT('![[]()', 26000)", "REPEAT('> ', 80000)"),
    "many paragraphs": ("REPEAT('a\n\n', 50000)", "REPEAT('b\n\n', 50000)"),
    "markup": ("REPEAT('<del>&amp;</ins><script>', 6000)", "REPEAT('</p><ins>', 16000)"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_bodies_stay_within_the_deadline(make_site, kind):
    site = make_site(config={"deadline": 4000, "workers": 1, "markdown_cpu": 300})
    old, new = HOSTILE[kind]
    ids = [add(site, "varnish", headline, day) for headline, day in zip(HEADLINES, ("2026-05-01 08:00:00", "2026-06-01 08:00:00"))]
    for ident, body in zip(ids, (old, new)):
        site.sql(f"UPDATE editorial SET current_state_md = {body}, heading_md = CONCAT('h ', {body}), "
                 f"prediction_md = CONCAT('p ', {body}) WHERE id = {ident}")
    seen(site, "/products/varnish/history", HEADLINES[0])
    for path in ("/products/varnish/history/2026-05-01", "/predictions", "/products/varnish/history"):
        began = moment()
        answer = site.get(path)
        assert elapsed(began) < 5 * SLOW, path
        assert answer.status == 200
        assert "<script>" not in answer.text
        parse(answer.text)
    page = site.get("/products/varnish/history/2026-05-01")
    changes = page.text[page.text.index('id="changes"'):]
    assert len(changes) < 1_500_000
    assert "</span>An old<span" in changes and "</span>A new<span" in changes


def test_a_site_without_predictions_says_so(make_site):
    site = make_site(data="schema")
    page = site.get("/predictions")
    assert page.status == 200 and "No prediction has been published yet." in page.text and "Hit rate" not in page.text
    twin = site.get("/predictions.json").json
    assert (twin["total"], twin["open"], twin["came_true"], twin["failed"], twin["rate"], twin["predictions"]) == (0, 0, 0, 0, None, [])
    assert "*No prediction yet.*" in site.get("/predictions.md").text
    assert site.get("/predictions?page=2").status == 404


def test_a_hit_rate_stands_beside_its_number(sample_site):
    """Graded are 7 of the sample: 4 came true."""
    state = dict(sample_site.sql("SELECT e.prediction_state, COUNT(*) FROM editorial e JOIN product p ON p.id = e.product_id "
                                 "WHERE e.status = 'published' AND p.status = 'published' GROUP BY 1"))
    good, bad = state["came_true"], state["failed"]
    said = f"Hit rate {int(100 * good / (good + bad) + 0.5)}%: {good} of {good + bad} graded predictions came true."
    assert good + bad < 10 and said + " So few say little about the next ones." in sample_site.get("/predictions").text
    assert said in sample_site.get("/predictions.md").text
    assert said in parse(sample_site.get("/predictions").text).one("meta", {"name": "description"})["content"]


def test_a_past_editorial_is_revalidated_like_every_page(sample_site):
    """Its words stay, but its grade may come later, so a reload must see it."""
    path = "/products/kafka/history/2026-03-20"
    for suffix in ("", ".json", ".md"):
        page = sample_site.get(path + suffix)
        assert page["Cache-Control"] == "public, max-age=0, must-revalidate"
        again = sample_site.get(path + suffix, if_none_match=page["ETag"])
        assert again.status == 304 and again["ETag"] == page["ETag"]


def test_removed_and_added_words_are_apart(sample_site):
    for path in ("/products/kafka/history/2026-03-20", "/products/rust/history/2026-04-18"):
        changes = sample_site.get(path).text.partition('id="changes"')[2]
        assert "</del> <ins>" in changes and "</del><ins>" not in changes
        assert "-]{+" not in sample_site.get(path + ".md").text

"""Previews: a row that readers do not see yet, on the very page on which they will."""
import itertools
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from lib.page import parse
from lib.servers import wait_until

LATE = 1.75  # seconds; a page may take 2
NUMBERS = itertools.count(1)
PRIVATE = {"cache-control": "private, no-store", "x-robots-tag": "noindex, nofollow", "referrer-policy": "no-referrer"}
BODY = re.compile(r'<header class="mast">.*', re.S)


@pytest.fixture(scope="module")
def site(module_site):
    module_site.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 0")
    return module_site


def add(site, table, **columns):
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    connection = site.database.connect()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(columns.values()))
        identity = cursor.lastrowid
    connection.close()
    return identity


def token(site, table, identity):
    return site.sql(f"SELECT preview_token FROM {table} WHERE id = %s", identity)[0][0]


def link(site, table, identity, path=""):
    return f"/preview/{token(site, table, identity)}{path}"


def product_id(site, slug):
    return site.sql("SELECT id FROM product WHERE slug = %s", slug)[0][0]


def draft_product(site, **columns):
    """A draft with sectors, themes, moves, facts, a pick and a question of its own, which are all published."""
    n = next(NUMBERS)
    own = add(site, "product", **{"slug": f"quokka-{n}", "name": f"Quokka {n}", "summary": "A message broker for islands.",
                                  "license": "MIT", "website_url": "https://quokka.example/", **columns})
    kafka = product_id(site, "kafka")
    for table, column in (("product_sector", "sector_id"), ("product_theme", "theme_id")):
        for value, sort in site.sql(f"SELECT {column}, sort FROM {table} WHERE product_id = %s", kafka):
            add(site, table, **{"product_id": own, column: value, "sort": sort})
    for i in range(9):
        add(site, "activity", product_id=own, kind="release", title=f"Version 1.{i}", version=f"1.{i}",
            **{"class": "spark" if i % 4 == 0 else "improvement"}, url="https://quokka.example/r", occurred_at=f"2026-0{1 + i % 8}-1{i} 10:00:00")
    for attribute, in site.sql("SELECT attribute_id FROM fact WHERE product_id = %s LIMIT 3", kafka):
        add(site, "fact", product_id=own, attribute_id=attribute, value="yes", checked_on="2026-08-01")
    add(site, "alternative", product_id=own, other_product_id=product_id(site, "nats"), reason="It is small.", status="published")
    add(site, "faq", product_id=own, question="Does it swim?", answer_md="It **does**.", status="published")
    return own


def shown(page):
    assert page.status == 200, (page.status, page.text[:600])
    return BODY.search(page.text)[0]


def private(answer):
    assert {name: answer.headers[name] for name in PRIVATE} == PRIVATE
    assert not {"etag", "last-modified", "link"} & set(answer.headers)


def published(site, table, identity, **columns):
    columns = {"status": "published", **columns}
    site.sql(f"UPDATE {table} SET {', '.join(f'{name} = %s' for name in columns)} WHERE id = %s", *columns.values(), identity)


def public(site, path):
    assert wait_until(lambda: site.get(path).status == 200, 10), site.get(path).text[:500]
    return site.get(path)


# ---- a page of a preview is the public page

def test_a_draft_product_looks_as_it_will(site):
    own = draft_product(site)
    slug, = site.sql("SELECT slug FROM product WHERE id = %s", own)[0]
    pair = "-vs-".join(sorted([slug, "kafka"]))
    paths = [f"/products/{slug}", f"/alternatives/{slug}", f"/faq/{slug}", f"/compare/{pair}"]
    assert [site.get(path).status for path in paths] == [404] * 4
    before = {path: site.get(link(site, "product", own, path)) for path in paths}
    before[""] = site.get(link(site, "product", own))
    for answer in before.values():
        private(answer)
    assert shown(before[""]) == shown(before[paths[0]])
    published(site, "product", own)
    for path in paths:
        assert shown(before[path]) == shown(public(site, path)), path
    moved = site.get(f"/preview/{token(site, 'product', own)}")
    assert (moved.status, moved.headers["location"]) == (307, f"{site.url}/products/{slug}")
    private(moved)


def editorial(site, product, **columns):
    return add(site, "editorial", **{"product_id": product, "headline": "It learns to swim", "current_state_md": "It *floats*.",
                                     "heading_md": "To deeper water.", "prediction_md": "It dives by 2027.", "author": "Ann",
                                     **columns})


def banner(page):
    return next(parse(page.text).all("aside", {"class": "preview"}))


def said(page):
    return " ".join(banner(page).text.split())


def tabs(page):
    return {a.text: a["href"] for a in banner(page).one("nav").all("a")}


def test_a_newer_draft_editorial_looks_as_it_will_on_each_page(site):
    """The times of the preview are given to the row, since a publication takes the time at which it happens."""
    own = product_id(site, "redis")
    row = editorial(site, own)
    paths = ["/products/redis", "/alternatives/redis", "/faq/redis", "/compare/kafka-vs-redis", "/compare/kafka-vs-nats-vs-redis"]
    answers = {path: site.get(link(site, "editorial", row, path)) for path in paths}
    assert "It learns to swim" in answers["/products/redis"].text and "It learns to swim" not in site.get("/products/redis").text
    times = {path: re.findall(r'datetime="(20[0-9T:-]+)Z"', shown(answer)) for path, answer in answers.items()}
    newest = max(t for list_ in times.values() for t in list_)
    published(site, "editorial", row, published_at=newest, updated_at=newest)
    assert wait_until(lambda: "It learns to swim" in site.get("/products/redis").text, 10)
    moment = datetime.fromisoformat(newest)

    def at_once(text):
        """As if all previews had been asked for at the same moment."""
        return re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d", lambda m: newest if abs(datetime.fromisoformat(m[0]) - moment) <
                      timedelta(minutes=1) else m[0], text)
    for path in paths:
        assert at_once(shown(answers[path])) == at_once(shown(site.get(path))), path
    site.sql("DELETE FROM editorial WHERE id = %s", row)


def test_texts_on_a_pair_picks_questions_and_pages_look_as_they_will(site):
    kafka, curl = product_id(site, "kafka"), product_id(site, "curl")
    rows = [
        ("comparison", "/compare/curl-vs-kafka", {"product_id": kafka, "other_product_id": curl, "intro_md": "Both **pour**.",
                                                  "verdict_md": "Take a cup."}),
        ("alternative", "/alternatives/kafka", {"product_id": kafka, "other_product_id": curl, "reason": "It is thinner.", "sort": -5}),
        ("faq", "/faq/kafka", {"product_id": kafka, "question": "Is it wet?", "answer_md": "*No.*", "sort": -5}),
        ("faq", "/compare/curl-vs-kafka", {"product_id": kafka, "other_product_id": curl, "question": "Which pours?",
                                           "answer_md": "Both."}),
        ("faq", "/faq", {"question": "Who waters the site?", "answer_md": "The editors.", "sort": -5}),
        ("page", "/watering", {"slug": "watering", "title": "Watering", "body_md": "## How\n\nWith care."}),
    ]
    for table, path, columns in rows:
        row = add(site, table, **columns)
        before = site.get(path)
        answer = site.get(link(site, table, row))
        private(answer)
        assert before.status == 404 or shown(answer) != shown(before), table
        published(site, table, row)
        assert wait_until(lambda: site.get(path).status == 200 and shown(site.get(path)) == shown(answer), 10), (table, path)
        moved = site.get(link(site, table, row))
        assert (moved.status, moved.headers["location"]) == (307, site.url + path)


def test_a_preview_leads_to_its_other_pages(site):
    own = draft_product(site)
    row = editorial(site, own)
    slug, = site.sql("SELECT slug FROM product WHERE id = %s", own)[0]
    page = site.get(link(site, "editorial", row))
    assert "is a draft: publish it, too" in said(page)
    found = tabs(page)
    base = link(site, "editorial", row)
    assert {f"{base}/products/{slug}", f"{base}/alternatives/{slug}", f"{base}/faq/{slug}"} < set(found.values())
    assert sum("/compare/" in href for href in found.values()) == 3
    for text, href in found.items():
        there = site.get(href)
        assert there.status == 200 and [a.text for a in banner(there).all("a", {"aria-current": "page"})] == [text]
    assert shown(site.get(f"{base}/alternatives")) == shown(site.get(f"{base}/alternatives/{slug}"))
    moved = site.get(f"{base}/compare/zig-vs-{slug}-vs-kafka".replace("zig", "nats"))
    assert (moved.status, moved.headers["location"]) == (307, f"{site.url}{base}/compare/kafka-vs-nats-vs-{slug}")
    private(moved)
    for path in ("/", "/leaderboard", "/search", "/feed.atom", "/sitemap.xml", f"/products/{slug}.json", f"/products/{slug}.md",
                 f"/products/{slug}/history", "/metrics", "/healthz", "/preview/" + "0" * 48, "/compare/kafka-vs-nowhere"):
        answer = site.get(base + path)
        assert answer.status == 404, path
        private(answer)
    site.sql("DELETE FROM editorial WHERE id = %s", row)


# ---- states

def test_what_the_banner_says_of_each_state(site):
    own = product_id(site, "nats")
    row = editorial(site, own)
    assert "Draft" in said(site.get(link(site, "editorial", row)))
    site.sql("UPDATE editorial SET published_at = '2041-03-01 09:00' WHERE id = %s", row)
    assert "its date, 1 Mar 2041, 09:00 UTC, has come" in said(site.get(link(site, "editorial", row)))
    published(site, "editorial", row)
    page = site.get(link(site, "editorial", row))
    assert "Scheduled" in said(page) and "appears, on 1 Mar 2041, 09:00 UTC" in said(page) and "works until then" in said(page)
    assert "It learns to swim" in shown(page)
    site.sql("UPDATE editorial SET status = 'draft', published_at = '2020-03-01 09:00' WHERE id = %s", row)
    page = site.get(link(site, "editorial", row))
    assert "lies before that of the current editorial" in said(page) and "It learns to swim" not in shown(page).split("<footer")[0]
    site.sql("UPDATE editorial SET status = 'archived' WHERE id = %s", row)
    gone = site.get(link(site, "editorial", row))
    assert gone.status == 410 and "archived" in gone.text
    private(gone)
    site.sql("DELETE FROM editorial WHERE id = %s", row)


def test_what_lint_says_stands_in_the_banner(site):
    row = editorial(site, product_id(site, "nats"), current_state_md="<b>x</b> and 40% more.\n\n[dead](/products/nowhere)",
                    headline="h" * 130)
    page = site.get(link(site, "editorial", row))
    said_by_lint = site.diptych("lint", "--table", "editorial", "--id", str(row), "--json").stdout
    findings = re.findall(r'"column":"(\w+)".*?"meaning":"(.*?)","advice":"(.*?)"', said_by_lint)
    assert len(findings) >= 4 and f"Checked: {len(findings)} things" in said(page)
    for column, meaning, advice in findings:
        assert f"editorial {row}, {column}:" in said(page) and advice in said(page)
    site.sql("UPDATE editorial SET current_state_md = 'Plain.', headline = 'Plain' WHERE id = %s", row)
    assert "Checked: nothing to mend." in said(site.get(link(site, "editorial", row)))
    site.sql("DELETE FROM editorial WHERE id = %s", row)


def test_a_draft_product_is_checked_with_the_editorial_that_it_will_show(site):
    product = add(site, "product", slug="checked", name="Checked")
    row = add(site, "editorial", product_id=product, headline="x", current_state_md="[dead](/products/nowhere)", status="published")
    page = site.get(link(site, "product", product))
    assert f"editorial {row}, current_state_md:" in said(page), said(page)
    assert said(page).count(f"editorial {row}, current_state_md:") == 1 == said(site.get(link(site, "editorial", row))).count(
        f"editorial {row}, current_state_md:")
    site.sql("DELETE FROM editorial WHERE id = %s", row)
    site.sql("DELETE FROM product WHERE id = %s", product)


def test_the_banner_is_a_landmark_and_is_said_before_the_page(site):
    row = editorial(site, product_id(site, "nats"))
    page = site.get(link(site, "editorial", row))
    assert banner(page)["aria-label"] == "Preview" and page.text.index("<aside") < page.text.index('<header class="mast">')
    assert page.text.index('class="skip"') < page.text.index("<aside")
    head = page.text.split("</head>")[0]
    assert '<meta name="robots" content="noindex, nofollow">' in head and '<meta name="referrer" content="no-referrer">' in head
    for absent in ("canonical", "og:", "ld+json", "alternate"):
        assert absent not in head
    site.sql("DELETE FROM editorial WHERE id = %s", row)


# ---- tokens

def test_a_token_is_random_and_made_for_each_row(site):
    own = [add(site, "page", slug=f"t-{i}", title="T", preview_token="a" * 48) for i in range(50)]
    tokens = {token(site, "page", row) for row in own}
    assert len(tokens) == 50 and all(re.fullmatch("[0-9a-f]{48}", t) for t in tokens) and "a" * 48 not in tokens
    first = token(site, "page", own[0])
    site.sql("UPDATE page SET title = 'U' WHERE id = %s", own[0])
    assert token(site, "page", own[0]) == first, "a save keeps the link"
    for word in ("new", "b" * 48, "", first.upper()):
        site.sql("UPDATE page SET preview_token = %s WHERE id = %s", word, own[0])
        assert re.fullmatch("[0-9a-f]{48}", token(site, "page", own[0])) and token(site, "page", own[0]) not in (word, first)


def test_a_link_is_taken_back_and_a_new_one_is_made(site):
    row = add(site, "page", slug="revoked", title="Revoked", body_md="Secret.")
    old = link(site, "page", row)
    assert site.get(old).status == 200
    site.sql("UPDATE page SET preview_token = NULL WHERE id = %s", row)
    assert site.get(old).status == 404
    site.sql("UPDATE page SET title = 'Still' WHERE id = %s", row)
    assert token(site, "page", row) is None, "a save does not give it back"
    site.sql("UPDATE page SET preview_token = 'new' WHERE id = %s", row)
    assert link(site, "page", row) != old and site.get(old).status == 404 and site.get(link(site, "page", row)).status == 200


def aged(site, table, row, days):
    """As if the row had been saved so long ago: the trigger that notes the time is away meanwhile."""
    name = f"{table}_preview_update"
    body = site.sql(f"SHOW CREATE TRIGGER {name}")[0][2]
    site.sql(f"DROP TRIGGER {name}")
    site.sql(f"UPDATE {table} SET preview_saved_at = UTC_TIMESTAMP(6) - INTERVAL {round(days * 24)} HOUR WHERE id = %s", row)
    site.sql(body)


def test_a_link_works_for_a_week_after_the_last_save(site):
    row = editorial(site, product_id(site, "nats"))
    there = link(site, "editorial", row)
    aged(site, "editorial", row, 6.9)
    assert site.get(there).status == 200
    aged(site, "editorial", row, 7.1)
    old = site.get(there)
    assert old.status == 404 and "It learns to swim" not in old.text
    private(old)
    site.sql("UPDATE editorial SET status = 'published', published_at = '2041-01-01' WHERE id = %s", row)
    aged(site, "editorial", row, 300)
    assert site.get(there).status == 200, "a scheduled one lives until its date"
    site.sql("UPDATE editorial SET status = 'draft' WHERE id = %s", row)
    assert site.get(there).status == 200, "a save prolongs it"
    site.sql("DELETE FROM editorial WHERE id = %s", row)
    assert site.get(there).status == 404


def test_a_row_without_time_of_its_save_has_no_link(site):
    """A row from before the migration, with a token that somebody chose."""
    row = add(site, "page", slug="older", title="Older")
    body = site.sql("SHOW CREATE TRIGGER page_preview_update")[0][2]
    site.sql("DROP TRIGGER page_preview_update")
    site.sql("UPDATE page SET preview_token = %s, preview_saved_at = NULL WHERE id = %s", "c" * 48, row)
    site.sql(body)
    assert site.get(f"/preview/{'c' * 48}").status == 404
    site.sql("UPDATE page SET title = 'Saved' WHERE id = %s", row)
    assert token(site, "page", row) != "c" * 48 and site.get(link(site, "page", row)).status == 200


HOSTILE = ["", "/", "x", "%", "%00", "%27", "' OR 1=1 -- ", "0" * 47, "0" * 49, "G" * 48, "0" * 48 + ".json", "0" * 48 + ".md",
           "0" * 48 + "%00", "0" * 16 + "%25" * 16, "../../etc/passwd", "%2e%2e/", "%c3%a9" * 24, "0" * 2000, "_" * 48, "%" * 48]


def test_hostile_tokens_are_refused_without_a_statement(site):
    before = site.metrics()["diptych_db_statements_total"]
    for word in HOSTILE:
        answer = site.http("GET", "/preview/" + word.replace(" ", "+"))
        assert answer.status in (400, 404, 414), word
        assert answer.headers["cache-control"] in ("private, no-store", "no-store", "public, max-age=1"), word
    assert site.metrics()["diptych_db_statements_total"] - before < 60  # of the watcher's polls


def test_only_one_spelling_of_an_address_is_answered(site):
    row = add(site, "page", slug="spelled", title="Spelled", body_md="Secret words.")
    there = link(site, "page", row)
    assert site.get(there).status == 200 and site.get(there + "?page=2").status == 200
    for other in (there.upper(), "/" + there, there + "/", there.replace("preview", "%70review"), there.replace("/preview/", "/preview//"),
                  there[:-1] + "%3" + there[-1], there.replace("preview", "Preview")):
        if other != there:
            answer = site.get(other)
            assert answer.status in (404, 400) and "Secret words" not in answer.text, other
    assert site.http("HEAD", there).status == 200 and site.http("POST", there).status == 405
    private(site.http("HEAD", there))


def test_the_half_of_a_token_is_no_token(site):
    """The database finds a row by the first 16 digits; the rest must be right, too."""
    row = add(site, "page", slug="halves", title="Halves", body_md="Secret words.")
    right = token(site, "page", row)
    for wrong in (right[:16] + "0" * 32, right[:47] + ("0" if right[47] != "0" else "1"), "0" * 16 + right[16:]):
        assert site.get(f"/preview/{wrong}").status == 404


def test_no_log_has_a_token(site):
    row = add(site, "page", slug="logged", title="Logged")
    right = token(site, "page", row)
    for path in ("", "/nowhere", "/alternatives"):
        site.get(f"/preview/{right}{path}")
    for file in site.folder.rglob("*.log"):
        assert right not in file.read_text(errors="replace"), file


def test_a_body_is_shown_though_the_rows_came_late(site):
    """The table is locked for nearly as long as a page may take."""
    site.config.update(mysql_timeout=2000)
    site.write_config()
    assert site.diptych("reload").returncode == 0
    row = add(site, "editorial", product_id=product_id(site, "nats"), headline="Late", current_state_md="The last word. " * 100, status="draft")
    there = link(site, "editorial", row)
    wait_until(lambda: site.get(there).status == 200, 10, "the preview")
    connection = site.database.connect()
    with connection.cursor() as cursor, ThreadPoolExecutor(1) as executor:
        for _ in range(20):
            cursor.execute("LOCK TABLES editorial WRITE")
            asked = time.monotonic()
            answer = executor.submit(site.get, there)
            time.sleep(asked + LATE - time.monotonic())
            cursor.execute("UNLOCK TABLES")
            if answer.result().status == 200 and time.monotonic() - asked >= LATE:
                break
        else:
            pytest.fail("no preview was answered")
    connection.close()
    assert "The last word." in shown(answer.result())

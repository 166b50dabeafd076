"""What rows_* read from a real database: values, versions, limits, and what happens when it fails."""
import threading

import pytest

from lib.daemon import wait_until
from lib.probes import config_file, facts, rows, sample_database
from lib.questions import questions
from lib.servers import diptych

NOT_FOUND = "not found: answer 404"


@pytest.fixture(scope="module")
def shared(templates):
    """The sample site; tests add products of their own and leave the others alone."""
    yield from sample_database(templates)


@pytest.fixture
def own(templates):
    yield from sample_database(templates)


def product(database, slug, **columns):
    columns = {"slug": slug, "name": slug.title(), "status": "published", **columns}
    database.sql(f"INSERT INTO product ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})",
                 *columns.values())
    return database.sql("SELECT id FROM product WHERE slug = %s", slug)[0][0]


def one(database, ident, **config):
    return rows(config_file(database, database.folder, **config), "products", ident)[0][0]


def editorial(database, ident, headline, published, status="published", **more):
    columns = {"product_id": ident, "headline": headline, "status": status, "published_at": published, **more}
    database.sql(f"INSERT INTO editorial ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})",
                 *columns.values())


def activity(database, ident, occurred, title="A", kind="release", klass="improvement", status="published"):
    database.sql("INSERT INTO activity (product_id, kind, class, title, occurred_at, status) VALUES "
                 "(%s, %s, %s, %s, %s, %s)", ident, kind, klass, title, occurred, status)


def test_bulk_and_single_readings_agree(shared):
    config = config_file(shared, shared.folder)
    ids = [i for i, in shared.sql("SELECT id FROM product ORDER BY id")]
    bulk = {p["id"]: facts(p) for p in rows(config, "range", 0, 1000)[0]}
    assert sorted(bulk) == ids
    listed = {p["id"]: facts(p) for p in rows(config, "facts", *ids)[0]}
    whole = {p["id"]: facts(p) for p in rows(config, "products", *ids[:100])[0]}
    whole.update((p["id"], facts(p)) for p in rows(config, "products", *ids[100:])[0])
    single = {i: facts(rows(config, "products", i)[0][0]) for i in ids[::13]}
    assert listed == bulk
    for i, one in [*whole.items(), *single.items()]:  # past months are read for the catalog alone
        assert one == {**bulk[i], "past": [0] * 12}
    assert sorted(whole) == ids and any(any(p["past"]) for p in bulk.values())
    assert len({p["version"] for p in bulk.values()}) == len(ids)


def test_a_hundred_products_cost_eight_statements_in_two_round_trips(shared):
    config = config_file(shared, shared.folder)
    count = questions(shared)
    before = count()
    _, end = rows(config, "products", *range(1, 101))
    assert end["statements"] == 8, "one of them sets the session up"
    assert end["round_trips"] == 2
    assert count.settled() - before == 9, "the server counts the parting too"


def test_order_and_holes_of_what_was_asked(shared):
    found = rows(config_file(shared, shared.folder), "products", 9, 999999, 3, 9)[0]
    assert [p["id"] for p in found] == [9, 0, 3, 9]


def test_pages_of_a_range(shared):
    config = config_file(shared, shared.folder)
    assert [p["id"] for p in rows(config, "range", 10, 3)[0]] == [11, 12, 13]
    assert rows(config, "range", 5000, 3)[0] == []


def test_the_due_editorial(shared):
    ident = product(shared, "due-editorial")
    assert not one(shared, ident)["has_editorial"]
    editorial(shared, ident, "Old", "2026-01-01")
    editorial(shared, ident, "New", "2026-03-01", current_state_md="# State", prediction_md="P", author="Ann")
    editorial(shared, ident, "Twin", "2026-03-01")
    editorial(shared, ident, "Draft", "2026-04-01", status="draft")
    editorial(shared, ident, "Archived", "2026-04-01", status="archived")
    shared.sql("UPDATE editorial SET updated_at = '2026-02-01' WHERE product_id = %s", ident)
    shown = one(shared, ident)
    assert shown["editorial"]["headline"] == "Twin", "the same time: the higher id"
    assert shown["editorial_us"] == 1772323200000000 and shown["next_due_us"] is None
    editorial(shared, ident, "Later", "2099-01-01")
    after = one(shared, ident)
    assert after["editorial"]["headline"] == "Twin" and after["next_due_us"] == 4070908800000000
    assert after["version"].split(":")[1] == shown["version"].split(":")[1], "what isn't due shows nowhere"
    assert after["version"] != shown["version"]


def test_an_editorial_follows_the_real_clock_and_activities_the_frozen_one(shared):
    ident = product(shared, "two-clocks")
    shared.sql("INSERT INTO editorial (product_id, status, headline) VALUES (%s, 'published', 'Just now')", ident)
    activity(shared, ident, "2026-08-22 12:00:00", "At")
    activity(shared, ident, "2026-08-22 12:00:01", "After")
    shown = one(shared, ident)
    assert shown["editorial"]["headline"] == "Just now"
    assert [a["title"] for a in shown["timeline"]] == ["At"] and shown["activities"] == 1
    assert one(shared, ident, as_of="")["activities"] == 2


def test_windows_and_counts(shared):
    ident = product(shared, "windows")
    for when, kind, klass in (("2026-08-22 12:00:00", "release", "spark"), ("2026-05-24 12:00:00.000001", "post", "trivial"),
                              ("2026-05-24 12:00:00", "release", "trivial"), ("2026-07-23 12:00:00.000001", "event", "spark"),
                              ("2026-07-23 12:00:00", "event", "spark"), ("2020-01-01", "release", "improvement")):
        activity(shared, ident, when, kind=kind, klass=klass)
    activity(shared, ident, "2026-08-01", status="draft")
    shown = one(shared, ident)
    assert (shown["n90"], shown["s30"], shown["activities"], shown["moves"]) == (2, 2, 6, 5)
    assert len(shown["sparks"]) == 3
    # half past: the windows still end at the full hour
    half = one(shared, ident, as_of="2026-08-22T12:59:59Z")
    assert half["window_us"] == shown["window_us"] and (half["n90"], half["s30"]) == (2, 2)


def release(database, ident, version, occurred, kind="release", status="published"):
    database.sql("INSERT INTO activity (product_id, kind, title, version, url, occurred_at, status) VALUES"
                 " (%s, %s, 'R', %s, %s, %s, %s)", ident, kind, version, f"https://example.org/{version}", occurred, status)


def test_the_latest_release_and_the_first_on_record(shared):
    """Releases with a version, published and due by the site's clock; at one time the lowest id."""
    ident = product(shared, "releases")
    assert one(shared, ident)["latest_release"] is None and one(shared, ident)["first_release"] is None
    assert one(shared, ident)["release_us"] is None
    for version, when in (("3.0", "2026-08-20"), ("2.9", "2026-08-20"), ("1.1", "2024-01-01"), ("1.0", "2023-01-01")):
        release(shared, ident, version, when)
    assert one(shared, ident)["release_us"] == 1787184000000000
    for version, when in ((None, "2026-08-21"), ("  ", "2026-08-21"), ("\u200b\u2060", "2026-08-21"), ("", "2000-01-01")):
        release(shared, ident, version, when)
    release(shared, ident, "9.9", "2026-08-22 11:00:00", kind="event")
    release(shared, ident, "0.1", "2001-01-01", kind="post")
    release(shared, ident, "9.8", "2026-08-22 11:00:00", status="draft")
    release(shared, ident, "4.0", "2026-08-22 13:00:00")
    shown = one(shared, ident)
    assert shown["latest_release"] == {"version": "3.0", "at": 1787184000000000, "url": "https://example.org/3.0"}
    assert shown["first_release"]["version"] == "1.0"
    assert one(shared, ident, as_of="2026-08-22T13:00:00Z")["latest_release"]["version"] == "4.0"
    # behind more posts than a profile holds
    shared.sql("INSERT INTO activity (product_id, kind, title, occurred_at) SELECT %s, 'post', 'P', '2026-08-22 12:00:00'"
               " - INTERVAL seq MINUTE FROM seq_1_to_80", ident)
    shown = one(shared, ident)
    assert shown["latest_release"]["version"] == "3.0" and shown["first_release"]["version"] == "1.0"
    # a view that joins may tell each row several times
    shared.sql("CREATE OR REPLACE VIEW site_activity AS SELECT a.* FROM activity a JOIN (SELECT 1 UNION ALL SELECT 2) AS b",
               user="root")
    try:
        twice = one(shared, ident)
    finally:
        shared.sql("CREATE OR REPLACE VIEW site_activity AS SELECT * FROM activity", user="root")
    assert {k: twice[k] for k in ("latest_release", "first_release", "n90", "timeline")} == \
        {k: shown[k] for k in ("latest_release", "first_release", "n90", "timeline")}


@pytest.mark.parametrize("blank", [None, "", "   ", "\u00a0\u3000", "\u200b", "\u2060\ufeff \u00ad", "\u2800"])
def test_a_line_in_which_nothing_can_be_seen_is_none(shared, blank):
    ident = product(shared, f"blank-{'-'.join(f'{ord(c):x}' for c in blank or '0')}-x{blank is None:d}", summary=blank,
                    license=blank, name=blank or "x")
    editorial(shared, ident, blank or "", "2026-01-01")
    shown = one(shared, ident)
    assert shown["summary"] in (None, "") and shown["editorial"]["headline"] in (None, "")
    assert shown["name"] in ("x", shown["slug"])
    shared.sql("UPDATE product SET summary = ' A log\u200d. ' WHERE id = %s", ident)
    assert one(shared, ident)["summary"] == "A log\u200d."


def test_timeline_in_pages(shared):
    ident = product(shared, "long-history")
    for n in range(120):
        activity(shared, ident, f"2026-01-{1 + n // 24:02d} {n % 24 // 2:02d}:00:00", f"T{n}", klass="spark" if n % 9 == 0 else "trivial")
    config = config_file(shared, shared.folder)
    shown = rows(config, "products", ident)[0][0]
    pages = [rows(config, "timeline", ident, page)[0][0] for page in (1, 2, 3, 4)]
    merged = [a for page in pages for a in page["activities"]]
    assert [len(page["activities"]) for page in pages] == [50, 50, 20, 0]
    assert all(page["total"] == 120 and page["version"] == shown["version"] for page in pages)
    assert merged == sorted(merged, key=lambda a: (-a["at"], a["id"])) and len({a["id"] for a in merged}) == 120
    assert shown["timeline"] == merged[:50]
    assert shown["sparks"] == [a for a in merged if a["class"] == 2][:10]
    _, end = rows(config, "timeline", 999999, 2, fails=True)
    assert end["end"] == NOT_FOUND


def test_pairs_either_way_round(shared):
    a, b, c = (product(shared, f"pair-{x}") for x in "abc")
    shared.sql("INSERT INTO comparison (product_id, other_product_id, status, intro_md, verdict_md) VALUES "
               "(%s, %s, 'published', 'Intro', 'Verdict')", b, a)
    shared.sql("INSERT INTO faq (product_id, other_product_id, question, answer_md, sort, status) VALUES "
               "(%s, %s, 'Second?', 'Yes', 2, 'published'), (%s, %s, 'First?', 'No', 1, 'published'), "
               "(%s, NULL, 'Alone?', 'So', 1, 'published'), (%s, %s, 'Draft?', '', 0, 'draft')", a, b, b, a, a, a, b)
    config = config_file(shared, shared.folder)
    there, back = (rows(config, "products", x)[0][0]["pairs"][0] for x in (a, b))
    assert there["intro"] == "Intro" and there["verdict"] == "Verdict"
    assert [q["question"] for q in there["questions"]] == ["First?", "Second?"]
    assert {**back, "other": 0} == {**there, "other": 0}
    shown = rows(config, "products", a)[0][0]
    assert [q["question"] for q in shown["questions_list"]] == ["Alone?"]
    assert [p["other"] for p in shown["pairs"]] == [b]
    assert rows(config, "products", c)[0][0]["pairs"] == []


def test_picks_in_their_order_one_way(shared):
    a, *others = (product(shared, f"picks-{x:02}") for x in range(16))
    shared.sql("INSERT INTO alternative (product_id, other_product_id, reason, sort, status) VALUES "
               "(%s, %s, ' Third ', 3, 'published'), (%s, %s, 'First', 1, 'published'), (%s, %s, 'Draft', 0, 'draft'), "
               "(%s, %s, 'Second', 1, 'published')", a, others[0], a, others[1], a, others[2], a, others[3])
    wanted = [[o, o, r] for o, r in ((others[1], "First"), (others[3], "Second"), (others[0], "Third"))]
    assert one(shared, a)["picks"] == wanted and one(shared, others[0])["picks"] == []
    shared.sql("DELETE FROM alternative WHERE product_id = %s", a)
    for n, other in enumerate(others):
        shared.sql("INSERT INTO alternative (product_id, other_product_id, reason, sort, status) VALUES (%s, %s, 'R', %s, 'published')",
                   a, other, n)
    assert [p[0] for p in one(shared, a)["picks"]] == others[:12]


def test_picks_of_a_view_that_repeats_them(own):
    own.script("INSERT INTO product (slug, name, status) VALUES ('one', 'One', 'published'), ('two', 'Two', 'published');"
               "CREATE OR REPLACE VIEW site_alternative AS SELECT 1 AS id, 1 AS product_id, 2 AS other_product_id, 'A' AS reason,"
               " 1 AS sort, 'published' AS status UNION ALL SELECT 1, 1, 2, 'B', 1, 'published' UNION ALL"
               " SELECT 2, 1, 2, 'C', 2, 'published' UNION ALL SELECT 3, 1, 1, 'self', 0, 'published' UNION ALL"
               " SELECT 4, 1, NULL, 'none', 0, 'published' UNION ALL SELECT 5, 1, 9, NULL, NULL, 'published'")
    shown = one(own, 1)["picks"]
    assert [p[0] for p in shown] == [9, 2] and shown[1][2] in ("A", "B")
    assert one(own, 1)["picks"] == shown


def test_pages_and_site_questions(shared):
    config = config_file(shared, shared.folder)
    shared.sql("INSERT INTO page (slug, title, body_md, status) VALUES ('a-page', 'A page', '*Body*', 'published')")
    ident = shared.sql("SELECT id FROM page WHERE slug = 'a-page'")[0][0]
    page = rows(config, "page", ident)[0][0]
    assert (page["slug"], page["title"], page["body"]) == ("a-page", "A page", "*Body*")
    term = next(t for t in rows(config, "terms")[0] if t["entity"] == "page" and t["id"] == ident)
    assert term["version"] == page["version"]
    assert rows(config, "page", 424242, fails=True)[1]["end"] == NOT_FOUND
    before = rows(config, "site")[0][0]
    shared.sql("INSERT INTO faq (question, answer_md, sort, status) VALUES ('Z?', 'z', 900, 'published')")
    after = rows(config, "site")[0][0]
    assert after["questions"][-1]["question"] == "Z?" and len(after["questions"]) == len(before["questions"]) + 1
    assert after["version"] != before["version"]
    assert {"entity": "site", "version": after["version"]} in rows(config, "terms")[0]


def test_every_shown_column_changes_the_hash(shared):
    ident = product(shared, "hashed")
    editorial(shared, ident, "Past", "2025-01-01")
    editorial(shared, ident, "H", "2026-01-01")
    activity(shared, ident, "2026-01-01")
    move, = shared.sql("SELECT id FROM activity WHERE product_id = %s", ident)[0]
    shared.sql("INSERT INTO faq (product_id, question, answer_md, status) VALUES (%s, 'Q', 'A', 'published')", ident)
    shared.sql("INSERT INTO comparison (product_id, other_product_id, status) VALUES (%s, 1, 'published')", ident)
    shared.sql("INSERT INTO product_sector (product_id, sector_id) VALUES (%s, 1), (%s, 2)", ident, ident)
    shared.sql("INSERT INTO alternative (product_id, other_product_id, reason, status) VALUES (%s, 1, 'R', 'published')", ident)
    edits = [f"UPDATE product SET {c} = {v} WHERE id = {ident}" for c, v in (
        ("name", "'N'"), ("website_url", "'https://x'"), ("repository_url", "'https://x'"), ("logo_url", "'https://x'"),
        ("license", "'MIT'"), ("lifecycle", "'maintenance'"), ("velocity_override", "5"), ("updated_at", "'2026-01-01'"),
        ("summary", "'A summary.'"), ("slug", "'hashed-again'"))]
    edits += [f"UPDATE editorial SET {c} = {v} WHERE product_id = {ident} AND headline = '{headline}'"
              for headline in ("H", "Past") for c, v in (
                  ("current_state_md", "'x'"), ("heading_md", "'x'"), ("prediction_md", "'x'"), ("author", "'x'"),
                  ("prediction_state", "'failed'"), ("prediction_activity_id", move), ("prediction_note", "'x'"),
                  ("published_at", "TIMESTAMP(published_at) + INTERVAL 1 DAY"),
                  ("headline", f"'{headline} x'"))]
    edits.append(f"UPDATE editorial SET status = 'archived' WHERE product_id = {ident} AND headline = 'Past x'")
    edits += [f"UPDATE activity SET {c} = {v} WHERE product_id = {ident}" for c, v in (
        ("title", "'x'"), ("url", "'https://x'"), ("version", "'1'"), ("kind", "'post'"), ("class", "'spark'"),
        ("occurred_at", "'2026-01-02'"), ("status", "'draft'"))]
    edits += [f"UPDATE faq SET {c} = {v} WHERE product_id = {ident}" for c, v in (
        ("question", "'x'"), ("answer_md", "'x'"), ("sort", "5"))]
    edits += [f"UPDATE comparison SET {c} = 'x' WHERE product_id = {ident}" for c in ("intro_md", "verdict_md")]
    edits += [f"UPDATE alternative SET {c} = {v} WHERE product_id = {ident}" for c, v in (
        ("reason", "'x'"), ("sort", "5"), ("other_product_id", "2"), ("status", "'draft'"))]
    edits += [f"UPDATE product_sector SET sort = 5 WHERE product_id = {ident} AND sector_id = 1",
              f"DELETE FROM product_sector WHERE product_id = {ident} AND sector_id = 2"]
    hashes = [one(shared, ident)["version"].split(":")[1]]
    for edit in edits:
        shared.sql(edit)
        hashes.append(one(shared, ident)["version"].split(":")[1])
        assert hashes[-1] not in hashes[:-1], edit
    shared.sql("UPDATE editorial SET prediction_state = 'open', prediction_activity_id = NULL WHERE product_id = %s", ident)


def test_a_column_changes_the_hash_without_help_of_the_time(own):
    """A foreign CMS may set updated_at to nothing, or not with every edit."""
    ident = product(own, "timeless")
    own.sql("CREATE OR REPLACE VIEW site_product AS SELECT id, slug, name, status, website_url, repository_url, logo_url,"
            " license, lifecycle, velocity_override, created_at, NULL AS updated_at, summary FROM product", user="root")
    hashes = [one(own, ident)["version"].split(":")[1]]
    for column, value in (("name", "N"), ("website_url", "w"), ("repository_url", "r"), ("logo_url", "l"), ("license", "MIT"),
                          ("lifecycle", "maintenance"), ("velocity_override", "5"), ("summary", "A summary."),
                          ("slug", "timeless-again")):
        own.sql(f"UPDATE product SET {column} = %s WHERE id = %s", value, ident)
        hashes.append(one(own, ident)["version"].split(":")[1])
        assert hashes[-1] not in hashes[:-1], column


def test_a_column_of_any_due_editorial_changes_the_hash_without_help_of_the_time(own):
    ident = product(own, "timeless")
    editorial(own, ident, "Past", "2025-01-01")
    editorial(own, ident, "Current", "2026-01-01")
    activity(own, ident, "2026-01-01")
    move, = own.sql("SELECT id FROM activity WHERE product_id = %s", ident)[0]
    own.sql("CREATE OR REPLACE VIEW site_editorial AS SELECT id, product_id, status, headline, current_state_md, heading_md,"
            " prediction_md, author, published_at, preview_token, created_at, NULL AS updated_at, prediction_state,"
            " prediction_activity_id, prediction_note FROM editorial", user="root")
    hashes = [one(own, ident)["version"].split(":")[1]]
    for headline in ("Past", "Current"):
        for column, value in (("current_state_md", "x"), ("heading_md", "x"), ("prediction_md", "x"), ("author", "x"),
                              ("prediction_state", "failed"), ("prediction_activity_id", move), ("prediction_note", "x"),
                              ("published_at", f"202{5 + (headline == 'Current')}-02-01"), ("headline", headline + " x")):
            own.sql(f"UPDATE editorial SET {column} = %s WHERE product_id = %s AND headline = %s", value, ident, headline)
            hashes.append(one(own, ident)["version"].split(":")[1])
            assert hashes[-1] not in hashes[:-1], (headline, column)


def test_a_foreign_view_may_hold_anything(own):
    """NULLs, zero dates, unknown words, extra columns, bytes that are no UTF-8, slugs that break the rules."""
    own.script("""
      SET sql_mode = '';
      CREATE TABLE odd_product (id BIGINT UNSIGNED, slug VARBINARY(100), name VARBINARY(100), status VARCHAR(20),
        lifecycle VARCHAR(20), velocity_override VARCHAR(20), updated_at DATETIME NULL);
      INSERT INTO odd_product VALUES (1, 'fine', NULL, 'published', NULL, NULL, NULL),
        (2, 'bytes', 0x41ff42c3, 'live', 'dead', 'fast', '0000-00-00'),
        (3, 'Upper', 'U', 'published', 'active', 5, '2026-01-01'), (4, 'a-vs-b', 'V', 'published', 'active', 5, NULL),
        (5, 'über', 'W', 'published', 'active', 5, NULL), (6, NULL, 'X', 'published', 'active', 5, NULL),
        (7, 'over', 'O', 'published', 'discontinued', '12.5', NULL),
        (8, 'vs-a', 'Y', 'published', 'active', 5, NULL), (9, 'a-vs', 'Z', 'published', 'active', 5, NULL);
      CREATE OR REPLACE VIEW site_product AS SELECT id, slug, name, status, NULL AS website_url, NULL AS repository_url,
        NULL AS logo_url, NULL AS license, lifecycle, velocity_override, NULL AS created_at, updated_at, NULL AS summary, 'more' AS extra
        FROM odd_product;
      CREATE TABLE odd_activity (id BIGINT UNSIGNED, product_id BIGINT UNSIGNED, status VARCHAR(20), kind VARCHAR(20),
        class VARCHAR(20), title VARCHAR(20), url VARCHAR(20), version VARCHAR(20), occurred_at DATETIME NULL);
      INSERT INTO odd_activity VALUES (1, 1, 'published', 'party', 'huge', NULL, NULL, NULL, '2026-08-01'),
        (2, 1, 'published', NULL, NULL, 'T', NULL, NULL, '2026-08-02'),
        (3, 1, 'published', 'release', 'spark', 'Z', NULL, NULL, '0000-00-00'),
        (4, 1, 'published', 'release', 'spark', 'N', NULL, NULL, NULL), (5, 1, NULL, 'post', 'spark', 'S', NULL, NULL, '2026-08-01');
      CREATE OR REPLACE VIEW site_activity AS SELECT * FROM odd_activity;
      CREATE OR REPLACE VIEW site_editorial AS SELECT 1 AS id, 1 AS product_id, 'published' AS status, NULL AS headline,
        NULL AS current_state_md, 'x' AS heading_md, NULL AS prediction_md, NULL AS author,
        CAST('0000-00-00' AS DATETIME) AS published_at, NULL AS preview_token, NULL AS created_at, NULL AS updated_at,
        'maybe' AS prediction_state, 99999999 AS prediction_activity_id, CAST(0x41ff42 AS BINARY) AS prediction_note
        UNION ALL SELECT 2, 2, 'published', 'No time', '', '', '', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL
        UNION ALL SELECT 3, 1, 'published', 'Also at no time', '', '', '', '', '0000-00-00', NULL, NULL, NULL, 'failed', NULL, NULL;
    """)
    found = {p["id"]: p for p in rows(config_file(own, own.folder), "range", 0, 100)[0]}
    assert sorted(found) == [1, 2, 7]
    fine, odd, over = found[1], found[2], found[7]
    assert (fine["name"], fine["status"], fine["override"]) == ("fine", 1, -1)
    assert fine["activities"] == 2 and fine["n90"] == 2 and fine["s30"] == 0
    assert not fine["has_editorial"] and fine["editorial_us"] is None
    assert (odd["status"], odd["lifecycle"], odd["override"], odd["has_editorial"]) == (0, 0, -1, False)
    assert odd["name"] == "A\ufffdB\ufffd" and odd["changed_us"] is None
    assert (over["override"], over["lifecycle"]) == (100, 2)
    whole = rows(config_file(own, own.folder), "products", *range(1, 10))[0]
    assert [p["id"] for p in whole] == [1, 2, 0, 0, 0, 0, 7, 0, 0]
    assert [facts(p) for p in whole if p["id"]] == [facts(found[i]) for i in (1, 2, 7)]
    assert [(a["title"], a["kind"], a["class"]) for a in whole[0]["timeline"]] == [("T", 0, 0), ("", 0, 0)]


def test_huge_bodies_are_read_to_their_limit_only(own):
    own.sql("UPDATE editorial SET current_state_md = REPEAT('ä', 5000000), heading_md = REPEAT('x', 10000000),"
            " prediction_md = REPEAT('y', 10000000) WHERE product_id = 30 AND status = 'published'")
    shown = one(own, 30, markdown_bytes=2000, deadline=10000, mysql_timeout=10000)
    assert shown["editorial"]["current"] == "ä" * 2001 + "\n<!-- 10000000 bytes -->", "over the limit, with the size of the whole"
    assert shown["editorial"]["heading"] == "x" * 2001 + "\n<!-- 10000000 bytes -->"
    own.sql("UPDATE editorial SET heading_md = CONCAT(heading_md, 'z') WHERE product_id = 30")
    again = one(own, 30, markdown_bytes=2000, deadline=10000, mysql_timeout=10000)
    assert again["version"].split(":")[1] != shown["version"].split(":")[1], "the hash covers what is cut"


def test_one_snapshot(own):
    """An editor who commits between two statements of a reading: all old, or all new."""
    stop = threading.Event()

    def edit():
        connection = own.connect(autocommit=False)
        n = 0
        with connection.cursor() as cursor:
            while not stop.is_set():
                n += 1
                cursor.execute("UPDATE product SET name = %s WHERE id IN (30, 31)", (f"N{n}",))
                cursor.execute("UPDATE editorial SET headline = %s WHERE product_id = 30 AND status = 'published'", (f"N{n}",))
                cursor.execute("UPDATE activity SET title = %s WHERE product_id IN (30, 31)", (f"N{n}",))
                connection.commit()
        connection.close()

    editor = threading.Thread(target=edit)
    editor.start()
    try:
        config, seen = config_file(own, own.folder), set()
        own.sql("SELECT 1")
        wait_until(lambda: own.sql("SELECT name FROM product WHERE id = 30")[0][0].startswith("N"), 5)
        for _ in range(40):
            a, b = rows(config, "products", 30, 31)[0]
            words = {a["name"], b["name"], a["editorial"]["headline"]} | {t["title"] for t in a["timeline"] + b["timeline"]}
            assert len(words) == 1, words
            seen |= words
        assert len(seen) > 10
    finally:
        stop.set()
        editor.join()


def test_a_link_that_a_view_tells_twice_is_one(own):
    """Of a CMS that has no key over the two: the same sector at two places in the order, another one between."""
    other, = own.sql("SELECT id FROM sector WHERE id NOT IN (SELECT sector_id FROM product_sector WHERE product_id = 1)"
                     " LIMIT 1")[0]
    for word, more in (("sector", f" UNION ALL SELECT 1, {other}, 50"), ("theme", "")):
        own.sql(f"CREATE OR REPLACE VIEW site_product_{word} AS SELECT product_id, {word}_id, sort FROM product_{word}"
                f"{more} UNION ALL SELECT product_id, {word}_id, sort + 99 FROM product_{word}")
    found = {p["id"]: p for p in rows(config_file(own, own.folder), "range", 0, 1000000)[0]}
    for word in ("sector", "theme"):
        links = {}
        for product, link in own.sql(f"SELECT product_id, {word}_id FROM product_{word} ORDER BY product_id, sort, id"):
            links.setdefault(product, []).append(link)
        if word == "sector":
            links[1].append(other)
        assert {i: p[word + "s"] for i, p in found.items() if p[word + "s"]} == links


# ---- a server in trouble

# ---- lint

def lint(database, command="lint"):
    config = config_file(database, database.folder)
    return diptych(command, config=config)


def test_lint_and_check_name_what_a_foreign_table_holds(own):
    own.script("""
      CREATE TABLE odd AS SELECT id, CONVERT(slug USING utf8mb4) COLLATE utf8mb4_bin AS slug, name, status, lifecycle
        FROM product;
      UPDATE odd SET slug = 'Größe' WHERE id = 3;
      UPDATE odd SET slug = 'this-vs-that' WHERE id = 4;
      UPDATE odd SET slug = 'kafka', status = 'live' WHERE id = 5;
      DELETE FROM odd WHERE id = 6;
      CREATE OR REPLACE VIEW site_product AS SELECT id, slug, name, status, NULL AS website_url, NULL AS repository_url,
        NULL AS logo_url, NULL AS license, lifecycle, NULL AS velocity_override, NULL AS created_at, NULL AS updated_at,
        NULL AS summary FROM odd;
      INSERT INTO sector (slug, name) SELECT CONCAT('many-', seq), 'Many' FROM seq_1_to_17;
      INSERT INTO product_sector (product_id, sector_id) SELECT 7, id FROM sector WHERE name = 'Many';
      CREATE OR REPLACE VIEW site_page AS SELECT 1 AS id, 'compare' AS slug, 'C' AS title, '' AS body_md,
        'published' AS status, NULL AS updated_at;
    """)
    ((mine, theirs),) = own.sql("SELECT MAX(CASE WHEN product_id = 1 THEN id END), MAX(CASE WHEN product_id = 2 THEN id END) "
                                "FROM activity")
    own.sql("UPDATE activity SET status = 'draft' WHERE id = %s", mine)
    faults = {}
    for name, columns in {
            "names no activity": {"prediction_state": "failed", "prediction_activity_id": 99999999},
            "names an activity of another product": {"prediction_state": "failed", "prediction_activity_id": theirs},
            "names an activity that is not published": {"prediction_state": "failed", "prediction_activity_id": mine},
            "graded without evidence or note": {"prediction_state": "came_true"},
            "graded without a prediction": {"prediction_state": "came_true", "prediction_note": "N", "prediction_md": " "},
            "an open prediction names evidence": {"prediction_activity_id": theirs}}.items():
        editorial(own, 1, name, "2025-01-01", **{"prediction_md": "P", **columns})
        faults[name] = own.sql("SELECT MAX(id) FROM editorial")[0][0]
    own.sql("ALTER TABLE editorial DROP CONSTRAINT editorial_prediction_state_word")
    editorial(own, 1, "misspelt", "2025-01-01", prediction_state="maybe")
    done = lint(own)
    assert done.returncode == 1
    for name, ident in faults.items():
        assert any(line.startswith(f"site_editorial id {ident}, ") and name in line for line in done.stdout.splitlines()), name
    assert '"maybe": prediction_state is none of' in done.stdout
    for line in ('site_product id 3, slug: "Größe": the slug is not', 'site_product id 4, slug: "this-vs-that"',
                 'site_product id 5, status: "live": status is none of', '"kafka": the slug is there more than once',
                 ": this many sectors: only the first 16 by sort are shown", 'site_page id 1, slug: "compare": the slug is one of the site\'s own words', "product_id names no product",
                 "more like it"):
        assert line in done.stdout, done.stdout
    assert 'site_product id 3, slug: "Gr' in lint(own, "check").stdout

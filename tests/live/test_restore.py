"""A dump that is restored over a live site, stopped after every statement: no product becomes 404, and no page loses what
it said.  The restored site appears soon after the end."""
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib.daemon import wait_until
from lib.database_server import MYSQL
from lib.restores import ALL, Restore, dump, statements
from lib.servers import SLOW

PAGES = ["/products/kafka", "/compare/kafka-vs-kubernetes", "/compare/kafka-vs-nats", "/alternatives/kafka", "/faq/kafka", "/faq",
         "/about", "/sectors/devops", "/themes/streaming", "/leaderboard", "/predictions-of-old"]
KINDS = [ALL, ("--skip-triggers",), (*ALL, "--single-transaction", "--skip-add-locks")]
WHOLE = "DIPTYCH_TEST_ALL" in os.environ  # every kind of dump stops after every statement
STEP = len(KINDS) * (3 if SLOW > 1 else 1)  # else each kind after every third, or with sanitizers after every ninth
END = 6  # seconds from the last statement to the last page


def words(answer):
    """Status, place and text of an answer, without what the clock and the request change."""
    text = re.sub(r"<[^>]*>", " ", answer.text)
    return answer.status, answer.headers.get("Location"), re.sub(r"[0-9a-f]{32}|\s+", " ", text)


def pages(site, paths=PAGES):
    return {path: words(site.get(path)) for path in paths}


def prepare(site):
    """Rows in every table that a page shows."""
    kafka, kubernetes = (site.sql("SELECT id FROM product WHERE slug = %s", s)[0][0] for s in ("kafka", "kubernetes"))
    site.sql("INSERT INTO product_alias (slug, product_id) VALUES ('predictions-of-old', %s)", kafka)
    site.sql("INSERT INTO faq (question, answer_md, status) VALUES ('Whose is it?', 'Ours.', 'published')")
    site.sql("INSERT INTO faq (product_id, question, answer_md, status) VALUES (%s, 'Is it fast?', 'Fast.', 'published')", kafka)
    site.sql("INSERT INTO comparison (product_id, other_product_id, intro_md, status) VALUES (%s, %s, 'Two words.', 'published')"
             " ON DUPLICATE KEY UPDATE intro_md = VALUES(intro_md)", kafka, kubernetes)
    wait_until(lambda: "Is it fast" in site.get("/faq/kafka").text and "Whose" in site.get("/faq").text, 5 * SLOW, "the rows")


def polls(site):
    return site.metrics()["diptych_polls_total"]


@pytest.fixture
def live(make_site):
    site = make_site(config={"poll_interval": 20, "sweep_seconds": 5, "deadline": 1500, "page_cache_bytes": 0,
                             "memcached_timeout": 1000, "fragment_cache_bytes": 0})
    prepare(site)
    return site


def pause(site, restore):
    """Gives the watcher time to poll and to compare."""
    began, until = polls(site), time.monotonic() + (0.1 if restore.locked else 0.4)
    while time.monotonic() < until and polls(site) < began + 4:
        time.sleep(0.01)


def restore_watched(site, text, turn):
    """Returns what went wrong while the dump was restored, and how many cold pages were answered."""
    before, wrong, answered = pages(site), [], 0
    cold = [row[0] for row in site.sql("SELECT slug FROM product WHERE status = 'published' AND slug <> 'kafka' ORDER BY id")]
    restore = Restore(site.database, text)
    for n, statement in enumerate(restore):
        if not WHOLE and n % STEP != turn:
            continue
        pause(site, restore)
        for path, had in before.items():
            has = words(site.get(path))
            if has != had:
                wrong.append((n, statement[:60], path, has[0]))
        if cold and (n % 3 == 0 or not WHOLE) and not restore.locked:
            status = site.get(f"/products/{cold.pop()}").status
            answered += status == 200
            if status not in (200, 503):
                wrong.append((n, statement[:60], "cold", status))
    return wrong, answered


@pytest.mark.parametrize("options", KINDS, ids=["whole", "without triggers", "one transaction, no locks"])
def test_a_restore_that_stops_after_every_statement(live, options):
    """Also the products whose pages were first asked for while it ran say in the end what the rows say."""
    site = live
    before = pages(site)
    wrong, answered = restore_watched(site, dump(site.database, *options), KINDS.index(options))
    assert not wrong, (len(wrong), wrong[:5])
    assert answered, "some pages were read from tables that were whole"
    without = 0 if "--triggers" in options else 10  # loss_delay / 30
    wait_until(lambda: site.get("/readyz").status == 200, (END + without) * SLOW, "a database that is believed")
    assert pages(site) == before
    every = [f"/products/{slug}" for slug, in site.sql("SELECT slug FROM product WHERE status = 'published'")]
    kept = pages(site, every)
    site.cache.flush()
    assert pages(site, every) == kept, "nothing half restored was kept"


def run_until(restore, pattern):
    """Restores up to the statement that matches."""
    for statement in restore:  # going on with it later continues here
        if re.search(pattern, statement):
            return
    raise AssertionError(pattern)


def readiness(site):
    answer = site.get("/readyz")
    return answer.status, answer.text


EMPTY = {"products": "CREATE TABLE `product` ", "editorials": "CREATE TABLE `editorial` ", "state": "CREATE TABLE `site_state` ",
         "placeholders": r"CREATE VIEW `site_theme` AS SELECT\s+(NULL|1) "}


@pytest.mark.parametrize("where", EMPTY)
def test_a_reload_and_a_new_watcher_during_a_restore(live, where):
    site, before = live, pages(live)
    restore = Restore(site.database, dump(site.database, *ALL))
    run_until(restore, EMPTY[where])
    wait_until(lambda: readiness(site)[0] == 503, 5 * SLOW, "a pool that says that it does not believe this")
    assert site.diptych("reload").returncode == 0
    wait_until(lambda: readiness(site)[0] == 503, 5 * SLOW, "the same of the new watcher")
    assert pages(site) == before
    for _ in restore:
        pass
    wait_until(lambda: readiness(site)[0] == 200, END * SLOW, "a database that is believed")
    assert pages(site) == before


@pytest.mark.parametrize("where", EMPTY)
def test_a_start_without_a_state_file_during_a_restore(live, where):
    site, before = live, pages(live)
    site.pool.stop()
    for file in site.state.iterdir():
        file.unlink()
    restore = Restore(site.database, dump(site.database, *ALL))
    run_until(restore, EMPTY[where])
    site.start_pool()
    wait_until(lambda: readiness(site)[0] == 503 and "caught up" not in readiness(site)[1], 10 * SLOW, "the reason")
    assert {site.get(path).status for path in PAGES} == {503}
    for n, _ in enumerate(restore):
        if WHOLE or n % 40 == 0:  # each answer takes its whole deadline
            assert site.get("/products/kafka").status in (200, 503)
    wait_until(lambda: readiness(site)[0] == 200, END * SLOW, "a database that is believed")
    assert pages(site) == before


def test_what_is_deleted_on_purpose_arrives(make_site):
    """Without change-log entries, it takes a fifth of loss_delay, and a round of the sweep."""
    site = make_site(config={"poll_interval": 20, "sweep_seconds": 5, "loss_delay": 20, "page_cache_bytes": 0,
                             "memcached_timeout": 1000, "deadline": 1500})
    wait_until(lambda: site.get("/products/kafka").status == 200, 10 * SLOW, "a page of rows that were read")
    site.database.script("SET FOREIGN_KEY_CHECKS = 0; TRUNCATE activity; TRUNCATE editorial; TRUNCATE product_sector; TRUNCATE"
                         " product_theme; TRUNCATE faq; TRUNCATE comparison; TRUNCATE alternative; TRUNCATE fact; TRUNCATE product;")
    wait_until(lambda: "are gone without a change-log entry" in readiness(site)[1], 10 * SLOW, "a pool that doubts it")
    began = time.monotonic()
    assert readiness(site)[0] == 503 and "are gone" in site.diptych("status").stdout
    assert '"doubted":true' in site.diptych("status", "--json").stdout.replace(" ", "")
    assert site.get("/products/kafka").status == 200
    wait_until(lambda: site.get("/products/kafka").status == 404, 15 * SLOW, "the deletion")
    assert time.monotonic() - began > 2, "not before its time"
    wait_until(lambda: readiness(site)[0] == 200, 5 * SLOW, "a database that is believed")


def test_what_is_deleted_with_its_entries_arrives_at_once(live):
    site = live
    for table in ("activity", "editorial", "product_sector", "product_theme", "product_alias", "faq", "comparison", "alternative",
                  "fact", "product_source", "product"):
        site.sql(f"DELETE FROM {table}")
    wait_until(lambda: site.get("/products/kafka").status == 404, 5 * SLOW, "the deletion")
    assert readiness(site)[0] == 200


def test_an_older_dump_is_believed_when_it_is_whole(live):
    """It has far fewer rows than the site."""
    site, text = live, dump(live.database, *ALL)
    site.sql("INSERT INTO product (slug, name, status) SELECT CONCAT('later-', seq), CONCAT('Later ', seq), 'published'"
             " FROM seq_1_to_300")
    wait_until(lambda: site.get("/products/later-300").status == 200, 5 * SLOW, "the products")
    for _ in Restore(site.database, text):
        pass
    wait_until(lambda: site.get("/products/later-300").status == 404, END * SLOW, "the older site")
    assert site.get("/products/kafka").status == 200
    wait_until(lambda: readiness(site)[0] == 200, END * SLOW, "a database that is believed")


def triggers(text, table):
    """The triggers of one table, as its dump creates them."""
    return [part for part in statements(text) if re.search(rf"TRIGGER \S+ (AFTER|BEFORE) \w+ ON `?{table}`?\s", part)]


def waiting(site, word):
    return [row for row in site.sql("SELECT INFO FROM information_schema.PROCESSLIST WHERE STATE LIKE '%%lock%%'") if word in (row[0] or "")]


def unlog(site, table):
    """MySQL's LOCK TABLES also locks what the triggers of the table use, the change log too.  The table keeps one trigger that uses
    nothing, because a table without triggers is a sign of a restore."""
    for (name,) in site.sql("SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
                            " AND event_object_table = %s", table):
        site.sql(f"DROP TRIGGER {name}")
    site.sql(f"CREATE TRIGGER {table}_unlogged BEFORE DELETE ON {table} FOR EACH ROW SET @deleted = 1")


def test_a_table_that_is_restored_between_two_looks_at_the_schema(make_site):
    """Before and after the reading of everything the schema is whole, and in between a table was empty for a moment."""
    site = make_site(config={"poll_interval": 20, "page_cache_bytes": 0, "mysql_timeout": 20000, "deadline": 15000})
    before, log = words(site.get("/products/kafka")), site.state.parent / "diptych.log"
    assert "Apache-2.0" in before[2]
    whole = triggers(dump(site.database, *ALL), "fact")
    assert len(whole) == 3
    held = {name: site.database.connect(autocommit=True).cursor() for name in ("product_alias", "site_state", "page")}
    for table in ("product_alias", "page") if MYSQL else ():
        unlog(site, table)
    site.sql("CREATE TABLE fact_new LIKE fact")
    held["product_alias"].execute("LOCK TABLES product_alias WRITE")
    site.sql("UPDATE site_state SET incarnation = UUID()")
    wait_until(lambda: waiting(site, "FROM site_product_alias"), 10 * SLOW, "a watcher that has seen the schema and counts rows")
    held["site_state"].execute("LOCK TABLES site_state WRITE")
    with ThreadPoolExecutor(2) as executor:
        begun = [executor.submit(site.sql, "RENAME TABLE fact TO fact_old, fact_new TO fact"),
                 executor.submit(held["page"].execute, "LOCK TABLES page WRITE")]
        wait_until(lambda: waiting(site, "RENAME TABLE") and waiting(site, "LOCK TABLES page"), 10 * SLOW, "who waits for the count")
        held["product_alias"].execute("UNLOCK TABLES")
        for one in begun:
            one.result()
    held["site_state"].execute("UNLOCK TABLES")
    wait_until(lambda: waiting(site, "FROM site_page g"), 15 * SLOW, "a watcher that has read all products")
    site.sql("INSERT INTO fact SELECT * FROM fact_old")
    site.sql("DROP TABLE fact_old")
    for statement in whole:
        site.sql(re.sub(r"/\*!\d+ |\*/|;;\s*$", "", statement).replace("%", "%%"))
    held["page"].execute("UNLOCK TABLES")
    wait_until(lambda: readiness(site)[0] == 200 and log.read_text().count("read everything") > 1,
               20 * SLOW, "the new catalog")
    assert words(site.get("/products/kafka")) == before
    assert site.metrics()["diptych_sweep_found_total"] == 0


def looks(site):
    """How often the pool has read the schema."""
    return site.sql("SELECT COUNT(*) FROM mysql.general_log WHERE argument LIKE '%%FROM site_%%schema WHERE%%'"
                    " AND argument NOT LIKE '%%general_log%%'")[0][0]


def save(site, text):
    site.sql("UPDATE product SET summary = %s WHERE slug = 'kafka'", text)


def edit(site, text):
    save(site, text)
    wait_until(lambda: text in site.get("/products/kafka").text, 5 * SLOW, text)
    time.sleep(0.3)  # longer than what the pool knows of the schema may be old


def test_edits_ask_for_the_schema_only_when_a_statement_may_have_changed_it(make_site):
    """Reading it costs as much as many edits.  Long after the last look, the first edit during a restore is held back as ever."""
    site = make_site(config={"poll_interval": 20, "sweep_seconds": 60, "page_cache_bytes": 0})
    site.sql("SET GLOBAL log_output = 'TABLE'")
    site.sql("SET GLOBAL general_log = 1")
    seen = [looks(site)]
    while len(seen) < 60 * SLOW and not (len(seen) > 3 and seen[-1] == seen[-3]):
        edit(site, f"Edit number {len(seen)}.")
        seen.append(looks(site))
    assert seen[-1] == seen[-3], seen
    before = words(site.get("/products/kafka"))
    site.sql("RENAME TABLE fact TO fact_old")
    site.sql("CREATE TABLE fact LIKE fact_old")
    save(site, "Held back.")
    wait_until(lambda: "fact has no trigger" in readiness(site)[1], 10 * SLOW, "a pool that does not believe the database")
    assert words(site.get("/products/kafka")) == before
    site.sql("DROP TABLE fact")
    site.sql("RENAME TABLE fact_old TO fact")
    wait_until(lambda: "Held back." in site.get("/products/kafka").text, 15 * SLOW, "the edit, after the restore")
    assert words(site.get("/products/kafka"))[2].count("Language") == before[2].count("Language") > 0


def test_a_reload_leaves_the_pool_ready(live):
    """Whoever asks /readyz in front of several pools takes none out of service."""
    with ThreadPoolExecutor(1) as executor:
        for turn in range(5):
            reload = executor.submit(live.diptych, "reload", check=True)
            answers = [readiness(live)]
            while not reload.done():
                answers.append(readiness(live))
            until = polls(live) + 3  # the new watcher has asked the database
            while polls(live) < until:
                answers.append(readiness(live))
            assert {status for status, _ in answers} == {200}, (turn, [a for a in answers if a[0] != 200][:3])

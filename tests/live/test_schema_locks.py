"""Edits under LOCK TABLES, as dump and import tools write them: all of them work, and all are logged.

A server that has answered questions keeps tables open, and how often one is open decides whether a
statement under LOCK TABLES works: so every table is opened several times before each try."""
import subprocess

import pymysql
import pytest

from lib.database_server import MYSQL, command
from schema_db import MIGRATIONS, server  # noqa: F401
from test_schema_log import EDITS, populated

TABLES = list(EDITS)
LOCKS = ["{t} WRITE", "{t} WRITE, change_log WRITE", "{t} WRITE, change_log READ", "{t} WRITE, product_alias WRITE",
         "{t} WRITE, product READ", "change_log WRITE, {t} WRITE, site_state READ", "EVERYTHING"]
ROWS = {
    "sector": "(id, slug, name) VALUES (1, 'one', 'again')",
    "theme": "(id, slug, name) VALUES (1, 'one', 'again')",
    "page": "(id, slug, title) VALUES (1, 'about', 'again')",
    "product": "(id, slug, name) VALUES (1, 'a', 'again')",
    "product_sector": "(id, product_id, sector_id) VALUES (1, 1, 1)",
    "product_theme": "(id, product_id, theme_id) VALUES (1, 1, 1)",
    "product_alias": "(id, slug, product_id) VALUES (1, 'old', 1)",
    "editorial": "(id, product_id) VALUES (1, 1)",
    "activity": "(id, product_id, title) VALUES (1, 1, 't')",
    "faq": "(id, product_id, other_product_id, question) VALUES (1, 1, 2, 'q')",
    "comparison": "(id, product_id, other_product_id) VALUES (1, 1, 2)",
    "attribute": "(id, slug, name) VALUES (1, 'one', 'again')",
    "attribute_sector": "(id, attribute_id, sector_id) VALUES (1, 1, 1)",
    "fact": "(id, product_id, attribute_id, value) VALUES (1, 1, 1, 'C')",
    "alternative": "(id, product_id, other_product_id, reason) VALUES (1, 1, 2, 'r')",
    "product_source": "(id, product_id, url) VALUES (1, 1, 'https://example.org/feed')",
}
# before and after the row is there, and how often its owners are logged
WRITES = [("INSERT INTO {t} {row}", 1), ("INSERT IGNORE INTO {t} {row}", 0), ("REPLACE INTO {t} {row}", 2),
          ("INSERT INTO {t} {row} ON DUPLICATE KEY UPDATE id = 1", 1), ("UPDATE {t} SET anchor = 0 WHERE id = 1", 1),
          ("DELETE FROM {t} WHERE id = 1", 1), ("REPLACE INTO {t} {row}", 1)]


def locks(pattern, table):
    names = TABLES + ["change_log", "revision_base"] if pattern == "EVERYTHING" else None
    parts = [f"{name} WRITE" for name in names] if names else pattern.format(t=table).split(", ")
    if len({part.split()[0] for part in parts}) < len(parts):
        parts = [f"{table} WRITE"]
    return ", ".join(parts)


@pytest.fixture
def site(server):  # noqa: F811
    site = server.site(*MIGRATIONS)
    yield site
    site.drop()


def opened_often(editor):
    for table in TABLES + ["change_log"]:
        editor("SELECT 1 FROM " + ", ".join(f"{table} AS t{n}" for n in range(6)) + " LIMIT 1")


@pytest.mark.parametrize("table", TABLES)
def test_every_write_under_every_lock(site, table):
    editor = populated(site)
    entries = 2 if table in ("faq", "comparison", "alternative") else 1
    for pattern in LOCKS:
        for checks in (0, 1) if table not in ("product", "sector", "theme") else (0,):
            worker = site.editor()
            worker(f"SET foreign_key_checks = {checks}")
            worker(f"DELETE FROM {table} WHERE id = 1")
            opened_often(editor)
            read_log = not MYSQL and "change_log" not in locks(pattern, table)  # MySQL locks what the triggers write, too
            before = editor.one("SELECT MAX(seq) FROM change_log")
            worker(f"LOCK TABLES {locks(pattern, table)}")
            for write, times in WRITES:
                statement = write.format(t=table, row=ROWS[table])
                if table == "page":
                    statement = statement.replace("anchor = 0", "title = 'x'")
                last = editor.one("SELECT MAX(seq) FROM change_log") if read_log else None
                try:
                    worker(statement)
                except pymysql.err.Error as error:
                    pytest.fail(f"{locks(pattern, table)}: {statement}: {error}")
                if last is not None:
                    count = editor.one("SELECT COUNT(*) FROM change_log WHERE seq > %s", last)
                    assert count == times * entries, (pattern, statement)
            worker("UNLOCK TABLES")
            worker.close()
            count = editor.one("SELECT COUNT(*) FROM change_log WHERE seq > %s", before)
            assert count == entries * sum(times for _, times in WRITES), pattern


def test_a_rename_under_lock_keeps_the_alias(site):
    editor = populated(site)
    for n, lock in enumerate(["product WRITE", "product WRITE, product_alias WRITE", "product_alias WRITE, product WRITE, "
                              "change_log WRITE"]):
        opened_often(editor)
        worker = site.editor()
        worker(f"LOCK TABLES {lock}")
        worker(f"UPDATE product SET slug = 'a{n}' WHERE id = 1")
        worker("UNLOCK TABLES")
        was = f"a{n - 1}" if n else "a"
        assert dict(editor("SELECT slug, product_id FROM product_alias"))[was] == 1


@pytest.mark.parametrize("options", [["--replace"], ["--insert-ignore"], ["--replace", "--skip-add-locks"],
                                     ["--replace", "--add-locks", "--skip-extended-insert"],
                                     ["--replace", "--no-autocommit", "--skip-disable-keys"],
                                     ["--replace", "--complete-insert", "--lock-all-tables"]], ids=" ".join)
def test_a_dump_is_loaded_over_the_site(site, options):
    editor = populated(site)
    for table in TABLES:
        editor("SET foreign_key_checks = 0")
        editor(f"REPLACE INTO {table} {ROWS[table]}")
    dump = site.server.dump(site.name, "--no-create-info", "--skip-triggers", f"--ignore-table={site.name}.change_log",
                            f"--ignore-table={site.name}.site_state", *options)
    before = {table: editor(f"SELECT * FROM {table} ORDER BY id") for table in TABLES}
    opened_often(editor)
    last = editor.one("SELECT MAX(seq) FROM change_log")
    done = subprocess.run([*command("mariadb"), "--no-defaults", f"--socket={site.server.socket}", "--user=root", site.name],
                          input=dump, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {table: editor(f"SELECT * FROM {table} ORDER BY id") for table in TABLES} == before
    named = editor("SELECT DISTINCT entity FROM change_log WHERE seq > %s", last)
    expected = {"product", "sector", "theme", "page", "site"} if "--replace" in options else set()
    assert {entity for entity, in named} == expected


def test_triggers_only_append_and_through_one_procedure(site):
    bodies = site.editor()("SELECT event_object_table, action_timing, action_statement FROM information_schema.triggers "
                           "WHERE trigger_schema = DATABASE()")
    for table, timing, body in bodies:
        assert "INSERT INTO change_log" not in body, "a second place that names the log breaks LOCK TABLES"
        assert timing == "BEFORE" or "CALL change_log_append(" in body, table

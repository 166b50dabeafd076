"""`diptych migrate --repair`: each part of the schema is taken away or bent in turn, is named, and comes back; what a value may
have lost is not guessed."""
import os
import re

import pytest

from lib.daemon import wait_until
from lib.database_server import MYSQL
from lib.servers import SLOW
from schema_db import MIGRATIONS, server  # noqa: F401
from test_schema_migrate import Migrator, schema


@pytest.fixture(scope="module")
def mending(server, tmp_path_factory):  # noqa: F811
    site = server.site(*MIGRATIONS)
    migrator = Migrator(tmp_path_factory.mktemp("mending"), site)
    migrator.root = site.editor()
    yield migrator
    site.drop()


@pytest.fixture(scope="module")
def whole(mending):
    return plain(schema(mending.site))


def plain(text):
    """A dump of the schema without numbers that count up, and with the parts of each table in one order.  MySQL writes a CHECK
    with the character set of the session, or of the column, whatever its statement says."""
    text = re.sub(r" AUTO_INCREMENT=\d+| STARTS '[^']*'|_(ascii|utf8mb4)(?=')", "", text)
    return sorted(line.strip().rstrip(",") for line in text.splitlines() if "time_zone" not in line)


def mended(mending, whole, damage, words):
    """Says what is wrong, changes nothing in a dry run, and mends it."""
    root = mending.root
    root("SET foreign_key_checks = 0")
    root(damage)
    damaged = schema(mending.site)
    dry = mending("--repair", "--dry-run")
    assert words in dry.stdout and "would run" in dry.stdout, dry.stdout + dry.stderr
    assert schema(mending.site) == damaged
    result = mending("--repair")
    assert result.returncode == 0 and f"mended: {words}" in result.stdout, result.stdout + result.stderr
    assert plain(schema(mending.site)) == whole
    assert "nothing to mend" in mending("--repair").stdout


def test_a_whole_schema_has_nothing_to_mend(mending, whole):
    result = mending("--repair")
    assert result.returncode == 0 and "the schema is whole: nothing to mend" in result.stdout, result.stdout


def test_every_trigger(mending, whole):
    root = mending.root
    names = [n for n, in root("SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()")]
    assert len(names) > 50
    for name in names:
        root(f"DROP TRIGGER {name}")
    result = mending("--repair")
    assert result.returncode == 0, result.stdout
    for name in names:
        assert f"mended: the trigger {name} is missing" in result.stdout
    assert plain(schema(mending.site)) == whole
    mended(mending, whole, f"DROP TRIGGER {names[7]}", f"the trigger {names[7]} is missing")


def test_every_view_procedure_and_event(mending, whole):
    root = mending.root
    for (name,) in root("SELECT table_name FROM information_schema.views WHERE table_schema = DATABASE()"):
        # mysqldump ends at a view that reads a missing one
        readers = ", site_visible_schema" if MYSQL and name == "site_schema" else ""
        mended(mending, whole, f"DROP VIEW {name}{readers}", f"the view {name} is missing")
    mended(mending, whole, "DROP EVENT change_log_purge_hourly", "the event change_log_purge_hourly is missing")
    mended(mending, whole, "ALTER EVENT change_log_purge_hourly DISABLE", "the event change_log_purge_hourly is disabled")
    mended(mending, whole, "CREATE OR REPLACE VIEW site_faq AS SELECT NULL AS id, NULL AS question",
           "the view site_faq is the placeholder of a dump")


def some(rows):
    """A fourth of them; all with ./check --all."""
    return rows if "DIPTYCH_TEST_ALL" in os.environ else rows[::4]


def test_every_column_that_can_be_narrower(mending, whole):
    root = mending.root
    columns = root("SELECT c.table_name, c.column_name, c.column_type, c.is_nullable FROM information_schema.columns c JOIN"
                   " information_schema.tables t USING (table_schema, table_name) WHERE table_schema = DATABASE() AND"
                   " t.table_type = 'BASE TABLE' AND c.table_name NOT IN ('schema_version', 'site_state') AND c.extra NOT LIKE '%%GENERATED%%' AND c.column_key = '' AND"
                   " (c.data_type IN ('varchar', 'mediumtext', 'datetime', 'int')) ORDER BY 1, 2")
    assert len(columns) > 40
    for table, name, type_, nullable in some(columns):
        narrow = {"v": "VARCHAR(7)", "m": "TINYTEXT", "d": "DATETIME(0)", "i": "SMALLINT"}[type_[0]]
        if "slug" in name or name in ("status", "kind", "class", "lifecycle", "prediction_state"):
            narrow += " CHARACTER SET ascii COLLATE ascii_bin"
        mended(mending, whole, f"ALTER TABLE {table} MODIFY {name} {narrow} NULL", f"the column {table}.{name} is narrower")


def test_every_index_and_constraint(mending, whole):
    root = mending.root
    for table, name, kind in some(root(
            "SELECT table_name, constraint_name, constraint_type FROM information_schema.table_constraints"
            " WHERE constraint_schema = DATABASE() AND constraint_type IN ('CHECK', 'FOREIGN KEY') ORDER BY 1, 2")):
        drop = "CONSTRAINT" if kind == "CHECK" else "FOREIGN KEY"
        mended(mending, whole, f"ALTER TABLE {table} DROP {drop} {name}", f"the constraint {table}.{name} is missing")
    for table, name in some(root(
            "SELECT DISTINCT table_name, index_name FROM information_schema.statistics WHERE table_schema = DATABASE()"
            " AND index_name NOT IN ('PRIMARY') AND index_name NOT LIKE '%%_anchor' AND index_name NOT LIKE '%%_fk_%%' ORDER BY 1, 2")):
        mended(mending, whole, f"ALTER TABLE {table} DROP INDEX {name}", f"the index {table}.{name} is missing")


def test_every_table_and_lost_column(mending, whole):
    root = mending.root
    for table, _ in root("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE' AND Tables_in_" + mending.site.name +
                         " NOT IN ('schema_version', 'site_state')"):
        root("SET foreign_key_checks = 0")
        root(f"DROP TABLE {table}")
        result = mending("--repair")
        assert f"mended: the table {table} is missing" in result.stdout, (result.stdout, result.stderr)
        assert plain(schema(mending.site)) == whole, table
    root("ALTER TABLE product DROP COLUMN license")
    result = mending("--repair")
    assert result.returncode == 0 and "mended: the column product.license is missing" in result.stdout, result.stdout
    assert plain(schema(mending.site)) == whole


def test_what_may_be_lost_is_not_guessed(mending, whole):
    root = mending.root
    ident = root.add("product", slug="long-name", name="A name of 21 characte", license="MIT")
    root("ALTER TABLE product MODIFY name VARCHAR(21) NOT NULL")
    result = mending("--repair")
    assert result.returncode == 1
    assert "not mended: the column product.name is narrower than it should be: it is varchar(21): 1 rows may have lost" in result.stdout
    assert re.search(r"MODIFY COLUMN name +VARCHAR\(500\) NOT NULL", result.stdout)
    root("UPDATE product SET name = 'Short' WHERE id = %s", ident)
    assert mending("--repair").returncode == 0 and plain(schema(mending.site)) == whole
    root("ALTER TABLE faq ADD COLUMN kept INT")
    root("ALTER TABLE product DROP CONSTRAINT product_status_word")
    root("UPDATE product SET status = 'lost'")
    result = mending("--repair")
    assert result.returncode == 1 and "not mended: the constraint product.product_status_word is missing" in result.stdout
    root("UPDATE product SET status = 'draft'")
    assert mending("--repair").returncode == 0
    assert root.one("SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name = 'kept'") == 1
    root("ALTER TABLE faq DROP COLUMN kept")
    root("DELETE FROM product")


def test_an_owner_that_does_not_exist(mending, whole):
    root = mending.root
    for create, drop, words in (
            ("CREATE DEFINER = 'ghost'@'nowhere' TRIGGER theme_after_insert AFTER INSERT ON theme FOR EACH ROW"
             " CALL change_log_append('theme', NEW.id)", "DROP TRIGGER theme_after_insert", "the trigger theme_after_insert belongs to an account"),
            ("CREATE OR REPLACE DEFINER = 'ghost'@'nowhere' VIEW site_theme AS SELECT id, slug, name FROM theme", None,
             "the view site_theme belongs to an account")):
        if drop:  # MySQL replaces no trigger
            root(drop)
        root(create)
        result = mending("--repair")
        assert f"mended: {words}" in result.stdout, result.stdout
        assert plain(schema(mending.site)) == whole


def test_the_command_line(mending):
    for wrong in (["--dry-run"], ["--repair", "--purge", "--dry-run"], ["--repair", "--repair"]):
        assert mending(*wrong).returncode == 2


DAMAGE = {"DROP TRIGGER activity_after_update": "the trigger activity_after_update is missing",
          "ALTER TABLE product MODIFY name VARCHAR(40) NOT NULL": "the column product.name is narrower than it should be: it is varchar(40)",
          "DROP VIEW site_product_source": "the view site_product_source is missing",
          "ALTER TABLE faq DROP INDEX faq_question_unique": "the index faq.faq_question_unique is missing",
          "DROP EVENT change_log_purge_hourly": "the event change_log_purge_hourly is missing"}


def test_check_and_status_name_it(make_site):
    site = make_site(config={"poll_interval": 20, "sweep_seconds": 5})
    assert not [line for line in site.diptych("check").stdout.splitlines() if line.startswith("schema")]
    for damage, words in DAMAGE.items():
        site.sql(damage)
    said = site.diptych("check").stdout
    for words in DAMAGE.values():
        assert f"schema     {words}\n" in said, (words, said)
    wait_until(lambda: "run `diptych migrate --repair`" in site.diptych("status").stdout, 75 * SLOW, "a status that names it")
    assert site.diptych("migrate", "--repair").returncode == 0
    assert not [line for line in site.diptych("check").stdout.splitlines() if line.startswith("schema")]
    wait_until(lambda: "trouble" not in site.diptych("status").stdout, 15 * SLOW, "a status without trouble")

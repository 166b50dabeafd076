"""The accounts: what each can do, and that it can do nothing else."""
import pymysql
import pytest

from lib.database_server import MYSQL
from schema_db import MIGRATIONS, SQL, server  # noqa: F401
from test_schema_log import EDITS

DENIED = {1142, 1143, 1044, 1045, 1227, 1370}
READS = {f"site_{table}" for table in EDITS} | {"site_schema", "site_preview", "revision", "change_log", "site_state", "schema_version"}
READS |= {"site_visible_schema"} if MYSQL else set()


@pytest.fixture(scope="module")
def site(server):
    site = server.site(*MIGRATIONS)
    server.load(site.name, SQL / "accounts.sql")
    yield site
    site.drop()


@pytest.fixture(scope="module")
def root(site):
    root = site.editor()
    for slug in "abcde":
        root.add("product", slug=slug, name=slug.upper())
    for table in ("sector", "theme", "attribute"):
        for slug in ("one", "two"):
            root.add(table, slug=slug, name=slug)
    return root


def denied(editor, statement):
    with pytest.raises(pymysql.err.Error) as refused:
        editor(statement)
    return refused.value.args[0] in DENIED


def test_all_are_locked_until_an_administrator_opens_them(site, root):
    for user in ("diptych_pool", "diptych_cms", "diptych_import"):
        with pytest.raises(pymysql.err.OperationalError) as refused:
            site.editor(user)
        assert refused.value.args[0] in (4151, 3118)
        root(f"ALTER USER '{user}'@'localhost' IDENTIFIED BY 'word' ACCOUNT UNLOCK")
    site.server.load(site.name, SQL / "accounts.sql")
    site.editor("diptych_pool", "word"), site.editor("diptych_cms", "word")


def grants(root, user):
    rows = root("SELECT table_name, privilege_type FROM information_schema.table_privileges "
                "WHERE grantee = %s AND table_schema = DATABASE()", f"'{user}'@'localhost'")
    wider = root("SELECT privilege_type FROM information_schema.user_privileges WHERE grantee = %s UNION ALL SELECT "
                 "privilege_type FROM information_schema.schema_privileges WHERE grantee = %s",
                 *[f"'{user}'@'localhost'"] * 2)
    assert set(wider) <= {("USAGE",)}
    return set(rows)


def test_the_grants_are_these_and_no_more(root):
    assert grants(root, "diptych_pool") == {(name, "SELECT") for name in READS}
    assert grants(root, "diptych_cms") == {
        (table, right) for table in EDITS for right in ("SELECT", "INSERT", "UPDATE", "DELETE")} | {("lint_report", "SELECT")}


def test_the_import_remembers_and_notes_and_nothing_else(site, root):
    """It adds an activity by its release only, and touches no row of an editor."""
    assert grants(root, "diptych_import") == {("product_source", "SELECT")} | {
        ("import_release", right) for right in ("SELECT", "INSERT", "DELETE")}
    root("ALTER USER 'diptych_import'@'localhost' IDENTIFIED BY 'word' ACCOUNT UNLOCK")
    account = site.editor("diptych_import", "word")
    source = root.add("product_source", product_id=1, url="https://example.org/", status="published")
    logged = root.one("SELECT COUNT(*) FROM change_log")
    account("UPDATE product_source SET checked_at = UTC_TIMESTAMP(6), etag = 'e', error = 'x', last_modified = 'm', failures = 1,"
            " retry_at = UTC_TIMESTAMP(6) WHERE id = %s AND url = 'https://example.org/'", source)
    assert root.one("SELECT COUNT(*) FROM change_log") == logged, "a check changes no page"
    account("INSERT INTO import_release (product_id, source_id, release_key, status, kind, class, title, occurred_at)"
            " VALUES (1, %s, 'v:1', 'published', 'release', 'spark', 'One', '2026-08-01')", source)
    [(activity,)] = account("SELECT activity_id FROM import_release")
    assert root("SELECT id, title FROM activity") == ((activity, "One"),)
    assert root.one("SELECT COUNT(*) FROM change_log") == logged + 1
    account("INSERT INTO import_release (product_id, source_id, release_key) VALUES (1, %s, 'v:2')", source)
    with pytest.raises(pymysql.err.IntegrityError):
        account("INSERT INTO import_release (product_id, source_id, release_key, status, kind, class, title, occurred_at)"
                " VALUES (1, %s, 'v:1', 'published', 'release', 'spark', 'Two', '2026-08-01')", source)
    assert root.one("SELECT COUNT(*) FROM activity") == 1
    root("UPDATE product_source SET url = 'https://example.org/other'")
    assert root("SELECT checked_at, etag, error, last_modified, failures, retry_at FROM product_source") == ((None,) * 4 + (0, None),)
    for statement in ("INSERT INTO activity (product_id, title) VALUES (1, 't')", "UPDATE activity SET class = 'spark'",
                      "DELETE FROM activity", "UPDATE product SET name = 'x'", "UPDATE product_source SET url = 'x'",
                      "UPDATE import_release SET title = 'x'", "DELETE FROM product_source", "SELECT * FROM editorial",
                      "SELECT * FROM site_product", "SELECT license FROM product", "DROP TRIGGER import_release_before_insert"):
        assert denied(account, statement), statement
    for table in ("import_release", "product_source", "activity"):
        root(f"DELETE FROM {table}")


def test_the_pool_reads_its_views_and_writes_nothing(site, root):
    root("ALTER USER 'diptych_pool'@'localhost' IDENTIFIED BY 'word' ACCOUNT UNLOCK")
    pool = site.editor("diptych_pool", "word")
    pool("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
    for name in READS:
        pool(f"SELECT * FROM {name} LIMIT 1")
    assert pool.one("SELECT rev FROM revision WHERE entity = 'product' AND entity_id = 1") >= 1
    pool.commit()
    for table in EDITS:
        assert denied(pool, f"SELECT * FROM {table}")
        assert denied(pool, f"DELETE FROM site_{table}")
    for statement in ("DELETE FROM change_log", "INSERT INTO change_log (entity, entity_id) VALUES ('site', 0)",
                      "UPDATE site_state SET incarnation = 'x'", "SELECT * FROM revision_base",
                      "CALL change_log_purge(0)", "CREATE TABLE x (y INT)", "UPDATE site_product SET name = 'x'"):
        assert denied(pool, statement), statement


def test_the_cms_does_all_edits_with_its_own_rights(site, root):
    root("ALTER USER 'diptych_cms'@'localhost' IDENTIFIED BY 'word' ACCOUNT UNLOCK")
    cms = site.editor("diptych_cms", "word")
    cms("SET SESSION sql_mode = 'STRICT_TRANS_TABLES'")
    for table, edits in EDITS.items():
        for statement, expected in edits:
            last = root.one("SELECT MAX(seq) FROM change_log")
            cms(statement)
            count = root.one("SELECT COUNT(*) FROM change_log WHERE seq > %s", last)
            assert count == len(expected.split()), statement
    cms("UPDATE product SET slug = 'renamed' WHERE id = 1")
    assert cms("SELECT slug FROM product_alias") == (("a",),)
    for statement in ("SELECT * FROM change_log", "DELETE FROM change_log", "UPDATE site_state SET incarnation = 'x'",
                      "SELECT * FROM site_product", "SELECT * FROM revision", "CALL change_log_purge(0)",
                      "TRUNCATE TABLE activity", "DROP TRIGGER product_after_update",
                      "INSERT INTO schema_version (version) VALUES (99)", "ALTER TABLE product ADD x INT"):
        assert denied(cms, statement), statement

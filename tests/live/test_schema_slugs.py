"""No slug begins with "vs-" or ends with "-vs", since migration 14: what it does with the rows of a site from before, and what
lint, check and the site do with such rows of another CMS."""
import re

import pymysql
import pytest

from lib.servers import TOP, diptych
from schema_db import MIGRATIONS, server  # noqa: F401
from test_schema_migrate import Migrator, statements_of, versions

SLUGS = next(file for file in MIGRATIONS if file.name.startswith("014"))
TABLES = ("sector", "theme", "product", "page")
NAMED = ("sector", "theme", "product", "product_alias", "page", "attribute")
LONG = "vs-" + "x" * 46 + "-" + "y" * 14  # 64 bytes; the new slug is cut behind the second hyphen
FORM = re.compile(r"(?!vs-)(?!.*-vs(-|$))[a-z0-9]+(-[a-z0-9]+)*")


@pytest.fixture
def earlier(server):  # noqa: F811
    """A site as version 13 left it, with slugs of every kind."""
    site = server.site(*[file for file in MIGRATIONS if file.name < "014"])
    root = site.editor()
    for table in TABLES:
        name = "title" if table == "page" else "name"
        for n, slug in enumerate(("plain", "vs-code", "a-vs", "vs-vs", LONG, "taken-vs"), 1):
            root.add(table, id=n, slug=slug, **{name: f"N {n}"})
        root.add(table, id=99, slug=f"taken-versus-{table}-6", **{name: "N 99"})
    root.add("page", id=7, slug="vs-body", title="T", body_md="Its text.", status="published")
    root.add("editorial", product_id=2, status="published", headline="h")
    root.add("product_sector", product_id=2, sector_id=2)
    for slug in ("vs-old", "old-vs", "old"):
        root.add("product_alias", slug=slug, product_id=1)
    yield site
    site.drop()


def slugs(root, table):
    return dict(root(f"SELECT id, slug FROM {table} ORDER BY id"))


def check_moved(root):
    for table in TABLES:
        found = slugs(root, table)
        hashed = found.pop(6)
        assert {n: found[n] for n in (1, 2, 3, 4, 5, 99)} == {
            1: "plain", 2: f"versus-code-{table}-2", 3: f"a-versus-{table}-3", 4: f"versus-versus-{table}-4",
            5: f"versus-{'x' * 46}-{table}-5", 99: f"taken-versus-{table}-6"}
        assert re.fullmatch(rf"{table}-6-[0-9a-f]{{32}}", hashed), hashed
        assert all(FORM.fullmatch(slug) and len(slug) <= 64 for slug in [*found.values(), hashed])
        name = "title" if table == "page" else "name"
        assert dict(root(f"SELECT id, {name} FROM {table} WHERE id < 7")) == {n: f"N {n}" for n in range(1, 7)}
    assert root("SELECT slug, body_md, status FROM page WHERE id = 7") == (("versus-body-page-7", "Its text.", "published"),)
    assert root("SELECT slug, product_id FROM product_alias") == (("old", 1),), "an old slug that breaks the rule is no alias"
    assert root("SELECT product_id FROM editorial UNION ALL SELECT product_id FROM product_sector") == ((2,), (2,))


def check_refused(root):
    more = {"page": {"title": "t"}, "product_alias": {"product_id": 1}}
    for table in NAMED:
        for slug in ("vs-x", "x-vs", "a-vs-b"):
            with pytest.raises(pymysql.err.OperationalError, match=f"{table}_slug_form"):
                root.add(table, slug=slug, **more.get(table, {"name": "n"}))


def test_rows_from_before_are_moved_and_keep_the_rest(earlier, tmp_path):
    root = earlier.editor()
    log = root.one("SELECT MAX(seq) FROM change_log")
    result = Migrator(tmp_path, earlier)()
    assert result.returncode == 0, result.stderr
    check_moved(root)
    check_refused(root)
    changed = set(root("SELECT entity, entity_id FROM change_log WHERE seq > %s", log))
    assert changed == {(t, n) for t in TABLES for n in range(2, 7)} | {("product", 1), ("page", 7)}
    root("UPDATE product SET slug = 'code' WHERE id = 2")
    assert slugs(root, "product_alias").popitem()[1] == "versus-code-product-2", "a rename still leaves an alias"


def test_again_by_hand_changes_nothing(earlier, tmp_path):
    migrate, root = Migrator(tmp_path, earlier), earlier.editor()
    assert migrate().returncode == 0
    before = {table: slugs(root, table) for table in (*TABLES, "product_alias")}
    log, open_one = root.one("SELECT MAX(seq) FROM change_log"), earlier.editor()
    open_one.begin()
    for table in TABLES:
        open_one(f"UPDATE {table} SET slug = 'held' WHERE id = 1")
    for statement in statements_of(SLUGS):
        root(statement)
    open_one.rollback()
    assert {table: slugs(root, table) for table in before} == before
    assert root.one("SELECT MAX(seq) FROM change_log") == log
    check_refused(root)


def test_a_run_that_was_cut_off_anywhere_goes_on(earlier, tmp_path):
    migrate, statements = Migrator(tmp_path, earlier), statements_of(SLUGS)
    for cut in [n for n, text in enumerate(statements, 1) if "EXECUTE" in text]:
        (migrate.sql / SLUGS.name).write_text("".join(statements[:cut]))
        result = migrate()
        assert result.returncode == 1 and "does not end with" in result.stderr, (statements[cut - 1], result.stderr)
    (migrate.sql / SLUGS.name).write_text(SLUGS.read_text())
    assert migrate().returncode == 0
    check_moved(earlier.editor())
    check_refused(earlier.editor())
    assert versions(earlier)[-1] >= (14,)


@pytest.mark.parametrize("table", NAMED)
def test_rows_of_another_cms_are_named(server, tmp_path, table):  # noqa: F811
    site = server.site(*MIGRATIONS)
    root, migrator = site.editor(), Migrator(tmp_path, site)
    root.add("product", slug="first", name="First", status="published")
    columns = {"product_alias": "'%s' AS slug, 1 AS product_id",
               "sector": "'%s' AS slug, 'N' AS name, 0 AS sort", "theme": "'%s' AS slug, 'N' AS name",
               "page": "'%s' AS slug, 'T' AS title, 'B' AS body_md, 'published' AS status, NULL AS updated_at",
               "attribute": "'%s' AS slug, 'N' AS name, 'text' AS kind, NULL AS unit, NULL AS help, NULL AS group_name, 0 AS sort,"
                            " 'published' AS status",
               "product": "'%s' AS slug, 'N' AS name, 'published' AS status, NULL AS website_url, NULL AS repository_url,"
                          " NULL AS logo_url, NULL AS license, 'active' AS lifecycle, NULL AS velocity_override,"
                          " NULL AS created_at, NULL AS updated_at, NULL AS summary"}[table]
    odd = {11: "vs-x", 12: "x-vs", 13: "a-vs-b", 14: "fine"}
    rows = " UNION ALL ".join(f"SELECT {n} AS id, {columns % slug}" for n, slug in odd.items())
    root(f"CREATE OR REPLACE VIEW site_{table} AS {rows}")
    settings = {"mysql_user": "root", "memcached": "", "template_dir": TOP / "templates"}
    config = migrator.write(**settings)
    for command in ("lint", "check"):
        said = diptych(command, config=config).stdout
        for n in (11, 12, 13):
            line = (f'site_{table} id {n}, slug: "{odd[n]}": the slug is not [a-z0-9]+(-[a-z0-9]+)*, at most 64 bytes,'
                    " without -vs- inside, vs- at the beginning or -vs at the end: the row is left out")
            assert line in said, said
        assert '"fine": the slug is not' not in said
    site.drop()

"""tests/bench/generate makes whole, repeatable sites."""
import subprocess

import pytest

from lib.servers import TOP
from schema_db import Site, server  # noqa: F401
from test_schema_tables import COLUMNS

KEYS = [("product_sector", "product_id", "product"), ("product_sector", "sector_id", "sector"),
        ("product_theme", "product_id", "product"), ("product_theme", "theme_id", "theme"),
        ("product_alias", "product_id", "product"), ("editorial", "product_id", "product"),
        ("activity", "product_id", "product"), ("faq", "product_id", "product"),
        ("comparison", "product_id", "product"), ("comparison", "other_product_id", "product"),
        ("attribute_sector", "attribute_id", "attribute"), ("attribute_sector", "sector_id", "sector"),
        ("fact", "product_id", "product"), ("fact", "attribute_id", "attribute"),
        ("alternative", "product_id", "product"), ("alternative", "other_product_id", "product"),
        ("product_source", "product_id", "product")]


def generate(server, name, *options):  # noqa: F811
    subprocess.run([TOP / "tests/bench/generate", "--socket", server.socket, "--database", name, *options], check=True,
                   stdout=subprocess.DEVNULL)
    return Site(server, name)


@pytest.fixture(scope="module")
def site(server):  # noqa: F811
    site = generate(server, "made", "--products", "300")
    yield site
    site.drop()


def test_it_is_whole(site):
    root = site.editor()
    assert root.one("SELECT COUNT(*) FROM product") == 300
    for table in COLUMNS:
        assert root.one(f"SELECT COUNT(*) FROM site_{table}") > 1, table
    for child, column, parent in KEYS:
        assert not root(f"SELECT c.id FROM {child} c LEFT JOIN {parent} p ON p.id = c.{column} "
                        f"WHERE c.{column} IS NOT NULL AND p.id IS NULL"), (child, column)
    for table in ("product", "product_theme", "product_sector", "activity", "editorial", "attribute", "fact", "alternative",
                  "product_source"):
        root(f"ALTER TABLE {table} FORCE")  # checks every row's constraints and rebuilds its unique keys
    assert root("SELECT COUNT(*), SUM(rev) FROM revision") == ((300, 300),)
    root("UPDATE product SET name = 'edited' WHERE id = 1")
    assert root.one("SELECT rev FROM revision WHERE entity = 'product' AND entity_id = 1") == 2
    assert root.one("SELECT COUNT(*) FROM activity WHERE occurred_at > '2026-08-22 12:00:00'") == 0


def test_the_same_size_is_the_same_site(server, site):  # noqa: F811
    other = generate(server, "again", "--products", "300")
    tables = ", ".join(["product_sector", "product_theme", "editorial", "activity", "theme"])
    sums = [dict((table.split(".")[1], total) for table, total in s.editor()(f"CHECKSUM TABLE {tables}"))
            for s in (site, other)]
    other.drop()
    assert sums[0] == sums[1]

"""A reading that the server refuses: pages show what was last known, and every tool says which statement and why."""
import pytest

from lib.servers import wait_until

VIEWS = {  # a view that lacks a column, and what the server then says
    "editorial": ("author", "Unknown column 'e.author'"), "faq": ("question", "Unknown column 'f.question'"),
    "comparison": ("verdict_md", "Unknown column 'c.verdict_md'"), "activity": ("url", "Unknown column 'a.url'"),
    "product": ("logo_url", "Unknown column 'p.logo_url'"), "product_theme": ("sort", "Unknown column 'sort'")}
TABLES = ["sector", "theme", "product", "product_sector", "product_theme", "product_alias", "editorial", "activity", "faq",
          "comparison", "page", "change_log", "site_state", "revision_base", "schema_version"]


def create_view(site, view, without=None):
    columns = [c for c, in site.sql("SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND "
                                    "table_name = %s ORDER BY ordinal_position", view) if c != without]
    known = site.sql("SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = %s",
                     f"site_{view}")
    names = [c for c in columns if (c,) in known or without is None]
    hidden = {"anchor", "pair_low", "pair_high"}
    site.sql(f"CREATE OR REPLACE SQL SECURITY DEFINER VIEW site_{view} AS "
             f"SELECT {', '.join(c for c in names if c not in hidden)} FROM {view}")


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_that_lacks_a_column(own_site, view):
    site, (column, words) = own_site, VIEWS[view]
    known = site.get("/products/kafka").text
    create_view(site, view, without=column)
    site.sql("UPDATE product SET license = 'Changed' WHERE slug = 'kafka'")
    wait_until(lambda: words in site.diptych("status").stdout, 20, lambda: site.diptych("status").stdout)
    said = site.diptych("status").stdout
    assert f"site_{view}" in said and "0 entries behind" not in said
    ready = site.get("/readyz")
    assert words in ready.text and ready.text != "ready\n"
    checked = site.diptych("check")
    assert checked.returncode == 1 and words in checked.stdout and "not ready to serve" in checked.stdout
    page = site.get("/products/kafka")
    assert page.status == 200 and "Kafka" in page.text and "Changed" not in page.text and len(page.text) > len(known) // 2
    create_view(site, view)
    wait_until(lambda: "0 entries behind" in site.diptych("status").stdout, 20, lambda: site.diptych("status").stdout)
    wait_until(lambda: site.get("/readyz").text == "ready\n", 20)
    wait_until(lambda: "Changed" in site.get("/products/kafka.json").text, 20)


def test_tables_of_different_collations(own_site):
    """Each table converted by another tool in turn, and all at last with another collation."""
    site = own_site
    for turn, collation in enumerate(["utf8mb4_unicode_ci", "utf8mb4_general_ci"]):
        for n, table in enumerate(TABLES if turn == 0 else TABLES[::2]):
            connection = site.database.connect()
            with connection.cursor() as cursor:
                cursor.execute("SET foreign_key_checks = 0")
                cursor.execute(f"ALTER TABLE {table} CONVERT TO CHARACTER SET utf8mb4 COLLATE {collation}")
            connection.close()
            site.sql("UPDATE product SET name = %s WHERE slug = 'kafka'", f"Kafka {turn}-{n} of {table}")
            wait_until(lambda: f"Kafka {turn}-{n} of {table}" in site.get("/compare/kafka-vs-kubernetes").text, 20, table)
            wait_until(lambda: site.get("/readyz").text == "ready\n", 5, table)  # the state is told after the rows
    site.sql("UPDATE product SET slug = 'kafka-renamed' WHERE slug = 'kafka'")
    wait_until(lambda: site.get("/products/kafka-renamed").status == 200, 20)
    assert "ready to serve" in site.diptych("check").stdout.splitlines()

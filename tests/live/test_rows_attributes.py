"""What rows_* read of attributes and facts: order, limits, and which column changes which version."""
import pytest

from lib.probes import config_file, rows, sample_database
from test_rows import one, product


@pytest.fixture(scope="module")
def shared(templates):
    yield from sample_database(templates)


def attribute(database, slug, **columns):
    columns = {"slug": slug, "name": slug, "status": "published", **columns}
    database.sql(f"INSERT INTO attribute ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})", *columns.values())
    return database.sql("SELECT id FROM attribute WHERE slug = %s", slug)[0][0]


def attributes(database):
    found = rows(config_file(database, database.folder), "terms")[0]
    return {t["slug"]: t for t in found if t["entity"] == "attribute"}


def hash_of(thing):
    return thing["version"].split(":")[1]


def test_facts_come_with_all_columns_by_attribute(shared):
    ident = product(shared, "with-facts")
    assert one(shared, ident)["values"] == []
    shared.sql("INSERT INTO fact (product_id, attribute_id, value, note, source_url, checked_on) VALUES"
               " (%s, 3, ' C \u00e9 ', ' A note ', ' https://x.example/ ', '2026-08-22'), (%s, 1, 'yes', NULL, NULL, NULL),"
               " (%s, 2, '  ', 'n', NULL, NULL), (%s, 4, '\u200b\u00a0', 'n', NULL, NULL)", ident, ident, ident, ident)
    assert one(shared, ident)["values"] == [
        {"attribute": 1, "value": "yes", "note": "", "source": "", "checked": None},
        {"attribute": 3, "value": "C \u00e9", "note": "A note", "source": "https://x.example/", "checked": 1787356800000000}]
    config = config_file(shared, shared.folder)
    assert hash_of(rows(config, "facts", ident)[0][0]) == hash_of(one(shared, ident)), "read without texts"


def test_every_column_of_a_fact_changes_the_hash_of_its_product(shared):
    ident = product(shared, "hashed-facts")
    hashes = [hash_of(one(shared, ident))]
    for edit in (f"INSERT INTO fact (product_id, attribute_id, value) VALUES ({ident}, 1, 'A')",
                 *(f"UPDATE fact SET {c} = {v} WHERE product_id = {ident}" for c, v in (
                     ("value", "'B'"), ("note", "'N'"), ("source_url", "'https://x'"), ("checked_on", "'2026-08-22'"), ("attribute_id", "2"))),
                 f"INSERT INTO fact (product_id, attribute_id, value) VALUES ({ident}, 3, 'A')"):
        shared.sql(edit)
        hashes.append(hash_of(one(shared, ident)))
        assert hashes[-1] not in hashes[:-1], edit
    shared.sql("DELETE FROM fact WHERE product_id = %s", ident)
    assert hash_of(one(shared, ident)) == hashes[0]


def test_every_column_of_an_attribute_changes_its_own_version_and_no_products(shared):
    ident = attribute(shared, "hashed-attribute")
    owner = product(shared, "owner")
    shared.sql("INSERT INTO fact (product_id, attribute_id, value) VALUES (%s, %s, 'A')", owner, ident)
    before, hashes = one(shared, owner)["version"], [hash_of(attributes(shared)["hashed-attribute"])]
    for edit in (*(f"UPDATE attribute SET {c} = {v} WHERE id = {ident}" for c, v in (
            ("name", "'N'"), ("kind", "'number'"), ("unit", "'MB'"), ("help", "'H'"), ("group_name", "'G'"), ("sort", "5"),
            ("status", "'draft'"))),
                 f"INSERT INTO attribute_sector (attribute_id, sector_id) VALUES ({ident}, 2)",
                 f"INSERT INTO attribute_sector (attribute_id, sector_id) VALUES ({ident}, 1)",
                 f"DELETE FROM attribute_sector WHERE attribute_id = {ident} AND sector_id = 2"):
        shared.sql(edit)
        hashes.append(hash_of(attributes(shared)["hashed-attribute"]))
        assert hashes[-1] not in hashes[:-1], edit
    got = attributes(shared)["hashed-attribute"]
    assert (got["name"], got["kind"], got["unit"], got["help"], got["group"], got["sort"], got["sectors"]) == \
        ("N", "number", "MB", "H", "G", 5, [1])
    assert one(shared, owner)["version"] == before


def test_a_product_has_64_facts_and_the_hash_covers_the_others(shared):
    ident = product(shared, "many-facts")
    ids = [attribute(shared, f"many-{n}") for n in range(70)]
    for a in ids:
        shared.sql("INSERT INTO fact (product_id, attribute_id, value) VALUES (%s, %s, 'A')", ident, a)
    shown = one(shared, ident)
    assert [v["attribute"] for v in shown["values"]] == ids[:64]
    shared.sql("UPDATE fact SET value = 'B' WHERE product_id = %s AND attribute_id = %s", ident, ids[-1])
    assert hash_of(one(shared, ident)) != hash_of(shown)


def test_long_texts_are_cut_and_long_sources_left_out(shared):
    ident = product(shared, "long-facts")
    shared.sql("INSERT INTO fact (product_id, attribute_id, value, note, source_url) VALUES (%s, 1, %s, %s, %s), (%s, 2, %s, %s, %s)",
               ident, "\U0001f600" * 500, "\u00e9" * 500, "https://x.example/" + "x" * 2030,
               ident, "\U0001f600" * 2048, None, "https://x.example/")
    whole, cut = one(shared, ident)["values"]
    assert whole["value"] == "\U0001f600" * 500 and whole["note"] == "\u00e9" * 500 and len(whole["source"]) == 2048
    assert cut["value"] == "\U0001f600" * 500 + "\u2026"


def test_a_foreign_view_with_several_facts_of_an_attribute_and_sectors_that_repeat(shared):
    ident = product(shared, "foreign-facts")
    plain = {name: shared.sql(f"SHOW CREATE VIEW {name}")[0][1].replace("CREATE", "CREATE OR REPLACE", 1)
             for name in ("site_fact", "site_attribute", "site_attribute_sector")}
    try:
        shared.sql("CREATE OR REPLACE SQL SECURITY DEFINER VIEW site_fact AS"
                   f" SELECT 9 AS id, {ident} AS product_id, 7 AS attribute_id, 'second' AS value, NULL AS note, NULL AS source_url,"
                   f" '0000-00-00' AS checked_on UNION ALL SELECT 8, {ident}, 7, 'first', '', '', NULL"
                   f" UNION ALL SELECT 8, {ident}, 7, 'first', '', '', NULL UNION ALL SELECT 1, {ident}, NULL, 'none', '', '', NULL"
                   f" UNION ALL SELECT 2, NULL, 7, 'nobody', '', '', NULL UNION ALL SELECT 3, {ident}, {ident}, 'same', '', '', NULL")
        shared.sql("CREATE OR REPLACE SQL SECURITY DEFINER VIEW site_attribute AS SELECT 7 AS id, 'a' AS slug, NULL AS name, 'odd' AS kind,"
                   " NULL AS unit, NULL AS help, NULL AS group_name, NULL AS sort, 'live' AS status UNION ALL"
                   " SELECT 7, 'a', 'Copy', 'text', 'u', 'h', 'g', 3, 'published' UNION ALL SELECT 5, 'Bad Slug', '', '', '', '', '', 0, ''")
        shared.sql("CREATE OR REPLACE SQL SECURITY DEFINER VIEW site_attribute_sector AS SELECT 1 AS id, 7 AS attribute_id, 2 AS sector_id,"
                   " 0 AS sort UNION ALL SELECT 1, 7, 2, 0 UNION ALL SELECT 2, 7, 1, 0 UNION ALL SELECT 3, 7, NULL, 0")
        values = one(shared, ident)["values"]
        assert [(v["attribute"], v["value"], v["checked"]) for v in values] == sorted(
            [(7, "first", None), (ident, "same", None)])
        found = attributes(shared)
        assert list(found) == ["a"] and found["a"]["sectors"] == [1, 2]
        assert attributes(shared) == found, "whatever the order of the copies"
    finally:
        for create in plain.values():
            shared.sql(create)

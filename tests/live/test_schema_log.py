"""The change log: who is logged for which edit, and what `revision` then says."""
import pymysql
import pytest

from schema_db import MIGRATIONS, server, site  # noqa: F401


def populated(site):  # noqa: F811
    """An editor at a site with products 1 to 5; sectors, themes and attributes 1 and 2."""
    editor = site.editor()
    for slug in "abcde":
        editor.add("product", slug=slug, name=slug.upper())
    for slug in ("one", "two"):
        editor.add("sector", slug=slug, name=slug)
        editor.add("theme", slug=slug, name=slug)
        editor.add("attribute", slug=slug, name=slug)
    return editor


@pytest.fixture
def editor(site):  # noqa: F811
    return populated(site)


@pytest.fixture(scope="module")
def shared(server):  # noqa: F811
    """One site for the edits below: each table's begin and end without rows of its own."""
    site = server.site(*MIGRATIONS)  # noqa: F811
    yield populated(site)
    site.drop()


def logged(editor, statement, *values):
    """The entries that one statement appends, as sorted words."""
    last = editor.one("SELECT MAX(seq) FROM change_log")
    editor(statement, *values)
    rows = editor("SELECT entity, entity_id FROM change_log WHERE seq > %s", last)
    return " ".join(f"{entity}:{number}" for entity, number in sorted(rows))


# Each line: a statement, and the entries that it must append. Rows have id 1.
EDITS = {
    "sector": [
        ("INSERT INTO sector (id, slug, name) VALUES (9, 'nine', 'n')", "sector:9"),
        ("UPDATE sector SET name = 'Nine' WHERE id = 9", "sector:9"),
        ("UPDATE sector SET slug = 'ninth' WHERE id = 9", "sector:9"),
        ("UPDATE sector SET id = 10 WHERE id = 9", "sector:9 sector:10"),
        ("DELETE FROM sector WHERE id = 10", "sector:10"),
    ],
    "theme": [
        ("INSERT INTO theme (id, slug, name) VALUES (9, 'nine', 'n')", "theme:9"),
        ("UPDATE theme SET slug = 'ninth' WHERE id = 9", "theme:9"),
        ("UPDATE theme SET id = 10 WHERE id = 9", "theme:9 theme:10"),
        ("DELETE FROM theme WHERE id = 10", "theme:10"),
    ],
    "page": [
        ("INSERT INTO page (slug, title) VALUES ('about', 't')", "page:1"),
        ("UPDATE page SET status = 'published'", "page:1"),
        ("UPDATE page SET id = 2", "page:1 page:2"),
        ("DELETE FROM page", "page:2"),
    ],
    "product": [
        ("INSERT INTO product (slug, name) VALUES ('f', 'F')", "product:6"),
        ("UPDATE product SET name = 'x' WHERE id IN (1, 2)", "product:1 product:2"),
        ("UPDATE product SET status = 'archived' WHERE id = 6", "product:6"),
        ("UPDATE product SET id = 7 WHERE id = 6", "product:6 product:7"),
        ("DELETE FROM product WHERE id = 7", "product:7"),
        ("INSERT INTO product (slug, name) SELECT 's8', 's' UNION SELECT 's9', 's'", "product:8 product:9"),
        ("INSERT INTO product (slug, name) VALUES ('a', 'A') ON DUPLICATE KEY UPDATE name = 'AA'", "product:1"),
    ],
    "product_sector": [
        ("INSERT INTO product_sector (product_id, sector_id) VALUES (1, 1), (2, 1)", "product:1 product:2"),
        ("UPDATE product_sector SET sort = 3 WHERE id = 1", "product:1"),
        ("UPDATE product_sector SET sector_id = 2 WHERE id = 1", "product:1"),
        ("UPDATE product_sector SET product_id = 3 WHERE id = 1", "product:1 product:3"),
        ("REPLACE INTO product_sector (product_id, sector_id, sort) VALUES (3, 2, 9)", "product:3 product:3"),
        ("DELETE FROM product_sector", "product:2 product:3"),
    ],
    "product_theme": [
        ("INSERT INTO product_theme (product_id, theme_id) VALUES (1, 1)", "product:1"),
        ("UPDATE product_theme SET sort = 3", "product:1"),
        ("UPDATE product_theme SET product_id = 3", "product:1 product:3"),
        ("DELETE FROM product_theme", "product:3"),
    ],
    "product_alias": [
        ("INSERT INTO product_alias (slug, product_id) VALUES ('old', 1)", "product:1"),
        ("UPDATE product_alias SET slug = 'older'", "product:1"),
        ("UPDATE product_alias SET product_id = 3", "product:1 product:3"),
        ("DELETE FROM product_alias", "product:3"),
    ],
    "editorial": [
        ("INSERT INTO editorial (product_id) VALUES (1)", "product:1"),
        ("UPDATE editorial SET headline = 'h'", "product:1"),
        ("UPDATE editorial SET product_id = 2", "product:1 product:2"),
        ("DELETE FROM editorial", "product:2"),
    ],
    "activity": [
        ("INSERT INTO activity (product_id, title) VALUES (1, 't')", "product:1"),
        ("UPDATE activity SET class = 'spark'", "product:1"),
        ("UPDATE activity SET product_id = 2", "product:1 product:2"),
        ("DELETE FROM activity", "product:2"),
    ],
    "faq": [
        ("INSERT INTO faq (question) VALUES ('q')", "site:0"),
        ("UPDATE faq SET question = 'r'", "site:0"),
        ("UPDATE faq SET product_id = 1", "product:1 site:0"),
        ("UPDATE faq SET answer_md = 'r'", "product:1"),
        ("UPDATE faq SET product_id = 2", "product:1 product:2"),
        ("UPDATE faq SET other_product_id = 1", "product:1 product:2"),
        ("UPDATE faq SET product_id = 1, other_product_id = 2", "product:1 product:2"),
        ("UPDATE faq SET product_id = 3, other_product_id = 4", "product:1 product:2 product:3 product:4"),
        ("UPDATE faq SET product_id = 4, other_product_id = 5", "product:3 product:4 product:5"),
        ("UPDATE faq SET product_id = NULL, other_product_id = NULL", "product:4 product:5 site:0"),
        ("UPDATE faq SET product_id = 4, other_product_id = 5", "product:4 product:5 site:0"),
        ("UPDATE faq SET product_id = NULL", "product:4 product:5"),
        ("DELETE FROM faq", "product:5"),
        ("INSERT INTO faq (product_id, other_product_id, question) VALUES (2, 1, 'q')", "product:1 product:2"),
        ("DELETE FROM faq", "product:1 product:2"),
        ("INSERT INTO faq (question) VALUES ('q')", "site:0"),
        ("DELETE FROM faq", "site:0"),
    ],
    "comparison": [
        ("INSERT INTO comparison (product_id, other_product_id) VALUES (2, 1)", "product:1 product:2"),
        ("UPDATE comparison SET intro_md = 'i'", "product:1 product:2"),
        ("UPDATE comparison SET product_id = 1, other_product_id = 2", "product:1 product:2"),
        ("UPDATE comparison SET other_product_id = 3", "product:1 product:2 product:3"),
        ("UPDATE comparison SET product_id = 4, other_product_id = 5", "product:1 product:3 product:4 product:5"),
        ("DELETE FROM comparison", "product:4 product:5"),
    ],
    "attribute": [
        ("INSERT INTO attribute (slug, name) VALUES ('runs-on', 'Runs on')", "site:0"),
        ("UPDATE attribute SET unit = 'MB' WHERE id = 3", "site:0"),
        ("UPDATE attribute SET id = 9 WHERE id = 3", "site:0"),
        ("UPDATE attribute SET sort = id", "site:0 site:0 site:0"),
        ("DELETE FROM attribute WHERE id = 9", "site:0"),
    ],
    "attribute_sector": [
        ("INSERT INTO attribute_sector (attribute_id, sector_id) VALUES (1, 1)", "site:0"),
        ("UPDATE attribute_sector SET sort = 3", "site:0"),
        ("UPDATE attribute_sector SET attribute_id = 2, sector_id = 2", "site:0"),
        ("DELETE FROM attribute_sector", "site:0"),
    ],
    "fact": [
        ("INSERT INTO fact (product_id, attribute_id, value) VALUES (1, 1, 'C')", "product:1"),
        ("UPDATE fact SET value = 'D'", "product:1"),
        ("UPDATE fact SET attribute_id = 2", "product:1"),
        ("UPDATE fact SET product_id = 2", "product:1 product:2"),
        ("REPLACE INTO fact (product_id, attribute_id, value) VALUES (2, 2, 'E')", "product:2 product:2"),
        ("DELETE FROM fact", "product:2"),
    ],
    "alternative": [
        ("INSERT INTO alternative (product_id, other_product_id, reason) VALUES (2, 1, 'r')", "product:1 product:2"),
        ("UPDATE alternative SET reason = 's'", "product:1 product:2"),
        ("UPDATE alternative SET product_id = 1, other_product_id = 2", "product:1 product:2"),
        ("UPDATE alternative SET other_product_id = 3", "product:1 product:2 product:3"),
        ("UPDATE alternative SET product_id = 4, other_product_id = 5", "product:1 product:3 product:4 product:5"),
        ("DELETE FROM alternative", "product:4 product:5"),
    ],
    "product_source": [
        ("INSERT INTO product_source (product_id, url) VALUES (1, 'https://example.org/feed')", "product:1"),
        ("UPDATE product_source SET status = 'published'", "product:1"),
        ("UPDATE product_source SET product_id = 2", "product:1 product:2"),
        ("DELETE FROM product_source", "product:2"),
    ],
}


@pytest.mark.parametrize("table", EDITS)
def test_every_edit_is_logged_for_every_owner(shared, table):
    for statement, expected in EDITS[table]:
        assert logged(shared, statement) == expected, statement


def test_every_table_has_its_three_after_triggers(editor):
    rows = editor("SELECT event_object_table, COUNT(*) FROM information_schema.triggers WHERE trigger_schema = "
                  "DATABASE() AND action_timing = 'AFTER' GROUP BY event_object_table")
    assert dict(rows) == {table: 3 for table in EDITS}


# slugs ----------------------------------------------------------------------------------------

def aliases(editor):
    return dict(editor("SELECT slug, product_id FROM product_alias"))


def test_renames_to_and_fro(editor):
    rename = "UPDATE product SET slug = %s WHERE slug = %s"
    assert logged(editor, rename, "a2", "a") == "product:1 product:1"
    assert aliases(editor) == {"a": 1}
    assert logged(editor, rename, "a3", "a2") == "product:1 product:1"
    assert aliases(editor) == {"a": 1, "a2": 1}
    editor(rename, "a", "a3")
    assert aliases(editor) == {"a2": 1, "a3": 1}
    for _ in range(3):
        editor(rename, "x", "a")
        assert aliases(editor) == {"a": 1, "a2": 1, "a3": 1}
        editor(rename, "a", "x")
        assert aliases(editor) == {"a2": 1, "a3": 1, "x": 1}
    editor("UPDATE product SET slug = slug, name = 'same slug'")
    assert aliases(editor) == {"a2": 1, "a3": 1, "x": 1}


def test_a_rename_that_takes_anothers_alias_is_logged_for_it_too(editor):
    editor("UPDATE product SET slug = 'a2' WHERE id = 1")
    assert logged(editor, "UPDATE product SET slug = 'a' WHERE id = 2") == "product:1 product:2 product:2"
    assert aliases(editor) == {"b": 2}
    assert logged(editor, "UPDATE product SET slug = 'b' WHERE id = 1") == "product:1 product:1 product:2"
    assert aliases(editor) == {"a2": 1}
    editor("INSERT INTO product_alias (slug, product_id) VALUES ('c', 1)")
    assert logged(editor, "UPDATE product SET slug = 'c2' WHERE id = 3") == "product:1 product:3 product:3"
    assert aliases(editor) == {"a2": 1, "c": 3}


def test_two_products_swap_slugs_in_one_transaction(editor):
    editor.begin()
    for slug, number in (("tmp", 1), ("a", 2), ("b", 1)):
        editor("UPDATE product SET slug = %s WHERE id = %s", slug, number)
    editor.commit()
    assert dict(editor("SELECT slug, id FROM product WHERE id < 3")) == {"b": 1, "a": 2}
    assert aliases(editor) == {"tmp": 1}


def test_a_renamed_product_is_deleted_after_its_aliases(editor):
    editor("UPDATE product SET slug = 'z' WHERE id = 5")
    with pytest.raises(pymysql.err.IntegrityError):
        editor("DELETE FROM product WHERE id = 5")
    editor("DELETE FROM product_alias WHERE product_id = 5")
    assert logged(editor, "DELETE FROM product WHERE id = 5") == "product:5"


# revision -------------------------------------------------------------------------------------

def rev(editor, entity, number):
    rows = editor("SELECT rev FROM revision WHERE entity = %s AND entity_id = %s", entity, number)
    return rows[0][0] if rows else 0


def test_revision_grows_with_the_commit_and_not_before(site, editor):
    reader = site.editor()
    before = rev(reader, "product", 1)
    assert before == 1 and rev(reader, "product", 77) == 0
    editor.begin()
    editor("UPDATE product SET name = 'x' WHERE id = 1")
    assert rev(editor, "product", 1) == before + 1 and rev(reader, "product", 1) == before
    editor.rollback()
    assert rev(reader, "product", 1) == before
    reader("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
    editor("UPDATE product SET name = 'y' WHERE id = 1")
    assert reader("SELECT name FROM site_product WHERE id = 1") == (("A",),)
    assert rev(reader, "product", 1) == before, "one snapshot for rows and revision"
    reader.commit()
    assert rev(reader, "product", 1) == before + 1


def test_revision_of_few_entities_reads_few_entries(site, editor):
    editor("INSERT INTO change_log (entity, entity_id) SELECT 'product', 1 + seq % 20000 FROM seq_1_to_100000")
    editor("INSERT INTO revision_base SELECT 'product', seq, 7 FROM seq_1_to_20000")
    editor("ANALYZE TABLE change_log, revision_base")
    reader = site.editor()
    for condition in (f"entity_id IN ({','.join(str(100 * n) for n in range(1, 101))})",
                      "entity_id BETWEEN 5000 AND 5099"):
        reader("FLUSH STATUS")
        rows = reader(f"SELECT entity_id, rev FROM revision WHERE entity = 'product' AND {condition}")
        assert len(rows) == 100 and {n for _, n in rows} == {12}
        read = sum(int(v) for _, v in reader("SHOW STATUS LIKE 'Handler_read%'"))
        assert read < 3000, f"{read} reads for 600 entries: {condition}"


def test_a_lower_seq_may_commit_later(site, editor):
    """What a follower must cope with: seq is given at the insert, seen at the commit."""
    slow, fast = site.editor(), site.editor()
    slow.begin()
    slow("UPDATE product SET name = 'slow' WHERE id = 1")
    fast("UPDATE product SET name = 'fast' WHERE id = 2")
    seen = editor.one("SELECT MAX(seq) FROM change_log")
    slow.commit()
    late = editor("SELECT seq, entity_id FROM change_log ORDER BY seq DESC LIMIT 2")
    assert late[0][0] == seen and late[1] == (seen - 1, 1)

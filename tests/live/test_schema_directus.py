"""The forms of Directus, the rights of its account and the tables of diptych agree, column by column.

test_directus.py works with a real Directus.  This file needs a database only, and Directus's tables in short.
"""
import re

import pymysql
import pytest

from lib.servers import TOP

FOLDER = TOP / "sql/adapters/directus"
FORMS = (FOLDER / "directus.sql").read_text()
TRIGGERS = (FOLDER / "triggers.sql").read_text()
# By the schema and by `diptych import`.
MAINTAINED = {"anchor", "pair_low", "pair_high", "preview_saved_at", "etag", "last_modified", "failures", "retry_at"}
FIELD = re.compile(r"^\('(\w+)', '(\w+)', '([wrlt])', '[\w-]+', (?:NULL|'[\w-]+'), (?:NULL|'([\w,-]+)')", re.M)


@pytest.fixture(scope="module")
def rights(templates):
    """{table: {column: set of rights}} of the account, and {table: set of columns}."""
    from conftest import _database
    for database in _database(templates, "schema"):
        database.script((FOLDER / "grants.sql").read_text())
        database.script((FOLDER / "grants.sql").read_text())
        granted, columns = {}, {}
        for table, column, right in database.sql(
                "SELECT table_name, column_name, privilege_type FROM information_schema.column_privileges WHERE grantee LIKE '%diptych_directus%'"):
            granted.setdefault(table, {}).setdefault(column, set()).add(right)
        for table in granted:
            columns[table] = {name for name, in database.sql(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = %s", table)}
        deleted = {table for table, in database.sql(
            "SELECT table_name FROM information_schema.table_privileges WHERE grantee LIKE '%diptych_directus%' AND privilege_type = 'DELETE'")}
        yield granted, columns, deleted


# What directus.sql writes of Directus's own tables.  Their collation is that of the database in which they were made.
NAME = "VARCHAR(64)"
SHORT = {
    "collections": f"collection {NAME} PRIMARY KEY, icon {NAME}, note TEXT, display_template VARCHAR(255), hidden TINYINT, translations LONGTEXT,"
                   f" archive_field {NAME}, archive_value {NAME}, unarchive_value {NAME}, sort_field {NAME}, sort INT, preview_url VARCHAR(255)",
    "fields": f"id INT AUTO_INCREMENT PRIMARY KEY, collection {NAME}, field {NAME}, special {NAME}, interface {NAME}, options LONGTEXT,"
              f" display {NAME}, display_options LONGTEXT, readonly TINYINT, hidden TINYINT, sort INT, width {NAME}, translations LONGTEXT,"
              f" note TEXT, conditions LONGTEXT, required TINYINT, `group` {NAME}, validation LONGTEXT, validation_message TEXT",
    "relations": f"id INT AUTO_INCREMENT PRIMARY KEY, many_collection {NAME}, many_field {NAME}, one_collection {NAME}, one_field {NAME},"
                 f" junction_field {NAME}, sort_field {NAME}, one_deselect_action {NAME}",
    "policies": f"id CHAR(36) PRIMARY KEY, name {NAME}, icon {NAME}, description TEXT, admin_access TINYINT, app_access TINYINT",
    "roles": f"id CHAR(36) PRIMARY KEY, name {NAME}, icon {NAME}, description TEXT",
    "access": "id CHAR(36) PRIMARY KEY, role CHAR(36), policy CHAR(36), sort INT",
    "permissions": f"id INT AUTO_INCREMENT PRIMARY KEY, collection {NAME}, action {NAME}, permissions LONGTEXT, fields TEXT, policy CHAR(36)",
    "presets": f"id INT AUTO_INCREMENT PRIMARY KEY, role CHAR(36), user CHAR(36), bookmark {NAME}, collection {NAME}, layout {NAME},"
               " layout_query LONGTEXT, layout_options LONGTEXT"}


@pytest.mark.parametrize("collation", ["utf8mb4_general_ci", "utf8mb4_bin"])
def test_the_forms_are_written_on_this_server(database, collation):
    database.script("".join(f"CREATE TABLE directus_{name} ({columns}) DEFAULT CHARSET=utf8mb4 COLLATE={collation};"
                            for name, columns in SHORT.items()))
    written = []
    for _ in range(2):
        database.script("SET @site = 'https://diptych.example';\n" + FORMS + TRIGGERS + (FOLDER / "grants.sql").read_text())
        written.append([database.sql(f"SELECT COUNT(*) FROM directus_{name}") for name in SHORT])
    assert written[0] == written[1] and all(count[0][0] for count in written[0])
    assert database.sql("SELECT COUNT(*) FROM directus_fields WHERE interface IN ('select-dropdown', 'presentation-links', 'input-rich-text-md')"
                        " AND (options IS NULL OR NOT JSON_VALID(options))") == [(0,)]
    assert database.sql("SELECT COUNT(*) FROM directus_permissions WHERE fields <> '*' OR permissions <> '{}'") == [(0,)]  # see directus.sql


KEYS = """SELECT k.table_name, k.column_name, k.referenced_table_name FROM information_schema.key_column_usage k
WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL AND k.column_name <> 'anchor' ORDER BY 1, 2"""


def test_what_belongs_to_a_row_is_deleted_with_it(database):
    """Of each table that others refer to: no deletion fails, and each is in the log of the products."""
    database.script(TRIGGERS)
    parents = sorted({parent for _, _, parent in database.sql(KEYS)})
    assert parents == ["attribute", "product", "sector", "theme"]
    database.sql("INSERT INTO product (slug, name) VALUES ('a', 'A'), ('b', 'B')")
    for parent in parents:
        if parent != "product":
            database.sql(f"INSERT INTO {parent} (slug, name) VALUES ('a', 'A'), ('b', 'B')")
    values = {"fact": "value", "alternative": "reason", "faq": "question", "product_source": "url", "product_alias": "slug", "activity": "title"}
    keys = {}
    for table, column, _ in database.sql(KEYS):
        keys.setdefault(table, []).append(column)
    for table, columns in keys.items():
        more = [values[table]] if table in values else []
        given = [2 if column == "other_product_id" else 1 for column in columns] + ["'x'"] * len(more)
        database.sql(f"INSERT INTO {table} ({', '.join(columns + more)}) VALUES ({', '.join(map(str, given))})")

    def logged(product):
        return database.sql("SELECT COUNT(*) FROM change_log WHERE entity = 'product' AND entity_id = %s", product)[0][0]
    for parent in ("attribute", "sector", "theme", "product"):
        one, two = logged(1), logged(2)
        database.sql(f"DELETE FROM {parent} WHERE id = 1")
        assert logged(1) > one and logged(2) == two + 3 * (parent == "product")  # of the pair's rows
        assert all(database.sql(f"SELECT COUNT(*) FROM {table} WHERE {column} = 1") == [(0,)]
                   for table, column, of in database.sql(KEYS) if of == parent)


def test_an_error_names_the_field(database):
    """Every foreign key of the forms, and rows of a product with itself, as Directus reads messages."""
    database.script(TRIGGERS)
    database.sql("INSERT INTO product (slug, name) VALUES ('a', 'A')")
    tried = 0
    for table, column, parent in database.sql(KEYS):
        if table == "product_alias":  # which no form writes
            continue
        others = {c: 1 for t, c, of in database.sql(KEYS) if t == table and c != column and of == "product" and c == "product_id"}
        columns = {**others, column: 999}
        with pytest.raises(pymysql.MySQLError) as error:
            database.sql(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(map(str, columns.values()))})")
        assert error.value.args[0] == 1452 or "default value" in error.value.args[1], error.value
        words = re.findall("`([^`]+)`", error.value.args[1])
        assert (words[0], words[1], words[3]) == (parent, table, column), error.value
        tried += 1
    assert tried >= 14
    for table, more in (("alternative", "reason"), ("comparison", "intro_md"), ("faq", "question")):
        with pytest.raises(pymysql.MySQLError) as error:
            database.sql(f"INSERT INTO {table} (product_id, other_product_id, {more}) VALUES (1, 1, 'x')")
        assert error.value.args == (1264, "Choose another product as 'other_product_id': it is the product itself")


def fields():
    found = {}
    for table, column, right, special in FIELD.findall(FORMS):
        if "alias" not in special and special not in ("o2m", "m2m"):
            found.setdefault(table, {})[column] = right
    return found


def test_every_column_has_a_field_or_is_maintained(rights):
    _, columns, _ = rights
    assert set(fields()) == set(columns)
    for table, names in columns.items():
        assert names - MAINTAINED == set(fields()[table]), table


def test_the_rights_are_those_of_the_form(rights):
    granted, _, deleted = rights
    for table, columns in fields().items():
        wanted = {column: {"SELECT", "INSERT", "UPDATE"} if right in "wl" else {"SELECT"} for column, right in columns.items()}
        if table in ("product_alias", "lint_finding", "lint_run"):
            wanted = {column: {"SELECT"} for column in columns}
        assert granted[table] == wanted, table
    assert deleted == set(granted) - {"product_alias", "lint_finding", "lint_run"}


def test_every_field_has_a_label_that_editors_understand():
    for line in FORMS.splitlines():
        if (row := FIELD.match(line)) and row[3] in "wr":
            label = re.match(r"\('\w+', '\w+', '\w', '[\w-]+', '[\w-]+', (?:NULL|'[\w,-]+'), '([^']+)'", line)
            assert label and "_" not in label[1] and label[1][0].isupper(), line[:120]


def test_the_taken_words_are_those_of_the_table():
    check = re.search(r"page_slug_word CHECK \(slug NOT IN \((.*?)\)\)", (TOP / "sql/006_facts.sql").read_text(), re.S)
    words = re.search(r"'\(\?!\((.*?)\)\$\)'", FORMS, re.S)
    assert set(re.findall(r"[a-z]+", check[1])) == set(re.findall(r"[a-z]+", words[1]))

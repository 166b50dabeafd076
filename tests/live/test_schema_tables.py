"""The tables as editors meet them: columns, words that are refused, pairs, times."""
import datetime
import itertools
import re
from pathlib import Path

import pymysql
import pytest

from lib.servers import TOP
from schema_db import MIGRATIONS, server, site  # noqa: F401

COLUMNS = {
    "sector": "id slug name sort",
    "theme": "id slug name",
    "product": "id slug name status website_url repository_url logo_url license lifecycle "
               "velocity_override created_at updated_at summary",
    "product_sector": "id product_id sector_id sort",
    "product_theme": "id product_id theme_id sort",
    "product_alias": "id slug product_id",
    "editorial": "id product_id status headline current_state_md heading_md prediction_md author "
                 "published_at preview_token created_at updated_at prediction_state prediction_activity_id "
                 "prediction_note",
    "activity": "id product_id status kind class title url version occurred_at",
    "faq": "id product_id other_product_id question answer_md sort status",
    "comparison": "id product_id other_product_id status intro_md verdict_md",
    "page": "id slug title body_md status updated_at",
    "attribute": "id slug name kind unit help group_name sort status",
    "attribute_sector": "id attribute_id sector_id sort",
    "fact": "id product_id attribute_id value note source_url checked_on",
    "alternative": "id product_id other_product_id reason sort status",
    "product_source": "id product_id kind url status checked_at etag error",
}
PREVIEWED = {"product", "comparison", "page", "faq", "alternative"}
REFUSED = (pymysql.err.IntegrityError, pymysql.err.OperationalError, pymysql.err.DataError)


@pytest.fixture
def editor(site):
    return site.editor()


@pytest.fixture(scope="module")
def words(server):  # noqa: F811
    """For the tests that try words in columns: one site for all, as they leave nothing in each other's way."""
    site = server.site(*MIGRATIONS)  # noqa: F811
    yield site.editor()
    site.drop()


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)


def near(moment, other, seconds=30):
    return abs((moment - other).total_seconds()) < seconds


# shape ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("table", COLUMNS)
def test_table_and_view_have_the_columns(editor, table):
    for relation in (table, f"site_{table}"):
        with editor.raw.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {relation}")
            names = [c[0] for c in cursor.description]
            if relation in PREVIEWED:  # no page shows the token, so no view of a page has it
                assert names.pop() == "preview_token"
            assert names == COLUMNS[table].split(), relation


def test_every_table_is_innodb_utf8mb4_with_one_big_id(editor):
    for table in COLUMNS:
        engine, collation = editor("SELECT engine, table_collation FROM information_schema.tables "
                                   "WHERE table_schema = DATABASE() AND table_name = %s", table)[0]
        assert (engine, collation.split("_")[0]) == ("InnoDB", "utf8mb4"), table
        column = editor("SELECT column_type, column_key, extra FROM information_schema.columns WHERE "
                        "table_schema = DATABASE() AND table_name = %s AND column_name = 'id'", table)[0]
        assert (column[0].replace("(20)", ""), *column[1:]) == ("bigint unsigned", "PRI", "auto_increment"), table
    assert not editor("SELECT table_name FROM information_schema.columns "
                      "WHERE table_schema = DATABASE() AND data_type = 'enum'")
    wrong = editor("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = "
                   "DATABASE() AND column_name = 'slug' AND collation_name <> 'ascii_bin'")
    assert not wrong


def test_foreign_keys_are_indexed_and_never_cascade(editor):
    keys = editor("SELECT constraint_name, table_name, GROUP_CONCAT(column_name ORDER BY ordinal_position) "
                  "FROM information_schema.key_column_usage WHERE table_schema = DATABASE() "
                  "AND referenced_table_name IS NOT NULL GROUP BY constraint_name, table_name")
    assert len(keys) == 18
    indexes = {}
    for table, name, columns in editor(
            "SELECT table_name, index_name, GROUP_CONCAT(column_name ORDER BY seq_in_index) FROM "
            "information_schema.statistics WHERE table_schema = DATABASE() GROUP BY table_name, index_name"):
        indexes.setdefault(table, []).append(columns + ",")
    for constraint, table, columns in keys:
        own = columns.split(",")[-1]
        assert any(i.startswith(columns + ",") for i in indexes[table]), constraint
        assert any(i.startswith(own + ",") for i in indexes[table]), (constraint, own)
    rules = editor("SELECT DISTINCT delete_rule, update_rule FROM information_schema.referential_constraints "
                   "WHERE constraint_schema = DATABASE()")
    assert set(rules) <= {("RESTRICT", "RESTRICT"), ("NO ACTION", "NO ACTION")}


def test_views_run_with_their_definers_rights_and_merge(editor):
    for table in COLUMNS:
        [made] = editor(f"SHOW CREATE VIEW site_{table}")
        assert "ALGORITHM=MERGE" in made[1] and "SQL SECURITY DEFINER" in made[1], table


def test_children_go_before_their_product(editor):
    product = editor.add("product", slug="kafka", name="Kafka")
    sector = editor.add("sector", slug="streaming", name="Streaming")
    link = editor.add("product_sector", product_id=product, sector_id=sector)
    for statement in ("DELETE FROM product", "DELETE FROM sector", "TRUNCATE TABLE product"):
        with pytest.raises(pymysql.err.Error) as refused:
            editor(statement)
        assert refused.value.args[0] in (1451, 1701)
    with pytest.raises(pymysql.err.IntegrityError):
        editor.add("product_sector", product_id=product, sector_id=sector, sort=5)
    with pytest.raises(pymysql.err.IntegrityError):
        editor.add("activity", product_id=product + 1, title="of nothing")
    editor("DELETE FROM product_sector WHERE id = %s", link)
    assert editor("DELETE FROM product") == 1 and editor("DELETE FROM sector") == 1


# words that are refused -----------------------------------------------------------------------

MODES = ["STRICT_TRANS_TABLES", ""]
GOOD_SLUGS = ["a", "7zip", "vscode", "a-vsb", "x" * 64, "vs", "a-b-c-9"]
BAD_SLUGS = ["", " ", "a ", "a b", "A", "kafkA", "-a", "a-", "a--b", "a-vs-b", "a_b", "a.b", "a/b", "\u00e9",
             "a\n", "\na", "a\t", "a'", "x" * 65, "x" * 64 + "-y", "x" * 300, "%", "a%b", "a-vs-vs-b",
             "vs-code", "a-vs", "vs-vs", "vs-a-b", "a-b-vs", "vs-" + "x" * 61]
SLUGGED = {
    "product": {"name": "n"}, "sector": {"name": "n"}, "theme": {"name": "n"}, "page": {"title": "t"},
    "product_alias": {"product_id": 1}, "attribute": {"name": "n"},
}


@pytest.mark.parametrize("table", SLUGGED)
def test_slugs(words, table):
    editor = words
    editor("SET SESSION sql_mode = 'STRICT_TRANS_TABLES'")
    editor("INSERT IGNORE INTO product (id, slug, name) VALUES (1, 'first', 'First')")
    for slug in GOOD_SLUGS:
        editor.add(table, slug=slug, **SLUGGED[table])
    before = editor.one(f"SELECT COUNT(*) FROM {table}")
    for mode, slug in itertools.product(MODES, BAD_SLUGS):
        editor("SET SESSION sql_mode = %s", mode)
        with pytest.raises(REFUSED):
            editor.add(table, slug=slug, **SLUGGED[table])
            pytest.fail(f"{table} took {slug!r} as {editor(f'SELECT slug FROM {table} ORDER BY id DESC LIMIT 1')}")
        with pytest.raises(REFUSED):
            editor(f"UPDATE {table} SET slug = %s WHERE slug = 'vs'", slug)
    assert editor.one(f"SELECT COUNT(*) FROM {table}") == before


def test_a_page_takes_none_of_the_sites_first_words(words):
    editor = words
    for slug in ("compare products alternatives sectors themes faq leaderboard search feed sitemap sitemaps "
                 "robots opensearch llms badge healthz readyz metrics static api predictions feeds preview").split():
        with pytest.raises(REFUSED):
            editor.add("page", slug=slug, title="t")
        editor.add("product", slug=slug, name="a product may")
    for slug in ("about", "methodology", "products-we-like", "predictions-of-ours"):
        editor.add("page", slug=slug, title="t")


def test_the_pool_refuses_the_same_words():
    lists = [set(re.findall(r"['\"]([a-z]+)['\"]", text)) for text in (
        [m for m in map(Path.read_text, MIGRATIONS) if "slug NOT IN (" in m][-1].split("slug NOT IN (")[1].split(")")[0],
        (TOP / "fcgi/text/slug.c").read_text().split("reserved[] = {")[1].split("}")[0])]
    assert lists[0] == lists[1] and len(lists[0]) > 20


WORDS = {
    ("product", "status"): "draft published archived",
    ("product", "lifecycle"): "active maintenance discontinued",
    ("editorial", "status"): "draft published archived",
    ("activity", "status"): "draft published archived",
    ("activity", "kind"): "release post event",
    ("activity", "class"): "spark improvement trivial",
    ("faq", "status"): "draft published archived",
    ("comparison", "status"): "draft published archived",
    ("page", "status"): "draft published archived",
    ("editorial", "prediction_state"): "open came_true failed",
    ("attribute", "status"): "draft published archived",
    ("attribute", "kind"): "text number bool date version list url",
    ("alternative", "status"): "draft published archived",
    ("product_source", "status"): "draft published archived",
    ("product_source", "kind"): "atom rss json_feed github_releases endoflife",
}
DEFAULTS = {("product", "lifecycle"): "active", ("activity", "status"): "published",
            ("activity", "kind"): "release", ("activity", "class"): "improvement",
            ("editorial", "prediction_state"): "open", ("attribute", "kind"): "text", ("product_source", "kind"): "atom"}


def add_row(editor, table, **columns):
    """A row of any table, with the parents that it needs."""
    number = editor.one("SELECT COALESCE(MAX(id), 0) + (SELECT COUNT(*) FROM attribute) + 1 FROM product")
    if table not in ("product", "page", "sector", "theme", "attribute"):
        columns.setdefault("product_id", editor.add("product", slug=f"p{number}", name="P"))
    if table in ("comparison", "alternative"):
        columns.setdefault("other_product_id", editor.add("product", slug=f"q{number}", name="Q"))
    needed = {"product": {"slug": f"r{number}", "name": "R"}, "page": {"slug": f"page{number}", "title": "t"},
              "activity": {"title": "t"}, "faq": {"question": "q"}, "alternative": {"reason": "r"},
              "attribute": {"slug": f"attribute{number}", "name": "A"}, "product_source": {"url": "https://example.org/"}}
    return editor.add(table, **{**needed.get(table, {}), **columns})


@pytest.mark.parametrize("table,column", WORDS)
def test_closed_words(words, table, column):
    editor = words
    editor("SET SESSION sql_mode = 'STRICT_TRANS_TABLES'")
    row = add_row(editor, table)
    default = DEFAULTS.get((table, column), "draft")
    assert editor.one(f"SELECT {column} FROM {table} WHERE id = %s", row) == default
    for word in WORDS[table, column].split():
        editor(f"UPDATE {table} SET {column} = %s WHERE id = %s", word, row)
    good = WORDS[table, column].split()[1]
    longest = max(WORDS[table, column].split(), key=len)
    bad = ["", "secret", good.upper(), good.title(), " " + good]
    bad += [word + end for word in (good, longest) for end in (" ", "x", " " * 40 + "x")]
    for mode, word in itertools.product(MODES, bad):
        editor("SET SESSION sql_mode = %s", mode)
        with pytest.raises(REFUSED):
            editor(f"UPDATE {table} SET {column} = %s WHERE id = %s", word, row)
            pytest.fail(f"{table}.{column} took {word!r}")
    assert editor.one(f"SELECT {column} FROM {table} WHERE id = %s", row) == WORDS[table, column].split()[-1]


def test_velocity_override_is_a_score(editor):
    product = editor.add("product", slug="a", name="A")
    for score in (0, 10, "7.3", None):
        editor("UPDATE product SET velocity_override = %s", score)
    for score in ("-0.1", "10.1", 99):
        with pytest.raises(REFUSED):
            editor("UPDATE product SET velocity_override = %s WHERE id = %s", score, product)


def test_a_summary_is_one_plain_line(editor):
    product = editor.add("product", slug="a", name="A")
    for summary in (None, "", "Keeps rows.", "\u00e9\U0001f98a" * 127, "'quoted' and \\ a backslash"):
        editor("UPDATE product SET summary = %s", summary)
        assert editor.one("SELECT summary FROM site_product") == summary
    for mode, bad in itertools.product(MODES, ("two\nlines", "two\rlines", "\n", "a tab\t", "a bell\x07", "end\n")):
        editor("SET SESSION sql_mode = %s", mode)
        with pytest.raises(REFUSED):
            editor("UPDATE product SET summary = %s WHERE id = %s", bad, product)
            pytest.fail(f"took {bad!r}")
    editor("SET SESSION sql_mode = 'STRICT_TRANS_TABLES'")
    with pytest.raises(REFUSED):
        editor("UPDATE product SET summary = %s WHERE id = %s", "x" * 256, product)


def test_a_fact_takes_any_value_once_a_product_and_attribute(editor):
    product, other, _ = three_products(editor)
    written = editor.add("attribute", slug="written-in", name="Written in", kind="list")
    editor.add("fact", product_id=product, attribute_id=written, value="x" * 2048)
    editor.add("fact", product_id=other, attribute_id=written, value="", checked_on="2026-08-22")
    with pytest.raises(REFUSED, match="fact_attribute_id_unique"):
        editor.add("fact", product_id=product, attribute_id=written, value="Java")
    sector = editor.add("sector", slug="one", name="One")
    editor.add("attribute_sector", attribute_id=written, sector_id=sector)
    with pytest.raises(REFUSED, match="attribute_sector_sector_id_unique"):
        editor.add("attribute_sector", attribute_id=written, sector_id=sector)
    for statement in ("DELETE FROM attribute", "DELETE FROM sector", "DELETE FROM product WHERE slug = 'a'"):
        with pytest.raises(REFUSED):
            editor(statement)


def test_the_activity_that_settled_a_prediction_may_go(editor):
    product = editor.add("product", slug="a", name="A")
    activity = editor.add("activity", product_id=product, title="t")
    row = editor.add("editorial", product_id=product, prediction_activity_id=activity, prediction_state="came_true")
    last = editor.one("SELECT MAX(seq) FROM change_log")
    editor("DELETE FROM activity")
    assert editor("SELECT entity, entity_id FROM change_log WHERE seq > %s", last) == (("product", product),)
    editor.add("activity", product_id=product, title="u")
    editor("TRUNCATE TABLE activity")
    assert editor.one("SELECT prediction_activity_id FROM site_editorial WHERE id = %s", row) == activity


def test_unique_indexes_carry_a_name_that_tells_the_field(editor):
    names = editor("SELECT DISTINCT table_name, index_name FROM information_schema.statistics WHERE table_schema = "
                   "DATABASE() AND non_unique = 0 AND index_name <> 'PRIMARY' AND index_name NOT LIKE '%\\_anchor'")
    assert len(names) == 13
    for table, name in names:
        column = re.fullmatch(rf"{table}_(\w+)_unique", name)
        assert column and column[1] in COLUMNS[table].split(), name


# pairs ----------------------------------------------------------------------------------------

def three_products(editor):
    return [editor.add("product", slug=s, name=s) for s in "abc"]


def test_a_comparison_is_one_whichever_way_round(editor):
    a, b, c = three_products(editor)
    first = editor.add("comparison", product_id=b, other_product_id=a)
    editor.add("comparison", product_id=a, other_product_id=c)
    for one, other in ((a, b), (b, a), (c, a), (a, a)):
        with pytest.raises(REFUSED):
            editor.add("comparison", product_id=one, other_product_id=other)
    with pytest.raises(REFUSED):
        editor("UPDATE comparison SET product_id = %s WHERE id = %s", c, first)
    editor("UPDATE comparison SET product_id = %s, other_product_id = %s WHERE id = %s", a, b, first)
    editor("UPDATE comparison SET other_product_id = %s, product_id = %s WHERE id = %s", c, b, first)


def test_a_pick_leads_one_way(editor):
    a, b, _ = three_products(editor)
    editor.add("alternative", product_id=a, other_product_id=b, reason="r")
    editor.add("alternative", product_id=b, other_product_id=a, reason="r")
    for one, other in ((a, b), (b, b)):
        with pytest.raises(REFUSED):
            editor.add("alternative", product_id=one, other_product_id=other, reason="again")


def test_a_pair_is_asked_a_question_once_whichever_way_round(editor):
    a, b, _ = three_products(editor)
    editor.add("faq", product_id=a, other_product_id=b, question="Which first?")
    editor.add("faq", product_id=b, other_product_id=a, question="Which second?")
    for one, other in ((a, b), (b, a)):
        with pytest.raises(REFUSED):
            editor.add("faq", product_id=one, other_product_id=other, question="Which first?")
    with pytest.raises(REFUSED):
        editor.add("faq", product_id=a, other_product_id=a, question="Itself?")
    for _ in range(2):
        editor.add("faq", product_id=a, question="Same?")
        editor.add("faq", question="Same?")


def test_a_question_of_one_product_is_in_the_first_column(editor):
    a, b, _ = three_products(editor)
    row = editor.add("faq", other_product_id=a, question="Alone?")
    assert editor("SELECT product_id, other_product_id FROM site_faq WHERE id = %s", row) == ((a, None),)
    editor("UPDATE faq SET product_id = NULL, other_product_id = %s WHERE id = %s", b, row)
    assert editor("SELECT product_id, other_product_id FROM site_faq WHERE id = %s", row) == ((b, None),)


# times ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("zone", ["+05:30", "-11:00", "+13:00", "SYSTEM"])
def test_times_are_utc_in_any_session(editor, zone):
    editor("SET time_zone = %s", zone)
    now = utc_now()
    product = editor.add("product", slug="a", name="A")
    editorial = editor.add("editorial", product_id=product, status="published")
    editor.add("activity", product_id=product, title="t")
    editor.add("page", slug="about", title="t")
    for table, column in (("product", "created_at"), ("product", "updated_at"), ("editorial", "created_at"),
                          ("editorial", "updated_at"), ("editorial", "published_at"), ("page", "updated_at"),
                          ("activity", "occurred_at"), ("change_log", "changed_at"),
                          ("schema_version", "applied_at")):
        assert near(editor.one(f"SELECT {column} FROM {table} LIMIT 1"), now), (table, column)
    for table in ("product", "editorial", "page"):
        editor(f"UPDATE {table} SET updated_at = '2020-01-01'")
        assert editor.one(f"SELECT updated_at FROM {table}") == datetime.datetime(2020, 1, 1), "explicit: kept"
        editor(f"UPDATE {table} SET status = 'archived'")
        assert near(editor.one(f"SELECT updated_at FROM {table}"), now), table
    assert editor.one("SELECT created_at < updated_at FROM editorial WHERE id = %s", editorial)


def test_published_at_is_filled_once(editor):
    editor("SET time_zone = '+05:30'")
    product = editor.add("product", slug="a", name="A")
    row = editor.add("editorial", product_id=product)

    def published_at():
        return editor.one("SELECT published_at FROM editorial WHERE id = %s", row)

    assert published_at() is None
    editor("UPDATE editorial SET headline = 'h' WHERE id = %s", row)
    assert published_at() is None
    editor("UPDATE editorial SET status = 'published' WHERE id = %s", row)
    first = published_at()
    assert near(first, utc_now())
    for change in ("status = 'archived'", "status = 'published'", "headline = 'x'"):
        editor(f"UPDATE editorial SET {change} WHERE id = %s", row)
        assert published_at() == first
    planned = datetime.datetime(2031, 5, 6, 7, 8, 9)
    editor("UPDATE editorial SET published_at = %s WHERE id = %s", planned, row)
    assert published_at() == planned
    other = editor.add("editorial", product_id=product, status="published", published_at=planned)
    assert editor.one("SELECT published_at FROM editorial WHERE id = %s", other) == planned


def test_a_lax_tool_may_write_zero_dates_and_no_texts(editor):
    editor("SET SESSION sql_mode = ''")
    product = editor.add("product", slug="a", name="A", created_at="0000-00-00", updated_at="0000-00-00")
    editor.add("editorial", product_id=product, status="published", published_at="0000-00-00")
    editor.add("activity", product_id=product, title="t", occurred_at="0000-00-00 00:00:00")
    editor("UPDATE product SET name = 'B'")
    editor("UPDATE editorial SET headline = 'B'")
    assert editor("SELECT headline, current_state_md, author FROM editorial") == (("B", "", None),)
    assert editor.one("SELECT COUNT(*) FROM site_activity WHERE occurred_at < '1000-01-01'") == 1

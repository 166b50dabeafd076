"""The adapter for another CMS's tables, tried with WordPress's own table definitions in short."""
import pytest

from schema_db import MIGRATIONS, SQL, server  # noqa: F401
from test_schema_tables import COLUMNS

WORDPRESS = """
CREATE TABLE wp_posts (
  ID bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, post_author bigint(20) unsigned NOT NULL DEFAULT 0,
  post_date_gmt datetime NOT NULL DEFAULT '0000-00-00 00:00:00', post_content longtext NOT NULL DEFAULT '',
  post_title text NOT NULL DEFAULT '', post_excerpt text NOT NULL DEFAULT '',
  post_status varchar(20) NOT NULL DEFAULT 'publish', post_name varchar(200) NOT NULL DEFAULT '',
  post_modified_gmt datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  post_parent bigint(20) unsigned NOT NULL DEFAULT 0, menu_order int(11) NOT NULL DEFAULT 0,
  post_type varchar(20) NOT NULL DEFAULT 'post',
  KEY post_name (post_name(191)), KEY type_status_date (post_type, post_status, ID), KEY post_parent (post_parent));
CREATE TABLE wp_postmeta (
  meta_id bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, post_id bigint(20) unsigned NOT NULL DEFAULT 0,
  meta_key varchar(255) DEFAULT NULL, meta_value longtext, KEY post_id (post_id), KEY meta_key (meta_key(191)));
CREATE TABLE wp_terms (
  term_id bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(200) NOT NULL DEFAULT '',
  slug varchar(200) NOT NULL DEFAULT '');
CREATE TABLE wp_term_taxonomy (
  term_taxonomy_id bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  term_id bigint(20) unsigned NOT NULL DEFAULT 0, taxonomy varchar(32) NOT NULL DEFAULT '', KEY term_id (term_id));
CREATE TABLE wp_term_relationships (
  object_id bigint(20) unsigned NOT NULL DEFAULT 0, term_taxonomy_id bigint(20) unsigned NOT NULL DEFAULT 0,
  term_order int(11) NOT NULL DEFAULT 0, PRIMARY KEY (object_id, term_taxonomy_id));
CREATE TABLE wp_users (ID bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, display_name varchar(250));
INSERT INTO wp_users VALUES (1, 'Ada');
INSERT INTO wp_posts (ID, post_type, post_name, post_title) VALUES (10, 'product', 'before', 'Before');
"""


@pytest.fixture(scope="module")
def site(server):  # noqa: F811
    site = server.site(*MIGRATIONS)
    server.database.script("SET sql_mode = '';" + WORDPRESS, site.name)
    server.load(site.name, SQL / "accounts.sql", SQL / "adapters/wordpress.sql", SQL / "adapters/wordpress.sql")
    root = site.editor()
    root("ALTER USER 'diptych_pool'@'localhost' IDENTIFIED BY 'word' ACCOUNT UNLOCK")
    yield site
    site.drop()


@pytest.fixture
def pool(site):
    return site.editor("diptych_pool", "word")


@pytest.fixture
def wordpress(site):
    editor = site.editor()
    editor("SET SESSION sql_mode = ''")
    return editor


def logged(editor, statement):
    last = editor.one("SELECT MAX(seq) FROM change_log")
    editor(statement)
    rows = editor("SELECT entity, entity_id FROM change_log WHERE seq > %s", last)
    return " ".join(f"{entity}:{number}" for entity, number in sorted(rows))


def test_the_views_have_the_columns_and_merge(pool, wordpress):
    for table, columns in COLUMNS.items():
        with pool.raw.cursor() as cursor:
            cursor.execute(f"SELECT * FROM site_{table}")
            assert [c[0] for c in cursor.description] == columns.split(), table
        plan = wordpress(f"EXPLAIN SELECT * FROM site_{table} WHERE id = 1")
        assert not any("DERIVED" in row[1] for row in plan), table


def test_what_was_there_before_has_a_revision(pool):
    assert pool("SELECT rev FROM revision WHERE entity = 'product' AND entity_id = 10") == ((1,),)


def test_editing_in_wordpress(wordpress, pool):
    post = ("INSERT INTO wp_posts (ID, post_type, post_name, post_title, post_excerpt, post_parent, post_status, "
            "post_author, post_date_gmt) VALUES ({}, '{}', '{}', '{}', 'In short', {}, '{}', 1, '2026-08-01 10:00:00')")
    meta = "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES ({}, '{}', '{}')"
    for statement, expected in (
            (post.format(20, "product", "kafka", "Kafka", 0, "publish"), "product:20"),
            (post.format(21, "revision", "20-revision-v1", "Kafka", 20, "inherit"), ""),
            (post.format(22, "move", "", "4.3 released", 20, "publish"), "product:20"),
            (post.format(23, "faq", "", "What is this site?", 0, "publish"), "site:0"),
            (post.format(24, "page", "about", "About", 0, "draft"), "page:24"),
            (meta.format(20, "website", "https://kafka.apache.org"), "product:20"),
            (meta.format(20, "_edit_lock", "17:1"), ""),
            (meta.format(20, "_wp_old_slug", "apache-kafka"), "product:20"),
            (meta.format(22, "class", "spark"), "product:20"),
            ("INSERT INTO wp_terms VALUES (5, 'Streaming', 'streaming')", ""),
            ("INSERT INTO wp_term_taxonomy VALUES (6, 5, 'sector')", "sector:6"),
            ("INSERT INTO wp_term_relationships VALUES (20, 6, 0)", "product:20"),
            ("UPDATE wp_terms SET name = 'Message streaming'", "sector:6"),
            ("UPDATE wp_posts SET post_parent = 10 WHERE ID = 22", "product:10 product:20"),
            ("UPDATE wp_posts SET post_parent = 20 WHERE ID = 22", "product:10 product:20"),
            ("UPDATE wp_posts SET post_type = 'post' WHERE ID = 24", "page:24"),
            ("UPDATE wp_posts SET post_type = 'page' WHERE ID = 24", "page:24"),
            ("UPDATE wp_postmeta SET meta_value = 'improvement' WHERE meta_key = 'class'", "product:20")):
        assert logged(wordpress, statement) == expected, statement
    assert pool("SELECT slug, name, status, website_url, lifecycle FROM site_product WHERE id = 20") == (
        ("kafka", "Kafka", "published", "https://kafka.apache.org", "active"),)
    assert pool("SELECT headline, author, status FROM site_editorial WHERE product_id = 20") == (
        ("In short", "Ada", "published"),)
    assert pool("SELECT title, class FROM site_activity WHERE product_id = 20") == (("4.3 released", "improvement"),)
    assert pool("SELECT s.name FROM site_product_sector l JOIN site_sector s ON s.id = l.sector_id "
                "WHERE l.product_id = 20") == (("Message streaming",),)
    assert pool("SELECT slug, product_id FROM site_product_alias") == (("apache-kafka", 20),)
    assert pool("SELECT product_id, question FROM site_faq") == ((None, "What is this site?"),)
    for statement, expected in (
            ("INSERT INTO attribute (slug, name, kind) VALUES ('written-in', 'Written in', 'list')", "site:0"),
            (meta.format(20, "written-in", "Java, Scala"), "product:20"),
            (meta.format(20, "Written-In", "another name"), "product:20"),
            (meta.format(20, "summary", "A log that is shared."), "product:20"),
            (meta.format(20, "prediction_state", "came_true"), "product:20"),
            (meta.format(20, "prediction_move", "22"), "product:20"),
            (meta.format(20, "prediction_note", "It is in 4.3."), "product:20")):
        assert logged(wordpress, statement) == expected, statement
    assert pool("SELECT product_id, attribute_id, value, note, source_url, checked_on FROM site_fact") == (
        (20, 1, "Java, Scala", None, None, None),)
    assert pool("SELECT summary FROM site_product WHERE id IN (10, 20) ORDER BY id") == ((None,), ("A log that is shared.",))
    assert pool("SELECT prediction_state, prediction_activity_id, prediction_note FROM site_editorial ORDER BY id") == (
        ("open", None, None), ("came_true", 22, "It is in 4.3."))
    for statement, expected in (
            ("UPDATE wp_posts SET post_status = 'trash' WHERE ID = 20", "product:20"),
            ("DELETE FROM wp_term_relationships", "product:20"),
            ("DELETE FROM wp_term_taxonomy", "sector:6"),
            ("DELETE FROM wp_postmeta WHERE meta_key = 'website'", "product:20"),
            ("DELETE FROM wp_posts WHERE ID IN (22, 23)", "product:20 site:0")):
        assert logged(wordpress, statement) == expected, statement
    assert pool("SELECT status, website_url FROM site_product WHERE id = 20") == (("archived", None),)

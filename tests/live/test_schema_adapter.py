"""The adapter for another CMS's tables, tried with WordPress's own table definitions, in short and as Debian has them."""
import random

import pymysql
import pytest

from lib.wordpress import ADAPTER, WordPress, tables
from schema_db import MIGRATIONS, SQL, server  # noqa: F401
from test_schema_tables import COLUMNS

BODIES = ("editorial", "faq", "comparison", "page")  # whose views say how their texts are written


@pytest.fixture(scope="module", params=["short", "debian"])
def site(server, request):  # noqa: F811
    site = server.site(*MIGRATIONS)
    server.database.script(tables(request.param), site.name)
    site.wordpress_tables = request.param
    before = site.editor()
    before("SET SESSION sql_mode = ''")
    WordPress(before).post(10, "product", "Before", "before")
    before("INSERT INTO wp_users (ID, display_name) VALUES (1, 'Ada')")
    server.load(site.name, SQL / "accounts.sql", ADAPTER, ADAPTER)
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
            assert [c[0] for c in cursor.description] == columns.split() + ["body_format"] * (table in BODIES), table
        plan = str(wordpress(f"EXPLAIN FORMAT=JSON SELECT * FROM site_{table} WHERE id = 1"))
        assert "derived" not in plan.lower() and "materialized" not in plan.lower(), table


def test_what_was_there_before_has_a_revision(pool):
    assert pool("SELECT rev FROM revision WHERE entity = 'product' AND entity_id = 10") == ((1,),)


def test_editing_in_wordpress(site, wordpress, pool):
    post = ("INSERT INTO wp_posts (ID, post_type, post_name, post_title, post_excerpt, post_parent, post_status, "
            "post_author, post_date_gmt, post_content) VALUES ({}, '{}', '{}', '{}', 'In short', {}, '{}', 1, '2026-08-01 10:00:00', '')")
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
            ("INSERT INTO wp_terms (term_id, name, slug) VALUES (5, 'Streaming', 'streaming')", ""),
            ("INSERT INTO wp_term_taxonomy (term_taxonomy_id, term_id, taxonomy, description) VALUES (6, 5, 'sector', '')" if
             site.wordpress_tables == "debian" else
             "INSERT INTO wp_term_taxonomy (term_taxonomy_id, term_id, taxonomy) VALUES (6, 5, 'sector')", "sector:6"),
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


STATUSES = ["publish", "future", "draft", "pending", "private", "inherit", "trash", "auto-draft"]
VIEWS = {"product": "product", "page": "page", "move": "activity", "faq": "faq"}


@pytest.fixture
def emptied(wordpress):
    for table in ("posts", "postmeta", "terms", "term_taxonomy", "term_relationships"):
        wordpress(f"DELETE FROM wp_{table}")
    wordpress("DELETE FROM attribute")
    return WordPress(wordpress)


@pytest.mark.parametrize("kind", VIEWS)
def test_what_wordpress_hides_is_hidden(emptied, pool, kind):
    """Each status with and without a password.  Only products and pages have an address that can be gone.  A scheduled post
    whose date has passed is published, whether WordPress's cron has run or not."""
    emptied.post(1, "product", "Owner", "owner")
    for n, (status, password) in enumerate((s, p) for s in STATUSES for p in ("", "secret")):
        emptied.post(100 + n, kind, f"Title {n}", f"title-{n}" if status != "auto-draft" else "", parent=1, post_password=password)
        if status == "trash":
            emptied.trash(100 + n)
        else:
            emptied.sql("UPDATE wp_posts SET post_status = %s WHERE ID = %s", status, 100 + n)
        addressed = kind in ("product", "page")
        due = "draft" if password else "published"
        expected = {"publish": due, "future": due, "auto-draft": None,
                    "trash": "archived" if addressed else None}.get(status, "draft")
        rows = pool(f"SELECT status FROM site_{VIEWS[kind]} WHERE id = %s", 100 + n)
        assert rows == (((expected,),) if expected else ()), (status, password)
        if kind == "product":
            written = pool("SELECT status FROM site_editorial WHERE id = %s", 100 + n)
            assert written == (((expected,),) if expected in ("published", "draft") else ()), (status, password)
        if addressed and expected:
            assert pool(f"SELECT slug FROM site_{VIEWS[kind]} WHERE id = %s", 100 + n) == ((f"title-{n}",),)
    emptied.post(90, "product", "Not named yet", "", "draft")
    assert pool("SELECT slug, status FROM site_product WHERE id = 90") == (("draft-90", "draft"),)


TEXTS = {
    "R&amp;D": "R&D", "It&#8217;s &#x201C;it&#x201d;": "It’s “it”", "&lt;b&gt; &quot;c&quot; &#039;d&#039;": "<b> \"c\" 'd'",
    "a &amp;amp; b": "a &amp; b", "AT&T & Co.": "AT&T & Co.", "Caf&eacute; &Eacute;t&eacute;&nbsp;&frac12;": "Café Été\u00a0½",
    "&#128512;&hellip;": "😀…", "&bogus; &; &#; &#x; &#0; &#9; &#55296; &#1114112; &#99999999; &": None, "100 % \\ 'quoted' _": None,
    "&" * 50 + "amp;" * 3: "&" * 50 + "amp;amp;", "": None}


def test_text_is_what_wordpress_prints(emptied, pool):
    """Every short text of every view, with what it stores instead of the signs of HTML."""
    for text, plain in TEXTS.items():
        plain = text if plain is None else plain
        for table in ("posts", "postmeta", "terms", "term_taxonomy", "term_relationships", "users"):
            emptied.sql(f"DELETE FROM wp_{table}")
        emptied.sql("DELETE FROM attribute")
        emptied.sql("INSERT INTO attribute (id, slug, name) VALUES (1, 'written-in', 'Written in')")
        emptied.sql("INSERT INTO wp_users (ID, display_name) VALUES (7, %s)", text)
        emptied.post(1, "product", text, "one", author=7, post_excerpt=text, post_content="*As &amp; written*")
        for key in ("summary", "license", "prediction_note", "written-in"):
            emptied.meta(1, key, text)
        emptied.post(2, "move", text, parent=1)
        emptied.post(3, "faq", text, parent=1)
        emptied.post(4, "page", text, "four")
        emptied.term(5, "sector", text, "five")
        emptied.term(6, "theme", text, "six")
        for view, column in (("product", "name"), ("product", "summary"), ("product", "license"), ("editorial", "headline"),
                             ("editorial", "author"), ("editorial", "prediction_note"), ("activity", "title"),
                             ("faq", "question"), ("page", "title"), ("sector", "name"), ("theme", "name"), ("fact", "value")):
            assert pool(f"SELECT {column} FROM site_{view}") == ((plain,),), (view, column)
        assert pool("SELECT current_state_md FROM site_editorial") == (("*As &amp; written*",),)


def test_a_field_that_is_stored_twice_counts_once(emptied, pool):
    fields = {"product": {"website": "website_url", "repository": "repository_url", "license": "license", "summary": "summary",
                          "lifecycle": "lifecycle"},
              "editorial": {"heading": "heading_md", "prediction": "prediction_md", "prediction_state": "prediction_state",
                            "prediction_note": "prediction_note", "prediction_move": "prediction_activity_id"},
              "activity": {"kind": "kind", "class": "class", "url": "url"}, "fact": {"written-in": "value"}}
    emptied.sql("INSERT INTO attribute (id, slug, name) VALUES (1, 'written-in', 'Written in')")
    emptied.post(1, "product", "One", "one")
    emptied.post(2, "move", "Two", parent=1)
    for view, keys in fields.items():
        for key in keys:
            for value in ("31", "32", "33"):
                emptied.meta(2 if view == "activity" else 1, key, value)
    for view, keys in fields.items():
        assert pool(f"SELECT {', '.join(keys.values())} FROM site_{view}") == (
            tuple(31 if key == "prediction_move" else "31" for key in keys),), view


COLLATIONS = ["utf8mb4_general_ci", "utf8mb4_unicode_ci", "utf8mb4_unicode_520_ci", "utf8mb4_bin", "latin1_swedish_ci", "binary"]


def test_words_are_compared_under_every_collation(emptied, site):
    """Of the session that asks; the views were made under another one."""
    emptied.post(1, "product", "One", "one", post_excerpt="In short")
    emptied.post(2, "move", "Two", parent=1)
    emptied.post(3, "faq", "Three?", parent=1)
    emptied.post(4, "page", "Four", "four")
    emptied.term(5, "sector", "Five", "five")
    emptied.link(1, 5)
    editor = site.editor("diptych_pool", "word")
    for collation in COLLATIONS:
        editor(f"SET NAMES {collation.split('_')[0]} COLLATE {collation}")
        for view, column, word in (
                ("product", "status", "published"), ("product", "lifecycle", "active"), ("product", "slug", "one"),
                ("product", "name", "One"), ("editorial", "status", "published"), ("editorial", "prediction_state", "open"),
                ("editorial", "headline", "In short"), ("activity", "status", "published"), ("activity", "kind", "release"),
                ("activity", "class", "improvement"), ("faq", "status", "published"), ("page", "status", "published"),
                ("page", "slug", "four"), ("sector", "slug", "five"), ("sector", "name", "Five")):
            asked = f"SELECT COUNT(*) FROM site_{view} WHERE {column} = '{word}' AND {column} IN ('{word}', 'other')"
            try:
                assert editor.one(asked) == 1, (collation, view, column)
            except pymysql.err.Error as error:
                pytest.fail(f"{collation} {view} {column}: {error}")
            assert editor.one(f"SELECT MAX(CASE {column} WHEN '{word}' THEN 'yes' ELSE {column} END) FROM site_{view}") in ("yes", b"yes")
            assert len(editor(f"SELECT {column} FROM site_{view} UNION SELECT '{word}'")) == 1, (collation, view, column)


OWNED = {"product": ("product", "id"), "editorial": ("product", "product_id"), "activity": ("product", "product_id"),
         "product_alias": ("product", "product_id"), "product_sector": ("product", "product_id"),
         "product_theme": ("product", "product_id"), "fact": ("product", "product_id"), "page": ("page", "id"),
         "sector": ("sector", "id"), "theme": ("theme", "id"), "faq": ("product", "product_id"),
         "comparison": ("product", "product_id"), "alternative": ("product", "product_id")}


def owned(pool):
    """{(entity, id): its rows in all views}"""
    found = {}
    for view, (entity, owner) in OWNED.items():
        columns = COLUMNS[view].split()
        for row in pool(f"SELECT {', '.join(columns)} FROM site_{view} ORDER BY id"):
            owners = {row[columns.index(name)] for name in (owner, "other_product_id") if name in columns} - {None}
            for key in [(entity, ident) for ident in owners] or [("site", 0)] * (view == "faq"):
                found.setdefault(key, []).append((view, row))
    return found


def test_whatever_changes_a_view_is_logged(emptied, pool):
    """Random work in WordPress: after each step every entity whose rows changed is in the log, every slug is there once
    and none has WordPress's suffix."""
    rng, sql = random.Random(11), emptied.sql
    sql("DELETE FROM wp_users")
    for n in (1, 2, 3):
        sql("INSERT INTO wp_users (ID, display_name) VALUES (%s, %s)", n, f"Author {n}")
    sql("INSERT INTO attribute (id, slug, name) VALUES (1, 'written-in', 'Written in')")
    emptied.term(5, "sector", "Five", "five")
    emptied.term(6, "theme", "Six", "six")
    idents = []

    def free(name, kind):
        return not sql("SELECT 1 FROM wp_posts WHERE post_type = %s AND post_name = %s", kind, name)

    def post():
        ident, kind, name = len(idents) + 100, rng.choice(["product", "product", "page", "pair"]), rng.choice(["kafka", "nats"])
        if kind == "pair":
            idents.append(ident)
            emptied.post(ident, rng.choice(["faq", "comparison", "pick", "editorial"]), f"Title {ident}",
                         parent=rng.choice([0, *idents]), post_excerpt="In short")
            return
        if free(name, kind):
            idents.append(ident)
            emptied.post(ident, kind, f"Title {ident}", name, author=rng.choice([1, 2, 3]))

    def state(ident):
        found = sql("SELECT post_status, post_type FROM wp_posts WHERE ID = %s", ident)
        return found[0] if found else (None, None)

    def trash(ident):
        if state(ident)[0] == "publish":
            emptied.trash(ident)

    def untrash(ident):
        status, kind = state(ident)
        wanted = sql("SELECT meta_value FROM wp_postmeta WHERE post_id = %s AND meta_key = '_wp_desired_post_slug'", ident)
        if status == "trash" and wanted and free(wanted[0][0], kind):
            emptied.untrash(ident)

    steps = [
        lambda i: post(), lambda i: post(), trash, trash, untrash,
        lambda i: sql("DELETE FROM wp_posts WHERE ID = %s AND post_status = 'trash'", i),
        lambda i: sql("UPDATE wp_posts SET post_password = %s WHERE ID = %s", rng.choice(["", "x"]), i),
        lambda i: sql("UPDATE wp_users SET display_name = %s WHERE ID = %s", f"Name {rng.random()}", rng.choice([1, 2, 3])),
        lambda i: emptied.meta(i, rng.choice(["website", "summary", "written-in", "_wp_old_slug", "Written-In"]), f"v{rng.randint(1, 9)}"),
        lambda i: sql("DELETE FROM wp_postmeta WHERE post_id = %s AND meta_key = 'written-in'", i),
        lambda i: emptied.meta(i, "other_product", str(rng.choice([0, "x", *idents]))),
        lambda i: sql("UPDATE wp_postmeta SET meta_value = %s WHERE post_id = %s AND meta_key = 'other_product'",
                      str(rng.choice(idents)), i),
        lambda i: sql("DELETE FROM wp_postmeta WHERE post_id = %s AND meta_key = 'other_product' LIMIT 1", i),
        lambda i: sql("UPDATE wp_posts SET post_parent = %s WHERE ID = %s AND post_type NOT IN ('product', 'page')", rng.choice(idents), i),
        lambda i: sql("UPDATE wp_posts SET post_type = %s WHERE ID = %s AND post_type NOT IN ('product', 'page')",
                      rng.choice(["faq", "comparison", "pick", "editorial", "post"]), i),
        lambda i: sql("INSERT IGNORE INTO wp_term_relationships (object_id, term_taxonomy_id) VALUES (%s, %s)", i, rng.choice([5, 6])),
        lambda i: sql("UPDATE wp_terms SET name = %s WHERE term_id = %s", f"Term {rng.random()}", rng.choice([5, 6])),
        lambda i: emptied.post(max(idents) + 1000 + rng.randint(1, 10 ** 6), "move", "Move", parent=i)]
    before = owned(pool)
    for turn in range(400):
        last = sql("SELECT COALESCE(MAX(seq), 0) FROM change_log")[0][0]
        rng.choice(steps)(rng.choice(idents or [1]) if idents else 1) if idents else post()
        after = owned(pool)
        named = set(sql("SELECT entity, entity_id FROM change_log WHERE seq > %s", last))
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        assert changed <= named, turn
        before = after
        for view in ("product", "page"):
            slugs = [slug for slug, in pool(f"SELECT slug FROM site_{view}")]
            assert len(slugs) == len(set(slugs)) and all("__" not in slug for slug in slugs), (turn, slugs)
    assert len(idents) > 10, "the work was not idle"


def reads(editor, statement):
    editor("FLUSH STATUS")
    editor(statement)
    return sum(int(n) for name, n in editor("SHOW SESSION STATUS LIKE 'Handler_read%'"))


def test_what_is_read_of_one_product_does_not_grow_with_the_site(emptied, wordpress):
    """By each column that the site asks for.  A product with a revision, a move, an editorial, a pair and a pick."""
    def grow(first, last):
        for n in range(first, last):
            emptied.post(n, "product", f"P {n}", f"p-{n}", post_excerpt="News")
            emptied.post(n + 1000, "revision", "r", f"{n}-revision-v1", "inherit", parent=n)
            emptied.post(n + 2000, "move", "m", parent=n)
            for more, kind in enumerate(("comparison", "pick", "faq", "editorial")):
                emptied.post(n + 3000 + 1000 * more, kind, "m", parent=n)
                emptied.meta(n + 3000 + 1000 * more, "other_product", str(n - 1))
        wordpress("ANALYZE TABLE wp_posts, wp_postmeta, wp_diptych_row")

    asked = [f"SELECT * FROM site_{view} WHERE {column} IN (2)" for view, column in (
        ("product", "id"), ("editorial", "id"), ("editorial", "product_id"), ("activity", "product_id"), ("faq", "product_id"),
        ("faq", "other_product_id"), ("comparison", "product_id"), ("comparison", "other_product_id"),
        ("alternative", "product_id"))]
    asked.append("SELECT e.id FROM (SELECT id, product_id, published_at, ROW_NUMBER() OVER (PARTITION BY product_id"
                 " ORDER BY published_at DESC, id DESC) AS nth FROM site_editorial WHERE status = 'published' AND product_id IN (2)"
                 ") AS newest JOIN site_editorial e ON e.id = newest.id AND e.product_id = newest.product_id WHERE newest.nth <= 9")
    grow(1, 60)
    before = [reads(wordpress, statement) for statement in asked]
    grow(60, 300)
    for statement, few in zip(asked, before):
        assert reads(wordpress, statement) <= few + 30, statement


def test_a_load_that_locks_the_tables_is_admitted(emptied, pool):
    """As dump and import tools do it, on a site that has posts."""
    emptied.post(1, "product", "One", "one")
    emptied.post(2, "product", "Two", "two")
    editor = emptied.sql
    editor("LOCK TABLES wp_posts WRITE, wp_postmeta WRITE")
    emptied.post(3, "comparison", "", parent=1, post_content="Both.")
    emptied.meta(3, "other_product", "2")
    editor("UPDATE wp_posts SET post_content = 'Both again.' WHERE ID = 3")
    editor("DELETE FROM wp_postmeta WHERE post_id = 3")
    emptied.meta(3, "other_product", "2")
    editor("UNLOCK TABLES")
    assert pool("SELECT product_id, other_product_id, intro_md FROM site_comparison") == ((1, 2, "Both again."),)


def test_running_the_adapter_again_mends_its_rows(emptied, pool, site, server):  # noqa: F811
    """What happened while triggers were lost."""
    emptied.post(1, "product", "One", "one", post_excerpt="News")
    emptied.post(2, "faq", "Two?", parent=1)
    emptied.meta(2, "other_product", "3")
    tokens = pool("SELECT token FROM site_preview ORDER BY entity_id")
    emptied.sql("UPDATE wp_diptych_row SET product_id = 9, other_product_id = 9 WHERE post_id = 2")
    emptied.sql("DELETE FROM wp_diptych_row WHERE post_id = 1")
    emptied.sql("INSERT INTO wp_diptych_row (post_id, saved_at) VALUES (77, UTC_TIMESTAMP())")
    server.load(site.name, ADAPTER)
    assert pool("SELECT id, product_id, other_product_id FROM site_faq") == ((2, 1, 3),)
    assert pool("SELECT product_id, headline FROM site_editorial") == ((1, "News"),)
    assert emptied.sql("SELECT post_id FROM wp_diptych_row ORDER BY 1") == ((1,), (2,))
    assert pool("SELECT token FROM site_preview ORDER BY entity_id")[1] == tokens[1]

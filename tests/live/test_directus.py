"""An editor works in Directus, and each save is on the site within a second.

Directus is real, installed by npm, and runs with the account of sql/adapters/directus/grants.sql over the sample site.
Every request has the form that Directus's own forms send.  `./check --all` installs it.
"""
import datetime
import os
import re
import sys

import pytest

from lib.directus import ADMIN, PASSWORD, Directus
from lib.servers import BUILD, SLOW, TOP, has_command, wait_until

if "DIPTYCH_DIRECTUS" not in os.environ and ("DIPTYCH_TEST_ALL" not in os.environ or SLOW > 1):
    pytest.skip("Directus is 800 MB from npm; ./check --all installs it", allow_module_level=True)

# As in sql/README.md, for a Directus on any port of this machine.
PANE = """
    location ~ ^/preview/ {
        access_log off;
        fastcgi_hide_header Content-Security-Policy;
        add_header Content-Security-Policy "default-src 'none'; style-src 'self'; img-src 'self' https: data:; frame-ancestors http://127.0.0.1:*" always;
        include diptych/fastcgi.conf;
    }
"""
SECOND = 10  # a busy machine takes longer than the second that it takes elsewhere


@pytest.fixture(scope="module")
def site(request, templates):
    from conftest import _run
    from lib.servers import Site
    yield from _run(request, Site(templates, config={"as_of": "", "sweep_seconds": 86400, "deadline": 8000}, nginx_server=PANE))


@pytest.fixture(scope="module")
def cms(site):
    cms = Directus(site)
    try:
        yield cms.start().editor("ada")
    finally:
        cms.stop()


def ident(site, table, slug):
    [(identity,)] = site.sql(f"SELECT id FROM {table} WHERE slug = %s", slug)
    return identity


def shows(site, path, *words, status=200):
    def there():
        answer = site.get(path)
        return answer.status == status and all(word in answer.text for word in words)
    wait_until(there, SECOND, f"{status} {words} at {path}: {site.get(path).status}")


def form(site, slug, **columns):
    """What the form of a new product sends when everything in it is filled."""
    return {
        "name": slug.title(), "slug": slug, "summary": "A message broker for islands.", "license": "MIT",
        "website_url": "quokka.example", "lifecycle": "active",
        "sectors": {"create": [{"sector_id": {"id": ident(site, "sector", name)}, "sort": n + 1}
                               for n, name in enumerate(("devops", "databases"))], "update": [], "delete": []},
        "themes": {"create": [{"theme_id": {"name": f"Theme of {slug}", "slug": f"theme-{slug}"}}], "update": [], "delete": []},
        "editorials": {"create": [{"headline": f"{slug} swims", "current_state_md": "It **swims**.", "heading_md": "To the shore.",
                                   "prediction_md": "It arrives.", "author": "Ada", "status": "published"}], "update": [], "delete": []},
        "moves": {"create": [{"title": f"{slug} 1.0", "version": "1.0", "kind": "release", "class": "spark", "status": "published",
                              "url": "quokka.example/1.0"}], "update": [], "delete": []},
        "facts": {"create": [{"attribute_id": {"id": site.sql("SELECT MIN(id) FROM attribute")[0][0]}, "value": "yes",
                              "checked_on": "2026-08-01"}], "update": [], "delete": []},
        "picks": {"create": [{"other_product_id": {"id": ident(site, "product", "kafka")}, "reason": "It is larger.",
                              "status": "published"}], "update": [], "delete": []},
        "questions": {"create": [{"question": f"Does {slug} swim?", "answer_md": "It **does**.", "status": "published"}],
                      "update": [], "delete": []},
        "sources": {"create": [{"kind": "atom", "url": "https://quokka.example/feed"}], "update": [], "delete": []}, **columns}


def create(cms, slug, **columns):
    return cms.ask("POST", "/items/product?fields=*,editorials.*,sectors.*", form(cms.site, slug, **columns))


def test_everything_in_one_form(site, cms):
    product = create(cms, "quokka")
    assert product["status"] == "draft" and site.get("/products/quokka").status == 404
    shows(site, f"/preview/{product['preview_token']}", "Quokka", "swims")
    cms.ask("PATCH", f"/items/product/{product['id']}", {"status": "published"})
    shows(site, "/products/quokka", "quokka swims", "<strong>swims</strong>", "quokka 1.0", "A message broker for islands.", "Ada",
          "https://quokka.example", "theme-quokka")
    shows(site, "/faq/quokka", "Does quokka swim?")
    shows(site, "/alternatives/quokka", "It is larger.")
    shows(site, "/compare/kafka-vs-quokka", "quokka swims")


def sectors(site, slug):
    return [sector["label"] for sector in site.get(f"/products/{slug}.json").json["product"]["sectors"]]


def test_sectors_are_sorted_by_dragging(site, cms):
    product = create(cms, "sorted", status="published")
    first, second = product["sectors"]
    shows(site, "/products/sorted")
    assert sectors(site, "sorted") == ["DevOps", "Databases"]
    cms.ask("PATCH", f"/items/product/{product['id']}", {"sectors": {"create": [], "delete": [], "update": [
        {"id": second["id"], "sort": 1}, {"id": first["id"], "sort": 2}]}})
    wait_until(lambda: sectors(site, "sorted") == ["Databases", "DevOps"], SECOND)
    cms.ask("PATCH", f"/items/product/{product['id']}", {"sectors": {"create": [], "update": [], "delete": [first["id"]]}})
    wait_until(lambda: sectors(site, "sorted") == ["Databases"], SECOND)


def test_rename_withdraw_and_publish_again(site, cms):
    identity = create(cms, "wombat", status="published")["id"]
    shows(site, "/products/wombat")
    cms.ask("PATCH", f"/items/product/{identity}", {"slug": "wombats", "name": "Wombats"})
    shows(site, "/products/wombats", "Wombats")
    answer = site.get("/products/wombat")
    assert answer.status in (301, 308) and answer["location"].endswith("/products/wombats")
    assert [a["slug"] for a in cms.ask("GET", f"/items/product/{identity}?fields=aliases.slug")["aliases"]] == ["wombat"]
    cms.ask("PATCH", f"/items/product/{identity}", {"status": "archived"})
    shows(site, "/products/wombats", status=410)
    cms.ask("PATCH", f"/items/product/{identity}", {"status": "draft"})
    shows(site, "/products/wombats", status=404)
    cms.ask("PATCH", f"/items/product/{identity}", {"status": "published"})
    shows(site, "/products/wombats")


def utc(**later):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**later)).replace(microsecond=0)


def test_an_editorial_appears_at_its_time(site, cms):
    product = create(cms, "timely", status="published")
    shows(site, "/products/timely", "timely swims")
    due = utc(seconds=4)
    cms.ask("POST", "/items/editorial", {"product_id": product["id"], "headline": "It is time", "current_state_md": "Now.",
                                         "status": "published", "published_at": due.isoformat().replace("+00:00", "Z")})
    early = site.get("/products/timely").text
    assert utc() >= due or "It is time" not in early
    wait_until(lambda: "It is time" in site.get("/products/timely").text, 4 + SECOND)
    assert utc() >= due


@pytest.mark.parametrize("zone", ["+00:00", "Z", "+02:00", "-09:30"])
def test_times_are_those_of_the_editor(site, cms, zone):
    """Directus and its server are in Berlin.  What is stored is UTC, and what is read is the same moment."""
    there = datetime.timezone.utc if zone == "Z" else datetime.datetime.fromisoformat(f"2026-01-01T00:00:00{zone}").tzinfo
    product = ident(site, "product", "nats")
    for now in (datetime.datetime(2026, 7, 1, 12, 30, tzinfo=there), datetime.datetime(2026, 1, 5, 0, 15, tzinfo=there)):
        written = now.isoformat()[:19] + zone
        for table, column, more in (("editorial", "published_at", {"headline": "x"}), ("activity", "occurred_at", {"title": "x", "status": "draft"})):
            row = cms.ask("POST", f"/items/{table}", {"product_id": product, column: written, **more})
            assert datetime.datetime.fromisoformat(row[column].replace("Z", "+00:00")) == now
            [(stored,)] = site.sql(f"SELECT {column} FROM {table} WHERE id = %s", row["id"])
            assert stored.replace(tzinfo=datetime.timezone.utc) == now
            cms.ask("DELETE", f"/items/{table}/{row['id']}")


def test_now_is_the_default_of_a_ship_move(site, cms):
    row = cms.ask("POST", "/items/activity", {"product_id": ident(site, "product", "nats"), "title": "x", "status": "draft"})
    when = datetime.datetime.fromisoformat(row["occurred_at"].replace("Z", "+00:00"))
    assert abs(utc() - when) < datetime.timedelta(minutes=2)
    cms.ask("DELETE", f"/items/activity/{row['id']}")


def test_a_product_is_deleted_with_its_parts(site, cms):
    product = create(cms, "mayfly", status="published")
    kafka = ident(site, "product", "kafka")
    cms.ask("POST", "/items/comparison", {"product_id": kafka, "other_product_id": product["id"], "status": "published", "intro_md": "Two."})
    cms.ask("POST", "/items/faq", {"product_id": kafka, "other_product_id": product["id"], "question": "Both?", "status": "published"})
    shows(site, "/compare/kafka-vs-mayfly", "Two.")
    cms.ask("DELETE", f"/items/product/{product['id']}")
    shows(site, "/products/mayfly", status=404)
    shows(site, "/compare/kafka-vs-mayfly", status=404)
    assert site.metrics()["diptych_sweep_found_total"] == 0
    assert "Mayfly" not in site.get("/alternatives/kafka").text and site.get("/products/kafka").status == 200


GOOD = "Use small letters a to z"
BAD = [  # collection, columns, field, code, what the form says
    ("product", {"name": "X", "slug": "Apache Kafka"}, "slug", "FAILED_VALIDATION", GOOD),
    ("product", {"name": "X", "slug": "a-vs-b"}, "slug", "FAILED_VALIDATION", GOOD),
    ("product", {"name": "X", "slug": "x-vs"}, "slug", "FAILED_VALIDATION", GOOD),
    ("product", {"name": "X", "slug": "-x"}, "slug", "FAILED_VALIDATION", GOOD),
    ("product", {"name": "X", "slug": "x" * 65}, "slug", "FAILED_VALIDATION", GOOD),
    ("product", {"name": "X", "slug": ""}, "slug", "FAILED_VALIDATION", GOOD),
    ("page", {"title": "X", "slug": "search"}, "slug", "FAILED_VALIDATION", "are taken"),
    ("sector", {"name": "X", "slug": "é"}, "slug", "FAILED_VALIDATION", GOOD),
    ("product", {"name": "X", "slug": "kafka"}, "slug", "RECORD_NOT_UNIQUE", None),
    ("page", {"title": "X", "slug": "about"}, "slug", "RECORD_NOT_UNIQUE", None),
    ("product", {"slug": "nameless"}, "name", "FAILED_VALIDATION", None),
    ("product", {"name": "X", "slug": "x-1", "status": "live"}, "status", "FAILED_VALIDATION", "Choose one"),
    ("product", {"name": "X", "slug": "x-1", "lifecycle": "dead"}, "lifecycle", "FAILED_VALIDATION", "Choose one"),
    ("product", {"name": "X", "slug": "x-1", "summary": "two\nlines"}, "summary", "FAILED_VALIDATION", "one line"),
    ("product", {"name": "X", "slug": "x-1", "summary": "x" * 256}, "summary", "FAILED_VALIDATION", "255"),
    ("product", {"name": "X", "slug": "x-1", "velocity_override": 11}, "velocity_override", "FAILED_VALIDATION", "from 0 to 10"),
    ("product", {"name": "X" * 501, "slug": "x-1"}, "name", "VALUE_TOO_LONG", None),
    ("activity", {"product_id": 1, "title": "x", "class": "great"}, "class", "FAILED_VALIDATION", "Choose one"),
    ("comparison", {"product_id": 1, "other_product_id": 1}, "other_product_id", "VALUE_OUT_OF_RANGE", None),
    ("faq", {"product_id": 1, "other_product_id": 1, "question": "?"}, "other_product_id", "VALUE_OUT_OF_RANGE", None),
    ("alternative", {"product_id": 1, "other_product_id": 1, "reason": "x"}, "other_product_id", "VALUE_OUT_OF_RANGE", None),
]


@pytest.mark.parametrize("collection,columns,field,code,words", BAD)
def test_a_mistake_names_its_field(site, cms, collection, columns, field, code, words):
    status, errors = cms.http("POST", f"/items/{collection}", columns)
    assert status == 400, errors
    assert {(e["extensions"]["field"], e["extensions"]["code"]) for e in errors} == {(field, code)}
    if words:
        assert words in cms.ask("GET", f"/fields/{collection}/{field}")["meta"]["validation_message"]


def rule_values(site):
    """{(table, column): a value that each CHECK of the column refuses}, from the schema.  anchor and aliases are in no form."""
    bad = {"form": "Not A Slug", "word": "nonsense", "range": 11, "line": "two\nlines"}
    found = {}
    for name, clause in site.sql("SELECT constraint_name, check_clause FROM information_schema.check_constraints WHERE constraint_schema = DATABASE()"):
        table = next((t for t in sorted(TABLES, key=len, reverse=True) if name.startswith(t + "_")), None)
        kind = name.rsplit("_", 1)[-1]
        if table and kind in bad:
            value = "search" if name == "page_slug_word" else bad[kind]
            found[table, re.search(r"`(\w+)`", clause)[1]] = value
    return found


TABLES = ("product", "editorial", "activity", "fact", "alternative", "product_source", "comparison", "faq", "page", "attribute", "sector", "theme")
WHOLE = {  # a row that is accepted; {n} makes it another one each time
    "product": {"name": "X", "slug": "w-{n}"}, "editorial": {"product_id": 1, "headline": "x"}, "activity": {"product_id": 1, "title": "x"},
    "fact": {"product_id": 1, "attribute_id": 1, "value": "x"}, "alternative": {"product_id": 1, "other_product_id": 2, "reason": "x"},
    "product_source": {"product_id": 1, "url": "https://x.example/{n}"}, "comparison": {"product_id": 1, "other_product_id": 2},
    "faq": {"product_id": 1, "question": "x?"}, "page": {"title": "X", "slug": "w-{n}"}, "attribute": {"name": "X", "slug": "w-{n}", "kind": "text"},
    "sector": {"name": "X", "slug": "w-{n}"}, "theme": {"name": "X", "slug": "w-{n}"},
    "product_sector": {"product_id": 1, "sector_id": 1}, "product_theme": {"product_id": 1, "theme_id": 1},
    "attribute_sector": {"attribute_id": 1, "sector_id": 1}}


def mistakes(site):
    """Everything that the schema refuses in a column which a form writes: (table, column, value)."""
    for (table, column), value in rule_values(site).items():
        yield table, column, value
    for table, column, _ in site.sql("SELECT table_name, column_name, referenced_table_name FROM information_schema.key_column_usage WHERE"
                                     " table_schema = DATABASE() AND referenced_table_name IS NOT NULL AND column_name <> 'anchor'"):
        if table in WHOLE:
            yield table, column, 999999
    written = {(t, c) for t, c in site.sql("SELECT table_name, column_name FROM information_schema.column_privileges"
                                           " WHERE grantee LIKE '%diptych_directus%' AND privilege_type = 'INSERT'")}
    for table, column, nullable, most, kind in site.sql(
            "SELECT table_name, column_name, is_nullable, character_maximum_length, data_type FROM information_schema.columns WHERE table_schema = DATABASE()"):
        if table in WHOLE and (table, column) in written:
            if most and kind == "varchar":
                yield table, column, "x" * (most + 1)
            if nullable == "NO":
                yield table, column, None


def test_every_rule_of_the_schema_names_its_field(site, cms):
    """None is "an unexpected error"."""
    tried, wrong = 0, []
    for n, (table, column, value) in enumerate(mistakes(site)):
        row = {k: v.format(n=n) if isinstance(v, str) else v for k, v in WHOLE[table].items()}
        status, errors = cms.http("POST", f"/items/{table}", {**row, column: value})
        tried += 1
        if status == 200:
            cms.ask("DELETE", f"/items/{table}/{errors['id']}")
        if status != 400 or errors[0]["extensions"]["field"] != column:
            wrong.append((table, column, str(value)[:20], status, errors if status != 200 else "accepted"))
    assert tried > 100 and wrong == []


def test_every_unique_rule_names_a_field(site, cms):
    for n, table in enumerate(WHOLE):
        row = {k: v.format(n=f"twice-{n}") if isinstance(v, str) else v for k, v in WHOLE[table].items()}
        answers = [cms.http("POST", f"/items/{table}", row) for _ in range(2)]
        for status, made in answers:
            if status == 200:
                cms.ask("DELETE", f"/items/{table}/{made['id']}")
        if answers[1][0] != 200:
            said = answers[1][1][0]["extensions"]
            assert said["code"] == "RECORD_NOT_UNIQUE" and (said["field"] in row or "_" in table), said  # MariaDB does not tell such tables


def test_what_is_in_use_is_deleted_with_its_links(site, cms):
    """Directus says nothing of a deletion that fails but "an unexpected error"."""
    product = create(cms, "linked", status="published")
    wait_until(lambda: "theme-linked" in site.get("/products/linked").text, 3 * SECOND)
    sector = cms.ask("POST", "/items/sector", {"name": "Fleeting", "slug": "fleeting"})
    attribute = cms.ask("POST", "/items/attribute", {"name": "Depth", "slug": "depth", "kind": "text", "status": "published",
                                                     "sectors": {"create": [{"sector_id": {"id": sector["id"]}}], "update": [], "delete": []}})
    cms.ask("PATCH", f"/items/product/{product['id']}", {
        "sectors": {"create": [{"sector_id": {"id": sector["id"]}}], "update": [], "delete": []},
        "facts": {"create": [{"attribute_id": {"id": attribute["id"]}, "value": "deep"}], "update": [], "delete": []}})
    wait_until(lambda: re.search("(?s)Fleeting.*Depth", site.get("/products/linked").text), 3 * SECOND)
    for table, row in (("sector", sector["id"]), ("attribute", attribute["id"]), ("theme", ident(site, "theme", "theme-linked"))):
        cms.ask("DELETE", f"/items/{table}/{row}")
    wait_until(lambda: not re.search("Fleeting|Depth|theme-linked", site.get("/products/linked").text), SECOND)
    assert site.metrics()["diptych_sweep_found_total"] == 0


def test_a_fact_is_there_once(site, cms):
    [(product, attribute)] = site.sql("SELECT product_id, attribute_id FROM fact LIMIT 1")
    status, errors = cms.http("POST", "/items/fact", {"product_id": product, "attribute_id": attribute, "value": "x"})
    assert status == 400 and errors[0]["extensions"]["field"] == "attribute_id", errors


def test_good_slugs_pass_as_the_tables_say(site, cms):
    for slug in ("a", "1", "x" * 64, "a-b-c", "vs", "a-vsb", "avs-b"):
        row = cms.ask("POST", "/items/theme", {"name": "x", "slug": slug})
        cms.ask("DELETE", f"/items/theme/{row['id']}")


# ---- rights

def test_an_editor_has_these_rights_and_no_others(site, cms):
    product = ident(site, "product", "nats")
    before = site.sql("SELECT * FROM product WHERE id = %s", product)
    for method, path, body in (
            ("PATCH", f"/items/product/{product}", {"preview_token": "x"}), ("PATCH", f"/items/product/{product}", {"created_at": "2026-01-01T00:00:00Z"}),
            ("PATCH", f"/items/product/{product}", {"anchor": 1}), ("PATCH", "/items/product_alias/1", {"slug": "x"}),
            ("POST", "/items/product_alias", {"slug": "x", "product_id": product}), ("GET", "/items/change_log", None),
            ("GET", "/items/site_state", None), ("POST", "/items/lint_finding", {"rule": "x"}),
            ("PATCH", "/settings", {"project_name": "x"}), ("POST", "/permissions", {"collection": "product", "action": "read"}),
            ("POST", "/users", {"email": "x@example.org"}), ("POST", "/files", {"title": "x"}), ("GET", "/files", None),
            ("POST", "/collections", {"collection": "x", "schema": {}}), ("DELETE", "/fields/product/slug", None)):
        status, content = cms.http(method, path, body)
        assert status >= 400, (method, path, content)
    assert [user["email"] for user in cms.ask("GET", "/users?fields=email")] == ["ada@example.org"]
    assert site.sql("SELECT * FROM product WHERE id = %s", product) == before


def test_the_account_alters_nothing(site, cms):
    import pymysql
    connection = site.database.connect("diptych_directus")
    with connection.cursor() as cursor:
        for statement in ("ALTER TABLE product ADD COLUMN x INT", "DROP TABLE theme", "CREATE TABLE x (id INT)", "CREATE INDEX x ON theme (name)",
                          "TRUNCATE product_alias", "DROP TRIGGER product_after_insert", "UPDATE product SET anchor = 0", "SELECT anchor FROM product",
                          "UPDATE product SET preview_token = 'x'", "SELECT * FROM change_log", "DELETE FROM product_alias",
                          "UPDATE schema_version SET version = 1", "ALTER TABLE directus_users ADD COLUMN x INT"):
            with pytest.raises(pymysql.MySQLError) as error:
                cursor.execute(statement)
            assert error.value.args[0] in (1142, 1143, 1044, 1370, 1227), (statement, error.value)
    connection.close()


def test_an_unlicensed_directus_is_not_locked(cms):
    """Directus 12 counts rules about rows and fields, and locks itself."""
    admin = cms.ask("POST", "/auth/login", {"email": ADMIN, "password": PASSWORD}, None)["access_token"]
    assert cms.ask("GET", "/license", token=admin)["status"] == "active"


# ---- set up again

def rows(site, *tables):
    return {t: site.sql(f"SELECT COUNT(*) FROM {t}") for t in tables}


def test_setup_runs_again_and_keeps_what_is_not_its_own(site, cms):
    tables = ("directus_collections", "directus_fields", "directus_relations", "directus_permissions", "directus_presets",
              "directus_access", "directus_roles", "directus_policies")
    site.sql("INSERT INTO directus_fields (collection, field, interface) VALUES ('product', 'own', 'presentation-divider')")
    site.sql("UPDATE directus_fields SET note = 'changed' WHERE collection = 'product' AND field = 'slug'")
    before = rows(site, *tables)
    assert cms.setup(site=site.url + "/").returncode == 0
    assert rows(site, *tables) == before
    [(note,)] = site.sql("SELECT note FROM directus_fields WHERE collection = 'product' AND field = 'slug'")
    assert note != "changed"
    assert site.sql("SELECT COUNT(*) FROM directus_collections WHERE preview_url IS NOT NULL") == [(0,)]
    site.sql("DELETE FROM directus_fields WHERE field = 'own'")


def test_previews_beside_the_form(site, cms):
    done = cms.setup(PANE="1")
    assert done.returncode == 0
    assert site.sql("SELECT collection FROM directus_collections WHERE preview_url = %s ORDER BY collection", site.url + "/preview/{{preview_token}}") \
        == [(name,) for name in ("alternative", "comparison", "editorial", "faq", "page", "product")]
    token = cms.ask("GET", f"/items/product/{ident(site, 'product', 'nats')}?fields=preview_token")["preview_token"]
    answer = site.get(f"/preview/{token}")
    assert answer.all("Content-Security-Policy") == [PANE.split('"')[1]] and "no-store" in answer["cache-control"]


def test_setup_says_what_it_lacks(site, cms, database):
    for address in ("example.org", "https://a'b", "https://"):
        done = cms.setup(site=address)
        assert done.returncode == 1 and "write it as https://example.org" in done.stderr
    cms.site, own = type("Other", (), {"url": site.url, "database": database}), cms.site
    try:
        done = cms.setup()
        assert done.returncode == 1 and "directus bootstrap" in done.stderr
    finally:
        cms.site = own


# ---- what the toolbar writes

TOOLBAR = {"heading": ("## A heading", r"<h\d[^>]*>.*A heading"), "bold": ("**bold**", "<strong>bold</strong>"), "italic": ("*italic*", "<em>italic</em>"),
           "strikethrough": ("~~struck~~", "<del>struck</del>"), "blockquote": ("> quoted", "<blockquote>"),
           "bullist": ("- one\n- two", "<ul>"), "numlist": ("1. one\n2. two", "<ol>"),
           "table": ("| head one | head two |\n| -- | -- |\n| cell | cell |", "<td>cell</td>"), "code": ("`code`", "<code>code</code>"),
           "link": ("[words](https://example.org/)", 'href="https://example.org/"')}


def test_the_site_shows_what_the_toolbar_writes(site, cms):
    assert set(cms.ask("GET", "/fields/page/body_md")["meta"]["options"]["toolbar"]) == set(TOOLBAR)
    cms.ask("POST", "/items/page", {"title": "Tools", "slug": "tools", "status": "published",
                                    "body_md": "\n\n".join(written for written, _ in TOOLBAR.values())})
    shows(site, "/tools", "Tools")
    text = site.get("/tools").text
    for name, (_, shown) in TOOLBAR.items():
        assert re.search(shown, text), name


@pytest.mark.skipif(not has_command("lint"), reason="no lint")
def test_the_report_of_lint_is_a_list_for_editors(site, cms):
    cms.ask("POST", "/items/page", {"title": "Dead", "slug": "dead", "status": "published", "body_md": "[[nobody-has-this]]"})
    conf = site.folder / "lint.conf"
    conf.write_text(site.config_path.read_text() + 'mysql_admin_user = "root"\n')
    from lib.servers import diptych
    diptych("lint", "--store", config=conf)
    found = cms.ask("GET", "/items/lint_finding?fields=table_name,meaning,advice,run.finished_at&limit=-1")
    assert any(f["table_name"] in ("page", "site_page") and f["advice"] for f in found), found[:3]


# ---- the form, in a browser

def type_in(browser, words):
    """At once: each key would wait for the moving background of the login page."""
    browser.command("Input.insertText", text=words)


@pytest.fixture(scope="module")
def form_page(cms):
    sys.path.append(str(TOP / "tests/browser"))
    pytest.importorskip("selenium", reason="python3-selenium is not installed")
    from chromium import Browser
    browser = Browser()
    try:
        browser.command("Emulation.setTimezoneOverride", timezoneId="Europe/Berlin")
        browser.look(cms.url + "/admin/login", 1400, 1000)
        wait_until(lambda: browser.js("return document.querySelectorAll('input').length") >= 2, 60)
        for kind, text in (("email", "ada@example.org"), ("password", PASSWORD)):
            browser.js(f"document.querySelector('input[type={kind}]').focus()")
            type_in(browser, text)
        browser.press("\ue007")
        wait_until(lambda: "/admin/content" in browser.driver.current_url, 60)
        yield browser
    finally:
        browser.close()


def text(browser):
    return browser.js("return document.body.innerText")


def opened(browser, cms, path, *words):
    browser.driver.get(f"{cms.url}/admin/content/{path}")
    wait_until(lambda: all(word in text(browser) for word in words), 60, f"{words} in {text(browser)[:800]}")
    return text(browser)


def shot(browser, name):
    (BUILD / "screenshots").mkdir(exist_ok=True)
    browser.screenshot(BUILD / "screenshots" / f"directus-{name}.png")


def test_the_form_in_words_of_editors(site, cms, form_page):
    seen = opened(form_page, cms, f"product/{ident(site, 'product', 'kafka')}", "Sectors", "Editorials", "Ship moves", "See it as readers will")
    shot(form_page, "product")
    assert not re.search(r"(?i)\banchor\b|preview.token|preview.saved|\bid\b|_md\b|created.at", seen), seen
    assert "Products" in opened(form_page, cms, "product", "Apache Kafka")
    shot(form_page, "products")


def test_the_form_says_what_is_wrong_with_a_slug(site, cms, form_page):
    opened(form_page, cms, "theme/+", "Name", "Address")
    for n, words in enumerate(("Streams", "Not A Slug")):
        form_page.js(f"document.querySelectorAll('.v-form input')[{n}].focus()")
        type_in(form_page, words)
    form_page.js("[...document.querySelectorAll('button')].find(b => b.innerText.trim() === 'Save').click()")
    wait_until(lambda: "Use small letters a to z" in text(form_page), 20, text(form_page)[:800])
    shot(form_page, "bad-slug")


def test_a_draft_beside_its_form(site, cms, form_page):
    assert cms.setup(PANE="1").returncode == 0
    page = cms.ask("POST", "/items/page", {"title": "Beside", "slug": "beside", "body_md": "Seen beside the form."})
    opened(form_page, cms, f"page/{page['id']}", "See it as readers will")
    form_page.js("[...document.querySelectorAll('button')].find(b => !/See it/.test(b.innerText) && /visibility/.test(b.outerHTML)).click()")
    wait_until(lambda: form_page.js("return document.querySelector('iframe') !== null"), 20)
    form_page.driver.switch_to.frame(form_page.driver.find_element("css selector", "iframe"))
    try:
        wait_until(lambda: "Seen beside the form." in text(form_page), 20, text(form_page)[:300])
    finally:
        form_page.driver.switch_to.default_content()
    shot(form_page, "beside")

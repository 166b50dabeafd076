"""Values as editors and lax sessions leave them: dates that do not exist, names that nobody can see, text that turns the
words around it, and addresses as people type them.  Every column of a kind gets every odd value."""
import json
import re
import unicodedata

import pytest

from lib import schemas
from lib.page import parse
from lib.servers import wait_until

# ---- dates that do not exist

DATES = ["0000-00-00", "2026-00-00", "2026-08-00", "2026-00-15", "2026-02-31", "2023-02-29", "2026-06-31"]
COLUMNS = [("activity", "occurred_at"), ("editorial", "published_at"), ("editorial", "updated_at"), ("editorial", "created_at"),
           ("product", "updated_at"), ("product", "created_at"), ("page", "updated_at"), ("fact", "checked_on"),
           ("product_source", "checked_at")]
PATHS = ["/", "/products/kafka", "/compare/kafka-vs-nats", "/alternatives/kafka", "/leaderboard", "/about", "/faq/kafka"]
FEEDS = ["/feed.atom", "/products/kafka.atom", "/compare/kafka-vs-nats.atom", "/sectors/message-queues-streaming.atom"]


def lax(site, statement, *values):
    connection = site.database.connect(init_command="SET sql_mode = 'ALLOW_INVALID_DATES'")
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    connection.close()


def test_every_column_with_a_date_is_among_these(own_site):
    """A table that gets a date gets a test."""
    rows = own_site.sql("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE()"
                        " AND data_type IN ('date', 'datetime', 'timestamp') AND table_name NOT LIKE 'site\\_%%'"
                        " AND table_name NOT LIKE 'lint\\_%%' AND table_name NOT IN ('change_log', 'schema_version')"
                        " AND table_name <> 'import_release' AND column_name NOT IN ('preview_saved_at', 'retry_at')")  # no editor writes these
    assert sorted(map(tuple, rows)) == sorted(COLUMNS)


def test_a_date_that_does_not_exist_is_none(own_site):
    """Each product has every odd date in another column; its newest sound rows are shown as if the odd ones were not there."""
    kafka = "(SELECT id FROM product WHERE slug = 'kafka')"
    before = own_site.get("/products/kafka.json").json
    for date in DATES:
        lax(own_site, f"INSERT INTO activity (product_id, title, class, version, occurred_at) VALUES ({kafka}, 'Odd move', 'spark', '99.9', %s)", date)
        lax(own_site, f"INSERT INTO editorial (product_id, status, headline, published_at) VALUES ({kafka}, 'published', 'Odd headline', %s)", date)
    own_site.sql("UPDATE product SET license = 'Seen' WHERE slug = 'kafka'")
    wait_until(lambda: own_site.get("/products/kafka.json").json["product"]["license"] == "Seen")
    after = own_site.get("/products/kafka.json").json
    for part in ("timeline", "history"):
        assert after.get(part) == before.get(part)
    assert after["product"]["editorial"] == before["product"]["editorial"]
    assert after["product"]["velocity"] == before["product"]["velocity"]
    for table, column in COLUMNS:
        if (table, column) != ("editorial", "published_at"):
            lax(own_site, f"UPDATE {table} SET {column} = '2026-00-00'")
    lax(own_site, "UPDATE product SET updated_at = '2026-00-00', license = 'Odd' WHERE slug = 'kafka'")
    wait_until(lambda: own_site.get("/products/kafka.json").json["product"]["license"] == "Odd")
    own_site.restart_pool()
    wait_until(lambda: own_site.get("/readyz").status == 200, 20)
    for path in PATHS + FEEDS + ["/sitemaps/products-1.xml", "/sitemap.xml", "/products/kafka.md", "/products/kafka.json"]:
        answer = own_site.get(path)
        assert answer.status == 200, path
        assert not re.search(r"\b000\d-\d\d|-00-|-\d\d-00|Odd (move|headline)", answer.text), path
        assert "000" not in answer.headers.get("Last-Modified", "")
    for path in FEEDS:
        schemas.atom(own_site.get(path).body)


def test_an_editorial_of_a_zero_date_is_not_due(own_site):
    own_site.sql("DELETE FROM editorial WHERE product_id = (SELECT id FROM product WHERE slug = 'nats')")
    wait_until(lambda: own_site.get("/products/nats.json").json["product"]["editorial"] is None)
    for date in DATES:
        lax(own_site, "INSERT INTO editorial (product_id, status, headline, published_at)"
                      " SELECT id, 'published', 'Odd headline', %s FROM product WHERE slug = 'nats'", date)
    own_site.sql("UPDATE product SET license = 'Seen' WHERE slug = 'nats'")
    wait_until(lambda: own_site.get("/products/nats.json").json["product"]["license"] == "Seen")
    assert own_site.get("/products/nats.json").json["product"]["editorial"] is None


# ---- names

UNSEEN = ["\u00a0", "\u200b", "\u2060\u00ad", "\u3000 \u2003", "\ufeff", "\u202e", "\u2066\u2069", "\u3164", "\u2800", "\U000e0020\ufe0f", "\u180e\u034f"]
NAMED = [("product", "name", "kafka"), ("sector", "name", "devops"), ("page", "title", "about"), ("attribute", "name", "written-in")]


@pytest.mark.parametrize("table, column, slug", NAMED)
def test_a_name_that_nobody_can_see_is_none(module_site, table, column, slug):
    path = {"product": "/products/kafka", "sector": "/sectors/devops", "page": "/about", "attribute": "/products/kafka"}[table]
    word = f"Seen {table}"
    for name in UNSEEN:
        module_site.sql(f"UPDATE {table} SET {column} = '{word}' WHERE slug = %s", slug)
        wait_until(lambda: word in module_site.get(path).text)
        module_site.sql(f"UPDATE {table} SET {column} = %s WHERE slug = %s", name, slug)
        wait_until(lambda: word not in module_site.get(path).text)
        page = parse(module_site.get(path).text)
        for node in [*page.all("a"), *page.all("h1"), *page.all("h2"), *page.all("h3"), *page.all("title"), *page.all("th")]:
            shown = node.text or node["aria-label"] or "".join(i["alt"] or "" for i in node.all("img"))
            assert [c for c in shown if unicodedata.category(c)[0] not in "CZ"], (path, name.encode("unicode_escape"), node.attrs)
    module_site.sql(f"UPDATE {table} SET {column} = '{word}' WHERE slug = %s", slug)


def test_a_question_that_nobody_can_see_is_left_out(module_site):
    kafka = "(SELECT id FROM product WHERE slug = 'kafka')"
    for question in ["", " ", *UNSEEN]:
        module_site.sql("INSERT INTO faq (question, answer_md, status) VALUES (%s, 'Unasked.', 'published')", question)
        module_site.sql(f"INSERT INTO faq (product_id, question, answer_md, status) VALUES ({kafka}, %s, 'Unasked.', 'published')", question)
    module_site.sql("INSERT INTO faq (question, answer_md, status) VALUES ('Last?', 'Yes.', 'published')")
    module_site.sql(f"INSERT INTO faq (product_id, question, answer_md, status) VALUES ({kafka}, 'Last?', 'Yes.', 'published')")
    for path in ("/faq", "/faq/kafka", "/products/kafka"):
        wait_until(lambda: "Last?" in module_site.get(path).text)
        assert "Unasked." not in module_site.get(path).text


WORDS = {"<p>Yes</p>": "Yes", "<div onclick='x()'>Yes <a href='javascript:x()' class=c>now</a></div>": "Yes now",
         "<p>Yes</p><script>alert(1)</script><style>p{}</style><!-- secret -->": "Yes", "<p>\n\n</p>\n<p>So <b>be</b> it &amp; rest</p>": "So be it & rest"}
WORDLESS = ["<script>alert(1)</script>", "<!-- secret -->", "<p></p>", "<div>\n\n</div>", "<p>&nbsp;</p>", "<span></span>", "<style>p{}</style>", "", " \n"]
RAW = re.compile(r"alert\(|secret|onclick|javascript|class=c\b|p\{\}")


def test_a_body_of_html_alone_shows_its_words(own_site):
    """A question whose answer shows nothing stands nowhere."""
    site, kafka, nats = own_site, "(SELECT id FROM product WHERE slug = 'kafka')", "(SELECT id FROM product WHERE slug = 'nats')"
    site.sql("DELETE FROM faq")
    site.sql("DELETE FROM comparison")
    for owner, other in (("NULL", "NULL"), (kafka, "NULL"), (kafka, nats)):
        for i, answer in enumerate([*WORDS, *WORDLESS]):
            site.sql(f"INSERT INTO faq (product_id, other_product_id, question, answer_md, status, sort) VALUES ({owner}, {other}, %s, %s, 'published', %s)",
                     f"Asked {i}?", answer, i)
    site.sql(f"INSERT INTO comparison (product_id, other_product_id, status, intro_md, verdict_md) VALUES ({kafka}, {nats}, 'published',"
             " '<p>Both</p>', '<script>alert(1)</script>')")
    site.sql(f"UPDATE editorial SET current_state_md = '<p>State</p><script>alert(1)</script>', heading_md = '<!-- secret -->' WHERE product_id = {kafka}")
    site.sql("UPDATE page SET body_md = '<p onclick=\"x()\">About us</p>' WHERE slug = 'about'")
    wait_until(lambda: "Both" in site.get("/compare/kafka-vs-nats").text and "About us" in site.get("/about").text)
    for path in ("/faq", "/faq/kafka", "/products/kafka", "/compare/kafka-vs-nats", "/faq/kafka-vs-nats"):
        wait_until(lambda: "Asked 0?" in site.get(path).text)
        page, twin, data = parse(site.get(path).text), site.get(f"{path}.md").text, site.get(f"{path}.json")
        asked = [q for q in data.json["questions"] if q["question"].startswith("Asked")]
        assert [q["question"] for q in asked] == [f"Asked {i}?" for i in range(len(WORDS))], path
        ld = next(n for n in json.loads(page.one("script", {"type": "application/ld+json"}).text)["@graph"] if n["@type"] == "FAQPage")
        told = {q["name"]: q["acceptedAnswer"]["text"] for q in ld["mainEntity"]}
        for i, words in enumerate(WORDS.values()):
            assert re.sub(r"<[^>]*>", "", told[f"Asked {i}?"]).strip() == words.replace("&", "&amp;"), (path, told[f"Asked {i}?"])
        for text in (str(site.get(path).text), twin, data.text):
            assert not re.search(rf"Asked ({'|'.join(str(len(WORDS) + i) for i in range(len(WORDLESS)))})\?", text), path
            assert not RAW.search(text), (path, RAW.search(text))
        assert "Yes" in page.text and "\nYes\n" in twin
    compared = site.get("/compare/kafka-vs-nats").text
    assert "<p>Both</p>" in compared and "<p>State</p>" in compared
    assert "<p>About us</p>" in site.get("/about").text and "About us" in site.get("/about.md").text and "left out" not in site.get("/about.json").text
    said = [f for f in json.loads(site.diptych("lint", "--json", "--table", "faq").stdout)["findings"] if f["rule"] in ("html_only", "answer_blank")]
    assert len(said) == 3 * len(WORDS) + 3 * len(WORDLESS)


def test_separators_become_blanks(own_site):
    joined = "".join(f"w{i}{c}" for i, c in enumerate("\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029\n\t")) + "end"
    own_site.sql("UPDATE product SET name = %s, license = %s WHERE slug = 'kafka'", joined, joined)
    expected = " ".join([f"w{i}" for i in range(11)] + ["end"])
    wait_until(lambda: own_site.get("/products/kafka.json").json["product"]["name"] == expected)
    assert own_site.get("/products/kafka.json").json["product"]["license"] == expected
    assert parse(own_site.get("/products/kafka").text).one("h1").text == expected


# ---- direction

OPENS = {"\u202a": "e", "\u202b": "e", "\u202d": "e", "\u202e": "e", "\u2066": "i", "\u2067": "i", "\u2068": "i"}
TURNING = ["\u202eturned", "\u2067turned", "turned\u202c\u2069\u202c", "\u05d0turned", "\u202e" * 200 + "turned", "\u0627\u0644turned 4\u202e\u2066"]
BLOCKS = {"html", "body", "main", "header", "footer", "nav", "section", "article", "aside", "div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol",
          "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "td", "th", "form", "fieldset", "legend", "details", "summary",
          "blockquote", "figure", "figcaption", "pre", "title", "option", "text", "hr", "br", "head", "document", "desc"}


def assert_isolated(text, where):
    """All that is turned stands inside an isolate, and nothing is open at the end."""
    stack = []
    for c in text:
        if c in OPENS:
            assert OPENS[c] == "i" or "i" in stack, (where, text)
            stack.append(OPENS[c])
        elif c == "\u202c":
            assert stack and stack[-1] == "e", (where, text)
            stack.pop()
        elif c == "\u2069":
            assert "i" in stack, (where, text)
            while stack.pop() != "i":
                pass
        elif unicodedata.bidirectional(c) in ("R", "AL", "AN"):
            assert "i" in stack, (where, text)
    assert not stack, (where, text)


def paragraphs(node):
    """The text between the edges of blocks, which are paragraphs to the algorithm."""
    parts, text = [], ""
    for child in node.children:
        if isinstance(child, str):
            text += child
        elif child.name in BLOCKS:
            parts, text = parts + [text] + paragraphs(child), ""
        elif child.name not in ("script", "style"):
            inner = paragraphs(child)
            text += inner[0]
            if len(inner) > 1:
                parts, text = parts + [text] + inner[1:-1], inner[-1]
    return parts + [text]


VALUES = [("product", "name"), ("product", "license"), ("product", "summary"), ("product", "website_url"), ("sector", "name"), ("theme", "name"),
          ("editorial", "headline"), ("editorial", "author"), ("activity", "title"), ("activity", "version"), ("faq", "question"),
          ("page", "title"), ("attribute", "name"), ("attribute", "group_name"), ("attribute", "help"), ("fact", "value"), ("fact", "note"),
          ("fact", "source_url"), ("alternative", "reason")]
SHOWN = ["/", "/products/kafka", "/compare/kafka-vs-nats", "/compare/kafka-vs-nats-vs-pulsar", "/alternatives/kafka", "/leaderboard", "/faq",
         "/faq/kafka", "/faq/kafka-vs-nats", "/about", "/sectors", "/sectors/message-queues-streaming", "/products", "/search?q=turned"]


@pytest.fixture(scope="module")
def turned(templates):
    from conftest import _run
    from lib.servers import Site

    class Request:
        session = type("S", (), {"stash": {}})
        node = type("N", (), {"nodeid": ""})
    runs = _run(Request, Site(templates))
    site = next(runs)
    for table, column in VALUES:
        for at, text in enumerate(TURNING):
            site.sql(f"UPDATE IGNORE {table} SET {column} = CONCAT(%s, id) WHERE id %% {len(TURNING)} = {at}", text)
    site.sql("UPDATE page SET title = CONCAT(title, ' last') WHERE slug = 'about'")
    wait_until(lambda: "last" in site.get("/about.json").json["title"], 20)
    yield site
    next(runs, None)


@pytest.mark.parametrize("path", SHOWN)
def test_what_turns_the_text_ends_with_its_value(turned, path):
    page = parse(turned.get(path).text)
    text = "".join(page._texts())
    assert "turned" in text
    for paragraph in paragraphs(page):
        assert_isolated(paragraph, path)
    for node in page.all():
        for name, value in node.attrs.items():
            assert_isolated(value or "", (path, node.name, name))
    for script in page.all("script"):
        for value in strings(json.loads("".join(script._texts()))):
            assert_isolated("\u2068" + value + "\u2069", (path, "json-ld"))


def strings(value):
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from strings(inner)


@pytest.mark.parametrize("path", ["/products/kafka", "/compare/kafka-vs-nats", "/faq/kafka", "/alternatives/kafka", "/leaderboard"])
def test_programs_get_values_that_end(turned, path):
    for line in turned.get(path + ".md").text.split("\n"):
        assert_isolated(line, path)
    for value in strings(turned.get(path + ".json").json):
        for paragraph in re.split("\n", re.sub("<[^>]*>", "\n", value)):
            assert_isolated("\u2068" + paragraph + "\u2069", path)


@pytest.mark.parametrize("path", FEEDS)
def test_feeds_have_values_that_end(turned, path):
    for node in schemas.atom(turned.get(path).body).iter():
        for part in re.split("<[^>]*>|\n", node.text or ""):
            assert_isolated(part, path)


def test_a_name_is_data_as_it_was_written(turned):
    turned.sql("UPDATE product SET name = %s WHERE slug = 'kafka'", "\u05d0\u05d1")
    wait_until(lambda: turned.get("/products/kafka.json").json["product"]["name"] == "\u05d0\u05d1")
    assert "\u2068\u05d0\u05d1\u2069 vs " in "".join(parse(turned.get("/compare/kafka-vs-nats").text).one("title")._texts())


# ---- addresses

TYPED = {"https://acme.example\u00a0": "https://acme.example", "\u200bhttps://acme.example/a": "https://acme.example/a",
         " www.acme.example": "https://www.acme.example", "acme.example/path": "https://acme.example/path",
         "acme.example": "https://acme.example", "//acme.example/a": "https://acme.example/a", "\ufeff\thttp://acme.example/\u3000": "http://acme.example/"}


def test_addresses_are_completed(own_site):
    kafka = "(SELECT id FROM product WHERE slug = 'kafka')"
    for typed, address in TYPED.items():
        own_site.sql("UPDATE product SET website_url = %s, repository_url = %s, license = %s WHERE slug = 'kafka'", typed, typed, "L" + typed.strip())
        own_site.sql(f"UPDATE fact SET source_url = %s WHERE product_id = {kafka}", typed)
        own_site.sql(f"UPDATE activity SET url = %s WHERE product_id = {kafka}", typed)
        own_site.sql(f"UPDATE editorial SET current_state_md = %s WHERE product_id = {kafka}", f"See [the site](<{typed.strip()}>).")
        host = address.partition("://")[2].removeprefix("www.").rstrip("/")
        wait_until(lambda: own_site.get("/products/kafka.json").json["product"]["website_url"] == address)
        page = parse(own_site.get("/products/kafka").text)
        links = [(a["href"], a.text) for a in page.all("a", {"href": address})]
        assert (address, host) in links
        if typed != "acme.example":
            assert (address, "the site") in links
        assert len([a for a in links if a[1].startswith("source")]) > 1
        assert own_site.get("/products/kafka.md").text.count(f"<{address}>") > 3


def test_what_is_no_address_is_shown_as_text(own_site):
    kafka = "(SELECT id FROM product WHERE slug = 'kafka')"
    own_site.sql("UPDATE product SET website_url = 'ask the vendor', repository_url = 'ftp://x.example' WHERE slug = 'kafka'")
    own_site.sql(f"UPDATE fact SET source_url = 'the handbook, page 4' WHERE product_id = {kafka}")
    wait_until(lambda: "ask the vendor" in own_site.get("/products/kafka").text)
    page = parse(own_site.get("/products/kafka").text)
    assert "ask the vendor" in page.text and "ftp://x.example" in page.text and "source: the handbook, page 4" in page.text
    assert not [a for a in page.all("a") if "x.example" in (a["href"] or "") or "handbook" in a.text]
    markdown = own_site.get("/products/kafka.md").text
    assert "- Website: ask the vendor" in markdown and "(source: the handbook, page 4)" in markdown
    pair = parse(own_site.get("/compare/kafka-vs-nats").text)
    assert "ask the vendor" in pair.text and "ftp://x.example" in pair.text


def test_pictures_are_asked_for_by_https_or_shown_by_their_words(own_site):
    body = ("![secure](http://x.example/a.png)\n\n![typed](www.x.example/b.png)\n\n![odd port](http://x.example:8080/c.png)\n\n"
            "![data words](data:image/png;base64,aaaa)\n\n![own](/static/logo.png)\n\n![other](//x.example/d.png)")
    own_site.sql("UPDATE page SET body_md = %s WHERE slug = 'about'", body)
    own_site.sql("UPDATE product SET logo_url = 'http://x.example/logo.png' WHERE slug = 'kafka'")
    wait_until(lambda: "odd port" in own_site.get("/about").text)
    page = parse(own_site.get("/about").text)
    assert {i["alt"]: i["src"] for i in page.one("main").all("img")} == {
        "secure": "https://x.example/a.png", "typed": "https://www.x.example/b.png", "own": "/static/logo.png",
        "other": "https://x.example/d.png"}
    assert "odd port" in page.text and "data words" in page.text
    assert "http://x.example" not in own_site.get("/about.md").text
    wait_until(lambda: "https://x.example/logo.png" in own_site.get("/compare/kafka-vs-nats").text)

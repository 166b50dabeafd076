"""`diptych lint`: one bad row or more for each kind of finding, and good rows that look like them.  All are in one database, so
one run finds each bad row, and nothing else."""
import json
import math
import re

import pytest

from conftest import _database
from lib import pseudo
from lib.database_server import MYSQL
from lib.servers import AS_OF, TOP, configuration_text, database_settings, diptych

RULES = re.findall(r"^  X\((\w+), ", (TOP / "fcgi/lint/lint.h").read_text(), re.M)
LONG = "A text of many words that says much and goes on and on, until nobody reads it any more. "
SLOW = "*a_ " * 60000


class Rows:
    """Writes rows past every constraint, as a foreign CMS may have them."""

    def __init__(self, database):
        checks = "" if MYSQL else " check_constraint_checks = 0,"
        self.connection = database.connect(init_command=f"SET sql_mode = 'ALLOW_INVALID_DATES',{checks}"
                                                        " foreign_key_checks = 0, unique_checks = 0")
        self.cursor = self.connection.cursor()
        if MYSQL:  # it has no such variable
            self.run("SELECT table_name, constraint_name FROM information_schema.table_constraints WHERE constraint_type = 'CHECK'"
                     " AND table_schema = DATABASE()")
            for table, name in self.cursor.fetchall():
                self.run(f"ALTER TABLE {table} ALTER CHECK {name} NOT ENFORCED")
        self.n = 0

    def run(self, statement, *values):
        self.cursor.execute(statement, values)
        return self.cursor.lastrowid

    def new(self, table, **columns):
        self.n += 1
        n = self.n
        base = {"product": {"slug": f"p{n}", "name": f"Product {n}", "status": "published"},
                "sector": {"slug": f"s{n}", "name": f"Sector {n}"}, "theme": {"slug": f"t{n}", "name": f"Theme {n}"},
                "page": {"slug": f"g{n}", "title": f"Page {n}", "body_md": "Words.", "status": "published"},
                "attribute": {"slug": f"a{n}", "name": f"Attribute {n}", "status": "draft"},
                "editorial": {"headline": f"Headline number {n}", "status": "published", "published_at": "2026-08-01"},
                "activity": {"title": f"Move {n}", "occurred_at": "2026-08-01"}, "faq": {"question": f"What is {n}?", "answer_md": "That.", "status": "published"},
                "comparison": {"intro_md": "Words.", "status": "published"}, "alternative": {"reason": f"Because {n}", "status": "published"},
                "fact": {"value": "yes", "checked_on": "2026-08-01"}, "product_source": {"url": f"https://x.example/{n}"}}.get(table, {})
        needs = {"editorial": 1, "activity": 1, "comparison": 2, "alternative": 2, "fact": 1, "product_source": 1, "product_theme": 1,
                 "product_sector": 1, "product_alias": 1}.get(table, 0)
        for name in ("product_id", "other_product_id")[:needs]:
            if name not in columns:
                columns[name] = self.new("product")
        if table == "fact" and "attribute_id" not in columns:
            columns["attribute_id"] = self.new("attribute", kind=columns.pop("kind", "text"))
        columns = {**base, **columns}
        names = ", ".join(columns)
        return self.run(f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})", *columns.values())


# rule, table, column, the columns of a bad row, the words (None: the column's)
BAD = [
    ("slug", "product", "slug", {"slug": "-odd"}), ("slug", "sector", "slug", {"slug": "this-vs-that"}),
    ("slug", "product_alias", "slug", {"slug": "an--alias"}), ("slug", "page", "slug", {"slug": "UPPER"}),
    ("slug_reserved", "page", "slug", {"slug": "compare"}),
    ("word", "product", "status", {"status": "publishd"}), ("word", "product", "lifecycle", {"lifecycle": "retired"}),
    ("word", "editorial", "status", {"status": "live"}), ("word", "editorial", "prediction_state", {"prediction_state": "true"}),
    ("word", "activity", "kind", {"kind": "realease"}), ("word", "activity", "class", {"class": "sparc"}),
    ("word", "activity", "status", {"status": "Published"}), ("word", "faq", "status", {"status": "on"}),
    ("word", "comparison", "status", {"status": "on"}), ("word", "page", "status", {"status": "on"}),
    ("word", "attribute", "kind", {"kind": "boolean"}), ("word", "attribute", "status", {"status": "on"}),
    ("word", "alternative", "status", {"status": "on"}), ("word", "product_source", "kind", {"kind": "github"}),
    ("word", "product_source", "status", {"status": "on"}),
    ("owner", "editorial", "product_id", {"product_id": 99999}), ("owner", "activity", "product_id", {"product_id": 99999}),
    ("owner", "product_sector", "sector_id", {"sector_id": 99999}), ("owner", "alternative", "other_product_id", {"other_product_id": 99999}),
    ("theme_unknown", "product_theme", "theme_id", {"theme_id": 99999}),
    ("name_blank", "product", "name", {"name": "\u00a0\u200b"}), ("name_blank", "sector", "name", {"name": ""}),
    ("name_blank", "theme", "name", {"name": "\u2060"}), ("name_blank", "page", "title", {"title": " "}),
    ("name_blank", "attribute", "name", {"name": "\u3000"}),
    ("unseen", "product", "name", {"name": "Kaf\u200bka"}), ("unseen", "product", "name", {"name": "Vite of one\u00a0"}),
    ("unseen", "product", "name", {"name": "Rab\u00adbit"}), ("unseen", "product", "name", {"name": "\u202eReversed"}),
    ("unseen", "product", "name", {"name": "Na\u200dils"}), ("unseen", "product", "license", {"license": "M\x0bIT"}),
    ("unseen", "activity", "title", {"title": "\ufeffMove"}), ("unseen", "editorial", "author", {"author": "A\u2066B"}),
    ("unseen", "sector", "name", {"name": "Line\nbreak"}), ("unseen", "faq", "question", {"question": "What\u2800is it?"}),
    ("markup", "product", "name", {"name": "AT&amp;T"}), ("markup", "product", "name", {"name": "It&#8217;s"}),
    ("markup", "product", "summary", {"summary": "A <b>bold</b> word"}), ("markup", "editorial", "headline", {"headline": "A **bold** headline"}),
    ("markup", "activity", "title", {"title": "See [notes](https://x.example)"}), ("markup", "alternative", "reason", {"reason": "Is <br/> fast"}),
    ("headline_long", "editorial", "headline", {"headline": LONG * 5}), ("headline_long", "editorial", "headline", {"headline": "h" * 121}),
    ("summary_long", "product", "summary", {"summary": "s" * 201}),
    ("question_blank", "faq", "question", {"question": ""}), ("question_blank", "faq", "question", {"question": "\u200b"}),
    ("answer_blank", "faq", "answer_md", {"answer_md": " \n"}),
    ("editorial_blank", "editorial", "headline", {"headline": " "}),
    ("comparison_blank", "comparison", "intro_md", {"intro_md": "", "verdict_md": " \n"}), ("page_blank", "page", "body_md", {"body_md": "\u200b"}),
    ("title_blank", "activity", "title", {"title": " ", "version": "1.0"}),
    ("reason_blank", "alternative", "reason", {"reason": ""}),
    ("html_only", "faq", "answer_md", {"answer_md": "<p>Yes</p>"}), ("html_only", "editorial", "current_state_md", {"current_state_md": "<div>\n\nx</div>".replace("x", "")}),
    ("html", "page", "body_md", {"body_md": "Words.\n\n<div>more</div>"}, "<div>more</div>"),
    ("html", "comparison", "intro_md", {"intro_md": "A <span>b</span>."}, "<span>"),
    ("table_pipes", "page", "body_md", {"body_md": "| a | b |\n| 1 | 2 |\n| 3 | 4 |"}, "| a | b |"),
    *[("mark", "page", "body_md", {"body_md": f"See {text} here."}, text) for text in ("[[No Such]]", "~~old ~~", "[^1]")],
    ("mark", "faq", "answer_md", {"answer_md": "[ ] do it"}, "[ ] do it"),
    *[("mark", "page", "body_md", {"body_md": f"Words.\n{text}"}, text) for text in ("#Heading", "##heading", "#Überschrift")],
    *[("mark", "page", "body_md", {"body_md": f"See {text}\nSo it is."}, text.rstrip(",")) for text in
      ("[the notes](https://x.example", "[the notes](/products/kafka", "(https://x.example/a)[the notes]", "(/about)[about]", "[the notes][ref]", "![a map][map]", "[the notes][]")],
    *[("mark", "page", "body_md", {"body_md": f"So:[^a]\n\n{fence}\nmake {fence}\n\n## More\n\n[^a]: Here."}, f"make {fence}") for fence in ("```", "~~~~")],
    ("address_blank", "page", "body_md", {"body_md": "Read [this, please](my file.pdf) (soon)."}, "[this, please](my file.pdf)"),
    ("address_blank", "faq", "answer_md", {"answer_md": "![A map](https://x.example/my pic.png)"}, "![A map](https://x.example/my pic.png)"),
    ("body_refused", "page", "body_md", {"body_md": LONG * 6000}, LONG[:80]), ("body_refused", "faq", "answer_md", {"answer_md": SLOW}, SLOW[:80]),
    ("link_dropped", "editorial", "heading_md", {"heading_md": "[x](javascript:alert(1))"}, "javascript:alert(1)"),
    ("link_dropped", "page", "body_md", {"body_md": "[x](ftp://x.example)"}, "ftp://x.example"),
    *[("link_dead", "page", "body_md", {"body_md": f"[x]({path})"}, path) for path in
      ("/products/nosuch", "/compare/kafka-vs-nosuch", "/themes/nosuch", "/sectors/nosuch.json", "/nosuch", "/faq/nosuch", "/alternatives/nosuch#x",
       "/products/kafka/more", "/compare/kafka-vs-nats-vs-caddy-vs-nginx-vs-curl", "/badge")],
    *[("link_dead", "page", "body_md", {"body_md": f"See {text} here."}, text) for text in ("[[nosuch]]", "[[ nosuch | the other one ]]", "[[kafka-vs-nosuch]]", "[[nosuch|a]]")],
    ("link_relative", "page", "body_md", {"body_md": "[x](products/kafka)"}, "products/kafka"), ("link_relative", "faq", "answer_md", {"answer_md": "[x](kafka.md)"}, "kafka.md"),
    ("activity_unknown", "page", "body_md", {"body_md": "[^activity:8]"}, "[^activity:8]"),
    ("activity_unknown", "page", "body_md", {"body_md": "A.[^activity:7]"}, "[^activity:7]"),
    ("activity_unknown", "editorial", "heading_md", {"heading_md": "So.[^activity:9999999]"}, "[^activity:9999999]"),
    ("picture_dropped", "page", "body_md", {"body_md": "![x](http://x.example:8080/a.png)"}, "http://x.example:8080/a.png"),
    ("picture_dropped", "page", "body_md", {"body_md": "![x](data:image/png,x)"}, "data:image/png,x"),
    ("picture_dropped", "product", "logo_url", {"logo_url": "http://x.example:81/l.png"}),
    ("picture_http", "page", "body_md", {"body_md": "![x](http://x.example/a.png)"}, "http://x.example/a.png"),
    ("picture_http", "product", "logo_url", {"logo_url": "http://x.example/l.png"}),
    *[("link_relative", "page", "body_md", {"body_md": f"![x]({path})"}, path) for path in ("a.png", "./a.png", "uploads/a.png")],
    ("alt_missing", "page", "body_md", {"body_md": "![](https://x.example/a.png)"}, "https://x.example/a.png"),
    ("alt_missing", "editorial", "current_state_md", {"current_state_md": "![ ](https://x.example/b.png)"}, "https://x.example/b.png"),
    ("heading_order", "page", "body_md", {"body_md": "## A\n\n#### B"}, "B"),
    *[("number_without_link", "editorial", "current_state_md", {"current_state_md": f"{words} [Far](https://x.example).".replace(" [Far](https://x.example)", "")}, None)
      for words in ("It has 40% of the market", "They raised $10 of it", "It is 3x faster", "It handles 2 million requests", "It needs 512 MB", "Under 5\u00a0ms at most",
                    "Used by 10,000 customers")],
    ("number_without_link", "comparison", "verdict_md", {"verdict_md": "- It is 12 times faster\n- [Here](https://x.example)"}, "It is 12 times faster"),
    ("address", "product", "website_url", {"website_url": "see below"}), ("address", "product", "repository_url", {"repository_url": "ftp://x.example"}),
    ("address", "activity", "url", {"url": "javascript:alert(1)"}), ("address", "product", "logo_url", {"logo_url": "logo"}),
    ("address", "product_source", "url", {"url": "https:/x.example"}),
    ("address_user", "product", "website_url", {"website_url": "https://x.example@y.example/a"}),
    ("address_user", "activity", "url", {"url": "//u:p@y.example"}), ("address_user", "fact", "source_url", {"source_url": "http://u@y.example"}),
    ("address_user", "fact", "value", {"value": "https://u@y.example", "kind": "url"}),
    ("address_user", "page", "body_md", {"body_md": "[x](https://x.example@y.example)"}, "https://x.example@y.example"),
    ("date_impossible", "activity", "occurred_at", {"occurred_at": "2026-00-00"}), ("date_impossible", "activity", "occurred_at", {"occurred_at": "2026-02-31"}),
    ("date_impossible", "editorial", "published_at", {"published_at": "0000-00-00"}), ("date_impossible", "fact", "checked_on", {"checked_on": "2026-06-31"}),
    ("date_impossible", "product_source", "checked_at", {"checked_at": "2026-00-01"}), ("date_impossible", "product", "created_at", {"created_at": "2026-01-00"}),
    ("date_far", "activity", "occurred_at", {"occurred_at": "1965-01-01"}), ("date_far", "activity", "occurred_at", {"occurred_at": "2999-01-01"}),
    ("date_far", "editorial", "published_at", {"published_at": "2099-01-01"}), ("date_far", "fact", "checked_on", {"checked_on": "2062-08-01"}),
    ("prediction_evidence", "editorial", "prediction_activity_id", {"prediction_activity_id": 9999999, "prediction_state": "failed", "prediction_md": "It will."}),
    ("prediction_reason", "editorial", "prediction_state", {"prediction_state": "came_true", "prediction_md": "It will."}),
    ("prediction_blank", "editorial", "prediction_state", {"prediction_state": "failed", "prediction_note": "It did not."}),
    ("fact_blank", "fact", "value", {"value": " "}), ("fact_unit", "fact", "value", {"value": "16 GB", "kind": "number"}),
    ("fact_misfit", "fact", "value", {"value": "true", "kind": "bool"}), ("fact_misfit", "fact", "value", {"value": "soon", "kind": "date"}),
    *[("fact_misfit", "fact", "value", {"value": value, "kind": "number"}) for value in ("1,000", "1e3")],
    ("fact_long", "fact", "value", {"value": "v" * 501}), ("fact_source", "fact", "source_url", {"source_url": "page 4"}),
    ("fact_old", "fact", "checked_on", {"checked_on": "2025-08-01"}),
    ("unit", "attribute", "unit", {"unit": "1000 rows", "kind": "number"}), ("unit_without_number", "attribute", "unit", {"unit": "furlongs"}),
    ("attribute_unused", "attribute", "slug", {"status": "published"}), ("attribute_reserved", "attribute", "slug", {"slug": "licence"}),
]
# bad rows that need more than one row: see their functions below
APART = {"slug_twice", "repeated", "too_many", "same_product", "body_slow", "date_missing", "text_repeated", "prediction_open", "fact_repeated",
         "fact_unasked", "unit_spelling", "name_repeated", "question_repeated", "partner_hidden"}

GOOD = [
    ("page", {"slug": "marks", "body_md": "#1 of them, #kafka #nats, \\#Heading, C#\n\\#Heading\n#Kafka #Nats\n#kafka\n`#Heading`\n\n    #Heading\n\n#\n\n"
                                         "[a][b] [B][] ![a map][b] `[x][y]` map[string][]byte (see below)[1] (a/b)[c] [1][2] [a](https://x.example/(b))\n"
                                         "`[a](https://x.example`\n\n[b]: https://x.example/b.png"}),
    *[("page", {"slug": f"fence-{i}", "body_md": text}) for i, text in enumerate((
        "```\nmake\n```", "~~~ sh\nmake\n```\n~~~~", "```` \n```\n  ````  ", "> ```\n> make\n\nWords.", "Words.\n\n    make\n    ```", "So.[^a]\n\n[^a]: Here.\n\n```\r\nmake\r\n```\r\n"))],
    ("page", {"slug": "pictures", "body_md": "![a](/static/x.png) ![b](https://site.example/b.png) ![c](x.example/c.png) ![d](//x.example/d.png)"}),
    ("page", {"slug": "remarks", "body_md": "It is [sic](as they say) so: `[a](my file.pdf)`, ![a map](<https://x.example/my pic.png>)."}),
    ("product", {"name": "Ærø \u26a1\ufe0f"}), ("product", {"name": "\U0001f468\u200d\U0001f4bb Tools 1\ufe0f\u20e3"}), ("product", {"name": "مرحبا\u200c بالعالم"}),
    ("product", {"name": "AT&T R&D; C++ <3 a*b **"}), ("product", {"name": "Ten\u00a0%"}), ("product", {"name": "שלום\u200f!"}),
    ("product", {"summary": "s" * 200, "website_url": "www.x.example", "repository_url": "x.example/a", "logo_url": "https://x.example/l.png"}),
    ("product", {"name": "", "status": "archived"}), ("product", {"website_url": "", "logo_url": None, "summary": None}),
    ("editorial", {"headline": "h" * 120}), ("editorial", {"published_at": "2026-12-24"}), ("editorial", {"headline": LONG * 9, "status": "archived"}),
    ("editorial", {"current_state_md": "Version `4.2` of 2026 came 168 days after 4.1, in 3 lines. <!-- check -->\n\nIt has [40% of them](https://x.example)."}),
    ("editorial", {"current_state_md": "See [it](/products/kafka), [b](/Products/Kafka/), [c](/products/kafka.json?a#b), [d](/compare/kafka-vs-nats), [e](#activity), "
                                       "[f](/), [g](/about), [h](/faq/kafka-vs-nats), [i](/feed.atom), [j](mailto:a@x.example), [k](www.x.example), [l](/sectors/devops), "
                                       "[m](/compare?a=kafka), [n](/themes/streaming), [o](/products/kafka/history), [p](/predictions), [q](/feeds/kafka+nats.ics)"}),
    ("activity", {"occurred_at": "1998-03-20"}), ("activity", {"occurred_at": "2027-01-01", "version": "1.0"}), ("activity", {"url": None, "title": "*.example is 100% safe"}),
    ("faq", {"answer_md": "# One\n\n## Two\n\n### Three\n\n## Four\n\n| a | b\n\n`| a | b |`\n\n    | - |\n    | - |"}),
    ("faq", {"answer_md": "![a picture](https://x.example/a.png) ![own](/static/x.png)"}),
    ("comparison", {"intro_md": "Both.", "verdict_md": ""}), ("fact", {"value": "1024", "kind": "number", "source_url": "x.example/a"}),
    ("fact", {"value": "https://x.example", "kind": "url", "note": "A note."}), ("page", {"body_md": "10% of it, in 3 GB. `[[x]]` ~/.a ~~ a[0] x[1][2] `~~x~~`"}),
    ("alternative", {}), ("product_source", {}), ("attribute", {"unit": "MB", "kind": "number"}),
]


def apart(rows):
    """The bad rows of APART: rule, table, id, column."""
    found = []
    one, two = rows.new("product"), rows.new("product")
    rows.run("ALTER TABLE theme DROP INDEX theme_slug_unique")
    rows.new("theme", slug="twice")
    found.append(("slug_twice", "theme", rows.new("theme", slug="twice"), "slug"))
    crowded = rows.new("product")
    for _ in range(17):
        rows.new("product_sector", product_id=crowded, sector_id=rows.new("sector"))
    found.append(("too_many", "product", crowded, "sectors"))
    for table in ("comparison", "faq", "alternative"):
        found.append(("same_product", table, rows.new(table, product_id=one, other_product_id=one), "other_product_id"))
    rows.run("ALTER TABLE activity MODIFY occurred_at DATETIME(6) NULL")
    found.append(("date_missing", "activity", rows.new("activity", occurred_at=None), "occurred_at"))
    undated = rows.new("editorial")
    rows.cursor.execute("SELECT trigger_name FROM information_schema.triggers WHERE event_object_table = 'editorial' AND action_timing = 'BEFORE'")
    for name, in rows.cursor.fetchall():
        rows.run(f"DROP TRIGGER {name}")
    rows.run("UPDATE editorial SET published_at = NULL WHERE id = %s", undated)
    found.append(("date_missing", "editorial", undated, "published_at"))
    for owner in (one, two):
        found.append(("text_repeated", "editorial", rows.new("editorial", product_id=owner, headline=f"One of {owner}", heading_md="It grows in every direction at once."), "heading_md"))
    for said in ("The very same words of a summary.", "  the VERY same words of a summary."):
        found.append(("text_repeated", "product", rows.new("product", summary=said), "summary"))
    move = rows.new("activity", product_id=two)
    found.append(("prediction_open", "editorial", rows.new("editorial", product_id=two, prediction_md="It will be.", prediction_activity_id=move), "prediction_activity_id"))
    draft = rows.new("activity", product_id=one, status="draft")
    ahead = rows.new("activity", product_id=one, occurred_at="2026-09-01")
    for owner, evidence in ((one, move), (one, draft), (one, ahead)):
        found.append(("prediction_evidence", "editorial", rows.new("editorial", product_id=owner, prediction_md=f"It will be {evidence}.",
                                                                   prediction_activity_id=evidence, prediction_state="came_true"), "prediction_activity_id"))
    rows.run("ALTER TABLE fact DROP INDEX fact_attribute_id_unique, ADD KEY fact_attribute_id_unique (product_id, attribute_id)")
    attribute = rows.new("attribute")
    rows.new("fact", product_id=one, attribute_id=attribute)
    found.append(("fact_repeated", "fact", rows.new("fact", product_id=one, attribute_id=attribute), "attribute_id"))
    attribute = rows.new("attribute")
    rows.new("attribute_sector", attribute_id=attribute, sector_id=rows.new("sector"))
    found.append(("fact_unasked", "fact", rows.new("fact", attribute_id=attribute), "attribute_id"))
    for unit in ("GiB", "gib"):
        found.append(("unit_spelling", "attribute", rows.new("attribute", unit=unit, kind="number"), "unit"))
    for table, column in (("product", "name"), ("sector", "name"), ("attribute", "name"), ("page", "title")):
        shown = {} if table == "sector" else {"status": "published"}
        for name in ("Twice", " twice"):
            again = rows.new(table, **{column: f"{name} a {table}", **shown})
        found.append(("name_repeated", table, again, column))
        if table == "attribute":
            rows.run("INSERT INTO fact (product_id, attribute_id, value, checked_on) SELECT %s, id, 'yes', '2026-08-01' FROM attribute"
                     " WHERE name LIKE '%%twice a%%'", one)
    for owners in ({}, {"product_id": one}, {"product_id": one, "other_product_id": two}):
        rows.new("faq", question="Twice?", **owners)
    rows.run("ALTER TABLE faq DROP INDEX faq_question_unique")
    for owners in ({}, {"other_product_id": one}, {"product_id": two, "other_product_id": one}):
        found.append(("question_repeated", "faq", rows.new("faq", question="twice?", **owners), "question"))
    picking = rows.new("product")
    for _ in range(13):
        rows.new("alternative", product_id=picking)
    found.append(("too_many", "product", picking, "picks"))
    for status in ("draft", "archived"):
        hidden = rows.new("product", status=status)
        for table in ("comparison", "faq"):
            found.append(("partner_hidden", table, rows.new(table, product_id=hidden, other_product_id=one), "product_id"))
        for table in ("comparison", "faq", "alternative"):
            found.append(("partner_hidden", table, rows.new(table, product_id=two, other_product_id=hidden), "other_product_id"))
        rows.new("comparison", product_id=hidden, other_product_id=rows.new("product", status="draft"))
    doubled = rows.new("sector")
    rows.run("CREATE OR REPLACE VIEW site_sector AS SELECT id, slug, name, sort FROM sector UNION ALL"
             f" SELECT id, slug, name, sort FROM sector WHERE id = {doubled}")
    found.append(("repeated", "sector", doubled, "id"))
    return found


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    def write(database, **more):
        path = tmp_path_factory.mktemp("lint") / "diptych.conf"
        path.write_text(configuration_text({**database_settings(database), "as_of": AS_OF, "base_url": "https://site.example",
                                            "memcached": "", "markdown_cpu": 40, **more}))
        return path
    return write


@pytest.fixture(scope="module")
def found(templates, config):
    """Findings of a database with all good and bad rows, and where they are expected."""
    runs = _database(templates, "sample")
    database = next(runs)
    rows = Rows(database)
    good = {(table, rows.new(table, **columns)) for table, columns in GOOD}
    bad = []
    for rule, table, column, columns, *words in BAD:
        id = rows.new(table, **columns)
        if table == "editorial" and rule == "prediction_reason":
            rows.run("UPDATE editorial SET prediction_note = NULL WHERE id = %s", id)
        bad.append((rule, table, id, column, words[0] if words else columns.get(column)))
    bad += [(*one, None) for one in apart(rows)]
    done = diptych("lint", "--json", config=config(database), timeout=120)
    assert done.returncode == 1, done.stderr
    yield type("Found", (), {"bad": bad, "good": good, "report": json.loads(done.stdout), "database": database, "rows": rows})
    next(runs, None)


def test_every_rule_has_a_bad_row(found):
    assert {one[0] for one in found.bad} | {"body_slow", "question_generated"} == set(RULES)


def test_every_bad_row_is_named(found):
    said = {(f["rule"], f["table"], f["id"], f["column"]): f for f in found.report["findings"]}
    for rule, table, id, column, words in found.bad:
        finding = said.get((rule, table, id, column))
        assert finding, (rule, table, id, column, [f for f in found.report["findings"] if f["id"] == id and f["table"] == table])
        if words is not None and rule not in ("html_only", "number_without_link"):
            said_words = finding["words"].rstrip()
            assert str(words).startswith(said_words) or said_words.startswith(str(words)), finding
        assert finding["meaning"] and finding["advice"]


def test_nothing_else_is_named(found):
    expected = {one[:4] for one in found.bad}
    other = [f for f in found.report["findings"] if (f["rule"], f["table"], f["id"], f["column"]) not in expected
             and f["rule"] != "body_slow"]  # whether a body is slow depends on the machine
    # a bad date of a published row is a far or a missing one of no other rule; html is told once, as html_only
    assert other == []
    assert found.report["found"] == len(found.report["findings"])


def test_good_rows_are_not_named(found):
    assert [f for f in found.report["findings"] if (f["table"], f["id"]) in found.good] == []


def test_one_row_alone(found, config):
    for rule, table, id, column, _ in found.bad[::7] + [one for one in found.bad if one[0] == "text_repeated"]:
        done = diptych("lint", "--json", "--table", table, "--id", str(id), config=config(found.database))
        findings = json.loads(done.stdout)["findings"]
        assert done.returncode == 1 and {(f["table"], f["id"]) for f in findings} == {(table, id)}, (rule, table, id)
        assert (rule, column) in {(f["rule"], f["column"]) for f in findings}
    table, id = sorted(found.good)[0]
    done = diptych("lint", "--table", f"site_{table}", "--id", str(id), config=config(found.database))
    assert (done.returncode, done.stdout) == (0, "rows       all in order\n")


def test_a_row_that_is_not_there_is_not_in_order(found, config):
    path = config(found.database)
    for table in sorted({re.sub("^site_", "", table) for _, table, *_ in found.bad} | {table for table, _ in found.good}):
        words = f"rows       site_{table} has no row with the id 987654321\n"
        done = diptych("lint", "--table", f"site_{table}", "--id", "987654321", config=path)
        assert (done.returncode, done.stdout, done.stderr) == (1, words, ""), table
    done = diptych("lint", "--json", "--table", "product", "--id", "987654321", config=path)
    assert (done.returncode, done.stdout) == (1, "") and "site_product has no row with the id 987654321" in done.stderr


def test_lines_name_the_row_the_words_and_what_to_do(found, config):
    done = diptych("lint", "--table", "product", config=config(found.database))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert any(re.fullmatch(r'site_product id \d+, name: "Kaf\\u\{200b\}ka": it has a character that nobody sees.*; delete the character.*', x) for x in lines), lines
    assert all(re.match(r'site_product id \d+, \w+: (NULL|".*"): .*; .*|  and \d+ more like it: \w+|rows       \d+ need attention', x) for x in lines)


def test_the_report_is_stored_for_a_cms(found, config):
    done = diptych("lint", "--store", config=config(found.database))
    assert done.returncode == 1 and "the view lint_report has them" in done.stdout, done.stdout
    lasting = "rule <> 'body_slow'"  # whether a body is slow depends on the machine
    rows = found.database.sql(f"SELECT rule, table_name, row_id, column_name FROM lint_report WHERE {lasting}")
    assert sorted(map(tuple, rows)) == sorted((f["rule"], f["table"], f["id"], f["column"]) for f in found.report["findings"]
                                              if f["rule"] != "body_slow")
    assert found.database.sql(f"""SELECT COUNT(*) FROM lint_report WHERE {lasting} AND found_at > UTC_TIMESTAMP() - INTERVAL 1 HOUR
                                  AND meaning <> '' AND advice <> ''""") == [(len(rows),)]
    diptych("lint", "--store", config=config(found.database))
    assert found.database.sql(f"SELECT COUNT(*) FROM lint_finding WHERE {lasting}") == [(len(rows),)]
    assert found.database.sql("SELECT COUNT(DISTINCT run) FROM lint_finding") == [(1,)]


def test_the_pools_account_cannot_store(found, config):
    done = diptych("lint", "--store", config=config(found.database, mysql_admin_user="diptych_pool"))
    assert done.returncode == 1 and "could not be stored" in done.stdout and "mysql_admin_user" in done.stdout
    done = diptych("lint", "--store", config=config(found.database, mysql_admin_user="nobody", mysql_admin_password="wrong"))
    assert done.returncode == 1 and "check mysql_admin_user and mysql_admin_password in" in done.stdout, done.stdout


def test_editors_may_read_the_report(found):
    grants = (TOP / "sql/accounts.sql").read_text()
    assert re.search(r"GRANT SELECT ON lint_report +TO 'diptych_cms'", grants) and not re.search(r"lint_\w+ +TO 'diptych_pool'", grants)


def test_a_slow_body_is_named(templates, config):
    """A body that may just be rendered in its time: the time is set to a bit more than it takes, which a busy machine changes."""
    runs = _database(templates, "schema")
    database = next(runs)
    body = "*a_ " * 4000
    id = Rows(database).new("page", body_md=body)
    for cpu in [int(step ** n) for step in (2, 1.3, 1.2, 1.1) for n in range(int(9 / math.log(step)))]:
        said = json.loads(diptych("lint", "--json", config=config(database, markdown_cpu=cpu)).stdout)["findings"]
        assert {(f["rule"], f["table"], f["id"]) for f in said} <= {("body_refused", "page", id), ("body_slow", "page", id)}
        if "body_slow" in {f["rule"] for f in said}:
            break
    else:
        raise AssertionError("never slow")
    next(runs, None)


@pytest.mark.parametrize("lang, questions, others", [
    ("en", ["How fast does Red ship?", "what are the best alternatives to RED?"], ["What is the difference between Blue and Red?", "Is Red better than Blue?"]),
    ("de", ["Was sind die besten Alternativen zu Red?"], ["Was ist der Unterschied zwischen Red und Blue?"])])
def test_a_question_that_the_page_asks_itself(templates, config, lang, questions, others):
    runs = _database(templates, "schema")
    database = next(runs)
    rows = Rows(database)
    red, blue = rows.new("product", name="Red"), rows.new("product", name=" Blue ")
    ids = [rows.new("faq", question=q, product_id=red) for q in questions]
    ids += [rows.new("faq", question=q, product_id=blue, other_product_id=red) for q in others]
    for question in ("How fast does Blue ship?", "Is Red better than Blue?", "How fast is Red?"):
        rows.new("faq", question=question, product_id=red)
    said = json.loads(diptych("lint", "--json", config=config(database, lang=lang)).stdout)["findings"]
    assert [(f["rule"], f["id"]) for f in said] == [("question_generated", id) for id in ids]
    next(runs, None)


# ---- languages

def split(report):
    """Where the findings are, and what they say there.  Whether a body is slow depends on the machine."""
    findings = [f for f in report["findings"] if f["rule"] != "body_slow"]
    return ([[f[k] for k in ("rule", "table", "id", "column", "words")] for f in findings],
            [f[k] for f in findings for k in ("meaning", "advice")])


def said_in(found, config, lang, **more):
    done = diptych("lint", "--json", config=config(found.database, lang=lang, **more), timeout=120)
    assert done.returncode == 1, done.stderr
    return split(json.loads(done.stdout))


@pytest.mark.parametrize("lang", ["de", "fr"])
def test_findings_are_in_the_language_of_the_site(found, config, lang):
    (places, english), (others, said) = split(found.report), said_in(found, config, lang)
    assert {rule for rule, *_ in places} == set(RULES) - {"body_slow", "question_generated"}
    assert others == places, "rules, tables, ids, columns and words stay"
    assert [text for text in said if not text or text in english] == []
    assert len(set(said)) == len(set(english)) == len(set(zip(said, english))), "each text has a translation of its own"


def test_numbers_and_names_stand_in_a_translation(found, config):
    for english, german in zip(split(found.report)[1], said_in(found, config, "de")[1]):
        assert [part for part in re.findall(r"'\w+'|\d+|\w+_\w+|-vs-", english) if part not in german] == [], (english, german)


def test_what_a_finding_says_is_one_message(found, config, tmp_path):
    """In a language whose messages stand in brackets, nothing stands outside of them."""
    pseudo.catalogue(tmp_path, "en-XA")
    texts = set(said_in(found, config, "en-XA", locale_dir=tmp_path)[1])
    assert len(texts) > 100 and [text for text in texts if not re.fullmatch("⟦[^⟦⟧]+⟧", text)] == []


def test_lines_the_report_and_check_speak_it_too(found, config):
    german = config(found.database, lang="de")
    row = r'site_product id \d+, name: "Kaf\\u\{200b\}ka": enthält ein Zeichen, das niemand sieht.*; das Zeichen löschen.*'
    lines = diptych("lint", "--table", "product", config=german).stdout.splitlines()
    assert any(re.fullmatch(row, line) for line in lines), lines
    assert re.fullmatch(r"rows       \d+ need attention", lines[-1]), "who runs the command reads English"
    assert "need attention; the view lint_report has them" in diptych("lint", "--store", config=german).stdout
    stored = found.database.sql("SELECT meaning, advice FROM lint_report WHERE rule <> 'body_slow'")
    said = said_in(found, config, "de")[1]
    assert sorted(stored) == sorted(zip(said[::2], said[1::2]))
    assert "; Kleinbuchstaben, Ziffern und einzelne Bindestriche schreiben" in diptych("check", config=german).stdout


def test_a_language_without_a_catalogue(found, config):
    strange = config(found.database, lang="xx")
    done = diptych("lint", "--json", config=strange)
    assert (done.returncode, done.stdout) == (1, "") and re.match(rf"{strange}:\d+: ", done.stderr), done
    assert 'lang = "xx": there is no catalogue for it in' in done.stderr
    checked = diptych("check", config=strange).stdout
    assert checked.count("there is no catalogue") == 1 and "; write small letters, digits and single hyphens" in checked


@pytest.mark.parametrize("words", [("--table", "nosuch"), ("--id", "3"), ("--table", "page", "--id", "x"), ("--json", "--store"),
                                   ("--store", "--table", "page"), ("--id",), ("page",)])
def test_a_wrong_command_line(found, config, words):
    done = diptych("lint", *words, config=config(found.database))
    assert (done.returncode, done.stdout) == (2, "") and done.stderr.startswith("usage: diptych lint [--json | --store]")


def test_the_sample_is_clean(sample_site):
    done = sample_site.diptych("lint")
    assert (done.returncode, done.stdout) == (0, "rows       all in order\n")
    done = sample_site.diptych("lint", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"found": 0, "findings": []})

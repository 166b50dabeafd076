"""Facts side by side: what the editors record of attributes, against the rows, on pages and twins, and as they edit."""
import json
import re

import pytest

from lib import jsonld
from lib.page import parse
from lib.servers import SLOW, wait_until
from lib.stopwatch import elapsed, moment

PAIR = "/compare/caddy-vs-nginx"
PAIRS = ["caddy-vs-nginx", "kafka-vs-kubernetes", "django-vs-rails", "mariadb-vs-postgresql", "go-vs-rust", "redis-vs-valkey",
         "opentofu-vs-terraform", "eslint-vs-kafka", "curl-vs-go", "haproxy-vs-traefik", "caddy-vs-haproxy-vs-nginx",
         "django-vs-laravel-vs-rails", "caddy-vs-haproxy-vs-nginx-vs-traefik"]
FACTS = """SELECT p.slug, a.slug, a.name, a.kind, a.unit, a.group_name, f.value, f.note, f.source_url, CAST(f.checked_on AS CHAR)
           FROM fact f JOIN product p ON p.id = f.product_id JOIN attribute a ON a.id = f.attribute_id
           WHERE a.status = 'published' AND (NOT EXISTS (SELECT 1 FROM attribute_sector l WHERE l.attribute_id = a.id) OR EXISTS
           (SELECT 1 FROM attribute_sector l JOIN product_sector s ON s.sector_id = l.sector_id WHERE l.attribute_id = a.id
            AND s.product_id = p.id)) ORDER BY a.sort, a.slug"""


def recorded(site):
    """{product: {attribute: row}}, both in order."""
    found = {}
    for row in site.database.sql(FACTS):
        found.setdefault(row[0], {})[row[1]] = row
    return found


def same(kind, values):
    """A plain reading of the rule; the sample has no value that needs more."""
    def key(value):
        if kind == "list":
            return frozenset(" ".join(v.lower().split()) for v in value.split(","))
        if kind == "version":
            return tuple(int(n) for n in re.findall(r"\d+", re.sub(r"(\.0)+\Z", "", value)))
        return float(value) if kind == "number" else " ".join(value.lower().split())
    return len({key(v) for v in values}) == 1


def blocks_of(facts):
    return {b["block"]: [r["slug"] for r in b["rows"]] for b in facts["blocks"]}


def expected_blocks(rows, slugs):
    blocks = {}
    attributes = {a: row for s in slugs for a, row in rows.get(s, {}).items()}
    order = [a for p in rows.values() for a in p]
    for attribute in sorted(attributes, key=order.index):
        values = [rows[s][attribute][6] for s in slugs if attribute in rows.get(s, {})]
        equal = same(attributes[attribute][3], values)
        block = "differ" if not equal else "same" if len(values) == len(slugs) else "partial"
        blocks.setdefault(block, set()).add(attribute)
    return blocks


def test_the_sample_records_enough_and_names_where_each_fact_comes_from(sample_site):
    rows = sample_site.database.sql(FACTS)
    assert len({row[1] for row in rows}) >= 14 and len(rows) >= 450
    assert [row for row in rows if not re.match(r"https://[^\s/]+/?", row[8] or "") or row[9] is None] == []
    assert sample_site.database.sql("SELECT COUNT(*) FROM fact")[0][0] == len(rows), "each is shown"
    assert sample_site.diptych("lint").returncode == 0


@pytest.mark.parametrize("pair", PAIRS)
def test_each_row_stands_in_its_block(sample_site, pair):
    rows, slugs = recorded(sample_site), pair.split("-vs-")
    facts = sample_site.get(f"/compare/{pair}.json").json["facts"]
    assert {b: set(v) for b, v in blocks_of(facts).items()} == expected_blocks(rows, slugs)
    assert [b["block"] for b in facts["blocks"]] == [b for b in ("differ", "same", "partial") if b in blocks_of(facts)]
    for block in facts["blocks"]:
        groups = [r["group"] for r in block["rows"]]
        assert [g for i, g in enumerate(groups) if i == 0 or groups[i - 1] != g] == list(dict.fromkeys(groups)), "each group once"
        for row in block["rows"]:
            assert [v["slug"] for v in row["values"]] == slugs
            for value in row["values"]:
                had = rows.get(value["slug"], {}).get(row["slug"])
                assert value["recorded"] == bool(had)
                if had:
                    assert (value["value"], value["note"], value["source"], value["checked_on"]) == had[6:]
                    assert (row["name"], row["kind"], row["group"]) == (had[2], had[3], had[5])


@pytest.mark.parametrize("pair", PAIRS)
def test_the_page_and_its_twins_say_the_same(sample_site, pair):
    facts = sample_site.get(f"/compare/{pair}.json").json["facts"]
    section = parse(sample_site.get(f"/compare/{pair}").text).id("facts")
    markdown = sample_site.get(f"/compare/{pair}.md").text
    table = section.one("table")
    assert table.one("caption").text.startswith(section.one("h2").text.removesuffix(": facts"))
    heads = [t.text for t in table.all("th") if t["scope"] == "rowgroup"]
    assert heads == [b["heading"] for b in facts["blocks"]] and len(heads) > 0
    seen = [(r.one("th").text, [c for c in r.all("td")]) for r in table.all("tr") if r.one("th")["scope"] == "row"]
    rows = [(b, r) for b in facts["blocks"] for r in b["rows"]]
    assert len(seen) == len(rows)
    for (label, cells), (block, row) in zip(seen, rows):
        assert row["name"] in label and label.startswith("≠") == (block["block"] == "differ")
        assert f"| {row['name']} |" in markdown or "\\" in markdown
        for cell, value in zip(cells, row["values"], strict=True):
            if not value["recorded"]:
                assert cell.text == "not recorded"
                continue
            assert cell.text.startswith(value["text"]) and (not value["note"] or cell.text.endswith(value["note"]))
            assert value["source"] in [a["href"] for a in cell.all("a")]
            assert f"[source](<{value['source']}>), checked {value['checked_on']}" in markdown


def test_facts_follow_what_the_products_are(sample_site):
    page = parse(sample_site.get(PAIR).text)
    ids = [s["id"] for s in page.all("section") if s["id"]]
    assert ids.index("facts") == ids.index("what-is-nginx") + 1


@pytest.mark.parametrize("slug", ["kafka", "nginx", "go"])
def test_a_trajectory_has_every_fact_once(sample_site, slug):
    rows = recorded(sample_site)[slug]
    answer = sample_site.get(f"/products/{slug}")
    names = [dt.text for dt in parse(answer.text).id("facts").all("dt")]
    assert len(names) == len(set(names)) and {row[2] for row in rows.values()} <= set(names)
    (block,) = sample_site.get(f"/products/{slug}.json").json["facts"]["blocks"]
    assert {r["slug"]: r["values"][0]["value"] for r in block["rows"]} == {a: row[6] for a, row in rows.items()}
    said = next(n for n in jsonld.nodes(answer.text, sample_site.url) if "additionalProperty" in n)["additionalProperty"]
    assert {(p["propertyID"], p["value"]) for p in said} == {(a, row[6]) for a, row in rows.items()}, "no list of the sample lacks blanks"
    text = sample_site.get(f"/products/{slug}.md").text
    assert all(f"- {row[2]}: " in text for row in rows.values())


def test_the_methodology_says_what_each_fact_means(sample_site):
    text = parse(sample_site.get("/methodology").text).id("facts").text
    for name, help in sample_site.database.sql("SELECT name, help FROM attribute WHERE status = 'published'"):
        assert name in text and help in text


# ---- edits

def fact_row(site, attribute, path=PAIR):
    facts = site.get(path + ".json").json["facts"]
    for block in facts["blocks"] if facts else []:
        for at, row in enumerate(block["rows"]):
            if row["slug"] == attribute:
                return {**row, "block": block["block"], "at": at}
    return None


def shows_within_a_second(site, sql, *values, shown):
    """Commits, and waits until shown() says so; it has to within a second on a machine that is not busy."""
    assert not shown()
    site.database.sql(sql, *values)
    began = moment()
    wait_until(shown, 10 * SLOW)
    assert elapsed(began) < 1 * SLOW


EDITS = {
    "name": ("UPDATE attribute SET name = 'Made of' WHERE slug = 'written-in'",
             lambda s: all("Made of" in s.get(p).text and "Written in" not in s.get(p).text
                           for p in (PAIR, "/products/go", "/products/kafka.md", "/compare/redis-vs-valkey.json", "/methodology"))),
    "unit": ("UPDATE attribute SET unit = 'MB', kind = 'number' WHERE slug = 'minimum-runtime'",
             lambda s: "3.12 MB" in s.get("/compare/django-vs-rails").text.replace("\u00a0", " ")),
    "group": ("UPDATE attribute SET group_name = 'Aardvarks' WHERE slug = 'http3'",
              lambda s: fact_row(s, "http3")["group"] == "Aardvarks" and "Aardvarks" in s.get("/products/nginx").text),
    "sort": ("UPDATE attribute SET sort = -1 WHERE slug = 'protocols'",
             lambda s: fact_row(s, "protocols")["at"] == 0 and fact_row(s, "protocols", "/products/nginx")["at"] == 0),
    "kind": ("UPDATE attribute SET kind = 'text' WHERE slug = 'first-public'",
             lambda s: fact_row(s, "first-public")["values"][1]["text"] == "2004-10-04"),
    "status": ("UPDATE attribute SET status = 'draft' WHERE slug = 'open-source'",
               lambda s: not fact_row(s, "open-source") and "Open source" not in s.get("/products/go").text),
    "sectors": ("INSERT INTO attribute_sector (attribute_id, sector_id) SELECT a.id, s.id FROM attribute a, sector s"
                " WHERE a.slug = 'runs-on' AND s.slug = 'databases'", lambda s: not fact_row(s, "runs-on")),
    "fewer sectors": ("DELETE l FROM attribute_sector l JOIN attribute a ON a.id = l.attribute_id WHERE a.slug = 'runs-on'",
                      lambda s: fact_row(s, "runs-on"))}


def test_an_edit_of_an_attribute_shows_on_every_product_that_has_it(module_site):
    for column, (sql, shown) in EDITS.items():
        shows_within_a_second(module_site, sql, shown=lambda: shown(module_site))
    assert module_site.metrics()["diptych_sweep_found_total"] == 0


FACT = ("UPDATE fact f JOIN product p ON p.id = f.product_id JOIN attribute a ON a.id = f.attribute_id SET {}"
        " WHERE p.slug = 'nginx' AND a.slug = 'extended-by'")


def test_an_edit_of_a_fact_shows_at_once(own_site):
    def nginx():
        row = fact_row(own_site, "extended-by")
        return row and {**row["values"][1], "block": row["block"]}
    assert nginx()["block"] == "same"
    for edit, shown in [
            ("value = 'MODULES'", lambda v: v["value"] == "MODULES" and v["block"] == "same"),
            ("value = 'modules, scripts'", lambda v: v["text"] == "modules, scripts" and v["block"] == "differ"),
            ("note = 'A <new> note.'", lambda v: v["note"] == "A <new> note."),
            ("source_url = 'https://nginx.example/'", lambda v: v["source"] == "https://nginx.example/"),
            ("source_url = 'javascript:alert(1)'", lambda v: v["source"] is None),
            ("checked_on = '2026-01-02'", lambda v: v["checked_on"] == "2026-01-02" and v["other_day"]),
            ("checked_on = NULL", lambda v: v["checked_on"] is None and v["undated"] and not v["other_day"]),
            ("value = ' \u200b '", lambda v: not v["recorded"] and v["block"] == "partial")]:
        shows_within_a_second(own_site, FACT.format(edit), shown=lambda: shown(nginx()))
    page = parse(own_site.get(PAIR).text)
    assert "not recorded" in next(r for r in page.id("facts").all("tr") if "Extended by" in r.text).text
    own_site.database.sql(FACT.format("value = 'modules'"))
    wait_until(lambda: nginx()["recorded"])
    shows_within_a_second(own_site, "DELETE f FROM fact f JOIN product p ON p.id = f.product_id WHERE p.slug IN ('nginx', 'caddy')",
                          shown=lambda: own_site.get(PAIR + ".json").json["facts"] is None)
    assert 'id="facts"' not in own_site.get(PAIR).text and "#facts" not in own_site.get(PAIR).text
    assert 'id="facts"' in own_site.get("/products/nginx").text, "the columns of the product stay"


def attribute(site, slug, kind, **columns):
    columns = {"slug": slug, "name": slug, "kind": kind, "status": "published", **columns}
    site.database.sql(f"INSERT INTO attribute ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})", *columns.values())


def fact(site, product, slug, value, source=None, note=None, checked="2026-08-01"):
    site.database.sql("INSERT INTO fact (product_id, attribute_id, value, source_url, note, checked_on) SELECT p.id, a.id, %s, %s, %s, %s"
                      " FROM product p, attribute a WHERE p.slug = %s AND a.slug = %s", value, source, note, checked, product, slug)


ODD = "\0 \x01 \u202e \ufffe <b> | ` \\ \U0001f600"


def test_values_of_every_kind_fit_or_are_text(own_site):
    values = {"number": ("12345.50", "12,345.50\u00a0MB", "1.2.3"), "bool": ("partly", "partly", "Yes"),
              "date": ("2026-02-28", "28 Feb 2026", "2026-02-30"), "version": ("v1.2.3", "v1.2.3", "latest"),
              "list": ("b,a", "b, a", "a,,b"), "url": ("https://x.example/a/", "x.example/a", "javascript:alert(1)"),
              "text": ("Any thing", "Any thing", ODD)}
    for kind, (fits, _, odd) in values.items():
        attribute(own_site, "my-" + kind, kind, unit="MB")
        fact(own_site, "caddy", "my-" + kind, fits)
        fact(own_site, "nginx", "my-" + kind, odd)
    wait_until(lambda: fact_row(own_site, "my-text") and fact_row(own_site, "my-text")["values"][1]["recorded"])
    html = parse(own_site.get(PAIR).text).id("facts")
    for kind, (fits, text, odd) in values.items():
        caddy, nginx = fact_row(own_site, "my-" + kind)["values"]
        assert (caddy["value"], caddy["text"]) == (fits, text)
        clean = odd.replace("\0", "\ufffd").replace("\x01", "\ufffd").replace("\ufffe", "\ufffd")
        clean += "\u202c" if "\u202e" in clean else ""
        assert (nginx["value"], nginx["text"], nginx["url"], nginx["datetime"]) == (clean, clean, None, None)
    assert not [a for a in html.all("a") if not a["href"].startswith(("http", "/", "#facts"))]
    assert [a.text for a in html.all("a") if a["href"] == "https://x.example/a/"] == ["x.example/a"]
    assert [t["datetime"] for t in html.all("time")].count("2026-02-28") == 1
    assert json.loads(own_site.get("/products/nginx.json").body.decode())


def test_more_facts_and_longer_ones_than_a_page_shows(own_site):
    for n in range(70):
        attribute(own_site, f"many-{n:02}", "text", sort=100 + n)
        fact(own_site, "nginx", f"many-{n:02}", ("\U0001f600" if n % 2 else "x y ") * 500, "https://x.example/" + "x" * 2030,
             "n" * 500)

    def rows():
        facts = own_site.get("/products/nginx.json").json["facts"]
        return facts["blocks"][0]["rows"] if facts and facts["blocks"] else []
    wait_until(lambda: len(rows()) >= 64)
    (block,) = own_site.get("/products/nginx.json").json["facts"]["blocks"]
    assert len(block["rows"]) == 64
    texts = [r["values"][0]["text"] for r in block["rows"] if r["slug"].startswith("many")]
    assert {len(t) for t in texts} == {500}
    assert own_site.get(PAIR).status == 200 and own_site.get("/compare/caddy-vs-haproxy-vs-nginx-vs-traefik").status == 200
    said = own_site.diptych("lint").stdout
    assert re.search(r'site_product id \d+, facts: "8\d": this many facts: only the first 64 by id of the attribute are shown', said)


def test_lint_names_what_editors_should_look_at(own_site):
    for slug, kind, columns in [("size", "number", {"unit": "MB"}), ("other-size", "number", {"unit": "mb"}), ("words", "text", {"unit": "MB"}),
                                ("unused", "text", {}), ("licence", "text", {}), ("strange", "number", {"unit": "1000 rows"}),
                                ("day", "date", {}), ("flag", "bool", {}), ("items", "list", {}), ("since", "version", {}),
                                ("link", "url", {})]:
        attribute(own_site, slug, kind, **columns)
    odd = [("size", "16 GB"), ("other-size", "many"), ("day", "2026-02-30"), ("flag", "true"), ("items", "a,,b"), ("since", "latest"),
           ("link", "ftp://x.example"), ("words", "x" * 501), ("licence", "MIT"), ("strange", "1")]
    for slug, value in odd:
        fact(own_site, "nginx", slug, value)
    fact(own_site, "caddy", "words", "fine", source="page 4", note="n" * 400)
    fact(own_site, "caddy", "flag", "yes", checked="2025-08-21")
    fact(own_site, "caddy", "typing", "Static")
    said = own_site.diptych("lint")
    assert said.returncode == 1
    for line in ['"16 GB": the value contains a unit', '"many": the value does not fit the kind', '"2026-02-30": the value does not fit',
                 '"true": the value does not fit', '"a,,b": the value does not fit', '"latest": the value does not fit',
                 '"ftp://x.example": the value does not fit', 'x...": the value has more than 500 characters',
                 '"page 4": the source is no http or https address', '"2025-08-21": checked more than a year ago',
                 '"typing": the attribute is not asked of any sector of this product', '"MB": another attribute spells this unit differently',
                 '"mb": another attribute spells this unit differently', '"MB": a unit without a number',
                 '"unused": published, and no product has a fact of it', '"licence": pages say this already',
                 '"1000 rows": not a unit']:
        assert line in said.stdout, f"{line}\n{said.stdout}"
    assert len(said.stdout.splitlines()) < 22, said.stdout

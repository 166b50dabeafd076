"""A text names a ship move by [^activity:7]: a note with its title, day and link, from the row to each representation."""
import json

import pytest

from conftest import _database
from lib.page import parse
from lib.probes import config_file, rows, sample_database
from lib.servers import configuration_text, database_settings, diptych, wait_until

LIMIT = 5  # seconds; an edit is seen within one on a machine that is not busy


def product(site, slug):
    return site.sql("SELECT id FROM product WHERE slug = %s", slug)[0][0]


def activity(site, slug, title, occurred="2026-08-01 10:00:00", status="published", **columns):
    columns = {"product_id": product(site, slug), "title": title, "occurred_at": occurred, "status": status, "kind": "post", "class": "spark",
               "url": "https://x.example/notes", **columns}
    connection = site.connect() if hasattr(site, "connect") else site.database.connect()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO activity ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})", tuple(columns.values()))
        connection.commit()
        return cursor.lastrowid


def write(site, slug, body, column="current_state_md"):
    site.sql(f"UPDATE editorial SET {column} = %s WHERE product_id = %s", body, product(site, slug))


def notes(text):
    """The notes of a page, each as its words and the addresses of its links."""
    return [(li.text.replace("\u21a9\ufe0e", "").strip(), [a["href"] for a in li.all("a") if not a["href"].startswith("#")])
            for section in parse(text).all("section") if section["role"] == "doc-endnotes" for li in section.all("li")]


def test_a_note_in_every_representation(module_site):
    recent = activity(module_site, "kafka", "The newest move")
    old = activity(module_site, "kafka", "A move of long ago", "2001-03-18 10:00:00", **{"class": "trivial", "url": None})
    write(module_site, "kafka", f"It moved,[^activity:{old}] and again.[^activity:{recent}] Twice.[^activity:{recent}]")
    wait_until(lambda: "A move of long ago" in module_site.get("/products/kafka").text, LIMIT)
    expected = [("A move of long ago, 18 Mar 2001", []), ("The newest move, 1 Aug 2026, spark", ["https://x.example/notes"])]
    for path in ("/products/kafka", "/compare/kafka-vs-nats"):
        text = module_site.get(path).text
        assert [(words.rstrip("2").strip(), links) for words, links in notes(text)] == expected, path
        assert "activity:" not in text
    markdown = module_site.get("/products/kafka.md").text
    assert "]: A move of long ago, 18 Mar 2001\n" in markdown
    assert "]: [The newest move](https://x.example/notes), 1 Aug 2026, spark\n" in markdown and "activity:" not in markdown
    assert "[The newest move](https://x.example/notes), 1 Aug 2026, spark" in json.dumps(module_site.get("/products/kafka.json").json)


def test_an_edit_of_the_move_is_seen(module_site):
    """Of a move that the page shows nowhere else."""
    old = activity(module_site, "nats", "First words", "2001-01-01")
    write(module_site, "nats", f"See.[^activity:{old}]")
    wait_until(lambda: notes(module_site.get("/products/nats").text) == [("First words, 1 Jan 2001, spark", ["https://x.example/notes"])], LIMIT)
    for change, expected in [("title = '<i>Other</i> [words](/x)'", [("<i>Other</i> [words](/x), 1 Jan 2001, spark", ["https://x.example/notes"])]),
                             ("url = 'javascript:alert(1)'", [("<i>Other</i> [words](/x), 1 Jan 2001, spark", [])]),
                             ("title = '', version = ''", [("1 Jan 2001, spark", [])]), ("status = 'draft'", []),
                             ("status = 'published', occurred_at = '2001-02-03'", [("3 Feb 2001, spark", [])]),
                             ("occurred_at = '2099-01-01'", []), (f"occurred_at = '2001-02-03', product_id = {product(module_site, 'kafka')}", [])]:
        module_site.sql(f"UPDATE activity SET {change} WHERE id = %s", old)
        wait_until(lambda: notes(module_site.get("/products/nats").text) == expected, LIMIT, change)
        assert "activity:" not in module_site.get("/products/nats").text


def test_a_text_on_a_pair_names_moves_of_both(module_site):
    one, two = activity(module_site, "kafka", "Move of the one", "2001-05-05"), activity(module_site, "nats", "Move of the other", "2001-05-06")
    third = activity(module_site, "hugo", "Move of a third")
    a, b = sorted((product(module_site, "kafka"), product(module_site, "nats")))
    module_site.sql("DELETE FROM comparison WHERE product_id = %s AND other_product_id = %s", a, b)
    module_site.sql("INSERT INTO comparison (product_id, other_product_id, status, intro_md, verdict_md) VALUES (%s, %s, 'published', %s, %s)", a, b,
                    f"Both.[^activity:{one}][^activity:{two}][^activity:{third}]", f"Verdict.[^activity:{two}]")
    module_site.sql("INSERT INTO faq (product_id, other_product_id, question, answer_md, status) VALUES (%s, %s, 'Which one?', %s, 'published')",
                    a, b, f"That one.[^activity:{one}]")
    wait_until(lambda: "Which one?" in module_site.get("/compare/kafka-vs-nats").text, LIMIT)
    said = [words for words, _ in notes(module_site.get("/compare/kafka-vs-nats").text)]
    assert [words for words in said if words.startswith("Move of")] == [
        "Move of the one, 5 May 2001, spark", "Move of the other, 6 May 2001, spark", "Move of the other, 6 May 2001, spark",
        "Move of the one, 5 May 2001, spark"]
    module_site.sql("UPDATE activity SET title = 'Renamed of the other' WHERE id = %s", two)
    wait_until(lambda: module_site.get("/compare/kafka-vs-nats").text.count("Renamed of the other") >= 2, LIMIT)


def test_a_past_editorial_has_its_notes(module_site):
    old = activity(module_site, "caddy", "A move that was told", "2001-01-01")
    module_site.sql("INSERT INTO editorial (product_id, status, headline, current_state_md, published_at) VALUES (%s, 'published', 'Past', %s, '2019-01-02'),"
                    " (%s, 'published', 'Next', 'Then.', '2019-02-02')", product(module_site, "caddy"), f"So.[^activity:{old}]", product(module_site, "caddy"))
    wait_until(lambda: "Past" in module_site.get("/products/caddy/history/2019-01-02").text, LIMIT)
    assert ("A move that was told, 1 Jan 2001, spark", ["https://x.example/notes"]) in notes(module_site.get("/products/caddy/history/2019-01-02").text)


def test_nothing_but_texts_about_products_names_moves(module_site):
    ident = activity(module_site, "kafka", "Never told")
    module_site.sql("UPDATE page SET body_md = %s WHERE slug = 'about'", f"On a page.[^activity:{ident}]")
    module_site.sql("INSERT INTO faq (question, answer_md, status) VALUES ('Of the site?', %s, 'published')", f"An answer.[^activity:{ident}]")
    wait_until(lambda: "On a page." in module_site.get("/about").text and "Of the site?" in module_site.get("/faq").text, LIMIT)
    assert "Never told" not in module_site.get("/about").text + module_site.get("/faq").text
    assert "activity:" not in module_site.get("/about").text + module_site.get("/faq").text


@pytest.fixture(scope="module")
def shared(templates):
    yield from sample_database(templates)


def test_a_text_that_names_moves_costs_no_statement(shared):
    config = config_file(shared, shared.folder)

    def cost():
        return rows(config, "products", *range(1, 101))[1]["statements"]
    assert cost() == 8, "one of them sets the session up"
    newest = activity(shared, "kafka", "Newest", "2026-08-20")
    write(shared, "kafka", f"See.[^activity:{newest}] [^activity:] [^activity:x] [^activity:1234567890123456789]")
    assert cost() == 8
    old = activity(shared, "kafka", "Old", "1999-01-01")
    write(shared, "kafka", f"See.[^activity:{newest}][^activity:{old}]")
    write(shared, "nats", "See." + "".join(f"[^activity:{i}]" for i in range(1000)))
    assert cost() == 8


def test_lint_names_moves_that_are_not_shown(templates, tmp_path):
    runs = _database(templates, "sample")
    site = next(runs)
    good, other = activity(site, "kafka", "Good"), activity(site, "nats", "Other")
    draft, later = activity(site, "kafka", "Draft", status="draft"), activity(site, "kafka", "Later", "2026-12-01")
    write(site, "kafka", "".join(f"One.[^activity:{i}] " for i in (good, other, draft, later, 999999)))
    editorials = {i for i, in site.sql("SELECT id FROM editorial WHERE product_id = %s", product(site, "kafka"))}
    a, b = sorted((product(site, "kafka"), product(site, "nats")))
    site.sql("DELETE FROM comparison WHERE product_id = %s AND other_product_id = %s", a, b)
    site.sql("INSERT INTO comparison (product_id, other_product_id, status, intro_md) VALUES (%s, %s, 'published', %s)", a, b,
             f"It has 40% of it.[^activity:{good}][^activity:{other}][^activity:{draft}]")
    pair = site.sql("SELECT MAX(id) FROM comparison")[0][0]
    page = site.sql("SELECT id FROM page WHERE slug = 'about'")[0][0]
    site.sql("UPDATE page SET body_md = %s WHERE id = %s", f"A.[^activity:{good}]", page)
    config = tmp_path / "diptych.conf"
    config.write_text(configuration_text({**database_settings(site), "as_of": "2026-08-22T12:00:00Z", "memcached": ""}))
    done = diptych("lint", "--json", config=config)
    found = {(f["table"], f["id"], f["words"]): f for f in json.loads(done.stdout)["findings"] if f["table"] != "editorial" or f["id"] in editorials}
    expected = {("editorial", e, f"[^activity:{i}]"): said for e in editorials for i, said in
                [(other, "of another product"), (draft, "not published"), (later, "has not come"), (999999, "no such activity")]}
    expected |= {("comparison", pair, f"[^activity:{draft}]"): "not published", ("page", page, f"[^activity:{good}]"): "about a product or a pair"}
    assert {key: f["rule"] for key, f in found.items() if f["rule"] == "activity_unknown"} == {key: "activity_unknown" for key in expected}
    for key, said in expected.items():
        assert said in found[key]["meaning"] and found[key]["advice"]
    assert not [f for f in found.values() if f["rule"] in ("number_without_link", "mark")]
    next(runs, None)

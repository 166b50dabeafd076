"""The comparison page, block by block, as a reader gets it through nginx."""
import json
import re

import pytest

from lib.page import parse
from lib.servers import wait_until
from lib.timeline import rows_of, rows_shown

PAGE = "/compare/kafka-vs-kubernetes"
A, B = "Apache Kafka", "Kubernetes"
BLOCKS = ["at-a-glance", "what-is-kafka", "what-is-kubernetes", "facts", "side-by-side", "alternatives", "activity", "faq"]


@pytest.fixture(scope="module")
def page(sample_site):
    answer = sample_site.get(PAGE)
    assert answer.status == 200
    return parse(answer.text)


def rows(page):
    table = next(page.id("at-a-glance").all("table"))
    return {r.one("th").text: [c.text for c in r.all("td")] for r in table.one("tbody").all("tr")}


# ---- blocks


def test_title_eyebrow_and_one_heading(page):
    assert [h.text for h in page.all("h1")] == [f"{A} vs {B}"]
    assert page.one("title").text.startswith(f"{A} vs {B}")
    assert page.one("main").text.startswith("Comparison · DevOps")


def test_blocks_stand_in_their_order(page):
    ids = [s["id"] for s in page.all("section") if s["id"] in BLOCKS]
    assert ids == BLOCKS


def test_the_skip_link_comes_first_and_leads_to_the_content(page):
    first = next(page.one("body").all("a"))
    assert first["href"] == "#main" and page.id("main").name == "main"


def test_what_the_page_holds_is_listed_under_the_lede_in_the_order_of_its_blocks(page):
    listed = [a["href"].lstrip("#") for a in page.one("nav", {"aria-label": "On this page"}).all("a")]
    assert listed == ["at-a-glance", "facts", "editors-word", "side-by-side", "alternatives", "activity", "faq"]
    assert [s["id"] for s in page.all("section") if s["id"] in listed] == listed


def test_at_a_glance_has_a_caption_row_headers_and_the_rules_values(page):
    table = next(page.id("at-a-glance").all("table"))
    assert A in table.one("caption").text
    assert [r.one("th")["scope"] for r in table.one("tbody").all("tr")] == ["row"] * 11
    values = rows(page)
    assert list(values) == ["Sector", "Latest release", "Velocity score", "Moves · 90d", "Sparks · 30d", "Top themes",
                            "Last editorial update", "Licence", "First release", "Website", "Repository"]
    assert values["Latest release"] == ["4.3.1 25 Jun 2026", "1.36.4 20 Aug 2026"]
    assert values["Moves · 90d"] == ["3", "11"] and values["Licence"] == ["Apache-2.0"] * 2
    assert values["Repository"] == ["github.com/apache/kafka", "github.com/kubernetes/kubernetes"]
    hrefs = [c.one("a")["href"] for r in table.all("tr") if r.one("th").text == "Latest release" for c in r.all("td")]
    assert hrefs == ["https://github.com/apache/kafka/releases/tag/4.3.1",
                     "https://github.com/kubernetes/kubernetes/releases/tag/v1.36.4"]
    assert values["Sector"] == ["DevOps, Message queues & streaming", "DevOps, Infra & APIs"]
    assert values["Sparks · 30d"] == ["0", "0"]
    assert values["Top themes"][0] == "streaming, kafka-queues, kraft-migration, share-groups"


def velocity(n90, m, s30):
    cadence = 10 * n90 / (n90 + m)
    return cadence + (10 - cadence) * s30 / (s30 + 4)


def test_velocity_follows_the_formula_over_the_rows(sample_site, page):
    """Computed here from the rows, the long way: floor(10 v + 0.5) / 10 of exact fractions."""
    from fractions import Fraction
    from statistics import median
    counts = sample_site.database.sql(
        "SELECT p.slug, (SELECT sector_id FROM product_sector s WHERE s.product_id = p.id ORDER BY s.sort, s.id LIMIT 1),"
        " (SELECT COUNT(*) FROM activity a WHERE a.product_id = p.id AND a.status = 'published' AND a.kind IN ('release','post')"
        "   AND a.occurred_at > '2026-08-22 12:00' - INTERVAL 90 DAY AND a.occurred_at <= '2026-08-22 12:00'),"
        " (SELECT COUNT(*) FROM activity a WHERE a.product_id = p.id AND a.status = 'published' AND a.class = 'spark'"
        "   AND a.occurred_at > '2026-08-22 12:00' - INTERVAL 30 DAY AND a.occurred_at <= '2026-08-22 12:00')"
        " FROM product p WHERE p.status = 'published'")
    shown = [v.split()[0] for v in rows(page)["Velocity score"]]
    for slug, text in zip(["kafka", "kubernetes"], shown):
        row = next(r for r in counts if r[0] == slug)
        m = max(Fraction(1), Fraction(median([Fraction(r[2]) for r in counts if r[1] == row[1]])))
        n, s = Fraction(row[2]), Fraction(row[3])
        cadence = 10 * n / (n + m)
        v = cadence + (10 - cadence) * s / (s + 4)
        assert text == f"{(int(10 * v + Fraction(1, 2))) / 10:.1f}", slug


def test_times_are_relative_with_the_date_beside_them(page):
    times = list(page.id("at-a-glance").all("time"))
    assert len(times) == 6, "editorials, latest and first releases"
    for t in times:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", t["datetime"])
    assert re.search(r"\d+[mhdy]o? ago|just now", rows(page)["Last editorial update"][0])
    assert "2026" in rows(page)["Last editorial update"][0]


def test_what_is_each_links_to_its_trajectory(page):
    for slug, name in (("kafka", A), ("kubernetes", B)):
        block = page.id(f"what-is-{slug}")
        assert block.one("h2").text == f"What is {name}?"
        assert any(a["href"] == f"/products/{slug}" for a in block.all("a"))


def test_the_lede_holds_figures_and_the_summaries_follow(page):
    head = page.one("header", {"class": "part title"})
    assert head.one("p", {"class": "lede"}).text == (
        "Kubernetes shipped 11 times in 90 days, Apache Kafka 3. Newest releases: Kubernetes 1.36.4 (20 August 2026) and"
        " Apache Kafka 4.3.1 (25 June 2026).")
    assert [i.text for i in head.one("ul", {"class": "gist"}).all("li")] == [
        "Apache Kafka: A durable, partitioned log for event streams, with consumers that keep their own place.",
        "Kubernetes: A cluster manager that runs containers on many machines and keeps restarting and moving them until the"
        " declared state holds."]


def test_what_is_each_says_it_in_one_line_and_in_facts(page):
    block = page.id("what-is-kafka").text
    assert "A durable, partitioned log for event streams, with consumers that keep their own place." in block
    assert "The latest release is 4.3.1 (25 June 2026); Apache Kafka shipped 3 times in 90 days; the licence is Apache-2.0." in block
    assert "Current state" not in block, "it stands side by side"


def test_side_by_side_has_the_three_parts_of_each(page):
    cards = list(page.id("side-by-side").all("article"))
    assert len(cards) == 2
    for card, name in zip(cards, (A, B)):
        assert name in card.one("h3").text
        assert [h.text.replace("’", "'") for h in card.all("h4")] == ["Current state", "Where it's heading", "Prediction"]


def test_the_editors_word_stands_between_what_is_and_side_by_side(page):
    ids = [s["id"] for s in page.all("section")]
    assert ids.index("what-is-kubernetes") < ids.index("editors-word") < ids.index("side-by-side")


def test_six_alternatives_share_a_sector_and_link_everywhere(sample_site, page):
    block = page.id("alternatives")
    cards = list(block.all("li", {"class": "card"}))
    assert len(cards) == 6
    sectors = "SELECT sector_id FROM product_sector s JOIN product p ON p.id = s.product_id WHERE p.slug = %s"
    wanted = {r[0] for slug in ("kafka", "kubernetes") for r in sample_site.database.sql(sectors, slug)}
    for card in cards:
        slug = next(a["href"] for a in card.all("a") if a["href"].startswith("/products/")).split("/")[2]
        assert slug not in ("kafka", "kubernetes")
        assert wanted & {r[0] for r in sample_site.database.sql(sectors, slug)}
        versus = {a["href"] for a in card.all("a") if a["href"].startswith("/compare/")}
        assert versus == {"/compare/" + "-vs-".join(sorted([slug, m])) for m in ("kafka", "kubernetes")}
    hrefs = {a["href"] for a in block.all("a")}
    assert {"/alternatives/kafka", "/alternatives/kubernetes"} <= hrefs


def newest(site, slug, n=6):
    return site.database.sql(
        "SELECT a.occurred_at, a.id, a.title, a.version, a.url FROM activity a JOIN product p ON p.id = a.product_id"
        " WHERE p.slug = %s AND a.status = 'published' AND a.occurred_at <= '2026-08-22 12:00'"
        f" ORDER BY a.occurred_at DESC, a.id LIMIT {n}", slug)


@pytest.mark.parametrize("slugs", ["kafka-vs-kubernetes", "kafka-vs-nats-vs-redis", "h2o-vs-keydb"])
def test_the_timeline_is_six_of_each_in_a_row_a_day_newest_first(sample_site, slugs):
    page = parse(sample_site.get(f"/compare/{slugs}").text)
    expected, left_out = [], {}
    for at, slug in enumerate(slugs.split("-vs-")):
        name = sample_site.database.sql("SELECT name FROM product WHERE slug = %s", slug)[0][0]
        rows = rows_of(newest(sample_site, slug), name)
        expected += [(time, -at, f"move {'abcd'[at]}", links, name) for time, links in rows]
        whole = rows_of(newest(sample_site, slug, 60), name)[:len(rows)]
        left_out[name] = sum(len(r[1]) for r in whole) - sum(len(r[1]) for r in rows)
    expected.sort(key=lambda r: r[:2], reverse=True)
    shown = rows_shown(page)
    assert [(r["time"], r["class"], r["links"]) for r in shown] == [(e[0], e[2], e[3]) for e in expected]
    for row, name in zip(shown, (e[4] for e in expected)):
        assert name in row["text"]
    said = {e[4]: r["more"] for r, e in zip(shown, expected) if r["more"]}
    assert said == {name: f"and {n} more that day" for name, n in left_out.items() if n}
    entries = sample_site.get(f"/compare/{slugs}.json").json["timeline"]
    assert len(entries) == sum(len(e[3]) for e in expected), "each move is an entry of its own"


def test_a_row_of_several_moves_marks_the_one_that_is_a_spark(sample_site):
    row = next(r for r in rows_shown(parse(sample_site.get("/compare/kafka-vs-nats").text)) if "spark" in r["text"])
    assert re.search(r"4\.3\.0 spark; The 4\.3 line opens", row["text"]), row["text"]


def test_a_product_without_moves_says_so_in_its_column(own_site):
    own_site.database.sql("INSERT INTO product (slug, name, status) VALUES ('bare', 'Bare', 'published')")
    wait_until(lambda: own_site.get("/compare/bare-vs-kafka").status == 200, 5)
    rows = rows_shown(parse(own_site.get("/compare/bare-vs-kafka").text))
    assert [r["text"] for r in rows if r["class"] == "move a"] == ["Bare No ship move is on record yet."]
    assert "- ● Bare: no ship move is on record yet" in own_site.get("/compare/bare-vs-kafka.md").text


def test_an_activity_after_as_of_is_not_shown(page):
    assert "4.2.2" not in page.id("activity").text


def test_questions_and_the_sections_that_answers_link_to(page):
    block = page.id("faq")
    asked = [h.text for h in block.all("h3")]
    assert asked[:4] == [f"What is the difference between {A} and {B}?", f"Is {A} better than {B}?",
                         f"What are the best alternatives to {A}?", f"What are the best alternatives to {B}?"]
    assert len(asked) > 4, "the editors' own questions follow"
    for a in block.all("a"):
        if a["href"].startswith("#"):
            page.id(a["href"][1:])


def test_the_cadence_sentence_names_scores_and_bands(page):
    text = page.id("faq").text
    for value in rows(page)["Velocity score"]:
        score, band = value.split()[:2]
        assert f"{score} ({band})" in text


def test_json_ld_says_what_the_page_shows(page):
    data = json.loads(page.one("script", {"type": "application/ld+json"}).text)
    kinds = {n["@type"]: n for n in data["@graph"]}
    assert set(kinds) == {"WebPage", "BreadcrumbList", "FAQPage", "ItemList"}
    assert [q["name"] for q in kinds["FAQPage"]["mainEntity"]] == [h.text for h in page.id("faq").all("h3")]
    shown = {a["href"] for a in page.id("alternatives").all("a")}
    for item in kinds["ItemList"]["itemListElement"]:
        assert re.sub(r"^https?://[^/]+", "", item["url"]) in shown


def test_head(sample_site, page):
    links = {(l["rel"], l["type"]): l["href"] for l in page.all("link")}
    assert links["canonical", None] == sample_site.url + PAGE
    metas = {m["name"] or m["property"]: m["content"] for m in page.all("meta")}
    assert metas["og:url"] == sample_site.url + PAGE and metas["og:title"] == f"{A} vs {B}"
    assert metas["description"] and "robots" not in metas


def test_ids_are_unique(page):
    ids = [n["id"] for n in page.all() if n["id"]]
    assert len(ids) == len(set(ids))


# ---- addresses


@pytest.mark.parametrize("path, status, to", [
    ("/compare/kubernetes-vs-kafka", 308, PAGE),
    ("/compare/kubernetes-vs-kafka?x=1&y=2", 308, PAGE + "?x=1&y=2"),
    ("/compare/KAFKA-vs-Kubernetes", 308, PAGE),
    ("/compare/%6bafka-vs-kubernetes", 308, PAGE),
    ("//compare///kafka-vs-kubernetes/", 308, PAGE),
    ("/compare/apache-kafka-vs-k8s", 308, PAGE),
    ("/compare/kafka-vs-kafka", 308, "/products/kafka"),
    ("/compare/kafka-vs-kubernetes-vs-kubernetes", 308, PAGE),
    ("/compare/kafka-vs-k8s-vs-kubernetes-vs-apache-kafka", 308, PAGE),
    ("/compare/nope-vs-kafka", 404, None),
    ("/compare/kafka-vs-", 404, None),
    ("/compare/-vs-kafka", 404, None),
    ("/compare/kafka", 404, None),
    ("/compare/kafka-vs-example-draft", 404, None),
    ("/compare/kafka-vs-example-archived", 410, None),
    ("/compare/EXAMPLE-ARCHIVED-vs-KAFKA", 410, None),
    ("/compare/nope-vs-example-archived", 404, None),
    ("/compare/kafka-vs-kubernetes-vs-nats-vs-redis-vs-nginx", 404, None),
    ("/compare/kafka-vs-kubernetes/x", 404, None),
    ("/compare/vs-a-vs-b", 404, None),
    ("/compare/kafka-vs-vs-nats", 404, None),
    ("/compare/kafka-vs-vs-vs-nats", 404, None),
    ("/compare/vs-vs-vs", 404, None),
    ("/compare/" + "vs-" * 400, 404, None),
    ("/compare/kafka%00-vs-kubernetes", 400, None),
    ("/compare/%zz", 400, None),
    ("/compare/%ff%fe-vs-kafka", 400, None),
    ("/compare/" + "a" * 2100, 414, None),
])
def test_addresses(sample_site, path, status, to):
    answer = sample_site.get(path)
    assert answer.status == status
    if to:
        assert answer["Location"] == sample_site.url + to
        assert sample_site.get(to.split("?")[0]).status == 200
    if status in (404, 410):
        assert answer["Cache-Control"] in ("public, max-age=1", "public, max-age=0", "max-age=1")


def test_three_and_four_way_sets_are_pages_for_readers_only(sample_site):
    for path, n in (("/compare/kafka-vs-kubernetes-vs-nats", 3), ("/compare/kafka-vs-kubernetes-vs-nats-vs-redis", 4)):
        page = parse(sample_site.get(path).text)
        assert page.one("meta", {"name": "robots"})["content"] == "noindex"
        assert len(list(page.id("side-by-side").all("article"))) == n
        assert any(h.text.startswith("Which is better: ") for h in page.id("faq").all("h3"))


def test_a_pair_that_shares_nothing_is_not_for_search_engines(sample_site):
    slugs = [r[0] for r in sample_site.database.sql(
        "SELECT p.slug FROM product p WHERE p.status = 'published' AND NOT EXISTS (SELECT 1 FROM product_sector a"
        " JOIN product_sector b ON a.sector_id = b.sector_id JOIN product k ON k.id = b.product_id"
        " WHERE a.product_id = p.id AND k.slug = 'kafka') AND NOT EXISTS (SELECT 1 FROM product_theme a"
        " JOIN product_theme b ON a.theme_id = b.theme_id JOIN product k ON k.id = b.product_id"
        " WHERE a.product_id = p.id AND k.slug = 'kafka') LIMIT 1")]
    page = parse(sample_site.get("/compare/" + "-vs-".join(sorted([slugs[0], "kafka"]))).text)
    assert page.one("meta", {"name": "robots"})["content"] == "noindex"


# ---- what is missing or unusual looks intended


def edit(site, *statements):
    for s in statements:
        site.database.sql(s, user="root")


def test_a_product_with_nothing_but_a_name(own_site):
    edit(own_site, "INSERT INTO product (slug, name, status) VALUES ('bare', 'Bare', 'published')")
    path = "/compare/bare-vs-kafka"
    wait_until(lambda: own_site.get(path).status == 200, 5)
    page = parse(own_site.get(path).text)
    values = rows(page)
    assert values["Velocity score"][0] == "not scored"
    assert values["Sparks · 30d"][0] == "0"
    assert "No editorial yet" in page.id("what-is-bare").text
    assert "0.0" not in values["Velocity score"][0]


def test_names_and_headlines_of_blanks(own_site):
    edit(own_site, "INSERT INTO product (id, slug, name, status) VALUES (900, 'blank', ' \t ', 'published')",
         "INSERT INTO editorial (product_id, status, headline, heading_md) VALUES (900, 'published', ' ', 'Onward.')")
    wait_until(lambda: "Onward." in own_site.get("/products/blank").text, 5)
    page = parse(own_site.get("/compare/blank-vs-kafka").text)
    assert page.one("h1").text == f"blank vs {A}"
    for path in ("/compare/blank-vs-kafka", "/products/blank"):
        page = parse(own_site.get(path).text)
        assert "No headline yet" in [h.text for h in page.all("h3")]
        assert [h for n in ("h1", "h2", "h3", "h4", "a") for h in page.all(n) if not h.text.strip()] == []
        assert "Onward." in own_site.get(path + ".md").text and "****" not in own_site.get(path + ".md").text
        assert ": ." not in page.one("meta", {"name": "description"})["content"]


def test_a_pair_without_a_word_from_its_editor_has_no_section_for_it(own_site):
    path = "/compare/kafka-vs-kubernetes"
    edit(own_site, "UPDATE comparison SET intro_md = '', verdict_md = ' ' WHERE product_id IN"
                   " (SELECT id FROM product WHERE slug = 'kafka')")
    wait_until(lambda: 'id="editors-word"' not in own_site.get(path).text, 5)
    assert "#editors-word" not in own_site.get(path).text
    edit(own_site, "UPDATE comparison SET verdict_md = 'One word.'")
    wait_until(lambda: 'id="editors-word"' in own_site.get(path).text, 5)
    assert "One word." in parse(own_site.get(path).text).id("editors-word").text


def test_a_product_without_a_summary_shows_its_current_state_first(own_site):
    edit(own_site, "UPDATE product SET summary = '\u200b ' WHERE slug = 'kafka'")
    wait_until(lambda: "Current state" in parse(own_site.get(PAGE).text).id("what-is-kafka").text, 5)
    page = parse(own_site.get(PAGE).text)
    assert "Current state" not in page.id("what-is-kubernetes").text
    assert [i.text.split()[0] for i in page.one("ul", {"class": "gist"}).all("li")] == ["Kubernetes:"]
    edit(own_site, "UPDATE product SET summary = 'A log, and more.' WHERE slug = 'kafka'")
    for path in (PAGE, PAGE + ".md", PAGE + ".json", "/products/kafka", "/products/kafka.md", "/leaderboard?page=2", "/sectors/devops",
                 "/alternatives/nats", "/search?q=kafka", "/faq/kafka", "/products/kafka.atom", "/compare/kafka-vs-nats.atom"):
        wait_until(lambda: "A log, and more." in own_site.get(path).text, 5)


def test_rows_that_no_product_fills_are_left_out(own_site):
    edit(own_site, "INSERT INTO product (slug, name, status) VALUES ('bare', 'Bare', 'published'), ('bore', 'Bore', 'published')")
    path = "/compare/bare-vs-bore"
    wait_until(lambda: own_site.get(path).status == 200, 5)
    six = ["Sector", "Velocity score", "Moves · 90d", "Sparks · 30d", "Top themes", "Last editorial update", "Website"]
    assert list(rows(parse(own_site.get(path).text))) == six
    for column, row in (("license", "Licence"), ("repository_url", "Repository")):
        edit(own_site, f"UPDATE product SET {column} = 'https://example.org/' WHERE slug = 'bore'")
        wait_until(lambda: row in rows(parse(own_site.get(path).text)), 5)
    edit(own_site, "INSERT INTO activity (product_id, kind, title, version, occurred_at) SELECT id, 'release', 'R', '0.1', '2020-02-02'"
                   " FROM product WHERE slug = 'bare'")
    wait_until(lambda: "Latest release" in rows(parse(own_site.get(path).text)), 5)
    values = rows(parse(own_site.get(path).text))
    assert values["Latest release"] == ["0.1 2 Feb 2020", "none on record"]
    assert values["First release"] == ["0.1 2 Feb 2020 (oldest on record)", "none on record"]
    link = next(a for a in parse(own_site.get(path).text).id("at-a-glance").all("a") if a.text == "0.1")
    assert link["href"] == "/products/bare#activity", "a release without a link leads to the timeline"


def test_long_names_arrive_whole(own_site):
    name = "Supercalifragilistic" * 9
    own_site.database.sql("INSERT INTO product (slug, name, status) VALUES ('long', %s, 'published')", name)
    wait_until(lambda: own_site.get("/compare/kafka-vs-long").status == 200, 5)
    assert parse(own_site.get("/compare/kafka-vs-long").text).one("h1").text == f"{A} vs {name}"


def test_a_refused_body_leaves_the_rest_of_the_page(own_site):
    own_site.database.sql("UPDATE editorial SET current_state_md = REPEAT('x ', 600000) WHERE product_id ="
                          " (SELECT id FROM product WHERE slug = 'kafka') AND status = 'published'")
    edit(own_site, "UPDATE comparison SET intro_md = REPEAT('y ', 600000)")
    wait_until(lambda: own_site.get(PAGE).text.count("This text is too long to show here.") == 2, 10)
    assert own_site.get(PAGE + ".md").text.count("This text is too long to show here.") == 2
    page = parse(own_site.get(PAGE).text)
    assert [s["id"] for s in page.all("section") if s["id"] in BLOCKS] == BLOCKS
    assert re.search(r"editorial \d+: a Markdown body of 1200000 bytes is too large", own_site.log)
    assert re.search(r"comparison of product \d+: a Markdown body of 1200000 bytes is too large", own_site.log)

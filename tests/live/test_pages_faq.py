"""/faq, /faq/{slug} and /faq/{a}-vs-{b}: generated questions and the editors' own."""
import json

import pytest

from lib.page import parse
from lib.servers import wait_until


def asked(page):
    return [h.text for h in page.id("faq").all("h3")]


def own(site, where, *values):
    return [r[0] for r in site.database.sql(
        f"SELECT question FROM faq f WHERE f.status = 'published' AND {where} ORDER BY f.sort, f.id", *values)]


def robots(page):
    return [m["content"] for m in page.all("meta", {"name": "robots"})]


def test_the_sites_questions_are_its_rows_in_their_order(sample_site):
    page = parse(sample_site.get("/faq").text)
    rows = own(sample_site, "f.product_id IS NULL AND f.other_product_id IS NULL")
    assert rows and asked(page) == rows
    assert robots(page) == []
    data = json.loads(page.one("script", {"type": "application/ld+json"}).text)["@graph"]
    questions = next(n for n in data if n["@type"] == "FAQPage")["mainEntity"]
    assert [q["name"] for q in questions] == rows
    hrefs = {a["href"] for a in page.id("more").all("a")}
    with_own = {f"/faq/{r[0]}" for r in sample_site.database.sql(
        "SELECT DISTINCT p.slug FROM faq f JOIN product p ON p.id = f.product_id WHERE f.other_product_id IS NULL"
        " AND f.status = 'published' AND p.status = 'published'")}
    assert with_own <= hrefs and "/faq/kafka-vs-kubernetes" in hrefs


def test_a_products_questions_generated_first(sample_site):
    page = parse(sample_site.get("/faq/kafka").text)
    rows = own(sample_site, "f.product_id = (SELECT id FROM product WHERE slug = 'kafka') AND f.other_product_id IS NULL")
    name = "Apache Kafka"
    assert asked(page) == [f"What is {name}?", f"How fast does {name} ship?",
                           f"What are the best alternatives to {name}?", *rows]
    best = [c["name"] for c in sample_site.get("/alternatives/kafka.json").json["products"][:3]]
    assert f"The editors’ picks as alternatives to {name} are {best[0]} and {best[1]}; by shared sectors and themes, the next " \
        f"closest is {best[2]}." in page.id("faq-3").text
    velocity = sample_site.get("/products/kafka.json").json["product"]["velocity"]
    assert f"stands at {velocity['score']} of 10, which is {velocity['band']}." in page.id("faq-2").text
    hrefs = {a["href"] for a in page.id("faq").all("a")}
    assert {"/products/kafka", "/alternatives/kafka", "/methodology"} <= hrefs
    assert "/faq/kafka-vs-kubernetes" in {a["href"] for a in page.id("more").all("a")}


def test_a_product_without_own_questions_still_has_a_page(sample_site):
    slug = sample_site.database.sql("SELECT slug FROM product p WHERE status = 'published' AND NOT EXISTS"
                                    " (SELECT 1 FROM faq f WHERE f.product_id = p.id OR f.other_product_id = p.id)"
                                    " ORDER BY slug LIMIT 1")[0][0]
    page = parse(sample_site.get(f"/faq/{slug}").text)
    assert len(asked(page)) == 3 and robots(page) == []


def test_a_pairs_questions_are_those_of_its_comparison(sample_site):
    faq = sample_site.get("/faq/kafka-vs-kubernetes").text
    compared = parse(sample_site.get("/compare/kafka-vs-kubernetes").text)
    page = parse(faq)
    assert asked(page) == [h.text for h in compared.id("faq").all("h3")]
    for i in range(len(asked(page))):
        here, there = page.id(f"faq-{i + 1}"), compared.id(f"faq-{i + 1}")
        assert [p.text for p in here.all("p")] == [p.text for p in there.all("p")]
    for a in [a for a in page.id("faq").all("a") if a["class"] != "self"]:
        assert not a["href"].startswith("#")
        if "#" in a["href"]:
            path, fragment = a["href"].split("#")
            parse(sample_site.get(path).text).id(fragment)
    assert "/compare/kafka-vs-kubernetes" in {a["href"] for a in page.id("faq").all("a")}


def test_a_pair_that_shares_nothing_is_not_for_search_engines(sample_site):
    compared = [c for c in ("/compare/jquery-vs-kafka", "/compare/kafka-vs-wordpress")
                if robots(parse(sample_site.get(c).text)) == ["noindex"]]
    assert compared
    assert robots(parse(sample_site.get(compared[0].replace("/compare", "/faq")).text)) == ["noindex"]
    assert robots(parse(sample_site.get("/faq/kafka-vs-kubernetes").text)) == []


@pytest.mark.parametrize("path, status, to", [
    ("/faq/", 308, "/faq"),
    ("/FAQ", 308, "/faq"),
    ("/faq?page=2", 200, None),
    ("/faq/apache-kafka", 308, "/faq/kafka"),
    ("/faq/kubernetes-vs-kafka", 308, "/faq/kafka-vs-kubernetes"),
    ("/faq/k8s-vs-Apache-Kafka.json", 308, "/faq/kafka-vs-kubernetes.json"),
    ("/faq/kafka-vs-kafka", 308, "/faq/kafka"),
    ("/faq/kafka-vs-nginx-vs-redis", 404, None),
    ("/faq/nope", 404, None),
    ("/faq/kafka-vs-nope", 404, None),
    ("/faq/example-draft", 404, None),
    ("/faq/example-archived", 410, None),
    ("/faq/kafka-vs-example-archived", 410, None),
    ("/faq/nope-vs-example-archived", 404, None),
    ("/faq/" + "-vs-".join(["a"] * 400), 404, None),
    ("/faq/" + "vs-" * 400, 404, None),
])
def test_addresses(sample_site, path, status, to):
    answer = sample_site.get(path)
    assert answer.status == status
    if to:
        assert answer["Location"] == sample_site.url + to


def test_edits_of_questions_arrive_and_an_empty_site_faq_says_so(own_site):
    sql = own_site.database.sql
    kafka, kubernetes = (sql("SELECT id FROM product WHERE slug = %s", s)[0][0] for s in ("kafka", "kubernetes"))
    for path, a, b in (("/faq", None, None), ("/faq/kafka", kafka, None), ("/faq/kafka-vs-kubernetes", kubernetes, kafka)):
        wait_until(lambda: own_site.get(path).status == 200, 10, path)
        sql("INSERT INTO faq (product_id, other_product_id, question, answer_md, sort, status)"
            " VALUES (%s, %s, 'Is this <b>new</b>?', 'It *is*.', 999, 'published')", a, b)
        wait_until(lambda: "Is this <b>new</b>?" in asked(parse(own_site.get(path).text)), 5)
        assert "<em>is</em>" in own_site.get(path).text
    sql("UPDATE faq SET status = 'draft' WHERE product_id IS NULL AND other_product_id IS NULL")
    wait_until(lambda: "No question has been answered here yet." in own_site.get("/faq").text, 5)
    page = parse(own_site.get("/faq").text)
    assert asked(page) == [] and robots(page) == []

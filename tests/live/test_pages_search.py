"""Search, as people type: names and old slugs, errors, two products at once, and nothing that fits."""
from urllib.parse import quote

import pytest

from lib.page import parse


def search(site, words):
    answer = site.get("/search.json?q=" + quote(words))
    assert answer.status == 200
    return answer.json


@pytest.mark.parametrize("words, slug", [
    ("kafka", "kafka"), ("KAFKA", "kafka"), ("káfká", "kafka"), ("kafak", "kafka"), ("kuberntes", "kubernetes"),
    ("apache kafka", "kafka"), ("k8s", "kubernetes"), ("postgres", "postgresql"), ("apache-kafka", "kafka"),
    ("go", "go"), ("node.js", "nodejs")])
def test_a_product_is_found_as_it_is_typed(sample_site, words, slug):
    found = search(sample_site, words)
    assert found["products"][0]["slug"] == slug and found["suggest"] == [], found


@pytest.mark.parametrize("words, exact, slugs", [
    ("kafka vs kubernetes", True, "kafka kubernetes"), ("Redis VS. k8s", True, "kubernetes redis"),
    ("nginx versus redis vs kafka", True, "kafka nginx redis"), ("kafak vs kubernets", False, "kafka kubernetes"),
    ("redis-vs-kafka", True, "kafka redis")])
def test_products_with_vs_between_them_lead_to_their_comparison(sample_site, words, exact, slugs):
    path = "/compare/" + "-vs-".join(slugs.split())
    found = search(sample_site, words)
    assert [c["href"] for c in found["comparisons"]] == [path] and found["inexact"] is not exact
    assert [p["slug"] for p in found["products"]] == slugs.split()
    assert sample_site.get(path).status == 200
    results = parse(sample_site.get("/search?q=" + quote(words)).text).id("results")
    assert path in [a["href"] for a in results.all("a")]
    assert f"]({path})" in sample_site.get("/search.md?q=" + quote(words)).text


@pytest.mark.parametrize("words", ["kafka vs kafka", "kafka vs zzzzqqqq", "vs", "a vs b vs c vs d vs e", "zzzzqqqq"])
def test_what_names_nothing_suggests_where_to_go(sample_site, words):
    found = search(sample_site, words)
    assert found["comparisons"] == found["products"] == []
    assert len(found["suggest"]) > 2 and "Nothing matches" in found["summary"]


def test_a_sector_alone_is_a_result_without_suggestions(sample_site):
    found = search(sample_site, "devops")
    assert [s["slug"] for s in found["sectors"]] == ["devops"] and found["products"] == []
    assert found["suggest"] == []


def test_any_bytes_and_any_length_are_an_answer(sample_site):
    for query in ("%ff%fe", "%00", "%ED%A0%80", quote("шалом 日本 👩‍👩‍👧 שלום"), quote("<script>"), "a" * 7000):
        assert sample_site.get("/search?q=" + query).status == 200, query[:20]
    assert "Only the first 200 characters" in search(sample_site, "kafka " * 50)["summary"]

"""What the methodology claims is what the pages show: its formula, medians and bands give every score of the site, its list of facts
is that of the tables, and what its text says of predictions, gaps and scores set by hand can be seen."""
import re
from decimal import ROUND_HALF_UP, Decimal

import pytest

from lib.daemon import wait_until
from lib.page import parse

PAGE = "/methodology"


@pytest.fixture(scope="module")
def said(sample_site):
    return sample_site.get(PAGE + ".json").json


@pytest.fixture(scope="module")
def ranked(sample_site):
    first = sample_site.get("/leaderboard.json").json
    rest = sample_site.get("/leaderboard.json?page=2").json["products"]
    assert first["total"] == len(first["products"] + rest)
    return first["products"] + rest


def stated(site):
    """The constants of the formula as the page prints them: the scale, and the sparks that close half of the way."""
    text = parse(site.get(PAGE).text).id("formula").text
    scale, = re.findall(r"cadence = (\d+) × n90 / \(n90 \+ m\)", text)
    again, half = re.findall(r"velocity = cadence \+ \((\d+) − cadence\) × s30 / \(s30 \+ (\d+)\)", text)[0]
    assert scale == again and f"from 0 to {scale}" in text
    return Decimal(scale), Decimal(half)


def test_formula_medians_and_bands_give_every_score(sample_site, said, ranked):
    scale, half = stated(sample_site)
    medians = {s["name"]: Decimal(s["median"] or 0) for s in said["sectors"]}
    counted = {b["name"]: 0 for b in said["bands"]}
    for p in ranked:
        if not p["scored"]:
            continue
        n90, s30, m = Decimal(p["n90"]), Decimal(p["s30"]), max(Decimal(1), medians[p["sectors"][0]["label"]])
        cadence = scale * n90 / (n90 + m)
        velocity = cadence + (scale - cadence) * s30 / (s30 + half)
        score = velocity.quantize(Decimal("0.1"), ROUND_HALF_UP)
        assert Decimal(p["score"]) == score, p["slug"]
        band, = [b["name"] for b in said["bands"] if Decimal(b["from"]) <= score and (b["last"] or score < Decimal(b["below"]))]
        assert p["band"] == band, p["slug"]
        counted[band] += 1
    assert {b["name"]: int(b["products"]) for b in said["bands"]} == counted
    assert int(said["unscored"]) == sum(not p["scored"] for p in ranked) and sum(counted.values()) > 90


def test_each_product_shows_the_median_of_its_sector(sample_site, said, ranked):
    medians = {s["name"]: s["median"] for s in said["sectors"]}
    for p in ranked[::9]:
        inputs = parse(sample_site.get(p["href"]).text).one("details", {"class": "inputs"}).text
        assert re.search(rf"\b{re.escape(str(medians[p['sectors'][0]['label']]))}\b", inputs), p["slug"]


def test_beside_the_medians_stands_the_number_of_all_products(said, ranked):
    for s in said["sectors"]:
        assert int(s["products"]) == sum(s["name"] in {in_["label"] for in_ in p["sectors"]} for p in ranked), s
        firsts = sum(p["sectors"][0]["label"] == s["name"] for p in ranked if p["sectors"])
        assert s["firsts"] == firsts and s["mixed"] == (firsts != s["products"]) and bool(s["median"]) == bool(firsts), s


def test_the_twin_says_whose_medians_they_are(sample_site, said):
    """What HTML says in captions."""
    page, twin = parse(sample_site.get(PAGE).text), sample_site.get(PAGE + ".md").text
    for table in ("medians", "bands"):
        assert f"\n\n{page.id(table).one('caption').text}\n\n" in twin
    assert "over the products whose first sector it is" in twin
    for s in said["sectors"]:
        assert f"| {s['name']} | {s['median'] or 'none'} | {s['firsts']} | {s['products']} |\n" in twin.replace("\\", ""), s


def test_the_facts_of_the_list_are_those_of_the_tables(sample_site):
    listed = {a["name"] for a in sample_site.get(PAGE + ".json").json["attributes"]}
    shown = {row["name"] for path in ("/compare/redis-vs-valkey", "/compare/kafka-vs-kubernetes", "/compare/go-vs-rust", "/compare/caddy-vs-nginx")
             for block in sample_site.get(path + ".json").json["facts"]["blocks"] for row in block["rows"]}
    assert len(shown) > 10 and shown <= listed
    text = parse(sample_site.get("/compare/redis-vs-valkey").text).id("facts").text
    assert "not recorded" in text or "not recorded" in sample_site.get("/compare/kafka-vs-go").text


def test_only_a_score_that_editors_set_is_said_to_be_so(own_site):
    before = own_site.get("/products/kafka").text
    assert "by hand" in own_site.get(PAGE).text and "set by the editors" not in parse(before).one("main").text
    own_site.sql("UPDATE product SET velocity_override = 1.5 WHERE slug = 'kafka'")
    wait_until(lambda: "1.5 of 10, slow, as set by the editors" in parse(own_site.get("/products/kafka").text).one("main").text, 10)


def test_the_hit_rate_stands_beside_the_number_of_graded_predictions(sample_site):
    ledger = sample_site.get("/predictions.json").json
    text = parse(sample_site.get("/predictions").text).one("main").text
    graded = ledger["came_true"] + ledger["failed"]
    assert ledger["open"] > 0 and (graded == 0 or re.search(rf"\b{graded}\b", text)), text[:400]

"""What a product is, in one line, wherever it is named; what its meter says; and that sparks are seldom, but there."""
import json
import xml.etree.ElementTree as ET

import pytest

from lib.page import parse
from lib.servers import AS_OF

A = "{http://www.w3.org/2005/Atom}"
BANDS = {"dormant": (0, 1), "slow": (1, 3), "steady": (3, 5), "active": (5, 8), "surging": (8, 10)}


@pytest.fixture(scope="module")
def summaries(sample_site):
    return dict(sample_site.sql("SELECT slug, summary FROM product WHERE status = 'published'"))


def test_each_product_of_the_sample_has_a_line_of_its_own(summaries):
    assert len(summaries) == 100 and all(s and s.endswith(".") and len(s) <= 255 and "\n" not in s for s in summaries.values())
    assert len(set(summaries.values())) == 100


def test_it_stands_wherever_the_product_does(sample_site, summaries):
    for slug, summary in summaries.items():
        page = parse(sample_site.get(f"/products/{slug}").text)
        nodes = json.loads(page.one("script", {"type": "application/ld+json"}).text)["@graph"]
        assert next(n for n in nodes if n["@type"] == "CreativeWork")["description"] == summary
        assert summary in page.one("header", {"class": "part title"}).text
        assert summary in page.one("meta", {"property": "og:image:alt"})["content"]
        assert page.one("meta", {"name": "description"})["content"].startswith(f"{page.one('h1').text}: {summary[:80]}")
        feed = ET.fromstring(sample_site.get(f"/products/{slug}.atom").text)
        assert feed.findtext(A + "subtitle").startswith(summary)
        assert sample_site.get(f"/faq/{slug}.json").json["questions"][0]["text"].startswith(summary)


def test_lists_cards_and_results_have_it(sample_site, summaries):
    listed = {}
    for path in ("/products.json", "/products.json?page=2", "/leaderboard.json", "/sectors/databases.json", "/alternatives/kafka.json",
                 "/search.json?q=apache", "/compare/kafka-vs-nats.json"):
        view = sample_site.get(path).json
        cards = [c for key in ("products", "others", "mentions", "alternatives") for c in view.get(key) or []]
        assert cards, path
        listed.update({c["slug"]: c["summary"] for c in cards})
        assert all(c["summary"] == summaries[c["slug"]] for c in cards), path
    assert set(listed) == set(summaries)


def test_the_meter_names_its_bands_and_the_median_in_moves(sample_site):
    page = parse(sample_site.get("/products/nginx").text)
    velocity = sample_site.get("/products/nginx.json").json["product"]["velocity"]
    meter = next(page.all("svg", {"class": "meter"}))
    assert [t.text for t in meter.all("text")] == list(BANDS)
    bars = [(float(r["x"].rstrip("%")) / 10, float(r["width"].rstrip("%")) / 10) for r in meter.all("rect")]
    assert bars == [(low, high - low) for low, high in BANDS.values()]
    marks = [float(u["x"].rstrip("%")) / 10 for u in meter.all("use")]
    assert marks == [float(velocity["score"])], "only the product's mark: the median would always stand at 5"
    hint = next(h for h in page.all("p", {"class": "hint"}) if "Median of" in h.text)
    assert hint.text == f"Moves in 90 days: {velocity['n90']}. Median of Web servers & proxies: {velocity['sector_median']}."


def test_sparks_are_five_to_ten_in_a_hundred_releases(sample_site):
    when = AS_OF.replace("T", " ").rstrip("Z")
    releases, sparks, lately = sample_site.sql(
        f"""SELECT COUNT(*), SUM(class = 'spark'), SUM(class = 'spark' AND occurred_at > '{when}' - INTERVAL 30 DAY) FROM activity
            WHERE status = 'published' AND kind = 'release' AND occurred_at <= '{when}' AND occurred_at > '{when}' - INTERVAL 365 DAY""")[0]
    assert 0.05 <= sparks / releases <= 0.10, f"{sparks} of {releases}"
    assert lately >= 10

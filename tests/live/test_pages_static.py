"""Editors' pages: /about, /methodology and any /{slug} of table `page`."""
import re
from statistics import median

import pytest

from lib.page import parse
from lib.servers import wait_until


def test_about_shows_its_row(sample_site):
    title, body, updated = sample_site.database.sql("SELECT title, body_md, updated_at FROM page WHERE slug = 'about'")[0]
    answer = sample_site.get("/about")
    page = parse(answer.text)
    assert page.one("h1").text == title
    first = re.sub(r"[*`]", "", body.split("\n\n")[0])
    assert " ".join(first.split())[:60] in page.one("main").text
    assert page.one("main").one("time")["datetime"] == updated.strftime("%Y-%m-%dT%H:%M:%SZ")
    description = page.one("meta", {"name": "description"})["content"]
    assert 40 < len(description) <= 290 and "<" not in description and description[:40] in first
    assert not list(page.all("meta", {"name": "robots"}))


def counts(site):
    """First sector (its name), all its sectors, releases and posts in 90 days of each published product."""
    return site.database.sql(
        "SELECT p.slug, (SELECT s.name FROM product_sector l JOIN sector s ON s.id = l.sector_id WHERE l.product_id = p.id"
        " ORDER BY l.sort, l.id LIMIT 1), (SELECT COUNT(*) FROM activity a WHERE a.product_id = p.id"
        " AND a.status = 'published' AND a.kind IN ('release','post') AND a.occurred_at <= '2026-08-22 12:00'"
        " AND a.occurred_at > '2026-08-22 12:00' - INTERVAL 90 DAY) FROM product p WHERE p.status = 'published'")


def test_methodology_has_the_formula_the_bands_and_todays_medians(sample_site):
    page = parse(sample_site.get("/methodology").text)
    assert "velocity = cadence + (10 − cadence) × s30 / (s30 + 4)" in page.id("formula").text
    rows = {r.one("th").text.removesuffix(" sector"): [c.text for c in r.all("td")] for r in page.id("medians").one("tbody").all("tr")}
    products = counts(sample_site)
    assert set(rows) == {r[0] for r in sample_site.database.sql("SELECT name FROM sector")}
    for sector, (value, numbers) in rows.items():
        own = [r[2] for r in products if r[1] == sector]
        assert int(numbers.split(" of ")[0]) == len(own), sector
        if not own:
            assert value == "none", sector
            continue
        assert float(value) == max(1, median(own)), sector
    bands = {r.one("th").text: r.all("td") for r in page.id("bands").one("tbody").all("tr")}
    scores, path = [], "/leaderboard.json"
    while path:
        view = sample_site.get(path).json
        scores += [c["band"] or "not scored" for c in view["products"]]
        path = (view["pager"]["next"] or "").replace("leaderboard?", "leaderboard.json?")
    assert {b: int(list(cells)[1].text) for b, cells in bands.items()} == {b: scores.count(b) for b in bands}
    assert list(bands) == ["dormant", "slow", "steady", "active", "surging", "not scored"]


def test_methodology_is_there_without_a_row_and_about_is_not(own_site):
    def led_to():
        return [any(parse(own_site.get(path).text).all("a", {"href": "/about"})) for path in ("/", "/faq/kafka", "/nothing")]
    assert led_to() == [True] * 3
    own_site.database.sql("DELETE FROM page WHERE slug IN ('about', 'methodology')")
    wait_until(lambda: own_site.get("/about").status == 404, 5)
    wait_until(lambda: led_to() == [False] * 3, 5, "no page that leads where nothing is")
    wait_until(lambda: own_site.get("/methodology.json").json["body"] is None, 5)
    page = parse(own_site.get("/methodology").text)
    assert page.one("h1").text == "Methodology" and page.id("bands")


def test_a_page_comes_changes_and_goes(own_site):
    sql = own_site.database.sql
    assert own_site.get("/imprint").status == 404
    sql("INSERT INTO page (slug, title, body_md) VALUES ('imprint', 'Imprint <1>', 'Hello *you* & <script>x</script>.')")
    assert own_site.get("/imprint").status == 404, "a draft"
    sql("UPDATE page SET status = 'published' WHERE slug = 'imprint'")
    wait_until(lambda: own_site.get("/imprint").status == 200, 5)
    page = parse(own_site.get("/imprint").text)
    assert page.one("h1").text == "Imprint <1>"
    assert page.one("em").text == "you"
    assert all(s["type"] == "application/ld+json" for s in page.all("script"))
    sql("UPDATE page SET body_md = 'Second words.' WHERE slug = 'imprint'")
    wait_until(lambda: "Second words." in own_site.get("/imprint").text, 5)
    sql("UPDATE page SET slug = 'colophon' WHERE slug = 'imprint'")
    wait_until(lambda: own_site.get("/colophon").status == 200, 5)
    assert own_site.get("/imprint").status == 404
    sql("UPDATE page SET status = 'archived' WHERE slug = 'colophon'")
    wait_until(lambda: own_site.get("/colophon").status == 410, 5)
    sql("DELETE FROM page WHERE slug = 'colophon'")
    wait_until(lambda: own_site.get("/colophon").status == 404, 5)


@pytest.mark.parametrize("path, status, to", [
    ("/ABOUT", 308, "/about"),
    ("/about/", 308, "/about"),
    ("/about.JSON", 308, "/about.json"),
    ("/about/x", 404, None),
    ("/nope", 404, None),
    ("/about.atom", 404, None),
    ("/about.txt", 404, None),
])
def test_addresses(sample_site, path, status, to):
    answer = sample_site.get(path)
    assert answer.status == status
    if to:
        assert answer["Location"] == sample_site.url + to

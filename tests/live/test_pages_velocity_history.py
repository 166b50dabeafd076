"""The velocity of past months, recomputed from the rows for every product of the sample: on trajectories and comparisons, in
the table, in the drawing and in the representations."""
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from fractions import Fraction
from statistics import median

import pytest

from lib.page import parse
from lib.servers import wait_until

NOW = datetime(2026, 8, 22, 12)


def month_ends(now):
    """The 12 months that have ended, newest first: {"2026-07": 23:00 UTC of their last day}."""
    ends = {}
    for back in range(12):
        months = now.year * 12 + now.month - 1 - back
        end = datetime(months // 12, months % 12 + 1, 1) - timedelta(hours=1)
        ends[f"{end:%Y-%m}"] = end
    return ends


def scores(database, now=NOW):
    """{slug: {month: None or {score, n90, median, s30}}} of the published products, by the published rule."""
    moves, first, sector = {}, {}, {}
    for ident, kind, klass, when in database.sql(
            "SELECT product_id, kind, class, occurred_at FROM activity WHERE status = 'published' AND occurred_at <= %s", now):
        moves.setdefault(ident, []).append((when, kind, klass))
        first[ident] = min(first.get(ident, when), when)
    products = dict(database.sql("SELECT id, slug FROM product WHERE status = 'published'"))
    for ident, one in database.sql("SELECT product_id, sector_id FROM product_sector ORDER BY product_id, sort, sector_id"):
        sector.setdefault(ident, one)
    found = {slug: {} for slug in products.values()}
    for month, end in month_ends(now).items():
        n90 = {i: sum(k != "event" and end - timedelta(days=90) < t <= end for t, k, _ in moves.get(i, [])) for i in products}
        for ident, slug in products.items():
            members = [n90[i] for i in products if sector.get(i) == sector.get(ident)] if ident in sector else [0]
            m = max(Fraction(1), Fraction(median(map(Fraction, members))))
            s30 = sum(c == "spark" and end - timedelta(days=30) < t <= end for t, _, c in moves.get(ident, []))
            cadence = Fraction(10 * n90[ident]) / (n90[ident] + m)
            velocity = cadence + (10 - cadence) * Fraction(s30, s30 + 4)
            found[slug][month] = None if ident not in first or first[ident] > end else {
                "score": f"{int(10 * velocity + Fraction(1, 2)) / 10:.1f}", "n90": n90[ident],
                "median": f"{float(m):g}", "s30": s30}
    return found


def shown(history, column):
    """The same of one product in the JSON of a page."""
    return {m["datetime"]: {k: m["cells"][column][k] for k in ("score", "n90", "median", "s30")}
            if m["cells"][column]["scored"] else None for m in history["months"]}


@pytest.fixture(scope="module")
def wanted(sample_site):
    return scores(sample_site.database)


def json_of(site, path):
    answer = site.get(path + ".json")
    assert answer.status == 200, path
    return answer.json["velocity_history"]


def test_every_product_at_the_end_of_every_month(sample_site, wanted):
    with ThreadPoolExecutor(4) as pool:
        found = dict(zip(wanted, pool.map(lambda slug: json_of(sample_site, f"/products/{slug}"), wanted)))
    for slug, months in wanted.items():
        if any(months.values()):
            assert shown(found[slug], 0) == months, slug
        else:
            assert found[slug] is None, slug
    points = [m for months in wanted.values() for m in months.values()]
    assert sum(p is None for p in points) > 5 and sum(bool(p and p["s30"]) for p in points) > 20
    assert len({p["median"] for p in points if p}) > 20


def test_comparisons_have_the_same_points(sample_site, wanted):
    slugs = sorted(s for s, months in wanted.items() if any(months.values()))
    sets = list(zip(slugs, slugs[11:])) + list(zip(slugs[::3], slugs[1::3], slugs[2::3], slugs[4::3]))
    sets = [sorted(set(members)) for members in sets]

    def wrong(members):
        history = json_of(sample_site, "/compare/" + "-vs-".join(members))
        return [slug for i, slug in enumerate(members) if shown(history, i) != wanted[slug]]
    with ThreadPoolExecutor(4) as pool:
        assert [w for w in pool.map(wrong, sets) if w] == []


def cell_text(point):
    return f"{point['score']} ({point['n90']} · {point['median']} · {point['s30']})" if point else "not scored"


@pytest.mark.parametrize("members", [["kafka"], ["kafka", "nats"], ["astro", "grafana", "kafka", "wordpress"]], ids="-".join)
def test_table_and_drawing_have_the_same_points(sample_site, wanted, members):
    path = f"/products/{members[0]}" if len(members) == 1 else "/compare/" + "-vs-".join(members)
    block = parse(sample_site.get(path).text).id("velocity-history")
    rows = {r.one("time")["datetime"]: [td.text for td in r.all("td")] for r in block.one("tbody").all("tr")}
    assert rows == {month: [cell_text(wanted[slug][month]) for slug in members] for month in rows} and len(rows) == 12
    months = sorted(rows)
    for position, slug in zip("abcd", members):
        groups = [g for g in block.all("g") if g["class"] == position]
        points = [(u["x"], int(u["y"])) for g in groups for u in g.all("use")]
        line = next(p["d"] for g in groups for p in g.all("path")) or ""
        expected, steps = [], ""
        for i, month in enumerate(months):
            point, before = wanted[slug][month], i and wanted[slug][months[i - 1]]
            after = i < 11 and wanted[slug][months[i + 1]]
            x = 1400 + 8600 * (2 * i + 1) // 24
            if point:
                y = 8 + ((100 - round(10 * float(point["score"]))) * 3 + 1) // 2
                expected.append((f"{x / 100:.2f}%", y))
                steps += f"{'L' if before else 'M'}{x} {y}" if before or after else ""
        assert points == expected, slug
        assert line == steps, slug
    names = [li.text for u in block.all("ul") for li in u.all("li")]
    assert len(names) == (len(members) if len(members) > 1 else 0)


def test_the_markdown_has_the_same_points(sample_site, wanted):
    text = sample_site.get("/compare/kafka-vs-nats.md").text
    july = "".join(f"{p['score']} | {p['n90']} | {p['median']} | {p['s30']} | " for p in
                   (wanted["kafka"]["2026-07"], wanted["nats"]["2026-07"]))
    assert f"| July 2026 | {july}".rstrip() in text
    first, last = wanted["nats"]["2025-08"]["score"], wanted["nats"]["2026-07"]["score"]
    assert f"NATS Server {first} to {last}." in text


def change_text(points):
    scores = [p and p["score"] for p in points]
    scores = scores[next((i for i, s in enumerate(scores) if s), -1):]
    if len(scores) < 2:
        return scores[0] or "not scored"
    if scores[0] != scores[-1]:
        return f"{scores[0]} to {scores[-1] or 'not scored'}"
    return f"{scores[0]} throughout" if len(set(scores)) == 1 else f"{scores[0]} at both ends"


def test_the_sentence_says_how_each_score_changed(sample_site, wanted):
    seen = set()
    for slug, months in wanted.items():
        wanted_text = change_text([months[month] for month in sorted(months)])
        name = sample_site.get(f"/products/{slug}.json").json["product"]["name"]
        text = sample_site.get(f"/products/{slug}.md").text
        assert f": {name} {wanted_text}." in text or "Velocity at the end of each month" not in text, (slug, wanted_text)
        seen.add(wanted_text.split(" ", 1)[1])
    assert {"throughout", "at both ends"} <= seen


# ---- what moves the past

def test_an_edit_of_another_product_moves_the_past_median(module_site):
    """The page was kept; nothing of its own product changes."""
    site = module_site
    path = "/products/kafka"
    before = shown(json_of(site, path), 0)
    etag = site.get(path).headers["etag"]
    sector = site.database.sql("SELECT sector_id FROM product_sector l JOIN product p ON p.id = l.product_id"
                               " WHERE p.slug = 'kafka' ORDER BY l.sort, l.sector_id LIMIT 1")[0][0]
    others = [i for i, in site.database.sql(
        "SELECT l.product_id FROM product_sector l WHERE l.sector_id = %s AND l.product_id <>"
        " (SELECT id FROM product WHERE slug = 'kafka')", sector)]
    for ident in others:
        site.database.sql("INSERT INTO activity (product_id, kind, class, title, occurred_at) SELECT %s, 'release', 'trivial',"
                          " 'Old', '2025-12-20' FROM seq_1_to_30", ident)
    wanted = scores(site.database)["kafka"]
    wait_until(lambda: shown(json_of(site, path), 0) == wanted, 10, "the page has the new medians")
    moved = {m for m in wanted if wanted[m] != before[m]}
    assert moved == {"2025-12", "2026-01", "2026-02"}, "only the months whose windows hold the moves"
    assert all(wanted[m]["n90"] == before[m]["n90"] for m in wanted if wanted[m])
    assert site.get(path).headers["etag"] != etag


def test_an_override_is_the_present_score_alone(module_site):
    site = module_site
    before = json_of(site, "/products/nats")
    assert before["overridden"] is None
    site.database.sql("UPDATE product SET velocity_override = 9.9 WHERE slug = 'nats'")
    wait_until(lambda: site.get("/products/nats.json").json["product"]["velocity"]["score"] == "9.9", 10, "the override")
    after = json_of(site, "/products/nats")
    assert after["months"] == before["months"]
    sentence = "Present scores that the editors set: NATS Server. The history has what the formula gives."
    assert after["overridden"] == sentence
    assert sentence in parse(site.get("/compare/kafka-vs-nats").text).id("velocity-history").text
    assert sentence in site.get("/compare/kafka-vs-nats.md").text


def test_a_product_that_shipped_long_ago_only_is_scored(module_site):
    """Its moves lie before all windows: 0 in each month, while one that never shipped has no history."""
    site = module_site
    for slug in ("long-ago", "never"):
        site.database.sql("INSERT INTO product (slug, name, status) VALUES (%s, %s, 'published')", slug, slug.title())
    site.database.sql("INSERT INTO activity (product_id, title, occurred_at) SELECT id, 'Once', '2020-01-01' FROM product"
                      " WHERE slug = 'long-ago'")
    wait_until(lambda: site.get("/products/long-ago.json").json.get("moves") == 1, 10, "its move")
    history = json_of(site, "/products/long-ago")
    assert [m["cells"][0]["score"] for m in history["months"]] == ["0.0"] * 12
    assert json_of(site, "/products/never") is None
    both = json_of(site, "/compare/long-ago-vs-never")
    assert [m["cells"][1]["scored"] for m in both["months"]] == [False] * 12
    assert "not scored" in both["summary"]
    block = parse(site.get("/compare/long-ago-vs-never").text).id("velocity-history")
    assert [td.text for td in block.one("tbody").all("td")][1::2] == ["not scored"] * 12


@pytest.mark.parametrize("as_of, now", [("2026-03-01T00:00:00Z", datetime(2026, 3, 1)),
                                        ("2026-02-28T23:59:59Z", datetime(2026, 2, 28, 23, 59, 59))])
def test_the_months_follow_as_of(make_site, as_of, now):
    site = make_site(config={"as_of": as_of})
    wanted = scores(site.database, now)
    for slug in ("nats", "grafana", "wordpress", "kafka"):
        assert shown(json_of(site, f"/products/{slug}"), 0) == wanted[slug], slug
    assert max(wanted["nats"]) == ("2026-02" if now.month == 3 else "2026-01")

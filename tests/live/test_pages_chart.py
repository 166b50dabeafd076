"""The activity chart draws every move: the marks, the total at each row, the table and the rows in the database agree."""
import itertools
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib.page import parse
from lib.servers import wait_until

CLOSE = [("kafka", "nats"), ("grafana", "prometheus"), ("astro", "svelte"), ("haproxy", "nginx")]


def rows(site, until="2026-08-22 12:00:00"):
    """Moves and sparks of 12 months, in all and by calendar month, of each product."""
    found = {}
    for slug, month, spark, n in site.database.sql(
            "SELECT p.slug, DATE_FORMAT(a.occurred_at, '%%Y-%%m'), a.class = 'spark', COUNT(*) FROM activity a"
            " JOIN product p ON p.id = a.product_id WHERE a.status = 'published' AND a.occurred_at <= %s"
            " AND a.occurred_at > %s - INTERVAL 365 DAY GROUP BY 1, 2, 3", until, until):
        months, sparks = found.setdefault(slug, (Counter(), Counter()))
        months[month] += n
        sparks[month] += n if spark else 0
    return found


def bars(path):
    """The lengths of the vertical lines of path data."""
    lines = re.findall(r"M(\d+) (\d+)V(\d+)", path or "")
    assert "".join(f"M{x} {y}V{to}" for x, y, to in lines) == (path or "")
    return [int(y) - int(to) for x, y, to in lines]


def drawn(chart, weeks):
    """For each position: the number of drawn moves, and of heads."""
    found = {}
    for group in chart.all("g"):
        if group["class"] in list("abcd"):
            marks, heads = found.setdefault(group["class"], [0, 0])
            ticks = [t for t in group.all("path") if t["class"] == "tick"]
            found[group["class"]][0] += sum(len(bars(t["d"])) for t in ticks)
            found[group["class"]][1] += sum(1 for u in group.all("use") if u["x"].endswith("%"))
    for part in chart.all("svg"):
        if weeks and part["class"] in list("abcd") and part["viewbox"].split()[3] == weeks:
            found[part["class"]][0] += sum(sum(bars(b["d"])) for b in part.all("path"))
    return found


def cells(row):
    """The pairs of "12 (3)" in the cells of a row."""
    return [tuple(map(int, re.fullmatch(r"(\d+) \((\d+)\)", cell.text).groups())) for cell in row.all("td")]


def check(chart, slugs, wanted):
    """Returns whether the chart is one of weeks."""
    caption = chart.one("figcaption").text
    tallest = re.search(r"Each bar is a week, the tallest of (\d+) moves", caption)
    assert tallest or "Short tick: patch. Medium: feature. Tall with a head: spark." in caption
    assert len(list(chart.one("svg", {"class": "key"}).all("text"))) == 3
    marks = drawn(chart, tallest and tallest[1])
    lanes = [(g["class"], g.one("text").text) for g in chart.all("g") if g["class"] in list("abcd") and list(g.all("text"))]
    assert len(lanes) == len(slugs)
    table = chart.one("table")
    totals = cells(table.one("tfoot"))
    months = {r.one("time")["datetime"]: cells(r) for r in table.one("tbody").all("tr")}
    for i, (slug, (position, label)) in enumerate(zip(slugs, lanes)):
        moves, sparks = wanted.get(slug, (Counter(), Counter()))
        total, n_sparks = sum(moves.values()), sum(sparks.values())
        assert marks[position][0] == total, f"{slug}: drawn"
        assert label.endswith(f" {total} {'move' if total == 1 else 'moves'}"), f"{slug}: {label}"
        assert totals[i] == (total, n_sparks), f"{slug}: the table's foot"
        assert {m: v[i] for m, v in months.items() if v[i][0]} == {m: (n, sparks[m]) for m, n in moves.items() if n}, slug
        if tallest:
            assert (marks[position][1] > 0) == (n_sparks > 0) and marks[position][1] <= n_sparks
        else:
            assert marks[position][1] == n_sparks, f"{slug}: heads"
    return bool(tallest)


def chart_of(site, path):
    answer = site.get(path)
    assert answer.status == 200, path
    return next((c for c in parse(answer.text).all("div", {"class": "chart"}) if not c["id"]), None)


def test_each_move_of_each_product_is_drawn(sample_site):
    wanted = rows(sample_site)
    slugs = [r[0] for r in sample_site.database.sql("SELECT slug FROM product WHERE status = 'published'")]
    seen = Counter()
    for slug in slugs:
        chart = chart_of(sample_site, f"/products/{slug}")
        if slug in wanted:
            seen[check(chart, [slug], wanted)] += 1
        else:
            assert chart is None
    assert seen[False] > 20 and seen[True] > 10, "the sample has charts of days and of weeks"


def test_each_move_of_many_sets_is_drawn(sample_site):
    wanted = rows(sample_site)
    slugs = sorted(wanted)
    sets = [tuple(sorted(pair)) for pair in CLOSE] + list(zip(slugs, slugs[7:])) + list(zip(slugs, slugs[31:])) + \
        list(zip(slugs[::5], slugs[1::5], slugs[2::5])) + list(zip(slugs[::4], slugs[1::4], slugs[2::4], slugs[3::4]))

    def ask(members):
        return check(chart_of(sample_site, "/compare/" + "-vs-".join(sorted(members))), sorted(members), wanted)
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, sets))) == 2


@pytest.fixture(scope="module")
def dense(module_site):
    """Products that ship at the borders of windows and months, several times at the same moment, and thousands of times."""
    site = module_site
    times = {"edge-borders": ["2025-08-22 12:00:00", "2025-08-22 12:00:00.000001", "2025-08-22 12:59:59.999999",
                              "2026-08-22 12:00:00", "2026-08-22 11:59:59.999999", "2026-08-22 12:00:00.000001",
                              *("2026-03-01 00:00:00", "2026-02-28 23:59:59.999999", "2026-02-28 23:00:00",
                                "2026-03-01 00:00:00.000001")],
             "edge-moment": ["2026-01-15 08:30:00"] * 5, "edge-single": ["2026-01-15 08:30:00"],
             "edge-thousands": [f"2026-{m:02}-{d:02} {h:02}:{i:02}:00" for m in range(1, 8) for d in range(1, 26)
                                for h in range(0, 24, 2) for i in (0, 30)]}
    for slug, occurred in times.items():
        site.database.sql("INSERT INTO product (slug, name, status) VALUES (%s, %s, 'published')", slug, slug.title())
        ident = site.database.sql("SELECT id FROM product WHERE slug = %s", slug)[0][0]
        classes = itertools.cycle(["trivial", "improvement", "spark", "trivial", "trivial", "improvement", "trivial"])
        kinds = itertools.cycle(["release", "post", "event"])
        for start in range(0, len(occurred), 500):
            values = ", ".join(f"({ident}, '{next(kinds)}', '{next(classes)}', 'Move', '{when}')"
                               for when in occurred[start:start + 500])
            site.database.sql(f"INSERT INTO activity (product_id, kind, class, title, occurred_at) VALUES {values}")
    wait_until(lambda: site.get("/products/edge-thousands.json").json.get("moves") == 4200, 60,
               "the moves are known")
    return site


@pytest.mark.parametrize("slugs", [["edge-borders"], ["edge-moment"], ["edge-thousands"], ["edge-single"],
                                   ["edge-borders", "edge-moment", "edge-single", "edge-thousands"],
                                   ["edge-borders", "edge-single"]], ids="-".join)
def test_no_move_is_left_out_however_many_there_are(dense, slugs):
    wanted = rows(dense)
    path = "/products/" + slugs[0] if len(slugs) == 1 else "/compare/" + "-vs-".join(slugs)
    weeks = check(chart_of(dense, path), slugs, wanted)
    assert weeks == ("edge-thousands" in slugs or "edge-moment" in slugs)


def test_the_representations_have_the_same_numbers(dense):
    wanted = rows(dense)["edge-thousands"]
    chart = dense.get("/products/edge-thousands.json").json["chart"]
    assert chart["columns"][0]["moves"] == sum(wanted[0].values()) == 4200
    assert sum(m["cells"][0]["moves"] for m in chart["months"]) == 4200
    assert {m["datetime"]: m["cells"][0]["sparks"] for m in chart["months"] if m["cells"][0]["sparks"]} == dict(wanted[1])
    assert "draw" not in chart
    assert f"| 12 months | 4200 | {sum(wanted[1].values())} |" in dense.get("/products/edge-thousands.md").text

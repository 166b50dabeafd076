"""Every generated sentence of every pair of the sample, read against the numbers of the rows."""
import itertools
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from fractions import Fraction
from statistics import median

import pytest

AS_OF = "22 August 2026, 12:00 UTC"
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4}


class Numbers:
    """What the sentences may say, computed from the rows the long way."""

    def __init__(self, sql):
        window = "AND status = 'published' AND occurred_at <= '2026-08-22 12:00'"
        self.products = {r[0]: {"slug": r[1], "name": r[2], "summary": r[3], "license": r[4], "override": r[5]} for r in sql(
            "SELECT id, slug, name, summary, license, velocity_override FROM product WHERE status = 'published' ORDER BY slug")}
        for ident, p in self.products.items():
            p["n90"] = p["s30"] = p["activities"] = 0
            p["themes"], p["sectors"], p["latest"], p["first"] = [], [], None, None
        for ident, n90, s30, n in sql(
                "SELECT product_id, SUM(kind IN ('release','post') AND occurred_at > '2026-08-22 12:00' - INTERVAL 90 DAY),"
                " SUM(class = 'spark' AND occurred_at > '2026-08-22 12:00' - INTERVAL 30 DAY), COUNT(*) FROM activity"
                f" WHERE 1 {window} GROUP BY product_id"):
            if ident in self.products:
                self.products[ident].update(n90=int(n90), s30=int(s30), activities=int(n))
        for kind in ("theme", "sector"):
            for ident, word in sql(f"SELECT l.product_id, t.slug FROM product_{kind} l JOIN {kind} t ON t.id = l.{kind}_id"
                                   " ORDER BY l.sort, l.id"):
                if ident in self.products:
                    self.products[ident][kind + "s"].append(word)
        for ident, version, when, url in sql(
                "SELECT product_id, version, occurred_at, url FROM activity WHERE kind = 'release' AND version <> ''"
                f" {window} ORDER BY occurred_at, id DESC"):
            if ident in self.products:
                p = self.products[ident]
                p["first"] = p["first"] if p["first"] and p["first"][1] < when else (version, when, url)
                p["latest"] = (version, when, url)
        own = [(p["sectors"][0] if p["sectors"] else None, p["n90"]) for p in self.products.values()]
        bearers = [t for p in self.products.values() for t in p["themes"]]
        for p in self.products.values():
            p["m"] = max(Fraction(1), Fraction(median([Fraction(n) for s, n in own if s == p["sectors"][0]])))
            cadence = Fraction(10 * p["n90"]) / (p["n90"] + p["m"])
            v = cadence + (10 - cadence) * Fraction(p["s30"], p["s30"] + 4)
            p["tenths"] = int(10 * v + Fraction(1, 2)) if p["override"] is None else int(10 * p["override"])
            p["borne"] = any(bearers.count(t) >= 2 for t in p["themes"][:4])

    def by_slug(self):
        return {p["slug"]: p for p in self.products.values()}


@pytest.fixture(scope="module")
def numbers(sample_site):
    return Numbers(sample_site.database.sql).by_slug()


@pytest.fixture(scope="module")
def pairs(sample_site, numbers):
    """The JSON of each pair of the sample."""
    names = sorted(numbers)

    def ask(pair):
        answer = sample_site.get(f"/compare/{pair[0]}-vs-{pair[1]}.json")
        assert answer.status == 200, pair
        return pair, answer.json
    with ThreadPoolExecutor(4) as pool:
        return dict(pool.map(ask, itertools.combinations(names, 2)))


def band(tenths):
    return ("dormant", "slow", "steady", "active", "surging")[sum(tenths >= edge for edge in (10, 30, 50, 80))]


def times(n):
    return "once" if n == 1 else f"{n} times"


def day(when):
    return f"{when.day} {when:%B %Y}"


def overlap_wrong(text, a, b):
    shared = [t for t in a["themes"] if t in b["themes"]]
    if not shared:
        wanted = f"{a['name']} and {b['name']} have no top theme in common." if a["borne"] or b["borne"] else ""
        return (text or "") != wanted
    m = re.fullmatch(re.escape(f"{a['name']} and {b['name']} share ") + r"(\w+)( top)? themes?: (.+)\.", text)
    named = re.split(", | and ", m[3]) if m else []
    top = all(t in a["themes"][:4] and t in b["themes"][:4] for t in shared)
    return not m or named != shared or NUMBERS.get(m[1], m[1]) not in (len(shared), str(len(shared))) or bool(m[2]) != top \
        or ("themes:" in text) == (len(shared) == 1)


def counts_wrong(text, a, b):
    more, less = (a, b) if a["n90"] >= b["n90"] else (b, a)
    similar = less["n90"] and (2 * more["n90"] <= 3 * less["n90"] or more["n90"] - less["n90"] == 1)
    if more["n90"] == 0:
        return not text.startswith(f"In 90 days neither {a['name']} nor {b['name']} shipped a release or post.")
    if more["n90"] == less["n90"]:
        return not text.startswith(f"In 90 days {a['name']} and {b['name']} each shipped {times(a['n90'])}.")
    rest = {0: "not at all", 1: "once"}.get(less["n90"], str(less["n90"]))
    return not text.startswith(f"In 90 days {more['name']} shipped {times(more['n90'])} and {less['name']} {rest}"
                               + (", a similar number." if similar else "."))


def pace_wrong(text, a, b):
    """The scores and bands are the rows'; no one is the faster of a lower count without the reason."""
    for p in (a, b):
        if f"{p['tenths'] / 10:.1f} ({band(p['tenths'])})" not in text:
            return True
    for p, q in ((a, b), (b, a)):
        faster = f"{p['name']} is the faster" in text
        inverted = p["tenths"] > q["tenths"] and p["n90"] < q["n90"]
        by_pace = p["n90"] * q["m"] > q["n90"] * p["m"]
        if faster and (p["tenths"] <= q["tenths"] or (p["n90"] < q["n90"] and "sectors differ in pace" not in text)):
            return True
        if inverted and by_pace and "sectors differ in pace" not in text:
            return True
        if inverted and not by_pace and ("faster" in text or "sparks" not in text and "set by the editors" not in text):
            return True
    return ("sectors differ in pace" in text and a["m"] == b["m"]) or ("of their sector " in text) and \
        a["sectors"][0] != b["sectors"][0]


def lede_of(a, b):
    latest = [f"{p['name']} {p['latest'][0]} ({day(p['latest'][1])})" for p in (a, b) if p["latest"]]
    return f"Latest release{'s' if len(latest) > 1 else ''}: {' and '.join(latest)}." if latest else ""


def test_the_overlap_sentence_of_every_pair(pairs, numbers):
    assert [(k, v["overlap"]) for k, v in pairs.items() if overlap_wrong(v["overlap"], numbers[k[0]], numbers[k[1]])] == []


def test_the_counts_of_every_pair(pairs, numbers):
    assert [(k, v["cadence"]) for k, v in pairs.items() if counts_wrong(v["cadence"], numbers[k[0]], numbers[k[1]])] == []


def test_the_pace_of_every_pair(pairs, numbers):
    assert [(k, v["cadence"]) for k, v in pairs.items() if pace_wrong(v["cadence"], numbers[k[0]], numbers[k[1]])] == []


def test_the_lede_of_every_pair_holds_counts_and_latest_releases(pairs, numbers):
    assert [(k, v["lede"]) for k, v in pairs.items() if counts_wrong(v["lede"], numbers[k[0]], numbers[k[1]])
            or not v["lede"].endswith(lede_of(numbers[k[0]], numbers[k[1]]))] == []


def test_answers_of_every_pair_use_the_sentences_and_name_their_hour(pairs):
    for key, v in pairs.items():
        difference, better = v["questions"][0]["text"], v["questions"][1]["text"]
        said = f"{v['overlap'] or ''} {v['cadence']} As of {AS_OF}. ".lstrip()
        assert difference.startswith(said), key
        assert v["cadence"] in better and f" As of {AS_OF}. The best fit may be neither." in better, key
        assert "  " not in difference + better + v["lede"], key


def test_every_product_of_every_pair_shows_its_rows(pairs, numbers):
    wrong = []
    for key, v in pairs.items():
        for shown in v["products"]:
            p = numbers[shown["slug"]]
            for field in ("latest", "first"):
                release = shown[field + "_release"]
                got = release and (release["version"], release["datetime"][:10], release["url"])
                wanted = p[field] and (p[field][0], f"{p[field][1]:%Y-%m-%d}", p[field][2])
                wrong += [(key, field, got, wanted)] if got != wanted else []
            outline = (f"The latest release is {p['latest'][0]} ({day(p['latest'][1])}); " if p["latest"] else "") + \
                f"{p['name']} {'shipped ' + times(p['n90']) if p['n90'] else 'did not ship'} in 90 days" + \
                (f"; the licence is {p['license']}" if p["license"] else "") + "."
            if shown["outline"] != outline or shown["summary"] != p["summary"] or (shown["moves"], shown["sparks"]) != \
                    (p["n90"], p["s30"]):
                wrong.append((key, shown["outline"], outline))
    assert wrong == []


def test_sentences_about_each_product(sample_site, numbers):
    for slug, p in numbers.items():
        data = sample_site.get(f"/products/{slug}.json").json
        shipped = f"shipped {times(p['n90'])}" if p["n90"] else "did not ship"
        assert data["lede"].startswith(f"{p['name']} {shipped} in 90 days"), slug
        m = re.search(r"\(sector median ([\d.]+)\): velocity ([\d.]+), (\w+)", data["lede"])
        assert Fraction(m[1]) == p["m"] and m[2] == f"{p['tenths'] / 10:.1f}" and m[3] == band(p["tenths"]), slug
        assert data["lede"].endswith(f"As of {AS_OF}."), slug
        what = sample_site.get(f"/faq/{slug}.json").json["questions"][0]["text"]
        assert what.startswith(f"{p['summary']} {data['product']['outline']}"), slug

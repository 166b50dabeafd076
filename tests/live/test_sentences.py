"""Every generated sentence of the sample, held against lib/sentences.py, which computes them from the rows.

All pairs of the sample, many sets of three and four, and every product.  test_sentences_names.py does the same with names
and numbers that the sample does not have.
"""
import itertools
import random
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib import sentences as say
from lib.closeness import Closeness
from lib.page import parse
from lib.servers import TOP


@pytest.fixture(scope="module")
def numbers(sample_site):
    return say.Numbers(sample_site.database.sql).by_slug()


@pytest.fixture(scope="module")
def closeness(sample_site):
    return Closeness(sample_site)


def ask_all(site, sets):
    def ask(slugs):
        answer = site.get(f"/compare/{'-vs-'.join(slugs)}.json")
        assert answer.status == 200, slugs
        return slugs, answer.json
    with ThreadPoolExecutor(4) as pool:
        return dict(pool.map(ask, sets))


@pytest.fixture(scope="module")
def pairs(sample_site, numbers):
    """The JSON of each pair of the sample."""
    return ask_all(sample_site, itertools.combinations(sorted(numbers), 2))


@pytest.fixture(scope="module")
def larger(sample_site, numbers):
    """The JSON of sets of three and four: some by chance, and those with the most and the fewest moves."""
    slugs, chance = sorted(numbers), random.Random(9)
    sets = {tuple(sorted(chance.sample(slugs, n))) for n in (3, 4) for _ in range(150)}
    still = [s for s in slugs if not numbers[s]["n90"]][:6]
    once = [s for s in slugs if numbers[s]["n90"] == 1][:3]
    fast = sorted(slugs, key=lambda s: -numbers[s]["n90"])[:4]
    sets |= {tuple(sorted(c)) for n in (3, 4) for c in itertools.combinations(still[:4] + once + fast[:2], n)}
    sector = [s for s in slugs if numbers[s]["sectors"][0] == "databases"][:5]
    sets |= set(itertools.combinations(sector, 3)) | set(itertools.combinations(sector, 4))
    return ask_all(sample_site, sorted(sets))


def differing(shown, numbers, field, sentence):
    """(set, what the page says, what it should say) where both differ."""
    wanted = {slugs: sentence([numbers[s] for s in slugs]) for slugs in shown}
    return [(slugs, field(v), wanted[slugs]) for slugs, v in shown.items() if field(v) != wanted[slugs]][:5]


SET_SENTENCES = {
    "overlap": (lambda v: v["overlap"] or "", say.overlap),
    "cadence": (lambda v: v["cadence"], say.cadence),
    "lede": (lambda v: v["lede"], say.lede),
    "difference": (lambda v: v["questions"][0]["text"], say.difference),
    "better": (lambda v: v["questions"][1]["text"], say.better),
}


@pytest.mark.parametrize("name", SET_SENTENCES)
def test_a_sentence_of_every_pair(pairs, numbers, name):
    assert differing(pairs, numbers, *SET_SENTENCES[name]) == []


@pytest.mark.parametrize("name", SET_SENTENCES)
def test_a_sentence_of_sets_of_three_and_four(larger, numbers, name):
    assert len(larger) > 400
    assert differing(larger, numbers, *SET_SENTENCES[name]) == []


def test_questions_and_answers_about_alternatives(pairs, larger, numbers, closeness):
    for slugs, v in itertools.chain(pairs.items(), larger.items()):
        of = [numbers[s] for s in slugs]
        assert [q["question"] for q in v["questions"]][:2 + len(of)] == say.questions(of), slugs
        for q, slug in zip(v["questions"][2:], slugs):
            picks, close, _ = nearest(closeness, numbers, slug)
            assert q["text"] == say.best(numbers[slug]["name"], picks, close), (slugs, slug)


def nearest(closeness, numbers, slug, known={}):
    if (id(closeness), slug) not in known:
        picks, close, others = closeness.alternatives(slug)
        named = [[numbers[s]["name"] + " (discontinued)" * (numbers[s]["lifecycle"] == "discontinued") for s in slugs] for slugs in (picks, close)]
        known[id(closeness), slug] = *named, others
    return known[id(closeness), slug]


def test_what_the_cards_are(pairs, larger, numbers, closeness):
    for slugs, v in itertools.chain(pairs.items(), larger.items()):
        of = [numbers[s] for s in slugs]
        picks = {o for s in slugs for o in closeness.picks.get(s, {})} - set(slugs)
        shown = [c["slug"] for c in v["alternatives"] if not c["also_in"]]
        wanted = say.cards_intro(of, len(picks & set(shown)), len(set(shown) - picks), len(v["alternatives"]) - len(shown))
        assert v["alternatives_intro"] == wanted, slugs


def test_no_one_is_the_faster_who_shipped_less_without_the_reason(pairs, numbers):
    """The rule itself, read off the text and not computed as the page computes it."""
    wrong = []
    for key, v in pairs.items():
        for text in (v["cadence"], v["questions"][1]["text"], v["lede"]):
            for p, q in itertools.permutations([numbers[s] for s in key]):
                faster = f"{p['name']} is the faster" in text
                if faster and (p["tenths"] <= q["tenths"] or (p["n90"] <= q["n90"] and "sectors differ in pace" not in text)):
                    wrong.append((key, text))
            more, less = sorted((numbers[s]["n90"] for s in key), reverse=True)
            if "similar" in text and more > 1.5 * less and more - less > 1:
                wrong.append((key, text))
    assert wrong == []


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
            if (shown["outline"], shown["summary"], shown["moves"], shown["sparks"]) != (say.outline(p), p["summary"], p["n90"],
                                                                                        p["s30"]):
                wrong.append((key, shown["outline"], say.outline(p)))
    assert wrong == []


def check_product(site, p, closeness, numbers):
    """The sentences of the pages about one product."""
    slug = p["slug"]
    data, faq = site.get(f"/products/{slug}.json").json, site.get(f"/faq/{slug}.json").json
    editorial = data["product"]["editorial"]
    picks, close, others = nearest(closeness, numbers, slug)
    best = say.best(p["name"], picks, close)
    assert (data["lede"], data["standing"]) == (say.product_lede(p), say.ranked(p) or None)
    assert [q["text"] for q in data["questions"][:2]] == [say.how_fast(p), best]
    assert [q["text"] for q in faq["questions"][:3]] == [say.what_is(p, editorial and editorial["headline"]), say.how_fast(p), best]
    more = ", with questions that readers ask." if len(faq["questions"]) > 3 else "."
    assert faq["lede"] == "What it is, how fast it ships, and what else there is" + more
    assert site.get(f"/alternatives/{slug}.json").json["intro"] == say.alternatives_intro(p, len(picks), len(close), len(others))


def test_sentences_about_each_product(sample_site, numbers, closeness):
    for p in numbers.values():
        check_product(sample_site, p, closeness, numbers)


def test_lists_say_how_many_and_in_which_order(sample_site, numbers):
    orders = {"": "fastest first", "?sort=moves": "most moves in 90 days first", "?sort=latest": "latest release first",
              "?sort=name": "by name"}
    medians = {p["sectors"][0]: p["median"] for p in numbers.values()}
    kinds = set()
    for query, order in orders.items():
        assert sample_site.get("/leaderboard.json" + query).json["intro"] == f"All {len(numbers)} products, {order}."
        for slug in sorted({s for p in numbers.values() for s in p["sectors"]} & medians.keys()):
            n = sum(slug in p["sectors"] for p in numbers.values())
            intro = say.sector_intro(n, sum([slug] == p["sectors"][:1] for p in numbers.values()), medians[slug], order)
            assert sample_site.get(f"/sectors/{slug}.json{query}").json["intro"] == intro
            kinds.add("first sector" in intro)
        n = sum("javascript" in p["themes"] for p in numbers.values())
        assert sample_site.get(f"/themes/javascript.json{query}").json["intro"] == f"{n} products with the theme javascript, {order}."
    assert sample_site.get("/index.json").json["lede"].startswith(f"{len(numbers)} products side by side: ")
    assert True in kinds, "no sector of the sample is the second one of a product"


def test_the_questions_about_a_pair_begin_as_its_comparison(sample_site, pairs):
    for key in list(pairs)[::200]:
        assert sample_site.get(f"/faq/{'-vs-'.join(key)}.json").json["lede"] == pairs[key]["lede"]


# Which function makes a sentence, and which function of lib/sentences.py recomputes it.
GENERATORS = {
    "sentences_join": "join", "sentences_versus": "title", "sentences_stop": "stop", "sentences_once": "once", "sentences_overlap": "overlap",
    "sentences_shipped": "outline", "sentences_counts": "counts", "sentences_cadence": "cadence", "sentences_standing": "standing",
    "sentences_score": "score", "product_sentences_standing": "ranked", "product_sentences_lede": "product_lede",
    "product_sentences_sectors": "what_is", "product_sentences_questions": "how_fast", "alternatives_sentence": "best",
    "compare_names": "names", "compare_eyebrow": "eyebrow", "compare_lede": "lede", "compare_description": "description",
    "compare_alternatives_intro": "cards_intro", "compare_questions": "questions",
}


def test_no_generator_of_sentences_is_without_its_test():
    text = "".join((TOP / "fcgi" / f).read_text() for f in (
        "model/sentences.h", "site/product_sentences.h", "site/page_compare.h", "site/alternatives.h"))
    made = set(re.findall(r"^struct span (\w+)\(", text, re.M)) | {"product_sentences_questions", "compare_questions"}
    no_sentence = {"alternatives_reason", "alternatives_shared", "compare_json_ld", "compare_path"}
    assert made - set(GENERATORS) - no_sentence == set()
    assert set(GENERATORS) - made == set()
    own = {"title": test_titles_eyebrows_and_descriptions, "eyebrow": test_titles_eyebrows_and_descriptions,
           "description": test_titles_eyebrows_and_descriptions}
    assert [g for g in GENERATORS.values() if not hasattr(say, g) and g not in own] == []


def test_titles_eyebrows_and_descriptions(sample_site, pairs, larger, numbers):
    names = dict(sample_site.database.sql("SELECT slug, name FROM sector"))
    for slugs, v in itertools.chain(list(pairs.items())[::60], list(larger.items())[::20]):
        of = [numbers[s] for s in slugs]
        assert v["title"] == " vs ".join(say.names(of)) and v["names"] == say.join(say.names(of))
        shared = [s for s in of[0]["sectors"] if all(s in p["sectors"] for p in of)]
        own = list(dict.fromkeys(p["sectors"][0] for p in of))
        assert v["eyebrow"] == "Comparison · " + (names[shared[0]] if shared else " / ".join(names[s] for s in own)), slugs
        whole = f"{v['title']}: {v['lede']} " + " ".join(f"{p['name']}: {p['summary']}" for p in of)
        page = parse(sample_site.get(f"/compare/{'-vs-'.join(slugs)}").text)
        said = page.one("meta", {"name": "description"})["content"]
        assert whole == said or whole.startswith(said.rstrip("…")) and len(said) > 100

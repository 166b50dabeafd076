"""The generated sentences with names and numbers that the sample does not have: punctuation at the end of a name,
commas and "and" within it, plural names, other scripts; no move, one and many; no sector, no theme, no score, a score by hand.
"""
import itertools
import random

import pytest

from lib import sentences as say
from lib.closeness import Closeness
from lib.servers import wait_until
from test_sentences import SET_SENTENCES, ask_all, check_product, differing

NAMES = {"kafka": "Acme Inc.", "nats": "Yahoo!", "redis": "Who’s Next?", "nginx": "قاعدة البيانات", "etcd": "データベース。",
         "go": "Tools (A, B and C)", "rust": "O’Neil’s <b>Widgets</b>", "helm": "Brothers & Sons", "caddy": "Ходоки",
         "curl": "The Silent Ones", "maven": "vs", "zap": "100", "vue": "Vue\u200b & Co."}
EDITS = [
    "DELETE FROM activity WHERE product_id = {curl}",                                                   # not scored
    "DELETE FROM activity WHERE product_id = {helm} AND occurred_at > '2026-05-01'",
    "INSERT INTO activity (product_id, kind, title, occurred_at) VALUES ({helm}, 'post', 'One', '2026-08-01')",  # one move
    "UPDATE activity SET class = 'spark' WHERE product_id = {helm} AND title = 'One'",
    "DELETE FROM activity WHERE product_id = {zap} AND occurred_at > '2026-05-01'",                     # none lately
    "DELETE FROM product_sector WHERE product_id = {maven}",
    "DELETE FROM product_theme WHERE product_id IN ({maven}, {zap})",
    "UPDATE product SET velocity_override = 9.9, license = NULL WHERE id = {caddy}",
    "UPDATE product SET velocity_override = 0.0 WHERE id = {vue}",
    "UPDATE product SET license = 'Licence, v. 2.', lifecycle = 'maintenance' WHERE id = {etcd}",
    "UPDATE product SET lifecycle = 'discontinued', summary = NULL WHERE id = {rust}",
    "UPDATE product SET summary = NULL WHERE id IN ({maven}, {zap}, {curl})",
]


class Plain:
    """A site without the characters that isolate names which are written from right to left (text/bidi.h)."""

    def __init__(self, site):
        self.site, self.database = site, site.database

    def get(self, path):
        answer = self.site.get(path)
        answer.body = answer.body.replace("\u2068".encode(), b"").replace("\u2069".encode(), b"")
        return answer


@pytest.fixture(scope="module")
def edited(module_site):
    module_site = Plain(module_site)
    sql = module_site.database.sql
    ids = dict(sql("SELECT slug, id FROM product"))
    for slug, name in NAMES.items():
        sql("UPDATE product SET name = %s WHERE slug = %s", name, slug)
    for statement in EDITS:
        sql(statement.format(**{slug: ids[slug] for slug in NAMES}))
    for slug, name in NAMES.items():
        wait_until(lambda: module_site.get(f"/products/{slug}.json").json["title"] == name, 20)
    last = lambda: module_site.get("/products/curl.json").json["product"]  # noqa: E731
    wait_until(lambda: not last()["velocity"]["scored"] and last()["summary"] is None, 20)
    return module_site


@pytest.fixture(scope="module")
def numbers(edited):
    return say.Numbers(edited.database.sql).by_slug()


@pytest.fixture(scope="module")
def shown(edited):
    slugs, chance = sorted(NAMES), random.Random(4)
    sets = [c for n in (2, 3) for c in itertools.combinations(slugs, n)]
    return ask_all(edited, sets + chance.sample(list(itertools.combinations(slugs, 4)), 200))


def test_the_numbers_are_what_the_edits_make_them(numbers):
    assert [numbers[s]["tenths"] for s in ("curl", "caddy", "vue")] == [None, 99, 0]
    assert [numbers[s]["n90"] for s in ("helm", "zap")] == [1, 0] and numbers["helm"]["s30"] == 1
    assert numbers["maven"]["sectors"] == numbers["maven"]["themes"] == []


@pytest.mark.parametrize("name", SET_SENTENCES)
def test_a_sentence_of_sets(shown, numbers, name):
    assert differing(shown, numbers, *SET_SENTENCES[name]) == []


def test_no_sentence_has_two_stops_or_two_blanks(shown):
    for slugs, v in shown.items():
        texts = [v["lede"], v["cadence"], v["overlap"] or "", v["alternatives_intro"], *(q["text"] or "" for q in v["questions"])]
        for text in texts:
            assert not any(bad in text for bad in ("..", "!.", "?.", "。.", "  ", " ,", " .")), (slugs, text)
            assert text == "" or text.rstrip()[-1] in ".!?。", (slugs, text)


def test_sentences_about_each_product(edited, numbers):
    closeness = Closeness(edited)
    for slug in NAMES:
        check_product(edited, numbers[slug], closeness, numbers)


def test_no_question_ends_with_two_question_marks(edited):
    for path in ("/products/redis", "/faq/redis", "/compare/kafka-vs-redis", "/faq/kafka-vs-redis", "/compare/etcd-vs-nats-vs-redis",
                 "/search?q=who%27s+nxt", "/compare?a=kafka&b=redi"):
        for form in ("", ".md", ".json"):
            text = edited.get(path.replace("?", form + "?", 1) if "?" in path else path + form).text
            assert "Who’s Next??" not in text, path + form
    headings = [line for line in edited.get("/compare/kafka-vs-redis.md").text.splitlines() if line.startswith("#")]
    assert {"## What is Acme Inc.?", "## What is Who’s Next?"} <= set(headings)
    assert 'Who’s Next?</a></h2>' in edited.get("/compare/kafka-vs-redis").text


def test_feeds_and_calendars_end_their_sentences_once(edited):
    for slug in NAMES:
        for path in (f"/products/{slug}.atom", f"/feeds/{slug}.ics", f"/compare/{slug}-vs-zookeeper.atom"):
            text = edited.get(path).text
            assert not any(bad in text for bad in ("..<", "!.<", "?.<", "。.<", "..&lt;", "!.&lt;", "?.&lt;", ".&lt;/a&gt;.", "!&lt;/a&gt;.", "..\r", "!.\r", "?.\r")), path

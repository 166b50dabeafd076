"""What a page says once: the editors' prose, why a score is what it is, a product's letters; and each block's link to itself."""
import itertools
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest

from lib.page import Node, parse

BLOCKS = {"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "dd", "dt", "caption", "blockquote", "summary"}
PAGES = ["/", "/compare", "/compare/kafka-vs-kubernetes", "/compare/kafka-vs-nats", "/compare/postgresql-vs-redis",
         "/compare/h2o-vs-keydb", "/compare/kafka-vs-nats-vs-redis", "/compare/kafka-vs-nats-vs-nginx-vs-redis",
         "/products/kafka", "/products/nginx", "/products/traefik", "/products/minio", "/alternatives/kafka",
         "/alternatives/go", "/sectors", "/sectors/devops", "/themes/streaming", "/leaderboard", "/search?q=redis", "/faq",
         "/faq/kafka", "/faq/kafka-vs-kubernetes", "/methodology", "/about", "/predictions", "/products/kafka/history",
         "/products/nginx/history"]
PAST = "/products/kafka/history/2026-03-20"  # it repeats words around what changed


def leaves(node):
    """The elements with text of their own that have no such element within."""
    for child in node.children:
        if isinstance(child, Node):
            inner = list(leaves(child))
            own = child.name in BLOCKS or child["class"] == "hint"
            yield from inner or ([child] if own and child.text else [])


def sentences(text):
    return [s for s in re.split(r"(?<=[.!?])\s+", text) if len(s) >= 25]


@pytest.fixture(scope="module")
def prose(sample_site):
    """All that the editors wrote, as plain text; and their headlines and summaries."""
    texts = []
    for table, columns in (("editorial", "current_state_md, heading_md, prediction_md, headline"), ("product", "summary"),
                           ("comparison", "intro_md, verdict_md"), ("faq", "question, answer_md"), ("page", "body_md"),
                           ("alternative", "reason")):
        texts += [text for row in sample_site.database.sql(f"SELECT {columns} FROM {table}") for text in row if text]
    lines = {r[0] for r in sample_site.database.sql("SELECT headline FROM editorial UNION SELECT summary FROM product") if r[0]}
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(texts))
    return squeezed(plain), {squeezed(s) for line in lines for s in sentences(line)}


def squeezed(text):
    return re.sub(r"[\s*_`’'“”\"-]+", "", text)


@pytest.mark.parametrize("path", PAGES)
def test_no_sentence_of_the_editors_stands_twice(sample_site, prose, path):
    written, lines = prose
    main = parse(sample_site.get(path).text).one("main")
    said = Counter(squeezed(s) for leaf in leaves(main) for s in sentences(leaf.text))
    # A comparison has the summary under its title and in "What is", the headline there and side by side.
    allowed = {s: 2 if path.startswith("/compare/") and s in lines else 1 for s in said}
    assert [s for s, n in said.items() if n > allowed[s] and s in written] == []
    assert sum(s in written for s in said) > 0 or path in ("/", "/compare", "/sectors"), "the page has such prose at all"


CELLS = re.compile(r"<(td|th|dd|dt|datalist|script|option|title|nav)\b.*?</\1>", re.S)  # two products may have the same value
INLINE = re.compile(r"</?(?:a|abbr|bdi|b|code|em|i|mark|small|span|strong|sub|sup|svg|use|time)\b[^>]*>")
OWN_LINE = re.compile(r'<span class="(?:hint|note|of)">')


def long_sentences(html):
    """The sentences of at least eight words that a reader sees in the body of a page."""
    body = CELLS.sub("\n", OWN_LINE.sub("\n", html[html.index("<body"):]))
    for line in re.sub(r"<[^>]*>", "\n", INLINE.sub("", body)).split("\n"):
        for sentence in re.split(r"(?<=[.!?])[”’)]*\s+", unescape(line).strip()):
            if sum(any(c.isalnum() for c in word) for word in sentence.split()) >= 8:
                yield sentence


def twice(site, lines, path):
    """What stands twice on a page.  A comparison has each product's summary and headline twice: under the title and in
    its "What is", and there and in its panel."""
    said = Counter(long_sentences(site.get(path).text))
    most = 2 if path.startswith("/compare/") else 1
    return [(path, s, n) for s, n in said.items() if n > (most if squeezed(s) in lines else 1)]


def test_no_long_sentence_stands_twice_on_any_page(sample_site, prose):
    slugs = sorted(r[0] for r in sample_site.database.sql("SELECT slug FROM product WHERE status = 'published'"))
    paths = [*PAGES, "/products", "/themes", "/compare?a=kafak&b=redis", "/compare?from=kafka-vs-nats-vs-redis", "/search?q=message",
             "/search?q=zzzzzz", "/no/such/page", "/compare/kafak-vs-nats"]
    paths += [f"/{kind}/{slug}" for kind in ("products", "alternatives", "faq") for slug in slugs]
    paths += [f"/compare/{a}-vs-{b}" for a, b in itertools.combinations(slugs, 2)]
    paths += [f"/compare/{'-vs-'.join(slugs[i:i + n])}" for n in (3, 4) for i in range(0, 96, 2)]
    paths += [f"/faq/{a}-vs-{b}" for a, b in itertools.combinations(slugs[::7], 2)]
    with ThreadPoolExecutor(4) as pool:
        assert [w for found in pool.map(lambda path: twice(sample_site, prose[1], path), paths) for w in found][:10] == []


def test_a_sentence_that_stands_twice_is_seen():
    html = "<html><body><p>One two three four <a href='/'>five six</a> seven eight.</p><li>x. One two three four five six seven eight.</li>"
    assert list(Counter(long_sentences(html)).values()) == [2]


@pytest.mark.parametrize("path", PAGES)
def test_why_a_score_is_what_it_is_stands_once_and_each_score_leads_there(sample_site, path):
    page = parse(sample_site.get(path).text)
    ids = [e["id"] for e in page.all() if e["id"]]
    assert page.one("main").text.count("Why this score") <= 1
    scores = [e for e in page.one("main").all("span", {"class": "num"}) if re.fullmatch(r"\d+\.\d", e.text)]
    for score in scores:
        href = score.parent["href"]
        assert score.parent.name == "a" and "#score-" in href, "a click on a score opens its inputs"
        assert href[0] != "#" or href[1:] in ids
        assert score.parent["aria-label"].startswith(score.text + ": why this score of ")
    if path.startswith(("/compare/", "/products/")) and not path.endswith("/history"):
        inputs = next(d for d in page.all("details", {"class": "inputs"}))
        assert inputs.one("summary").text == "Why this score"
        assert [e["id"] for e in inputs.all() if e["id"]] == ["score-" + s for s in path.split("/")[2].split("-vs-")]


def test_a_score_of_another_page_leads_to_inputs_that_exist(sample_site):
    for card in list(parse(sample_site.get("/alternatives/kafka").text).all("li", {"class": "card"}))[:3]:
        path, _, fragment = card.one("p", {"class": "score"}).one("a")["href"].partition("#")
        parse(sample_site.get(path).text).id(fragment)


@pytest.mark.parametrize("path", [*PAGES, PAST])
def test_each_block_has_a_link_to_itself(sample_site, path):
    main = parse(sample_site.get(path).text).one("main")
    blocks = list(main.all("section")) + [d for d in main.all("div") if (d["class"] or "").startswith("qa ")]
    for block in blocks:
        links = [a for a in main.all("a", {"class": "self", "href": "#" + block["id"]})]
        assert len(links) == 1, block["id"]
        assert links[0].text and links[0].parent.name in ("h2", "h3"), "the heading is the name of the link"


@pytest.mark.parametrize("path", ["/compare/react-vs-redis", "/compare/gradle-vs-grafana-vs-grav",
                                  "/compare/cert-manager-vs-cmake", "/alternatives/redis", "/leaderboard",
                                  "/compare/dragonfly-vs-drupal"])
def test_products_of_a_page_have_different_letters(sample_site, path):
    text = sample_site.get(path + ".json").json
    letters = {}
    for product in text.get("products", []) + text.get("alternatives", []):
        letters[product["slug"]] = product["monogram"]
    folded = [m.casefold() for m in letters.values()]
    assert len(folded) >= 2 and len(set(folded)) == len(folded), letters

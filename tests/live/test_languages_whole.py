"""No sentence escapes the catalogues: pages of a language that nobody speaks, in which every message stands in brackets.

What is left outside of the brackets must be rows: names, titles, summaries, values, bodies.  A sentence that a source has
without a catalogue stands there bare, and so does one glued of pieces."""
import html
import os
import re
import sys

import pytest
from lxml import etree
from lxml import html as lxml_html

from conftest import _run
from lib import pseudo
from lib.servers import TOP, Site, short_folder
from test_pages_links import Crawl, read

sys.path.append(str(TOP / "tests/browser"))
from pages import PAGES  # noqa: E402

TWINS = ["/index.md", "/compare/kafka-vs-kubernetes.md", "/products/kafka.md", "/alternatives/kafka.md", "/faq.md", "/methodology.md", "/search.md?q=redis",
         "/leaderboard.md", "/sectors.md", "/predictions.md", "/no/such/page.md", "/feed.atom",
         "/feeds/kafka+rust.ics", "/feeds/kafka.atom", "/badge/kafka.svg"]
SPOKEN = ["aria-label", "alt", "title", "placeholder", "data-unit"]
DESCRIBED = ["description", "og:title", "og:description", "og:image:alt"]


@pytest.fixture(scope="module")
def pseudo_site(request, templates):
    folder = short_folder()
    pseudo.catalogue(folder, "en-XA")
    yield from _run(request, Site(templates, config={"lang": "en-XA", "locale_dir": folder, "deadline": 20000}))


NOT_WORDS = re.compile(r"""\]\(<?[^)>]*>?\)|<?https?://[^\s>)]+>?|\d{4}-\d\d-\d\dT[\d:.]+Z|[\u2068\u2069\\]|\bUTC\b|\(#[^)]*\)""")
BREAKS = re.compile(r"[⟦⟧|\[\]·/;()●◆▲■✦\n]|: |, |\. |\? | — ")


def bare(text):
    """The parts of a text that stand outside of brackets."""
    depth, out = 0, []
    for c in NOT_WORDS.sub(" ", text):
        depth += (c == "⟦") - (c == "⟧")
        out.append("\n" if c in "⟦⟧" else c if depth <= 0 else "")
    assert depth == 0 or "…" in text, text
    return [part.strip() for part in BREAKS.split("".join(out)) if re.search(r"[^\W\d_]{2}", part)]


def plain(text):
    text = re.sub(r"\[\[(?:[^\]|]*\|)?|\]\]|\]\([^)]*\)|<[^>]*>", "", text)
    return " ".join(re.sub(r"[*_`#>:,.…\"“”&\[\]~-]", " ", text).split()).lower()


class Rows:
    """What the rows say, as a page may show it."""

    def __init__(self, site):
        self.values, texts = {plain(site.config["site_name"]), "diptych"}, []
        for table, column in site.sql("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE() "
                                      "AND data_type IN ('varchar', 'text', 'mediumtext', 'char', 'enum', 'longtext')"):
            for value, in site.sql(f"SELECT DISTINCT `{column}` FROM `{table}` WHERE `{column}` IS NOT NULL"):
                self.values |= {plain(part) for part in [value, *BREAKS.split(value)]}
                texts.append(plain(value))
        self.text = "\n".join(texts)

    def has(self, part):
        """A text that is cut, an address, the letters of a logo, an identifier, or words of a row."""
        words = plain(part)
        return (words in self.values or len(words) < 3 or not words.isascii() or bool(re.fullmatch(r"[\w-]+(\.[\w/-]+)+|\W*\S*:\S*", part))
                or ((len(words.split()) > 2 or part.endswith("…")) and words in self.text))


def is_prose(element):
    return element.tag in ("script", "style") or "prose" in (element.get("class") or "").split()


def words_of(element):
    """The texts below an element in their order, one a line, without those of bodies."""
    if isinstance(element.tag, str) and not is_prose(element):
        yield element.text or ""
        for child in element:
            yield "\n"
            yield from words_of(child)
            yield "\n" + (child.tail or "")


def spoken(page):
    yield "".join(words_of(page))
    for element in page.iter(etree.Element):
        if not any(is_prose(e) for e in [element, *element.iterancestors()]):
            yield from (element.get(name) for name in SPOKEN if element.get(name))
        if element.tag == "meta" and (element.get("name") or element.get("property")) in DESCRIBED:
            yield element.get("content")


def written(site, path):
    """The texts of an answer in which words of a message may stand."""
    text = site.get(path).text
    if text.startswith("<!DOCTYPE html"):
        return spoken(lxml_html.document_fromstring(text))
    text = text.replace("\r\n ", "").replace("\\,", ",")
    if text.startswith("<?xml") or text.startswith("<svg"):
        text = html.unescape(re.sub(r"<[^>]*>", "\n", html.unescape(re.sub(r"<[^>]*>", "\n", text))))
    if text.startswith("BEGIN:VCALENDAR"):
        text = re.sub(r"^(?!SUMMARY|DESCRIPTION|CATEGORIES|NAME|X-WR-CAL).*$|^[\w-]+:", "", text, flags=re.M)
    return [text]


def bare_of(site, rows, paths):
    return {part: path for path in paths for text in written(site, path) for part in bare(text) if not rows.has(part)}


def test_every_word_of_main_pages_and_twins_is_a_message_or_a_row(pseudo_site):
    assert bare_of(pseudo_site, Rows(pseudo_site), [*PAGES.values(), *TWINS]) == {}


def test_every_word_of_the_banner_of_a_preview_is_a_message_or_a_row(pseudo_site):
    pseudo_site.sql("INSERT INTO product (slug, name, status, summary, website_url) VALUES ('faulty', 'Faul\u200bty', 'draft', 'A <b>bold</b> word', 'no')")
    (token,), = pseudo_site.sql("SELECT preview_token FROM product WHERE slug = 'faulty'")
    banner = lxml_html.document_fromstring(pseudo_site.get(f"/preview/{token}").text).find_class("preview")[0]
    for place in banner.xpath(".//b[@dir='ltr'] | .//bdi"):  # a table, an id and a column; the words of the row
        place.text = ""
    found = [li.text_content() for li in banner.iter("li") if li.find("bdi") is not None]
    assert len(found) == 3 and [text for text in found if text.count("⟦") != 3] == [], "a message about the meaning and the advice"
    rows = Rows(pseudo_site)
    assert [part for text in spoken(banner) for part in bare(text) if not rows.has(part)] == []


@pytest.mark.skipif("DIPTYCH_TEST_ALL" not in os.environ, reason="reads a thousand pages; ./check --all does")
def test_every_word_of_the_whole_site_is_a_message_or_a_row(pseudo_site):
    crawl = Crawl(pseudo_site)
    pages = [path for path in crawl.seen if read(path) and not path.startswith(("/static/", "/og/")) and "." not in path.partition("?")[0]]
    assert len(pages) > 500 and crawl.wrong == []
    assert bare_of(pseudo_site, Rows(pseudo_site), pages) == {}

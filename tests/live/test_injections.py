"""More than 300 strings that bring scripts through filters, in every text of every table and in bodies of each format: pages have
no element, attribute, address or script but those of the templates and of Markdown.  tests/browser/test_injections.py runs them."""
import json
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest
from lxml import html as lxml_html

from conftest import _run
from lib.injections import ASKED, FORMATS, INJECTIONS, LINES, TEXTS, fill
from lib.servers import Site, wait_until

ADDRESSES = ("href", "src", "action", "formaction", "data", "poster", "background", "cite", "ping", "srcset", "xlink:href")
OF_BODIES = {"h1", "h2", "h3", "h4", "h5", "h6", "p", "a", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "br", "img", "table",
             "thead", "tbody", "tr", "th", "td", "del", "sup", "span", "div", "section"}
CLEAN = ["/", "/products/kafka", "/compare/kafka-vs-nats", "/compare/caddy-vs-hugo-vs-kafka-vs-nats", "/faq/kafka", "/products", "/sectors", "/themes",
         "/sectors/devops", "/predictions", "/leaderboard", "/about", "/search?q=kafka", "/alternatives/kafka", "/products/kafka/history"]


@pytest.fixture(scope="module")
def clean(sample_site):
    """What pages of the templates have."""
    return {node.tag for path in CLEAN for node in tree(sample_site.get(path).text).iter() if isinstance(node.tag, str)}


@pytest.fixture(scope="module")
def site(request, templates):
    for site in _run(request, Site(templates, config={"sweep_seconds": 86400})):
        fill(site)
        slugs = [s for s, in site.sql("SELECT slug FROM product WHERE status = 'published' ORDER BY id")]
        site.slugs = slugs
        site.sql("UPDATE page SET slug = 'written-last' WHERE slug = 'about'")
        wait_until(lambda: site.get("/written-last").status == 200, 20)
        yield site


def paths(site):
    pages = [s for s, in site.sql("SELECT slug FROM page WHERE status = 'published'")]
    sectors = [s for s, in site.sql("SELECT slug FROM sector")]
    sets = [site.slugs[i:i + 4] for i in range(0, len(site.slugs) - 3, 4)]
    return ["/", "/products", "/sectors", "/themes", "/leaderboard", "/predictions", "/faq", "/compare?a=kafka", "/search?q=script",
            *[f"/{slug}" for slug in pages], *[f"/sectors/{slug}" for slug in sectors], *["/compare/" + "-vs-".join(sorted(s)) for s in sets],
            *[f"/faq/{slug}" for slug in site.slugs[:ASKED]], *[f"/products/{slug}" for slug in site.slugs[::4]], *[f"/alternatives/{slug}" for slug in site.slugs[::9]],
            *[f"/products/{slug}/history" for slug in site.slugs[::9]]]


def got(site, path):
    """On a busy machine a page may pass its deadline."""
    return wait_until(lambda: (answer := site.get(path)).status == 200 and answer, 20, path)


def tree(text):
    return lxml_html.document_fromstring(text)


def faults(text, known):
    """What of a page neither the templates nor the writer of bodies may have written."""
    for node in tree(text).iter():
        if not isinstance(node.tag, str):
            continue
        if node.tag not in known:
            yield node.tag, dict(node.attrib)
        for name, value in node.attrib.items():
            if name.startswith("on") or name in ("style", "srcdoc", "is") or not re.fullmatch(r"[a-z-]+", name):
                yield node.tag, name, value
            if name in ADDRESSES and not re.match(r"(https?://|mailto:|/(?!/)|[^:/?#]+([/?#]|$)|[?#]|$)", value):
                yield node.tag, name, value
        if node.tag == "script":
            if node.get("type") != "application/ld+json":
                yield "script", lxml_html.tostring(node)
            else:
                json.loads(node.text)
        if node.tag == "meta" and node.get("http-equiv") or node.tag == "link" and "stylesheet" in node.get("rel", "") and not node.get("href").startswith("/"):
            yield node.tag, dict(node.attrib)


def test_there_are_more_than_three_hundred():
    assert len(set(INJECTIONS)) >= 300


def test_every_text_of_every_table_is_among_these(sample_site):
    """A column for words gets words that are hostile."""
    rows = sample_site.sql("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND data_type IN"
                           " ('varchar', 'text', 'mediumtext', 'longtext') AND table_name NOT LIKE 'site\\_%%' AND table_name NOT LIKE 'lint\\_%%'"
                           " AND table_name NOT LIKE 'change\\_%%' AND table_name NOT IN ('schema_version', 'revision', 'revision_base', 'product_source', 'import_release', 'import_source')")
    ours = {(table, column) for columns in (LINES, TEXTS) for table, names in columns.items() for column in names} | {("faq", "question")}
    words = {("activity", "kind"), ("activity", "class")}  # closed, like status
    closed = {(t, c) for t, c in rows if c in ("slug", "status", "lifecycle", "kind", "preview_token", "prediction_state")} | words
    assert {(t, c) for t, c in rows} - closed - ours == set()


def test_no_page_has_what_nobody_wrote(site, clean):
    known = clean | OF_BODIES
    all_paths = paths(site)
    for path in all_paths:
        answer = got(site, path)
        assert "Set-Cookie" not in answer.headers and answer.headers["Content-Security-Policy"]
        found = list(faults(answer.text, known))
        assert not found, (path, found[:3])
    said = "".join(got(site, f"/faq/{slug}").text for slug in site.slugs[:ASKED])
    assert all(said.count(f">{format} ") + said.count(f"{format} ") >= len(INJECTIONS) for format in FORMATS), "each string is asked in each format"


def test_programs_get_what_they_can_read(site):
    for slug in site.slugs[:ASKED:3]:
        for path in (f"/products/{slug}.json", f"/faq/{slug}.json"):
            assert json.loads(got(site, path).body.decode())
        ElementTree.fromstring(got(site, f"/products/{slug}.atom").body)
        for path in (f"/products/{slug}.md", f"/faq/{slug}.md"):  # a renderer that lets raw HTML pass
            shown = subprocess.run(["cmark", "--unsafe"], input=got(site, path).body, stdout=subprocess.PIPE, check=True).stdout.decode()
            assert not list(faults(f"<!DOCTYPE html><body>{shown}", OF_BODIES | {"html", "body"})), path
    for path in ("/feed.atom", "/sitemap.xml", "/sitemaps/products-1.xml"):
        ElementTree.fromstring(got(site, path).body)

"""Hostile text in every column that editors fill: the parsed page has no element, attribute or address
that the template did not write; feeds, twins and JSON-LD stay well-formed."""
import json

import pytest

from lib import jsonld, schemas
from lib.page import parse
from lib.servers import wait_until

STRINGS = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "</script><script>alert(1)",
    "]]><b>x</b>", "<!-- x", "--><svg onload=alert(1)>", "javascript:alert(1)", "{{title}} {{{json_ld}}}", "</title><h1>x",
    "a\u202ereversed\u2066", "\U0001f600 emoji \u0301\u0302\u0303", "tab\tand\nline", "&lt;b&gt; &amp;amp;", "%s%n%1$s", "\\u003cb\\u003e",
    "[x](javascript:alert(1)) <b onclick=alert(1)>b</b>", "![x](data:text/html,x)", "<a href=\"data:text/html,x\">x</a>",
    "| a | b |\n# heading\n```", "\u2028 line \u2029 paragraph", "\ufffe\uffff\ufdd0\U0001ffff\x01\x0b\x1f\x7f\x80\x85\x9f &#xFFFE;&#1;&#x7f;&#xfdef;", "<!--<script> ]]> --!>"]
TEXT = {"product": ["name", "license", "website_url", "repository_url", "logo_url"], "sector": ["name"],
        "theme": ["name"], "editorial": ["headline", "author", "current_state_md", "heading_md", "prediction_md"],
        "activity": ["title", "url", "version"], "faq": ["question", "answer_md"], "comparison": ["intro_md", "verdict_md"],
        "page": ["title", "body_md"], "attribute": ["name", "unit", "help", "group_name"],
        "fact": ["value", "note", "source_url"]}
PAGES = ["/", "/compare/kafka-vs-kubernetes", "/compare/kafka-vs-kubernetes-vs-nats", "/products/kafka", "/alternatives/kafka",
         "/faq", "/faq/kafka", "/faq/kafka-vs-kubernetes", "/about", "/methodology", "/leaderboard", "/sectors",
         "/sectors/devops", "/themes/streaming", "/search?q=kafka", "/compare?a=kafka", "/nope"]
FEEDS = ["/feed.atom", "/products/kafka.atom", "/compare/kafka-vs-kubernetes.atom", "/sectors/devops.atom"]


@pytest.fixture(scope="module")
def hostile_site(module_site):
    """Every row of every table says every string, each row from another one on."""
    everything = " ".join(STRINGS)
    for table, columns in TEXT.items():
        for at, column in enumerate(columns):
            for i, text in enumerate(STRINGS):
                value = text if column.endswith("url") else f"{text} {everything}"[:480]
                module_site.database.sql(f"UPDATE {table} SET {column} = %s WHERE (id + {at}) %% {len(STRINGS)} = {i}", value)
    wait_until(lambda: "</title><h1>x" in module_site.get("/about.json").json["title"], 20)
    return module_site


@pytest.mark.parametrize("path", PAGES)
def test_no_foreign_element_attribute_or_address(hostile_site, sample_site, path):
    page = parse(hostile_site.get(path).text)
    names = {n.name for n in page.all()}
    assert not names & {"iframe", "object", "embed", "style", "base", "frame", "math", "marquee"}
    for node in page.all():
        assert not [a for a in node.attrs if a.startswith("on") or a == "style"], node.attrs
        for a in ("href", "src", "action"):
            if node[a]:
                assert node[a].startswith(("http://", "https://", "mailto:", "/", "#")), node[a]
                assert not node[a].startswith("//")
        if node.name == "script":
            assert node["type"] == "application/ld+json"
        if node.name == "img":
            assert node["src"].startswith("https://")
    assert len(list(page.all("h1"))) == 1 and len(list(page.all("title"))) == 1
    main = {(n.name) for n in page.all()}
    assert not main - {n.name for p in PAGES for n in parse(sample_site.get(p).text).all()} - {
        "h3", "h4", "h5", "h6", "pre", "code", "img", "em", "strong", "table", "p", "li", "ul", "br", "hr"}


def forbidden(text):
    """Characters that may not stand in HTML, XML or JSON: controls and noncharacters."""
    return {f"{ord(c):x}" for c in set(text) if (c < " " and c not in "\t\n\r") or "\x7f" <= c < "\xa0"
            or "\ufdd0" <= c <= "\ufdef" or ord(c) & 0xFFFE == 0xFFFE}


@pytest.mark.parametrize("path", PAGES + FEEDS + ["/products/kafka.json", "/products/kafka.md", "/faq/kafka.json", "/about.md"])
def test_no_control_and_no_noncharacter_is_sent(hostile_site, path):
    answer = hostile_site.get(path)
    assert not forbidden(answer.body.decode("utf-8"))
    if path.endswith(".json"):
        assert not forbidden(json.dumps(answer.json, ensure_ascii=False).replace("\\n", "\n"))


@pytest.mark.parametrize("path", [p for p in PAGES if p != "/nope"])
def test_json_ld_stays_in_its_script(hostile_site, path):
    assert jsonld.nodes(hostile_site.get(path).text, hostile_site.url)


@pytest.mark.parametrize("path", FEEDS)
def test_feeds_stay_valid(hostile_site, path):
    root = schemas.atom(hostile_site.get(path).body)
    assert len(root.findall(schemas.ATOM + "entry")) == 50 or "kafka" in path
    for content in root.iter(schemas.ATOM + "content"):
        assert {n.name for n in parse(content.text).all()} <= {"p", "a"}


@pytest.mark.parametrize("path", [p for p in PAGES if p not in ("/", "/compare?a=kafka", "/nope") and "?" not in p])
def test_twins_stay_whole(hostile_site, path):
    assert json.loads(hostile_site.get(path + ".json").body.decode("utf-8"))
    markdown = hostile_site.get(path + ".md")
    assert markdown.status == 200 and markdown.body.decode("utf-8")


def test_a_website_is_a_web_address_with_a_host(own_site):
    for url, shown in [("HTTPS://Kafka.Example/", "HTTPS://Kafka.Example/"), ("http://", None), ("https:///x", None),
                       ("ftp://x.example/", None), ("https:x", None),
                       ("https://x.example/><b>|\"'%41%zz", "https://x.example/%3E%3Cb%3E%7C%22%27%41%25zz"),
                       ("https://www.bücher.example/a/", "https://www.b%C3%BCcher.example/a/"),
                       ("https://[2001:db8::1]:8080/a(b)", "https://[2001:db8::1]:8080/a(b)")]:
        own_site.database.sql("UPDATE product SET website_url = %s, license = %s WHERE slug = 'kafka'", url, "L" + url)
        wait_until(lambda: own_site.get("/products/kafka.json").json["product"]["license"] == "L" + url)
        assert own_site.get("/products/kafka.json").json["product"]["website_url"] == shown
        assert own_site.get("/products/kafka.md").text.count(f"- Website: <{shown}>\n" if shown else f"- Website: {url}\n") == 1
        links = {a["href"]: a.text for a in parse(own_site.get("/products/kafka").text).all("a")}
        assert shown in links if shown else url not in links
        assert not shown or links[shown] == url.partition("://")[2].removeprefix("www.").rstrip("/")

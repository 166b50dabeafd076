"""Checks JSON-LD against schema.org, the requirements of search engines for each type, and the page itself."""
import json
import re

from .page import bare, parse

TEXT, URL, DATE = "text", r"https?://\S+", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
PAGE = {"@id": URL, "url": URL, "name": TEXT, "description": TEXT, "inLanguage": r"[a-z]{2}(-\w+)?"}
PAGE_TYPES = ("WebPage", "AboutPage", "CollectionPage", "ItemPage", "SearchResultsPage")
# The required and the optional properties of each type.
REQUIRED = {
    **{kind: PAGE for kind in PAGE_TYPES},
    "BreadcrumbList": {"itemListElement": ["ListItem"]},
    "ItemList": {"name": TEXT, "itemListElement": ["ListItem"]},
    "ListItem": {"position": int, "name": TEXT},
    "FAQPage": {"mainEntity": ["Question"]},
    "Question": {"name": TEXT, "acceptedAnswer": "Answer"},
    "Answer": {"text": TEXT},
    "Article": {"headline": TEXT, "mainEntityOfPage": URL},
    "Person": {"name": TEXT},
    "Organization": {"name": TEXT},
    "ImageObject": {"url": URL, "caption": TEXT, "width": int, "height": int},
    "PropertyValue": {"propertyID": TEXT, "name": TEXT, "value": TEXT},
    "CreativeWork": {"name": TEXT, "additionalType": "https://schema.org/SoftwareApplication"},
}
OPTIONAL = {**{kind: {"primaryImageOfPage": "ImageObject"} for kind in PAGE_TYPES},
            "ListItem": {"item": URL, "url": URL}, "PropertyValue": {"unitText": TEXT, "description": TEXT},
            "CreativeWork": {"url": URL, "description": TEXT, "additionalProperty": ["PropertyValue"]},
            "Article": {"datePublished": DATE, "dateModified": DATE, "author": ["Person", "Organization"],
                        "image": "ImageObject"}}


def _check(node, kind):
    assert node["@type"] == kind, node
    said = {k: v for k, v in node.items() if k != "@type"}
    known = {**REQUIRED[kind], **OPTIONAL.get(kind, {})}
    assert set(REQUIRED[kind]) <= set(said) <= set(known), (kind, sorted(said))
    for name, value in said.items():
        form = known[name]
        if isinstance(form, list) and isinstance(value, dict):
            assert value["@type"] in form, (name, value)
            _check(value, value["@type"])
        elif isinstance(form, list):
            assert value, name
            for part in value:
                _check(part, form[0])
        elif form in REQUIRED:
            _check(value, form)
        elif form is int:
            assert type(value) is int and value > 0
        else:
            assert isinstance(value, str) and value.strip(), (name, value)
            assert form == TEXT or re.fullmatch(form, value), (name, value)


def words(text):
    return " ".join(bare(text).split())


def _shown(nodes, page, url):
    """Asserts that the JSON-LD states only what the page shows."""
    text, hrefs = page.one("body").text, {a["href"] for a in page.all("a")}

    def local(address):
        return address.removeprefix(url)
    picture = {m["property"]: m["content"] for m in page.all("meta") if (m["property"] or "").startswith("og:image")}
    for node in nodes:
        kind = node["@type"]
        image = node.get("primaryImageOfPage") or node.get("image")
        assert bool(image) == (bool(picture) and kind in (*PAGE_TYPES, "Article")), kind
        if image:
            assert [image["url"], image["caption"], str(image["width"]), str(image["height"])] == [
                picture["og:image" + part] for part in ("", ":alt", ":width", ":height")]
        if kind in PAGE_TYPES:
            assert node["url"] == node["@id"] == page.one("meta", {"property": "og:url"})["content"]
            assert words(node["name"]) == page.one("h1").text
            assert bare(node["description"]) == bare(page.one("meta", {"name": "description"})["content"])
        elif kind == "BreadcrumbList":
            items = node["itemListElement"]
            assert len(items) > 1 and [i["position"] for i in items] == [*range(1, len(items) + 1)]
            crumbs = list(page.one("nav", {"class": "crumbs"}).all("li"))
            assert [words(i["name"]) for i in items] == [c.text for c in crumbs]
            assert [local(i["item"]) for i in items[:-1]] == [c.one("a")["href"] for c in crumbs[:-1]]
        elif kind == "ItemList":
            items = node["itemListElement"]
            first = items[0]["position"]
            assert [i["position"] for i in items] == [*range(first, first + len(items))]
            assert all(words(i["name"]) in text and local(i["url"]) in hrefs for i in items)
        elif kind == "FAQPage":
            asked = [h.text for h in page.all("h3")] + [h.text for h in page.all("h2")]
            for question in node["mainEntity"]:
                assert words(question["name"]) in asked
                assert words(parse(question["acceptedAnswer"]["text"]).text) in text
        elif kind == "Article":
            times = {t["datetime"] for t in page.all("time")}
            assert words(node["headline"]) in text and words(node.get("author", {}).get("name", "")) in text
            assert {node[n] for n in ("datePublished", "dateModified") if n in node} <= times
        else:
            assert words(node["name"]) in text and node.get("url", node.get("@id")) in hrefs | {None}
            seen = {t["datetime"] for t in page.all("time")} | hrefs
            for fact in node.get("additionalProperty", []):
                assert words(fact["name"]) in text and words(fact.get("description", "")) in text
                assert fact["value"] in seen or words(fact["value"]) in text.replace(",", "") or words(fact["value"]) in text


def _once(pairs):
    assert len({k for k, _ in pairs}) == len(pairs), "a name twice"
    return dict(pairs)


def nodes(answer_text, url):
    """Checks the one JSON-LD script of a page and returns its nodes; url is the address of the site."""
    raw = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer_text, re.S)
    assert len(raw) == 1
    assert not re.search("[<>&\u2028\u2029]", raw[0]), "a script element ends, or a browser stumbles"
    data = json.loads(raw[0], object_pairs_hook=_once)
    assert data["@context"] == "https://schema.org" and set(data) == {"@context", "@graph"}
    for node in data["@graph"]:
        _check(node, node["@type"])
    page = parse(answer_text)
    _shown(data["@graph"], page, url)
    return data["@graph"]

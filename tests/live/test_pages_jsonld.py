"""Every page tells programs in JSON-LD what it shows, in the form that schema.org and search engines want."""
import json

import pytest

from lib import jsonld
from lib.daemon import wait_until
from lib.page import parse
from test_http import PAGES

KINDS = {"/": {"WebPage", "ItemList"}, "/compare/": {"WebPage", "BreadcrumbList", "FAQPage", "ItemList"},
         "/products/": {"ItemPage", "BreadcrumbList", "CreativeWork", "Article", "FAQPage", "ItemList"},
         "/alternatives/": {"CollectionPage", "BreadcrumbList", "ItemList"}, "/sectors": {"CollectionPage", "BreadcrumbList"},
         "/themes": {"CollectionPage", "BreadcrumbList"}, "/products": {"CollectionPage", "BreadcrumbList", "ItemList"},
         "/sectors/": {"CollectionPage", "BreadcrumbList", "ItemList"}, "/themes/": {"CollectionPage", "BreadcrumbList", "ItemList"},
         "/leaderboard": {"CollectionPage", "BreadcrumbList", "ItemList"}, "/faq": {"WebPage", "BreadcrumbList", "FAQPage"},
         "/faq/": {"WebPage", "BreadcrumbList", "FAQPage"}, "/search": {"SearchResultsPage", "BreadcrumbList"},
         "/search?q=kafka": {"SearchResultsPage", "BreadcrumbList", "ItemList"}, "/about": {"AboutPage", "BreadcrumbList"},
         "/products/kafka/history": {"CollectionPage", "BreadcrumbList"},
         "/products/kafka/history/2026-03-20": {"WebPage", "BreadcrumbList", "Article"},
         "/predictions": {"CollectionPage", "BreadcrumbList"}, "/methodology": {"WebPage", "BreadcrumbList"}, "/compare": {"WebPage", "BreadcrumbList"}}


def kinds_of(path):
    plain = path if path in KINDS else path.partition("?")[0]
    return KINDS[plain] if plain in KINDS else KINDS[plain[:plain.index("/", 1) + 1]]


@pytest.mark.parametrize("path", PAGES + ["/compare", "/compare?a=kafka", "/products/minio", "/products/jquery", "/search?q=zzzzzz"])
def test_it_says_what_the_page_shows(sample_site, path):
    kinds = [node["@type"] for node in jsonld.nodes(sample_site.get(path).text, sample_site.url)]
    may_miss = {"Article", "ItemList"} if path == "/products/minio" else {"Article"}  # nothing is close to it
    assert len(set(kinds)) == len(kinds) and set(kinds) >= kinds_of(path) - may_miss and set(kinds) <= kinds_of(path)


def test_a_later_page_goes_on_counting(sample_site):
    for path in ("/leaderboard?page=2", "/products?page=2", "/leaderboard?sort=name&page=2"):
        items = [n for n in jsonld.nodes(sample_site.get(path).text, sample_site.url) if n["@type"] == "ItemList"]
        assert items[0]["itemListElement"][0]["position"] == 51


@pytest.mark.parametrize("change", [
    lambda g: g[0].pop("url"), lambda g: g[0].update(name="Another"), lambda g: g[0].update({"@type": "Product"}),
    lambda g: g[1]["itemListElement"].reverse(), lambda g: g[1]["itemListElement"][0].pop("item"), lambda g: g[1].update(itemListElement=[]),
    lambda g: g[2].update(aggregateRating="5"), lambda g: g[3].update(datePublished="2026-08-22"), lambda g: g[3].pop("headline"),
    lambda g: g[3]["author"].update(name="Zaphod B."), lambda g: g[4]["mainEntity"][0].pop("acceptedAnswer"),
    lambda g: g[4]["mainEntity"][0]["acceptedAnswer"].update(text="Zaphod B."), lambda g: g[5]["itemListElement"][1].update(position=3)])
def test_what_says_something_else_is_noticed(sample_site, change):
    text = sample_site.get("/products/kafka").text
    raw = parse(text).one("script").text
    data = json.loads(raw)
    change(data["@graph"])
    before, _, rest = text.partition('<script type="application/ld+json">')
    strayed = json.dumps(data, ensure_ascii=False)
    for c in "<>&":
        strayed = strayed.replace(c, f"\\u{ord(c):04x}")
    with pytest.raises((AssertionError, KeyError)):
        jsonld.nodes(before + '<script type="application/ld+json">' + strayed + rest[rest.index("</script>"):], sample_site.url)


@pytest.mark.parametrize("author, kind", [("Ada L.", "Person"), ("Sidelight web desk", "Organization"), ("The data team", "Organization"),
                                          ("Desk Jockey", "Person")])
def test_a_desk_is_no_person(own_site, author, kind):
    own_site.sql("UPDATE editorial SET author = %s WHERE product_id = (SELECT id FROM product WHERE slug = 'kafka')", author)
    wait_until(lambda: f'"@type":"{kind}","name":"{author}"' in own_site.get("/products/kafka").text, 10)

"""Alternatives that are alternatives: first what is close to a product, then what only shares a sector with it."""
import itertools
import json
import re

import pytest

from lib.closeness import Closeness
from lib.page import parse
from lib.servers import wait_until

PRODUCTS = ["kafka", "kubernetes", "minio", "kong", "astro", "helm", "go", "curl", "nginx"]
# At least one of these stands among the three that are named.
NAMED = [("go", "rust"), ("terraform", "opentofu"), ("postgresql", "mariadb"), ("redis", "valkey"), ("kafka", "rabbitmq nats"),
         ("nginx", "haproxy caddy"), ("rust", "go"), ("maven", "gradle"), ("vue", "svelte"), ("jaeger", "zipkin")]
SETS = [("kafka", "kubernetes"), ("go", "rust"), ("curl", "minio"), ("cmake", "keycloak"), ("nginx", "redis"), ("kafka", "nats", "redis"),
        ("go", "postgresql", "vue", "wordpress")]


@pytest.fixture(scope="module")
def closeness(sample_site):
    return Closeness(sample_site)


def cards(section):
    return [c.one("h3").one("a")["href"].split("/")[2] for c in section.all("li", {"class": "card"})] if section else []


def section(page, name):
    return next(page.all("section", {"id": name}), None)


@pytest.mark.parametrize("slug", PRODUCTS)
def test_picks_then_close_ones_then_others_of_the_sector(sample_site, closeness, slug):
    page = parse(sample_site.get(f"/alternatives/{slug}").text)
    picks, close, others = closeness.alternatives(slug)
    close = picks + close
    assert (cards(section(page, "alternatives")), cards(section(page, "others"))) == (close, others)
    sector = sample_site.database.sql("SELECT s.name FROM sector s JOIN product_sector l ON l.sector_id = s.id JOIN product p"
                                      " ON p.id = l.product_id WHERE p.slug = %s ORDER BY l.sort, l.id LIMIT 1", slug)[0][0]
    if others:
        assert section(page, "others").one("h2").text.startswith(f"Also in {sector}")
    for card in page.all("li", {"class": "card"}):
        other = card.one("h3").one("a")["href"].split("/")[2]
        assert "/compare/" + "-vs-".join(sorted([slug, other])) in {a["href"] for a in card.all("a")}
    view = sample_site.get(f"/alternatives/{slug}.json").json
    assert [c["rank"] for c in view["products"] + view["others"]] == [*range(1, len(close + others) + 1)]
    assert [bool(c["also_in"]) for c in view["products"] + view["others"]] == [False] * len(close) + [True] * len(others)
    assert {c["slug"]: c["reason"] for c in view["products"] + view["others"] if c["reason"]} == closeness.picks.get(slug, {})


@pytest.mark.parametrize("slug, wanted", NAMED)
def test_what_replaces_a_product_is_named(sample_site, slug, wanted):
    view = sample_site.get(f"/alternatives/{slug}.json").json
    assert {c["slug"] for c in view["products"][:3]} & set(wanted.split())
    answer = sample_site.get(f"/faq/{slug}.json").json["questions"][2]
    assert answer["text"].endswith(".") and view["products"][0]["name"] in answer["text"]


def named_of(sample_site, slug):
    """Every name that the FAQ, JSON-LD and notices of a product's pages give as an alternative."""
    names = set()
    for path in (f"/products/{slug}", f"/alternatives/{slug}"):
        page = parse(sample_site.get(path).text)
        for node in json.loads(page.one("script", {"type": "application/ld+json"}).text)["@graph"]:
            if node["@type"] == "ItemList":
                assert len(node["itemListElement"]) <= 3
                names |= {i["url"].rpartition("/")[2] for i in node["itemListElement"]}
        for notice in page.all("p", {"class": "notice a"}):
            names |= {a["href"].rpartition("/")[2] for a in notice.all("a") if a["href"].startswith("/products/")}
    return names


@pytest.mark.parametrize("slug", ["curl", "minio", "cmake", "loki", "keycloak"])
def test_where_nothing_is_close_the_page_says_so(sample_site, closeness, slug):
    assert closeness.alternatives(slug)[:2] == ([], [])
    name = sample_site.get(f"/products/{slug}.json").json["title"]
    says = f"No close alternative to {name} is tracked here."
    for path in (f"/alternatives/{slug}", f"/products/{slug}", f"/faq/{slug}", f"/compare/{'-vs-'.join(sorted([slug, 'go']))}"):
        page = parse(sample_site.get(path).text)
        assert says in page.one("main").text, path
        assert any(a["href"].startswith("/sectors/") and a.text.startswith("See all products in ") for a in page.all("a")), path
        assert says in sample_site.get(path + ".md").text, path
    assert named_of(sample_site, slug) == set()


@pytest.mark.parametrize("slug", ["go", "kafka", "nginx", "redis", "wordpress"])
def test_only_close_ones_are_named(sample_site, closeness, slug):
    picks, close, _ = closeness.alternatives(slug)
    assert named_of(sample_site, slug) == set((picks + close)[:3])
    names = dict(sample_site.database.sql("SELECT name, slug FROM product WHERE status = 'published'"))
    text = sample_site.get(f"/faq/{slug}.json").json["questions"][2]["text"]
    lists = re.findall(r" (?:is|are) (.*?)(?:; |\.$)", text)
    assert [names[n] for names_list in lists for part in names_list.split(" and ") for n in part.split(", ")] == (picks + close)[:3]
    assert text.startswith("The editors’ pick") == bool(picks) and ("closest" in text) == (len(picks) < 3)


@pytest.mark.parametrize("members", SETS)
def test_six_for_a_set(sample_site, closeness, members):
    view = sample_site.get(f"/compare/{'-vs-'.join(sorted(members))}.json").json
    close, got = closeness.of_set(members), view["alternatives"]
    assert [c["slug"] for c in got if not c["also_in"]] == close
    rest = [c["slug"] for c in got[len(close):]]
    assert len(got) == 6 and all(c["also_in"] for c in got[len(close):])
    assert not set(rest) & set(members) and all(any(closeness.shares(m, s) for m in members) for s in rest)
    shared = set.intersection(*(closeness.sectors[m] for m in members))
    if shared:
        assert rest == sorted(rest, key=closeness.places.get) and all(closeness.sectors[s] & shared for s in rest)
    marked = [c for c in parse(sample_site.get(f"/compare/{'-vs-'.join(sorted(members))}").text).id("alternatives")
              .all("li", {"class": "card"}) if "Also in " in c.text]
    assert len(marked) == len(rest)


def test_every_pair_that_means_something_is_for_search_engines(sample_site, closeness):
    """All pairs that five products make with all others."""
    sql = sample_site.database.sql
    written = {frozenset(r) for table in ("comparison", "faq") for r in sql(
        f"SELECT a.slug, b.slug FROM {table} t JOIN product a ON a.id = t.product_id JOIN product b ON b.id = t.other_product_id"
        " WHERE t.status = 'published'")}
    edited = {r[0] for r in sql("SELECT p.slug FROM product p JOIN editorial e ON e.product_id = p.id AND e.status = 'published'"
                                " AND e.published_at <= UTC_TIMESTAMP()")}
    seen = set()
    for a, b in itertools.product(["kafka", "curl", "minio", "go", "eslint"], sorted(closeness.slugs)):
        if a == b:
            continue
        wanted = closeness.means_something(a, b) or {a, b} in written or closeness.shares(a, b) and {a, b} <= edited
        answer = sample_site.get(f"/compare/{'-vs-'.join(sorted([a, b]))}.md")
        assert (answer["X-Robots-Tag"] != "noindex") == wanted, (a, b)
        seen.add(wanted)
    assert seen == {True, False}


def test_the_sitemap_lists_each_pair_that_means_something_once(sample_site, closeness):
    listed = [u.rpartition("/compare/")[2] for u in sample_site.get("/sitemaps/pairs-1.xml").text.split("<loc>")[1:]]
    listed = [u.partition("<")[0] for u in listed]
    close = {"-vs-".join(sorted(p)) for p in itertools.combinations(closeness.slugs, 2) if closeness.means_something(*p)}
    written = {"-vs-".join(sorted(r)) for table in ("comparison", "faq") for r in sample_site.database.sql(
        f"SELECT a.slug, b.slug FROM {table} t JOIN product a ON a.id = t.product_id JOIN product b ON b.id = t.other_product_id"
        " WHERE t.status = 'published'")}
    assert sorted(listed) == sorted(close | written)


def test_the_picker_suggests_pairs_that_are_close(sample_site, closeness):
    popular = [link["href"].rpartition("/")[2].split("-vs-") for link in sample_site.get("/compare.json").json["popular"]]
    assert len(popular) == 5 and all(closeness.means_something(*pair) for pair in popular)
    assert len({slug for pair in popular for slug in pair}) == 10


def test_editors_pick_first_and_say_why(own_site):
    sql, site = own_site.database.sql, own_site
    sql("DELETE FROM alternative WHERE product_id = (SELECT id FROM product WHERE slug = 'curl')")
    ids = dict(sql("SELECT slug, id FROM product WHERE slug IN ('curl', 'jquery', 'zap', 'django')"))
    wait_until(lambda: site.get("/alternatives/curl.json").json["products"] == [], 10)
    for other, sort, status in (("zap", 2, "published"), ("jquery", 1, "published"), ("django", 0, "draft")):
        sql("INSERT INTO alternative (product_id, other_product_id, reason, sort, status) VALUES (%s, %s, %s, %s, %s)",
            ids["curl"], ids[other], f"Why <{other}> & not.", sort, status)
    wait_until(lambda: len(site.get("/alternatives/curl.json").json["products"]) == 2, 10)
    found = site.get("/alternatives/curl.json").json["products"]
    assert [(c["slug"], c["reason"]) for c in found] == [("jquery", "Why <jquery> & not."), ("zap", "Why <zap> & not.")]
    assert "Why <jquery> & not." in parse(site.get("/alternatives/curl").text).id("alternatives").text
    assert "The editors’ picks as alternatives to curl are jQuery and " in site.get("/faq/curl.json").json["questions"][2]["text"]
    assert "Why <jquery> & not." in parse(site.get("/products/curl").text).id("compare").text
    for pair in ("curl-vs-minio", "curl-vs-go"):
        assert [c["slug"] for c in site.get(f"/compare/{pair}.json").json["alternatives"]][:2] == ["jquery", "zap"]
    assert site.get("/compare/curl-vs-jquery.md")["X-Robots-Tag"] is None
    assert site.get("/compare/curl-vs-django.md")["X-Robots-Tag"] == "noindex"
    assert "/compare/curl-vs-jquery<" in site.get("/sitemaps/pairs-1.xml").text
    assert "curl" not in [c["slug"] for c in site.get("/alternatives/jquery.json").json["products"]], "a pick leads one way"
    sql("UPDATE alternative SET reason = 'Another.' WHERE product_id = %s AND other_product_id = %s", ids["curl"], ids["zap"])
    wait_until(lambda: site.get("/alternatives/curl.json").json["products"][1]["reason"] == "Another.", 10)
    sql("UPDATE product SET status = 'draft' WHERE slug = 'jquery'")
    wait_until(lambda: [c["slug"] for c in site.get("/alternatives/curl.json").json["products"]] == ["zap"], 10)
    sql("DELETE FROM alternative WHERE product_id = %s", ids["curl"])
    wait_until(lambda: site.get("/alternatives/curl.json").json["products"] == [], 10)


def test_one_edit_moves_what_is_close(own_site):
    """A theme that two products begin to share makes them close; pages follow."""
    sql = own_site.database.sql
    assert own_site.get("/alternatives/minio.json").json["products"] == []
    sql("INSERT INTO theme (slug, name) VALUES ('object-storage-test', 'x')")
    sql("INSERT INTO product_theme (product_id, theme_id) SELECT p.id, t.id FROM product p, theme t"
        " WHERE p.slug IN ('minio', 'etcd') AND t.slug = 'object-storage-test'")
    for slug, other in (("minio", "etcd"), ("etcd", "minio")):
        wait_until(lambda: other in [c["slug"] for c in own_site.get(f"/alternatives/{slug}.json").json["products"]], 10)
    assert "etcd" in own_site.get("/faq/minio.json").json["questions"][2]["text"]


def test_each_card_has_the_headline_of_its_editorial(sample_site):
    headlines = dict(sample_site.database.sql(
        "SELECT p.slug, e.headline FROM product p JOIN editorial e ON e.product_id = p.id WHERE e.status = 'published'"
        " AND e.id = (SELECT id FROM editorial x WHERE x.product_id = p.id AND x.status = 'published'"
        " ORDER BY published_at DESC, id DESC LIMIT 1)"))
    view = sample_site.get("/alternatives/kubernetes.json").json
    cards = view["products"] + view["others"]
    assert {c["slug"]: c["headline"] for c in cards} == {c["slug"]: headlines.get(c["slug"]) for c in cards}
    assert any(c["headline"] for c in cards) and not all(c["headline"] for c in cards)


@pytest.mark.parametrize("path, status, to", [
    ("/alternatives/apache-kafka", 308, "/alternatives/kafka"),
    ("/alternatives/Kafka?page=1", 308, "/alternatives/kafka"),
    ("/alternatives/kafka?page=2", 404, None),
    ("/alternatives/nope", 404, None),
    ("/alternatives/example-draft", 404, None),
    ("/alternatives/example-archived", 410, None),
    ("/alternatives", 404, None),
])
def test_addresses(sample_site, path, status, to):
    answer = sample_site.get(path)
    assert answer.status == status
    if to:
        assert answer["Location"] == sample_site.url + to


def test_the_page_is_for_search_engines(sample_site):
    assert not list(parse(sample_site.get("/alternatives/kafka").text).all("meta", {"name": "robots"}))


def test_two_sectors_are_one_list_over_several_pages(own_site):
    """60 products in each of two sectors, 30 of them in both: 90 - 1 others, each once, by slug at equal scores."""
    sql = own_site.database.sql
    sql("INSERT INTO sector (slug, name) VALUES ('left', 'Left'), ('right', 'Right')")
    sectors = dict(sql("SELECT slug, id FROM sector WHERE slug IN ('left', 'right')"))
    for i in range(90):
        sql("INSERT INTO product (slug, name, status) VALUES (%s, %s, 'published')", f"x{i:02}", f"X {i}")
        product = sql("SELECT id FROM product WHERE slug = %s", f"x{i:02}")[0][0]
        if i < 60:
            sql("INSERT INTO product_sector (product_id, sector_id) VALUES (%s, %s)", product, sectors["left"])
        if i >= 30:
            sql("INSERT INTO product_sector (product_id, sector_id) VALUES (%s, %s)", product, sectors["right"])
    wait_until(lambda: own_site.get("/alternatives/x45?page=2").status == 200, 10)
    wait_until(lambda: own_site.get("/alternatives/x45.json").json["pager"]["total"] == 89, 10)
    first = own_site.get("/alternatives/x45.json").json
    second = own_site.get("/alternatives/x45.json?page=2").json
    assert first["products"] == second["products"] == []
    slugs = [c["slug"] for c in first["others"] + second["others"]]
    assert slugs == [f"x{i:02}" for i in range(90) if i != 45]
    assert [c["rank"] for c in second["others"]] == list(range(51, 90))
    assert (first["pager"]["total"], first["pager"]["pages"], second["pager"]["first"], second["pager"]["last"]) == (89, 2, 51, 89)
    assert own_site.get("/alternatives/x45?page=3").status == 404
    later = parse(own_site.get("/alternatives/x45?page=2").text)
    assert later.one("meta", {"name": "robots"})["content"] == "noindex"
    assert later.one("link", {"rel": "prev"})["href"] == "/alternatives/x45"
    only_left = own_site.get("/alternatives/x10.json").json
    assert [c["slug"] for c in only_left["others"]][:12] == [f"x{i:02}" for i in range(13) if i != 10]
    assert only_left["pager"]["total"] == 59


def test_far_down_a_long_list_the_order_goes_on(own_site):
    """1,100 products of no score in two sectors: the pages around the thousandth are as sorted as the first."""
    connection = own_site.database.connect(autocommit=False)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO sector (slug, name) VALUES ('left', 'Left'), ('right', 'Right')")
        cursor.execute("INSERT INTO product (slug, name, status) SELECT CONCAT('y', LPAD(seq, 4, '0')), 'Y', 'published'"
                       " FROM seq_1_to_1100")
        cursor.execute("INSERT INTO product_sector (product_id, sector_id) SELECT p.id, s.id FROM product p, sector s"
                       " WHERE p.slug LIKE 'y%' AND (s.slug = 'left' OR s.slug = 'right' AND p.id % 2)")
    connection.commit()
    wait_until(lambda: own_site.get("/alternatives/y0001?page=22").status == 200, 20)
    seen = []
    for number in range(19, 23):
        view = own_site.get(f"/alternatives/y0001.json?page={number}").json
        assert [c["rank"] for c in view["others"]] == list(range(number * 50 - 49, min(number * 50, 1099) + 1))
        seen += [c["slug"] for c in view["others"]]
    assert seen == [f"y{i:04}" for i in range(902, 1101)]
    assert own_site.get("/alternatives/y0001?page=23").status == 404

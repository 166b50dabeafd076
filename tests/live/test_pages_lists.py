"""Lists: every order of every list equals a sort of the rows over all its pages, a list has one address for search
engines, the lists from A to Z, the home page's news, the picker's memory, and what the error page of an unknown set says."""
import itertools
import re
import unicodedata

import pytest

from lib.page import parse
from lib.questions import page_questions
from lib.servers import AS_OF, diptych, wait_until

ORDERS = ["velocity", "moves", "latest", "name"]
LISTS = {"/leaderboard": "velocity", "/products": "name", "/sectors/devops": "velocity", "/sectors/databases": "velocity",
         "/themes/reverse-proxy": "velocity", "/themes/css": "velocity"}


def when(as_of=AS_OF):
    return as_of.replace("T", " ").rstrip("Z")


def name_key(name):
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(c))
    return re.sub("[^a-z0-9\u0080-\U0010ffff]", " ", plain).lstrip().encode()


@pytest.fixture(scope="module")
def rows(sample_site):
    """What the lists are sorted by: by slug, (moves, latest release, name), and the velocity that the pages show."""
    found = sample_site.sql(
        f"""SELECT p.slug, p.name,
                   IFNULL(SUM(a.kind <> 'event' AND a.occurred_at > '{when()}' - INTERVAL 90 DAY), 0) AS moves,
                   MAX(IF(a.kind NOT IN ('post', 'event') AND TRIM(IFNULL(a.version, '')) <> '', a.occurred_at, NULL)) AS latest
            FROM product p LEFT JOIN activity a ON a.product_id = p.id AND a.status = 'published' AND a.occurred_at <= '{when()}'
            WHERE p.status = 'published' GROUP BY p.id""")
    scores = {p["slug"]: float(p["score"] or -1) for page in pages_of(sample_site, "/leaderboard", "velocity") for p in page["products"]}
    return {slug: {"name": name, "moves": int(moves), "latest": latest, "score": scores[slug]} for slug, name, moves, latest in found}


def address(path, order, page=1, suffix=""):
    query = [f"sort={order}"] * (order != LISTS[path]) + [f"page={page}"] * (page > 1)
    return path + suffix + ("?" + "&".join(query) if query else "")


def pages_of(site, path, order):
    first = site.get(address(path, order, 1, ".json")).json
    count = (first["pager"] or {"pages": 1})["pages"]
    return [first] + [site.get(address(path, order, n, ".json")).json for n in range(2, count + 1)]


def slugs_of(site, path):
    kind, _, slug = path[1:].partition("/")
    if not slug:
        return [r[0] for r in site.sql("SELECT slug FROM product WHERE status = 'published'")]
    term = kind[:-1]
    return [r[0] for r in site.sql(f"SELECT p.slug FROM product p JOIN product_{term} l ON l.product_id = p.id JOIN {term} t"
                                   f" ON t.id = l.{term}_id WHERE t.slug = %s AND p.status = 'published'", slug)]


def sorted_by(rows, slugs, order):
    ranked = sorted(slugs, key=lambda s: (-rows[s]["score"], s))
    keys = {"velocity": lambda s: 0, "moves": lambda s: -rows[s]["moves"],
            "latest": lambda s: -rows[s]["latest"].timestamp() if rows[s]["latest"] else 1,
            "name": lambda s: (name_key(rows[s]["name"]), s)}
    return sorted(ranked, key=keys[order])


@pytest.mark.parametrize("path, order", itertools.product(LISTS, ORDERS))
def test_every_order_is_a_sort_of_the_rows_over_all_pages(sample_site, rows, path, order):
    expected = sorted_by(rows, slugs_of(sample_site, path), order)
    assert expected, "the sample has no product in this list"
    shown = pages_of(sample_site, path, order)
    assert [p["slug"] for page in shown for p in page["products"]] == expected
    for number, view in enumerate(shown, 1):
        part = expected[50 * number - 50:50 * number]
        page = parse(sample_site.get(address(path, order, number)).text)
        body = page.one("section", {"id": "products"})
        heads = [h for h in body.all("th", {"scope": "row"})]
        assert [h.one("a")["href"] for h in heads] == [f"/products/{s}" for s in part]
        ranks = [] if order == "name" else list(range(50 * number - 49, 50 * number - 49 + len(part)))
        assert [int(c.text) for c in body.all("td", {"class": "n rank"})] == ranks
        for slug in part:
            assert f"](/products/{slug})" in sample_site.get(address(path, order, number, ".md")).text
        for product in view["products"]:
            row = rows[product["slug"]]
            assert product["n90"] == row["moves"]
            release = product["latest_release"]
            assert (release["datetime"][:10] if release else None) == (str(row["latest"].date()) if row["latest"] else None)
    assert not sample_site.get(address(path, order, len(shown) + 1)).status == 200


def test_the_small_charts_count_what_the_rows_hold(sample_site):
    counts = sample_site.sql(
        f"""SELECT p.slug, DATE_FORMAT(a.occurred_at, '%Y-%m'), COUNT(*) FROM product p JOIN activity a ON a.product_id = p.id
            WHERE a.status = 'published' AND a.kind <> 'event' AND a.occurred_at <= '{when()}'
              AND a.occurred_at >= DATE_FORMAT('{when()}' - INTERVAL 11 MONTH, '%Y-%m-01') GROUP BY 1, 2""")
    expected = {(slug, month): n for slug, month, n in counts}
    shown = {}
    for view in pages_of(sample_site, "/leaderboard", "velocity"):
        for product in view["products"]:
            assert len(product["months"]) == 12
            shown.update({(product["slug"], m["month"]): m["moves"] for m in product["months"] if m["moves"]})
    assert shown == expected
    page = parse(sample_site.get("/leaderboard").text)
    labels = [s["aria-label"] for s in page.all("svg", {"class": "bars"})]
    first = sample_site.get("/leaderboard.json").json["products"][0]
    assert labels[0] == f"{sum(m['moves'] for m in first['months'])} moves since September 2025"
    bars = re.findall(r"M\d+ 16V\d+", page.one("svg", {"class": "bars"}).one("path")["d"])
    assert len(bars) == sum(m["moves"] > 0 for m in first["months"])


@pytest.mark.parametrize("path, order, number", [(p, o, n) for p in LISTS for o in ORDERS for n in (1, 2) if n == 1 or p in
                                                 ("/leaderboard", "/products")])
def test_one_order_is_for_search_engines(sample_site, path, order, number):
    usual = order == LISTS[path]
    answer = sample_site.get(address(path, order, number))
    page = parse(answer.text)
    base = page.one("link", {"rel": "canonical"})["href"].split(path)[0]
    canonical = base + (address(path, order, number) if usual else path)
    assert page.one("link", {"rel": "canonical"})["href"] == canonical
    assert f'<{canonical}>; rel="canonical"' in answer["Link"]
    robots = [m["content"] for m in page.all("meta", {"name": "robots"})]
    assert robots == ([] if usual and number == 1 else ["noindex"])
    twin = page.one("link", {"type": "application/json"})["href"]
    assert twin == address(path, order, number, ".json")
    assert sample_site.get(twin)["X-Robots-Tag"] == (None if usual and number == 1 else "noindex")
    orders = {a.text: a["href"] for a in page.one("ul", {"class": "onward orders"}).all("a")}
    links = {"velocity": "Velocity", "moves": "Moves", "latest": "Latest release", "name": "Name"}
    assert orders == {links[o]: address(path, o) for o in ORDERS if o != order}
    assert page.one("ul", {"class": "onward orders"}).one("span", {"aria-current": "true"}).text == links[order]
    for rel in ("prev", "next"):
        for link in page.all("link", {"rel": rel}):
            assert link["href"] == address(path, order, number + (1 if rel == "next" else -1))


@pytest.mark.parametrize("asked, target", [
    ("/leaderboard?sort=velocity", "/leaderboard"), ("/products?sort=name", "/products"),
    ("/products?sort=name&page=2", "/products?page=2"), ("/leaderboard?sort=name&page=1", "/leaderboard?sort=name"),
    ("/leaderboard?page=2&sort=name", "/leaderboard?sort=name&page=2"), ("/leaderboard?sort=n%61me", "/leaderboard?sort=name"),
    ("/leaderboard?x=1&page=2&y=2&sort=moves", "/leaderboard?sort=moves&page=2&x=1&y=2"),
    ("/leaderboard.json?sort=velocity", "/leaderboard.json"), ("/Leaderboard/?page=2&sort=name", "/leaderboard?sort=name&page=2"),
    ("/sectors/DevOps?sort=name", "/sectors/devops?sort=name"), ("/themes/css.md?sort=velocity", "/themes/css.md")])
def test_one_spelling_of_an_order(sample_site, asked, target):
    answer = sample_site.get(asked)
    assert answer.status == 308 and answer["Location"].endswith(target), answer["Location"]
    path, _, query = target.partition("?")
    assert answer["Location"].split("/", 3)[3] == target[1:]
    assert sample_site.get(target).status == 200


@pytest.mark.parametrize("query", ["sort=", "sort=speed", "sort=NAME", "sort=name%00", "sort[]=name", "order=name",
                                   "sort=speed&sort=name", "sort=" + "n" * 3000, "sort=%ff"])
def test_an_unknown_order_is_ignored(sample_site, query):
    plain = sample_site.get("/leaderboard")
    before = sample_site.metrics()["diptych_pages_rendered_total"]
    for _ in range(3):
        answer = sample_site.get(f"/leaderboard?{query}")
        assert (answer.status, answer.body, answer["ETag"]) == (200, plain.body, plain["ETag"])
    workers = 2
    assert sample_site.metrics()["diptych_pages_rendered_total"] - before <= workers, "the word is part of a cache key"


@pytest.mark.parametrize("path", ["/about", "/products/kafka", "/sectors", "/themes", "/alternatives/kafka", "/faq"])
def test_pages_without_an_order_ignore_it(sample_site, path):
    assert sample_site.get(path + "?sort=name").body == sample_site.get(path).body


@pytest.mark.parametrize("path", ["/leaderboard?sort=name&page=3", "/sectors/devops?sort=moves&page=2", "/leaderboard?sort=moves&page=0"])
def test_beyond_the_end(sample_site, path):
    assert sample_site.get(path).status == 404


# ---- A to Z

def letter_of(text):
    first = name_key(text)[:1].decode("latin-1")
    return first.upper() if first.isascii() and first.isalpha() else "0–9" if first.isdigit() or not first else "Other"


def test_products_from_a_to_z(sample_site, rows):
    names = [rows[s]["name"] for s in sorted_by(rows, rows, "name")]
    page = parse(sample_site.get("/products").text)
    links = {a.text: a["href"] for a in page.one("ul", {"class": "onward letters"}).all("a")}
    assert list(links) == list(dict.fromkeys(map(letter_of, names)))
    for letter, href in links.items():
        path, _, fragment = href.partition("#")
        there = parse(sample_site.get(path or "/products").text)
        heads = [h for h in there.all("th") if h["scope"] in ("row", "rowgroup")]
        at = [h["id"] for h in heads].index(fragment)
        assert heads[at].text == letter
        assert heads[at + 1].one("a").text.removesuffix(" trajectory") == next(n for n in names if letter_of(n) == letter)
    groups = [p["letter"] for view in pages_of(sample_site, "/products", "name") for p in view["products"] if p["letter"]]
    assert list(dict.fromkeys(groups)) == list(links)


def test_all_themes_with_their_counts(sample_site):
    expected = [(slug, int(n)) for slug, n in sample_site.sql(
        "SELECT t.slug, COUNT(p.id) FROM theme t LEFT JOIN product_theme l ON l.theme_id = t.id LEFT JOIN product p"
        " ON p.id = l.product_id AND p.status = 'published' GROUP BY t.id ORDER BY t.slug")]
    view = sample_site.get("/themes.json").json
    assert [(t["slug"], t["products"]) for g in view["groups"] for t in g["themes"]] == expected
    assert [g["letter"] for g in view["groups"]] == list(dict.fromkeys(letter_of(slug) for slug, _ in expected))
    page = parse(sample_site.get("/themes").text)
    assert [(li.one("a").text.removesuffix(" theme"), int(li.one("span", {"class": "of"}).text))
            for li in page.one("div", {"class": "index"}).all("li")] == expected
    assert not list(page.all("meta", {"name": "robots"}))
    markdown = sample_site.get("/themes.md").text
    assert all(f"- [{slug}](/themes/{slug}): {n}\n" in markdown for slug, n in expected)


def test_the_lists_are_found(sample_site):
    sitemap = sample_site.get("/sitemaps/pages-1.xml").text
    home = parse(sample_site.get("/").text)
    openapi = sample_site.get("/api/openapi.json").json
    for path in ("/products", "/themes"):
        assert f"{path}</loc>" in sitemap and f"{path}.md" in sample_site.get("/llms.txt").text
        assert path in {a["href"] for a in home.all("a")}
        assert f"{path}.json" in openapi["paths"]
    for path in ("/products.json", "/leaderboard.md", "/sectors/{slug}.json", "/themes/{slug}.md"):
        sort = next(p for p in openapi["paths"][path]["get"]["parameters"] if p["name"] == "sort")
        assert sort["schema"]["enum"] == ORDERS


# ---- the home page

def section(page, name):
    return next(page.all("section", {"id": name}), None)


def test_home_leads_with_what_is_new(sample_site):
    view, page = sample_site.get("/index.json").json, parse(sample_site.get("/").text)
    newest = sample_site.sql(
        "SELECT p.slug, e.headline FROM editorial e JOIN product p ON p.id = e.product_id WHERE e.status = 'published' AND p.status ="
        " 'published' AND e.published_at = (SELECT MAX(f.published_at) FROM editorial f WHERE f.product_id = e.product_id AND f.status"
        " = 'published' AND f.published_at <= UTC_TIMESTAMP(6)) ORDER BY e.published_at DESC, p.slug LIMIT 5")
    shown = [view["lead"], *view["editorials"]]
    assert [(s["href"].split("/")[2], s["headline"]) for s in shown] == [tuple(r) for r in newest]
    assert view["lead"]["excerpt"] and section(page, "editorials").one("article").one("h3").text == newest[0][1]
    pairs = sample_site.sql("SELECT a.slug, b.slug FROM comparison c JOIN product a ON a.id = c.product_id JOIN product b"
                            " ON b.id = c.other_product_id WHERE c.status = 'published' ORDER BY c.id DESC LIMIT 4")
    assert [c["href"] for c in view["comparisons"]] == ["/compare/" + "-vs-".join(sorted(p)) for p in pairs]
    ids = [s["id"] for s in page.one("main").all("section") if s["id"]]
    assert ids == ["editorials", "comparisons", "releases", "sparks", "leaders", "sectors", "compare"]


def test_home_shows_the_releases_of_seven_days_by_day(sample_site):
    found = sample_site.sql(
        f"""SELECT DATE_FORMAT(a.occurred_at, '%Y-%m-%d'), p.slug, a.version, a.occurred_at, a.id FROM activity a JOIN product p
            ON p.id = a.product_id WHERE a.status = 'published' AND p.status = 'published' AND a.kind NOT IN ('post', 'event')
            AND a.version <> '' AND a.occurred_at <= '{when()}' AND a.occurred_at > '{when()}' - INTERVAL 7 DAY""")
    expected = {}
    for day, slug, version, *_ in found:
        expected.setdefault((day, slug), set()).add(version)
    view = sample_site.get("/index.json").json
    shown = {(d["datetime"], p["href"].split("/")[2]): [r["version"] for r in p["releases"]] for d in view["days"] for p in d["products"]}
    assert {k: set(v) for k, v in shown.items()} == expected and expected
    assert [d["datetime"] for d in view["days"]] == sorted({k[0] for k in expected}, reverse=True)
    times = {(slug, version): (at, row) for _, slug, version, at, row in found}
    assert len({at for at, _ in times.values()}) < len(times), "some at the same time"
    for (day, slug), versions in shown.items():
        assert [times[slug, v] for v in versions] == sorted(times[slug, v] for v in versions), "in order of time"
    page = parse(sample_site.get("/").text)
    assert len(list(section(page, "releases").all("dt"))) == len(expected)


def newest_sparks(site):
    """(slug, title, time) of the newest ten, in the order of the page."""
    return [tuple(r) for r in site.sql(
        f"""SELECT p.slug, a.title, DATE_FORMAT(a.occurred_at, '%Y-%m-%dT%TZ') FROM activity a JOIN product p ON p.id = a.product_id
            WHERE a.class = 'spark' AND a.status = 'published' AND p.status = 'published' AND a.occurred_at <= '{when()}'
            ORDER BY a.occurred_at DESC, p.slug, a.id LIMIT 10""")]


def shown_sparks(site):
    view = site.get("/index.json").json
    assert all(s["spark"] for s in view["sparks"])
    return [(s["product_slug"], s["title"], s["when"]["datetime"]) for s in view["sparks"]]


def test_home_shows_the_newest_sparks(sample_site):
    assert shown_sparks(sample_site) == newest_sparks(sample_site)
    html = section(parse(sample_site.get("/").text), "sparks")
    assert [li.one("time")["datetime"] for li in html.all("li")] == [t for _, _, t in newest_sparks(sample_site)]


def test_sparks_of_home_are_found_behind_any_number_of_other_moves(own_site):
    """A product's newest sparks may be older than all the moves that its other pages show."""
    curl = own_site.sql("SELECT id FROM product WHERE slug = 'curl'")[0][0]
    insert = "INSERT INTO activity (product_id, kind, class, title, occurred_at) SELECT"
    own_site.sql(f"{insert} {curl}, 'post', 'spark', CONCAT('Spark ', seq), '{when()}' - INTERVAL 300 + seq MINUTE FROM seq_1_to_13")
    own_site.sql(f"{insert} {curl}, 'post', 'trivial', CONCAT('Small ', seq), '{when()}' - INTERVAL seq MINUTE FROM seq_1_to_250")
    assert [t for _, t, _ in newest_sparks(own_site)] == [f"Spark {i}" for i in range(1, 11)]
    for change in (None, "UPDATE activity SET class = 'improvement' WHERE title = 'Spark 1'", "DELETE FROM activity WHERE title = 'Spark 3'",
                   "UPDATE activity SET occurred_at = occurred_at - INTERVAL 3 YEAR WHERE title LIKE 'Spark 1%'",
                   "UPDATE product SET status = 'draft' WHERE slug = 'curl'"):
        if change:
            own_site.sql(change)
        wait_until(lambda: shown_sparks(own_site) == newest_sparks(own_site), what=f"the sparks after {change}")


def test_home_of_a_site_without_editorials_and_of_an_empty_one(make_site):
    site = make_site()
    site.sql("UPDATE editorial SET status = 'draft'")
    site.sql("UPDATE comparison SET status = 'draft'")

    def gone():
        answer = site.get("/index.json")
        assert answer.status == 200, answer.text
        return answer.json["lead"] is None and not answer.json["comparisons"]

    wait_until(gone, what="the editorials are gone")
    page = parse(site.get("/").text)
    ids = [s["id"] for s in page.one("main").all("section") if s["id"]]
    assert ids == ["releases", "sparks", "leaders", "sectors", "compare"]
    empty = make_site(data="schema")
    for path in ("/", "/products", "/themes", "/leaderboard", "/leaderboard?sort=name", "/products?sort=moves"):
        answer = empty.get(path)
        assert answer.status == 200, path
        assert not list(parse(answer.text).all("tr")) or "stands here" in answer.text or path != "/"
    page = parse(empty.get("/").text)
    assert [s["id"] for s in page.one("main").all("section")] == []
    assert "none is published here yet" in page.one("main").text and "/methodology" in {a["href"] for a in page.one("main").all("a")}
    assert "No product is published here yet." in empty.get("/products").text
    assert "No published product has a theme yet." in empty.get("/themes").text


def test_an_edit_moves_a_product_in_every_order(own_site):
    """The catalog patches its orders: the pages agree with the rows after each edit."""
    def first(order):
        return own_site.get(address("/leaderboard", order, 1, ".json")).json["products"][0]["slug"]
    ident = own_site.sql("SELECT id FROM product WHERE slug = 'curl'")[0][0]
    own_site.sql(f"INSERT INTO activity (product_id, kind, class, title, version, occurred_at) VALUES (%s, 'release', 'trivial', 'curl',"
                 f" '99.0', '{when()}')", ident)
    wait_until(lambda: first("latest") == "curl", what="the newest release leads")
    own_site.sql("UPDATE product SET name = 'aaa curl' WHERE id = %s", ident)
    wait_until(lambda: own_site.get("/products.json").json["products"][0]["slug"] == "curl", what="the new name leads")
    own_site.sql("INSERT INTO activity (product_id, kind, class, title, occurred_at) SELECT %s, 'post', 'trivial', 'P',"
                 f" '{when()}' - INTERVAL seq MINUTE FROM seq_1_to_400", ident)
    wait_until(lambda: first("moves") == "curl", what="most moves lead")
    assert first("latest") == "curl"
    own_site.sql("UPDATE product SET status = 'archived' WHERE id = %s", ident)
    wait_until(lambda: first("moves") != "curl", what="it is withdrawn")
    assert "curl" not in {first(o) for o in ORDERS}


def test_orders_cost_no_statement(make_site):
    site = make_site(config={"poll_interval": 60000, "sweep_seconds": 86400, "page_cache_bytes": 0})
    diptych("warm", config=site.config_path, check=True)
    count = page_questions(site)
    paths = [address(p, o) for p in LISTS for o in ORDERS] + ["/themes", "/", "/compare/kafak-vs-nats", "/compare?from=kafka-vs-nats"]
    for path in paths:
        site.get(path)
    before, gets = count(), site.metrics()["diptych_cache_gets_total"]
    for path in paths:
        assert site.get(path).status in (200, 404)
    assert count() == before
    assert site.metrics()["diptych_cache_gets_total"] - gets <= len(paths) - 3, "one multi-get a page, none for themes and errors"


# ---- the picker, and unknown sets

@pytest.mark.parametrize("slugs", [["kafka", "nats"], ["kafka", "nats", "redis"], ["caddy", "kafka", "nats", "redis"]])
def test_the_picker_remembers_the_set(sample_site, slugs):
    page = parse(sample_site.get("/compare/" + "-vs-".join(slugs)).text)
    href = page.one("section", {"id": "change"}).one("a", {"href": "/compare?from=" + "-vs-".join(slugs)})["href"]
    answer = sample_site.get(href)
    assert answer.status == 200
    fields = [i["value"] for i in parse(answer.text).one("form", {"class": "pick"}).all("input")]
    assert fields == slugs + [""] * (4 - len(slugs))
    assert parse(answer.text).one("link", {"rel": "canonical"})["href"].endswith("/compare")
    assert [f["value"] or "" for f in sample_site.get("/compare.json" + href[8:]).json["picker"]["fields"]] == fields


@pytest.mark.parametrize("query", ["from=", "from=nothing", "from=kafka-vs-nothing", "from=%00", "from=" + "a-vs-" * 400])
def test_an_unknown_set_is_not_remembered(sample_site, query):
    answer = sample_site.get(f"/compare?{query}")
    assert answer.status == 200
    assert not any(i["value"] for i in parse(answer.text).one("form", {"class": "pick"}).all("input"))


def test_what_is_given_wins_over_what_is_remembered(sample_site):
    assert sample_site.get("/compare?from=kafka-vs-nats&a=redis&b=valkey")["Location"].endswith("/compare/redis-vs-valkey")


@pytest.mark.parametrize("path, reason, links", [
    ("/compare/kafak-vs-nats", "One of these names is not on our list: “kafak”.",
     ["/compare/kafka-vs-nats", "/products/nats", "/alternatives/nats"]),
    ("/compare/nats-vs-zzzzzzzzzzzzqq", "One of these names is not on our list: “zzzzzzzzzzzzqq”.", ["/products/nats", "/alternatives/nats"]),
    ("/compare/kafka-vs-zqzqzqzqzq-vs-nats-vs-qzqzqzqzqz",
     "Two of these names are not on our list: “zqzqzqzqzq” and “qzqzqzqzqz”.",
     ["/products/kafka", "/alternatives/kafka", "/products/nats", "/alternatives/nats"]),
    ("/compare/zqzqzqzqzq-vs-qzqzqzqzqz", "None of these names is on our list: “zqzqzqzqzq” and “qzqzqzqzqz”.", []),
    ("/compare/kafka-vs-nats-vs-reddis", "One of these names is not on our list: “reddis”.", ["/compare/kafka-vs-nats-vs-redis"]),
    ("/faq/kafak-vs-nats", "One of these names is not on our list: “kafak”.", ["/compare/kafka-vs-nats", "/products/nats"])])
def test_the_error_page_of_an_unknown_set_leads_on(sample_site, path, reason, links):
    answer = sample_site.get(path)
    page = parse(answer.text)
    assert answer.status == 404 and answer["Cache-Control"] == "public, max-age=1"
    assert page.one("p", {"class": "lede"}).text == reason
    shown = [a["href"] for a in page.one("header", {"class": "part title"}).all("a")]
    assert [h for h in shown if h in links] == links and len(shown) >= len(links)
    problem = sample_site.get(path + ".json").json
    assert problem["status"] == 404 and problem["detail"] == reason
    assert [x["href"] for x in problem.get("links", [])] == shown
    assert all(sample_site.get(h).status == 200 for h in shown)
    markdown = sample_site.get(path + ".md").text
    assert reason in markdown and all(f"]({h})" in markdown for h in shown)


@pytest.mark.parametrize("path", ["/compare/a-vs-b-vs-c-vs-d-vs-e", "/compare/kafka", "/compare/" + "x-vs-" * 300 + "y"])
def test_other_unknown_addresses_say_what_they_always_said(sample_site, path):
    answer = sample_site.get(path)
    assert answer.status == 404 and "There is no page at this address." in answer.text


def test_a_sector_or_theme_without_a_published_product_stands_nowhere(own_site):
    """Its page is there for those who follow an old link."""
    site, pages = own_site, ("/sectors/hollow", "/themes/hollow")
    site.sql("INSERT INTO sector (slug, name, sort) VALUES ('hollow', 'Hollow', -5)")
    site.sql("INSERT INTO theme (slug, name) VALUES ('hollow', 'hollow'), ('unborne', 'unborne')")
    site.sql("INSERT INTO product (slug, name, status) VALUES ('unfinished', 'Unfinished', 'draft')")
    for term in ("sector", "theme"):
        site.sql(f"INSERT INTO product_{term} (product_id, {term}_id) SELECT p.id, t.id FROM product p, {term} t"
                 " WHERE p.slug = 'unfinished' AND t.slug = 'hollow'")
    holders = ["/", "/sectors", "/themes", "/methodology", "/search?q=hollow", "/sitemaps/pages-1.xml", "/sectors.json", "/themes.json", "/sectors.md"]

    def shown():
        return {(holder, page) for holder in holders for page in pages if page in site.get(holder).text}

    def both(status):
        wait_until(lambda: all(site.get(page).status == 200 and ("Unfinished" in site.get(page).text) == status for page in pages))

    def indexed(path):
        return not list(parse(site.get(path).text).all("meta", {"name": "robots"}))

    both(False)
    assert shown() == set() and "unborne" not in site.get("/themes").text
    for page in (*pages, "/themes/unborne"):
        assert not indexed(page) and "median" not in parse(site.get(page).text).one("main").text
        assert not re.search("[Mm]edian", site.get(page + ".md").text)
        assert [h["id"] for h in parse(site.get(page).text).one("main").all("section")] == ["related"]  # no table without rows
        for text in (parse(site.get(page).text).one("main").text, site.get(page + ".md").text):
            assert len(re.findall("No published product", text)) == 1 and "Latest release" not in text
    total = len(re.findall('href="/themes/', site.get("/themes").text))
    assert f"All {total} themes from A to Z" in site.get("/themes").text
    site.sql("UPDATE product SET status = 'published' WHERE slug = 'unfinished'")
    both(True)
    assert all(indexed(page) for page in pages)
    assert {holder for holder, _ in shown()} == set(holders)
    site.sql("UPDATE product SET status = 'archived' WHERE slug = 'unfinished'")
    both(False)
    assert shown() == set() and not any(indexed(page) for page in pages)


def test_a_median_of_one_is_no_plural(own_site):
    own_site.sql("INSERT INTO sector (slug, name, sort) VALUES ('lone', 'Lone', -9)")
    own_site.sql("INSERT INTO product (slug, name, status) VALUES ('lone-one', 'Lone One', 'published')")
    own_site.sql("INSERT INTO product_sector (product_id, sector_id) SELECT p.id, s.id FROM product p, sector s"
                 " WHERE p.slug = 'lone-one' AND s.slug = 'lone'")
    own_site.sql("INSERT INTO activity (product_id, kind, class, title, version, occurred_at) SELECT id, 'release', 'trivial', 'Lone', '1.0',"
                 f" '{when()}' FROM product WHERE slug = 'lone-one'")
    wait_until(lambda: re.search("edian of moves in 90 days: 1\\b", own_site.get("/sectors.md").text), what="the median is 1")
    for path in ("/", "/sectors", "/sectors.md"):
        text = own_site.get(path).text
        assert not re.search(r"\b1 moves", text) and re.search(r"edian of moves in 90 days: 1\b", text), path

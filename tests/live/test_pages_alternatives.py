"""/alternatives/{slug}: every published product that shares a sector, ranked, 50 a page."""
import pytest

from lib.page import parse
from lib.servers import wait_until


def everyone(site):
    """Slug -> (place, score) over the whole leaderboard."""
    places, path = {}, "/leaderboard.json"
    while path:
        view = site.get(path).json
        for card in view["products"]:
            places[card["slug"]] = (card["rank"], card["score"])
        following = (view["pager"] or {}).get("next")
        path = following and following.replace("/leaderboard?", "/leaderboard.json?")
    return places


def sharing(site, slug):
    return {r[0] for r in site.database.sql(
        "SELECT DISTINCT o.slug FROM product p JOIN product_sector a ON a.product_id = p.id"
        " JOIN product_sector b ON b.sector_id = a.sector_id AND b.product_id <> p.id"
        " JOIN product o ON o.id = b.product_id WHERE p.slug = %s AND o.status = 'published'", slug)}


@pytest.mark.parametrize("slug", ["kafka", "kubernetes", "minio", "kong", "astro", "helm"])
def test_all_that_share_a_sector_in_the_order_of_the_ranking(sample_site, slug):
    page = parse(sample_site.get(f"/alternatives/{slug}").text)
    cards = list(page.id("alternatives").all("li", {"class": "card"}))
    slugs = [c.one("h3").one("a")["href"].split("/")[2] for c in cards]
    places = everyone(sample_site)
    assert slugs == sorted(sharing(sample_site, slug), key=lambda s: places[s][0])
    for card, other in zip(cards, slugs):
        assert "/compare/" + "-vs-".join(sorted([slug, other])) in {a["href"] for a in card.all("a")}
        assert card.one("span", {"class": "num"}).text == places[other][1]


def test_each_card_has_the_headline_of_its_editorial(sample_site):
    headlines = dict(sample_site.database.sql(
        "SELECT p.slug, e.headline FROM product p JOIN editorial e ON e.product_id = p.id WHERE e.status = 'published'"
        " AND e.id = (SELECT id FROM editorial x WHERE x.product_id = p.id AND x.status = 'published'"
        " ORDER BY published_at DESC, id DESC LIMIT 1)"))
    cards = sample_site.get("/alternatives/kubernetes.json").json["products"]
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
    slugs = [c["slug"] for c in first["products"] + second["products"]]
    assert slugs == [f"x{i:02}" for i in range(90) if i != 45]
    assert [c["rank"] for c in second["products"]] == list(range(51, 90))
    assert (first["pager"]["total"], first["pager"]["pages"], second["pager"]["first"], second["pager"]["last"]) == (89, 2, 51, 89)
    assert own_site.get("/alternatives/x45?page=3").status == 404
    later = parse(own_site.get("/alternatives/x45?page=2").text)
    assert later.one("meta", {"name": "robots"})["content"] == "noindex"
    assert later.one("link", {"rel": "prev"})["href"] == "/alternatives/x45"
    only_left = own_site.get("/alternatives/x10.json").json
    assert [c["slug"] for c in only_left["products"]][:12] == [f"x{i:02}" for i in range(13) if i != 10]
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
        assert [c["rank"] for c in view["products"]] == list(range(number * 50 - 49, min(number * 50, 1099) + 1))
        seen += [c["slug"] for c in view["products"]]
    assert seen == [f"y{i:04}" for i in range(902, 1101)]
    assert own_site.get("/alternatives/y0001?page=23").status == 404

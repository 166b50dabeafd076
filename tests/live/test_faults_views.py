"""Views that say rows several times, as one does that joins a custom field which is stored several times: pages and
twins are those of the plain view, and `lint` names the ids."""
import os
import re

import pytest

from conftest import _run
from lib.servers import Site, wait_until
from test_faults_session import long_timeline, start_anew

VIEWS = ["product", "sector", "theme", "product_sector", "product_theme", "product_alias", "editorial", "activity", "faq",
         "comparison", "page", "attribute", "attribute_sector", "fact"]
PAGES = ["/", "/compare/kafka-vs-kubernetes", "/compare/kafka-vs-kubernetes-vs-nats", "/products/kafka", "/products/kafka?page=2",
         "/alternatives/kafka", "/faq", "/faq/kafka", "/faq/kafka-vs-kubernetes", "/about", "/leaderboard", "/sectors",
         "/sectors/devops", "/themes/streaming", "/search?q=ka"]
MACHINE = ["/feed.atom", "/products/kafka.atom", "/sitemap.xml", "/sitemaps/products-1.xml", "/llms.txt", "/badge/kafka.svg"]


def twin(path):
    base, mark, query = path.partition("?")
    return (base if base != "/" else "/index") + ".json" + mark + query


def shown(site):
    paths = PAGES + [twin(path) for path in PAGES] + MACHINE
    answers = {path: site.get(path) for path in paths}
    return {path: (a.status, re.sub("[0-9a-f]{32}", "", a.text), a.headers.get("ETag")) for path, a in answers.items()}


def repeat(site, view, times):
    """The plain view times over; its own text is what it was made of."""
    columns = ", ".join(c for c, in site.sql("SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() "
                                             "AND table_name = %s ORDER BY ordinal_position", f"site_{view}"))
    select = f"SELECT {columns} FROM {view}"
    site.sql(f"CREATE OR REPLACE SQL SECURITY DEFINER VIEW site_{view} AS " + " UNION ALL ".join([select] * times))


@pytest.fixture(scope="module")
def patient_site(request, templates):
    """With time for views that are slow because they repeat everything four times."""
    yield from _run(request, Site(templates, config={"deadline": 60000, "mysql_timeout": 20000}))


@pytest.fixture(scope="module")
def doubling(patient_site):
    site = patient_site
    long_timeline(site)
    site.sql("INSERT INTO faq (question, answer_md, status, sort) VALUES ('A?', 'a', 'published', 5), ('B?', 'b', 'published', 1)")
    site.sql("INSERT INTO product_alias (slug, product_id) SELECT CONCAT('old-', slug), id FROM product WHERE id <= 20")
    start_anew(site)
    return site, shown(site)


@pytest.mark.parametrize("view,times", [(view, times) for view in VIEWS for times in (2, 3, 4)
                                        if times == 2 or view == "product" or "DIPTYCH_TEST_ALL" in os.environ])
def test_a_view_that_repeats_its_rows(doubling, view, times):
    site, sound = doubling
    try:
        repeat(site, view, times)
        site.cache.stop()
        site.cache.start()
        start_anew(site)
        now = shown(site)
        assert [path for path in sound if now[path] != sound[path]] == []
        said = site.diptych("lint", timeout=120).stdout
        assert re.search(rf'site_{view} id \d+, id: "{times}": the view returns this id several times', said)
        assert site.metrics()["diptych_sweep_found_total"] == 0
    finally:
        repeat(site, view, 1)


def test_an_edit_in_a_view_that_repeats_its_rows_is_seen(doubling):
    """An even number of equal digests must not cancel."""
    site, _ = doubling
    for view in VIEWS:
        repeat(site, view, 2)
    try:
        start_anew(site)
        site.get("/products/kafka")
        site.sql("UPDATE activity SET title = 'Seen at once' WHERE title = 'Move 6'")
        wait_until(lambda: "Seen at once" in site.get("/products/kafka").text, 10)
        site.sql("UPDATE faq SET answer_md = 'Seen again' WHERE question = 'A?'")
        wait_until(lambda: "Seen again" in site.get("/faq").text, 10)
    finally:
        for view in VIEWS:
            repeat(site, view, 1)


def test_copies_that_differ_are_still_one_row(doubling):
    """The same of them each time, whichever the server says first."""
    site, sound = doubling
    site.sql("CREATE OR REPLACE SQL SECURITY DEFINER VIEW site_activity AS SELECT a.id, a.product_id, a.status, IF(n.n = 1, 'post', "
             "a.kind) AS kind, a.class, IF(n.n = 1, CONCAT(a.title, ' again'), a.title) AS title, a.url, a.version, a.occurred_at "
             "FROM activity a JOIN (SELECT 0 AS n UNION ALL SELECT 1) AS n")
    try:
        start_anew(site)
        first = shown(site)
        for path in ("/products/kafka.json", "/products/kafka.json?page=2"):
            assert first[path][0] == sound[path][0], path
        start_anew(site)
        assert shown(site) == first
    finally:
        repeat(site, "activity", 1)

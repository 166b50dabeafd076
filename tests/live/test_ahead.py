"""While the watcher is held up, workers know of newer versions than the catalog: what one of them has shown is
never older on another, and a page is of one version of each product."""
import json
import os
import signal
from contextlib import contextmanager

import pytest

from lib.daemon import freeze
from lib.servers import SLOW, wait_until


@contextmanager
def watcher_held(site):
    watcher = json.loads(site.diptych("status", "--json").stdout)["watcher"]["pid"]
    freeze(watcher)
    try:
        yield
    finally:
        os.kill(watcher, signal.SIGCONT)


# However busy the machine is, workers ask memcached and show nothing that they kept themselves.
PATIENT = {"memcached_timeout": 1000, "fragment_cache_bytes": 0}


@pytest.fixture
def own_site(make_site):
    return make_site(config=PATIENT)


def test_what_one_worker_has_read_is_never_older_on_another(own_site):
    """While the watcher is held up, workers alone know of the newer version: also for pages in their tables."""
    page, other = "/compare/kafka-vs-kubernetes", "/compare/kafka-vs-nginx"
    for _ in range(20):  # into every worker's table
        assert own_site.get(page).status == 200
    with watcher_held(own_site):
        own_site.sql("UPDATE editorial e JOIN product p ON p.id = e.product_id SET e.headline = 'Fresh from the press'"
                     " WHERE p.slug = 'kafka' AND e.status = 'published'")
        own_site.cache.flush()
        assert "Fresh from the press" in own_site.get(other).text
        assert all("Fresh from the press" in own_site.get(page).text for _ in range(20))


def test_what_has_fallen_due_is_never_taken_back(own_site):
    """A scheduled editorial is no edit: the same rows, and yet newer."""
    page, other = "/compare/kafka-vs-kubernetes", "/compare/kafka-vs-nginx"
    own_site.sql("INSERT INTO editorial (product_id, status, headline, current_state_md, heading_md, prediction_md, author,"
                 " published_at) SELECT id, 'published', 'Fallen due', 'x', 'y', 'z', 'A', UTC_TIMESTAMP(6) + INTERVAL %s"
                 " SECOND FROM product WHERE slug = 'kafka'", 6 * SLOW)
    own_site.sql("UPDATE product SET name = 'Kafka, due soon' WHERE slug = 'kafka'")
    wait_until(lambda: "Kafka, due soon" in own_site.get(page).text, 10)

    def due():
        return own_site.sql("SELECT MAX(published_at) < UTC_TIMESTAMP(6) FROM editorial")[0][0]
    for _ in range(20):  # into every worker's table
        assert "Fallen due" not in own_site.get(page).text or due()
    with watcher_held(own_site):
        wait_until(due, 20 * SLOW)
        own_site.cache.flush()
        assert "Fallen due" in own_site.get(other).text
        assert all("Fallen due" in own_site.get(page).text for _ in range(20))


def test_what_a_restore_undid_does_not_come_back(own_site):
    """An older backup into which more was written than it lacked: its log goes further, by other entries."""
    page, site = "/compare/kafka-vs-kubernetes", own_site
    headline = ("UPDATE editorial e JOIN product p ON p.id = e.product_id SET e.headline = '%s'"
                " WHERE p.slug = 'kafka' AND e.status = 'published'")
    site.sql(headline % "As in the backup")
    wait_until(lambda: "As in the backup" in site.get(page).text, 10)
    (kept,), = site.sql("SELECT MAX(seq) FROM change_log")
    site.sql(headline % "Undone")
    wait_until(lambda: "Undone" in site.get(page).text, 10)
    with watcher_held(site):
        site.sql(headline % "Undone as well")
        site.cache.flush()
        assert "Undone as well" in site.get("/compare/kafka-vs-nginx").text
        assert "Undone as well" in site.get(page).text
        site.sql(headline % "As in the backup")
        site.sql("DELETE FROM change_log WHERE seq > %s", kept)
        site.sql("INSERT INTO change_log (seq, entity, entity_id) SELECT %s + seq, 'product', 5 FROM seq_1_to_9", kept)
    wait_until(lambda: "As in the backup" in site.get(page).text, 5)
    assert all("As in the backup" in site.get(page).text for _ in range(20))


EDITED = {
    "page": ("/about", "INSERT INTO page (slug, title, body_md, status) VALUES ('about', 'About', 'Before.', 'published')"
                       " ON DUPLICATE KEY UPDATE body_md = 'Before.'",
             "UPDATE page SET body_md = 'After.' WHERE slug = 'about'"),
    "site's questions": ("/faq", "INSERT INTO faq (question, answer_md, status) VALUES ('Why?', 'Before.', 'published')",
                         "UPDATE faq SET answer_md = 'After.' WHERE question = 'Why?'"),
}


@pytest.mark.parametrize("what", EDITED)
def test_nor_are_editors_pages_and_the_sites_questions(own_site, what):
    page, before, after = EDITED[what]
    own_site.sql(before)
    wait_until(lambda: "Before." in own_site.get(page).text, 10)
    for _ in range(20):  # into every worker's table
        assert "Before." in own_site.get(page).text
    with watcher_held(own_site):
        own_site.sql(after)
        own_site.cache.flush()
        assert "After." in own_site.get(page + ".md").text
        assert all("After." in own_site.get(page).text for _ in range(20))


def test_nor_does_its_date_stay_when_rows_without_one_were_edited(own_site):
    pages = {"/products/kafka": "UPDATE activity SET title = 'After' WHERE product_id = (SELECT id FROM product WHERE"
                                " slug = 'kafka')", "/faq": "UPDATE faq SET answer_md = 'After' WHERE product_id IS NULL"}
    before = {path: own_site.get(path)["Last-Modified"] for path in pages}
    with watcher_held(own_site):
        for path, statement in pages.items():
            assert own_site.get(path, if_modified_since=before[path]).status == 304
            own_site.sql(statement)
        own_site.cache.flush()
        for path in pages:
            assert "After" in own_site.get(path + ".md").text
            assert "After" in own_site.get(path, if_modified_since=before[path]).text


def test_nor_does_a_withdrawn_page_come_back(own_site):
    own_site.sql("INSERT INTO page (slug, title, body_md, status) VALUES ('gone', 'Gone', 'Before.', 'published')")
    wait_until(lambda: own_site.get("/gone").status == 200, 10)
    for _ in range(20):
        assert own_site.get("/gone").status == 200
    with watcher_held(own_site):
        own_site.sql("UPDATE page SET status = 'draft' WHERE slug = 'gone'")
        own_site.cache.flush()
        assert own_site.get("/gone.md").status == 404
        assert {own_site.get("/gone").status for _ in range(20)} == {404}


@pytest.mark.parametrize("form", ["", ".json", ".md"])
def test_a_page_that_is_read_ahead_of_the_catalog_is_of_one_version(make_site, form):
    """While the watcher is held up: a product stands in a card, and in an answer that asks for no fragment of it."""
    site, page = make_site(config={**PATIENT, "page_cache_bytes": 0}), "/compare/kafka-vs-kubernetes" + form
    assert site.get(page).text.count("ActiveMQ") >= 2
    with watcher_held(site):
        site.sql("UPDATE product SET name = 'Whale', slug = 'whale' WHERE slug = 'activemq'")
        site.cache.flush()
        text = site.get(page).text
        assert "ActiveMQ" not in text and text.count("Whale") >= 2
        # Nobody finds it under its new address yet, so the links lead to the old one.
        assert "/products/activemq" in text and "/products/whale" not in text
    wait_until(lambda: "/products/whale" in site.get(page).text, 10)


@pytest.mark.parametrize("query, searches", [("docke", 1), ("dockre+vs+kubernets", 4), ("kubernetes", 1)])
def test_names_are_searched_once_however_often_a_page_is_planned(make_site, query, searches):
    """Here it is planned again since what was found turns out to have another name.  A name that nothing has is searched
    twice: as it is, then with errors."""
    site = make_site(config={**PATIENT, "page_cache_bytes": 0})
    assert site.get(f"/search?q={query}").status == 200
    with watcher_held(site):
        site.sql("UPDATE product SET name = CONCAT(name, ' Renamed')")
        site.cache.flush()
        before = site.metrics()["diptych_searches_total"]
        assert " Renamed" in site.get(f"/search?q={query}").text
        assert site.metrics()["diptych_searches_total"] - before == searches


PLACES = [("/feed.atom", "t"), ("/sectors/devops.atom", "t"), ("/faq/moby", "q"), ("/products/moby?page=2", "t2"),
          ("/products/moby.atom", "t")]


@pytest.mark.parametrize("lost", ["all", "one kind"])
@pytest.mark.parametrize("path, kind", PLACES, ids=[path for path, _ in PLACES])
def test_a_page_of_one_kind_of_fragment_is_of_one_version_too(make_site, path, kind, lost):
    """Only a timeline or the questions are read anew, which say no name."""
    site = make_site(config={**PATIENT, "page_cache_bytes": 0})
    site.sql("UPDATE activity a JOIN product p ON p.id = a.product_id SET a.title = 'Before' WHERE p.slug = 'moby'")
    site.sql("INSERT INTO activity (product_id, kind, class, title, occurred_at) SELECT p.id, 'post', 'trivial', 'Before',"
             " '2026-08-20' - INTERVAL seq MINUTE FROM product p JOIN seq_1_to_60 WHERE p.slug = 'moby'")
    site.sql("INSERT INTO faq (product_id, question, answer_md, status) SELECT id, 'Before?', 'Before.', 'published'"
             " FROM product WHERE slug = 'moby'")
    wait_until(lambda: site.get(path).status == 200 and "Before" in site.get(path).text, 10)
    assert "Docker Engine" in site.get(path).text
    wait_until(lambda: not any(w["busy"] for w in json.loads(site.diptych("status", "--json").stdout)["workers"]), 10, "what workers still store")
    with watcher_held(site):
        connection = site.database.connect(autocommit=False)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE product SET name = 'Whale' WHERE slug = 'moby'")
            cursor.execute("UPDATE activity SET title = 'After' WHERE title = 'Before'")
            cursor.execute("UPDATE faq SET question = 'After?', answer_md = 'After.' WHERE question = 'Before?'")
            connection.commit()
        connection.close()
        if lost == "all":
            site.cache.flush()
        for key in site.cache.keys():
            if key.startswith(kind + ":"):
                site.cache.command(f"delete {key}", end=("DELETED\r\n", "NOT_FOUND\r\n"))
        text = site.get(path).text
        assert "After" in text and "Before" not in text
        assert "Whale" in text and "Docker Engine" not in text

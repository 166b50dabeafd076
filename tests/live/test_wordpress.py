"""A site over WordPress's tables: what an editor does there is on the pages within a second, and `lint` has nothing to say."""
import re

import pytest

from lib.servers import wait_until
from lib.wordpress import ADAPTER, WordPress, tables

SECOND = 4  # on a busy machine; the watcher polls five times a second


@pytest.fixture(scope="module")
def blog(request, templates):
    from conftest import _run
    from lib.servers import Site
    for site in _run(request, Site(templates, data="schema", config={"sweep_seconds": 86400, "as_of": "", "deadline": 8000})):
        site.database.script(tables("short"))
        site.database.script(ADAPTER.read_text())

        def sql(statement, *values):
            connection = site.database.connect(init_command="SET sql_mode = ''")
            try:
                with connection.cursor() as cursor:
                    cursor.execute(statement, values or None)
                    return cursor.fetchall()
            finally:
                connection.close()

        site.press = WordPress(sql)
        sql("INSERT INTO wp_users (ID, display_name) VALUES (1, 'Ada &amp; Co.')")
        site.press.term(5, "sector", "Research &amp; Development", "research")
        for n, name in ((20, "kafka"), (21, "nats")):
            site.press.post(n, "product", f"{name.title()}&#8217;s R&amp;D", name, post_excerpt="In &quot;short&quot;",
                            post_content="Current *state*.")
            site.press.link(n, 5)
        wait_until(lambda: site.get("/products/nats").status == 200, SECOND)
        yield site


def answers(site, path, status):
    wait_until(lambda: site.get(path).status == status, SECOND, f"{status} for {path}")


def test_names_are_escaped_once(blog):
    page = blog.get("/products/kafka").text
    assert re.search(r"<h1[^>]*>.*Kafka’s R&amp;D.*</h1>", page, re.S) and "amp;amp;" not in page and "&amp;#" not in page
    assert "Research &amp; Development" in page and "Ada &amp; Co." in page and "In &quot;short&quot;" in page
    sector = blog.get("/sectors/research").text
    assert "Research &amp; Development" in sector and "amp;amp;" not in sector
    assert "Kafka’s R&D" in str(blog.get("/products/kafka.json").json)


def test_a_password_hides(blog):
    """Of each kind of post; taken away, the post is back."""
    press = blog.press
    press.post(30, "move", "Hidden move", parent=20)
    press.post(31, "faq", "Hidden question?", parent=20, post_content="Yes.")
    press.post(32, "page", "Hidden page", "hidden-page", post_content="Words.")
    wait_until(lambda: "Hidden move" in blog.get("/products/kafka").text and "Hidden question" in blog.get("/faq/kafka").text
               and blog.get("/hidden-page").status == 200, SECOND)
    press.sql("UPDATE wp_posts SET post_password = 'secret' WHERE ID >= 30")
    wait_until(lambda: "Hidden move" not in blog.get("/products/kafka").text and
               "Hidden question" not in blog.get("/faq/kafka").text and blog.get("/hidden-page").status == 404, SECOND)
    press.sql("UPDATE wp_posts SET post_password = 'secret' WHERE ID = 20")
    answers(blog, "/products/kafka", 404)
    for path in ("/products/kafka.json", "/products/kafka.md", "/compare/kafka-vs-nats", "/faq/kafka"):
        answers(blog, path, 404)
    assert "Kafka" not in blog.get("/leaderboard").text
    press.sql("UPDATE wp_posts SET post_password = ''")
    answers(blog, "/products/kafka", 200)
    answers(blog, "/hidden-page", 200)


def lint(site):
    done = site.diptych("lint")
    return [line for line in done.stdout.splitlines() if line.startswith("site_")]


def test_the_trash_is_gone_and_not_a_fault(blog):
    press = blog.press
    press.post(40, "product", "Trash", "trash", post_excerpt="A headline")
    press.post(41, "page", "Trash page", "trash-page", post_content="Words.")
    press.post(42, "move", "Trash move", parent=40)
    press.post(43, "product", "Not named yet", "", "draft", post_excerpt="A headline")
    press.post(44, "product", "Auto Draft", "", "auto-draft")
    press.meta(40, "website", "https://one.example.org/")
    press.meta(40, "website", "https://two.example.org/")
    answers(blog, "/products/trash", 200)
    assert "one.example.org" in blog.get("/products/trash").text and "two.example.org" not in blog.get("/products/trash").text
    assert lint(blog) == []
    for ident in (42, 41, 40):
        press.trash(ident)
    answers(blog, "/products/trash", 410)
    answers(blog, "/trash-page", 410)
    assert lint(blog) == []
    press.post(45, "product", "Trash again", "trash", post_excerpt="A headline")
    answers(blog, "/products/trash", 200)
    assert lint(blog) == []
    press.trash(45)
    answers(blog, "/products/trash", 410)
    assert lint(blog) == []
    press.sql("DELETE FROM wp_posts WHERE ID = 45")
    answers(blog, "/products/trash", 410)
    press.untrash(40)
    answers(blog, "/products/trash", 200)
    assert "Trash again" not in blog.get("/products/trash").text


def test_a_renamed_author_is_there_at_once(blog):
    for name in ("Grace &amp; Friends", "Barbara"):
        blog.press.sql("UPDATE wp_users SET display_name = %s WHERE ID = 1", name)
        for path in ("/products/kafka", "/products/nats"):
            wait_until(lambda: f">{name}<" in blog.get(path).text or f" {name}" in blog.get(path).text, SECOND, name)
    assert blog.metrics()["diptych_sweep_found_total"] == 0

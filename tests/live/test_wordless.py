"""Rows without words count as none: what has nothing to say is neither listed nor announced, and lint names it."""
import pytest

from lib.page import parse
from lib.servers import wait_until

BLANKS = "CONCAT(' ', CHAR(9), CHAR(10))"
PAIR = "/compare/kafka-vs-wordpress"  # nothing makes it meaningful but words


@pytest.fixture(scope="module")
def ids(module_site):
    return dict(module_site.sql("SELECT slug, id FROM product"))


def test_a_text_on_a_pair_without_words_is_not_the_newest_comparison(module_site, ids):
    site = module_site
    site.sql(f"INSERT INTO comparison (product_id, other_product_id, status, intro_md, verdict_md)"
             f" VALUES ({ids['kafka']}, {ids['wordpress']}, 'published', '', {BLANKS})")
    site.sql("UPDATE product SET summary = 'Seen.' WHERE slug = 'kafka'")
    wait_until(lambda: "Seen." in site.get(PAIR).text, 10)
    assert "Apache Kafka vs WordPress" not in site.get("/index.md").text
    assert "/faq/kafka-vs-wordpress" not in site.get("/faq").text
    assert parse(site.get(PAIR).text).one("meta", {"name": "robots"})["content"] == "noindex"
    assert PAIR not in site.get("/sitemaps/pairs-1.xml").text
    site.sql(f"UPDATE comparison SET verdict_md = 'Neither.' WHERE other_product_id = {ids['wordpress']}"
             f" AND product_id = {ids['kafka']}")
    wait_until(lambda: "Apache Kafka vs WordPress" in site.get("/index.md").text, 10)
    assert PAIR in site.get("/sitemaps/pairs-1.xml").text


@pytest.mark.parametrize("question, answer", [("' '", "'An answer.'"), ("'A question?'", BLANKS)])
def test_a_question_without_words_lists_no_page(module_site, ids, question, answer):
    site = module_site
    site.sql(f"INSERT INTO faq (product_id, question, answer_md, status)"
             f" VALUES ({ids['terraform']}, {question}, {answer}, 'published')")
    seen = f"After {len(question)} and {len(answer)}."
    site.sql("UPDATE product SET summary = %s WHERE slug = 'terraform'", seen)
    wait_until(lambda: seen in site.get("/products/terraform").text, 10)
    assert "/faq/terraform" not in site.get("/faq").text


@pytest.mark.parametrize("blank", ["''", BLANKS, "CONVERT(UNHEX('C2A0E2808B') USING utf8mb4)"])
def test_a_grade_without_a_prediction_stands_nowhere(module_site, ids, blank):
    site = module_site
    site.sql(f"DELETE FROM editorial WHERE product_id = {ids['nginx']}")
    for day, prediction, head in ((1, "'Past.'", "One"), (2, blank, "Two"), (3, blank, f"Now {len(blank)}")):
        site.sql(f"INSERT INTO editorial (product_id, status, headline, prediction_md, prediction_state, prediction_note,"
                 f" published_at) VALUES ({ids['nginx']}, 'published', '{head}', {prediction}, 'failed', 'Because.', '2026-08-0{day}')")
    wait_until(lambda: f"Now {len(blank)}" in site.get("/products/nginx").text, 10)
    for path in ("/products/nginx", "/compare/caddy-vs-nginx", "/products/nginx/history/2026-08-02"):
        for suffix in ("", ".md"):
            text = site.get(path + suffix).text
            assert "Failed" not in text and "Because." not in text and "Not graded yet." not in text, path + suffix
    assert site.get("/products/nginx.json").json["product"]["editorial"]["grade"] == {
        "state": "open", "open": True, "came_true": False, "failed": False, "note": None, "evidence": None}
    listed = site.get("/products/nginx/history.json").json["editorials"]
    assert [(e["text"], e["grade"]["state"]) for e in listed] == [(None, "open"), (None, "open"), ("Past.", "failed")]
    assert site.get("/products/nginx/history").text.count("Failed") == 1


@pytest.mark.parametrize("kind, words", [("release", "a release"), ("post", "a post"), ("event", "an event")])
def test_a_move_without_a_title_and_a_version_is_named_by_its_kind(module_site, ids, kind, words):
    site = module_site
    site.sql(f"INSERT INTO activity (product_id, kind, title, version, occurred_at)"
             f" VALUES ({ids['caddy']}, '{kind}', ' ', '', '2026-08-21')")
    wait_until(lambda: f"<title>{words}</title>" in site.get("/products/caddy.atom").text, 10)
    assert f">{words}<" in site.get("/products/caddy").text
    assert f"<title>{site.sql('SELECT name FROM product WHERE slug = %s', 'caddy')[0][0]}: {words}</title>" in site.get("/feed.atom").text

"""Previews under guessing, without rights, switched off, and behind the microcache."""
import re

import pytest

from lib.servers import SLOW, wait_until
from test_preview import add, link, private, product_id, token


@pytest.fixture(scope="module")
def site(module_site):
    module_site.row = add(module_site, "page", slug="hidden-page", title="Hidden", body_md="Secret words.")
    return module_site


def guesses(site, n, start):
    return [site.get(f"/preview/{i + start:048x}") for i in range(n)]


def asked(site):
    """Statements but the watcher's polls, of which there are more on a slow machine."""
    found = site.metrics()
    return found["diptych_db_statements_total"] - found["diptych_polls_total"]


def test_guessing_meets_a_limit_and_asks_the_database_no_more(site):
    other = add(site, "page", slug="other-page", title="Other")
    there = link(site, "page", site.row)
    wait_until(lambda: site.get(there).status == 200, 10 * SLOW, "a preview of rows that were read")
    answers = guesses(site, 60, 1)
    assert [a.status for a in answers[:30]] == [404] * 30 and answers[-1].status == 429
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    for answer in answers:
        private(answer)
    before = asked(site)
    assert {a.status for a in guesses(site, 200, 1000)} <= {404, 429}
    assert asked(site) - before < 80
    assert site.get(there).status == 200, "a link that was right a short while ago"
    assert wait_until(lambda: site.get(link(site, "page", other)).status == 200, 10), "another one, after a moment"


def test_without_the_right_to_read_them_previews_say_so_and_all_else_works(site):
    there = link(site, "page", site.row)
    assert "previews" not in site.diptych("check").stdout
    site.sql("REVOKE SELECT ON site_preview FROM 'diptych_pool'@'localhost'")
    try:
        answer = site.get(there)
        assert answer.status == 503
        private(answer)
        checked = site.diptych("check")
        assert re.search(r"^previews   answer 503: .*run `diptych migrate`, then sql/accounts.sql", checked.stdout, re.M)
        assert re.search("^database .*: answers", checked.stdout, re.M)  # so it does not fail the check
        assert site.get("/products/kafka").status == 200 and site.http("GET", "/readyz").status == 200
        assert "previews cannot be read" in (site.folder / "diptych.log").read_text()
    finally:
        site.sql("GRANT SELECT ON site_preview TO 'diptych_pool'@'localhost'")
    assert wait_until(lambda: site.get(there).status == 200, 10)


def test_nginx_keeps_no_preview(site):
    site.web.stop()
    text = site.web.config.read_text()
    zone = f"fastcgi_cache_path {site.folder}/pages levels=1:2 keys_zone=diptych:1m max_size=64m inactive=60s use_temp_path=off;"
    text = text.replace("upstream diptych", zone + "\n  upstream diptych")
    text = text.replace("include diptych/server.conf;", "include diptych/server.conf; include diptych/microcache.conf;")
    site.web.config.write_text(text)
    site.web.start()
    row = add(site, "editorial", product_id=product_id(site, "kafka"), headline="Secret words")
    there = link(site, "editorial", row)
    assert wait_until(lambda: site.get(there).status == 200, 10)
    for path in (there, there + "/alternatives", there + "/compare/kafka-vs-nats", "/preview/" + "0" * 48, "/products/kafka"):
        for spelling in (path, path.replace("preview", "%70review"), "/" + path):
            site.get(spelling)
    kept = [file.read_bytes() for file in (site.folder / "pages").rglob("*") if file.is_file()]
    assert any(b"/products/kafka" in body for body in kept)
    assert not [body for body in kept if b"Secret words" in body or token(site, "editorial", row).encode() in body]

"""What a page costs whose fragments nobody has: round trips to the database, rows that it examines, fragments that are made,
and what is asked again while memcached is away.  Counted at the servers."""
import re
import socket
import subprocess
import threading
import time
from contextlib import suppress

import pytest

from lib.questions import page_questions
from lib.servers import TOP, Site, wait_until
from test_faults_drip import Server

QUIET = {"poll_interval": 60000, "sweep_seconds": 86400, "memcached_timeout": 5000, "deadline": 20000, "workers": 1,
         "page_cache_bytes": 0}
PAGES = ["/compare/kafka-vs-kubernetes", "/compare/kafka-vs-nats-vs-redis", "/products/kafka", "/products/wordpress?page=2",
         "/leaderboard", "/leaderboard?page=2", "/sectors/devops", "/themes/streaming", "/", "/predictions", "/feed.atom",
         "/alternatives/kafka", "/faq/kafka"]
LISTS = ["/leaderboard", "/sectors/devops", "/themes/streaming"]
MOVED = ["kafka", "kubernetes", "nats", "redis", "grafana", "etcd", "terraform", "duckdb", "prometheus", "rabbitmq"]


@pytest.fixture(scope="module")
def site(request, templates):
    from conftest import _run
    made = Site(templates, config=QUIET)
    made.slow = made.folder / "slow.log"
    made.database.daemon.argv += ["--slow-query-log=ON", "--long-query-time=0", f"--slow-query-log-file={made.slow}"]
    yield from _run(request, made)


def statements(site, act):
    """(rows sent, rows examined, the beginning) of the pool's statements."""
    began = site.slow.stat().st_size
    act()
    # The server writes a statement down after it has answered it.
    return wait_until(lambda: len(found := logged(site, began)) >= 5 and found, 10, "the statements")


def logged(site, began):
    log = site.slow.read_bytes()[began:].decode(errors="replace")
    found = []
    for entry in re.split(r"(?m)^(?=# User@Host: )", log):
        rows = re.search(r"Rows_sent: (\d+)\s+Rows_examined: (\d+)", entry)
        text = re.search(r"(?m)^SELECT.*", entry)
        if entry.startswith("# User@Host: diptych_pool") and rows and text:
            found.append((int(rows[1]), int(rows[2]), text[0]))
    return found


@pytest.mark.parametrize("path", PAGES)
def test_no_statement_of_a_cold_page_examines_much_more_than_it_returns(site, path):
    assert site.get(path).status == 200  # the connection is open
    site.cache.flush()
    found = statements(site, lambda: site.get(path))
    # A scan of this small table may be cheaper than looking up each entry.
    entries = site.sql("SELECT COUNT(*) FROM revision_base")[0][0]
    for sent, examined, text in found:
        most = 4 * sent if "STRAIGHT_JOIN" in text else 8 * sent + 2 * entries  # a window counts its rows in each of its tables
        assert examined <= most, (sent, examined, text[:2000])


@pytest.mark.parametrize("path", [p for p in PAGES if "page=2" not in p or "leaderboard" in p])
def test_a_cold_page_takes_at_most_three_round_trips_to_the_database(site, path):
    assert site.get(path).status == 200
    site.cache.flush()
    def trips():
        """Without those of the watcher, which polls once a minute."""
        found = site.metrics()
        return found["diptych_db_round_trips_total"] - found["diptych_polls_total"]
    before = trips()
    assert site.get(path).status == 200
    assert 1 <= trips() - before <= 3


@pytest.mark.parametrize("path", LISTS)
def test_a_list_makes_nothing_but_cards(site, path):
    site.cache.flush()
    assert site.get(path).status == 200
    assert {key[0] for key in site.cache.keys()} == {"c"}


def test_a_list_makes_all_fragments_of_a_product_that_was_edited_since_they_were_stored(make_site):
    """So that a database that goes away leaves no older version than one that was shown."""
    site = make_site(config={**QUIET, "poll_interval": 50})
    assert site.get("/products/kafka").status == 200
    site.sql("UPDATE product SET name = 'Kafka the Second' WHERE slug = 'kafka'")
    wait_until(lambda: "Kafka the Second" in site.get("/themes/streaming").text, 10)
    site.database.daemon.freeze()
    try:
        assert "Kafka the Second" in site.get("/products/kafka").text
    finally:
        site.database.daemon.thaw()


@pytest.fixture
def edited(make_site):
    """A site that has stored the fragments of MOVED, and a function that edits some of them in one transaction."""
    site = make_site(config={**QUIET, "poll_interval": 50})
    for slug in MOVED:
        assert site.get(f"/products/{slug}").status == 200

    def edit(slugs, **more):
        name = f"edit {time.monotonic_ns()}"
        with site.database.connect(autocommit=False) as c, c.cursor() as cursor:
            for slug in slugs:
                cursor.execute("UPDATE product SET summary = %s WHERE slug = %s", (name, slug))
            for sql in more.values():
                cursor.execute(sql)
            c.commit()
        wait_until(lambda: name in site.get(f"/products/{slugs[0]}").text, 10)
        return name
    return site, edit


def test_the_first_page_after_an_edit_of_many_products_makes_the_fragments_of_all(edited):
    """Afterwards all of them are shown with the database away, and no lease is left."""
    site, edit = edited
    fills = site.metrics()["diptych_fills_total"]
    name = edit(MOVED)
    assert site.metrics()["diptych_fills_total"] - fills == len(MOVED)
    assert not [key for key in site.cache.keys() if key[0] == "l"]
    site.database.daemon.freeze()
    try:
        for slug in MOVED:
            assert name in site.get(f"/products/{slug}").text
    finally:
        site.database.daemon.thaw()


def test_what_another_pool_has_made_is_not_made_again(edited, make_site):
    site, edit = edited
    other = make_site(config={**QUIET, "poll_interval": 50})
    other.restart_pool(**{key: site.config[key] for key in ("mysql_socket", "memcached", "base_url")})
    site.cache.flush()
    for slug in [*MOVED, "wordpress"]:  # each of the pools has stored them once
        assert other.get(f"/products/{slug}").status == 200
    fills = other.metrics()["diptych_fills_total"]
    name = edit(MOVED)
    wait_until(lambda: name in other.get("/products/kafka").text, 20)
    assert other.metrics()["diptych_fills_total"] == fills
    site.sql("UPDATE product SET summary = 'the last edit' WHERE slug = 'wordpress'")
    wait_until(lambda: "the last edit" in other.get("/products/wordpress").text, 20)
    assert other.metrics()["diptych_fills_total"] - fills == 1


def test_a_product_that_cannot_be_made_ahead_costs_the_page_nothing(edited):
    """One is withdrawn in the same moment, one has a body without end."""
    site, edit = edited
    edit(MOVED, body="UPDATE editorial SET current_state_md = REPEAT('![[]()', 27000) WHERE product_id ="
                     " (SELECT id FROM product WHERE slug = 'nats')",
         draft="UPDATE product SET status = 'draft' WHERE slug = 'redis'")
    assert site.get("/products/redis").status == 404 and site.get("/products/nats").status == 200
    for slug in MOVED[4:]:
        assert site.get("/compare/" + "-vs-".join(sorted(["kafka", slug]))).status == 200
    assert site.metrics()["diptych_responses_5xx_total"] == 0


@pytest.mark.parametrize("path", ["/leaderboard", "/compare/kafka-vs-kubernetes", "/"])
@pytest.mark.parametrize("away", ["stopped", "none"])
def test_without_memcached_a_page_is_read_once(templates, request, path, away):
    from conftest import _run
    for site in _run(request, Site(templates, config=QUIET, memcached=away == "stopped")):
        if away == "stopped":
            site.cache.stop()
        first = site.get(path)
        assert first.status == 200
        count = page_questions(site)
        before = count()
        assert site.get(path).status == 200
        assert count() == before


@pytest.mark.parametrize("name,decides,names,edits", [
    ("FRAGMENT_SOURCES", "FRAGMENT_DECIDES = $(TEXT) $(MODEL) $(ROWS) $(MARKDOWN)",
     ["fcgi/store/fragment.c", "fcgi/markdown/markdown_elements.c", "fcgi/rows/rows_cells.c", "fcgi/model/months.h"],
     [("pack_span(b, p->license);", "pack_span(b, p->summary);"), ("pack_uint(b, f->n90);\n", "")]),
    ("ROWS_SOURCES", "ROWS_DECIDES = $(TEXT) $(MODEL) $(ROWS)\n",
     ["fcgi/rows/rows_sql.h", "fcgi/rows/rows_facts.c", "fcgi/text/bidi.c", "fcgi/model/texts.h"],
     [(', " ROWS_CELL("p.summary")', '"'), ('ROWS_LONG("v.value")', 'ROWS_CELL("v.value")')])])
def test_another_field_is_another_format(tmp_path, name, decides, names, edits):
    """Of the sources that decide the bytes of a fragment, and those of facts and hashes."""
    assert decides in (TOP / "Makefile.am").read_text()

    def number(folder):
        return subprocess.run(["sh", TOP / "scripts/sources-number", name, *(folder / n for n in names)], check=True,
                              capture_output=True, text=True).stdout
    for n in names:
        (tmp_path / n).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / n).write_bytes((TOP / n).read_bytes())
    same = number(TOP)
    assert number(tmp_path) == same and re.fullmatch(rf"#define {name} \d+u .*\n", same)
    source = tmp_path / names[0]
    before = source.read_text()
    for old, new in edits:
        assert old in before
        source.write_text(before.replace(old, new))
        assert number(tmp_path) != same


def test_as_of_is_part_of_the_keys(make_site):
    """A fragment of another day would show what that day knew."""
    site = make_site(config={**QUIET, })
    assert site.get("/products/kafka").status == 200
    before = {key.rsplit(":", 1)[1] for key in site.cache.keys() if key[0] in "pcqtm"}
    site.restart_pool(as_of="2026-07-01T12:00:00Z")
    site.cache.flush()
    assert site.get("/products/kafka").status == 200
    after = {key.rsplit(":", 1)[1] for key in site.cache.keys() if key[0] in "pcqtm"}
    assert before and after and not before & after


class Relay(Server):
    """Before memcached.  Counts how often the pool waits: a turn is an answer that follows a request."""

    def __init__(self, path, target):
        self.target, self.turns, self.asked = target, 0, False
        super().__init__(path)

    def talk(self, peer):
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self.target))
        threading.Thread(target=self.requests, args=(peer, server), daemon=True).start()
        while data := server.recv(65536):
            self.turns += self.asked
            self.asked = False
            peer.sendall(data)

    def requests(self, peer, server):
        with suppress(OSError):
            while data := peer.recv(65536):
                self.asked = True
                server.sendall(data)
        server.close()


@pytest.mark.parametrize("path, most", [(PAGES[0], 5), ("/leaderboard", 5), ("/products/kafka", 5), ("/methodology", 4)])
def test_a_cold_page_waits_for_memcached_a_few_times(site, path, most):
    """However many fragments it stores: the leaderboard stores fifty."""
    site.pool.stop()
    own = site.cache.socket.with_name("own.sock")
    site.cache.socket.rename(own)  # the server keeps listening there
    relay = Relay(site.cache.socket, own)
    try:
        site.start_pool()
        wait_until(lambda: site.get(path).status == 200, 20)
        site.cache.command("flush_all")
        before, stored = relay.turns, site.metrics()["diptych_cache_stores_total"]
        assert site.get(path).status == 200
        assert site.metrics()["diptych_cache_stores_total"] > stored
        assert 1 <= relay.turns - before <= most
    finally:
        relay.listener.close()
        site.pool.stop()
        site.cache.socket.unlink()
        own.rename(site.cache.socket)
        site.start_pool()

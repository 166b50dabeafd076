"""A database without a connection for everybody: workers that get none serve every page whose fragments are cached, and the
watcher gets one before any worker."""
import concurrent.futures
import contextlib
import json
import os
import signal
import time

import pymysql
import pytest

from lib.daemon import freeze
from lib.database_server import MYSQL
from lib.servers import SLOW, Site, wait_until

PAGES = ["/", "/leaderboard", "/leaderboard?page=2", "/sectors", "/sectors/devops", "/themes/streaming", "/search?q=kafk",
         "/compare/kafka-vs-nats-vs-redis", "/products/kafka", "/products/wordpress?page=2", "/alternatives/kafka", "/faq", "/faq/kafka",
         "/faq/kafka-vs-kubernetes", "/about", "/methodology", "/feed.atom", "/products/kafka.atom", "/sectors/devops.atom", "/sitemap.xml",
         "/badge/kafka.svg", *(f"/compare/kafka-vs-{s}{form}" for s in ("kubernetes", "nats", "redis") for form in ("", ".json", ".md"))]
FULL = {  # the error: what makes the server refuse, what ends it
    1040: ("SET GLOBAL max_connections = 10", "SET GLOBAL max_connections = 100"),
    1203: ("SET GLOBAL max_user_connections = 1", "SET GLOBAL max_user_connections = 95"),
    1226: ("ALTER USER diptych_pool@localhost WITH MAX_USER_CONNECTIONS 1", "ALTER USER diptych_pool@localhost WITH MAX_USER_CONNECTIONS 0"),
}


@pytest.fixture(scope="module")
def site(templates):
    # A cache that is late on a busy machine is not what these tests are about.
    site = Site(templates, config={"workers": 4, "memcached_timeout": 5000, "deadline": 10000}, database_settings_extra=["--max-user-connections=95"])
    try:
        site.start()
        site.sql("CREATE USER IF NOT EXISTS holder@localhost")
        yield site
    finally:
        site.stop()
        site.remove()


class Holder:
    """Holds every connection that the server has left."""

    def __init__(self, site):
        self.site, self.held = site, []

    def fill(self):
        """The server counts a connection for a moment after its end, so one refusal does not mean that it stays full."""
        since = time.monotonic()
        while time.monotonic() - since < 0.3:
            with contextlib.suppress(pymysql.MySQLError):
                self.held.append(self.site.database.connect("holder", None))
                since = time.monotonic()

    def release(self):
        for connection in self.held:
            connection.close()


@contextlib.contextmanager
def full(site, number):
    """No process of the pool can open a connection."""
    refuse, admit = FULL[number]
    root = site.database.connect()  # its own connection, for what must be said while the server is full
    holder = Holder(site)
    try:
        with root.cursor() as cursor:
            cursor.execute(refuse)
            if number == 1040:
                holder.fill()
            yield holder, cursor
    finally:
        with root.cursor() as cursor:
            cursor.execute(admit)
        holder.release()
        root.close()


def connections(cursor):
    cursor.execute("SELECT id FROM information_schema.processlist WHERE user = 'diptych_pool'")
    return [id for (id,) in cursor.fetchall()]


@pytest.mark.parametrize("number", FULL)
def test_fresh_workers_without_a_connection_serve_what_is_warm(site, number):
    site.restart_pool()  # all that is cached now is in memcached
    right = {path: site.get(path).body for path in PAGES}
    assert {site.get(path).status for path in PAGES} == {200}
    with full(site, number) as (holder, _):
        before = site.workers()
        for pid in before:  # new workers have neither a connection nor a page
            os.kill(pid, signal.SIGKILL)
            if number == 1040:
                holder.fill()
        wait_until(lambda: not site.workers() & before, 10 * SLOW)
        holder.fill() if number == 1040 else None
        for _ in range(3):
            for path in PAGES:
                answer = site.get(path)
                assert answer.status == 200 and answer.body == right[path], path
        site.cache.flush()
        logged = len(site.log)
        wait_until(lambda: site.get(f"/compare/ansible-vs-terraform?n={time.monotonic_ns()}").status == 503
                   and f"error {number}, " in site.log[logged:], 10 * SLOW, "what is not cached needs a connection")
        line = next(x for x in site.log[logged:].splitlines() if f"error {number}, " in x)
        assert "raise " in line and "or run fewer workers" in line
        assert {site.get("/healthz").status for _ in range(8)} == {200}
    wait_until(lambda: {site.get(f"/compare/ansible-vs-terraform?n={n}").status for n in range(12)} == {200}, 10 * SLOW)


def test_the_watcher_gets_a_connection_before_the_workers(site):
    """Another program takes the watcher's place on a full server: a worker gives up its own, or no edit would be seen."""
    site.cache.flush()
    site.restart_pool()
    slugs = [slug for slug, in site.sql("SELECT slug FROM product WHERE status = 'published' ORDER BY slug")]

    def all_connected():
        site.cache.flush()
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = pool.map(lambda slug: site.get(f"/products/{slug}?n={time.monotonic_ns()}").status, slugs)
            assert set(answers) == {200}
        return len(site.sql("SELECT 1 FROM information_schema.processlist WHERE user = 'diptych_pool'")) == 5
    wait_until(all_connected, 30 * SLOW, "four workers and the watcher to have connections")
    site.sql("UPDATE product SET name = 'Before' WHERE slug = 'kafka'")
    wait_until(lambda: "Before" in site.get("/products/kafka").text, 10 * SLOW)
    time.sleep(1)  # workers are idle that long; the watcher is not
    with full(site, 1040) as (holder, cursor):
        watcher = json.loads(site.diptych("status", "--json").stdout)["watcher"]["pid"]
        idle = "time, id DESC" if MYSQL else "time_ms"
        cursor.execute(f"SELECT id FROM information_schema.processlist WHERE user = 'diptych_pool' ORDER BY {idle} LIMIT 1")
        (connection,), = cursor.fetchall()
        freeze(watcher)
        cursor.execute(f"KILL {connection}")
        wait_until(lambda: connection not in connections(cursor), 5 * SLOW)
        holder.fill()
        os.kill(watcher, signal.SIGCONT)
        wait_until(lambda: "error 1040, " in site.log, 5 * SLOW)
        cursor.execute("UPDATE product SET name = 'After' WHERE slug = 'kafka'")
        wait_until(lambda: "After" in site.get("/products/kafka").text, 10 * SLOW)
        assert len(connections(cursor)) == 4, "one of the workers has given its connection up"

"""Several pools behind one nginx or HAProxy: a pool that is frozen, killed or behind costs visitors no error."""
import os
import signal
import threading
import time

import pytest

from lib import http
from lib.answered import answered
from lib.daemon import wait_until
from lib.fronts import Balancer, Front
from lib.servers import SLOW, Site, free_port
from lib.stopwatch import elapsed, moment
from test_replica import Pair, heading, rename, status

PATHS = ("/products/kafka", "/compare/kafka-vs-nats", "/leaderboard")
ASK = 2.0  # seconds until a request is answered by another pool, at most


class Visitors:
    """Clients that ask without a pause: (began, seconds, status or error) of each request."""

    def __init__(self, port, paths=PATHS, clients=3):
        self.port, self.paths, self.seen, self.done = port, paths, [], threading.Event()
        self.threads = [threading.Thread(target=self.visit, args=(n,)) for n in range(clients)]

    def visit(self, n):
        while not self.done.is_set():
            began = time.monotonic()
            try:
                status = http.request(self.port, "GET", self.paths[n % len(self.paths)], {}, None, 30).status
            except OSError as e:
                status = repr(e)
            self.seen.append((began, time.monotonic() - began, status))
            n += 1
            self.done.wait(0.01)

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        for t in self.threads:
            t.join()

    def wait(self, n):
        """Until so many more requests have been answered."""
        wanted = len(self.seen) + n
        wait_until(lambda: len(self.seen) >= wanted, 40 * SLOW, "answers")

    def judge(self, most=ASK):
        failed = [s for s in self.seen if s[2] != 200]
        assert not failed, f"{len(failed)} of {len(self.seen)} failed, the first: {failed[0]}"
        slowest = max(s[1] for s in self.seen)
        assert slowest < most * SLOW, slowest
        return sum(s[1] > 1 for s in self.seen)


@pytest.fixture(scope="module")
def sites(templates):
    """Two pools with one database and one memcached each."""
    made = [Site(templates, config={"deadline": 1000, "metrics_listen": f"127.0.0.1:{free_port()}"}) for _ in range(2)]
    try:
        for site in made:
            site.start()
            wait_until(lambda: site.get("/readyz").status == 200, 20 * SLOW)
            site.diptych("warm", check=True)  # a page that is not in the cache needs a database that answers
            for path in PATHS:
                assert site.get(path).status == 200
        yield made
    finally:
        for site in made:
            thaw(site)
            site.stop()
            site.remove()


def processes(site):
    return [site.pool.pid, *site.children()]


def freeze(site):
    for pid in processes(site):
        os.kill(pid, signal.SIGSTOP)


def thaw(site):
    if site.pool.alive():
        for pid in processes(site):
            os.kill(pid, signal.SIGCONT)


@pytest.fixture
def front(sites):
    front = Front(sites)
    try:
        yield front.start()
    finally:
        front.stop()


@pytest.fixture
def balancer(sites):
    balancer = Balancer(sites)
    try:
        yield balancer.start()
    finally:
        balancer.stop()


@pytest.mark.timing
def test_a_frozen_pool_behind_nginx_costs_few_visitors_less_than_two_seconds(sites, front):
    with Visitors(front.port) as visitors:
        visitors.wait(60)
        freeze(sites[0])
        try:
            visitors.wait(100)
        finally:
            thaw(sites[0])
        visitors.wait(50)
    assert visitors.judge() <= 12, "a pool that does not answer is left alone"


def test_a_killed_pool_behind_nginx_costs_nobody_anything(sites, front):
    with Visitors(front.port) as visitors:
        visitors.wait(60)
        sites[1].pool.kill()
        visitors.wait(100)
        sites[1].start_pool()
        visitors.wait(50)
    visitors.judge()


def test_only_get_and_head_reach_a_pool(sites, front, balancer):
    before = sum(answered(s) for s in sites)
    for port in (front.port, balancer.port):
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            answer = http.request(port, method, "/products/kafka", {}, b"x", 20)
            assert answer.status == 405 and answer.headers["Allow"] == "GET, HEAD, OPTIONS", (method, answer)
        answer = http.request(port, "OPTIONS", "/products/kafka", {}, None, 20)
        assert answer.status == 204 and answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert sum(answered(s) for s in sites) == before
    for port in (front.port, balancer.port):
        assert http.request(port, "HEAD", "/products/kafka", {}, None, 20).status == 200


@pytest.mark.timing
def test_a_frozen_and_a_stopped_pool_behind_haproxy(sites, balancer):
    with Visitors(balancer.port) as visitors:
        visitors.wait(60)
        freeze(sites[0])
        try:
            wait_until(lambda: balancer.up() == {"b"}, 15 * SLOW, "the frozen pool to leave the rotation")
            visitors.wait(60)
        finally:
            thaw(sites[0])
        wait_until(lambda: balancer.up() == {"a", "b"}, 15 * SLOW, "both pools")
        sites[1].database.daemon.freeze()
        wait_until(lambda: balancer.up() == {"a"}, 20 * SLOW, "the pool without a database to leave the rotation")
        visitors.wait(30)
        sites[1].database.daemon.thaw()
        wait_until(lambda: balancer.up() == {"a", "b"}, 20 * SLOW, "both pools")
    visitors.judge()


def test_pools_that_all_say_no_serve_what_they_have(sites, balancer):
    for site in sites:
        http.request(site.web.port, "GET", "/products/kafka", {}, None, 20)
        site.database.daemon.freeze()
    try:
        wait_until(lambda: balancer.up() == set(), 20 * SLOW, "no pool in the rotation")
        assert http.request(balancer.port, "GET", "/products/kafka", {}, None, 20).status == 200
    finally:
        for site in sites:
            site.database.daemon.thaw()


def test_a_machine_that_was_away_serves_later_when_all_pools_say_no(sites, balancer):
    """It has older pages than the others.  It becomes ready before, if the database answers."""
    for site in sites:
        http.request(site.web.port, "GET", "/products/kafka", {}, None, 20)
        site.database.daemon.freeze()
    try:
        wait_until(lambda: balancer.up() == set(), 20 * SLOW, "no pool in the rotation")
        freeze(sites[1])
        wait_until(lambda: balancer.up("alive") == {"a"}, 20 * SLOW, "the frozen pool to be noticed")
        thaw(sites[1])
        wait_until(lambda: sites[1].get("/healthz").status == 200, 20 * SLOW)
        for _ in range(30):
            answer = http.request(balancer.port, "GET", "/products/kafka", {}, None, 20)
            assert balancer.up("alive") == {"b", "a"} or (answer.status, answer["X-Pool"]) == (200, "a-not-ready"), answer
        wait_until(lambda: balancer.up("alive") == {"a", "b"}, 20 * SLOW, "both machines")
    finally:
        thaw(sites[1])
        for site in sites:
            site.database.daemon.thaw()


@pytest.mark.parametrize("other_pools", [True, False])
def test_an_older_page_is_left_to_other_pools_if_there_are_any(make_site, other_pools):
    """If they may have shown newer rows for longer than ready_lag, and until the proxy knows that this pool is not ready.  A pool
    that is alone shows what it has at once."""
    site = make_site(config={"other_pools": other_pools, "ready_lag": 2, "page_cache_bytes": 0, "memcached_timeout": 2000})
    assert site.get("/products/kafka").status == 200
    rename(site, "Newer")
    [(last,)] = site.sql("SELECT MAX(seq) FROM change_log")
    wait_until(lambda: status(site, "cursor") >= last, 10 * SLOW, "the edit in the catalog")
    time.sleep(2.5)  # until others may have shown it for longer than ready_lag
    site.database.daemon.kill()
    began = moment()
    assert site.get("/products/kafka").status == (503 if other_pools else 200)
    wait_until(lambda: site.get("/readyz").status == 503, 10 * SLOW, "a proxy to be told")
    wait_until(lambda: site.get("/products/kafka").status == 200, 20 * SLOW, "the older page")
    assert site.metrics()["diptych_pages_stale_total"] > 0
    if other_pools:
        assert time.monotonic() - began >= 9 and elapsed(began) < 14 * SLOW, "ready_lag and 10 s after the last reading"


def test_an_older_page_is_shown_while_the_newer_one_is_within_the_bound(make_site):
    """As in a failover, when an edit of a moment ago cannot be read by any pool."""
    site = make_site(config={"other_pools": True, "ready_lag": 30, "page_cache_bytes": 0, "memcached_timeout": 2000})
    assert site.get("/products/kafka").status == 200
    rename(site, "Newer")
    [(last,)] = site.sql("SELECT MAX(seq) FROM change_log")
    wait_until(lambda: status(site, "cursor") >= last, 10 * SLOW, "the edit in the catalog")
    site.database.daemon.kill()
    assert site.get("/products/kafka").status == 200


def test_the_age_of_an_older_page_is_that_of_the_first_edit_it_lacks(make_site):
    """Another pool may have shown that one for longer than ready_lag, however young the last edit is."""
    site = make_site(config={"other_pools": True, "ready_lag": 3, "page_cache_bytes": 0, "memcached_timeout": 2000})
    assert site.get("/products/kafka").status == 200

    def edit(name):
        rename(site, name)
        [(last,)] = site.sql("SELECT MAX(seq) FROM change_log")
        wait_until(lambda: status(site, "cursor") >= last, 10 * SLOW, "the edit in the catalog")

    edit("Newer")
    time.sleep(4.5)
    edit("Newest")
    site.database.daemon.kill()
    assert site.get("/products/kafka").status == 503


def test_a_pool_whose_database_does_not_answer_leaves_the_rotation_in_time(make_site):
    """It waits for the answer of one statement for longer than ready_lag."""
    site = make_site(config={"other_pools": True, "ready_lag": 2})
    wait_until(lambda: site.get("/readyz").status == 200, 20 * SLOW)
    site.database.daemon.freeze()
    began = moment()
    wait_until(lambda: site.get("/readyz").status == 503, 20 * SLOW, "a proxy to be told")
    site.database.daemon.thaw()
    assert elapsed(began) < 4 * SLOW


def test_a_pool_on_a_replica_that_lags_leaves_the_rotation(make_site, tmp_path):
    """Visitors of both pools see no older page after the bound."""
    pair = Pair(make_site, tmp_path, ready_lag=2)
    sites = [pair.primary, pair.replica]
    for site in sites:
        site.restart_pool(metrics_listen=f"127.0.0.1:{free_port()}")
        wait_until(lambda: site.get("/readyz").status == 200, 20 * SLOW)
    balancer = Balancer(sites).start()
    try:
        pair.follow(False)
        rename(pair.primary, "Newer")
        wait_until(lambda: heading(pair.primary) == (200, "Newer"), 5 * SLOW)
        wait_until(lambda: balancer.up() == {"a"}, 10 * SLOW, "the pool that lags to leave the rotation")
        assert "ready_lag" in pair.replica.get("/readyz").text or pair.replica.get("/readyz").status == 503
        assert heading(pair.replica)[0] == 200, "it still serves"
        for _ in range(30):
            answer = http.request(balancer.port, "GET", "/products/kafka", {}, None, 20)
            assert "Newer" in answer.text
        pair.follow()
        wait_until(lambda: balancer.up() == {"a", "b"}, 20 * SLOW, "both pools")
        assert heading(pair.replica) == (200, "Newer")
    finally:
        balancer.stop()

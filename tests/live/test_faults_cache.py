"""memcached that restarts cold under load or is full, a filler that dies with its lease, and a fragment that is too large."""
import json
import os
import signal
import threading
import time

import pytest

from lib.probe import load
from lib.servers import SLOW, wait_until
from lib.stopwatch import elapsed, moment

PAGE = "/compare/kafka-vs-kubernetes"
PAIRS = [PAGE, "/compare/nats-vs-redis", "/compare/caddy-vs-nginx", "/compare/terraform-vs-vault", "/products/redis",
         "/compare/haproxy-vs-nats-vs-valkey", "/leaderboard", "/faq"]
WORKERS = 4
PATIENT = {"page_cache_bytes": 0, "memcached_timeout": 1000, "deadline": 20000}  # on a machine that may be busy


def metric(site, name):
    return site.metrics()[f"diptych_{name}_total"]


def test_memcached_restarts_cold_under_load(make_site):
    site = make_site(config={**PATIENT, "workers": WORKERS, "workers_max": WORKERS})
    right = {path: site.get(path).body for path in PAIRS}
    served, wrong = [], []

    def ask():
        path = PAIRS[len(served) % len(PAIRS)]
        answer = site.get(path)
        served.append(answer.status)
        if answer.status == 200 and answer.body != right[path]:
            wrong.append(path)
        return answer
    own = site.database.connect()  # counts from now on, at the server
    with own.cursor() as cursor, load(ask, threads=8) as counts:
        cursor.execute("FLUSH STATUS")
        for _ in range(3):
            before, fills = len(served), metric(site, "fills")
            site.cache.daemon.kill()
            wait_until(lambda: len(served) > before + 40, 20 * SLOW)  # without any
            site.cache.start()
            hits = metric(site, "cache_hits")
            wait_until(lambda: metric(site, "cache_hits") > hits, 20 * SLOW)  # it is asked again, and full again
            assert metric(site, "fills") > fills
        cursor.execute("SHOW GLOBAL STATUS LIKE 'Max_used_connections'")
        used = int(cursor.fetchone()[1])
    own.close()
    assert set(counts) == {200} and not wrong, (counts, wrong)
    assert used <= WORKERS + 2, "one a worker, the watcher's, and ours"


def leases(site):
    return [key for key in site.cache.keys() if key.startswith("l:")]


def test_a_lease_whose_holder_is_gone_holds_nobody_up_for_long(make_site):
    """As another machine's worker would leave it, for longer than ours would wait."""
    site = make_site(config={**PATIENT, "lease_ttl": 1})
    right = site.get(PAGE).body
    stored = [key for key in site.cache.keys() if key.startswith("p:")]
    site.cache.flush()
    for key in stored:
        assert site.cache.command(f"add l{key[1:]} 0 60 1\r\n1", end=("STORED\r\n",)).endswith("STORED\r\n")
    assert len(leases(site)) == len(stored) >= 2
    waits, began = metric(site, "lease_waits"), time.monotonic()
    assert site.get(PAGE).body == right
    took = time.monotonic() - began
    assert metric(site, "lease_waits") > waits and 1 <= took < 8, "the lease's time, and not half of the deadline"


def test_a_worker_that_dies_while_it_fills_leaves_its_work_to_others(make_site):
    """It is killed while it waits for rows, which a lock withholds, and its lease stays in memcached."""
    site = make_site(config={**PATIENT, "lease_ttl": 2, "mysql_timeout": 20000})
    right = site.get(PAGE).body
    site.cache.flush()
    answers = []
    ask = [threading.Thread(target=lambda: answers.append(site.get(PAGE))) for _ in range(3)]
    locker = site.database.connect()

    def filler():
        workers = json.loads(site.diptych("status", "--json").stdout)["workers"]
        return next((w["pid"] for w in workers if w["stage"] == "waiting for the database"), None)
    with locker.cursor() as cursor:
        cursor.execute("LOCK TABLES editorial WRITE")
        ask[0].start()
        pid = wait_until(filler, 10 * SLOW)
        assert leases(site)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: answers, 10 * SLOW)
        cursor.execute("UNLOCK TABLES")
    locker.close()
    assert answers.pop().status == 502, "who had begun it is gone, and nobody else begins it"
    began = moment()
    for thread in ask[1:]:
        thread.start()
    for thread in ask:
        thread.join()
    assert [a.body == right for a in answers] == [True, True]
    assert elapsed(began) < 10, "the lease's 2 s, and not half of the deadline"
    wait_until(lambda: not leases(site), 10 * SLOW)


def test_a_fragment_that_is_too_large_is_made_for_every_page(make_site):
    limit = 4 << 20
    site = make_site(config={**PATIENT, "markdown_bytes": limit, "markdown_output_bytes": limit, "markdown_cpu": 10000})
    stored = set(site.cache.keys())
    site.sql("UPDATE editorial e JOIN product p ON p.id = e.product_id SET e.current_state_md ="
             " CONCAT(REPEAT('All of it, and more of the same.\n\n', 40000), 'And *this* is its end.')"
             " WHERE p.slug = 'kafka' AND e.status = 'published'")
    wait_until(lambda: "And <em>this</em> is its end." in site.get(PAGE).text, 20 * SLOW)
    right, refused = site.get(PAGE).body, metric(site, "cache_too_large")
    assert len(right) > 1 << 20 and refused >= 1
    hits = metric(site, "cache_hits")
    for _ in range(3):
        assert site.get(PAGE).body == right
    assert metric(site, "cache_too_large") >= refused + 3, "it was tried, and counted"
    assert metric(site, "cache_hits") >= hits + 3 * 7, "the other product and the six cards were there"
    kinds = {key[0] for key in set(site.cache.keys()) - stored}
    assert {"c", "t", "q"} <= kinds, "what else was made of the product is kept"
    assert "over 1" in site.log and "made again for each use" in site.log
    lines = [line for line in site.log.splitlines() if "made again for each use" in line]
    assert len(lines) <= 2, "one line a worker and minute"


def test_a_memcached_without_room_is_named(make_site):
    """It may not evict (-M), so it refuses what is stored last.  The pages are right, and the log says what to look at."""
    site = make_site(config=PATIENT)
    right = site.get(PAGE).body
    site.cache.stop()
    site.cache.daemon.argv += ["-M", "-m", "4"]
    site.cache.start()
    size, n = 20000, 0
    while size > 50:  # each size has memory of its own
        n += 1
        answer = site.cache.command(f"set filler{n} 0 0 {size}\r\n" + "x" * size, end=("\r\n",))
        size = size if answer == "STORED\r\n" else size * 9 // 10
    errors = metric(site, "cache_errors")
    wait_until(lambda: site.get(PAGE).body == right and "did not keep a value" in site.log, 20 * SLOW)
    assert metric(site, "cache_errors") > errors
    assert "see its options -m (memory), -I (largest value) and -M" in site.log

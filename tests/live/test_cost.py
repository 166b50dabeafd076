"""What a page costs, counted at the servers: N² pages for the price of N."""
import itertools
import json
import os
import signal
import threading
import time
from contextlib import ExitStack

import pytest

from lib.daemon import freeze
from lib.fcgi_client import Peer, request
from lib.questions import page_questions
from lib.servers import diptych, wait_until
from lib.wrk import Wrk

QUIET = {"poll_interval": 60000, "sweep_seconds": 86400,  # every statement counted is a page's,
         "memcached_timeout": 5000}                            # on a machine that may be busy


@pytest.fixture(scope="module")
def quiet_site(request, templates):
    from conftest import _run
    from lib.servers import Site
    # Without the fragments that a worker keeps when a request has waited for it, as on a busy machine.
    yield from _run(request, Site(templates, config={**QUIET, "fragment_cache_bytes": 0}))


def statements_of(site, act):
    count = page_questions(site)
    before = count()
    act()
    return count() - before


def warm(site):
    diptych("warm", config=site.config_path, check=True)


def slugs(site):
    return [r[0] for r in site.database.sql("SELECT slug FROM product WHERE status = 'published' ORDER BY slug")]


def metric(site, name):
    return site.metrics()[f"diptych_{name}_total"]


def test_a_pair_nobody_asked_for_costs_one_multi_get_and_no_sql(quiet_site):
    warm(quiet_site)
    pairs = list(itertools.islice(itertools.combinations(slugs(quiet_site), 2), 0, 4000, 97))
    gets = metric(quiet_site, "cache_gets")

    def ask():
        for a, b in pairs:
            assert quiet_site.get(f"/compare/{a}-vs-{b}").status == 200
    assert statements_of(quiet_site, ask) == 0
    assert metric(quiet_site, "cache_gets") - gets == len(pairs)


def test_a_busy_worker_asks_memcached_once_for_what_waiting_pairs_share(make_site):
    site = make_site(config={**QUIET, "poll_interval": 50, "workers": 1, "page_cache_bytes": 0})
    warm(site)
    others = [s for s in slugs(site) if s != "kafka"][:24]
    paths = ["/compare/" + "-vs-".join(sorted(("kafka", s))) for s in others]
    with ExitStack() as stack:
        peers = [stack.enter_context(Peer(site.socket)) for _ in paths]
        for peer in peers:  # a kept connection each
            peer.send(request("/robots.txt"))
            assert peer.answer().status == 200
        (worker,) = [w["pid"] for w in json.loads(site.diptych("status", "--json").stdout)["workers"]]

        def ask_all_at_once():
            freeze(worker)
            for peer, path in zip(peers, paths):
                peer.send(request(path))
            os.kill(worker, signal.SIGCONT)
            return [peer.answer() for peer in peers]
        gets = metric(site, "cache_gets")
        for other, answer in zip(others, ask_all_at_once()):
            assert answer.status == 200 and f'id="what-is-{other}"' in answer.text
        first, gets = metric(site, "cache_gets") - gets, metric(site, "cache_gets")
        ask_all_at_once()
        assert metric(site, "cache_gets") == gets < gets + first <= gets + len(paths)
        assert metric(site, "fragments_reused") > len(paths)
        # Kept under their version: an edit is shown by the next page.
        site.sql("UPDATE editorial e JOIN product p ON p.id = e.product_id SET e.headline = 'A log, and what grew on it'"
                 " WHERE p.slug = 'kafka'")
        wait_until(lambda: "A log, and what grew on it" in site.get("/products/kafka").text, 10)
        assert all("A log, and what grew on it" in answer.text for answer in ask_all_at_once())


def test_workers_under_load_seldom_ask_memcached_for_what_they_hold(make_site):
    site = make_site(config={**QUIET, "workers": 2, "page_cache_bytes": 0})
    warm(site)
    paths = ["/compare/" + "-vs-".join(pair) for pair in itertools.combinations(slugs(site), 2)]
    with Wrk(site.port, paths, connections=4) as load:
        def counts_after(n):
            done = metric(site, "requests")
            wait_until(lambda: metric(site, "requests") >= done + n, 300)
            return metric(site, "cache_gets"), metric(site, "requests")
        gets, requests = counts_after(3000)  # by now the workers hold what the pages are made of
        gets_after, requests_after = counts_after(2000)
    assert not load.result.failed
    # Where other programs take the processors, a worker may have no queue for a while; asked by turn alone, more than half ask.
    assert gets_after - gets < (requests_after - requests) / 4
    time.sleep(1)  # the load is over for longer than workers remember it
    gets = metric(site, "cache_gets")
    assert site.get(paths[0]).status == 200
    assert metric(site, "cache_gets") == gets + 1


@pytest.mark.parametrize("path", ["/", "/leaderboard", "/leaderboard?page=2", "/sectors", "/sectors/devops",
                                  "/themes/streaming", "/search?q=kafk", "/compare/kafka-vs-nats-vs-redis",
                                  "/products/kafka", "/products/wordpress?page=2", "/alternatives/kafka", "/faq",
                                  "/faq/kafka", "/faq/kafka-vs-kubernetes", "/about", "/methodology", "/feed.atom",
                                  "/products/kafka.atom", "/sectors/devops.atom", "/sitemap.xml", "/badge/kafka.svg",
                                  "/compare/kafka-vs-kubernetes.json", "/compare/kafka-vs-kubernetes.md"])
def test_every_page_costs_at_most_one_multi_get_and_no_sql_when_warm(quiet_site, path):
    warm(quiet_site)
    assert quiet_site.get(path).status == 200  # fills what warm leaves to visitors: site FAQ, pages, old timeline pages
    quiet_site.pool.stop()                     # an empty table of finished pages
    quiet_site.start_pool()
    assert quiet_site.get("/robots.txt").status == 200
    wait_until(lambda: quiet_site.get("/readyz").status == 200, 10)
    gets = metric(quiet_site, "cache_gets")
    assert statements_of(quiet_site, lambda: quiet_site.get(path)) == 0
    assert metric(quiet_site, "cache_gets") - gets <= 1


def test_a_cold_page_reads_all_it_misses_in_one_snapshot(make_site):
    site = make_site(config={**QUIET, "workers": 1})
    assert site.get("/compare/kafka-vs-nats").status == 200  # the connection is open now
    for path in ("/compare/nginx-vs-redis", "/compare/nats-vs-redis", "/compare/caddy-vs-haproxy"):
        site.cache.flush()
        assert 0 < statements_of(site, lambda: site.get(path)) <= 10


def test_a_304_of_a_page_in_the_table_asks_nobody(make_site):
    site = make_site(config={**QUIET, "workers": 1})
    path = "/compare/kafka-vs-kubernetes"
    tag = site.get(path)["ETag"]
    gets = metric(site, "cache_gets")

    def ask():
        for _ in range(20):
            assert site.get(path, if_none_match=tag).status == 304
    assert statements_of(site, ask) == 0
    assert metric(site, "cache_gets") == gets


def test_two_hundred_at_once_fill_each_product_once(make_site):
    site = make_site(config={**QUIET, "workers": 8, "workers_max": 8, "memcached_timeout": 5000, "deadline": 20000})
    site.get("/healthz")
    fills = metric(site, "fills")
    answers = []

    def ask():
        answers.append(site.get("/compare/kafka-vs-kubernetes").status)
    threads = [threading.Thread(target=ask) for _ in range(200)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert answers == [200] * 200
    assert metric(site, "fills") - fills == 8, "two products and six cards, once each"


def test_memory_in_memcached_grows_with_products_not_with_pairs(quiet_site):
    warm(quiet_site)
    names = slugs(quiet_site)
    for a, b in itertools.islice(itertools.combinations(names, 2), 50):
        quiet_site.get(f"/compare/{a}-vs-{b}")
    items = int(quiet_site.cache.stats()["curr_items"])
    for a, b in itertools.islice(itertools.combinations(names, 2), 50, 1500, 7):
        quiet_site.get(f"/compare/{a}-vs-{b}")
    assert int(quiet_site.cache.stats()["curr_items"]) <= items + 2


def private_bytes(pid):
    with open(f"/proc/{pid}/smaps_rollup") as f:
        return 1024 * sum(int(line.split()[1]) for line in f if line.startswith("Private_"))


def test_a_worker_stays_within_its_caches_whatever_is_asked(make_site):
    """Pages, parts and fragments of unlike sizes leave no holes; nobody who asks for all sets makes a worker grow."""
    caches = {"page_cache_bytes": 8 << 20, "part_cache_bytes": 3 << 20, "fragment_cache_bytes": 3 << 20}
    site = make_site(config={**QUIET, **caches, "workers": 1})
    warm(site)
    names, paths = slugs(site), []
    for i in range(0, 4000, 8):  # each batch twice: a full cache takes what is asked for again
        batch = ["/compare/" + "-vs-".join(sorted({names[(i + k * (j + i // 97)) % len(names)] for j in range(2 + k % 3)}))
                 for k in range(1, 9)]
        paths += [batch, batch]
    with ExitStack() as stack:
        peers = [stack.enter_context(Peer(site.socket)) for _ in range(8)]
        for batch in paths:  # eight wait at a time, so that the worker is under load
            for peer, path in zip(peers, batch):
                peer.send(request(path))
            for peer in peers:
                assert peer.answer().status in (200, 308, 404)
        (worker,) = [w["pid"] for w in json.loads(site.diptych("status", "--json").stdout)["workers"]]
        assert metric(site, "fragments_reused") > 1000
        used = private_bytes(worker)
    assert used <= 1.08 * sum(caches.values()), used / sum(caches.values())  # with holes: 1.16 here, 1.45 after a million

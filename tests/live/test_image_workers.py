"""No page waits for a picture: who wants one is deferred till an image worker has drawn it.  Image workers are stopped
here so that pictures stay outstanding; what is then promised is an order of events, not a time."""
import os
import re
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lib.daemon import freeze
from lib.fcgi_client import Peer, request
from lib.pictures import deferred, assert_picture, frozen, image_workers, picture_of, workers
from lib.servers import SLOW, wait_until

LONG = 30000  # ms; an image worker has two thirds of it for one picture


@pytest.fixture
def one(make_site):
    """A site with one worker and all the time it needs, whose image worker is there."""
    return with_image_worker(make_site(config={"workers": 1, "workers_min": 1, "deadline": LONG}))


@pytest.fixture
def visitors():
    with ThreadPoolExecutor(40) as threads:
        yield threads


def with_image_worker(site):
    assert_picture(site.get(picture_of(site, "/products/kafka")))
    return site


def outstanding(site, visitors, addresses):
    """Asks for all of them, in this order; returns the answers to come when all are deferred."""
    answers = []
    for n, address in enumerate(addresses, 1):
        answers.append(visitors.submit(site.get, address))
        wait_until(lambda: sum(deferred(site)) == n, 10 * SLOW, "the request to be deferred")
    return answers


def slugs(site, count):
    found = re.findall(r'href="/products/([a-z0-9-]+)"', site.get("/leaderboard").text)
    return [slug for slug in dict.fromkeys(found) if slug != "kafka"][:count]


def drawn(site):
    return site.metrics()["diptych_pictures_drawn_total"]


def test_no_page_waits_for_a_picture(one, visitors):
    address = picture_of(one, "/products/nats")
    one.get("/products/kafka")
    with frozen(one):
        (picture,) = outstanding(one, visitors, [address])
        for page in ("/products/kafka", "/compare/redis-vs-rust", "/sectors", "/products/nginx", "/products/nats.json"):
            assert one.get(page).status == 200, page  # in the table, never asked for, from the database
        assert not picture.done()
    assert_picture(picture.result())
    assert "was not drawn in time" not in one.log


def test_a_picture_that_many_want_is_drawn_once(one, visitors):
    address = picture_of(one, "/products/nats")
    before = drawn(one)
    with frozen(one):
        wanted = [visitors.submit(one.get, address) for _ in range(30)]
        wait_until(lambda: deferred(one) == [30], 10 * SLOW)
    bodies = {picture.result().body for picture in wanted}
    assert len(bodies) == 1 and all(picture.result().status == 200 for picture in wanted)
    assert drawn(one) == before + 1


def test_a_picture_that_two_workers_want_is_drawn_once(make_site):
    site = make_site(config={"workers": 1, "workers_min": 1, "deadline": LONG, "lease_ttl": 60})
    first, second, third = (picture_of(site, f"/products/{slug}") for slug in ("kafka", "nats", "redis"))
    peers = [Peer(site.socket, 20 * SLOW)]
    assert peers[0].ask(first).status == 200
    (worker,) = workers(site)
    site.diptych("scale", "2", check=True)
    wait_until(lambda: len(workers(site)) == 2, 10 * SLOW)
    freeze(worker["pid"])  # so that the other one takes the next connection
    peers.append(Peer(site.socket, 20 * SLOW))
    assert peers[1].ask(second).status == 200
    os.kill(worker["pid"], signal.SIGCONT)
    before = drawn(site)
    with frozen(site) as pids:
        assert len(pids) == 2
        for n, p in enumerate(peers, 1):
            p.send(request(third))
            wait_until(lambda: sorted(deferred(site)) == [n // 2, 1], 10 * SLOW)
    answers = [p.answer() for p in peers]
    assert all(a.status == 200 and a.whole for a in answers) and answers[0].body == answers[1].body
    assert drawn(site) == before + 1


def test_a_full_queue_says_come_back(one, visitors):
    places = 16
    addresses = [picture_of(one, f"/products/{slug}") for slug in slugs(one, places + 1)]
    with frozen(one):
        wanted = outstanding(one, visitors, addresses[:places])
        refused = one.get(addresses[places])
        assert refused.status == 503 and refused["Retry-After"] and refused["Cache-Control"] == "no-store"
        assert one.get("/products/kafka").status == 200
        assert not any(picture.done() for picture in wanted)
    for picture in wanted:
        assert_picture(picture.result())
    assert one.metrics()["diptych_pictures_refused_total"] == 1
    assert_picture(one.get(addresses[places]))


def test_an_image_worker_that_hangs_costs_one_picture(make_site, visitors):
    """Those behind it in the queue get theirs from the next image worker, before their own deadline."""
    site = with_image_worker(make_site(config={"workers": 1, "workers_min": 1, "deadline": 4000 * SLOW}))
    addresses = [picture_of(site, f"/products/{slug}") for slug in ("nats", "redis", "rust")]
    with frozen(site) as pids:
        first, *others = outstanding(site, visitors, addresses)
        refused = first.result()
        assert refused.status == 503 and refused["Retry-After"] and refused["Cache-Control"] == "no-store"
        for picture in others:
            assert_picture(picture.result())
        assert not set(pids) & set(image_workers(site)), "it was replaced"
    assert "was not drawn in time" in site.log
    assert_picture(site.get(addresses[0]))


def test_an_image_worker_that_dies_costs_nothing(one, visitors):
    address = picture_of(one, "/products/nats")
    with frozen(one) as (pid,):
        (picture,) = outstanding(one, visitors, [address])
        os.kill(pid, signal.SIGKILL)
        assert_picture(picture.result())
    assert image_workers(one) != [pid]


def test_an_image_worker_that_died_meanwhile_is_replaced(one):
    (pid,) = image_workers(one)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not image_workers(one), 5 * SLOW)
    assert_picture(one.get(picture_of(one, "/products/nats")))


def test_a_visitor_who_leaves_costs_nothing(one, visitors):
    """What was begun is finished and kept; what was not begun is forgotten."""
    begun, queued = (picture_of(one, f"/products/{slug}") for slug in ("nats", "redis"))
    before = drawn(one)
    with frozen(one):
        leavers = [socket.create_connection(("127.0.0.1", one.port)) for _ in range(2)]
        for n, address in enumerate((begun, queued), 1):
            leavers[n - 1].sendall(f"GET {address} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            wait_until(lambda: deferred(one) == [n], 10 * SLOW)
        for leaver in leavers:
            leaver.close()
        wait_until(lambda: deferred(one) == [0], 10 * SLOW)
        assert one.get("/products/kafka").status == 200
    wait_until(lambda: drawn(one) == before + 1, 10 * SLOW)
    assert_picture(one.get(begun))
    assert drawn(one) == before + 1
    assert_picture(one.get(queued))
    assert drawn(one) == before + 2


def test_a_reload_loses_no_picture(one, visitors):
    address, old = picture_of(one, "/products/nats"), one.children()
    with frozen(one):
        (picture,) = outstanding(one, visitors, [address])
        one.diptych("reload", check=True)
        wait_until(lambda: len(set(one.children()) - set(old)) == 2, 10 * SLOW, "a new worker and watcher")
        assert one.get("/products/kafka").status == 200
        assert not picture.done()
    assert_picture(picture.result())


def test_a_stop_loses_no_picture(one, visitors):
    address, pids = picture_of(one, "/products/nats"), image_workers(one)
    with frozen(one):
        (picture,) = outstanding(one, visitors, [address])
        one.pool.signal(signal.SIGTERM)
        wait_until(lambda: not one.socket.exists(), 10 * SLOW)
        assert not picture.done()
    assert_picture(picture.result())
    assert one.pool.process.wait(20 * SLOW) == 0
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), 5 * SLOW)


def test_pictures_come_without_memcached_too(one, visitors):
    addresses = [picture_of(one, f"/products/{slug}") for slug in slugs(one, 6)]
    one.cache.daemon.freeze()
    try:
        for picture in [visitors.submit(one.get, address) for address in addresses]:
            assert_picture(picture.result())
    finally:
        one.cache.daemon.thaw()

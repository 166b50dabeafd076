"""Requests that are deferred, since another process is at work for them: they hold nobody up, and are
answered like any other.  /defer/NAME of the probe waits for a file; see tests/live/pool_probe.c."""
import os
import select
import signal
import socket
import time

import pytest

from lib.daemon import wait_until
from lib.fcgi_client import record, request, ABORT, END
from lib.probe import make_probe, probe  # noqa: F401 (fixtures)
from lib.servers import SLOW


@pytest.fixture
def one(make_probe):
    return make_probe(workers=1, workers_min=1, deadline=8000 * SLOW, request_timeout=20000 * SLOW)


def wait_deferred(probe, count):
    wait_until(lambda: sum(w["deferred"] for w in probe.status()["workers"]) == count, 10 * SLOW,
               f"{count} requests to be deferred")


def defer_requests(probe, name="go", count=1, **kw):
    """Peers whose requests are deferred, in the order in which they came."""
    peers = []
    for _ in range(count):
        peers.append(probe.peer(20).send(request(f"/defer/{name}", **kw)))
        wait_deferred(probe, len(peers))
    return peers


def silent(peer):
    return not select.select([peer.socket], [], [], 0)[0]


def test_a_request_that_is_deferred_holds_nobody_up(one):
    (p,) = defer_requests(one)
    with one.peer() as other:
        for i in range(20):
            assert other.ask(f"/echo?{i}").status == 200
    assert silent(p)
    one.counted(20)
    wait_until(lambda: (s := one.status())["workers_busy"] == 0 and s["workers"][0]["request"] is None)
    assert one.metric("pool_requests_deferred") == 1 and ", 1 deferred" in one.control("status")[1]
    one.release("go")
    answer = p.answer()
    assert answer.status == 200 and answer.whole and not answer.said_last
    assert p.ask("/echo").status == 200, "its connection is kept"
    one.counted(22)
    assert one.metric("pool_requests_deferred") == 0
    assert one.status()["metrics"]["requests_deferred"] == 1


def test_those_who_wait_for_the_same_are_answered_together(one):
    peers = defer_requests(one, count=12)
    head = one.peer().send(request("/defer/go", method="HEAD"))
    wait_deferred(one, 13)
    one.release("go")
    assert all(p.answer().text == "ok\n" for p in peers)
    answer = head.answer()
    assert answer.headers["content-length"] == "3" and answer.body == b"" and answer.ended


def test_at_the_deadline_it_is_answered_without(make_probe):
    """Nor does the master take the worker for hung, however long it waits."""
    probe = make_probe(workers=1, workers_min=1, deadline=1500, request_timeout=300 * SLOW)
    pid = probe.workers()[0]["pid"]
    began = time.monotonic()
    answer = probe.ask("/defer/never")
    assert answer.status == 503 and answer.whole and time.monotonic() - began >= 1.5
    assert probe.workers()[0]["pid"] == pid and "hangs" not in probe.log


def test_what_cannot_be_deferred_is_answered_at_once(one):
    peers = [one.peer().send(request(f"/defer/{name}")) for name in "abc"]
    wait_deferred(one, 3)
    assert one.ask("/defer/d").status == 503 and all(silent(p) for p in peers)
    one.release("b")
    assert peers[1].answer().status == 200
    one.release("d")
    assert one.ask("/defer/d").status == 200


def test_half_of_the_connections_are_left_to_pages(make_probe):
    probe = make_probe(prefix=("prlimit", "--nofile=100:100"), workers=1, workers_min=1, deadline=8000 * SLOW)
    peers = defer_requests(probe, count=18)
    assert probe.ask("/defer/go").status == 503
    assert [probe.ask("/echo").status for _ in range(40)] == [200] * 40 and all(silent(p) for p in peers)


def test_a_peer_that_goes_away_costs_nothing(one):
    pid = one.workers()[0]["pid"]
    gone, stays = defer_requests(one, count=2)
    gone.close()
    wait_deferred(one, 1)
    one.release("go")
    assert stays.answer().status == 200
    one.counted(1)
    assert one.status()["metrics"]["requests_bad"] == 0
    assert one.workers()[0]["pid"] == pid


def test_a_peer_that_shuts_its_side_still_gets_its_answer(one):
    (p,) = defer_requests(one)
    p.socket.shutdown(socket.SHUT_WR)
    assert one.ask("/echo").status == 200 and silent(p)
    one.release("go")
    assert p.answer().whole and p.closed()


def test_what_a_peer_sends_meanwhile_is_looked_at_afterwards(one):
    asks, aborts = defer_requests(one, count=2)
    asks.send(request("/echo?next"))
    aborts.send(record(ABORT))
    assert one.ask("/echo").status == 200
    one.release("go")
    first = iter(asks.record, (END, 1, b"\0" * 8))
    assert b"ok\n" in [content for _, _, content in first]
    assert asks.answer().echoed["target"] == "/echo?next"
    assert aborts.answer().status == 200 and aborts.closed()


@pytest.mark.parametrize("size", [0, 9000, 500_000])
def test_a_body_does_not_matter(one, size):
    """Nor that its end is still under way."""
    p = one.peer()
    p.send(request("/defer/go", method="POST", body=b"b" * size)[:100_000])
    wait_deferred(one, 1)
    one.release("go")
    assert p.answer().status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT])
def test_a_stop_answers_what_is_deferred(one, number):
    peers = defer_requests(one, count=3)
    one.pool.signal(number)
    wait_until(lambda: [w["state"] for w in one.status()["workers"]] == ["leaving"], 10 * SLOW, "the worker to know of the stop")
    one.release("go")
    for p in peers:
        answer = p.answer()
        assert answer.status == 200 and answer.whole and answer.said_last and p.closed()
    assert one.pool.process.wait(20 * SLOW) == 0
    assert "did not leave" not in one.log


def test_a_reload_answers_what_is_deferred(one):
    old = one.workers()[0]["pid"]
    peers = defer_requests(one, count=3)
    one.write_config(site_name="second")
    assert one.diptych("reload").returncode == 0
    wait_until(lambda: one.ask("/config").text == "second", 10 * SLOW)
    assert all(silent(p) for p in peers) and old in one.pids()
    one.release("go")
    for p in peers:
        answer = p.answer()
        assert answer.status == 200 and answer.whole and answer.said_last
    wait_until(lambda: old not in one.pids(), 10 * SLOW)


def test_a_death_is_logged_with_what_was_set_aside(one):
    peers = defer_requests(one, count=2)
    os.kill(one.workers()[0]["pid"], signal.SIGKILL)
    one.wait_logged("killed", "while idle, 2 deferred")
    assert all(p.closed() for p in peers)
    assert one.ask("/echo").status == 200

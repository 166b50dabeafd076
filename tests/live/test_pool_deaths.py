"""Workers that die, hang or wear out: what visitors see, what the log says, how fast they are replaced."""
import os
import re
import signal
import time

import pytest

from lib.daemon import freeze, wait_until
from lib.fcgi_client import Peer, request
from lib.probe import load, make_probe, probe  # noqa: F401 (fixtures)
from lib.secured import assert_plain_error
from lib.servers import SLOW
from lib.stopwatch import elapsed, moment


@pytest.mark.timing
def test_idle_worker_killed_is_replaced_within_100_ms_and_nobody_notices(probe):
    for round in range(1, 6):
        before = {w["pid"] for w in probe.wait_workers(2)}
        victim, mark = min(before), len(probe.log)
        at = moment()
        os.kill(victim, signal.SIGKILL)
        statuses = [probe.ask("/x").status for _ in range(20)]
        assert statuses == [200] * 20
        line = probe.wait_logged(f"({victim}) killed by signal 9", after=mark)
        assert line.endswith("while idle") and " ERROR master[" in line
        wait_until(lambda: len({w["pid"] for w in probe.workers()} - {victim}) == 2, what="a new worker")
        assert elapsed(at) < 0.1 * SLOW
        probe.counted(20 * round)  # sums must not step back when workers are replaced
    assert probe.restarts("killed") == 5


@pytest.mark.timing
def test_killed_idle_workers_that_never_had_a_request_are_replaced_at_once_too(make_probe):
    probe = make_probe(workers=4)
    for _ in range(3):
        victims = {w["pid"] for w in probe.wait_workers(4)}
        at = moment()
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: len({w["pid"] for w in probe.workers()} - victims) == 4)
        assert elapsed(at) < 0.2 * SLOW


def test_busy_worker_killed_costs_one_502_and_is_explained(probe):
    web = probe.web()
    with load(lambda: web.http("GET", "/wait/never"), threads=1) as counts:
        pid = probe.busy("/wait/never")[0]["pid"]
        time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
        line = probe.wait_logged(f"({pid}) killed by signal 9 while GET /wait/never (")
        probe.release("never")
        wait_until(lambda: web.http("GET", "/x").status == 200)
    assert " ms, waiting for the database)" in line
    assert counts[502] == 1 and set(counts) <= {502, 200}, counts


def test_kept_connections_of_a_killed_worker_cost_nobody_a_page(make_probe):
    """Idle workers are killed while nginx has their connections and puts requests on them."""
    probe = make_probe(workers=4)
    web = probe.web()
    with load(lambda: web.http("GET", "/x"), threads=4) as counts:
        for _ in range(40):
            pid = wait_until(lambda: next((w["pid"] for w in probe.workers() if not w["busy"] and w["requests"]
                                           and probe.stopped_idle(w["pid"])), None))
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: not os.path.exists(f"/proc/{pid}"))
    lost = sum(n for status, n in counts.items() if status != 200)
    assert lost <= 3 and counts[200] > 100, counts  # what a worker had just accepted


def test_a_request_that_ends_workers_ends_one_of_them(make_probe):
    probe = make_probe(workers=4)
    web = probe.web()
    descriptors = sum(len(os.listdir(f"/proc/{w['pid']}/fd")) for w in probe.workers())

    def asked_on_a_kept_connection():  # only then nginx asks again
        web.http("GET", "/x")
        return sum(len(os.listdir(f"/proc/{w['pid']}/fd")) for w in probe.workers()) > descriptors
    ids = []
    for visit in range(1, 4):
        wait_until(asked_on_a_kept_connection)
        answer = web.http("GET", f"/abort/{visit}")  # one path would be refused after two deaths
        assert_plain_error(answer, 502)
        refused = answer["X-Request-Id"]  # by the pool: nginx's own page has none
        assert not refused or probe.wait_logged(f"502 for GET /abort/{visit}", refused)
        ids.append(refused)
        wait_until(lambda: probe.restarts("killed") >= visit)
        probe.wait_workers(4)
        assert probe.restarts("killed") == visit
    assert any(ids)


def test_requests_that_share_an_id_are_refused_only_for_what_they_ask(make_probe):
    """A front end may pass on an id of the client's own choosing."""
    probe = make_probe(workers=2)
    with Peer(probe.socket) as slow, Peer(probe.socket) as other:
        slow.send(request("/sleep/1500", request_id="same"))
        wait_until(lambda: any(w["busy"] for w in probe.workers()))
        assert other.ask("/sleep/1500", request_id="same").status == 502, "begun already, and not ended"
        assert other.ask("/x", request_id="same").status == 200
        assert slow.answer().status == 200


def test_abort_in_a_page_is_logged_with_its_signal(probe):
    answer = probe.ask("/abort?q=1")
    assert not answer.ended and not answer.status
    assert probe.wait_logged("killed by signal 6", "while GET /abort?q=1 (")
    assert probe.ask("/echo").status == 200


@pytest.mark.parametrize("bytes", [20, 300, 60000])
def test_death_in_mid_write_is_never_a_clean_200(probe, bytes):
    answer = probe.ask(f"/torn/{bytes}")
    assert not answer.whole
    assert probe.wait_logged("killed by signal 9", f"GET /torn/{bytes}", "writing the answer")
    web = probe.web()
    try:
        through = web.http("GET", f"/torn/{bytes}")
    except Exception as e:  # http.client.IncompleteRead: the length was promised and not kept
        assert type(e).__name__ == "IncompleteRead"
    else:
        assert through.status == 502


def test_spinning_worker_is_ended_at_request_timeout(make_probe):
    probe = make_probe(request_timeout=400)
    web = probe.web()
    began = moment()
    assert web.http("GET", "/spin?who=me").status == 502
    assert time.monotonic() - began >= 0.4 and elapsed(began) < 2 * SLOW
    assert probe.wait_logged("hangs while GET /spin?who=me (", "ms, waiting for the database): ending it")
    assert probe.wait_logged("killed by signal 6", "because it hung while GET /spin?who=me")
    assert probe.restarts("hung") == 1
    assert len(probe.wait_workers(2)) == 2


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("busy", [True, False])
def test_stopped_worker_is_ended_by_the_watchdog(make_probe, busy):
    """SIGABRT stays pending in a stopped process: SIGKILL must follow."""
    probe = make_probe(workers=1, workers_min=1, request_timeout=700)
    if busy:
        with probe.peer() as p:
            p.send(request("/sleep/100000"))
            pid = probe.busy("/sleep/100000")[0]["pid"]
            freeze(pid)
            assert p.closed()
    else:
        pid = probe.workers()[0]["pid"]
        freeze(pid)
    assert probe.wait_logged(f"({pid}) killed by signal 9", "because it hung while",
                             "/sleep/100000" if busy else "idle")
    assert probe.wait_workers(1)[0]["pid"] != pid
    assert probe.ask("/echo").status == 200


def test_a_pool_that_was_frozen_as_a_whole_ends_no_worker(make_probe):
    """As by `docker pause`: no worker has hung, and none of its connections may be lost."""
    probe = make_probe(workers=3, request_timeout=1000)
    before = {w["pid"] for w in probe.wait_workers(3)}
    with probe.peer() as waiting, probe.peer() as kept:
        assert kept.ask("/x", keep=True).status == 200
        waiting.send(request("/wait/go"))
        probe.busy("/wait/go")
        everybody = [probe.pool.pid, *probe.pids()]
        for pid in everybody:
            freeze(pid)
        time.sleep(3.5)  # an idle worker hangs after 3 s
        for pid in everybody:
            os.kill(pid, signal.SIGCONT)
        line = probe.wait_logged("WARN master", "the master has not run for ", "was the pool frozen")
        assert float(re.search(r"not run for ([0-9.]+)", line)[1]) >= 3.5
        probe.release("go")
        assert waiting.answer().status == 200
        assert kept.ask("/x", keep=True).status == 200
    assert {w["pid"] for w in probe.workers()} == before and probe.restarts("hung") == 0
    victim = min(before)
    freeze(victim)  # alone
    assert probe.wait_logged(f"({victim}) killed by signal 9", "because it hung while idle")


def test_deaths_before_the_first_request_slow_the_next_start_down(make_probe):
    probe = make_probe(start=False, workers=1, site_name="no-open")
    probe.start(wait=False)
    probe.wait_logged("exited with status 11 while starting")
    time.sleep(1)
    attempts = probe.log.count("exited with status 11")
    assert 3 <= attempts <= 7, attempts  # 50, 100, 200, 400, 800 ms
    probe.write_config(site_name="mended")
    assert probe.diptych("reload").returncode == 0
    assert probe.ask("/config").text == "mended"


def test_workers_wear_out_one_by_one_and_no_request_is_lost(make_probe):
    probe = make_probe(workers=2, worker_requests=64)
    web = probe.web()
    first = {w["pid"] for w in probe.wait_workers(2)}
    with load(lambda: web.http("GET", "/x")) as counts:
        wait_until(lambda: probe.restarts("recycled") >= 6, timeout=20 * SLOW)
    assert set(counts) == {200}, counts
    worn = dict(re.findall(r"worker (\d) \(\d+\) replaced after (\d+) requests", probe.log))
    assert 64 <= int(worn["0"]) < 80 and int(worn["1"]) >= 68, "staggered"
    assert not first & {w["pid"] for w in probe.wait_workers(2)}
    probe.counted(sum(counts.values()))  # sums must not step back


def test_master_killed_workers_finish_and_go(probe):
    with probe.peer() as p:
        p.send(request("/wait/go"))
        probe.busy("/wait/go")
        pids = probe.pids()
        assert len(pids) == 3  # and the watcher
        probe.pool.kill()
        time.sleep(0.1)
        probe.release("go")
        answer = p.answer()
        assert answer.whole and answer.status == 200
    wait_until(lambda: not any(map(alive, pids)), 5 * SLOW, "the orphans to end")


def test_a_new_master_replaces_a_killed_one_while_its_workers_finish(probe):
    with probe.peer() as p:
        p.send(request("/wait/go"))
        probe.busy("/wait/go")
        probe.pool.kill()
        probe.pool.log.write_text("")
        probe.start()
        assert probe.ask("/echo").status == 200
        probe.release("go")
        assert p.answer().status == 200


@pytest.mark.parametrize("how", ["exit", "crash"])
def test_watcher_is_replaced(probe, how):
    first = probe.status()["watcher"]["pid"]
    probe.release(f"watcher-{how}")
    assert probe.wait_logged("the watcher", "exited with status 3" if how == "exit" else "killed by signal 6")
    (probe.folder / f"watcher-{how}").unlink()
    wait_until(lambda: probe.status()["watcher"]["pid"] not in (0, first))
    assert probe.restarts("ended", "watcher") >= 1
    assert probe.ask("/echo").status == 200

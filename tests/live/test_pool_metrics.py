"""Metrics by route: each answer is counted once, with its route, the class of its status, its latency and its bytes, also over
the deaths of workers."""
import os
import signal
import subprocess
import time

import pytest

from lib.daemon import wait_until
from lib.exposition import families
from lib.fcgi_client import request
from lib.probe import make_probe, probe  # noqa: F401 (fixtures)
from lib.servers import SLOW, has_promtool

REQUESTS, DURATION, BYTES = "diptych_http_requests_total", "diptych_http_request_duration_seconds", "diptych_http_response_bytes_total"


def scrape(probe):
    return families(probe.control("metrics")[1])


def counted(probe, n):
    """The families once n answers are counted; an answer is counted after it is out."""
    wait_until(lambda: scrape(probe)[REQUESTS].sum() >= n, 10 * SLOW, f"{n} answers to be counted")
    found = scrape(probe)
    assert found[REQUESTS].sum() == found["diptych_requests_total"].value == n
    assert sum(v for (suffix, _), v in found[DURATION].samples.items() if suffix == "_count") == n
    return found


def test_each_answer_has_its_route_and_class(probe):
    asked = [("/echo", "none", "2xx"), ("/big/10", "big", "2xx"), ("/wait/config", "wait", "2xx"), ("/sleep/1", "sleep", "2xx"),
             ("/empty", "none", "3xx"), ("/broken", "none", "5xx"), ("/far", "none", "2xx"), ("/wait/other", "wait", "2xx")]
    probe.release("config")
    probe.release("other")
    for path, _, _ in asked:
        probe.ask(path)
    found = counted(probe, len(asked))
    for route, status in {row[1:] for row in asked}:
        n = sum(row[1:] == (route, status) for row in asked)
        assert found[REQUESTS].at(route=route, status=status) == n, (route, status)
    assert {dict(labels)["route"] for _, labels in found[REQUESTS].samples} == {"none", "sleep", "wait", "defer", "big"}
    assert ("_count", (("route", "defer"),)) not in found[DURATION].samples, "a histogram appears with the first answer"


def test_the_latency_is_in_its_bucket_in_seconds(probe):
    began = time.monotonic()
    for ms in (0, 30, 130, 300):
        probe.ask(f"/sleep/{ms}")
    duration = counted(probe, 4)[DURATION]
    assert 0.46 <= duration.at("_sum", route="sleep") < time.monotonic() - began
    assert duration.at("_bucket", route="sleep", le="0.025") <= 1
    assert duration.at("_bucket", route="sleep", le="0.1") <= 2 and duration.at("_bucket", route="sleep", le="0.25") <= 3
    assert duration.at("_bucket", route="sleep", le="2.5") == 4 if SLOW == 1 else True


def test_the_latency_of_a_deferred_request_counts_its_wait(make_probe):
    probe = make_probe(deadline=20000)
    with probe.peer() as p:
        p.send(request("/defer/go"))
        wait_until(lambda: probe.metric("requests_deferred_total") == 1)
        probe.ask("/sleep/200")  # a worker that has a deferred request serves others
        probe.release("go")
        assert p.answer().status == 200
    duration = counted(probe, 2)[DURATION]
    assert duration.at("_count", route="defer") == 1 and duration.at("_sum", route="defer") >= 0.2


def test_bytes_are_those_that_went_out(probe):
    got = probe.ask("/big/100000")
    found = counted(probe, 1)[BYTES]
    assert 100000 + 50 < found.at(route="big") < 100000 + 500 and len(got.body) == 100000
    before = found.at(route="big")
    with probe.peer() as p:
        p.send(request("/big/100000", method="HEAD"))
        assert p.answer().status == 200
    assert 50 < counted(probe, 2)[BYTES].at(route="big") - before < 500, "HEAD has no body"
    probe.ask("/empty")
    assert counted(probe, 3)[BYTES].at(route="none") < 500


def test_counters_equal_requests_sent_over_25_kills(make_probe):
    """Workers are killed while they are idle between requests; what they counted stays, and nothing is counted twice."""
    probe = make_probe(workers=4)
    paths, sent, answered = ["/echo", "/big/3000", "/sleep/1"], 0, 0
    for kill in range(25):
        victims = probe.wait_workers(4)
        for _ in range(8):
            answered += probe.ask(paths[sent % 3]).status == 200
            sent += 1
        assert answered == sent
        counted(probe, sent)  # all are counted and all workers idle: this kill takes no count with it
        os.kill(victims[kill % 4]["pid"], signal.SIGKILL)
        wait_until(lambda: probe.restarts("killed") == kill + 1, 10 * SLOW)
    found = counted(probe, 200)
    assert found[REQUESTS].at(route="none", status="2xx") == 67 and found[REQUESTS].at(route="big", status="2xx") == 67
    assert found[DURATION].at("_count", route="sleep") == 66


def test_restarts_have_their_reasons(make_probe):
    probe = make_probe(request_timeout=300, workers=3)
    os.kill(probe.wait_workers(3)[0]["pid"], signal.SIGKILL)
    wait_until(lambda: probe.restarts("killed") == 1, 10 * SLOW)
    probe.wait_workers(3)
    with probe.peer() as p:
        p.send(request("/spin"))
        wait_until(lambda: probe.restarts("hung") == 1, 20 * SLOW)
    (probe.folder / "watcher-exit").touch()
    wait_until(lambda: probe.restarts("ended", "watcher") >= 1, 10 * SLOW)
    (probe.folder / "watcher-exit").unlink()
    restarts = scrape(probe)["diptych_pool_restarts_total"].samples
    assert {dict(labels)["reason"] for _, labels in restarts if ("process", "worker") in labels} == {"killed", "exited", "hung", "recycled"}


@pytest.mark.skipif(not has_promtool(), reason="promtool (package prometheus) is not installed")
def test_promtool_finds_nothing_to_say(probe):
    for path in ("/echo", "/big/10", "/broken", "/empty"):
        probe.ask(path)
    counted(probe, 4)
    done = subprocess.run(["promtool", "check", "metrics"], input=probe.control("metrics")[1], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

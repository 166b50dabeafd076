"""No request through nginx fails while the pool is reloaded and scaled all the time, and the counters stay exact while workers
are killed.  By hand with a million requests: python3 -m lib.churn (in tests/live); ./check --all does that, too."""
import os
import random
import signal
import threading

import pytest

from lib.churn import Churn, make_site as churn_site
from lib.daemon import freeze, wait_until
from lib.fcgi_client import request
from lib.probe import load, make_probe  # noqa: F401 (fixture)
from lib.servers import SLOW
from lib.stopwatch import elapsed, moment

WHOLE = "DIPTYCH_TEST_ALL" in os.environ and SLOW == 1


def test_no_request_fails_over_reloads_and_scale_commands(templates):
    site = churn_site(templates)
    try:
        churn = Churn(site.start(), seconds=20, reloads=10, scales=20).run()
        print(churn.summary)
        assert not churn.wrong, "\n".join([churn.summary, *churn.wrong[:30]])
        assert (churn.reloads, churn.scales) == (10, 20) and churn.result.requests > 1000 and churn.compared > 50
    finally:
        site.stop()
        site.remove()


@pytest.mark.skipif(not WHOLE, reason="takes minutes; ./check --all runs it")
def test_no_request_of_a_million_fails_over_a_hundred_reloads_and_two_hundred_scale_commands(templates):
    site = churn_site(templates)
    try:
        churn = Churn(site.start(), requests=1_000_000, reloads=100, scales=200).run()
        print(churn.summary)
        assert not churn.wrong, "\n".join([churn.summary, *churn.wrong[:30]])
        assert (churn.reloads, churn.scales) == (100, 200) and churn.result.requests >= 1_000_000
    finally:
        site.stop()
        site.remove()


def test_status_answers_within_50_ms_while_every_worker_is_stopped(make_probe):
    """Stopped by SIGSTOP: half of them in a request.  Connections wait in the listen queue."""
    probe = make_probe(workers=4, request_timeout=60000)
    peers = probe.occupied("/wait/go", 2)
    for worker in probe.workers():
        freeze(worker["pid"])
    peers += [probe.peer().send(request("/echo")) for _ in range(3)]
    for line in ("status", "status json", "metrics", "scale 4"):
        times = []
        for _ in range(20):
            began = moment()
            assert probe.control(line)[0]
            times.append(elapsed(began))
        assert sorted(times)[17] < 0.05 * SLOW, (line, times)
    done = probe.diptych("status")
    assert done.returncode == 0 and "4 alive, 2 busy" in done.stdout
    assert probe.status()["listen_queue"] == 3
    probe.thaw_all()
    probe.release("go")
    assert [p.answer().status for p in peers] == [200] * 5
    for p in peers:
        p.close()


class Answers:
    """Counts answers by status, and apart those that nginx gave because a worker died: no worker has answered these."""

    def __init__(self, web):
        self.web, self.counts, self.lock = web, {}, threading.Lock()

    def ask(self, target):
        answer = self.web.http("GET", target)
        by_nginx = answer.status == 502 and "was not tried again" not in answer.text
        with self.lock:
            key = "nginx" if by_nginx else answer.status
            self.counts[key] = self.counts.get(key, 0) + 1
        return answer


def test_counters_equal_the_requests_that_were_answered_over_25_kills(make_probe):
    """Under load, a worker is killed in the middle of a request, or while it has none.  Another worker answers 502 for a request
    that was begun, when nginx repeats it; it does so on kept connections only."""
    probe = make_probe(workers=4)
    answers = Answers(probe.web())
    with load(lambda: answers.ask("/echo"), threads=3):
        for i in range(25):
            held = threading.Thread(target=answers.ask, args=(f"/wait/never-{i}",))
            if i % 2:
                held.start()
                pid = probe.busy(f"/wait/never-{i}")[0]["pid"]
            else:
                pid = quiet(probe)
            os.kill(pid, signal.SIGKILL)
            if i % 2:
                held.join(30 * SLOW)
            wait_until(lambda: probe.restarts("killed") == i + 1, 10 * SLOW, f"the death of worker {pid} to be noticed")
            probe.wait_workers(4)
    counts = answers.counts
    assert set(counts) <= {200, 502, "nginx"} and counts[200] > 1000, counts
    assert 12 <= counts.get(502, 0) + counts.get("nginx", 0) <= 25, "a worker that dies costs one request at most"
    answered = counts[200] + counts.get(502, 0)
    probe.counted(answered)
    assert (probe.metric("responses_2xx_total"), probe.metric("responses_5xx_total")) == (counts[200], counts.get(502, 0))
    assert probe.restarts("killed") == 25 and probe.metric("requests_bad_total") == 0


def quiet(probe):
    """Stops a worker between two requests, so that the signal that kills it cannot come between an answer and its count."""
    for _ in range(1000):
        pid = random.choice(probe.workers())["pid"]
        if probe.stopped_idle(pid):
            return pid
    raise AssertionError("no worker was idle")

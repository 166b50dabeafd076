"""The number of workers: signals and commands by the thousand, busy workers, forks that fail."""
import random
import signal

import pytest

from lib.daemon import wait_until
from lib.probe import Probe, load, make_probe, probe  # noqa: F401 (fixtures)
from lib.servers import BUILD, SLOW
from lib.stopwatch import elapsed, moment


def test_ttin_and_ttou_count(probe):
    for number, count in ((signal.SIGTTIN, 3), (signal.SIGTTIN, 4), (signal.SIGTTOU, 3)):
        probe.pool.signal(number)
        wait_until(lambda: probe.status()["workers_wanted"] == count)
        probe.wait_workers(count)


BAD_NUMBERS = ["0", "00", "-1", "+3", " 3", "3 ", "3 4", "", "many", "1e1", "0x3", "3.0", "3,0", "\u0663", "1000000", "99999999999999999999",
               "1", "6", "512", "513", "999999"]


@pytest.fixture(scope="module")
def limited_probe():
    probe = Probe(workers=3, workers_min=2, workers_max=5).start()
    yield probe
    probe.stop()
    probe.remove()


@pytest.mark.parametrize("number", BAD_NUMBERS)
def test_a_bad_number_is_refused_and_changes_nothing(limited_probe, number):
    done = limited_probe.diptych("scale", number)
    assert done.returncode == 2 and done.stdout == "" and done.stderr, done
    if number.strip() == number:
        ok, text = limited_probe.control(f"scale {number}")
        assert not ok and "; the pool keeps 3 workers" in text, text
    assert limited_probe.status()["workers_wanted"] == 3


def test_the_limit_that_refuses_a_number_is_named(limited_probe):
    assert limited_probe.diptych("scale", 6).stderr == "workers_max = 5 allows no more; the pool keeps 3 workers\n"
    assert limited_probe.diptych("scale", 1).stderr == "workers_min = 2 allows no fewer; the pool keeps 3 workers\n"
    said = limited_probe.diptych("scale", 0).stderr.splitlines()
    assert said[0] == "usage: diptych scale N|auto [--config FILE]" and "`diptych stop`" in said[1]


def test_the_limits_hold_for_signals_and_the_log_names_them(make_probe):
    probe = make_probe(workers=3, workers_min=2, workers_max=5)
    assert probe.diptych("scale", 4).stdout == "4 workers wanted\n"
    for number, count, limit in ((signal.SIGTTOU, 2, "workers_min = 2"), (signal.SIGTTIN, 5, "workers_max = 5")):
        for _ in range(9):
            probe.pool.signal(number)
            probe.status()  # signals that are sent at once are one signal
        wait_until(lambda: probe.status()["workers_wanted"] == count)
        probe.wait_workers(count)
        assert probe.wait_logged("WARN master", limit, f"the pool keeps {count} workers")


def test_a_storm_of_signals_converges_and_loses_nothing(make_probe):
    probe = make_probe(workers=4, workers_min=2, workers_max=8)
    web = probe.web()
    with load(lambda: web.http("GET", "/x"), threads=4) as counts:
        for _ in range(1000):
            probe.pool.signal(random.choice((signal.SIGTTIN, signal.SIGTTOU)))
        wanted = probe.status()["workers_wanted"]
        assert 2 <= wanted <= 8
        probe.wait_workers(wanted)
        assert probe.control("scale 3")[0]
        probe.wait_workers(3)
    assert set(counts) == {200}, counts
    wait_until(lambda: len(probe.pids()) == 4, what="those that left to be gone, without zombies")


def test_busy_workers_finish_before_they_leave(make_probe):
    probe = make_probe(workers=4)
    peers = probe.occupied("/wait/go", 4)
    probe.control("scale 1")
    wait_until(lambda: probe.status()["workers_leaving"] == 3)
    probe.release("go")
    for p in peers:
        answer = p.answer()
        assert answer.status == 200 and answer.whole
        p.close()
    probe.wait_workers(1)
    wait_until(lambda: len(probe.pids()) == 2)
    assert probe.metric("pool_retired_total") == 3


def test_more_workers_than_processors_start_quickly(make_probe):
    probe = make_probe(workers=1, workers_max=200)
    began = moment()
    probe.control("scale 200")
    probe.wait_workers(200)
    assert elapsed(began) < 5 * SLOW
    probe.control("scale 1")
    wait_until(lambda: len(probe.pids()) == 2, 10 * SLOW)


@pytest.mark.skipif(BUILD.name.endswith("asan"), reason="LeakSanitizer does not work under ptrace")
def test_refused_forks_are_retried_and_the_rest_serve_on(make_probe):
    """strace refuses the master's third to eighth fork with EAGAIN."""
    probe = make_probe(start=False, workers=4,
                       prefix=("strace", "-qq", "-o", "/dev/null", "-e", "trace=clone,clone3,fork",
                               "-e", "inject=clone,clone3:error=EAGAIN:when=3..8"))
    probe.start()
    assert probe.wait_logged("cannot start a worker: Resource temporarily unavailable; trying again")
    assert probe.ask("/echo").status == 200
    assert probe.status()["workers_wanted"] == 4
    probe.wait_workers(4)
    assert 1 <= probe.metric("pool_forks_failed_total") <= 6
    assert probe.control("stop")[0]
    assert probe.pool.process.wait(10 * SLOW) == 0

"""workers = auto: the pool grows under load, shrinks after it, and stays calm between; what operators see and set meanwhile."""
import os
import re
import signal
import threading
import time

import pytest

from lib.daemon import ended, wait_until
from lib.fcgi_client import request
from lib.probe import load, make_probe  # noqa: F401 (fixture)
from lib.servers import SLOW

REASONS = ("busy", "queue", "quiet")


@pytest.fixture
def auto(make_probe):
    def make(**config):
        return make_probe(**{"workers": "auto", "workers_min": 1, "workers_max": 8, "workers_shrink_delay": 1, **config})
    return make


def wanted(probe):
    return probe.status()["workers_wanted"]


def changes(probe):
    return {reason: int(probe.metric(f"pool_scaled_{reason}_total")) for reason in REASONS}


def lines(probe):
    return [line for line in probe.log.splitlines() if "workers wanted, previously" in line]


def test_it_grows_under_load_and_shrinks_after_and_no_request_fails(auto):
    probe = auto()
    web = probe.web()
    assert wanted(probe) == 1 and probe.status()["scaling"]["last_change"] is None
    with load(lambda: web.http("GET", "/sleep/40"), threads=8) as counts:
        wait_until(lambda: wanted(probe) >= 7, 20 * SLOW, "growth")
        grown = probe.status()["scaling"]
    assert grown["mode"] == "auto" and grown["last_change"]["reason"] in ("busy", "queue")
    wait_until(lambda: wanted(probe) == 1, 30 * SLOW, "shrinking")
    assert set(counts) == {200} and counts[200] > 100, counts
    probe.wait_workers(1)
    # each change is one line with its reason, and a number of its counter
    assert len(lines(probe)) == sum(changes(probe).values())
    steps = [re.search(r"INFO master\[\d+\] auto, (workers were \d+% busy|\d+ connections waited|workers were idle):"
                       r" (\d+) workers wanted, previously (\d+)$", line) for line in lines(probe)]
    assert all(steps), lines(probe)
    at = 1
    for step in steps:
        assert int(step[3]) == at and (int(step[2]) < at) == (step[1] == "workers were idle")
        at = int(step[2])
    assert at == 1
    # workers left as after `diptych scale`: none was ended
    assert probe.restarts("killed") == probe.restarts("exited") == 0


def test_status_and_metrics_say_who_chose_the_number_and_why(auto):
    probe = auto(workers_min=2)
    said = probe.diptych("status").stdout
    assert "scaling: auto, 2 to 8 workers\n" in said and "last change" not in said
    assert 'diptych_pool_scaling_info{mode="auto",last_change="none"} 1\n' in probe.control("metrics")[1]
    peers = [probe.peer().send(request("/wait/go")) for _ in range(9)]  # the workers never finish, and connections wait
    wait_until(lambda: wanted(probe) == 8, 20 * SLOW)
    last = probe.status()["scaling"]["last_change"]
    assert (last["reason"], last["to"]) in (("queue", 8), ("busy", 8)) and last["from"] < 8 and last["text"].startswith("auto, ")
    assert re.search(rf"^last change: \d+ s ago, from {last['from']} to 8 workers \({last['text']}\)$", probe.diptych("status").stdout, re.M)
    assert probe.status()["scaling"].items() >= {"mode": "auto", "wanted": 8, "min": 2, "max": 8}.items()
    assert [probe.metric(f"pool_workers_{n}") for n in ("wanted", "min", "max", "auto", "configured")] == [8, 2, 8, 1, 0]
    assert f'mode="auto",last_change="{last["reason"]}"' in probe.control("metrics")[1]
    probe.release("go")
    assert [p.answer().status for p in peers] == [200] * 9
    for p in peers:
        p.close()


@pytest.mark.parametrize("high,low", [(0.3, 0.3), (1.0, 1.5)])
def test_a_square_wave_of_load_does_not_flap(auto, high, low):
    probe = auto(workers_shrink_delay=8)
    web = probe.web()
    on = threading.Event()

    def ask():
        on.wait(60)
        return web.http("GET", "/sleep/20")

    with load(ask, threads=6) as counts:
        on.set()
        wait_until(lambda: wanted(probe) >= 6, 20 * SLOW)
        before = sum(changes(probe).values())
        for _ in range(int(6 / (high + low))):
            on.clear()
            time.sleep(low)
            on.set()
            time.sleep(high)
        assert sum(changes(probe).values()) - before <= 2, lines(probe)
        assert changes(probe)["quiet"] == 0, lines(probe)
    assert set(counts) == {200}, counts


def test_a_number_set_by_hand_suspends_it_until_scale_auto(auto):
    probe = auto()
    assert probe.diptych("scale", 5).stdout == "5 workers wanted; auto is suspended until `diptych scale auto`\n"
    said = probe.diptych("status").stdout
    assert "scaling: suspended, 1 to 8 workers; the configuration has workers = auto: `diptych scale auto` resumes it\n" in said
    assert "last change: " in said and "from 1 to 5 workers (control)\n" in said
    assert probe.status()["scaling"]["mode"] == "suspended" and probe.metric("pool_workers_auto") == 0
    assert probe.logged("INFO master", "control: workers = auto is suspended until `diptych scale auto`")
    assert probe.diptych("scale", 4).stdout == "4 workers wanted\n"
    kept = "the pool keeps 4 workers, as set while it ran; the configuration has workers = auto\n"
    assert probe.control("reload") == (True, "reloaded\n" + kept)
    time.sleep(2.5)  # longer than workers_shrink_delay
    assert wanted(probe) == 4
    assert probe.diptych("scale", "auto").stdout == "auto: between 1 and 8 workers, now 4\n"
    wait_until(lambda: wanted(probe) == 1, 20 * SLOW)
    for number in (signal.SIGTTIN, signal.SIGTTOU):
        probe.control("scale auto")
        before = wanted(probe)
        probe.pool.signal(number)
        wait_until(lambda: wanted(probe) != before and probe.status()["scaling"]["mode"] == "suspended")
    assert probe.diptych("scale", 9).returncode == 2, "a number beyond workers_max"
    assert probe.control("scale auto")[0] and not probe.control("scale Auto")[0]
    assert probe.diptych("scale", "autos").returncode == 2


def test_a_reload_keeps_what_auto_chose_unless_the_file_changes(make_probe):
    probe = make_probe(workers=3, workers_max=8, workers_shrink_delay=60)
    assert probe.diptych("scale", "auto").stdout == "auto: between 1 and 8 workers, now 3\n"
    assert "the configuration has workers = 3; the number was changed while the pool ran\n" in probe.diptych("status").stdout
    kept = "the pool keeps workers = auto, as set while it ran; the configuration has workers = 3\n"
    assert probe.control("reload") == (True, "reloaded\n" + kept)
    assert probe.status()["scaling"]["mode"] == "auto" and wanted(probe) == 3
    probe.write_config(workers=2)
    assert probe.control("reload") == (True, "reloaded\nworkers = 2 of the configuration replaces auto, which was set while the pool ran\n")
    assert probe.status()["scaling"]["mode"] == "fixed" and wanted(probe) == 2
    assert probe.status()["scaling"]["last_change"]["reason"] == "reload"
    probe.write_config(workers="auto", workers_min=4)
    assert probe.control("reload") == (True, "reloaded\n")
    assert probe.status()["scaling"].items() >= {"mode": "auto", "wanted": 4, "min": 4}.items()
    assert probe.control("reload") == (True, "reloaded\n")
    assert probe.control("scale 6")[0]
    probe.write_config(workers=5)
    assert probe.control("reload")[0]
    probe.write_config(workers="auto", workers_max=5)
    assert probe.control("scale 4")[0]
    assert probe.control("reload") == (True, "reloaded\nworkers = auto of the configuration replaces 4, which was set while the pool ran\n")


def test_a_reload_that_is_undone_leaves_the_mode(make_probe):
    probe = make_probe(workers="auto", workers_min=2, workers_shrink_delay=60)
    probe.write_config(site_name="no-open", workers=3)
    assert not probe.control("reload")[0]
    assert probe.status()["scaling"].items() >= {"mode": "auto", "wanted": 2}.items()
    assert len(probe.wait_workers(2)) == 2


def test_it_grows_to_what_the_database_admits(auto):
    probe = auto()
    (probe.folder / "admits").write_text("3")
    peers = [probe.peer().send(request("/wait/go")) for _ in range(9)]
    wait_until(lambda: wanted(probe) == 3, 20 * SLOW)
    assert probe.wait_logged("WARN master", "auto: the probe admits 3 workers; the pool grows to 3 workers at most")
    probe.control("scale 2")
    assert probe.control("scale auto") == (False, "the probe admits 3 workers; the pool keeps 2 workers\n"), "it may start 8"
    (probe.folder / "admits").write_text("8")
    assert probe.control("scale auto")[0]
    wait_until(lambda: wanted(probe) == 8, 20 * SLOW)
    probe.release("go")
    for p in peers:
        assert p.answer().status == 200
        p.close()


def successor(probe, before):
    pid_file = probe.folder / "diptych.pid"
    wait_until(lambda: pid_file.exists() and int(pid_file.read_text() or before) != before, 20 * SLOW)
    return int(pid_file.read_text())


@pytest.mark.parametrize("command,mode,count", [("scale auto", "auto", 5), ("scale 4", "suspended", 4)])
def test_an_upgrade_keeps_number_and_mode(auto, command, mode, count):
    probe = auto(workers_shrink_delay=60)
    assert probe.control("scale 5")[0] and probe.control(command)[0]
    probe.wait_workers(count)
    before = probe.pool.pid
    ok, text = probe.control("upgrade")
    assert ok, text
    after = successor(probe, before)
    try:
        assert probe.pool.process.wait(20 * SLOW) == 0
        wait_until(lambda: probe.control("status")[0], 10 * SLOW)
        assert probe.status()["scaling"].items() >= {"mode": mode, "wanted": count}.items()
        probe.write_config(workers=3)
        assert probe.control("reload")[0] and probe.status()["scaling"].items() >= {"mode": "fixed", "wanted": 3}.items()
    finally:
        os.kill(after, signal.SIGTERM)
        wait_until(lambda: ended(after), 20 * SLOW)

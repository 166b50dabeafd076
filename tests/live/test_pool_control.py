"""The control socket and what it tells, while the pool is busy and its clients misbehave."""
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import pytest

from lib.daemon import wait_until
from lib.exposition import families
from lib.fcgi_client import request
from lib.probe import make_probe, probe  # noqa: F401 (fixtures)
from lib.servers import BINARY, SLOW
from lib.stopwatch import elapsed, moment


def test_it_answers_within_50_ms_while_all_workers_are_busy(probe):
    peers = probe.occupied("/wait/go", 2)
    peers += [probe.peer().send(request("/wait/go")) for _ in range(3)]
    for line in ("status", "status json", "metrics"):
        times = []
        for _ in range(10):
            began = moment()
            assert probe.control(line)[0]
            times.append(elapsed(began))
        assert sorted(times)[8] < 0.05 * SLOW, (line, times)
    status = probe.status()
    assert status["workers_busy"] == 2 and status["listen_queue"] == 3, "3 wait to be accepted"
    assert all(w["stage"] == "waiting for the database" and w["request"] == "GET /wait/go" for w in status["workers"])
    assert all(w["ms"] >= 1 for w in status["workers"])
    probe.release("go")
    for p in peers:
        assert p.answer().status == 200
        p.close()


def test_the_text_form_says_the_same_to_people(probe):
    with probe.peer() as p:
        p.send(request("/wait/go?a=b"))
        pid = probe.busy("/wait/go?a=b")[0]["pid"]
        said = probe.diptych("status")
        assert said.returncode == 0
        assert "workers: 2 wanted, 2 alive, 1 busy, 0 leaving\n" in said.stdout
        assert re.search(rf"^ +\d +{pid} ready .*GET /wait/go\?a=b \(\d+ ms, waiting for the database\)$", said.stdout, re.M)
        assert "probe: 7 ms behind\n" in said.stdout and re.search(r"^watcher: \d+", said.stdout, re.M)
        probe.release("go")
        assert p.answer().status == 200


def test_the_json_form_is_json_with_hostile_requests_too(probe):
    target = '/wait/"\\\x7f\x01é<script>'
    with probe.peer() as p:
        p.send(request(target))
        wait_until(lambda: probe.status()["workers_busy"] == 1)
        done = probe.diptych("status", "--json")
        status = json.loads(done.stdout)
        shown = next(w["request"] for w in status["workers"] if w["busy"])
        assert shown == "GET " + target
        assert status["probe"] == {"lag_ms": 7}
        (probe.folder / target.removeprefix("/wait/")).touch()
    assert status["watcher"]["pid"] > 0 and status["watcher"]["state"] == "running"


def test_long_requests_are_cut_for_show_only(probe):
    target = "/echo?" + "l" * 2000
    assert probe.ask(target).echoed["target"] == target
    with probe.peer() as p:
        p.send(request("/wait/go?" + "l" * 2000))
        wait_until(lambda: probe.status()["workers_busy"] == 1)
        shown = next(w["request"] for w in probe.status()["workers"] if w["busy"])
        assert shown == ("GET /wait/go?" + "l" * 2000)[:255]
        probe.release("go")


def test_metrics_are_prometheus_text_and_count(probe):
    for target, n in (("/echo", 5), ("/empty", 2), ("/broken", 1)):
        for _ in range(n):
            probe.ask(target)
    wait_until(lambda: probe.metric("polls_total") >= 1)
    probe.counted(8)
    found = families(probe.control("metrics")[1])
    assert [found[f"diptych_responses_{code}_total"].value for code in ("2xx", "304", "5xx")] == [5, 2, 1]
    assert found["diptych_pool_workers_alive"].value == found["diptych_pool_workers_wanted"].value == 2
    assert found["diptych_pool_watcher_up"].value == 1
    assert families(probe.ask("/metrics").text).keys() == found.keys(), "a worker tells the same"


def test_time_is_counted_in_seconds(probe):
    began = time.monotonic()
    for _ in range(3):
        probe.ask("/sleep/100")
    probe.counted(3)
    seconds = probe.metric("busy_seconds_total")
    assert 0.3 <= seconds < time.monotonic() - began
    assert probe.status()["metrics"]["busy_seconds"] == seconds
    for text in (probe.control("metrics")[1], json.dumps(probe.status())):
        assert not re.search(r'\b\w+_(us|ns|microseconds|milliseconds)(_total)?\b', text), "no other unit in a name"


def test_unknown_commands_are_answered_with_the_known_ones(probe):
    for line in ("", "wibble", "scale", "scale x", "scale -1", "scale 1 2", "x" * 1000):
        ok, text = probe.control(line)
        assert not ok and text
    _, text = probe.control("help")
    assert [line.split()[0] for line in text.splitlines()[1:]] == ["status", "metrics", "scale", "reload", "reopen", "upgrade", "stop"]
    assert probe.status()["workers_wanted"] == 2


def test_clients_that_say_nothing_or_leave_hold_nobody_up(probe):
    mute = []
    for i in range(40):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(0.05)
        try:
            s.connect(str(probe.config["control"]))
            s.send([b"", b"stat", b"status json"][i % 3])
        except OSError:
            s.close()
            continue
        mute.append(s)
    wait_until(lambda: probe.ask("/echo").status == 200)
    began = moment()
    assert probe.control("status")[0]
    assert elapsed(began) < 2.5 * SLOW, "mute ones make room"
    for s in mute:
        s.close()
    for _ in range(50):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(probe.config["control"]))
            s.send(b"status json\n")
    assert probe.control("status")[0]


def test_a_full_listen_queue_is_counted_refused_at_once_and_recovers(make_probe):
    probe = make_probe(workers=1, workers_min=1, backlog=4)
    web = probe.web()
    with probe.peer() as first:
        first.send(request("/wait/go"))
        probe.busy("/wait/go")
        queued = []
        with pytest.raises(BlockingIOError):
            for _ in range(10):
                s = socket.socket(socket.AF_UNIX)
                s.setblocking(False)
                queued.append(s)
                s.connect(str(probe.socket))
        status = probe.status()
        assert status["listen_queue"] >= 4 and status["listen_queue_limit"] == 4
        assert status["pool"]["listen_full"] >= 1
        began = moment()
        assert web.http("GET", "/x").status == 502
        assert elapsed(began) < 1 * SLOW
        for s in queued:
            s.close()
        probe.release("go")
        assert first.answer().status == 200
    wait_until(lambda: web.http("GET", "/x").status == 200, 1 * SLOW)
    assert probe.status()["listen_queue"] == 0


@pytest.mark.timing
def test_an_idle_pool_uses_next_to_no_processor_time(make_probe):
    probe = make_probe(workers=8)

    def ticks():
        total = 0
        for pid in [probe.pool.pid, *(w["pid"] for w in probe.workers())]:
            with open(f"/proc/{pid}/stat") as f:
                fields = f.read().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total
    before = ticks()
    time.sleep(2)
    assert ticks() - before <= 6, "hundredths of a second in two"


def test_who_may_not_ask_is_told_who_may(probe):
    as_nobody = ["setpriv", "--reuid=65534", "--clear-groups"] if os.getuid() == 0 else []
    probe.folder.chmod(0o755)
    config, control = probe.config_path, probe.config["control"]
    config.chmod(0o644)
    if not as_nobody:
        control.chmod(0)
    with tempfile.TemporaryDirectory() as folder:  # the project's may be closed to others, and nothing run in /dev/shm
        os.chmod(folder, 0o755)
        ask = [*as_nobody, shutil.copy(BINARY, folder), "status", "--config", config]
        done = subprocess.run(ask, capture_output=True, text=True)
        assert done.returncode == 1 and done.stderr == \
            f"diptych: {control}: Permission denied: only the pool's own account and root may use it (sudo)\n"
        config.chmod(0)
        done = subprocess.run(ask, capture_output=True, text=True)
        assert done.returncode == 1 and done.stderr == \
            f"{config}: Permission denied: let this account read it, or use another account (sudo)\n"
        config.chmod(0o600)


def test_a_pool_is_asked_scaled_and_ended_although_its_configuration_has_faults(probe):
    control = probe.config["control"]
    probe.config_path.write_text(f'wibble = 3\ncontrol = "{control}"\nworkers = "many\n')
    for words, answer in [(["status"], "workers: 2 wanted"), (["scale", "3"], "3 workers wanted"), (["stop"], "stopped")]:
        done = probe.diptych(*words)
        assert done.returncode == 0 and answer in done.stdout, done
        assert done.stderr.splitlines() == [
            f"{probe.config_path}:1: there is no key wibble: remove it, or find the right key in `man diptych`",
            f"{probe.config_path}:3: a quote is opened and never closed in its line",
            f"diptych: trying the pool on {control} anyway"]
    assert probe.pool.process.wait(10 * SLOW) == 0
    done = probe.diptych("status")
    assert done.returncode == 1 and f"no pool runs on {control}" in done.stderr


def test_a_control_socket_that_the_file_names_anew_is_explained(probe):
    probe.write_config(control=probe.folder / "another.sock")
    done = probe.diptych("upgrade")
    assert done.returncode == 1 and "another.sock" in done.stderr and "keeps its socket until it restarts" in done.stderr
    probe.pool.signal(signal.SIGHUP)
    probe.wait_logged("control changed: only a restart")


def cpu_s(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("held", [0, 2], ids=["alone", "with clients that it cannot poll"])
def test_a_master_without_descriptors_pauses_says_so_and_recovers(probe, held):
    """It may open none; with clients connected it has more than poll(2) would look at."""
    pid = probe.pool.pid
    mute = [socket.socket(socket.AF_UNIX) for _ in range(held)]
    open_before = len(os.listdir(f"/proc/{pid}/fd"))
    for s in mute:
        s.connect(str(probe.folder / "control.sock"))
        s.sendall(b"stat")
    wait_until(lambda: len(os.listdir(f"/proc/{pid}/fd")) == open_before + held)
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    before, began = cpu_s(pid), time.monotonic()
    clients = [subprocess.Popen([BINARY, "status", "--config", probe.config_path], stdout=subprocess.PIPE, text=True)
               for _ in range(3)]
    probe.wait_logged("cannot accept on the control socket: Too many open files" if not held else "every 50 ms")
    assert probe.ask("/echo").status == 200
    wait_until(lambda: time.monotonic() - began > 1.5)  # what it uses in that time is looked at
    used = cpu_s(pid) - before
    assert used < 0.2 * (time.monotonic() - began), used
    resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
    for client in clients:
        assert "workers: 2 wanted" in client.communicate(timeout=10 * SLOW)[0] and client.returncode == 0
    assert probe.log.count("cannot accept on the control") <= 1 and probe.log.count("every 50 ms") <= 1
    for s in mute:
        s.close()

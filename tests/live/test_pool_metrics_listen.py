"""metrics_listen: /metrics, /healthz and /readyz over HTTP, from a process of its own, whatever the workers and its clients do."""
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from lib.daemon import freeze, wait_until
from lib.endpoint import Endpoint, answer, answers
from lib.fcgi_client import request
from lib.probe import load, make_probe  # noqa: F401 (fixture)
from lib.servers import SLOW, Site, diptych, free_port, short_folder
from lib.stopwatch import elapsed, moment

PATHS = ("/metrics", "/healthz", "/readyz")


def address_of(kind, folder):
    return {"unix": f"{folder}/m.sock", "tcp": f"127.0.0.1:{free_port()}", "tcp6": f"[::1]:{free_port()}"}[kind]


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        return True
    except OSError:
        return False


def pool(make_probe, kind="tcp", start=True, **config):
    probe = make_probe(start=False, **config)
    probe.config["metrics_listen"] = address_of(kind, probe.folder)
    probe.write_config()
    probe.endpoint = Endpoint(probe.config["metrics_listen"])
    return probe.start() if start else probe


def metrics_pid(probe, of=None):
    """The pid of the metrics process; None: none runs."""
    of = of or probe.pool.pid
    pids = Path(f"/proc/{of}/task/{of}/children").read_text().split()
    return next((int(p) for p in pids if comm(p) == "metrics"), None)


def comm(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text().rstrip()
    except OSError:  # it has ended
        return None


def end(probe):
    """Ends the pool that an upgrade has started."""
    pid_file = probe.folder / "diptych.pid"
    os.kill(int(pid_file.read_text()), signal.SIGTERM)
    wait_until(lambda: not pid_file.exists() and not answers(probe.endpoint), 20 * SLOW)


def fast(ask, seconds=0.05, times=20):
    """Nine of ten answers come within this time."""
    took = []
    for _ in range(times):
        began = moment()
        ask()
        took.append(elapsed(began))
    assert sorted(took)[times * 9 // 10 - 1] < seconds * SLOW, took


@pytest.mark.parametrize("kind", ["tcp", "unix", pytest.param("tcp6", marks=pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here"))])
def test_the_three_paths_on_any_address(make_probe, kind):
    probe = pool(make_probe, kind)
    probe.wait_logged("/metrics, /healthz and /readyz are on", str(probe.config["metrics_listen"]))
    for path, body in (("/healthz", "ok\n"), ("/readyz", "ready\n")):
        got = wait_until(lambda: (a := probe.endpoint.ask(path)).status == 200 and a, 10 * SLOW)
        assert got.text == body and got["Content-Type"] == "text/plain; charset=utf-8" and got["Cache-Control"] == "no-store"
    probe.ask("/echo")
    wait_until(lambda: probe.endpoint.metrics()["diptych_requests_total"] == 1)
    got = probe.endpoint.ask("/metrics")
    assert got["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    names = [line for line in got.text.splitlines() if line.startswith("# TYPE")]
    assert names == [line for line in probe.control("metrics")[1].splitlines() if line.startswith("# TYPE")], "as `diptych` tells it"
    for path in PATHS:
        head = probe.endpoint.ask(path, "HEAD")
        assert head.status == 200 and not head.body and int(head["Content-Length"]) > 2
        for method in ("POST", "PUT", "OPTIONS"):
            refused = probe.endpoint.ask(path, method)
            assert refused.status == 405 and refused["Allow"] == "GET, HEAD" and refused["Connection"] == "close"
    for path in ("/", "/metrics/", "/metric", "/Metrics", "/%6detrics", "/products/kafka", "//metrics"):
        assert probe.endpoint.ask(path).status == 404
    if kind == "unix":
        assert os.stat(probe.config["metrics_listen"]).st_mode & 0o777 == 0o660, "as socket_mode"


def test_it_answers_within_milliseconds_while_all_workers_are_stopped(make_probe):
    probe = pool(make_probe)
    for worker in probe.wait_workers(2):
        freeze(worker["pid"])
    for path in PATHS:
        fast(lambda: probe.endpoint.ask(path))
    assert probe.endpoint.ask("/healthz").status == 200


def test_clients_that_are_slow_or_hostile_delay_neither_others_nor_the_master(make_probe):
    probe = pool(make_probe)
    wait_until(lambda: probe.endpoint.ask("/readyz").status == 200, 10 * SLOW)
    pid = metrics_pid(probe)
    first = [b"", b"GET /met", b"GET /metrics HTTP/1.1\r\nHost: x\r\n", b"x" * 100]
    hostile = []
    for i in range(110):  # more than it serves at a time; fewer than that and its queue
        s = probe.endpoint.connect()
        s.sendall(first[i % len(first)])
        hostile.append(s)
    began = moment()
    assert probe.endpoint.ask("/healthz").status == 200
    assert elapsed(began) < 2.5 * SLOW, "slow clients lose their places long before their 5 s"
    fast(lambda: probe.control("status"))
    assert len(os.listdir(f"/proc/{pid}/fd")) < 64 + 40
    for s in hostile:
        s.close()
    fast(lambda: probe.endpoint.ask("/healthz"))
    rubbish = [b"\x16\x03\x01\x00\xa5\x01\x00", b"GET /metrics\r\n\r\n", b"GET /metrics HTTP/1.1\r\n\r\n", b"\0" * 9000, b"a b c\r\n\r\n"]
    assert {answer(probe.endpoint.exchange(r)).status for r in rubbish} == {400}
    assert answer(probe.endpoint.exchange(b"GET /" + b"x" * 9000)).status == 414
    assert answer(probe.endpoint.exchange(b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 9000)).status == 431
    assert answer(probe.endpoint.exchange(b"GET / HTTP/2.0\r\n\r\n")).status == 505
    assert metrics_pid(probe) == pid, "it is the same process"
    assert "WARN" not in probe.log.partition("metrics_listen")[2]


def test_a_silent_client_is_closed_after_its_time(make_probe):
    probe = pool(make_probe)
    with probe.endpoint.connect() as s:
        s.sendall(b"GET /metrics HT")
        began = moment()
        assert s.recv(1) == b""
        assert time.monotonic() - began >= 4 and elapsed(began) < 5 + 3 * SLOW


def test_a_dead_metrics_process_is_replaced_and_clients_wait_for_the_next(make_probe):
    probe = pool(make_probe)
    wait_until(lambda: metrics_pid(probe))
    for deaths in range(1, 4):
        pid = metrics_pid(probe)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: metrics_pid(probe) not in (pid, None) or probe.endpoint.ask("/healthz").status, 5 * SLOW)
        assert wait_until(lambda: (m := probe.restarts("ended", "metrics")) == deaths and m, 5 * SLOW)
    assert probe.logged("ERROR master", "the metrics process", "killed by signal 9")
    assert len(probe.workers()) == 2


def test_no_other_process_holds_its_socket(make_probe):
    """A master that was killed is started again at once, though its workers live on for a moment."""
    probe = pool(make_probe)
    with probe.peer() as p:
        p.send(request("/wait/go"))
        worker = probe.busy("/wait/go")[0]["pid"]
        probe.pool.kill()
        assert os.path.exists(f"/proc/{worker}")
        probe.pool.process = None
        probe.start()
        wait_until(lambda: answers(probe.endpoint), 10 * SLOW)
        probe.release("go")


def test_a_reload_gives_it_the_new_configuration_and_refuses_nobody(make_probe):
    probe = pool(make_probe)
    wait_until(lambda: metrics_pid(probe))
    before = metrics_pid(probe)
    with load(lambda: probe.endpoint.ask("/healthz"), threads=2) as counts:
        for i in range(3):
            probe.write_config(site_name=f"round {i}")
            assert probe.control("reload") == (True, "reloaded\n")
            after = wait_until(lambda: (p := metrics_pid(probe)) not in (before, None) and p, 5 * SLOW)
            before = after
    assert set(counts) == {200}, counts
    assert probe.restarts("ended", "metrics") == 0, "a reload is no failure"
    old = probe.config["metrics_listen"]
    probe.write_config(metrics_listen=f"127.0.0.1:{free_port()}")
    assert "metrics_listen: changed, but only a restart" in probe.control("reload")[1]
    assert Endpoint(old).ask("/healthz").status == 200


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_an_upgrade_refuses_nobody(make_probe, kind):
    probe = pool(make_probe, kind)
    wait_until(lambda: probe.endpoint.ask("/readyz").status == 200, 10 * SLOW)
    pid_file = probe.folder / "diptych.pid"
    before = pid_file.read_text()
    with load(lambda: probe.endpoint.ask("/healthz"), threads=2) as counts:
        ok, text = probe.control("upgrade")
        assert ok, text
        wait_until(lambda: pid_file.read_text() not in ("", before), 10 * SLOW)
        master = int(pid_file.read_text())
        wait_until(lambda: metrics_pid(probe, master), 10 * SLOW)
        assert probe.pool.process.wait(20 * SLOW) == 0
    assert set(counts) == {200}, counts
    assert probe.endpoint.ask("/readyz").status == 200 and probe.control("status")[0]
    end(probe)
    assert kind == "tcp" or not os.path.exists(probe.config["metrics_listen"]), "the name is removed at the end"


def test_scrapes_do_not_see_two_pools_in_turn(templates):
    """The new pool has to read the site before it takes over, and both have the socket meanwhile."""
    site = Site(templates, config={"metrics_listen": f"127.0.0.1:{free_port()}", "state_dir": ""})
    endpoint, pid_file, left = Endpoint(site.config["metrics_listen"]), site.folder / "diptych.pid", []
    try:
        site.start()
        wait_until(lambda: answers(endpoint, "/readyz"), 30 * SLOW)
        assert site.diptych("scale", "6").returncode == 0
        assert site.diptych("scale", "2").returncode == 0
        wait_until(lambda: endpoint.metrics()["diptych_pool_retired_total"] == 4, 10 * SLOW)  # in the new pool, none has left
        with load(lambda: left.append(endpoint.metrics()["diptych_pool_retired_total"]) or endpoint.ask("/healthz"), threads=1) as counts:
            assert site.diptych("upgrade").returncode == 0
            assert site.pool.process.wait(20 * SLOW) == 0
            wait_until(lambda: left[-1] == 0, 10 * SLOW, "the new pool to answer")
        assert set(counts) == {200}, counts
        assert sum(a > b for a, b in zip(left, left[1:])) == 1 and len(left) > 10
        os.kill(int(pid_file.read_text()), signal.SIGTERM)
        wait_until(lambda: not pid_file.exists(), 20 * SLOW)
    finally:
        site.stop()
        site.remove()


def test_an_upgrade_takes_a_new_address(make_probe):
    probe = pool(make_probe)
    old, new = probe.endpoint, Endpoint(f"127.0.0.1:{free_port()}")
    probe.write_config(metrics_listen=new.text)
    ok, text = probe.control("upgrade")
    assert ok, text
    assert probe.pool.process.wait(20 * SLOW) == 0
    assert wait_until(lambda: answers(new), 10 * SLOW)
    with pytest.raises(ConnectionRefusedError):
        old.ask("/healthz")
    assert "ERROR" not in probe.log
    end(probe)


def test_a_stopping_pool_is_healthy_and_not_ready(make_probe):
    probe = pool(make_probe)
    with probe.peer() as p:
        p.send(request("/wait/go"))
        probe.busy("/wait/go")
        probe.pool.process.terminate()
        got = wait_until(lambda: (a := probe.endpoint.ask("/readyz")).status == 503 and a, 5 * SLOW)
        assert got.text == "not ready: the pool is stopping\n" and got["Retry-After"] == "1"
        assert probe.endpoint.ask("/healthz").status == 200
        probe.release("go")
        assert p.answer().status == 200
    assert probe.pool.process.wait(10 * SLOW) == 0
    with pytest.raises(OSError):
        probe.endpoint.ask("/healthz")


def test_readiness_is_that_of_the_site(templates):
    site = Site(templates)
    site.config["metrics_listen"] = site.folder / "m.sock"
    site.write_config()
    endpoint = Endpoint(site.config["metrics_listen"])
    try:
        site.start()
        wait_until(lambda: answers(endpoint, "/readyz"), 30 * SLOW)
        assert endpoint.ask("/readyz").text == site.get("/readyz").text == "ready\n"
        site.database.daemon.kill()
        wait_until(lambda: endpoint.ask("/readyz").status == 503, 10 * SLOW)
        wait_until(lambda: endpoint.ask("/readyz").text == site.get("/readyz").text, 5 * SLOW)
        assert endpoint.ask("/readyz").text.startswith("not ready: ")
        assert endpoint.ask("/healthz").status == 200
    finally:
        site.stop()
        site.remove()


@pytest.mark.parametrize("value", ["9001", "localhost:9001", "127.0.0.1", "[::1]", "[::1]9001", "[x]:9001", "::1:9001", "127.0.0.1:0",
                                   "127.0.0.1:65536", "/" + "x" * 107, "[" + "1" * 99 + "]:9001"])
def test_a_faulty_address_is_named_at_its_line(value):
    folder = short_folder()
    try:
        path = folder / "c.conf"
        path.write_text(f'site_name = "x"\nmetrics_listen = "{value}"\n')
        done = diptych("status", config=path)
        done = subprocess.run([*done.args[:1], "serve", "--config", str(path)], capture_output=True, text=True)
        assert done.returncode == 1 and f"{path}:2:" in done.stderr and "127.0.0.1:9001" in done.stderr, done.stderr
    finally:
        subprocess.run(["rm", "-rf", folder])


def test_a_taken_address_stops_the_start_and_is_named(make_probe):
    first = pool(make_probe)
    second = pool(make_probe, start=False)
    second.write_config(metrics_listen=first.config["metrics_listen"])
    second.start(wait=False)
    assert second.pool.process.wait(10 * SLOW) == 1
    assert f"cannot listen on {first.config['metrics_listen']}: Address already in use" in second.log
    assert f"metrics    {first.config['metrics_listen']}" in second.diptych("check").stdout
    assert "metrics_listen is" in diptych("serve", config=same_address(second)).stderr


def same_address(probe):
    probe.write_config(metrics_listen=probe.config["listen"])
    return probe.config_path

"""Upgrades: another program takes over the sockets, no request is lost, and a program that cannot serve changes nothing."""
import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from lib.daemon import wait_until
from lib.endpoint import Endpoint
from lib.fcgi_client import Peer
from lib.probe import load, make_probe  # noqa: F401 (fixture)
from lib.servers import BINARY, SLOW, Site, free_port
from lib.wrk import Wrk

REQUESTS = 100_000 if "DIPTYCH_TEST_ALL" in os.environ and SLOW == 1 else 5_000  # at least so many over ten upgrades
PAGES = ("/", "/products/kafka", "/compare/kafka-vs-nats", "/search?q=kaf", "/leaderboard")


@pytest.fixture
def site(templates):
    site = Site(templates)
    site.program = site.folder / "program"
    shutil.copy(BINARY, site.program)
    site.pool.argv[0] = str(site.program)
    site.start()
    wait_until(lambda: site.get("/readyz").status == 200, 30 * SLOW)
    yield site
    pid_file = site.folder / "diptych.pid"
    if pid_file.exists() and master(site) != site.pool.pid:
        end(master(site))
    site.stop()
    site.remove()


def master(site):
    return int((site.folder / "diptych.pid").read_text())


def end(pid):
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not running(pid), 20 * SLOW)


def running(pid):
    try:
        return open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def replace(site, source=BINARY):
    """As a package does it: a new file of the same name."""
    shutil.copy(source, site.folder / "new")
    os.rename(site.folder / "new", site.program)


def upgrade(site, source=BINARY):
    before = master(site)
    replace(site, source)
    done = site.diptych("upgrade")
    assert done.returncode == 0, done.stderr
    wait_until(lambda: master(site) != before, 10 * SLOW)
    after = master(site)
    assert done.stdout == f"process {after} serves\n"
    wait_until(lambda: not running(before), 20 * SLOW, "the old program to end")
    return after


def test_upgrades_there_and_back_under_load_lose_nothing(site):
    other = site.folder / "other"  # another program, which does the same
    shutil.copy(BINARY, other)
    with open(other, "ab") as f:
        f.write(b"another build")
    for page in PAGES:
        assert site.get(page).status == 200
    with Wrk(site.port, PAGES) as load:
        for i in range(10):
            wait_until(lambda: site.metrics()["diptych_requests_total"] >= REQUESTS // 10, 600, "requests for this program")
            upgrade(site, BINARY if i % 2 else other)
            assert os.readlink(f"/proc/{master(site)}/exe") == str(site.program), "the replaced file is not what runs"
            assert os.path.getsize(site.program) == os.path.getsize(BINARY if i % 2 else other)
    print(load.result)
    assert not load.result.failed and load.result.requests >= REQUESTS, load.result
    assert site.diptych("status", check=True).stdout


def test_the_new_pool_is_a_pool_like_any_other(site):
    upgrade(site)
    assert site.diptych("reload").stdout == "reloaded\n"
    assert site.diptych("scale", "3").returncode == 0
    os.kill(master(site), signal.SIGKILL)  # the next start takes its place, though workers may live for a moment
    site.pool.process = None
    site.pool.start()
    wait_until(lambda: site.get("/products/kafka").status == 200, 30 * SLOW)


def test_usr2_is_an_upgrade_too(site):
    before = master(site)
    os.kill(before, signal.SIGUSR2)
    wait_until(lambda: master(site) != before, 30 * SLOW)
    wait_until(lambda: site.get("/products/kafka").status == 200, 10 * SLOW)


def test_the_service_manager_hears_who_serves(templates):
    site = Site(templates)
    path = site.folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(str(path))
        s.settimeout(30 * SLOW)
        site.pool.env["NOTIFY_SOCKET"] = str(path)
        site.start()
        try:
            wait_until(lambda: site.get("/readyz").status == 200, 30 * SLOW)
            assert site.diptych("upgrade").returncode == 0
            wait_until(lambda: s.recv(1000).startswith(b"MAINPID="), 30 * SLOW)
            wait_until(lambda: s.recv(1000) == b"READY=1", 30 * SLOW)
            end(master(site))
        finally:
            site.stop()
            site.remove()


def broken(kind, site):
    if kind == "no program":
        site.program.write_text("no program\n")
        site.program.chmod(0o644)
    elif kind == "ends":
        site.program.write_text("#!/bin/sh\necho this program cannot >&2\nexit 3\n")
    elif kind == "crashes":
        site.program.write_text("#!/bin/sh\nkill -SEGV $$\n")
    elif kind == "configuration":
        site.config_path.write_text(site.config_path.read_text() + "nonsense = 1\n")
    elif kind == "missing":
        site.program.unlink()


@pytest.mark.parametrize("kind, says", [("no program", "status 127"), ("ends", "status 3"), ("crashes", "signal 11"),
                                        ("configuration", "status 1"), ("missing", "status 127")])
def test_a_program_that_cannot_serve_changes_nothing(site, kind, says):
    before = master(site)
    replace(site)
    broken(kind, site)
    with load(lambda: site.get("/products/kafka"), threads=2) as counts:
        done = site.diptych("upgrade")
    assert done.returncode == 1 and says in done.stderr and "see the log" in done.stderr, done
    assert set(counts) == {200}, counts
    assert master(site) == before and running(before)
    replace(site)
    if kind == "configuration":
        site.write_config()
    upgrade(site)


@pytest.mark.parametrize("kind", ["tcp", "passed"])
def test_any_listening_socket_is_handed_over(make_probe, kind):
    port = free_port()
    probe = make_probe(start=False, **({"listen": f"127.0.0.1:{port}"} if kind == "tcp" else {}))
    address = ("127.0.0.1", port) if kind == "tcp" else str(probe.folder / "passed.sock")
    if kind == "tcp":
        probe.pool.start()
    else:
        with socket.socket(socket.AF_UNIX) as listener, open(probe.pool.log, "ab") as out:
            listener.bind(address)
            listener.listen(128)
            probe.pool.process = subprocess.Popen(probe.pool.argv, stdin=listener, stderr=out)
    pid_file = probe.folder / "diptych.pid"
    wait_until(pid_file.exists, 10 * SLOW)

    def ask():
        with Peer(address, 10 * SLOW) as p:
            return p.ask("/x", keep=False)

    wait_until(lambda: probe.control("status")[0], 10 * SLOW)
    with load(ask, threads=2) as counts:
        ok, text = probe.control("upgrade")
        assert ok, text
        assert probe.pool.process.wait(20 * SLOW) == 0
    assert set(counts) == {200}, counts
    wait_until(lambda: f"process {pid_file.read_text().strip()} serves" in text, 10 * SLOW)
    end(int(pid_file.read_text()))
    if kind == "passed":
        assert os.path.exists(address), "it is not ours to remove"


def test_what_goes_on_is_said(site):
    replace(site)
    site.program.write_text("#!/bin/sh\nexec sleep 600\n")
    os.kill(master(site), signal.SIGUSR2)
    wait_until(lambda: "starts" in site.log, 10 * SLOW)
    for command in ("upgrade", "reload"):
        done = site.diptych(command)
        assert done.returncode == 1 and "going on" in done.stderr, done
    os.kill(master(site), signal.SIGTERM)  # the new program is ended with it
    assert site.pool.process.wait(20 * SLOW) == 0


def test_a_lock_that_somebody_else_holds_is_waited_for(site):
    """The new program takes each name as soon as it can, and opens nothing twice meanwhile."""
    metrics = site.folder / "metrics.sock"
    site.pool.stop()
    site.config["metrics_listen"] = metrics
    site.write_config()
    site.pool.start()
    wait_until(lambda: site.get("/readyz").status == 200, 30 * SLOW)
    before, lock = master(site), Path(f"{metrics}.lock")
    lock.rename(f"{lock}.before")  # the old program keeps that one
    with open(lock, "w") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
        replace(site)
        new = int(re.search(r"process (\d+)", site.diptych("upgrade").stdout)[1])
        wait_until(lambda: not running(before), 30 * SLOW, "the end of the old program")
        descriptors = [len(os.listdir(f"/proc/{new}/fd"))]
        for _ in range(20):
            time.sleep(0.05)  # it tries about every 5 ms
            descriptors.append(len(os.listdir(f"/proc/{new}/fd")))
        assert descriptors[-1] <= descriptors[0] + 2 and site.get("/products/kafka").status == 200, descriptors
        assert "this program has taken over" not in site.log
    wait_until(lambda: master(site) == new, 20 * SLOW, "a program that has taken over")
    assert Endpoint(metrics).ask().status == 200


MOVED = ("control", "pid_file", "metrics_listen")


def moved(site, spelling):
    """An upgrade by USR2 with other names of the files; the old names, the new ones, the new master."""
    old = {"control": site.folder / "control.sock", "pid_file": site.folder / "diptych.pid", "metrics_listen": site.folder / "metrics.sock"}
    site.pool.stop()
    site.config.update(old)
    site.write_config()
    site.pool.start()
    wait_until(lambda: site.get("/readyz").status == 200, 30 * SLOW)
    before, new = master(site), {key: spelling(key, path) for key, path in old.items()}
    site.config.update(new)
    site.write_config()
    os.kill(before, signal.SIGUSR2)
    wait_until(lambda: "this program has taken over" in site.log and not running(before), 30 * SLOW)
    return old, new


def test_files_that_have_another_name_in_the_new_configuration_do_not_stay(site):
    """A pid file that stays names a process that is gone, later a stranger."""
    old, new = moved(site, lambda key, path: f"{path}.moved")
    after = int(Path(new["pid_file"]).read_text())
    try:
        assert [key for key in MOVED if old[key].exists()] == []
        assert site.diptych("status").returncode == 0 and Endpoint(new["metrics_listen"]).ask().status == 200
        assert site.get("/products/kafka").status == 200
    finally:
        end(after)
    assert not any(os.path.exists(path) for path in new.values())


def test_files_that_have_only_another_spelling_stay(site):
    old, new = moved(site, lambda key, path: path if key == "metrics_listen" else f"{path.parent}/./{path.name}")
    assert running(master(site)) and all(path.exists() for path in old.values())
    assert site.diptych("status").returncode == 0 and Endpoint(old["metrics_listen"]).ask().status == 200


def test_an_address_that_waits_for_a_restart_is_named(site):
    there = site.folder / "elsewhere.sock"
    old = re.search(r'^listen = "(.*)"', site.config_path.read_text(), re.M)[1]
    site.config_path.write_text(site.config_path.read_text().replace(f'listen = "{old}"', f'listen = "{there}"'))
    upgrade(site)
    wait_until(lambda: f'listen = "{there}" waits for a restart; the pool goes on at {old}' in site.log, 10 * SLOW)
    assert site.get("/products/kafka").status == 200 and not there.exists()

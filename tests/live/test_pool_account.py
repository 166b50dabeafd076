"""A pool that root starts becomes the account of its configuration, and everything that a master opens again later still works;
and what all processes of a pool give up: new rights, core files."""
import grp
import os
import pwd
import re
import resource
import shutil
import socket
import stat
from pathlib import Path

import pytest

from lib.daemon import ended, wait_until
from lib.probe import build, make_probe  # noqa: F401 (fixture)
from lib.servers import SLOW, diptych

ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another account")
USER, GROUP = "daemon", "nogroup"
UID, GID = pwd.getpwnam(USER).pw_uid, grp.getgrnam(GROUP).gr_gid


def reachable(path):
    return all(p.stat().st_mode & 0o001 for p in (path, *path.parents))


@pytest.fixture
def make(make_probe):  # noqa: F811
    """A probe whose sockets and files are in folders that do not exist."""
    def make(start=True, **config):
        probe = make_probe(start=False)
        probe.folder.chmod(0o755)
        shutil.copy2(build(), probe.folder / "program") if not reachable(build()) else None
        at = probe.folder / "run"
        probe.write_config(**{"user": USER, "group": GROUP, "listen": at / "l.sock", "control": at / "c.sock",
                              "pid_file": at / "pid", "state_dir": probe.folder / "state", **config})
        probe.config_path.chmod(0o644)
        return probe.start() if start else probe
    return make


def status_of(pid):
    return dict(re.findall(r"^(\w+):\t(.*)$", Path(f"/proc/{pid}/status").read_text(), re.M))


def refused(probe):
    probe.pool.start()
    assert probe.pool.process.wait(20 * SLOW) == 1
    return probe.log


@ROOT
@pytest.mark.parametrize("config, words", [
    ({"user": ""}, "the pool is started as root: set user, and perhaps group, to an account with few rights; user = root lets"),
    ({"user": "nobody-here"}, 'user = "nobody-here": this machine has no such user: create it, or name another'),
    ({"group": "none-here"}, 'group = "none-here": this machine has no such group: create it, or name another')])
def test_a_start_as_root_without_an_account_is_refused(make, config, words):
    probe = make(start=False, **config)
    key = next(iter(config))
    at = 1 + next(i for i, line in enumerate(probe.config_path.read_text().splitlines()) if line.startswith(f"{key} = "))
    words = f"{probe.config_path}:{at}: {words}"
    assert words in refused(probe)
    assert not (probe.folder / "run").exists(), "nothing was made"
    done = diptych("check", config=probe.config_path)
    assert done.returncode == 1 and words in done.stderr and "ready to serve" not in done.stdout


@ROOT
def test_root_stays_root_when_it_is_told_to(make):
    probe = make(user="root", group="", listen="/dev/null/none", start=False)
    probe.write_config(listen=probe.folder / "l.sock", control=probe.folder / "c.sock", pid_file="", state_dir="")
    probe.start()
    assert status_of(probe.pool.pid)["Uid"].split() == ["0"] * 4


@ROOT
def test_all_processes_and_files_belong_to_the_account(make):
    probe = make(start=False, workers=2)
    probe.write_config(metrics_listen=probe.folder / "run/m.sock", request_log=probe.folder / "log/requests.log")
    probe.config_path.chmod(0o644)
    probe.start()
    for pid in (probe.pool.pid, *probe.pids()):
        status = status_of(pid)
        assert status["Uid"].split() == [str(UID)] * 4 and status["Gid"].split() == [str(GID)] * 4
        assert set(map(int, status["Groups"].split())) == set(os.getgrouplist(USER, GID))
        assert status["CapPrm"] == status["CapEff"] == "0" * 16
    for name in ("run", "state"):
        made = (probe.folder / name).stat()
        assert (made.st_uid, made.st_gid, made.st_mode & 0o777) == (UID, GID, 0o755)
    files = {p.name: p.stat() for p in (probe.folder / "run").iterdir()}
    files["requests.log"] = (probe.folder / "log/requests.log").stat()
    assert {"l.sock", "c.sock", "m.sock", "pid"} <= set(files)
    assert {(f.st_uid, f.st_gid) for f in files.values()} == {(UID, GID)}
    assert stat.S_IMODE(files["l.sock"].st_mode) == 0o660
    assert probe.logged("INFO master", f"running as user {USER}, group {GROUP}")
    assert probe.ask("/echo").status == 200


@ROOT
def test_nothing_leads_back_to_root(make):
    probe = make(fence=False)
    assert probe.ask("/try/account").text == "EPERM"


@ROOT
def test_reload_upgrade_and_stop_work_afterwards(make):
    probe = make()
    if not reachable(build()):
        pytest.skip("the account cannot execute the program of this build")
    probe.write_config(site_name="second")
    assert probe.control("reload") == (True, "reloaded\n") and probe.ask("/config").text == "second"
    ok, text = probe.control("upgrade", 60)
    assert ok, text
    wait_until(lambda: probe.logged("this program has taken over"), 30 * SLOW)
    new = int(wait_until(lambda: (probe.folder / "run/pid").read_text(), 20 * SLOW))
    assert new != probe.pool.pid and status_of(new)["Uid"].split() == [str(UID)] * 4
    assert "has no effect" not in probe.log
    wait_until(lambda: probe.status()["workers_alive"] == 2 if "workers_alive" in probe.status() else True, 20 * SLOW)
    assert probe.ask("/config").text == "second"
    probe.write_config(site_name="third")
    assert probe.control("reload") == (True, "reloaded\n") and probe.ask("/config").text == "third"
    assert probe.diptych("stop").returncode == 0
    wait_until(lambda: ended(new), 20 * SLOW)
    left = {p.name for p in (probe.folder / "run").iterdir()}
    assert left <= {"l.sock.lock", "c.sock.lock"}


@ROOT
@pytest.mark.parametrize("what", ["configuration", "secret"])
def test_what_a_reload_could_not_read_is_refused_at_the_start(make, what):
    probe = make(start=False)
    secret = probe.folder / "secret"
    secret.write_text("0123456789abcdef\n")
    secret.chmod(0o600)
    if what == "secret":
        probe.write_config(cache_secret_file=secret)
    else:
        probe.config_path.chmod(0o600)
    log = refused(probe)
    assert f"user {USER} must be able to read it and the files that it names" in log and "Permission denied" in log
    done = diptych("check", config=probe.config_path)
    assert done.returncode == 1 and "Permission denied" in done.stderr
    if what == "configuration":
        assert f"chgrp {GROUP} {probe.config_path} && chmod 640" in done.stderr


@ROOT
def test_check_tries_what_such_a_start_does(make):
    probe = make(start=False)
    done = diptych("check", config=probe.config_path)
    assert f"account    {USER} (group {GROUP}), for which the pool leaves root\n" in done.stdout
    for name in ("control", "listen", "pid_file"):
        assert f"{name:<10} {probe.folder}/run: a start makes this folder\n" in done.stdout
    assert not (probe.folder / "run").exists()
    probe.write_config(control=probe.folder / "none/none/c.sock", listen=probe.folder / "l.sock")
    probe.config_path.chmod(0o644)
    done = diptych("check", config=probe.config_path)
    assert re.search("^control +\\S+/none/none: No such file or directory: make the folder", done.stdout, re.M)
    assert f"listen     {probe.folder}: Permission denied: make the folder, and let account {USER} (group {GROUP})" in done.stdout
    assert "Permission denied" in refused(probe) or "No such file" in probe.log


@ROOT
def test_a_port_of_root_is_opened_before(make):
    for port in range(1023, 512, -1):
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
                break
            except OSError:
                continue
    if Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text().strip() == "0":
        pytest.skip("every account may open every port here")
    probe = make(listen=f"127.0.0.1:{port}", metrics_listen=f"127.0.0.1:{port - 1}")
    assert status_of(probe.pool.pid)["Uid"].split() == [str(UID)] * 4
    assert probe.ask("/echo").status == 200
    with socket.create_connection(("127.0.0.1", port - 1), 10 * SLOW) as s:
        s.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert b" 200 " in s.recv(100)


def test_no_new_rights_and_no_core_files(make_probe):  # noqa: F811
    for dumps in (False, True):
        probe = make_probe(core_dumps=dumps, workers=1)
        for pid in (probe.pool.pid, *probe.pids()):
            assert status_of(pid)["NoNewPrivs"] == "1"
            soft = resource.prlimit(pid, resource.RLIMIT_CORE)[0]
            readable = os.access(f"/proc/{pid}/environ", os.R_OK)
            if "asan" in os.environ.get("DIPTYCH_BUILD", ""):
                continue  # LeakSanitizer reads the memory
            assert (soft == 0) == (not dumps or resource.getrlimit(resource.RLIMIT_CORE)[0] == 0)
            assert readable or not dumps
        probe.stop()


@ROOT
def test_other_processes_of_the_account_cannot_read_the_memory(make):
    if "asan" in os.environ.get("DIPTYCH_BUILD", ""):
        pytest.skip("LeakSanitizer reads the memory")
    for dumps, owner in ((False, 0), (True, UID)):  # proc(5): files of a process that is not dumpable belong to root
        probe = make(core_dumps=dumps)
        assert {os.stat(f"/proc/{pid}/mem").st_uid for pid in (probe.pool.pid, *probe.pids())} == {owner}
        probe.stop()


@pytest.mark.parametrize("soft, hard, raised", [(128, 8192, 2112), (128, 1024, 1024), (4096, 8192, 4096)])
def test_the_limit_of_open_files(make_probe, soft, hard, raised):  # noqa: F811
    probe = make_probe(start=False, workers=1, prefix=("prlimit", f"--nofile={soft}:{hard}"))
    if os.getuid() == 0 and hard < 2112:  # root raises the hard limit, too
        probe.pool.argv = ["setpriv", "--bounding-set=-sys_resource", "--inh-caps=-sys_resource", *probe.pool.argv]
    probe.start()
    pid = probe.pool.pid
    assert resource.prlimit(pid, resource.RLIMIT_NOFILE)[0] == raised
    line = probe.logged("WARN master", f"a process may open {raised} files, and a worker with 2048 connections needs 2112")
    assert bool(line) == (raised < 2112) and (not line or "LimitNOFILE=" in line)
    assert probe.ask("/echo").status == 200

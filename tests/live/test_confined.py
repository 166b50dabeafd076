"""The fence of workers, image workers, Markdown children and the watcher: what an intruder tries in them fails, and what they
need works.  /try/NAME of the probe makes one attempt in a worker; see tests/live/fence_try.c."""
import ctypes
import os
import platform
import re
import socket
from pathlib import Path

import pytest

from lib.daemon import wait_until
from lib.probe import Probe, make_probe  # noqa: F401
from lib.servers import SLOW

CREATE_RULESET, VERSION = 444, 1
_libc = ctypes.CDLL(None, use_errno=True)
LANDLOCK = _libc.syscall(CREATE_RULESET, None, 0, VERSION)  # the version of the kernel's interface, or -1
# name: what the fence answers; True: it works
TRIES = {"execute": "EPERM", "execute_descriptor": "EPERM", "bind_tcp": "EPERM", "bind_unix": "EPERM", "listen": "EPERM",
         "write": "EACCES", "append": "EACCES", "update": "EACCES", "empty": "EACCES", "create": "EACCES",
         "create_readable": "EACCES", "create_old": "EPERM", "unnamed": "EACCES", "open2": "ENOSYS", "truncate": "EPERM",
         "remove": "EPERM", "rename": "EPERM", "link": "EPERM", "symlink": "EPERM", "folder": "EPERM", "pipe_file": "EPERM",
         "mode": "EPERM", "owner": "EPERM", "trace": "EPERM", "namespace": "EPERM", "namespace_clone": "EPERM",
         "account": "EPERM", "keys": "EPERM", "ring": "EPERM", "packets": "ENOSYS", "clone3": "ENOSYS"}
WORKS = ["read", "connect", "resolver", "proc", "child"]
TEXT = "the same bytes as before\n"


@pytest.fixture(scope="module", params=[True, False], ids=["fence", "no fence"])
def probe(request):
    probe = Probe(workers=1, fence=request.param)
    probe.fence = request.param
    yield probe.start()
    probe.stop()
    probe.remove()


@pytest.fixture
def victim(probe):
    path = probe.folder / "victim"
    path.write_text(TEXT)
    path.chmod(0o600)
    yield path
    for name in ("victim", "own"):
        left = probe.folder / name
        left.rmdir() if left.is_dir() and not left.is_symlink() else left.unlink(missing_ok=True)


SANITIZED = "SANITIZE" in os.environ.get("DIPTYCH_BUILD", "").upper() or "asan" in os.environ.get("DIPTYCH_BUILD", "")
HARMLESS = {"execute": "/try-child", "execute_descriptor": "/try-child", "namespace": "/try-child", "namespace_clone": "/try-child",
            "trace": "/try-child"}  # without a fence they would end the worker, or be its end


@pytest.mark.parametrize("name", TRIES)
def test_what_a_worker_may_not_do(probe, victim, name):
    if probe.fence:
        answers = {place: probe.ask(f"{place}/{name}").text for place in ("/try", "/try-child")}
        wanted = TRIES[name]
        if not (SANITIZED and (wanted == "ENOSYS" or name == "trace")):  # that build allows calls that are not in the lists
            assert answers == {"/try": wanted, "/try-child": wanted}
        assert victim.read_text() == TEXT and victim.stat().st_mode & 0o777 == 0o600
        assert not (probe.folder / "own").exists()
    elif name in ("write", "create", "bind_tcp", "listen", "remove", "rename", "folder", "mode"):
        assert probe.ask(f"/try/{name}").text == "OK", "the attempt itself must be able to succeed"


@pytest.mark.parametrize("name", WORKS)
def test_what_a_worker_may_do(probe, victim, name):
    assert probe.ask(f"/try/{name}").text == "OK"
    assert probe.ask(f"/try-child/{name}").text == "OK"


@pytest.mark.skipif(LANDLOCK < 6, reason="this kernel's Landlock does not keep signals in")
def test_a_worker_cannot_signal_its_master(probe):
    assert probe.ask("/try/kill_parent").text == ("EPERM" if probe.fence else "OK")
    assert probe.ask("/try-child/kill_parent").text == "OK", "its own children and it are within one fence"


def process_status(pid):
    return dict(re.findall(r"^(\w+):\t(.*)$", Path(f"/proc/{pid}/status").read_text(), re.M))


def test_status_says_what_is_in_force(probe):
    json, text = probe.status()["confined"], probe.diptych("status").stdout
    pid = probe.status()["workers"][0]["pid"]
    assert json["kernel"] == platform.release() and json["fence"] == probe.fence
    assert json["landlock"] == (probe.fence and LANDLOCK > 0)
    assert json["seccomp"] == probe.fence == (process_status(pid)["Seccomp"] == "2")
    if not probe.fence:
        assert "\nconfined: no, the configuration has fence = false\n" in text
    else:
        kernel = "" if LANDLOCK > 0 else f" (kernel {platform.release()})"
        assert f"\nconfined: seccomp yes, landlock {'yes' if LANDLOCK > 0 else 'no'}{kernel}\n" in text


def test_a_reload_takes_the_fence_away_and_puts_it_back(probe):
    try:
        probe.write_config(fence=not probe.fence)
        assert probe.control("reload") == (True, "reloaded\n")
        wait_until(lambda: probe.status()["confined"]["seccomp"] == (not probe.fence), 10 * SLOW)
    finally:
        probe.write_config(fence=probe.fence)
        assert probe.control("reload") == (True, "reloaded\n")
        probe.wait_workers(1)


@pytest.mark.parametrize("name, wanted", [("create", "OK"), ("rename", "OK"), ("create /../elsewhere", "EACCES"),
                                          ("execute", "EPERM"), ("listen", "EPERM"), ("link", "EPERM")])
def test_the_watcher_writes_in_one_folder_only(make_probe, name, wanted):
    if "/" in name and LANDLOCK < 1:
        pytest.skip("seccomp sees no paths, and this kernel has no Landlock")
    probe = make_probe(start=False, workers=1)
    for folder in ("state", "elsewhere"):
        (probe.folder / folder).mkdir()
        (probe.folder / folder / "victim").write_text(TEXT)
    probe.write_config(state_dir=probe.folder / "state")
    probe.start()
    (probe.folder / "state/new").write_text(name)
    (probe.folder / "state/new").rename(probe.folder / "state/watcher-try")
    assert probe.wait_logged(f"tried {name.split()[0]}").endswith(f": {wanted}")
    probe.wait_workers(1)


def test_a_kernel_without_these_parts(make_probe):
    """A program that starts the pool refuses both by a filter of its own, as some containers do: the pool serves, and says so."""
    without_leaks = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}  # LeakSanitizer fails under ptrace
    probe = make_probe(start=False, workers=2, env=without_leaks, prefix=("strace", "-f", "-qq", "-o", "/dev/null", "-e",
                                                                          "trace=landlock_create_ruleset,seccomp", "-e",
                                                                          "inject=landlock_create_ruleset,seccomp:error=ENOSYS"))
    probe.start()
    assert probe.ask("/echo").status == 200
    wait_until(lambda: len(probe.workers()) == 2, 20 * SLOW)
    confined = probe.status()["confined"]
    assert confined["landlock"] is False and confined["fence"] is True
    kernel = f" (kernel {platform.release()})"
    line = re.search("^confined: .*$", probe.diptych("status").stdout, re.M)[0]
    assert line == f"confined: seccomp {'yes' if confined['seccomp'] else 'no'}, landlock no{kernel}"
    assert probe.control("stop")[0] and probe.pool.process.wait(20 * SLOW) == 0  # strace does not pass a signal on


# ---- the real pool


def tree(pid):
    """The processes beneath a process, by their names."""
    found, pids = {}, [pid]
    while pids:
        pid = pids.pop()
        try:
            children = [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
            found[pid] = process_status(pid)
        except OSError:
            continue
        pids += children
    return found


def test_every_process_of_a_site(module_site):
    page = wait_until(lambda: (a := module_site.get("/compare/kafka-vs-kubernetes")).status == 200 and a.text, 10 * SLOW, "the page")
    image = re.search(r'property="og:image" content="https?://[^/"]+(/[^"]+)"', page)[1]
    wait_until(lambda: module_site.get(image).status == 200, 10 * SLOW, "the picture")
    processes = tree(module_site.pool.pid)
    names = [status["Name"] for status in processes.values()]
    assert "image-worker" in names and "watcher" in names
    for pid, status in processes.items():
        assert status["NoNewPrivs"] == "1", status["Name"]
        if pid != module_site.pool.pid:
            filters = 2 if status["Name"] == "image-worker" else 1
            assert status["Seccomp"] == "2" and status["Seccomp_filters"] == str(filters), status["Name"]


def test_the_watcher_saves_the_catalog_and_workers_reconnect(module_site):
    catalog = module_site.state / "catalog"
    wait_until(catalog.exists, 20 * SLOW)
    module_site.database.stop()
    module_site.database.start()
    module_site.sql("UPDATE product SET name = 'Apache Kafka (fenced)' WHERE slug = 'kafka'")
    wait_until(lambda: "(fenced)" in module_site.get("/products/kafka").text, 20 * SLOW)
    module_site.cache.stop()
    module_site.cache.start()
    wait_until(lambda: module_site.get("/products/nats").status == 200 and module_site.metrics()["diptych_cache_gets_total"], 20 * SLOW)


def test_workers_find_a_server_by_its_name(make_site):
    """The resolver of libc reads its files and asks over the network; each worker connects to what it finds."""
    from lib.servers import Cache, free_port
    port = free_port()
    site = make_site()
    cache = Cache(site.folder, name="named", address=("127.0.0.1", port)).start()
    try:
        site.restart_pool(memcached=f"localhost:{port}")
        wait_until(lambda: site.get("/products/kafka").status == 200, 20 * SLOW)
        wait_until(lambda: int(cache.stats()["cmd_set"]) > 0, 20 * SLOW)
    finally:
        cache.stop()

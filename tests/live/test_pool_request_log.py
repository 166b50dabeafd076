"""The request log: one line for each answered request, whatever the request, the disk and the rotation do."""
import contextlib
import gzip
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import time

import pytest

from lib import fcgi_client
from lib.daemon import wait_until
from lib.fcgi_client import request
from lib.probe import load, make_probe  # noqa: F401 (fixture)
from lib.servers import BINARY, SLOW, TOP

STAGES = re.findall(r'^  X\(\w+, "(\w+_ms)"\)', (TOP / "fcgi/pool/request_log_line.h").read_text(), re.M)
KEYS = ["time", "id", "method", "path", "query", "status", "bytes", "route", "cache", "statements", "worker", "ms", *STAGES]


def keyvalue(line):
    return dict(word.split("=", 1) for word in shlex.split(line))


def entries(path, parse=json.loads):
    text = path.read_text() if path.exists() else ""
    assert not text or text.endswith("\n"), "no line is torn"
    return [parse(line) for line in text.splitlines()]


def written(path, n, parse=json.loads):
    return wait_until(lambda: len(found := entries(path, parse)) >= n and found, 10 * SLOW, f"{n} lines in {path}")


@pytest.fixture
def logging(make_probe):
    def start(**kw):
        probe = make_probe(start=False, **{"request_log_format": "json", **kw})
        probe.requests = probe.folder / "requests.log"
        probe.write_config(request_log=kw.get("request_log", probe.requests))
        return probe.start()
    return start


@pytest.mark.parametrize("form", ["keyvalue", "json"])
def test_a_line_has_each_field(logging, form):
    probe = logging(request_log_format=form, workers=1)  # lines of two workers may come in another order
    parse = json.loads if form == "json" else keyvalue
    probe.ask("/echo?a=b", request_id="abc-1")
    probe.ask("/empty", method="HEAD")
    probe.ask("/big/100000")
    first, second, third = (e for e in written(probe.requests, 3, parse))
    assert list(first) == KEYS
    shown = {k: str(first[k]) for k in ("id", "method", "path", "query", "status", "route", "cache", "statements")}
    assert shown == {"id": "abc-1", "method": "GET", "path": "/echo", "query": "a=b", "status": "200", "route": "none",
                     "cache": "none", "statements": "0"}
    assert int(first["worker"]) == 0 and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first["time"])
    assert (second["method"], str(second["status"]), str(second["bytes"])) == ("HEAD", "304", "0")
    assert str(third["bytes"]) == "100000" and str(third["query"]) == ""


def test_the_times_of_the_stages_add_up(logging):
    probe = logging()
    probe.ask("/sleep/80")
    (e,) = written(probe.requests, 1)
    assert 80 <= e["mysql_ms"] <= e["ms"] and abs(sum(e[s] for s in STAGES) - e["ms"]) < 0.02, e


def test_a_deferred_request_has_one_line_with_its_wait(logging):
    probe = logging(workers=1)
    with probe.peer() as p:
        p.send(request("/defer/go"))
        wait_until(lambda: probe.metric("pool_requests_deferred") == 1)
        time.sleep(0.05)  # the wait that is measured
        probe.release("go")
        assert p.answer().status == 200
    (e,) = written(probe.requests, 1)
    assert e["path"] == "/defer/go" and e["status"] == 200 and 45 < e["deferred_ms"] <= e["ms"]
    assert abs(sum(e[s] for s in STAGES) - e["ms"]) < 0.02


HOSTILE = [b'/echo?"', b"/echo\\", b'/echo","status":999,"x":"', b"/echo\x01\x02\x1b[2J", b"/echo\x7f\x80\xff\xfe", "/echo/é☃".encode(),
           b"/echo\xc3", b"/echo' status=999 x='", b"/echo status=999", b"/echo?%22%00", b"/echo?" + b"x" * 5000, b"/echo" + b'"' * 3000,
           b"/echo\r\nGET /x", b"/echo\xe2\x80\xa8?\xed\xa0\x80", b"/echo?a=b&c==d?e"]


def test_hostile_paths_make_valid_lines(logging):
    probes = [(logging(request_log_format=form, workers=1), parse) for form, parse in (("json", json.loads), ("keyvalue", keyvalue))]
    for probe, parse in probes:
        for target in HOSTILE:
            with probe.peer() as p:
                parameters = [("REQUEST_METHOD", "GET"), ("REQUEST_URI", target), ("REQUEST_ID", b'x" y=1\n')]
                p.send(fcgi_client.begin(False) + fcgi_client.stream(fcgi_client.PARAMS, fcgi_client.pairs(parameters)) +
                       fcgi_client.record(fcgi_client.PARAMS) + fcgi_client.record(fcgi_client.STDIN))
                p.answer()
        found = written(probe.requests, len(HOSTILE), parse)
        assert len(found) == len(HOSTILE)
        for e, target in zip(found, HOSTILE):
            assert list(e)[:len(KEYS)] == KEYS and e["path"].startswith("/echo") and str(e["status"]) == "200", (target, e)
        assert max(map(len, probe.requests.read_bytes().splitlines())) < 4096
        assert [str(e.get("cut", "")).lower() for e in found].count("true") == 2


def test_only_slow_requests(logging):
    probe = logging(request_log_slow=150)
    for _ in range(20):
        probe.ask("/echo")
    probe.ask("/sleep/200")
    found = wait_until(lambda: (e := entries(probe.requests)) and e[-1]["path"] == "/sleep/200" and e, 10 * SLOW)
    assert [e["path"] for e in found if e["ms"] < 150] == []


def test_a_share_of_the_requests_and_every_slow_one(logging):
    probe = logging(request_log_sample="0.2", request_log_slow=1000 * SLOW)
    with probe.peer() as p:
        for _ in range(1500):
            p.ask("/echo")
    probe.ask(f"/sleep/{1000 * SLOW}")
    wait_until(lambda: entries(probe.requests)[-1]["path"].startswith("/sleep"), 10 * SLOW)
    assert 200 < len(entries(probe.requests)) - 1 < 400, "300 are expected; 100 is more than six standard deviations"
    wait_until(lambda: probe.metric("request_log_lines_total") == len(entries(probe.requests)), 10 * SLOW)


def test_off_writes_nothing(make_probe):
    probe = make_probe()
    probe.ask("/echo")
    assert probe.metric("request_log_lines_total") == 0
    ok, text = probe.control("reopen")
    assert not ok and text == "request_log = off: there is no file to reopen\n"


def test_standard_error_takes_the_lines_too(logging):
    probe = logging(request_log="stderr", request_log_format="keyvalue")
    probe.ask("/echo?x", request_id="abc")
    line = probe.wait_logged("id=abc ")
    assert keyvalue(line)["query"] == "x"


def test_a_full_disk_stops_no_request(logging):
    probe = logging(request_log="/dev/full")
    assert [probe.ask("/echo").status for _ in range(30)] == [200] * 30
    wait_until(lambda: probe.metric("request_log_lost_total") == 30, 10 * SLOW)
    assert probe.metric("request_log_lines_total") == 0
    assert "\nrequest log: 30 lines could not be written\n" in probe.diptych("status").stdout
    assert probe.logged("ERROR", "request log: /dev/full: No space left on device")
    assert len(re.findall("No space left", probe.log)) <= 2, "once for each worker and minute"


def test_a_file_that_cannot_be_opened_is_named(logging, make_probe):
    probe = make_probe(start=False, request_log="/dev/null/requests.log")
    probe.start(wait=False)
    probe.wait_logged('request_log = "/dev/null/requests.log": Not a directory')
    assert probe.pool.process.wait(10 * SLOW) == 1
    probe = logging()
    probe.write_config(request_log="/dev/null/requests.log")
    ok, text = probe.control("reload")
    assert not ok and text.startswith(f"{probe.config_path}:")
    assert 'request_log = "/dev/null/requests.log": Not a directory' in text
    probe.ask("/echo")
    assert len(written(probe.requests, 1)) == 1, "the old file is still in use"


def test_a_reload_takes_another_file_and_another_format(logging):
    probe = logging()
    probe.ask("/echo?1")
    other = probe.folder / "other.log"
    probe.write_config(request_log=other, request_log_format="keyvalue")
    assert probe.control("reload") == (True, "reloaded\n")
    probe.ask("/echo?2")
    assert [e["query"] for e in written(other, 1, keyvalue)] == ["2"] and [e["query"] for e in written(probe.requests, 1)] == ["1"]
    probe.write_config(request_log="off")
    assert probe.control("reload") == (True, "reloaded\n")
    probe.ask("/echo?3")
    assert len(entries(other, keyvalue)) == 1
    wait_until(lambda: not any(p in (str(probe.requests), str(other)) for p in open_files(probe)), 10 * SLOW)  # old workers leave


def open_files(probe):
    found = []
    for pid in [probe.pool.pid, *probe.pids()]:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has closed it, or has ended
            for fd in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(FileNotFoundError):
                    found.append(os.readlink(f"/proc/{pid}/fd/{fd}"))
    return found


def rotate(probe, n, ask):
    probe.requests.rename(probe.folder / f"requests.log.{n}")
    ask(probe)
    assert not any("requests.log." in path for path in open_files(probe)), "no process has the old file"


def by_command(probe):
    assert probe.diptych("reopen").stdout == "reopened\n"


def by_signal(probe):
    before = len(probe.log)
    os.kill(probe.pool.pid, signal.SIGUSR1)
    probe.wait_logged("all workers write to the new", after=before)


def test_rotation_under_load_loses_no_line(logging):
    probe = logging(workers=4)
    n = 0
    with load(lambda: probe.ask("/echo")) as counts:
        for n in range(1, 7):
            rotate(probe, n, by_command if n % 2 else by_signal)
            size = (probe.folder / f"requests.log.{n}").stat().st_size
            wait_until(lambda: probe.requests.stat().st_size > 0, 10 * SLOW)
            assert (probe.folder / f"requests.log.{n}").stat().st_size == size, "nobody writes to the old file any more"
            if n == 3:
                assert probe.control("scale 6")[0]
                assert probe.control("reload")[0]
            if n == 4:  # a worker that dies during a rotation leaves its copy of the descriptor behind
                os.kill(probe.workers()[0]["pid"], signal.SIGKILL)
    files = [probe.requests, *(probe.folder / f"requests.log.{i}" for i in range(1, n + 1))]
    wait_until(lambda: probe.status()["workers_busy"] == 0, 10 * SLOW)  # a line comes after its answer
    answered = probe.metric("requests_total")
    ids = [e["id"] for f in files for e in entries(f)]
    assert len(ids) == len(set(ids)) and abs(len(ids) - answered) <= 1, "one worker was killed"
    assert set(counts) <= {200, 0, "ConnectionResetError", "BrokenPipeError"} and counts[200] > 100


def test_a_stopped_worker_holds_a_rotation_up_but_no_request(logging):
    probe = logging(workers=3)
    probe.wait_workers(3)
    stopped = probe.workers()[1]["pid"]
    os.kill(stopped, signal.SIGSTOP)
    probe.requests.rename(probe.folder / "requests.log.1")
    with probe.asking("reopen") as asked:
        for _ in range(5):
            assert probe.ask("/echo").status == 200
        os.kill(stopped, signal.SIGCONT)
        assert asked.answer() == (True, "reopened\n")
    files = (probe.requests, probe.folder / "requests.log.1")
    wait_until(lambda: sum(len(entries(f)) for f in files) == 5, 10 * SLOW)  # a line comes after its answer


def test_a_file_that_vanished_with_its_folder(logging):
    probe = logging()
    folder = probe.folder / "logs"
    folder.mkdir()
    probe.write_config(request_log=folder / "requests.log")
    assert probe.control("reload")[0]
    folder.rename(probe.folder / "moved")
    ok, text = probe.control("reopen")
    assert not ok and "No such file or directory: let the account of the pool" in text
    probe.ask("/echo")
    assert len(written(probe.folder / "moved/requests.log", 1)) == 1, "the old file is still in use"


@pytest.mark.skipif(not shutil.which("logrotate", path=os.environ["PATH"] + ":/usr/sbin"), reason="logrotate is not installed")
def test_the_file_for_logrotate_that_the_package_installs(logging):
    """It compresses at once, so a line that came late would be lost."""
    probe = logging(workers=3)
    folder = probe.folder / "logs"
    folder.mkdir(mode=0o750)
    requests = folder / "requests.log"
    probe.write_config(request_log=requests)
    assert probe.control("reload")[0]
    rules = (TOP / "debian/diptych.logrotate").read_text()
    assert "/var/log/diptych/*.log" in rules and "/usr/bin/diptych reopen" in rules
    conf = probe.folder / "logrotate.conf"
    conf.write_text(rules.replace("/var/log/diptych/", f"{folder}/").replace("/usr/bin/diptych reopen",
                                                                             f"{BINARY} reopen --config {probe.config_path}"))
    conf.chmod(0o644)
    with load(lambda: probe.ask("/echo"), threads=2):
        for n in (1, 2, 3):
            wait_until(lambda: requests.exists() and requests.stat().st_size > 0, 10 * SLOW)
            done = subprocess.run(["logrotate", "-f", "-s", probe.folder / "state", conf], capture_output=True, text=True,
                                  env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"})
            assert done.returncode == 0 and not done.stdout + done.stderr, done
            assert (folder / f"requests.log.{n}.gz").exists()
    wait_until(lambda: probe.status()["workers_busy"] == 0, 10 * SLOW)
    texts = [requests.read_text(), *(gzip.open(f, "rt").read() for f in folder.glob("*.gz"))]
    ids = [json.loads(line)["id"] for text in texts for line in text.splitlines()]
    assert len(ids) == len(set(ids)) == probe.metric("requests_total")

"""diptych status --watch on a real terminal, and what status tells of each process."""
import contextlib
import fcntl
import json
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pytest

from lib.daemon import process_state, wait_until
from lib.fcgi_client import request
from lib.probe import load, make_probe, probe  # noqa: F401 (fixtures)
from lib.servers import BINARY, SLOW
from lib.stopwatch import elapsed, moment

ESCAPE = re.compile(r"\x1b\[\??[0-9;]*[A-Za-z]")
KNOWN = re.compile(r"\x1b\[(?:H|K|J|2J|\?1049[hl]|\?25[hl]|[0-9;]*m)")


class Terminal:
    """`diptych status --watch` on a pseudo-terminal."""

    def __init__(self, probe, columns=80, rows=24, more=(), **env):
        self.master, slave = os.openpty()
        self.slave = slave
        self.resize(columns, rows)
        self.before = termios.tcgetattr(slave)
        self.raw = ""
        environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR" and not k.startswith("LC_")}
        environment |= {"TERM": "xterm", "LANG": "C.UTF-8", **env}

        def control():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        self.process = subprocess.Popen([BINARY, "status", "--watch", *more, "--config", probe.config_path], stdin=slave, stdout=slave,
                                        stderr=slave, env=environment, preexec_fn=control)

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, wait=0.05):
        while select.select([self.master], [], [], wait)[0]:
            self.raw += os.read(self.master, 65536).decode(errors="replace")

    def frames(self):
        """Complete frames: each is the list of its lines.  A frame is complete when the next byte of it cannot come any more."""
        self.read()
        parts = self.raw.split("\x1b[H")[1:]
        return [[ESCAPE.sub("", line) for line in part.split("\x1b[?25h")[0].replace("\r", "").split("\n")] for part in parts]

    def wait(self, *words, timeout=10):
        """The first frame that is written from now on and has all the words."""
        seen = len(self.frames())

        def there():
            for frame in self.frames()[seen:]:
                if all(any(w in line for line in frame) for w in words):
                    return frame
            assert self.process.poll() is None, self.raw[-2000:]
        return wait_until(there, timeout * SLOW, f"{words} in the frames; the last one: {self.frames()[-1:]}")

    def type(self, keys):
        os.write(self.master, keys)

    def ended(self):
        """The exit status, once the program has ended with the terminal as it was before."""
        status = self.process.wait(10 * SLOW)
        self.read()
        assert self.raw.endswith("\x1b[?25h\x1b[?1049l") or "\x1b[?25h\x1b[?1049l" in self.raw[-60:], self.raw[-100:]
        assert termios.tcgetattr(self.slave) == self.before, "keys are echoed again"
        return status

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def watch():
    with contextlib.ExitStack() as stack:
        def start(*args, **kw):
            terminal = Terminal(*args, **kw)
            stack.callback(terminal.close)
            return terminal
        yield start


@pytest.mark.parametrize("end", ["q", "Q", "ctrl-c", "TERM"])
def test_it_shows_the_pool_and_gives_the_terminal_back(probe, watch, end):
    t = watch(probe)
    frame = t.wait("requests", "2 of 2 workers")
    assert frame[0].startswith("diptych") and re.search(r"up \d+s   \d\d:\d\d:\d\d UTC$", frame[0])
    assert all(len(line) <= 80 for line in frame) and len(frame) <= 24
    pids = {str(w["pid"]) for w in probe.workers()}
    assert pids <= {word for line in frame for word in line.split()}
    assert KNOWN.sub("", t.raw).count("\x1b") == 0
    if end == "TERM":
        t.process.terminate()
    else:
        t.type({"q": b"q", "Q": b"Q", "ctrl-c": b"\x03"}[end])
    assert t.ended() == 0


def test_it_counts_requests_by_the_second_and_shows_what_runs(probe, watch):
    t = watch(probe)
    with load(lambda: probe.ask("/echo"), threads=2):
        wait_until(lambda: any(re.search(r"^requests +(\d[\d,.]*k?)/s", line) and not line.startswith("requests   0/s")
                               for f in t.frames() for line in f), 15 * SLOW)
    with probe.peer() as p:
        p.send(request("/wait/go?x=\x1b[31m"))
        frame = t.wait(" ms /wait/go?x=%1B[31m, database")
        assert any(re.search(r"  \d+ ms /wait/\S+, database$", line) for line in frame)
        probe.release("go")
        assert p.answer().status == 200


def test_a_resized_terminal_is_filled_at_once(probe, watch):
    probe.control("scale 30")
    probe.wait_workers(30)
    t = watch(probe, columns=80, rows=24, more=["60"])  # the next frame by itself comes after a minute
    wait_until(lambda: any(" more, 0 busy" in line for frame in t.frames() for line in frame), 10 * SLOW)
    for columns, rows in ((132, 60), (60, 12), (30, 6), (80, 24)):
        t.resize(columns, rows)
        os.kill(t.process.pid, signal.SIGWINCH)

        def resized():
            frame = t.frames()[-1]
            return frame if len(frame) <= rows and max(map(len, frame)) <= columns and (rows < 60 or len(frame) > 35) else None
        frame = wait_until(resized, 10 * SLOW, f"a frame of {columns} x {rows}")
    t.type(b"q")
    assert t.ended() == 0


def test_a_pool_that_goes_away_and_comes_back(probe, watch):
    t = watch(probe)
    t.wait("2 of 2 workers")
    probe.pool.stop()
    frame = t.wait("no answer since", "no pool runs on")
    assert not any("workers" in line for line in frame)
    t.wait("no answer since")
    probe.start()
    t.wait("the pool answers again since", "2 of 2 workers", timeout=20)
    assert not any(re.search(r"^requests +-\d", line) for f in t.frames() for line in f), "no rate across the restart"
    t.type(b"q")
    assert t.ended() == 0


def test_a_stopped_master_does_not_hold_the_keys_up(probe, watch):
    t = watch(probe)
    t.wait("2 of 2 workers")
    os.kill(probe.pool.pid, signal.SIGSTOP)
    try:
        t.wait("no answer since", "no answer from the pool")
        t.type(b"q")
        assert t.ended() == 0
    finally:
        os.kill(probe.pool.pid, signal.SIGCONT)


def test_ctrl_z_gives_the_terminal_back_meanwhile(probe, watch):
    t = watch(probe)
    t.wait("2 of 2 workers")
    t.type(b"\x1a")
    wait_until(lambda: process_state(t.process.pid) == "T", 10 * SLOW)
    assert termios.tcgetattr(t.slave) == t.before
    os.kill(t.process.pid, signal.SIGCONT)
    t.wait("2 of 2 workers")
    t.type(b"q")
    assert t.ended() == 0


def test_no_colour_and_no_unicode_where_they_are_not_wanted(probe, watch):
    plain = watch(probe, NO_COLOR="1", LANG="C")
    plain.wait("2 of 2 workers")
    assert "m" not in {m[-1] for m in ESCAPE.findall(plain.raw)} and plain.raw.isascii()
    coloured = watch(probe)
    coloured.wait("2 of 2 workers")
    assert "\x1b[32m" in coloured.raw and "░" in coloured.raw


@pytest.mark.parametrize("how", ["pipe", "dumb"])
def test_without_a_terminal_a_block_is_printed_for_each_interval(probe, how):
    env = {**os.environ, "TERM": "dumb", "LC_ALL": "C"}
    master, slave = os.openpty() if how == "dumb" else (None, subprocess.PIPE)
    p = subprocess.Popen([BINARY, "status", "--watch", "1", "--config", probe.config_path], stdout=slave, stdin=subprocess.DEVNULL, env=env)
    reader, text = master if how == "dumb" else p.stdout.fileno(), ""
    end = time.monotonic() + 20 * SLOW
    while text.replace("\r", "").count("\n\ndiptych") < 2 and time.monotonic() < end:
        text += os.read(reader, 65536).decode()
    p.send_signal(signal.SIGINT)
    assert p.wait(10 * SLOW) == 0
    blocks = text.replace("\r", "").split("\n\ndiptych")
    assert len(blocks) >= 3 and "\x1b" not in text
    assert "requests   -/s" in blocks[0] and re.search(r"^requests +[\d.]+/s", blocks[1], re.M)
    if how == "dumb":
        os.close(master)
        os.close(slave)
    else:
        p.stdout.close()


def test_a_reader_that_leaves_ends_it(probe):
    p = subprocess.Popen([BINARY, "status", "--watch", "--config", probe.config_path], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    os.read(p.stdout.fileno(), 100)
    p.stdout.close()
    assert p.wait(10 * SLOW) in (0, -signal.SIGPIPE, 1)


def test_wrong_arguments(probe):
    for words, wrong in ((["--watch", "0"], "--watch 0"), (["--watch", "x"], "--watch x"), (["--watch", "1", "2"], "2"),
                         (["--json", "--watch"], "--watch"), (["--watch", "3601"], "--watch 3601"), (["-w"], "-w")):
        done = probe.diptych("status", *words)
        usage = "usage: diptych status [--json | --watch [SECONDS]] [--config FILE]\n"
        assert done.returncode == 2 and done.stderr == f'{usage}not understood: "{wrong}"\n', words


# ---- what status tells of processes

def private_bytes(pid):
    resident, shared = map(int, open(f"/proc/{pid}/statm").read().split()[1:3])
    return (resident - shared) * os.sysconf("SC_PAGESIZE")


def test_age_memory_and_restarts_of_each_worker(probe):
    probe.wait_workers(2)
    status = probe.status()
    for p in [*status["workers"], status["watcher"], status["master"]]:
        assert abs(p["memory_bytes"] - private_bytes(p["pid"])) < 2 << 20 and p["memory_bytes"] > 0
    victim = status["workers"][0]
    os.kill(victim["pid"], signal.SIGKILL)

    def replaced():
        return next((w for w in probe.status()["workers"] if w["worker"] == victim["worker"] and w["pid"] != victim["pid"]), None)
    new = wait_until(replaced, 10 * SLOW)
    assert new["restarts"] == 1 and new["age_ms"] < probe.status()["uptime_ms"]
    assert probe.control("reload")[0] and probe.control("scale 3")[0]
    assert sum(w["restarts"] for w in probe.status()["workers"]) <= 1, "a reload and scaling are no restarts"
    # For a moment after the reload no watcher runs.
    text = wait_until(lambda: "\nready: yes\n" in (t := probe.diptych("status").stdout) and re.search(
        r"^watcher: \d+, idle, age \d+s, memory [\d.]+ [kM]B$", t, re.M) and t, 10 * SLOW)
    assert re.search(r"^worker +pid state +age +memory restarts +requests  doing$", text, re.M)
    assert re.search(r"^ +\d+ +\d+ ready +\ds +[\d.]+ [kM]B +\d +\d+  idle$", text, re.M), text


def test_memory_is_told_within_50_ms_while_workers_are_stopped(make_probe):
    probe = make_probe(workers=40)
    probe.wait_workers(40)
    for w in probe.workers():
        os.kill(w["pid"], signal.SIGSTOP)
    times = []
    for _ in range(10):
        began = moment()
        status = probe.status()
        times.append(elapsed(began))
    assert sorted(times)[5] < 0.05 * SLOW and len(status["workers"]) == 40 and all(w["memory_bytes"] for w in status["workers"])


def test_readiness_and_why(make_site):
    site = make_site()
    status = wait_until(lambda: (s := json.loads(site.diptych("status", "--json").stdout))["ready"] and s, 20 * SLOW)
    assert status["ready_why"] == "" and "\nready: yes\n" in site.diptych("status").stdout
    site.database.stop()

    def same():
        """The reason may be another one at the next attempt to connect."""
        status = json.loads(site.diptych("status", "--json").stdout)
        assert status["ready"] or status["ready_why"]
        return not status["ready"] and site.http("GET", "/readyz").text.strip().endswith(status["ready_why"])
    wait_until(same, 20 * SLOW)
    assert "\nready: no: " in site.diptych("status").stdout

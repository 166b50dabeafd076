"""A pool that serves test hooks (tests/live/pool_probe.c), without a database and memcached.

    probe = Probe(workers=3).start()
    probe.ask("/echo")                          one FastCGI request on its own connection
    probe.status()                              diptych status --json as a dict
    probe.web()                                 nginx with the shipped configuration in front of the pool
"""
import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import threading

import pytest

from . import fcgi_client
from .daemon import Daemon, freeze, process_state, wait_until
from .servers import BUILD, ENVIRONMENT, SLOW, Web, configuration_text, diptych, short_folder


def build():
    if not os.environ.get("DIPTYCH_PROBE_BUILT"):
        with open(BUILD / ".probe-lock", "w") as lock:  # several test processes may build at the same time
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = subprocess.run(["make", "-s", "-C", BUILD, "pool_probe"], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        os.environ["DIPTYCH_PROBE_BUILT"] = "1"
    return BUILD / "pool_probe"


class Probe:
    def __init__(self, prefix=(), env=None, **config):
        self.folder = short_folder("dp-p-")
        self.socket = self.folder / "diptych.sock"
        self.config_path = self.folder / "diptych.conf"
        self.config = {"listen": self.socket, "control": self.folder / "control.sock", "state_dir": self.folder,
                       "pid_file": self.folder / "diptych.pid", "workers": 2, "site_name": "first",
                       "log_level": "debug", **config}
        self.write_config()
        self.pool = Daemon("pool_probe", [*prefix, build(), self.config_path], self.folder / "diptych.log",
                           env={**ENVIRONMENT, **(env or {})})
        self.webs = []

    # ---- life

    def write_config(self, **changes):
        """Replaces the file in one step, because a reload may read it at any moment."""
        self.config.update(changes)
        new = self.config_path.with_suffix(".new")
        new.write_text(configuration_text(self.config))
        new.rename(self.config_path)

    @property
    def address(self):
        listen = str(self.config["listen"])
        return listen if "/" in listen else ("127.0.0.1", int(listen.split(":")[1]))

    def start(self, wait=True):
        self.pool.start()
        if wait:
            self.pool.wait_ready(lambda: self.logged("INFO master", "serving"), 30 * SLOW)
        return self

    def web(self, **kw):
        web = Web(self.folder, f"unix:{self.socket}", **kw).start()
        self.webs.append(web)
        return web

    def stop(self):
        try:
            for web in self.webs:
                web.stop()
            self.thaw_all()
            self.pool.stop(20 * SLOW)
        finally:
            self.pool.kill()

    def thaw_all(self):
        """Continues only stopped processes, because a SIGCONT at exit disturbs LeakSanitizer."""
        for pid in self.pids() if self.pool.alive() else []:
            with contextlib.suppress(OSError):
                if process_state(pid) == "T":
                    os.kill(pid, signal.SIGCONT)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- log, status and control socket

    @property
    def log(self):
        return self.pool.log.read_text(errors="replace") if self.pool.log.exists() else ""

    def logged(self, *words, after=0):
        """The first log line with all words, after the first `after` characters of the log."""
        for line in self.log[after:].splitlines():
            if all(w in line for w in words):
                return line
        return None

    def wait_logged(self, *words, after=0, timeout=10):
        return wait_until(lambda: self.logged(*words, after=after), timeout * SLOW, f"the log to say {words}")

    def diptych(self, *args, **kw):
        return diptych(*args, config=self.config_path, **kw)

    def control(self, line, timeout=10):
        """Sends one line to the control socket; returns (ok, text)."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(timeout * SLOW)
            s.connect(str(self.config["control"]))
            s.sendall(line.encode() + b"\n")
            received = b""
            while part := s.recv(65536):
                received += part
        first, _, rest = received.decode().partition("\n")
        return first == "ok", rest

    @contextlib.contextmanager
    def asking(self, line, timeout=30):
        """Sends a command and runs the block before its answer is read: answer() returns (ok, text)."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(timeout * SLOW)
            s.connect(str(self.config["control"]))
            s.sendall(line.encode() + b"\n")

            class Asked:
                @staticmethod
                def answer():
                    first, _, rest = b"".join(iter(lambda: s.recv(65536), b"")).decode().partition("\n")
                    return first == "ok", rest
            yield Asked

    def status(self):
        ok, text = self.control("status json")
        assert ok, text
        return json.loads(text)

    def metric(self, name):
        _, text = self.control("metrics")
        return next(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.rsplit(" ", 1)[0] == f"diptych_{name}")

    def counted(self, n, timeout=10):
        """Waits until n requests are counted, and fails when there are more: a request is counted after its answer is out."""
        wait_until(lambda: self.metric("requests_total") >= n, timeout * SLOW, f"{n} answers to be counted")
        assert self.metric("requests_total") == n

    def restarts(self, reason, process="worker"):
        return self.metric(f'pool_restarts_total{{process="{process}",reason="{reason}"}}')

    def workers(self):
        """The status entries of workers that take requests."""
        return [w for w in self.status()["workers"] if w["state"] == "ready"]

    def wait_workers(self, count, timeout=10):
        """Waits until there are `count` workers, all ready; returns their entries."""
        def there():
            workers = self.status()["workers"]
            return workers if len(workers) == count and all(w["state"] == "ready" for w in workers) else None
        return wait_until(there, timeout * SLOW, f"{count} ready workers")

    def busy(self, target, count=1, timeout=10):
        """Waits until `count` workers process this request; returns their entries."""
        def there():
            found = [w for w in self.status()["workers"] if w["request"] and w["request"].endswith(" " + target)]
            return found if len(found) >= count else None
        return wait_until(there, timeout * SLOW, f"{count} workers with {target}")

    def occupied(self, target, count):
        """Peers whose requests are processed, each by a worker of its own: a worker may accept several peers that wait."""
        peers = []
        for n in range(1, count + 1):
            peers.append(self.peer().send(fcgi_client.request(target)))
            self.busy(target, n)
        return peers

    def stopped_idle(self, pid):
        """Stops a worker between two requests; false: it has one, and goes on."""
        freeze(pid)
        if not next((w["busy"] for w in self.status()["workers"] if w["pid"] == pid), True):
            return True
        os.kill(pid, signal.SIGCONT)
        return False

    def pids(self):
        """All children of the master, including zombies."""
        with open(f"/proc/{self.pool.pid}/task/{self.pool.pid}/children") as f:
            return [int(pid) for pid in f.read().split()]

    # ---- requests

    def peer(self, timeout=10):
        return fcgi_client.Peer(self.address, timeout * SLOW)

    def ask(self, *args, **kw):
        kw.setdefault("keep", False)
        with self.peer() as p:
            return p.ask(*args, **kw)

    def release(self, name):
        """Lets requests to /wait/NAME continue."""
        (self.folder / name).touch()


class Load(threading.Thread):
    """Sends requests through nginx or to the pool, one after the other, until stop(); counts their statuses."""

    def __init__(self, ask):
        super().__init__(daemon=True)
        self.ask, self.counts, self.halt = ask, {}, threading.Event()
        self.start()

    def run(self):
        while not self.halt.is_set():
            try:
                status = self.ask().status
            except OSError as e:
                status = type(e).__name__
            self.counts[status] = self.counts.get(status, 0) + 1

    def stop(self):
        self.halt.set()
        self.join(60)
        return self.counts


@contextlib.contextmanager
def load(ask, threads=4):
    """Runs `ask` in threads during the block; yields a dict that afterwards holds the counts of statuses."""
    counts = {}
    running = [Load(ask) for _ in range(threads)]
    try:
        yield counts
    finally:
        for thread in running:
            for status, n in thread.stop().items():
                counts[status] = counts.get(status, 0) + n


@pytest.fixture
def make_probe(request):
    """A function that starts probes: make_probe(workers=3).  The report of a failed test ends with their logs."""
    probes = []

    def make(start=True, **kw):
        probes.append(Probe(**kw))
        return probes[-1].start() if start else probes[-1]

    failed = request.session.testsfailed
    yield make
    for probe in probes:
        try:
            probe.stop()
        finally:
            if request.session.testsfailed > failed:
                print(probe.pool.tail(60))
            probe.remove()


@pytest.fixture
def probe(make_probe):
    return make_probe()

"""Starts and stops one server process by its pid.

A daemon runs in the foreground as a child of the test process and writes to its own log file.  The kernel
sends it SIGTERM when the test process dies, so an interrupted run leaves no server behind.
"""
import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

from .stopwatch import elapsed, moment

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def wait_until(predicate, timeout=10, what=None):
    """Waits until `predicate` is true and returns its value; fails after `timeout` seconds, which are longer on a busy machine."""
    began = moment()
    pause = 0.002
    while True:
        value = predicate()
        if value:
            return value
        if elapsed(began) > timeout or time.monotonic() > began + 10 * timeout + 10:
            raise AssertionError(f"waited {timeout} s in vain for {what or predicate}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


def process_state(pid):
    """The state letter of the kernel; T means stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def ended(pid):
    """Also of a process that nobody has waited for yet."""
    try:
        return process_state(pid) == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def freeze(pid):
    """Stops a process and waits until it is stopped."""
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: process_state(pid) == "T", what=f"process {pid} to stand still")


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Daemon:
    def __init__(self, name, argv, log, env=None):
        self.name, self.argv, self.log = name, [str(a) for a in argv], Path(log)
        self.env = env
        self.process = None
        self.frozen = False

    def start(self):
        assert not self.alive(), f"{self.name} runs already"
        self.frozen = False
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env=None if self.env is None else {**os.environ, **self.env},
                preexec_fn=_die_with_parent)
        return self

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def freeze(self):
        freeze(self.pid)
        self.frozen = True

    def thaw(self):
        os.kill(self.pid, signal.SIGCONT)
        self.frozen = False

    def signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        """SIGKILL; waits until the process is gone."""
        if self.alive():
            self.process.kill()
            self.process.wait()

    def stop(self, timeout=20):
        """SIGTERM, then SIGKILL and a failure after `timeout` seconds.  Returns the exit code."""
        if not self.alive():
            return self.process.returncode if self.process else None
        if self.frozen:
            self.thaw()
        self.process.terminate()
        began = moment()
        while elapsed(began) < timeout and time.monotonic() < began + 10 * timeout:
            try:
                return self.process.wait(max(0.1, timeout - elapsed(began)))
            except subprocess.TimeoutExpired:
                pass  # longer on a busy machine
        self.kill()
        raise AssertionError(f"{self.name} did not end within {timeout} s of TERM\n{self.tail()}")

    def tail(self, lines=40):
        try:
            text = self.log.read_text(errors="replace").splitlines()
        except OSError:
            return f"--- {self.name}: no log\n"
        return f"--- {self.log} (last {lines} lines)\n" + "\n".join(text[-lines:]) + "\n"

    def wait_ready(self, predicate, timeout=30):
        """Waits for `predicate`; fails with the log as soon as the process ends."""
        def ready():
            if not self.alive():
                raise AssertionError(f"{self.name} ended with {self.process.returncode}\n{self.tail()}")
            return predicate()
        try:
            return wait_until(ready, timeout, f"{self.name} to answer")
        except AssertionError as e:
            raise AssertionError(f"{e}\n{self.tail()}") from None

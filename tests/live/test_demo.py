"""./demo as its users know it: one command, a page, and nothing left behind.

The packages are there and ./build is made when these tests run, so what is tested is everything after.
"""
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pymysql
import pytest

from lib import http
from lib.servers import TOP, free_port, short_folder, wait_until
from lib.stopwatch import elapsed, moment

PAGE = "/compare/kafka-vs-kubernetes"
FILES = {"mysql.sock", "memcached.sock", "diptych.sock", "control.sock", "diptych.conf", "nginx.conf",
         "mysql.pid", "memcached.pid", "nginx.pid", "diptych.pid", "log"}

pytestmark = pytest.mark.demo


class Demo:
    def __init__(self, folder):
        self.folder, self.port = folder, free_port()

    def command(self, *arguments, timeout=120):
        return subprocess.run([TOP / "demo", *arguments, "--dir", self.folder], cwd=TOP, capture_output=True,
                              text=True, timeout=timeout, stdin=subprocess.DEVNULL)

    def detach(self):
        done = self.command("--port", str(self.port), "--detach")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def foreground(self):
        """A process of its own group, as a terminal would have it; returns when the address was printed."""
        # A shell that runs the tests in the background ignores SIGINT, nohup SIGHUP, and so would its children.
        process = subprocess.Popen([TOP / "demo", "--port", str(self.port), "--dir", self.folder], cwd=TOP, text=True,
                                   preexec_fn=lambda: [signal.signal(s, signal.SIG_DFL) for s in
                                                       (signal.SIGINT, signal.SIGHUP)],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        seen = []
        for line in process.stdout:
            seen.append(line)
            if "Ctrl-C" in line:
                return process
        raise AssertionError("".join(seen))

    def page(self):
        return http.request(self.port, "GET", PAGE)

    def pids(self):
        return {name: int((self.folder / f"{name}.pid").read_text()) for name in ("mysql", "memcached", "nginx", "diptych")}

    def processes(self):
        """Everything that runs with this folder on its command line."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = path.read_bytes()
            except OSError:
                continue
            if os.fsencode(self.folder) + b"/" in line:
                found.append(line)
        return found

    def listens(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def assert_nothing_left(self):
        wait_until(lambda: not self.processes(), 5, "all processes to be gone")
        assert not self.listens()
        assert not list(self.folder.glob("*.sock")) and not list(self.folder.glob("*.pid"))


@pytest.fixture
def demo():
    demo = Demo(short_folder("dp-demo-"))
    yield demo
    demo.command("stop")
    shutil.rmtree(demo.folder)


def test_detached_then_stopped_then_again(demo):
    output = demo.detach()
    assert f"http://127.0.0.1:{demo.port}{PAGE}" in output
    answer = demo.page()
    assert answer.status == 200
    assert re.search(r"<h1\b.*Kafka.* vs .*Kubernetes", answer.text, re.S)
    assert FILES <= {p.name for p in demo.folder.iterdir()}
    assert len(set(demo.pids().values())) == 4

    # what was written is in order, and other languages can be tried
    configuration = demo.folder / "diptych.conf"
    assert configuration.stat().st_mode & 0o077 == 0
    german = demo.folder / "german.conf"
    german.write_text(configuration.read_text() + 'lang = "de"\n')
    page = subprocess.run([TOP / "build/diptych", "render", PAGE, "--config", german], capture_output=True, text=True, check=True)
    assert '<html lang="de"' in page.stdout

    # root reaches the database over the socket, and an editor's row the page
    connection = pymysql.connect(unix_socket=str(demo.folder / "mysql.sock"), user="root", database="diptych", autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE product SET name = 'Kafka Renamed' WHERE slug = 'kafka'")
        cursor.execute("SELECT @@tmpdir")  # a server of somebody else that starts deletes temporary tables in /tmp
        assert cursor.fetchone() == (str(demo.folder / "tmp"),)
    connection.close()
    wait_until(lambda: "Kafka Renamed" in demo.page().text, 5, "the edit to show")

    again = demo.command("--port", str(demo.port), "--detach")
    assert again.returncode == 0 and "already running" in again.stdout
    other = demo.command("--port", str(free_port()))
    assert other.returncode == 1 and "./demo stop --dir" in other.stderr

    assert demo.command("stop").returncode == 0
    demo.assert_nothing_left()

    # the second run uses the data again, and takes seconds
    began = moment()
    demo.detach()
    assert elapsed(began) < 20
    assert "Kafka Renamed" in demo.page().text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
def test_ended_in_the_foreground_nothing_is_left(demo, number):
    process = demo.foreground()
    assert demo.page().status == 200
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does it
    else:
        process.send_signal(number)
    process.communicate(timeout=60)
    demo.assert_nothing_left()


def test_a_server_that_dies_ends_the_demo_with_its_name(demo):
    process = demo.foreground()
    os.kill(demo.pids()["memcached"], signal.SIGKILL)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1 and "memcached has ended" in output
    demo.assert_nothing_left()


def test_what_kill_9_leaves_is_named_and_stopped(demo):
    demo.detach()
    pids = demo.pids()
    for pid in pids.values():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not demo.processes(), 5, "the killed to be gone")
    assert demo.listens()  # nginx's workers do not end, and keep the port

    def refused():
        """The pool's workers end by themselves.  Until then they are named too."""
        done = demo.command("--port", str(demo.port), "--detach")
        assert done.returncode == 1 and "./demo stop --dir" in done.stderr
        return "(nginx, at " in done.stderr
    wait_until(refused, 10, "the pool's workers to end")
    assert "stopped: nginx" in demo.command("stop").stdout
    demo.assert_nothing_left()
    demo.detach()
    assert demo.page().status == 200


def test_a_taken_port_is_said_before_any_work(demo):
    with socket.socket() as s:
        s.bind(("127.0.0.1", demo.port))
        s.listen()
        done = demo.command("--port", str(demo.port))
    assert done.returncode == 1
    assert f"port {demo.port} is taken" in done.stderr and "--port" in done.stderr
    assert not list(demo.folder.iterdir())


@pytest.mark.parametrize("detach", [[], ["--detach"]], ids=["", "detached"])
def test_the_advice_repeats_the_options(tmp_path, detach):
    folder = tmp_path / "a folder"
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        port = s.getsockname()[1]
        done = subprocess.run([TOP / "demo", *detach, "--dir", folder, "--port", str(port)], capture_output=True, text=True)
    advice = re.search(r"Choose another one: (.*)", done.stderr)[1]
    assert shlex.split(advice) == ["./demo", "--port", str(port + 1 if port < 65535 else 8081), "--dir", str(folder), *detach]
    assert not folder.exists()


@pytest.mark.parametrize("arguments, word", [
    (["--port", "http"], "--port"), (["--port", "70000"], "--port"), (["--colour"], "--colour"),
    (["--dir", "/tmp/" + "x" * 100], "too long"), (["--dir", "/proc/none"], "--dir"), (["stop", "--dir", "/tmp/none"], "/tmp/none"),
])
def test_mistakes_say_what_to_do(arguments, word):
    if "--port" not in arguments and arguments[0] != "stop":
        arguments = [*arguments, "--port", str(free_port())]
    done = subprocess.run([TOP / "demo", *arguments], cwd=TOP, capture_output=True, text=True, timeout=60)
    assert done.returncode in (1, 2) and word in done.stderr

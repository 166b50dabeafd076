"""Starting and stopping: sockets, signals, the service manager."""
import os
import re
import signal
import socket
import stat
import subprocess
import threading
import time

import pytest

from lib.daemon import wait_until
from lib.fcgi_client import Peer, request
from lib.probe import Probe, load, make_probe, probe  # noqa: F401 (fixtures)
from lib.servers import SLOW
from lib.stopwatch import elapsed, moment


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_a_stop_answers_what_was_accepted_and_ends_with_0(probe, number):
    running, queued = probe.occupied("/wait/go", 2), [probe.peer() for _ in range(20)]
    for p in queued:
        p.send(request("/echo"))
    probe.pool.signal(number)
    wait_until(lambda: not probe.socket.exists())
    with pytest.raises((FileNotFoundError, ConnectionRefusedError)):
        probe.peer()
    probe.release("go")
    for p in running + queued:
        answer = p.answer()
        assert answer.status == 200 and answer.whole
        p.close()
    assert probe.pool.process.wait(10 * SLOW) == 0
    assert not probe.socket.exists() and not (probe.folder / "diptych.pid").exists()
    assert not (probe.folder / "control.sock").exists()


def test_a_stop_under_load_fails_no_accepted_request(probe):
    """50 visitors on kept connections: every request that was written is answered or refused unread."""
    torn, answered, go = [], [], threading.Event()

    def visit():
        go.wait()
        while True:
            try:
                peer = Peer(probe.socket)
            except OSError:
                return
            with peer as p:
                while True:
                    try:
                        p.send(request("/sleep/1"))
                    except OSError:
                        break
                    answer = p.answer()
                    (answered if answer.whole else torn).append(answer)
                    if not answer.whole or answer.said_last:
                        break

    visitors = [threading.Thread(target=visit) for _ in range(50)]
    for v in visitors:
        v.start()
    go.set()
    wait_until(lambda: len(answered) > 300)
    assert probe.pool.stop() == 0
    for v in visitors:
        v.join(10)
    assert not torn and all(a.status == 200 for a in answered)


def test_diptych_stop_returns_when_the_pool_is_gone(probe):
    done = probe.diptych("stop")
    assert (done.returncode, done.stdout) == (0, "stopped\n")
    assert probe.pool.process.wait(1 * SLOW) == 0
    gone = probe.diptych("stop")
    assert gone.returncode == 1 and "no pool runs on" in gone.stderr


def test_the_grace_bounds_the_stop(make_probe):
    probe = make_probe(stop_grace=400)
    with probe.peer() as p:
        p.send(request("/wait/never"))
        probe.busy("/wait/never")
        began = moment()
        assert probe.pool.stop() == 0
        assert time.monotonic() - began >= 0.4 and elapsed(began) < 1.5 * SLOW
    assert probe.logged("did not leave within 400 ms while GET /wait/never")


def test_the_socket_has_its_mode_at_once(probe):
    assert stat.S_IMODE(os.stat(probe.socket).st_mode) == 0o660
    assert stat.S_IMODE(os.stat(probe.folder / "control.sock").st_mode) == 0o600


def test_a_second_master_is_refused_and_harms_nothing(probe):
    second = subprocess.run(probe.pool.argv, capture_output=True, text=True, timeout=20 * SLOW)
    assert second.returncode == 1 and f"process {probe.pool.pid}" in second.stderr
    assert probe.ask("/echo").status == 200 and probe.control("status")[0]


def test_the_same_listen_path_of_another_configuration_is_refused(probe, make_probe):
    other = make_probe(start=False, listen=probe.socket)
    other.pool.start()
    assert other.pool.process.wait(10 * SLOW) == 1
    assert f"{probe.socket} is served by another diptych, process {probe.pool.pid}" in other.log
    assert probe.ask("/echo").status == 200


def test_a_stale_socket_is_replaced(make_probe):
    probe = make_probe(start=False)
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(probe.socket))
    assert probe.start().ask("/echo").status == 200


def test_another_program_s_socket_is_left_alone(make_probe):
    probe = make_probe(start=False)
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(probe.socket))
        s.listen()
        probe.pool.start()
        assert probe.pool.process.wait(10 * SLOW) == 1
        assert "another program listens on" in probe.log and probe.socket.exists()


def test_a_file_in_the_socket_s_place_is_left_alone(make_probe):
    probe = make_probe(start=False)
    probe.socket.write_text("precious")
    probe.pool.start()
    assert probe.pool.process.wait(10 * SLOW) == 1
    assert "is not a socket" in probe.log and probe.socket.read_text() == "precious"


def test_a_restart_is_seen_only_as_a_short_wait_under_socket_activation(make_probe):
    """As systemd does it: the socket is its own, and outlives the pool."""
    probe = make_probe(start=False)
    passed = probe.folder / "passed.sock"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(passed))
    listener.listen(128)

    def start():
        def pass_socket():
            os.dup2(listener.fileno(), 3)
            os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
            os.execv(probe.pool.argv[0], probe.pool.argv)
        with open(probe.pool.log, "ab") as out:
            probe.pool.process = subprocess.Popen(probe.pool.argv, stderr=out, pass_fds=(3,) if listener.fileno() == 3 else (),
                                                  close_fds=False, preexec_fn=pass_socket)
        wait_until(lambda: probe.control("status")[0] if (probe.folder / "control.sock").exists() else False)

    def ask(target):
        with Peer(passed, 10 * SLOW) as p:
            return p.ask(target, keep=False)

    start()
    assert probe.wait_logged("INFO master", f"serving {probe.folder}/passed.sock, which systemd holds, with 2 workers")
    with load(lambda: ask("/x"), threads=4) as counts:
        for _ in range(3):
            wait_until(lambda: probe.status()["metrics"]["requests"] > 50)
            assert probe.pool.stop() == 0
            assert passed.exists() and not probe.socket.exists(), "it is not ours to remove"
            start()
    assert set(counts) == {200}, counts
    probe.write_config(listen=probe.folder / "other.sock", backlog=7, socket_mode=0o600)
    assert probe.control("reload") == (True, "reloaded\n"), "these keys mean nothing to a socket that is passed"
    listener.close()


def test_a_socket_as_standard_input_is_served(make_probe):
    """As spawn-fcgi passes it."""
    probe = make_probe(start=False)
    passed = probe.folder / "passed.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(passed))
        listener.listen(128)
        with open(probe.pool.log, "ab") as out:
            probe.pool.process = subprocess.Popen(probe.pool.argv, stdin=listener, stderr=out)
    assert probe.wait_logged("INFO master", f"serving {passed}, which its starter holds, with 2 workers")
    with Peer(passed, 10 * SLOW) as p:
        assert p.ask("/echo", keep=False).status == 200
    assert os.readlink(f"/proc/{probe.pool.pid}/fd/0") == "/dev/null"
    assert probe.pool.stop() == 0
    assert passed.exists() and not probe.socket.exists()


def test_a_file_as_standard_input_is_no_socket(make_probe):
    probe = make_probe(start=False)
    with socket.socket(socket.AF_UNIX) as unbound, open(probe.pool.log, "ab") as out:
        probe.pool.process = subprocess.Popen(probe.pool.argv, stdin=unbound, stderr=out)
    assert probe.wait_logged("INFO master", f"serving {probe.socket} with 2 workers")


def test_the_watchdog_hears_the_master_until_it_hangs(make_probe):
    probe = make_probe(start=False)
    path = probe.folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(str(path))
        s.settimeout(10 * SLOW)
        probe.pool.env.update(NOTIFY_SOCKET=str(path), WATCHDOG_USEC="400000")
        probe.start()
        wait_until(lambda: s.recv(1000) == b"WATCHDOG=1")
        for worker in probe.status()["workers"]:
            os.kill(worker["pid"], signal.SIGSTOP)
        for _ in range(3):  # workers that hang are not the master's death
            wait_until(lambda: s.recv(1000) == b"WATCHDOG=1")
        os.kill(probe.pool.pid, signal.SIGSTOP)
        s.settimeout(1)
        with pytest.raises(TimeoutError):
            while True:
                s.recv(1000)
        os.kill(probe.pool.pid, signal.SIGCONT)
        s.settimeout(10 * SLOW)
        wait_until(lambda: s.recv(1000) == b"WATCHDOG=1")


def test_the_service_manager_is_told(make_probe):
    probe = make_probe(start=False)
    path = probe.folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(str(path))
        s.settimeout(10 * SLOW)
        probe.pool.env["NOTIFY_SOCKET"] = str(path)
        probe.start()
        assert s.recv(1000) == b"READY=1"
        probe.control("reload")
        assert s.recv(1000).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
        assert [s.recv(1000), s.recv(1000)] == [b"STATUS=serving", b"READY=1"]
        probe.config_path.write_text("nonsense = 1\n")
        probe.control("reload")
        assert s.recv(1000).startswith(b"RELOADING=1")
        assert b"refused" in s.recv(1000) and s.recv(1000) == b"READY=1"
        probe.pool.stop()
        assert s.recv(1000) == b"STOPPING=1"


@pytest.mark.parametrize("listen,says", [("nowhere:9000", "write the path of a UNIX socket"), ("1.2.3:80", "127.0.0.1:9000"),
                                         ("/nonexistent/x.sock", "make the folder"), ("/tmp/" + "x" * 110, "at most 107 bytes")])
def test_a_listen_address_that_cannot_work_is_explained(make_probe, listen, says):
    probe = make_probe(start=False, listen=listen)
    probe.pool.start()
    assert probe.pool.process.wait(10 * SLOW) == 1
    assert says in probe.log


def test_backends_are_nothing_to_the_start(make_probe):
    """The database is away (here: never was): the pool starts and serves what needs none."""
    probe = make_probe(mysql_socket="/nonexistent/mysql.sock", memcached="/nonexistent/memcached.sock",
                       cache_secret="0123456789abcdef")
    assert probe.ask("/echo").status == 200


def test_it_starts_without_standard_streams(make_probe):
    probe = make_probe(start=False)
    probe.pool.process = subprocess.Popen(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *probe.pool.argv])
    wait_until(lambda: (probe.folder / "diptych.pid").exists() and probe.socket.exists())
    assert probe.ask("/abort").status == 0
    wait_until(lambda: probe.ask("/echo").whole)


def test_a_log_that_nobody_reads_stops_nothing(make_probe):
    """A pipe that is full: lines are lost, requests are not."""
    probe = make_probe(start=False)
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(write_end, b"x" * 4096)
    os.set_blocking(write_end, True)
    probe.pool.process = subprocess.Popen(probe.pool.argv, stderr=write_end)
    wait_until(lambda: probe.socket.exists() and probe.ask("/echo").whole)
    assert probe.ask("/abort").status == 0 and probe.control("reload")[0]
    assert probe.ask("/echo").whole and probe.control("status")[0]
    lost = probe.metric("pool_log_lines_lost_total")
    assert lost >= 5, "the lines of the start, the death and the reload, of all processes"
    said = re.search(r"^log: (\d+) lines could not be written$", probe.diptych("status").stdout, re.M)
    assert said and int(said[1]) >= lost and probe.status()["pool"]["log_lines_lost"] >= int(said[1])
    assert probe.pool.stop() == 0
    os.close(read_end)
    os.close(write_end)

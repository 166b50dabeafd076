"""The file of a socket is removed while the pool runs: nobody could connect any more, so the pool makes it again."""
import os
import signal
import socket

from lib.fcgi_client import request
from lib.probe import make_probe, probe  # noqa: F401 (fixtures)
from lib.servers import SLOW, wait_until


def connects(path):
    with socket.socket(socket.AF_UNIX) as s:
        return s.connect_ex(str(path)) == 0


def test_the_socket_of_pages(probe):
    mode, before = probe.socket.stat().st_mode, {w["pid"] for w in probe.status()["workers"]}
    with probe.peer() as waiting:
        waiting.send(request("/wait/go"))
        probe.busy("/wait/go")
        probe.socket.unlink()
        probe.wait_logged(f"{probe.socket}: the file of this socket was removed, and nobody could connect: it was made again")
        assert probe.socket.stat().st_mode == mode
        with probe.peer() as new:
            assert new.send(request("/ok")).answer().status == 200
        probe.release("go")
        assert waiting.answer().status == 200
    wait_until(lambda: not before & {w["pid"] for w in probe.status()["workers"]}, 20 * SLOW)
    wait_until(lambda: [w["state"] for w in probe.status()["workers"]] == ["ready"] * len(before), 20 * SLOW)


def test_the_sockets_of_commands_and_metrics(make_probe):
    probe = make_probe(start=False)
    control, metrics = probe.config["control"], probe.folder / "metrics.sock"
    probe.config["metrics_listen"] = str(metrics)
    probe.write_config()
    probe.start()
    for path in (control, metrics):
        os.unlink(path)
        probe.wait_logged(f"{path}: the file of this socket was removed, and nobody could connect: it was made again")
    assert probe.diptych("status").returncode == 0

    def answered():
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10 * SLOW)
            s.connect(str(metrics))
            s.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            return s.recv(100).split(b" ")[1:2] == [b"200"]
    wait_until(answered, 20 * SLOW)
    assert probe.diptych("stop").returncode == 0
    assert not os.path.exists(control) and not metrics.exists()


def test_another_program_on_the_path_is_left_alone(probe):
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(f"{probe.socket}.other")
        other.listen(64)
        os.rename(f"{probe.socket}.other", probe.socket)
        probe.wait_logged("ERROR", f"{probe.socket}: the file of this socket was removed", "another program listens there: stop it")
        assert connects(probe.socket) and not probe.logged("it was made again")
    probe.wait_logged("it was made again")
    with probe.peer() as new:
        assert new.send(request("/ok")).answer().status == 200


def test_check_does_not_call_such_a_pool_ready(own_site):
    os.kill(own_site.pool.pid, signal.SIGSTOP)
    try:
        own_site.socket.unlink()
        done = own_site.diptych("check")
    finally:
        os.kill(own_site.pool.pid, signal.SIGCONT)
    assert done.returncode == 1
    assert f"listen     {own_site.socket}: process {own_site.pool.pid} should listen there, but nobody can connect" in done.stdout + done.stderr
    wait_until(lambda: own_site.diptych("check").returncode == 0, 20 * SLOW)

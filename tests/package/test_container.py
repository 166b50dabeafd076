"""The container: the steps of the Containerfile in a bare release, then the pool as the first process, not root."""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from machine import PATH, TOP

sys.path.insert(0, str(TOP / "tests/live"))
from lib.fcgi_client import Peer, request  # noqa: E402

ENVIRONMENT = {"DIPTYCH_SITE_NAME": "Contained", "DIPTYCH_BASE_URL": "http://contained.example", "DIPTYCH_WORKERS": "2",
               "DIPTYCH_MYSQL_HOST": "127.0.0.1", "DIPTYCH_MEMCACHED": "127.0.0.1:1",
               "DIPTYCH_CACHE_SECRET": "thirty-two random characters, 32", "PATH": PATH}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="module")
def contained(release, built):
    machine = release.machine("container")
    folder = machine.root / "package"
    folder.mkdir()
    for path in (*(built.root / "home/builder").glob("diptych_*.deb"), *(TOP / "scripts").glob("container*")):
        shutil.copy(path, folder)
    machine.run("/package/container-steps", "install", "/package")
    return machine


def wait(what, seconds=60):
    until = time.monotonic() + seconds
    while not (value := what()):
        assert time.monotonic() < until
        time.sleep(0.05)
    return value


def answer(port, target):
    try:
        with Peer(("127.0.0.1", port), 10) as p:
            return p.ask(target, keep=False)
    except OSError:
        return None


def http(port, path):
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10).read().decode()
    except urllib.error.HTTPError as e:
        return e.read().decode()


def test_the_pool_runs_as_the_first_process_without_root(contained):
    root, port, metrics = contained.root, free_port(), free_port()
    config = root / "etc/diptych/diptych.conf"  # its port would be shared with this machine
    assert '"0.0.0.0:9000"' in config.read_text()
    assert '"0.0.0.0:9001"' in config.read_text()
    config.write_text(config.read_text().replace('"0.0.0.0:9000"', f'"127.0.0.1:{port}"').replace('"0.0.0.0:9001"', f'"127.0.0.1:{metrics}"'))
    contained.write("run/secrets/diptych_mysql_password", "a long word")
    steps = (TOP / "Containerfile").read_text()
    user = re.search(r"^USER (\S+)$", steps, re.M)[1]
    probe = [word.replace("9001", str(metrics)) for word in json.loads(re.search(r"^HEALTHCHECK .*\n  CMD (.*)$", steps, re.M)[1])]
    inside = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c",
              f'mount -t proc proc {root}/proc && exec chroot --userspec={user} {root} "$@"', "sh"]
    pool = subprocess.Popen([*inside, "diptych", "serve"], env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
    try:
        assert wait(lambda: answer(port, "/healthz")).status == 200
        assert answer(port, "/readyz").status == 503, "there is no database here"
        first = int(wait(lambda: subprocess.run(["pgrep", "-P", str(pool.pid)], capture_output=True, text=True).stdout).split()[0])
        status = dict(line.split(":\t", 1) for line in open(f"/proc/{first}/status").read().splitlines() if ":\t" in line)
        assert status["NSpid"].split()[-1] == "1" and set(status["Uid"].split()) == {user.split(":")[0]}
        enter = ["nsenter", "-t", str(first), "-p", "-m", "chroot", f"--userspec={user}", root]

        def healthy():
            return subprocess.run([*enter, *probe], env=ENVIRONMENT, capture_output=True).returncode == 0

        assert healthy() and "not ready" in http(metrics, "/readyz")
        assert "diptych_pool_workers_wanted 2" in http(metrics, "/metrics")
        os.kill(first, 15)
        assert pool.wait(30) == 0
        assert not healthy()
    finally:
        pool.kill()
        print(pool.stderr.read())

"""Backends that answer byte by byte: no operation outlasts its time, and what dies of that opens the breaker."""
import socket
import threading
import time

import pytest

from lib.servers import SLOW, wait_until
from lib.stopwatch import elapsed, moment

PAGE = "/compare/kafka-vs-kubernetes"
DRIP_S = 0.04  # less than memcached_timeout, so that no single wait is ever too long
PROMISED_S = 2.5 * SLOW


def metric(site, name):
    return site.metrics()[f"diptych_{name}_total"]


def timed(site, path):
    began = moment()
    answer = site.get(path)
    return answer, elapsed(began)


class Server(threading.Thread):
    """Accepts on a UNIX socket, or on a pair of address and port, and talks to each peer in a thread of its own."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.listener = socket.socket(socket.AF_INET if isinstance(path, tuple) else socket.AF_UNIX)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(path if isinstance(path, tuple) else str(path))
        self.listener.listen(16)
        self.start()

    def run(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.guarded, args=(peer,), daemon=True).start()

    def guarded(self, peer):
        try:
            self.talk(peer)
        except (OSError, ValueError, IndexError):
            pass
        peer.close()


def drip(peer, data):
    for byte in data:
        peer.sendall(bytes([byte]))
        time.sleep(DRIP_S)


class Dripper(Server):
    """A memcached that drips where it is told to."""

    def __init__(self, path, where):
        self.where = where
        super().__init__(path)

    def values(self, peer, keys):
        for key in keys:
            head, body = f"VALUE {key} 0 400\r\n".encode(), b"x" * 400 + b"\r\n"
            if self.where == "the header":
                drip(peer, head)
            elif self.where == "the value":
                peer.sendall(head)
                drip(peer, body)
            elif self.where == "between values":
                peer.sendall(head + body)
                time.sleep(DRIP_S)
            elif self.where == "without an end":
                while True:
                    peer.sendall((head + body) * 100)
        (drip if self.where == "the end" else socket.socket.sendall)(peer, b"END\r\n")

    def talk(self, peer):
        stream = peer.makefile("rb")
        for line in stream:
            words = line.decode().split()
            if words[0] in ("get", "gets"):
                self.values(peer, words[1:])
            elif words[0] in ("set", "add"):
                stream.read(int(words[4]) + 2)
                if words[-1] != "noreply":
                    peer.sendall(b"STORED\r\n")
            elif words[0] == "delete":
                if words[-1] != "noreply":
                    peer.sendall(b"DELETED\r\n")
            elif words[0] == "touch":
                (drip if self.where == "touch" else socket.socket.sendall)(peer, b"TOUCHED\r\n")
            else:
                peer.sendall(b"VERSION 1.6\r\n")


@pytest.mark.parametrize("where", ["the header", "the value", "between values", "the end", "without an end", "touch"])
def test_a_dripping_memcached_is_a_miss_and_opens_the_breaker(make_site, where):
    site = make_site(config={"page_cache_bytes": 0, "workers": 1, "memcached_timeout": 60})
    right = wait_until(lambda: (a := site.get(PAGE)).status == 200 and a.body, 10 * SLOW, "the page")
    site.cache.stop()
    site.pool.stop()
    site.cache.socket.unlink(missing_ok=True)
    server = Dripper(site.cache.socket, where)
    site.start_pool()
    before = site.workers()
    slowest = 0
    for n in range(6):
        answer, seconds = timed(site, f"{PAGE}?n={n}")
        assert answer.status in (200, 308) and (answer.status == 308 or answer.body == right)
        slowest = max(slowest, seconds)
    assert slowest < PROMISED_S
    assert metric(site, "cache_errors") >= 1
    wait_until(lambda: site.get(PAGE).body == right and metric(site, "cache_skipped") >= 1, 10 * SLOW)
    assert site.workers() == before, "none was ended for being held"
    server.listener.close()


class Proxy(Server):
    """Before the database; while `slow` is set the answers come byte by byte, or never end."""

    def __init__(self, path, target):
        self.target, self.slow, self.flood = target, False, False
        super().__init__(path)

    def talk(self, peer):
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self.target))
        threading.Thread(target=self.pump, args=(peer, server), daemon=True).start()
        while data := server.recv(65536):
            if self.slow:
                drip(peer, data)
            else:
                peer.sendall(data)

    def pump(self, peer, server):
        try:
            while data := peer.recv(65536):
                server.sendall(data)
        except OSError:
            pass
        server.close()


def proxied(make_site, **config):
    site = make_site(config={"page_cache_bytes": 0, "workers": 1, "memcached": "", **config})
    path = site.folder / "proxy.sock"
    proxy = Proxy(path, site.database.socket)
    site.restart_pool(mysql_socket=path)
    return site, proxy


@pytest.mark.parametrize("mysql_timeout", [300, 10000], ids=["one answer", "the snapshot"])
def test_a_dripping_database_costs_a_deadline_and_opens_the_breaker(make_site, mysql_timeout):
    site, proxy = proxied(make_site, mysql_timeout=mysql_timeout)
    right = wait_until(lambda: (a := site.get(PAGE)).status == 200 and a.body, 10 * SLOW, "the page")
    before, skipped = site.workers(), metric(site, "db_skipped")
    proxy.slow = True
    for n in range(3):
        answer, seconds = timed(site, f"/compare/nats-vs-redis?n={n}")
        assert answer.status in (200, 503) and seconds < PROMISED_S
    assert metric(site, "db_skipped") > skipped, "the breaker was told"
    assert site.workers() == before
    proxy.slow = False
    wait_until(lambda: site.get(PAGE).body == right, 10 * SLOW)

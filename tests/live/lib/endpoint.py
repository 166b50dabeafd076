"""A client of metrics_listen: one request on its own connection, over TCP, TCP6 or a UNIX socket."""
import io
import re
import socket
from http.client import parse_headers

from .http import Answer
from .servers import SLOW


class Endpoint:
    """address: as in the configuration."""

    def __init__(self, address, timeout=10):
        self.text, self.timeout = str(address), timeout * SLOW
        if "/" in self.text:
            self.family, self.address = socket.AF_UNIX, self.text
        else:
            host, port = re.fullmatch(r"\[?(.*?)\]?:(\d+)", self.text).groups()
            self.family, self.address = (socket.AF_INET6 if ":" in host else socket.AF_INET), (host, int(port))

    def connect(self):
        s = socket.socket(self.family)
        s.settimeout(self.timeout)
        try:
            s.connect(self.address)
        except OSError:
            s.close()
            raise
        return s

    def exchange(self, data):
        """Sends bytes; returns all bytes until the pool closes."""
        with self.connect() as s:
            s.sendall(data)
            return b"".join(iter(lambda: s.recv(65536), b""))

    def ask(self, path="/metrics", method="GET"):
        return answer(self.exchange(f"{method} {path} HTTP/1.1\r\nHost: pool\r\n\r\n".encode()))

    def metrics(self):
        """/metrics as a dict of 'name' or 'name{label="x"}' to float."""
        got = self.ask("/metrics")
        assert got.status == 200, got
        lines = (line.rsplit(" ", 1) for line in got.text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, value in lines}


def answers(endpoint, path="/healthz"):
    """True: it can be reached and says 200."""
    try:
        return endpoint.ask(path).status == 200
    except OSError:
        return False


def answer(received):
    head, _, body = received.partition(b"\r\n\r\n")
    first, _, fields = head.partition(b"\r\n")
    version, status = first.split()[:2]
    assert version == b"HTTP/1.1", first
    return Answer(int(status), parse_headers(io.BytesIO(fields + b"\r\n\r\n")), body)

"""A FastCGI client that sends exactly what a test says, valid or not (FastCGI Specification 1.0).

    with Peer(socket_path) as p:
        p.send(begin(), params({...}), params_end(), stdin_end())     or p.send(request("/echo"))
        answer = p.answer()          status, headers, body of one response, all records seen
"""
import socket
import struct

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES, GET_VALUES_RESULT, UNKNOWN = range(1, 12)
RESPONDER = 1


def record(kind, content=b"", id=1, version=1, padding=b""):
    assert len(content) < 65536 and len(padding) < 256
    return struct.pack("!BBHHBB", version, kind, id, len(content), len(padding), 0) + content + padding


def begin(keep=True, id=1, role=RESPONDER):
    return record(BEGIN, struct.pack("!HB5x", role, 1 if keep else 0), id)


def pair(name, value):
    def length(n):
        return struct.pack("!B", n) if n < 128 else struct.pack("!I", n | 1 << 31)
    name, value = (v if isinstance(v, bytes) else v.encode() for v in (name, value))
    return length(len(name)) + length(len(value)) + name + value


def pairs(values):
    return b"".join(pair(n, v) for n, v in (values.items() if isinstance(values, dict) else values))


def stream(kind, content, id=1, size=65528):
    """The records of a stream, without the empty record that ends it."""
    return b"".join(record(kind, content[at:at + size], id) for at in range(0, len(content), size))


def parameters(target="/echo", method="GET", **more):
    """A dict of parameters; keywords are CGI variables in lower case: http_if_none_match='"x"'."""
    return {"REQUEST_METHOD": method, "REQUEST_URI": target, **{k.upper(): v for k, v in more.items()}}


def request(target="/echo", method="GET", keep=True, id=1, body=b"", **more):
    """A complete request as nginx sends it."""
    return (begin(keep, id) + stream(PARAMS, pairs(parameters(target, method, **more)), id) + record(PARAMS, id=id) +
            stream(STDIN, body, id) + record(STDIN, id=id))


class Answer:
    """One response.  `whole`: END_REQUEST arrived and the body has the length of its Content-Length."""

    def __init__(self, records):
        self.records = records
        out = b"".join(content for kind, _, content in records if kind == STDOUT)
        head, self.separator, self.body = out.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n") if self.separator else []
        self.headers = {n.lower(): v for n, v in (line.split(": ", 1) for line in lines)}
        self.status = int(self.headers.pop("status", "0 ").split()[0])
        self.ended = any(kind == END for kind, _, _ in records)
        promised = self.headers.get("content-length")
        self.whole = self.ended and (promised is None or int(promised) == len(self.body))

    @property
    def text(self):
        return self.body.decode()

    @property
    def echoed(self):
        """The answer of the probe's /echo as a dict."""
        return dict(line.split(" ", 1) if " " in line else (line, "") for line in self.text.splitlines())

    @property
    def said_last(self):
        """True if a record follows END_REQUEST by which the worker announces the end of a kept connection."""
        return any(kind == UNKNOWN for kind, _, _ in self.records)

    def __repr__(self):
        return f"<Answer {self.status} {self.headers} {self.body[:100]!r} ended={self.ended}>"


class Peer:
    def __init__(self, address, timeout=10):
        family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
        self.socket = socket.socket(family)
        self.socket.settimeout(timeout)
        self.socket.connect(address if isinstance(address, tuple) else str(address))
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, *parts):
        self.socket.sendall(b"".join(parts))
        return self

    def record(self):
        """The next record as (type, id, content), or None at the end of the connection."""
        while True:
            if len(self.received) >= 8:
                _, kind, id, length, padding, _ = struct.unpack("!BBHHBB", self.received[:8])
                if len(self.received) >= 8 + length + padding:
                    content = self.received[8:8 + length]
                    self.received = self.received[8 + length + padding:]
                    return kind, id, content
            try:
                part = self.socket.recv(65536)
            except ConnectionResetError:
                part = b""
            if not part:
                return None
            self.received += part

    def answer(self):
        """The records up to END_REQUEST, with those received together with it, or up to the end of the connection."""
        records = []
        while (got := self.record()) is not None:
            records.append(got)
            if got[0] == END:
                while len(self.received) >= 8:
                    records.append(self.record())
                break
        return Answer(records)

    def ask(self, *args, **kw):
        return self.send(request(*args, **kw)).answer()

    def closed(self):
        """Waits for the peer to close the connection; true if it sent no record before."""
        return self.record() is None

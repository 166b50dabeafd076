"""A plain HTTP client over loopback.  It follows no redirect, keeps no cookie and adds only Host."""
import http.client
import json
import socket


class Answer:
    """One answer: status, headers and body bytes.  Header names ignore case; `.all(name)` lists repeated headers."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __getitem__(self, name):
        return self.headers.get(name)

    def all(self, name):
        return self.headers.get_all(name) or []

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<Answer {self.status} {dict(self.headers)} {self.body[:200]!r}>"


def request(port, method, path, headers=None, body=None, timeout=20, host="127.0.0.1"):
    """Sends one request without escaping its path and reads the whole answer."""
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection._validate_path = lambda url: None
        connection._validate_method = lambda method: None
        own_host = any(name.lower() == "host" for name in headers or {})
        connection.putrequest(method, path, skip_host=own_host, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        reply = connection.getresponse()
        return Answer(reply.status, reply.headers, reply.read())
    finally:
        connection.close()


def exchange(port, data, timeout=20, half_close=True):
    """Sends raw bytes and returns all bytes until the peer closes.  Once nginx has passed a request on, it
    treats a half-closed connection as a client that has left."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as s:
        s.sendall(data)
        if half_close:
            s.shutdown(socket.SHUT_WR)
        received = b""
        while part := s.recv(65536):
            received += part
        return received

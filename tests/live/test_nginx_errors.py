"""nginx's own answers: malformed and oversized requests, and a pool that is away.  No pool runs here."""
import re
import shutil
import socket

import pytest

from lib.http import exchange
from lib.servers import TOP, Web, free_port, short_folder

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' https: data:; connect-src 'self'; "
                               "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": None, "Permissions-Policy": None,
    "Cross-Origin-Opener-Policy": "unsafe-none", "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture(scope="module")
def web():
    folder = short_folder()
    static = folder / "static"
    static.mkdir()
    (static / "site.0123456789ab.css").write_text("p{}")
    tls = free_port()
    web = Web(folder, f"unix:{folder}/nobody.sock", static=static,
              server_extra=f"listen 127.0.0.1:{tls} ssl; ssl_reject_handshake on;").start()
    web.tls = tls
    yield web
    web.stop()
    shutil.rmtree(folder)


def parse(raw):
    """The last answer in raw bytes: status, headers as a list of pairs, body."""
    head, body = raw.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    return int(lines[0].split()[1]), [tuple(line.split(": ", 1)) for line in lines[1:]], body


def checked(raw, status):
    got, headers, body = parse(raw)
    assert got == status, raw
    for name, value in HEADERS.items():
        found = [v for n, v in headers if n.lower() == name.lower()]
        assert len(found) == 1, f"{name}: {found}"
        assert value is None or found[0] == value
    assert b"<h1>" in body and b"nginx" not in body
    assert dict(headers)["Content-Type"] == "text/html; charset=utf-8"
    assert not re.search(r"\d", dict(headers).get("Server", ""))
    return dict(headers), body


def line(text, *headers):
    return "\r\n".join([text, "Host: localhost", "Connection: close", *headers, "", ""]).encode("latin-1")


def test_pages_have_the_same_headers(sample_site):
    for path in ("/", "/compare/kafka-vs-nats", "/no/such/page"):
        headers = sample_site.get(path).headers
        assert {name: headers[name] for name, value in HEADERS.items() if value} == {k: v for k, v in HEADERS.items() if v}


@pytest.mark.parametrize("data, status", [
    (line("GET /%zz HTTP/1.1"), 400),
    (line("GET /%00 HTTP/1.1"), 400),
    (line("GET /../../etc/passwd HTTP/1.1"), 400),
    (line("nonsense"), 400),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (line("GET / HTTP/1.1", "X-Long: " + "x" * 9000), 400),
    (line("GET / HTTP/1.1", "Content-Length: 70000") + b"x" * 70000, 413),
    (line("GET /" + "x" * 9000 + " HTTP/1.1"), 414),
    (line("TRACE / HTTP/1.1"), 405),
    (line("CONNECT / HTTP/1.1"), 405),
    (line("GET /static/site.0123456789ab.css HTTP/1.1", 'If-Match: "other"'), 412),
    (line("GET /static/site.0123456789ab.css HTTP/1.1", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT"), 412),
    (line("POST / HTTP/1.1", "Transfer-Encoding: bzip2"), 501),
    (line("get / HTTP/1.1"), 400),
    (line("OPTIONS * HTTP/1.1"), 400),
    (line("GET / HTTP/1.1", "Host: twice"), 400),
    (line("GET / HTTP/1.1", "Content-Length: 1", "Transfer-Encoding: chunked"), 400),
    (line("POST / HTTP/1.1", "Transfer-Encoding: chunked") + b"zz\r\n", 400),
    (b"GET / HTTP/1.0\r\n\r\n", 502),
    (line("GET /compare/a-vs-b HTTP/1.1"), 502),
])
def test_own_answers_have_a_page_and_security_headers(web, data, status):
    headers, _ = checked(web.exchange(data), status)
    if status == 405:
        assert headers["Allow"] == "GET, HEAD, OPTIONS"
    if status == 502:
        assert headers["Cache-Control"] == "no-store" and int(headers["Retry-After"]) > 0


def test_plain_http_where_tls_is_spoken(web):
    checked(exchange(web.tls, line("GET / HTTP/1.1")), 400)


def test_an_answer_without_headers_is_a_page_too(web):
    """HTTP/0.9: the body is all there is."""
    assert web.exchange(b"GET /\r\n").startswith(b"<!doctype html>")


@pytest.mark.parametrize("wanted", ["bytes=0-0", "bytes=900-", "bytes=0-0,2-2"])
def test_a_range_of_a_small_file_is_the_whole_file(web, wanted):
    answer = web.http("GET", "/static/site.0123456789ab.css", {"Range": wanted})
    assert answer.status == 200 and answer.body == b"p{}" and answer["Accept-Ranges"] is None


def test_assets_are_immutable(web):
    answer = web.http("GET", "/static/site.0123456789ab.css")
    assert answer.status == 200 and answer.body == b"p{}"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    for name, value in HEADERS.items():
        assert len(answer.all(name)) == 1
        assert value is None or answer[name] == value
    again = web.http("GET", "/static/site.0123456789ab.css", {"If-None-Match": answer["ETag"]})
    assert again.status == 304


def test_a_pool_that_never_answers():
    """504 with a page, once the patience is over; here that is 1 s."""
    folder = short_folder()
    shutil.copytree(TOP / "nginx", folder / "diptych")
    patience = folder / "diptych/next.conf"
    text = patience.read_text()
    assert "fastcgi_read_timeout    15s;" in text
    patience.write_text(text.replace("fastcgi_read_timeout    15s;", "fastcgi_read_timeout 1s;"))
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(folder / "mute.sock"))
        mute.listen()
        web = Web(folder, f"unix:{folder}/mute.sock").start()
        try:
            headers, _ = checked(web.exchange(line("GET / HTTP/1.1"), half_close=False), 504)
            assert headers["Cache-Control"] == "no-store" and int(headers["Retry-After"]) > 0
        finally:
            web.stop()
    shutil.rmtree(folder)


def test_error_addresses_are_internal(web):
    checked(web.exchange(line("GET /.diptych/502 HTTP/1.1")), 404)


def test_one_list_of_security_headers():
    """Only headers.conf names them, so that the set can change in one place."""
    for path in (TOP / "nginx").glob("*.conf"):
        if path.name != "headers.conf":
            assert "Content-Security-Policy" not in path.read_text()


def test_another_version_of_http(web):
    checked(web.exchange(b"GET / HTTP/3.0\r\nHost: x\r\n\r\n"), 505)

"""The headers of every answer, of nginx and of the pool.  nginx/headers.conf has the list."""
import re

from .servers import TOP

SECURITY = dict(re.findall(r'^add_header (\S+) "?(.*?)"? always;$', (TOP / "nginx/headers.conf").read_text(), re.M))


def assert_secured(answer, embeddable=False):
    assert len(SECURITY) == 6
    for name, value in SECURITY.items():
        if name == "Cross-Origin-Resource-Policy" and embeddable:
            value = "cross-origin"
        assert answer.all(name) == [value], name
    assert answer.all("Set-Cookie") == []
    assert answer.all("Access-Control-Allow-Origin") == (["*"] if embeddable else [])


def assert_plain_error(answer, status):
    """Asserts a plain error page of nginx: all headers, no-store, and readable HTML."""
    assert answer.status == status
    assert_secured(answer)
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert f"<title>{status} " in answer.text and "<h1>" in answer.text and "<a href=/>" in answer.text
    assert status == 500 or int(answer["Retry-After"]) > 0

"""`diptych import` against hostile sources: documents that explode, bodies without end, redirects, slow drips, wrong encodings,
addresses of the own network.  A good source beside each one is read all the same."""
import gzip
import os
import re
import socket
import subprocess
import time
import zlib

import pytest

from lib.feed_server import FeedServer
from lib.servers import SLOW, diptych
from lib.stopwatch import elapsed, moment
from test_import import atom, importer, shared  # noqa: F401

GOOD = atom(("1", "v1.0.0", "https://x.example/1", "2026-08-01"))


def refused(importer, kind, body, words, **headers):  # noqa: F811
    """The source fails with these words, in its line and in its row; a good one beside it is read."""
    product, slug, path = importer.feed(kind, body, **headers)
    good = importer.feed("atom", GOOD)[0]
    said = importer(status=3)
    assert re.search(rf"^{slug} {kind} \S+: failed: .*{words}", said, re.M), said
    assert importer.rows(product) == [] and len(importer.rows(good)) == 1
    [(error, failures, waits)] = importer.sql("SELECT error, failures, retry_at > UTC_TIMESTAMP() FROM product_source WHERE product_id = %s", product)
    assert re.search(words, error) and (failures, waits) == (1, 1)
    return product, slug, path


# documents -------------------------------------------------------------------------------------

LAUGHS = '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">' + "".join(
    f'<!ENTITY lol{n} "{f"&lol{n - 1 or str()};" * 10}">' for n in range(1, 10)) + "]><feed xmlns='http://www.w3.org/2005/Atom'>&lol9;</feed>"
PARAMETERS = ('<?xml version="1.0"?><!DOCTYPE f [<!ENTITY % a "%c; b"><!ENTITY % b SYSTEM "http://127.0.0.1/x"> %b;]><feed/>')
DOCUMENTS = {
    "a billion laughs": ("atom", LAUGHS, "declares entities"),
    "laughs in UTF-16": ("atom", LAUGHS.replace('version="1.0"', 'version="1.0" encoding="UTF-16"').encode("utf-16"), "declares entities"),
    "parameter entities": ("rss", PARAMETERS, "declares entities"),
    "an external entity": ("rss", '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&x;</title></item></channel></rss>', "declares entities"),
    "a page": ("atom", "<!DOCTYPE html><html><body>Sign in</body></html>", "this is no feed: its root element is html"),
    "no XML": ("rss", "Just a moment...", "not well-formed"),
    "nothing": ("rss", " \n", "the answer is empty"),
    "half of a feed": ("atom", GOOD[:len(GOOD) - 40], "not well-formed"),
    "deep elements": ("atom", "<feed>" + "<a>" * 80000, "not well-formed"),
    "bytes": ("atom", bytes(range(256)) * 40, "not well-formed"),
    "JSON for XML": ("atom", "{}", "not well-formed"),
    "XML for JSON": ("json_feed", GOOD, "the answer is no JSON"),
    "deep JSON": ("github_releases", "[" * 100000, "the answer is no JSON"),
    "another JSON": ("json_feed", '{"items": {"a": 1}}', "this is no JSON Feed"),
    "GitHub's refusal": ("github_releases", '{"message": "API rate <b>limit</b> exceeded"}', "no list of releases: API rate limit exceeded"),
    "no cycles": ("endoflife", '{"result": []}', "no list of cycles"),
    "cut JSON": ("endoflife", '[{"cycle": "1"', "the answer is no JSON"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_that_are_refused(importer, name):  # noqa: F811
    kind, body, words = DOCUMENTS[name]
    began = moment()
    refused(importer, kind, body, words)
    assert elapsed(began) < 20 * SLOW


def test_odd_values_in_json(importer):  # noqa: F811
    """Members of the wrong kind, NUL, lone surrogates and numbers beyond all bounds leave their item out, or the document."""
    odd = ('[null, 1, "x", [], {}, {"tag_name": 5, "published_at": "2026-08-01"}, {"tag_name": ["v1"]}, {"tag_name": "v2.0.0", "name": {"a": 1},'
           ' "html_url": "javascript:alert(1)", "published_at": "2026-08-02T00:00:00Z"}, {"tag_name": "v3.0.0", "published_at": 17},'
           ' {"tag_name": "' + "9" * 5000 + '", "published_at": "2026-08-03"}, {"tag_name": "v4.0.0", "name": "\\u202eevil\\u0007 ' + "x" * 3000 +
           '", "published_at": "2026-08-04"}]')
    product, slug, path = importer.feed("github_releases", odd, name="Odd")
    importer()
    rows = importer.rows(product, "version, title, url")
    assert ("5", "Odd 5", None) in rows and ("2.0.0", "Odd 2.0.0", None) in rows
    [title] = [t for v, t, _ in rows if v == "4.0.0"]
    assert title.startswith("evil") and title.endswith("\u2026") and len(title) == 200
    for body in ('[{"tag_name": "v1", "id": 1e999999}]', '[{"tag_name": "\\ud800"}]', '[{"tag_name": "a\\u0000b"}]'):
        importer.clear()
        refused(importer, "github_releases", body, "the answer is no JSON")


def test_odd_tags_in_addresses(importer):  # noqa: F811
    """Tags that no column takes as they are: bytes that are no UTF-8, and more characters than a version has.  No other source
    waits for them, and the next run knows their releases."""
    tags = ["build-%FF-ugly", "n" * 600, "1.2.3-" + "a" * 73 + "%C3%A9", "named-" + "%F0%9F%9A%80" * 150]
    entries = [(str(n), "", f"https://x.example/p/releases/tag/{tag}", f"2026-08-{n + 1:02}") for n, tag in enumerate(tags)]
    product = importer.feed("atom", atom(*entries), name="N" * 480)[0]
    good = importer.feed("atom", GOOD)[0]
    importer()
    assert len(importer.rows(product)) == len(tags) and len(importer.rows(good)) == 1
    importer.sql("UPDATE product_source SET etag = NULL, last_modified = NULL")
    assert "4 known" in importer() and len(importer.rows(product)) == len(tags)


def test_html_in_titles_is_text(importer):  # noqa: F811
    titles = {
        "&lt;b&gt;Bold&lt;/b&gt; move": "Bold move", "AT&amp;amp;T": "AT&T", "a &lt; b and c &gt; d": "a < b and c > d",
        "&lt;script&gt;alert(1)&lt;/script&gt;Safe": "Safe", "&lt;img src=x onerror=alert(1)&gt;Seen": "Seen", "&amp;lt;i&amp;gt;twice&amp;lt;/i&amp;gt;": "twice",
        "<![CDATA[<p>One</p><p>Two &rarr; &#8217;</p>]]>": "One Two \u2192 \u2019", "Tabs\tand\n lines": "Tabs and lines", "Zero\u200bwidth \u202eturned": "Zerowidth turned",
        "R&amp;D": "R&D", "&lt;style&gt;p{}&lt;/style&gt;Styled &lt;!-- c --&gt;": "Styled", "5 &amp;#60; 6": "5 < 6", "Emoji \U0001f680": "Emoji \U0001f680",
    }
    for kind, made in (("rss", lambda n, t: f"<item><title>{t}</title><link>https://x.example/{n}</link><pubDate>1 Aug 2026 00:{n:02}:00 GMT</pubDate></item>"),
                       ("atom", None)):
        entries = [made(n, t) if made else (str(n), t, f"https://x.example/{n}", f"2026-08-01T00:{n:02}:00Z") for n, t in enumerate(titles)]
        body = f"<rss version='2.0'><channel>{''.join(entries)}</channel></rss>" if made else atom(*entries)
        product, slug, path = importer.feed(kind, body)
        importer()
        assert [row[3] for row in importer.rows(product)] == list(titles.values()), kind


def test_dates_in_ten_forms(importer):  # noqa: F811
    forms = ["2026-08-01T10:00:00Z", "2026-08-01T12:00:00+02:00", "Sat, 01 Aug 2026 10:00:00 GMT", "Sat, 1 Aug 26 06:00 EDT", "2026-08-01 10:00:00", "20260801T100000Z",
             "August 1, 2026 10:00", "Saturday, 01-Aug-26 10:00:00 GMT", "Sat Aug 1 10:00:00 2026", "1785578400", "2026-08-01t10:00:00.5z"]
    entries = [(str(n), f"v1.{n}.1", f"https://x.example/{n}", form) for n, form in enumerate(forms)]
    product, slug, path = importer.feed("atom", atom(*entries, ("x", "v2.0.1", "https://x.example/x", "soon"), ("y", "v2.0.2", "https://x.example/y", "31 Feb 2026")))
    assert "11 added, 0 known, 2 without a date remembered" in importer()
    assert {row[5] for row in importer.rows(product)} == {"2026-08-01 10:00:00"}


ENCODINGS = {
    "declared": ("windows-1252", '<?xml version="1.0" encoding="windows-1252"?>', {}),
    "UTF-16": ("utf-16", '<?xml version="1.0" encoding="UTF-16"?>', {}),
    "wrongly declared": ("windows-1252", '<?xml version="1.0" encoding="UTF-8"?>', {}),
    "undeclared": ("windows-1252", "", {}),
    "of an unknown name": ("windows-1252", '<?xml version="1.0" encoding="x-none"?>', {}),
    "in the header": ("iso-8859-15", '<?xml version="1.0"?>', {"content_type": 'text/xml; charset="iso-8859-15"'}),
    "in the header, in capitals": ("cp437", '<?xml version="1.0"?>', {"content_type": "text/xml; CHARSET=IBM437"}),
    "wrong in the header": ("utf-8", '<?xml version="1.0" encoding="utf-8"?>', {"content_type": "text/xml; charset=us-ascii"}),
    "with a mark": ("utf-8-sig", "", {}),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_encodings(importer, name):  # noqa: F811
    encoding, declaration, headers = ENCODINGS[name]
    body = (declaration + atom(("1", "Größe von Café", "https://x.example/1", "2026-08-01"))).encode(encoding)
    product, slug, path = importer.feed("atom", body, **headers)
    importer()
    assert [row[3] for row in importer.rows(product)] == ["Größe von Café"]


def test_names_of_html_without_a_declaration(importer):  # noqa: F811
    product, slug, path = importer.feed("rss", "<rss><channel><item><title>Caf&eacute;&nbsp;&amp; &nosuch;open &LT;1 &notin;</title><description><![CDATA[&nbsp;]]></description><pubDate>1 Aug 2026</pubDate></item></channel></rss>")
    importer()
    assert [row[3] for row in importer.rows(product)] == ["Café & &nosuch;open <1 \u2209"]


def test_a_document_type_without_entities_is_read(importer):  # noqa: F811
    """RSS 0.91 has one; nothing is fetched for it."""
    product, slug, path = importer.feed("rss", '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "%s"><rss version="0.91"><channel><item><title>A post</title>'
                                        "<link>https://x.example/1</link></item></channel></rss>" % importer.server.url("/rss.dtd"))
    importer()
    assert not importer.server.requests("/rss.dtd") and len(importer.rows(product)) == 0
    assert importer.sql("SELECT COUNT(*) > 0 FROM import_release") == [(1,)], "the post is remembered: it has no date"


def test_a_feed_of_a_thousand_entries_and_more(importer):  # noqa: F811
    entries = [(str(n), f"v1.{n}.1", f"https://x.example/{n}", "2026-08-01") for n in range(1200)]
    product, slug, path = importer.feed("atom", atom(*entries))
    assert "1000 added, 0 known, 200 beyond the first 1000 left out" in importer()


# answers ---------------------------------------------------------------------------------------

def hostile(importer, write, words, kind="atom", path="/hostile"):  # noqa: F811
    product = importer.product()
    importer.source(product, kind, importer.server.route(path, write))
    good = importer.feed("atom", GOOD)[0]
    began = moment()
    said = importer(status=3)
    assert re.search(rf"{path}: failed: .*{words}", said), said
    assert importer.rows(product) == [] and len(importer.rows(good)) == 1
    assert elapsed(began) < 25 * SLOW
    return product


def endless(chunk, encoding=None, length=None):
    def write(handler):
        handler.send_response(200)
        if encoding:
            handler.send_header("Content-Encoding", encoding)
        if length:
            handler.send_header("Content-Length", str(length))
        handler.send_header("Connection", "close")
        handler.end_headers()
        for _ in range(200000):
            handler.wfile.write(chunk)
    return write


def test_a_body_without_end(importer):  # noqa: F811
    hostile(importer, endless(b"<feed>" + b"x" * 65536), "more than import_bytes = 300000 bytes")


def test_a_body_of_gigabytes_that_says_so(importer):  # noqa: F811
    hostile(importer, endless(b"x" * 65536, length=8 << 30), "more than import_bytes = 300000 bytes")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_bomb(importer, encoding):  # noqa: F811
    pack = gzip.compress if encoding == "gzip" else zlib.compress
    bomb = pack(b"<feed>" + b" " * (64 << 20))
    hostile(importer, lambda h: h.plain(200, bomb, Content_Encoding=encoding), "more than import_bytes = 300000 bytes")


def test_a_packed_feed_is_read(importer):  # noqa: F811
    product = importer.product()
    importer.source(product, "atom", importer.server.route("/packed", lambda h: h.plain(200, gzip.compress(GOOD.encode()), Content_Encoding="gzip")))
    importer()
    assert len(importer.rows(product)) == 1


def test_an_answer_byte_by_byte(importer):  # noqa: F811
    importer.configure(import_timeout=1)

    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        while not importer.server.stopping.wait(0.05):
            handler.wfile.write(b" ")

    hostile(importer, drip, "no whole answer came within import_timeout = 1 s")


def test_a_server_that_accepts_and_says_nothing(importer):  # noqa: F811
    importer.configure(import_timeout=1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        product = importer.product()
        importer.source(product, "atom", f"http://127.0.0.1:{silent.getsockname()[1]}/x")
        assert "no whole answer came within import_timeout = 1 s" in importer(status=3)
    importer.sql("UPDATE product_source SET retry_at = NULL")
    assert "failed: " in importer(status=3), "nobody listens any more"


def test_redirects_without_end(importer):  # noqa: F811
    count = []

    def on(handler):
        count.append(1)
        handler.plain(302, b"", Location=f"/hostile?{len(count)}")

    hostile(importer, on, "more than 5 redirects")
    assert len(count) == 6


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1:70/x", "dict://127.0.0.1:11211/stat"])
def test_redirects_to_other_protocols(importer, target):  # noqa: F811
    hostile(importer, lambda h: h.plain(301, b"", Location=target), "neither http nor https")


def test_a_redirect_to_a_feed_is_followed(importer):  # noqa: F811
    product = importer.product()
    importer.server.answer("/new", GOOD.replace("https://x.example/1", "deeper/1"))
    importer.source(product, "atom", importer.server.route("/old", lambda h: h.plain(301, b"", Location="/new")))
    importer()
    assert importer.rows(product)[0][4] == importer.server.url("/deeper/1"), "addresses are relative to where the feed is"


@pytest.mark.parametrize("status", [204, 400, 401, 403, 404, 410, 418, 429, 500, 503])
def test_other_statuses(importer, status):  # noqa: F811
    hostile(importer, lambda h: h.plain(status, GOOD.encode() if status != 204 else b""), f"status {status}")


def test_garbage_instead_of_http(importer):  # noqa: F811
    def garbage(handler):
        handler.wfile.write(b"\x00\xff" * 1000)
        handler.close_connection = True

    hostile(importer, garbage, "")


def test_an_answer_that_is_cut_off(importer):  # noqa: F811
    def cut(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(GOOD) + 100))
        handler.end_headers()
        handler.wfile.write(GOOD.encode())
        handler.close_connection = True

    hostile(importer, cut, "")


def test_headers_without_end(importer):  # noqa: F811
    def headers(handler):
        handler.send_response(200)
        for n in range(100000):
            handler.send_header(f"X-{n}", "y" * 1000)
            handler.flush_headers()
        handler.end_headers()

    importer.configure(import_timeout=3)
    hostile(importer, headers, "")


def test_an_etag_with_other_bytes_is_not_kept(importer):  # noqa: F811
    product = importer.product()
    for etag in ('"' + "x" * 600 + '"', '"\xe9"'):
        importer.source(product, "atom", importer.server.route(f"/{len(etag)}", lambda h, etag=etag: h.plain(200, GOOD.encode(), ETag=etag)))
    importer()
    assert importer.sql("SELECT etag FROM product_source") == [(None,), (None,)]


def test_the_last_modified_date_is_sent_back(importer):  # noqa: F811
    date, product = "Sat, 01 Aug 2026 10:00:00 GMT", importer.product()
    importer.source(product, "atom", importer.server.route("/dated", lambda h: h.plain(304 if h.headers.get("If-Modified-Since") == date else 200,
                                                                                      GOOD.encode() if not h.headers.get("If-Modified-Since") else b"", Last_Modified=date)))
    assert "1 added" in importer()
    assert "unchanged" in importer()


# waits -----------------------------------------------------------------------------------------

def test_a_source_that_fails_is_asked_less_and_less(importer):  # noqa: F811
    product, slug, path = importer.feed("atom", "x")
    minutes = []
    for n in range(9):
        importer(status=3)
        minutes += [importer.sql("SELECT ROUND(TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), retry_at) / 60) FROM product_source")[0][0]]
        said = importer(status=3)
        assert re.search(rf"^{slug} atom \S+: not asked before 20\S+ \S+ UTC: the document is not well-formed", said, re.M), said
        assert len(importer.server.requests(path)) == n + 1
        importer.sql("UPDATE product_source SET retry_at = UTC_TIMESTAMP()")
    assert [int(m) for m in minutes] == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]
    importer("--product", slug, status=3)
    importer.server.answer(path, GOOD)
    assert "1 added" in importer("--product", slug), "an editor does not wait"
    assert importer.sql("SELECT error, failures, retry_at FROM product_source") == [(None, 0, None)]


@pytest.mark.parametrize("value, least, most", [("7200", 7190, 7200), ("99999999999", 21590, 604800), ("-5", 890, 900), ("1", 890, 900), ("soon", 890, 900)])
def test_a_server_that_says_when(importer, value, least, most):  # noqa: F811
    """Newer versions of libcurl make no more than six hours of any number."""
    importer.source(importer.product(), "atom", importer.server.route("/busy", lambda h: h.plain(429, b"", Retry_After=value)))
    assert "wants fewer requests" in importer(status=3)
    [(waits,)] = importer.sql("SELECT TIMESTAMPDIFF(SECOND, checked_at, retry_at) FROM product_source")
    assert least <= waits <= most


def test_github_is_left_alone_after_its_refusal(importer):  # noqa: F811
    reset = str(int(time.time()) + 3000)
    for n in range(3):
        importer.source(importer.product(), "github_releases", importer.server.route(f"/r{n}", lambda h: h.plain(
            403, b'{"message": "rate"}', X_RateLimit_Remaining="0", X_RateLimit_Reset=reset)))
    said = importer(status=3)
    assert len(importer.server.seen) == 1 and said.count("not asked: its host wants no more requests now") == 2
    assert importer.sql("SELECT COUNT(*) FROM product_source WHERE TIMESTAMPDIFF(SECOND, checked_at, retry_at) BETWEEN 2900 AND 3000") == [(1,)]


# addresses -------------------------------------------------------------------------------------

PRIVATE = ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://0.0.0.0:{port}/",
           "http://2130706433:{port}/", "http://0x7f.1:{port}/", "http://10.0.0.1:{port}/", "http://169.254.169.254/latest/meta-data/", "http://[64:ff9b::7f00:1]/",
           "http://192.168.0.1/", "http://[fd00::1]/", "http://[fe80::1]/", "http://100.64.0.1/"]


@pytest.mark.parametrize("address", PRIVATE)
def test_the_own_network_is_not_asked(importer, address):  # noqa: F811
    port = importer.server.server_address[1]
    importer.server.answer("/", GOOD)
    importer.source(importer.product(), "atom", address.format(port=port))
    said = importer(private=False, status=3)
    assert re.search("the address \\S+ is not public; --allow-private allows it", said) or "resolve" in said, said
    assert importer.server.seen == []


OTHERS = ["file:///etc/passwd", "ftp://x.example/", "gopher://127.0.0.1/", "javascript:alert(1)", "", "feed", "http://", "https:///x", "http://user:word@127.0.0.1/",
          "http://127.0.0.1:99999/", "http://[::1", "http://a b/", "-o/tmp/x", "http://\u202e/", "http://127.0.0.1/\r\nX-A: b"]


@pytest.mark.parametrize("address", OTHERS)
def test_addresses_that_are_none(importer, address):  # noqa: F811
    importer.source(importer.product(), "atom", address)
    said = importer(private=False, status=3)
    assert ": failed: " in said and len(said.splitlines()) == 2 and not re.search("[\x00-\x09\x0b-\x1f\u202e]", said), said


def test_a_redirect_into_the_own_network_is_not_followed(importer, tmp_path):  # noqa: F811
    """A public host that redirects is played by a resolver: 127.0.0.1 is refused by itself, so the check is that of each connection."""
    inner = FeedServer("127.0.0.1")
    try:
        inner.answer("/secret", GOOD)
        importer.source(importer.product(), "atom", importer.server.route("/out", lambda h: h.plain(302, b"", Location=inner.url("/secret"))))
        importer(private=False, status=3)
        assert importer.server.seen == [] and inner.seen == []
    finally:
        inner.stop()


def test_a_proxy_of_the_environment_is_not_used(importer):  # noqa: F811
    proxy = FeedServer("127.0.0.1")
    try:
        importer.feed("atom", GOOD)
        done = diptych("import", "--allow-private", config=importer.config,
                       env={"PATH": "/usr/bin:/bin", **{name: proxy.url("") for name in ("http_proxy", "https_proxy", "all_proxy", "ALL_PROXY")}})
        assert done.returncode == 0 and proxy.seen == [], done.stdout
    finally:
        proxy.stop()


# the database and the configuration ------------------------------------------------------------

def test_a_database_that_refuses(importer):  # noqa: F811
    importer.feed("atom", GOOD)
    for settings, words in (({"mysql_import_password": "wrong"}, "check mysql_import_user and mysql_import_password"), ({"mysql_socket": "/nowhere"}, "database error 2002"),
                            ({"mysql_import_user": "diptych_cms", "mysql_import_password": ""}, "database error 1142")):
        importer.configure(**settings)
        done = diptych("import", config=importer.config)
        assert done.returncode == 1 and words in done.stderr and "mysql_import_user" in done.stderr, done.stderr
    assert importer.server.seen == []


def test_a_row_that_the_database_refuses_ends_nothing_else(importer):  # noqa: F811
    """A publisher may have rules of its own.  The other releases and the other sources are imported."""
    product, slug, _ = importer.feed("atom", atom(*[(str(n), f"v{n}.0.0", f"https://x.example/{n}", f"2026-03-0{n}") for n in (1, 2, 3)]))
    good = importer.feed("atom", GOOD)[0]
    importer.sql("CREATE TRIGGER no_twos BEFORE INSERT ON activity FOR EACH ROW BEGIN IF NEW.version = '2.0.0' THEN"
                 " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'two is refused'; END IF; END")
    try:
        said = importer(status=3)
        assert re.search(rf'^{slug} atom \S+: 2 added, 0 known; failed: the database refused 1 release, first "{slug.title()} 2.0.0":'
                         r" database error 1644: two is refused: .*; it is not asked again before", said, re.M), said
        assert [row[2] for row in importer.rows(product)] == ["1.0.0", "3.0.0"] and len(importer.rows(good)) == 1
        [(error, failures)] = importer.sql("SELECT error, failures FROM product_source WHERE product_id = %s", product)
        assert "two is refused" in error and failures == 1
    finally:
        importer.sql("DROP TRIGGER no_twos")
    assert "1 added, 2 known" in importer("--product", slug) and len(importer.rows(product)) == 3


@pytest.mark.parametrize("held", ["import_release", "product_source"])
def test_rows_that_somebody_holds_end_nothing_else(importer, held):  # noqa: F811
    """The other sources are imported, and the next run asks the source again without a wait."""
    product, slug, _ = importer.feed("atom", GOOD)
    importer()
    [(source, key)] = importer.sql("SELECT source_id, release_key FROM import_release")
    importer.sql("DELETE FROM import_release")
    importer.sql("DELETE FROM activity")
    importer.sql("UPDATE product_source SET etag = NULL, last_modified = NULL")
    good = importer.feed("atom", GOOD)[0]
    [(before,)] = importer.sql("SELECT @@GLOBAL.innodb_lock_wait_timeout")
    importer.sql("SET GLOBAL innodb_lock_wait_timeout = 1")
    holder = importer.database.connect(autocommit=False)
    try:
        with holder.cursor() as cursor:
            if held == "product_source":
                cursor.execute("SELECT * FROM product_source WHERE id = %s FOR UPDATE", [source])
            else:
                cursor.execute("INSERT INTO import_release (product_id, source_id, release_key) VALUES (%s, %s, %s)", [product, source, key])
            said = importer(status=3)
            assert re.search(rf"^{slug} atom \S+: .*not done: database error 1205", said, re.M) and said.endswith(" 1 failed\n"), said
            assert len(importer.rows(good)) == 1
    finally:
        holder.rollback()
        holder.close()
        importer.sql("SET GLOBAL innodb_lock_wait_timeout = %s", before)
    importer()
    assert len(importer.rows(product)) == 1 and importer.sql("SELECT failures FROM product_source") == [(0, ), (0, )]


def test_libcurl_that_cannot_go_on(importer, tmp_path):  # noqa: F811
    """It says so for each source, and the run ends."""
    (tmp_path / "c.c").write_text("int curl_multi_perform(void *multi, int *running) { return 3; } /* CURLM_OUT_OF_MEMORY */")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", tmp_path / "c.so", tmp_path / "c.c"], check=True)
    for _ in range(10):
        importer.feed("atom", GOOD)
    sanitizers = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))
    env = {**os.environ, "LD_PRELOAD": str(tmp_path / "c.so"), "ASAN_OPTIONS": sanitizers}
    done = diptych("import", "--allow-private", config=importer.config, env=env, timeout=20 * SLOW)
    assert done.returncode == 3 and done.stdout.count("failed: Out of memory") == 10, done


def test_the_configuration_of_the_pool_may_be_shared(importer, tmp_path):  # noqa: F811
    """The import reads its own secret, and none of the pool's, which its account may not read."""
    importer.feed("atom", GOOD)
    (tmp_path / "word").write_text("a word\n")
    shared_keys = {"mysql_password_file": "/nowhere/pool", "cache_secret_file": "/nowhere/cache", "memcached": "127.0.0.1:1"}
    importer.configure(mysql_import_password="", mysql_import_password_file=tmp_path / "word", **shared_keys)
    assert "1 added" in importer()
    assert "/nowhere/pool" in diptych("migrate", config=importer.config).stderr
    importer.configure(mysql_import_password_file="/nowhere/import")
    done = diptych("import", config=importer.config)
    assert done.returncode == 1 and "mysql_import_password_file /nowhere/import: No such file" in done.stderr
    assert diptych("migrate", config=importer.config).returncode == 0, "the pool does not read the import's"

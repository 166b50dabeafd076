"""HTTP, the same on every path in every form (RFC 9110, 9111): one table of addresses, one row each."""
import email.utils
import gzip
import os
import re
import signal
import string
import time

import brotli
import pytest
import zstandard

from lib import fcgi_client
from lib.page import parse
from lib.secured import assert_secured
from lib.servers import TOP, wait_until

PAGES = ["/", "/compare/kafka-vs-kubernetes", "/compare/kafka-vs-nats-vs-redis",
         "/compare/caddy-vs-haproxy-vs-memcached-vs-nats", "/products/kafka", "/products/nodejs?page=2",
         "/products/kafka/history", "/products/kafka/history/2026-03-20", "/predictions",
         "/alternatives/kafka", "/sectors", "/sectors/devops", "/themes/streaming", "/faq", "/faq/kafka",
         "/faq/kafka-vs-kubernetes", "/leaderboard", "/leaderboard?page=2", "/products", "/themes",
         "/compare/kafka-vs-nats?since=2026-06-01", "/products/kafka?since=2026-06-01", "/products/kafka?since=x",
         "/sectors/devops?sort=moves", "/leaderboard?sort=name&page=2", "/search", "/search?q=kafka", "/about",
         "/methodology", "/compare", "/compare?a=kafka"]
OTHERS = ["/feed.atom", "/products/kafka.atom", "/compare/kafka-vs-kubernetes.atom",
          "/sectors/devops.atom", "/feeds/kafka+nats+nginx+redis+valkey.atom", "/feeds/kafka+nats.ics", "/sitemap.xml", "/sitemaps/pages-1.xml", "/sitemaps/products-1.xml",
          "/sitemaps/pairs-1.xml", "/badge/kafka.svg", "/robots.txt", "/opensearch.xml", "/llms.txt",
          "/.well-known/security.txt", "/api/openapi.json"]
PICTURE = "/og/kafka.png"  # these two stand for the addresses that the page names
SHEET = "/static/site.css"
LIVE = ["/healthz", "/readyz", "/metrics"]  # of this moment: never kept


def twin(path, form):
    path, _, query = path.partition("?")
    return ("/index" if path == "/" else path) + form + (f"?{query}" if query else "")


TABLE = PAGES + [twin(p, form) for p in PAGES for form in (".json", ".md")] + OTHERS + [PICTURE, SHEET]
ALLOW = "GET, HEAD, OPTIONS"


@pytest.fixture(scope="module")
def at(sample_site):
    """From a row of the table to its address."""
    picture = sample_site.get(PICTURE)["Location"].removeprefix(sample_site.url)
    sheet = parse(sample_site.get("/").text).one("link", {"rel": "stylesheet"})["href"]
    return lambda row: {PICTURE: picture, SHEET: sheet}.get(row, row)


def for_others(path):
    """Is it for other sites' pages too?"""
    return path.partition("?")[0] not in {p.partition("?")[0] for p in PAGES} | {SHEET, *LIVE}


def told(answer):
    """What a HEAD has to tell like its GET."""
    return [(k, v) for k, v in answer.headers.items() if k not in ("Date", "X-Request-Id")]


def with_query(path, more):
    return path + ("&" if "?" in path else "?") + more


def test_the_table_has_every_route():
    rows = re.findall(r'^  X\(\w+, "([^"]+)", ([A-Z_| ]+),', (TOP / "fcgi/site/pages.h").read_text(), re.M)
    assert len(rows) > 20
    for pattern, forms in rows:
        for flag, suffix in (("HTML", ""), ("JSON", ".json"), ("MD", ".md"), ("ATOM", ".atom"), ("OTHER", "")):
            named = forms.replace("CONTENT", "ROUTE_HTML | ROUTE_JSON | ROUTE_MD").split(" | ")
            if f"ROUTE_{flag}" in named and not (pattern == "/" and suffix):
                fits = re.compile(re.escape(pattern + suffix).replace(r"\{\}", "[^/]+").replace(r"\{/\}", ".+") + r"(\?.*)?")
                assert any(fits.fullmatch(row) for row in TABLE), pattern + suffix
    single = re.findall(r'^  X\("(/\w+)", \w+\)', (TOP / "fcgi/site/endpoints.h").read_text(), re.M)
    files = re.findall(r'^  X\(\w+, "[^"]+", "(/[^"]+)",', (TOP / "fcgi/site/templates.h").read_text(), re.M)
    assert set(single) == set(LIVE) and len(files) > 3 and set(files) <= set(TABLE)


@pytest.mark.parametrize("row", TABLE)
def test_a_get_is_complete_and_a_head_tells_the_same(sample_site, at, row):
    answer = sample_site.get(at(row))
    assert answer.status == 200, answer
    assert_secured(answer, for_others(row))
    versioned = row in (PICTURE, SHEET)
    assert answer.all("Vary") == ([] if row == PICTURE else ["Accept-Encoding"])
    assert answer["Cache-Control"] == ("public, max-age=31536000, immutable" if versioned
                                       else "public, max-age=0, must-revalidate")
    assert re.fullmatch(r'"[^"]+"', answer["ETag"]) and answer["Content-Type"]
    assert email.utils.parsedate_to_datetime(answer["Last-Modified"]).timestamp() <= time.time()
    assert int(answer["Content-Length"]) == len(answer.body) > 0
    for asked in ({}, {"Accept-Encoding": "gzip"}, {"If-None-Match": answer["ETag"]}, {"If-None-Match": '"other"'}):
        head, full = sample_site.http("HEAD", at(row), asked), sample_site.http("GET", at(row), asked)
        assert head.status == full.status == (304 if answer["ETag"] in asked.values() else 200)
        assert head.body == b"" and told(head) == told(full)


@pytest.mark.parametrize("row", LIVE)
def test_what_is_of_this_moment_is_never_kept(sample_site, row):
    answer, head = (sample_site.http(method, row, {"Accept-Encoding": "gzip"}) for method in ("GET", "HEAD"))
    assert answer.status == head.status == 200 and answer.body and not head.body
    assert_secured(answer, False)
    assert [answer[n] for n in ("Cache-Control", "ETag", "Last-Modified", "Content-Encoding")] == ["no-store", None, None, None]
    assert [n for n, _ in told(head)] == [n for n, _ in told(answer)]
    if row != "/metrics":  # which is longer each time
        assert told(head) == told(answer)


@pytest.mark.parametrize("row", TABLE + LIVE)
def test_other_methods(sample_site, at, row):
    options = sample_site.http("OPTIONS", at(row))
    assert (options.status, options.body, options["Allow"]) == (204, b"", ALLOW)
    assert_secured(options, for_others(row))
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = sample_site.http(method, at(row))
        assert (answer.status, answer["Allow"], answer["Cache-Control"]) == (405, ALLOW, "no-store"), method
        assert_secured(answer, row.partition("?")[0].endswith((".json", ".md")))
    unknown = sample_site.http("BREW", at(row))
    assert unknown.status == 501 and unknown["Allow"] is None
    assert_secured(unknown, row.partition("?")[0].endswith((".json", ".md")))
    assert unknown["X-Request-Id"] not in sample_site.log, "what a visitor asks for is no failure"


@pytest.mark.parametrize("row", ["/", "/products/kafka.json"])
def test_nginx_answers_trace_itself(sample_site, row):
    answer = sample_site.http("TRACE", row)
    assert answer.status == 405 and answer["Allow"] == ALLOW
    assert_secured(answer, False)


@pytest.mark.parametrize("row", TABLE)
def test_a_known_copy_is_not_sent_again(sample_site, at, row):
    answer = sample_site.get(at(row))
    for condition in (answer["ETag"], "W/" + answer["ETag"], '"other", ' + answer["ETag"], "*"):
        again = sample_site.get(at(row), if_none_match=condition)
        assert (again.status, again.body) == (304, b""), condition
        for name in ("ETag", "Last-Modified", "Cache-Control", "Vary", "Link"):
            assert again.all(name) == answer.all(name), name
        assert again["Content-Type"] is None and again["Content-Encoding"] is None
        assert_secured(again, for_others(row))
    for condition in ('"other"', answer["ETag"][:-2] + '"', answer["ETag"].strip('"'), "w/" + answer["ETag"]):
        assert sample_site.get(at(row), if_none_match=condition).status == 200, condition


OLD_DATES = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]  # to be read as well: RFC 9110, 5.6.7


@pytest.mark.parametrize("row", TABLE)
def test_a_date_counts_only_when_it_is_old_enough(sample_site, at, row):
    modified = email.utils.parsedate_to_datetime(sample_site.get(at(row))["Last-Modified"]).timestamp()

    def since(seconds, form="%a, %d %b %Y %H:%M:%S GMT", **more):
        return sample_site.get(at(row), if_modified_since=time.strftime(form, time.gmtime(seconds)), **more).status
    old = time.time() - 120
    assert since(modified - 1) == 200
    if row != SHEET:  # whose content never changes
        assert since(time.time()) == 200, "a date of the last minute may hide an edit of the same second"
    if modified <= old:
        assert since(old) == 304 and since(modified) == 304
        assert since(old, if_none_match='"other"') == 200
    for form in OLD_DATES:
        assert since(modified - 1, form) == 200
        assert since(old, form) == (304 if modified <= old else 200), form
    assert sample_site.get(at(row), if_modified_since="yesterday").status == 200


EDITS = [("/products/kafka", "UPDATE activity SET title = 'Now called so' WHERE product_id = (SELECT id FROM product"
          " WHERE slug = 'kafka')", "Now called so"),
         ("/sectors/databases", "UPDATE sector SET name = 'Keeping things' WHERE slug = 'databases'", "Keeping things"),
         ("/faq", "UPDATE faq SET question = 'Asked anew?' WHERE product_id IS NULL ORDER BY id LIMIT 1", "Asked anew?"),
         ("/compare/nats-vs-redis", "UPDATE product_theme SET sort = -id WHERE product_id = (SELECT id FROM product"
          " WHERE slug = 'nats')", None)]


def test_a_date_tells_also_of_edits_to_rows_without_one(own_site):
    before = {path: own_site.get(path) for path in ["/products/wordpress", *[path for path, _, _ in EDITS]]}
    for path, answer in before.items():
        assert own_site.get(path, if_modified_since=answer["Last-Modified"]).status == 304
    for path, statement, sign in EDITS:
        etag = own_site.get(path)["ETag"]
        own_site.sql(statement)
        wait_until(lambda: own_site.get(path)["ETag"] != etag, 5)
        after = own_site.get(path, if_modified_since=before[path]["Last-Modified"])
        assert after.status == 200 and (not sign or sign in after.text)
        assert time.time() - 20 < email.utils.parsedate_to_datetime(after["Last-Modified"]).timestamp() <= time.time()
    assert own_site.get("/products/wordpress")["Last-Modified"] == before["/products/wordpress"]["Last-Modified"]
    told = {path: own_site.get(path)["Last-Modified"] for path in before}
    times = own_site.log.count("read everything")
    own_site.sql("UPDATE site_state SET incarnation = 'restored'")
    wait_until(lambda: own_site.log.count("read everything") > times, 10)
    own_site.restart_pool()  # without a page in any table
    assert {path: own_site.get(path)["Last-Modified"] for path in told} == told
    hour = time.time() // 3600 * 3600
    own_site.restart_pool(as_of="")
    for path in ("/products/wordpress", "/products/wordpress.md", "/badge/wordpress.svg"):  # counts move with the hour
        assert email.utils.parsedate_to_datetime(own_site.get(path)["Last-Modified"]).timestamp() >= hour


def test_no_date_lies_in_the_future(make_site):
    """Not even where the site's clock, or the database's, goes before ours."""
    site = make_site(config={"as_of": "2099-01-01T12:00:00Z"})
    site.sql("INSERT INTO activity (product_id, title, occurred_at) SELECT id, 'Some day', '2098-12-31' FROM product"
             " WHERE slug = 'kafka'")
    wait_until(lambda: "Some day" in site.get("/products/kafka").text, 5)
    answer = site.get("/products/kafka")
    assert email.utils.parsedate_to_datetime(answer["Last-Modified"]) <= email.utils.parsedate_to_datetime(answer["Date"])
    assert site.get("/products/kafka", if_modified_since=answer["Last-Modified"]).status == 200


FILES = ["/robots.txt", "/opensearch.xml", "/llms.txt", "/.well-known/security.txt", "/api/openapi.json"]


def test_all_workers_tell_the_same_date_of_what_lasts(own_site):
    before = [own_site.get(path)["Last-Modified"] for path in FILES]
    wait_until(lambda: time.time() > email.utils.parsedate_to_datetime(before[0]).timestamp() + 1.1, 5)
    olds = own_site.children()
    for pid in olds:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: own_site.diptych("status").returncode == 0 and len(set(own_site.children()) - set(olds)) == len(olds), 10)
    assert [own_site.get(path)["Last-Modified"] for path in FILES] == before


def test_a_page_may_be_kept_until_its_next_label(make_site):
    site = make_site(config={"as_of": "", "page_max_age": 60})
    site.sql("INSERT INTO activity (product_id, title, occurred_at) SELECT id, 'Just out', UTC_TIMESTAMP(6) - INTERVAL 20"
             " SECOND FROM product WHERE slug = 'kafka'")
    wait_until(lambda: "Just out" in site.get("/products/kafka").text, 5)

    def seconds(path):
        return int(re.fullmatch(r"public, max-age=(\d+), must-revalidate", site.get(path)["Cache-Control"])[1])
    for path in ("/products/kafka", "/products/kafka.json", "/compare/kafka-vs-nats.md"):
        assert 0 < seconds(path) <= 40, path  # then it says "1m ago"
    assert seconds("/products/kafka.atom") == seconds("/badge/kafka.svg") == 60


@pytest.mark.parametrize("row", TABLE)
def test_gzip_is_another_representation(sample_site, at, row):
    plain = sample_site.get(at(row))
    for accept in ("gzip", "deflate, gzip;q=0.5", "GZip, *;q=0", *(["*"] if row != SHEET else [])):
        packed = sample_site.get(at(row), accept_encoding=accept)
        if row == PICTURE or len(plain.body) < 512:
            assert packed["Content-Encoding"] is None and packed.body == plain.body
            continue
        assert packed["Content-Encoding"] == "gzip" and gzip.decompress(packed.body) == plain.body
        assert packed["ETag"] != plain["ETag"] and packed["Vary"] == "Accept-Encoding"
        assert int(packed["Content-Length"]) == len(packed.body) < len(plain.body)
        for condition in (packed["ETag"], f'{plain["ETag"]}, W/{packed["ETag"]}'):
            known = sample_site.get(at(row), accept_encoding=accept, if_none_match=condition)
            assert known.status == 304 and known["ETag"] == packed["ETag"] and known["Vary"] == "Accept-Encoding"
        assert sample_site.get(at(row), if_none_match=packed["ETag"]).status == 200
        assert sample_site.get(at(row), accept_encoding=accept, if_none_match=plain["ETag"]).status == 200
    for accept in ("gzip;q=0", "deflate", "identity", "*;q=0", "identity;q=0", "GZIP; q=0.000", ""):
        assert sample_site.get(at(row), accept_encoding=accept)["Content-Encoding"] is None, accept


CODINGS = {"br": brotli.decompress, "zstd": lambda b: zstandard.ZstdDecompressor().decompress(b, max_output_size=1 << 24),
           "gzip": gzip.decompress, None: bytes}


@pytest.mark.parametrize("accept", ["br", "zstd", "gzip, deflate, br, zstd", "gzip;q=0.5, br", "zstd;q=0.9, br;q=0.8, gzip;q=0.7"])
@pytest.mark.parametrize("row", [r for r in TABLE if r != SHEET])
def test_every_coding_is_another_representation(sample_site, at, row, accept):
    """While a page is asked for more and more often, it comes in smaller and smaller codings, each under a tag of its own."""
    plain, tags = sample_site.get(at(row)), {}
    for _ in range(40):
        packed = sample_site.get(at(row), accept_encoding=accept)
        coding = packed["Content-Encoding"]
        assert coding is None or coding in accept
        assert CODINGS[coding](packed.body) == plain.body and packed["Vary"] == plain["Vary"]
        assert (packed["ETag"] == plain["ETag"]) == (coding is None)
        assert tags.setdefault(packed["ETag"], packed.body) == packed.body
    if coding is None:
        assert row == PICTURE or len(plain.body) < 512
        return
    for tag in tags:  # a copy in any of them is current
        known = sample_site.get(at(row), accept_encoding=accept, if_none_match=tag)
        assert known.status == 304 and known["ETag"] == tag and not known.body
        assert sample_site.get(at(row), if_none_match=tag).status == 200
    head = sample_site.http("HEAD", at(row), {"Accept-Encoding": accept})
    assert head.status == 200 and head.body == b"" and head["Content-Encoding"] in accept
    again = sample_site.get(at(row), accept_encoding=accept)["ETag"]  # on a busy machine the best coding comes late
    assert head["ETag"] in tags or head["ETag"] == again
    assert sample_site.get(at(row), accept_encoding=accept, if_none_match=plain["ETag"]).status == 200


def test_pages_that_are_asked_for_often_are_smaller(sample_site):
    path = "/compare/kafka-vs-kubernetes"
    sizes = [[len(sample_site.get(path, accept_encoding=c).body) for _ in range(60)] for c in ("gzip", "br")]
    assert min(sizes[1]) <= 0.85 * sizes[0][0], sizes


@pytest.mark.parametrize("row", TABLE)
def test_what_means_nothing_changes_nothing(sample_site, at, row):
    answer = sample_site.get(at(row))
    for other in (sample_site.get(with_query(at(row), "utm_source=feed&x=%22")),
                  sample_site.get(at(row), host="evil.example"),
                  sample_site.get(at(row), x_forwarded_host="evil.example", x_forwarded_proto="gopher"),
                  sample_site.get(at(row), cookie="a=b", accept_language="de", accept="text/plain")):
        assert other.status == 200 and other.body == answer.body and other["ETag"] == answer["ETag"]
        assert other["Link"] == answer["Link"]
    assert b"evil.example" not in answer.body


def test_no_page_takes_up_what_a_visitor_wrote_into_the_query(own_site):
    """Asked so for the first time: what is made then is what all get."""
    words = "a=zqxj&b=zqxj&c=zqxj&d=zqxj&q=zqxj&utm_source=zqxj"
    for row in TABLE:
        if row.partition(".")[0].partition("?")[0] not in ("/search", "/compare", PICTURE.partition(".")[0], "/static/site"):
            answer = own_site.get(with_query(row, words))
            assert answer.status == 200 and b"zqxj" not in answer.body, row
            assert b"zqxj" not in own_site.get(row).body, row


# ---- one address

@pytest.mark.parametrize("row", [r for r in TABLE if r != "/"] + LIVE)
def test_another_spelling_leads_there_in_one_step(sample_site, at, row):
    path, _, query = at(row).partition("?")
    query = f"?{query}" if query else ""
    first = path[1]
    spellings = {path.upper(), path + "/", "/" + path, path[:1] + "%{:02x}".format(ord(first)) + path[2:],
                 path.replace("/", "//"), path.title() + "//"}
    for spelling in spellings - {path}:
        for more in (query, (query + "&" if query else "?") + "x=%20y"):
            answer = sample_site.get(spelling + more)
            assert (answer.status, answer["Location"]) == (308, sample_site.url + path + more), spelling
        assert_secured(answer, for_others(row))
    assert sample_site.get(path + query).status == 200


MOVES = [
    ("/compare/kubernetes-vs-kafka", "/compare/kafka-vs-kubernetes"),
    ("/compare/k8s-vs-apache-kafka", "/compare/kafka-vs-kubernetes"),
    ("/Compare//K8S-vs-Apache-Kafka/", "/compare/kafka-vs-kubernetes"),
    ("/compare/redis-vs-nats-vs-kafka.json", "/compare/kafka-vs-nats-vs-redis.json"),
    ("/compare/nats-vs-kafka.atom", "/compare/kafka-vs-nats.atom"),
    ("/compare/kafka-vs-nats-vs-nats", "/compare/kafka-vs-nats"),
    ("/compare/kafka-vs-kafka", "/products/kafka"),
    ("/compare/kafka-vs-apache-kafka.md", "/products/kafka.md"),
    ("/products/k8s", "/products/kubernetes"), ("/products/k8s.json", "/products/kubernetes.json"),
    ("/products/K8s.md/", "/products/kubernetes.md"), ("/products/k8s.atom", "/products/kubernetes.atom"),
    ("/alternatives/postgres", "/alternatives/postgresql"), ("/faq/postgres", "/faq/postgresql"),
    ("/faq/kubernetes-vs-kafka", "/faq/kafka-vs-kubernetes"), ("/badge/k8s.svg", "/badge/kubernetes.svg"),
    ("/leaderboard?page=1", "/leaderboard"), ("/leaderboard.json?page=1", "/leaderboard.json"),
    ("/leaderboard?page=1&x=2", "/leaderboard?x=2"), ("/search?q=kafka&page=1", "/search?q=kafka"),
    ("/leaderboard?page=%31", "/leaderboard"),
    ("/products/kafka?page=1", "/products/kafka"), ("/.json", "/index.json"), ("/.md", "/index.md"), ("//", "/")]


@pytest.mark.parametrize("spelling, home", MOVES)
def test_moves_take_one_step(sample_site, spelling, home):
    answer = sample_site.get(spelling)
    assert (answer.status, answer["Location"]) == (308, sample_site.url + home)
    assert told(sample_site.http("HEAD", spelling)) == told(answer)
    assert sample_site.get(home).status == 200


IN_A_QUERY = (string.ascii_letters + string.digits + "-._~!$&()*+,;=:@/?").encode()  # RFC 3986, section 3.4, but for "'"


@pytest.mark.parametrize("path, home", [("/products/KAFKA", "/products/kafka"), ("/Feed.atom", "/feed.atom"),
                                        ("/ROBOTS.txt", "/robots.txt")])
def test_a_moved_address_is_a_uri_whatever_byte_was_asked_for(sample_site, path, home):
    """Straight to the pool, since nginx takes some of the bytes itself; no parameter may hold a NUL."""
    with fcgi_client.Peer(sample_site.socket) as peer:
        for byte in range(1, 256):
            target = path.encode() + b"?x" + bytes([byte]) + b"<%41"
            shown = chr(byte) if byte in IN_A_QUERY else f"%{byte:02X}"
            answer = peer.ask(target)
            assert answer.status == 308 and answer.headers["location"] == f"{sample_site.url}{home}?x{shown}%3C%41", byte


@pytest.mark.parametrize("query, home", [("?a=kubernetes&b=kafka", "/compare/kafka-vs-kubernetes"),
                                         ("?a=k8s&b=nats&c=kafka", "/compare/kafka-vs-kubernetes-vs-nats"),
                                         (".json?a=nats&b=kafka", "/compare/kafka-vs-nats.json"),
                                         (".md?a=nats&b=kafka", "/compare/kafka-vs-nats.md")])
def test_the_picker_answers_see_other(sample_site, query, home):
    answer = sample_site.get("/compare" + query)
    assert (answer.status, answer["Location"]) == (303, sample_site.url + home)
    assert sample_site.get(home).status == 200


# ---- errors

def assert_error_page(site, answer, status, path):
    assert answer.status == status, answer
    form = path.partition("?")[0].rpartition(".")[2]
    if form == "json":
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json["request_id"] == answer["X-Request-Id"]
    else:
        assert answer["X-Request-Id"] in answer.text
    if form not in ("json", "md"):
        page = parse(answer.text)
        assert page.one("h1").text and str(status) in page.text
        assert {"/", "/compare", "/sectors"} <= {a["href"] for a in page.one("nav", {"aria-label": "Main"}).all("a")} | \
            {a["href"] for a in page.all("a")}
        assert page.one("form", {"role": "search"}) and page.one("meta", {"name": "robots"})["content"] == "noindex"
    assert_secured(answer, form in ("json", "md"))
    assert answer["ETag"] is None and answer["Last-Modified"] is None
    wait_until(lambda: answer["X-Request-Id"] in (site.folder / "access.log").read_text(), 5)
    line = [x for x in (site.folder / "access.log").read_text().splitlines() if answer["X-Request-Id"] in x]
    assert len(line) == 1 and f" {status} " in line[0]
    if status >= 500:
        assert answer["X-Request-Id"] in site.log


NOTHING = ["/products/nobody", "/products/nobody.json", "/products/nobody.md",
           "/products/nobody.atom", "/compare/kafka", "/compare/kafka-vs-nobody", "/compare/nobody-vs-kafka.json",
           "/compare/kafka-vs-nats-vs-redis-vs-nginx-vs-caddy", "/alternatives/nobody", "/faq/nobody", "/sectors/nobody",
           "/sectors/nobody.atom", "/themes/nobody", "/leaderboard?page=99", "/leaderboard?page=0", "/leaderboard?page=x",
           "/sectors/devops?page=99", "/products/kafka?page=99", "/nothing", "/nothing/here.json", "/badge/nobody.svg",
           "/og/nobody.png", "/sitemaps/pages-99.xml", "/sitemaps/other.xml", "/products/kafka.xml",
           "/products/kafka.html", "/index.php", "/.env", "/feed", "/%E2%98%83", "/products/KAFKA2/", "/NOTHING/",
           "/a%01b", "/%7f", "/products/kafka%0d%0aX-Evil:%201",
           "/static", "/static/", "/static/none.0123456789ab.css", "/static/.hidden", "/static/site.css", "/static/../static/"]


@pytest.mark.parametrize("path", NOTHING)
def test_nothing_is_404_whatever_its_spelling(sample_site, path):
    answer = sample_site.get(path)
    assert_error_page(sample_site, answer, 404, path)
    assert answer["Cache-Control"] == "public, max-age=1" and answer["Location"] is None
    head = sample_site.http("HEAD", path)
    assert (head.status, head.body) == (404, b"") and told(head) == told(answer)


@pytest.mark.parametrize("path, status", [("/%ff", 400), ("/products/%c3%28.json", 400), ("/%e0%80%80", 400),
                                          ("/" + "a" * 2048, 414), ("/" + "%61" * 700 + ".json", 414)])
def test_what_is_no_address(sample_site, path, status):
    answer = sample_site.get(path)
    assert answer.status == status and answer["Cache-Control"] == "no-store"
    assert answer["X-Request-Id"] in answer.text
    assert_secured(answer, False)


def test_a_path_of_just_the_longest_length_is_an_address(sample_site):
    assert sample_site.get("/" + "a" * 2047).status == 404


def test_the_form_of_absolute_addresses(sample_site):
    """RFC 9112 section 3.2.2: a server takes them too; the authority there means nothing to links."""
    answer = sample_site.get("http://evil.example/products/kafka", host="evil.example")
    assert answer.status == 200 and "evil.example" not in answer.text and "evil.example" not in answer["Link"]


OF_KAFKA = ["/products/kafka", "/products/kafka.json", "/products/kafka.md", "/products/kafka.atom", "/alternatives/kafka",
            "/alternatives/kafka.json", "/faq/kafka", "/compare/kafka-vs-nats", "/compare/nats-vs-kafka.json",
            "/compare/kafka-vs-nats.atom", "/faq/kafka-vs-nats", "/badge/kafka.svg", "/og/kafka.png",
            "/products/KAFKA/", "/products/apache-kafka"]


def test_a_withdrawn_product_is_gone_and_a_draft_was_never_there(own_site):
    for path in OF_KAFKA:
        assert own_site.get(path).status in (200, 308), path
    own_site.sql("UPDATE product SET status = 'archived' WHERE slug = 'kafka'")
    wait_until(lambda: own_site.get("/products/kafka").status == 410, 5)
    for path in OF_KAFKA:
        answer = own_site.get(path)
        assert_error_page(own_site, answer, 410, path.rstrip("/"))
        assert answer["Cache-Control"] == "public, max-age=1" and answer["Location"] is None
    assert own_site.get("/compare/kafka-vs-nobody").status == 404
    own_site.sql("UPDATE product SET status = 'draft' WHERE slug = 'kafka'")
    wait_until(lambda: own_site.get("/products/kafka").status == 404, 5)
    assert [own_site.get(path).status for path in OF_KAFKA] == [404] * len(OF_KAFKA)


def test_nothing_to_serve_from(own_site):
    wait_until(lambda: own_site.get("/products/nobody").status == 404, 20, "the first catalog")
    own_site.cache.stop()
    own_site.database.stop()
    for path in ("/products/nats", "/products/nats.json", "/products/nats.md", "/compare/nats-vs-redis",
                 "/alternatives/nats", "/faq/nats", "/products/nats.atom"):
        answer = own_site.get(path)
        assert_error_page(own_site, answer, 503, path)
        assert answer["Cache-Control"] == "no-store" and int(answer["Retry-After"]) > 0
    for path in ("/healthz", "/robots.txt", "/opensearch.xml", "/llms.txt", "/.well-known/security.txt", "/api/openapi.json"):
        assert own_site.get(path).status == 200, path
    assert own_site.get("/products/nobody").status == 404, "the catalog knows what there is"

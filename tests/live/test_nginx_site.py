"""The shipped nginx configuration in front of the real pool."""
import gzip
import re

import pytest

from lib.secured import assert_plain_error, assert_secured
from lib.servers import TOP, wait_until

PAGE = "/compare/kafka-vs-kubernetes"


@pytest.mark.parametrize("path", [PAGE, "/compare/kubernetes-vs-kafka", "/compare/none-vs-kafka", "/healthz", "/readyz",
                                  "/metrics", "/nothing/here"])
def test_pool_and_nginx_send_the_same_set_and_never_twice(sample_site, path):
    assert_secured(sample_site.get(path))


def test_the_policy_of_pages_is_the_documented_one(sample_site):
    for path in (PAGE, "/nothing/here", "/healthz", "/badge/kafka.svg", re.search(r'href="(/static/[^"]+\.css)"', sample_site.get(PAGE).text)[1]):
        assert sample_site.get(path)["Content-Security-Policy"] == (
            "default-src 'none'; style-src 'self'; img-src 'self' https: data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"), path


def test_nginx_makes_no_redirect_of_its_own(sample_site):
    """A prefix location that passes to the pool is not redirected to by nginx, which would write the client's Host."""
    text = (TOP / "nginx/server.conf").read_text()
    prefixes = [x.rstrip("/") for x in re.findall(r"(?m)^location (?:\^~ )?(/[\w.-]+/) ", text)]
    assert "/preview" in prefixes and "/static" in prefixes
    for path in prefixes:
        answer = sample_site.http("GET", path, headers={"Host": "evil.example"})
        assert answer.status == 404, path
        assert_secured(answer)


def test_a_doubled_slash_reaches_the_pool(sample_site):
    answer = sample_site.get("/compare//kafka-vs-kubernetes?x=1")
    assert answer.status == 308
    assert answer["Location"] == sample_site.url + PAGE + "?x=1"


def test_the_request_id_is_in_the_pools_log(sample_site):
    """nginx's $request_id travels, so that both logs tell of one request."""
    answer = sample_site.get("/nothing/of-this-name")
    assert answer.status == 404
    wait_until(lambda: "/nothing/of-this-name" in (sample_site.folder / "access.log").read_text(), 5)
    line = [x for x in (sample_site.folder / "access.log").read_text().splitlines() if "/nothing/of-this-name" in x][-1]
    assert line.split()[1] in answer.text


def test_gzip_is_the_pools_and_keeps_a_strong_etag(sample_site):
    plain, packed = sample_site.get(PAGE), sample_site.get(PAGE, accept_encoding="gzip")
    assert packed["Content-Encoding"] == "gzip" and gzip.decompress(packed.body) == plain.body
    assert packed["ETag"] != plain["ETag"] and not packed["ETag"].startswith("W/")
    assert int(packed["Content-Length"]) == len(packed.body)


def test_the_stylesheet_of_a_page_is_there_and_immutable(sample_site):
    sheet = re.search(r'<link rel="?stylesheet"? href="([^"]+)"', sample_site.get(PAGE).text)[1]
    path = sheet.removeprefix(sample_site.url)
    assert re.fullmatch(r"/static/\w+\.[0-9a-f]{12}\.css", path)
    answer = sample_site.get(path)
    assert answer.status == 200 and answer["Content-Type"].startswith("text/css")
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    packed = sample_site.get(path, accept_encoding="gzip")
    assert packed["Content-Encoding"] == "gzip" and gzip.decompress(packed.body) == answer.body


def test_a_spelling_or_method_that_names_no_static_file_is_the_pools(sample_site):
    sheet = re.search(r'href="(/static/[^"]+\.css)"', sample_site.get(PAGE).text)[1]
    for spelling in ("/static//" + sheet[8:], "//" + sheet[1:], "/static/%73" + sheet[9:], sheet.upper() + "/"):
        answer = sample_site.get(spelling)
        assert (answer.status, answer["Location"]) == (308, sample_site.url + sheet), spelling
    for path in ("/static/../" + sheet[1:], "/static/x/.." + sheet[7:], "/static/x.0123456789ab.css", "/static//", sheet + "/x"):
        assert sample_site.get(path).status == 404, path
    assert sample_site.get(sheet + ".gz").status == 404
    assert sample_site.http("PUT", "/static/none")["X-Request-Id"]


def test_a_request_body_is_not_read(sample_site):
    answer = sample_site.http("POST", PAGE, body=b"a=b" * 1000)
    assert answer.status == 405 and "GET" in answer["Allow"]


def test_connections_to_the_pool_are_kept(sample_site):
    """A second round of requests opens next to no new connection.  A worker that a busy machine held up ends one of them, when
    another worker could have served its request."""
    def connections():
        lines = open("/proc/net/unix").read().splitlines()
        return {x.split()[6] for x in lines if f" {sample_site.socket}" in x and x.split()[5] == "03"}
    for _ in range(5):
        sample_site.get(PAGE)
    before, seen = connections(), set()
    for _ in range(20):
        assert sample_site.get(PAGE).status == 200
        seen |= connections()
    assert before and len(seen - before) <= 4


def test_a_pool_that_is_away_and_comes_back(own_site):
    own_site.pool.stop()
    assert_plain_error(own_site.get(PAGE), 502)
    own_site.start_pool()
    wait_until(lambda: own_site.get(PAGE).status == 200, 10)


def test_every_metric_is_in_the_manual(sample_site):
    manual = (TOP / "man/diptych.8").read_text()
    names = re.findall(r"^# TYPE (\S+)", sample_site.get("/metrics").text, re.M)
    assert len(names) > 30 and [n for n in names if not re.search(rf"\b{n}\b", manual)] == []

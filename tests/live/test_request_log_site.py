"""The request log of a whole site, behind nginx: where each page came from and what its stages took."""
import json

import pytest

from lib.daemon import wait_until
from lib.servers import SLOW, Site

WORK = ("params_ms", "catalog_ms", "build_ms", "render_ms", "write_ms")


@pytest.fixture(scope="module")
def site(templates):
    site = Site(templates, config={"workers": 1, "request_log_format": "json", "deadline": 20000})
    site.requests = site.folder / "requests.log"
    site.config["request_log"] = site.requests
    site.write_config()
    try:
        site.start()
        wait_until(lambda: site.http("GET", "/readyz").status == 200, 30 * SLOW)
        site.http("GET", "/healthz")  # its line is the last of those before the tests: there is one worker
        wait_until(lambda: '"/healthz"' in site.requests.read_text(), 10 * SLOW)
        yield site
    finally:
        site.stop()
        site.remove()


def logged(site, answer):
    """Asks, and returns the answer and its line."""
    def whole():
        return site.requests.read_text().split("\n")[:-1]  # the last one may be on its way
    before = len(whole())
    got = answer()
    lines = wait_until(lambda: len(found := whole()) > before and found, 10 * SLOW)
    assert len(lines) == before + 1, lines[before:]
    return got, json.loads(lines[-1])


def get(site, path):
    return logged(site, lambda: site.http("GET", path))


def test_each_stage_shows_up_and_each_cache_is_named(site):
    path = "/compare/kafka-vs-kubernetes"
    page, cold = get(site, path)
    assert (page.status, cold["status"], cold["path"], cold["route"], cold["bytes"]) == (200, 200, path, "compare", len(page.body))
    assert cold["cache"] == "mysql" and cold["statements"] > 0
    assert [k for k in (*WORK, "memcached_ms", "mysql_ms", "markdown_ms") if cold[k] <= 0] == [], cold
    _, again = get(site, path)
    assert again["cache"] == "page" and again["statements"] == 0 and again["params_ms"] > 0 and again["write_ms"] > 0
    assert [k for k in ("memcached_ms", "mysql_ms", "markdown_ms", "build_ms", "render_ms") if again[k]] == []
    site.diptych("reload", check=True)  # a new worker, whose page cache is empty
    site.workers(1)  # and the old one is gone
    _, warm = get(site, path)
    assert warm["cache"] == "memcached" and warm["statements"] == 0
    assert [k for k in (*WORK, "memcached_ms") if warm[k] <= 0] == [] and warm["mysql_ms"] == warm["markdown_ms"] == 0
    for line in (cold, again, warm):
        parts = sum(v for k, v in line.items() if k.endswith("_ms"))
        assert abs(parts - line["ms"]) < 0.02


@pytest.mark.parametrize("path, route, status", [
    ("/", "home", 200), ("/index.json", "home", 200), ("/healthz", "healthz", 200), ("/api/openapi.json", "api/openapi.json", 200),
    ("/robots.txt", "robots.txt", 200), ("/no/such/page", "none", 404), ("/nosuchpage", "static_page", 404),
    ("/products/kafka", "trajectory", 200), ("/search?q=redis", "search", 200), ("/compare/kubernetes-vs-kafka", "compare", 308)])
def test_the_route_of_an_answer(site, path, route, status):
    answer, line = get(site, path)
    assert (answer.status, line["status"], line["route"]) == (status, status, route)


def test_the_id_is_that_of_the_error_page(site):
    page, line = get(site, "/no/such/page/of-this-site")
    assert page.status == 404 and line["id"] in page.text + str(page.headers)


def test_a_picture_tells_how_long_it_was_drawn(site):
    page = get(site, "/products/kafka")[0].text
    address = page.partition('property="og:image" content="')[2].partition('"')[0]
    picture, line = get(site, address.removeprefix(site.url))
    assert picture.status == 200 and line["route"] == "image" and 0 < line["deferred_ms"] <= line["ms"]


@pytest.mark.parametrize("target", [b'/compare/"x","status":1', b"/compare/\\", b"/caf\xc3\xa9", b"/\xff\xfe\x80", b"/compare/%22%0A%01?\"\\'=",
                                    b"/" + b"'" * 1500, b"/compare/a?" + b"\xc3" * 900])
def test_hostile_addresses_through_nginx(site, target):
    def ask():
        return site.web.exchange(b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", half_close=False)
    answer, line = logged(site, ask)
    assert int(answer.split()[1]) == line["status"] >= 300
    assert line["path"].isascii() and line["path"].isprintable() and not set(line["path"]) & set('"\\ ')

"""The metrics of a site: what promtool and the manual say of each, and what the database, the servers of the cache and the
catalog look like from outside."""
import re
import subprocess

import pytest

from lib.answered import answered
from lib.daemon import wait_until
from lib.endpoint import Endpoint, answers
from lib.exposition import families
from lib.servers import SLOW, TOP, Site, has_promtool

REQUESTS, LEVELS = "diptych_http_requests_total", "diptych_page_answers_total"


@pytest.fixture(scope="module")
def site(templates):
    site = Site(templates, config={"workers": 1, "workers_min": 1, "sweep_seconds": 5})
    site.config["metrics_listen"] = site.folder / "m.sock"
    site.write_config()
    site.endpoint = Endpoint(site.config["metrics_listen"])
    try:
        site.start()
        wait_until(lambda: site.get("/readyz").status == 200, 30 * SLOW)
        yield site
    finally:
        site.stop()
        site.remove()


def scrape(site):
    return families(site.endpoint.ask("/metrics").text)


def at_rest(site):
    """With all answers counted that are out."""
    answered(site)
    return scrape(site)


def counted(site, before, n):
    """The increase of a family's samples once n more answers are counted, without those of the waiting itself."""
    wait_until(lambda: scrape(site)[REQUESTS].sum() - before[REQUESTS].sum() >= n, 10 * SLOW)
    now = at_rest(site)
    return {name: {key: v - before[name].samples.get(key, 0) for key, v in f.samples.items() if v != before[name].samples.get(key, 0)}
            for name, f in now.items()}


def by(increase, *names):
    return {tuple(dict(labels)[n] for n in names): v for (_, labels), v in increase.items()}


def test_routes_are_those_of_the_pages(site):
    asked = {"/": "home", "/index.json": "home", "/compare": "pick", "/compare/kafka-vs-nats": "compare", "/products/kafka.md": "trajectory",
             "/products/kafka.atom": "product_feed", "/search?q=kaf": "search", "/leaderboard": "leaderboard", "/sitemap.xml": "sitemap_index",
             "/badge/kafka.svg": "badge", "/methodology": "methodology", "/robots.txt": "robots.txt",
             "/api/openapi.json": "api/openapi.json", "/healthz": "healthz"}
    before = at_rest(site)
    for path in asked:
        assert site.get(path).status == 200, path
    wrong = {"/compare/kafka-vs-nothing": ("compare", "4xx"), "/compare/nats-vs-kafka": ("compare", "3xx"),
             "/products/none-such": ("trajectory", "4xx"), "/a/b/c": ("none", "4xx")}
    for path in wrong:
        assert str(site.get(path).status)[0] == wrong[path][1][0], path
    got = by(counted(site, before, len(asked) + len(wrong))[REQUESTS], "route", "status")
    expected = {}
    for key in [*((route, "2xx") for route in asked.values()), *wrong.values()]:
        expected[key] = expected.get(key, 0) + 1
    assert got == expected


def test_pages_are_counted_by_the_level_that_they_needed(site):
    path = "/compare/redis-vs-valkey" if site.get("/products/valkey").status == 200 else "/compare/kafka-vs-kubernetes"
    site.cache.flush()
    site.restart_pool()
    wait_until(lambda: answers(site.endpoint, "/readyz"), 30 * SLOW)
    seen = []
    for p in (path, path, path + ".json", "/sectors"):
        before = at_rest(site)
        assert site.get(p).status == 200
        seen.append(by(counted(site, before, 1)[LEVELS], "level"))
    assert seen == [{("database",): 1}, {("page_cache",): 1}, {("memcached",): 1}, {("catalog",): 1}]
    before = at_rest(site)
    assert site.get("/products/none-such").status == 404
    assert counted(site, before, 1)[LEVELS] == {}, "an error is no page"


def test_bytes_are_those_that_nginx_received(site):
    before = at_rest(site)
    bodies = sum(len(site.get("/products/kafka").body) for _ in range(5))
    found = by(counted(site, before, 5)["diptych_http_response_bytes_total"], "route")[("trajectory",)]
    assert bodies < found < bodies + 5 * 2000


def test_every_metric_is_in_the_manual_and_the_other_way_round(site):
    manual = (TOP / "man/diptych.8").read_text().replace("\\-", "-")
    section = re.search(r"^\.SH METRICS\n(.*?)^\.SH", manual, re.M | re.S)[1]
    named = re.findall(r"^\.B (diptych_\w+)$", section, re.M)
    assert len(named) == len(set(named)) and set(named) == set(scrape(site))


@pytest.mark.skipif(not has_promtool(), reason="promtool (package prometheus) is not installed")
def test_promtool_finds_nothing_to_say(site):
    text = site.endpoint.ask("/metrics").text
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_version_is_that_of_the_program(site):
    version = site.diptych("--version").stdout.split()[1]
    assert scrape(site)["diptych_build_info"].at(version=version) == 1


def gauges(site, *names):
    found = scrape(site)
    return [found[f"diptych_{n}"].value for n in names]


def test_the_catalog_has_an_age_and_a_size(site):
    wait_until(lambda: gauges(site, "catalog_sweep_timestamp_seconds")[0] > 0, 20 * SLOW, "a sweep")
    assert gauges(site, "catalog_ready", "catalog_products", "catalog_behind_entries", "catalog_doubted", "pool_ready") == [1, 100, 0, 0, 1]
    assert gauges(site, "catalog_age_seconds")[0] < 5 * SLOW


def test_a_dead_server_of_the_cache_is_down_and_its_breaker_open(site):
    server = str(site.cache.server)
    assert scrape(site)["diptych_cache_server_up"].at(server=server) == 1
    site.cache.daemon.kill()
    try:
        wait_until(lambda: site.get("/products/kafka?x=1") and site.get("/products/redis.json")
                   and scrape(site)["diptych_breaker_open"].at(backend="memcached", server=server) == 1, 10 * SLOW)
        assert scrape(site)["diptych_cache_server_up"].at(server=server) == 0
        assert gauges(site, "database_up", "pool_ready") == [1, 1]
    finally:
        site.cache.start()
    wait_until(lambda: site.get("/products/kafka.md") and site.get("/products/nats.json")
               and scrape(site)["diptych_cache_server_up"].at(server=server) == 1, 20 * SLOW)


def test_a_dead_database_is_down_and_the_catalog_grows_old(site):
    site.database.daemon.kill()
    try:
        wait_until(lambda: gauges(site, "database_up", "pool_ready") == [0, 0], 10 * SLOW)
        wait_until(lambda: gauges(site, "catalog_age_seconds")[0] > 1, 10 * SLOW)
        assert gauges(site, "catalog_ready") == [1]
        site.cache.flush()
        wait_until(lambda: site.get("/products/kubernetes.json") and
                   scrape(site)["diptych_breaker_open"].at(backend="database", server="") == 1, 10 * SLOW)
    finally:
        site.database.start()
    wait_until(lambda: gauges(site, "database_up", "pool_ready") == [1, 1], 20 * SLOW)
    assert gauges(site, "catalog_age_seconds")[0] < 5 * SLOW


def test_a_catalog_that_was_never_confirmed_is_infinitely_old(site):
    site.database.stop()
    try:
        site.pool.stop()
        for path in site.state.iterdir():  # the state file knows when its catalog was confirmed
            path.unlink()
        site.start_pool()
        wait_until(lambda: answers(site.endpoint), 10 * SLOW)
        assert gauges(site, "catalog_age_seconds", "catalog_ready", "database_up") == [float("inf"), 0, 0]
    finally:
        site.database.start()
    wait_until(lambda: site.get("/readyz").status == 200, 30 * SLOW)

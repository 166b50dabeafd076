"""Readers of pages that are cached do not wait for those whose page the database has not yet given."""
import concurrent.futures
import contextlib
import http.client

import pytest

from lib.servers import SLOW, Site, wait_until

WARM = ["/products/nats", "/products/redis", "/products/wordpress", "/products/kubernetes", "/methodology", "/about"]


@pytest.fixture(scope="module")
def site(templates):
    site = Site(templates, config={"workers": 2, "mysql_timeout": 60000, "deadline": 60000, "request_timeout": 120000,
                                   "lease_ttl": 60}).start()
    yield site
    site.stop()
    site.remove()


def ask(site, path, times=1):
    """All over one connection of nginx's client; nginx keeps its own to the workers."""
    connection = http.client.HTTPConnection("127.0.0.1", site.web.port, timeout=100 * SLOW)
    for _ in range(times):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, (path, answer.status)
    connection.close()


def counter(site, name):
    return site.metrics()[f"diptych_{name}_total"]


@contextlib.contextmanager
def slow(site, readers):
    """As many readers wait for a page whose rows the database does not give."""
    for path in WARM:
        ask(site, path)
    slugs = [row[0] for row in site.sql("SELECT slug FROM product WHERE status = 'published' AND slug NOT IN ('nats', 'redis',"
                                        " 'wordpress', 'kubernetes') ORDER BY slug")][2 * readers:]
    cold = f"/compare/{slugs[0]}-vs-{slugs[1]}"  # neither the workers nor memcached have it
    site.diptych("scale", "1", check=True)
    site.workers(1)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:  # so all of nginx's connections are those of the worker that will wait
        list(pool.map(lambda path: ask(site, path, 50), WARM + WARM[:2]))
    site.diptych("scale", str(site.config["workers"]), check=True)
    site.workers()
    held = site.database.connect()
    cursor = held.cursor()
    cursor.execute("LOCK TABLES editorial WRITE")
    try:
        with concurrent.futures.ThreadPoolExecutor(readers) as pool:
            waits = counter(site, "lease_waits")
            answers = [pool.submit(ask, site, cold)]  # alone at first: two at once may share the leases of its products
            wait_until(lambda: "waiting for the database" in site.diptych("status").stdout, 20 * SLOW, "a cold page in the database")
            answers += [pool.submit(ask, site, cold) for _ in range(readers - 1)]
            if readers > 1 and site.config["lease_ttl"] > 1:  # a shorter lease may have ended on a slow machine
                wait_until(lambda: counter(site, "lease_waits") > waits, 20 * SLOW, "a reader who waits for the other worker's fill")
            yield answers
            assert not any(answer.done() for answer in answers), "the cold page was to wait until now"
            cursor.execute("UNLOCK TABLES")
            for answer in answers:
                answer.result()
    finally:
        held.close()


@pytest.mark.parametrize("readers", [1, 2, 6])
def test_readers_of_cached_pages_do_not_wait_for_a_slow_database(site, readers):
    passed = counter(site, "connections_passed")
    with slow(site, readers), concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda path: ask(site, path, 50), WARM))
    assert counter(site, "connections_passed") > passed


def test_the_time_in_which_a_request_waits_for_another_workers_fill_ends_with_the_lease(templates):
    """Each question whether the fill is done is a request handled anew; the time counts from its arrival.  A request that is
    handled anew and then waits for the database holds up nobody either."""
    site = Site(templates, config={"workers": 3, "mysql_timeout": 60000, "deadline": 60000, "request_timeout": 120000,
                                   "lease_ttl": 1}).start()
    try:
        with slow(site, 2), concurrent.futures.ThreadPoolExecutor(6) as pool:
            wait_until(lambda: site.diptych("status").stdout.count("waiting for the database") == 2, 20 * SLOW,
                       "the second reader's own fill")
            list(pool.map(lambda path: ask(site, path, 50), WARM))
    finally:
        site.stop()
        site.remove()

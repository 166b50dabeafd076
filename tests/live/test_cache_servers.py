"""Several memcached servers: a faulty one costs its share of the keys and nothing else, and comes back with nothing old."""
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections import Counter

import pytest

from lib.probe import load
from lib.servers import BINARY, SLOW, Cache, free_port, short_folder, wait_until
from lib.stopwatch import elapsed, moment
from test_faults_drip import Dripper, Server

PAIRS = ["kafka-vs-kubernetes", "nats-vs-redis", "caddy-vs-nginx", "terraform-vs-vault", "kafka-vs-nats", "redis-vs-valkey",
         "kubernetes-vs-nginx", "nats-vs-valkey"]
PAGES = [f"/compare/{pair}" for pair in PAIRS]
KAFKA_PAGES = ["/compare/kafka-vs-kubernetes", "/compare/kafka-vs-nats"]
CONFIG = {"page_cache_bytes": 0, "fragment_cache_bytes": 0, "memcached_timeout": 1000, "deadline": 20000}


class Servers:
    """A site with several memcached: the first on a UNIX socket, the others over TCP with one port on several addresses."""

    def __init__(self, make_site, count=3, **config):
        self.folder, port = short_folder("dp-c-"), free_port()
        self.caches = [Cache(self.folder).start()] + [
            Cache(self.folder, name=f"tcp-{i}", address=(f"127.0.0.{i}", port)).start() for i in range(1, count)]
        self.names = [c.server for c in self.caches]
        self.site = make_site(memcached=False, config={**CONFIG, "memcached": ", ".join(self.names), **config})
        self.right = {page: self.site.get(page).body for page in PAGES}
        wait_until(lambda: self.visit() and all(self.keys().values()), 20 * SLOW, "each server to have its share")

    def close(self):
        for c in self.caches:
            c.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def keys(self, *without):
        return {c.server: {k for k in c.keys() if k[0] != "l"} for c in self.caches if c.server not in without}

    def status(self):
        entries = json.loads(self.site.diptych("status", "--json").stdout)["cache_servers"]
        return {entry["server"]: entry for entry in entries}

    def visit(self):
        """Every page once; all must be right.  Returns how long the slowest took."""
        slowest = 0
        for page, body in self.right.items():
            began = moment()
            answer = self.site.get(page)
            slowest = max(slowest, elapsed(began))
            assert answer.status == 200 and answer.body == body, page
        return slowest

    def down(self, *servers, timeout=10):
        """Visits pages until exactly these servers are down."""
        def there():
            self.visit()
            return {name for name, s in self.status().items() if not s["up"]} == set(servers)
        wait_until(there, timeout * SLOW, f"{servers} to be down and no other")


@pytest.fixture
def make_servers(make_site):
    made = []

    def make(**config):
        made.append(Servers(make_site, **config))
        return made[-1]
    yield make
    for servers in made:
        servers.close()


@pytest.fixture
def servers(make_servers):
    return make_servers()


class Liar(Server):
    def talk(self, peer):
        for line in peer.makefile("rb"):
            if line.split()[0] in (b"get", b"gets"):
                peer.sendall(b"\x00\xff nonsense\r\n")


def stand_in(cache, kind, *more):
    cache.stop()
    cache.socket.unlink(missing_ok=True)
    return kind(cache.address or cache.socket, *more).listener.close


def break_server(cache, how):
    """Returns a function that ends what stands in its place."""
    if how == "refuses":
        cache.stop()
    elif how == "frozen":
        cache.daemon.freeze()
    elif how == "drips":
        return stand_in(cache, Dripper, "the value")
    elif how == "lies":
        return stand_in(cache, Liar)
    return lambda: None


@pytest.mark.parametrize("which", [0, 1], ids=["unix", "tcp"])
@pytest.mark.parametrize("how", ["refuses", "frozen", "drips", "lies"])
def test_a_faulty_server_costs_its_share_only(make_servers, how, which):
    servers = make_servers(memcached_timeout=500 if how == "drips" else 1000)
    broken = servers.names[which]
    before = servers.keys()
    mended = break_server(servers.caches[which], how)
    if how == "drips":  # it answers probes at once, so it is up now and then
        wait_until(lambda: servers.visit() < 6 * SLOW and servers.status()[broken]["errors"], 20 * SLOW)
    else:
        servers.down(broken)
    others = [name for name in servers.names if name != broken]
    first = servers.status()
    servers.visit()
    then = servers.status()
    for name in others:
        assert then[name]["hits"] > first[name]["hits"], name
        assert then[name]["errors"] <= 1, f"{name}: a busy machine may be late once"
        assert then[name]["misses"] == first[name]["misses"], "what it holds, it gives"
    after = servers.keys(broken)
    for name in others:
        for other in servers.names:
            assert name == other or not after[name] & before[other], "a key moved to another server"
    mended()


def test_a_dead_server_is_named_everywhere_and_taken_back(servers):
    broken = servers.caches[1]
    share = servers.keys()[broken.server]
    assert all(s["up"] and s["hits"] + s["misses"] for s in servers.status().values())
    text = servers.site.diptych("status").stdout
    assert "\ncache: 3 of 3 servers up\n" in text
    assert re.search(rf"\ncache server {re.escape(broken.server)}: up since \d{{4}}-\S+Z, \d+ hits, \d+ misses, 0 errors, 0 skipped\n", text)
    broken.daemon.kill()
    servers.down(broken.server)
    entry = servers.status()[broken.server]
    assert entry["errors"] >= 1 and entry["skipped"] >= 1 and re.match(r"\d{4}-.*Z$", entry["since"])
    text = servers.site.diptych("status").stdout
    assert "\ncache: 2 of 3 servers up\n" in text
    assert f"\ncache server {broken.server}: down since {entry['since']}, " in text
    assert json.loads(servers.site.diptych("status", "--json").stdout)["catalog"]["cache_up"] is False
    metrics = servers.site.metrics()
    assert [metrics[f'diptych_cache_server_up{{server="{name}"}}'] for name in servers.names] == [1, 0, 1]
    assert metrics[f'diptych_cache_server_errors_total{{server="{broken.server}"}}'] >= 1
    assert time.time() - metrics[f'diptych_cache_server_changed_timestamp_seconds{{server="{broken.server}"}}'] < 60
    done = servers.site.diptych("check")
    assert done.returncode == 1 and f"cache      {broken.server}: does not answer" in done.stdout
    assert f"cache      {servers.names[2]}: answers\n" in done.stdout
    down = [line for line in servers.site.log.splitlines() if f"memcached: {broken.server} is down: " in line]
    assert len(down) == 1 and "its fragments are made from the database" in down[0]
    broken.start()
    servers.down()
    wait_until(lambda: f"memcached: {broken.server} is up again after " in servers.site.log, 5 * SLOW)
    servers.visit()
    after = servers.keys()
    assert after[broken.server] & share
    assert not after[broken.server] & (after[servers.names[0]] | after[servers.names[2]]), "its own keys, and no others"
    fills = servers.site.metrics()["diptych_fills_total"]
    servers.visit()
    assert servers.site.metrics()["diptych_fills_total"] == fills, "nothing is missing any more"


def test_an_idle_pool_finds_out_by_itself_that_a_server_is_back(servers):
    broken = servers.caches[2]
    broken.stop()
    servers.down(broken.server)
    broken.start()
    wait_until(lambda: servers.status()[broken.server]["up"], 10 * SLOW)


@pytest.mark.timing
def test_frozen_servers_cost_each_worker_one_timeout_and_only_once(make_servers):
    servers = make_servers(memcached_timeout=1000, workers=2)
    for cache in servers.caches[:2]:
        cache.daemon.freeze()
    slow, waits, end = 0, 0, time.monotonic() + 7
    while time.monotonic() < end:  # also while the servers are probed
        for page, body in servers.right.items():
            began = moment()
            assert servers.site.get(page).body == body
            waits += time.monotonic() - began > 0.9
            took = elapsed(began)
            slow += took > 0.9
            assert took < 2.9, "one timeout for each server"
    assert 1 <= waits and slow <= 4, "each server once a worker"
    assert sum(s["errors"] for s in servers.status().values()) <= 4
    for cache in servers.caches[:2]:
        cache.daemon.thaw()
    servers.down()


def stored_unasked(servers):
    """A page and a server that the page asks nothing, but on which it stores a fragment."""
    def counted(cache):
        stats = cache.stats()
        return int(stats["cmd_get"]), int(stats["cmd_touch"])

    slugs = sorted({slug for pair in PAIRS for slug in pair.split("-vs-")})
    for a, b in itertools.combinations(slugs, 2):
        for cache in servers.caches:
            cache.flush()
        before = [counted(cache) for cache in servers.caches]
        assert servers.site.get(f"/compare/{a}-vs-{b}").status == 200
        for cache, (gets, touches) in zip(servers.caches, before):
            if (now := counted(cache))[0] == gets and now[1] > touches:
                return f"/compare/{a}-vs-{b}", cache
    raise AssertionError("no such page")


@pytest.mark.timing
def test_a_frozen_server_that_only_stores_something_costs_one_timeout(make_servers):
    """A server that answers stores slowly gets more time, but only if it has just answered something else."""
    servers = make_servers(count=8, memcached_timeout=1000, workers=1, workers_min=1)
    page, frozen = stored_unasked(servers)
    for cache in servers.caches:
        cache.flush()
    frozen.daemon.freeze()
    began = moment()
    assert servers.site.get(page).status == 200
    assert elapsed(began) < 2.9
    assert servers.status()[frozen.server]["errors"] == 1
    frozen.daemon.thaw()
    servers.down()


def test_two_of_three_dead_and_all_dead(servers):
    servers.caches[0].stop()
    servers.caches[2].daemon.freeze()
    servers.down(servers.names[0], servers.names[2])
    hits = servers.status()[servers.names[1]]["hits"]
    servers.visit()
    assert servers.status()[servers.names[1]]["hits"] > hits
    servers.caches[1].stop()
    servers.down(*servers.names)
    assert servers.visit() < 5 * SLOW
    servers.caches[0].start()
    servers.caches[1].start()
    servers.caches[2].daemon.thaw()
    servers.down()


def test_while_a_server_is_down_workers_keep_its_fragments_themselves(make_servers):
    servers = make_servers(fragment_cache_bytes=8 << 20, workers=1, workers_min=1)
    servers.caches[0].stop()
    servers.down(servers.names[0])
    servers.visit()
    fills = servers.site.metrics()["diptych_fills_total"]
    servers.visit()
    assert servers.site.metrics()["diptych_fills_total"] == fills


def test_workers_do_not_wait_for_fragments_that_nobody_can_pass_on(make_servers):
    """A lease would make the workers fill one after the other, and each for itself all the same."""
    servers = make_servers(workers=4)
    for cache in servers.caches[:2]:
        cache.stop()
    servers.down(*servers.names[:2])
    waits = servers.site.metrics()["diptych_lease_waits_total"]
    asked = itertools.cycle(PAGES)  # which server has a page's fragments is a matter of its port
    with load(lambda: servers.site.get(next(asked)), threads=6) as counts:
        fills = servers.site.metrics()["diptych_fills_total"]
        wait_until(lambda: servers.site.metrics()["diptych_fills_total"] > fills + 50, 20 * SLOW)
    assert set(counts) == {200}
    assert servers.site.metrics()["diptych_lease_waits_total"] == waits


def edit(site, words):
    site.sql("UPDATE product SET summary = %s WHERE slug = 'kafka'", words)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_nothing_old_comes_back_with_a_server(servers, which):
    """A frozen server keeps its memory, like one behind a cut cable, and comes back with what it held."""
    site, cache = servers.site, servers.caches[which]
    asked = itertools.cycle(PAGES)  # which server has a page's fragments is a matter of its port

    def words():
        found = [re.search(r"Edition (\w+)", site.get(path).text) for path in KAFKA_PAGES * 4]
        return Counter(f and f[1] for f in found)
    for edition in ("one", "two"):
        edit(site, f"Edition {edition}.")
        wait_until(lambda: set(words()) == {edition}, 10 * SLOW)
    cache.daemon.freeze()
    for edition in ("three", "two", "four"):  # "two" has the rows of a version that the server holds
        edit(site, f"Edition {edition}.")
        wait_until(lambda: set(words()) == {edition}, 10 * SLOW)
    hits = servers.status()[cache.server]["hits"]
    cache.daemon.thaw()
    with load(lambda: site.get(next(asked)), threads=4):
        seen, end = Counter(), time.monotonic() + 20 * SLOW
        while servers.status()[cache.server]["hits"] < hits + 40:
            seen += words()
            assert time.monotonic() < end, "the server is used again"
    assert set(seen + words()) == {"four"}, seen


def test_a_reload_keeps_the_counts_of_servers_that_stay(servers):
    site = servers.site
    before = servers.status()
    site.config["memcached"] = ", ".join(servers.names[:2])
    site.write_config()
    assert site.diptych("reload").returncode == 0
    wait_until(lambda: set(servers.status()) == set(servers.names[:2]))
    after = servers.status()
    assert all(after[n]["hits"] >= before[n]["hits"] > 0 and after[n]["since"] == before[n]["since"] for n in after)
    servers.visit()
    site.config["memcached"] = ", ".join(servers.names)
    site.write_config()
    assert site.diptych("reload").returncode == 0
    wait_until(lambda: set(servers.status()) == set(servers.names))
    assert servers.status()[servers.names[2]]["errors"] == 0
    servers.visit()


# ---- names


def in_namespace(site, mounts):
    """The pool sees other files at these paths; everything else is shared with the tests."""
    binds = " && ".join(f"mount --bind {source} {target}" for target, source in mounts.items())
    serve = f"exec {BINARY} serve --config {site.config_path}"
    site.pool.argv = ["unshare", "--mount", "sh", "-c", f"{binds} && {serve}"]


namespaces = pytest.mark.skipif(
    os.getuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0,
    reason="no mount namespaces for this account")


def test_a_name_that_does_not_exist_costs_its_share_only(servers):
    site = servers.site
    site.restart_pool(memcached=", ".join(servers.names[:2] + ["no-such-host.invalid:11211"]))
    servers.down("no-such-host.invalid:11211", timeout=30)
    assert servers.visit() < 2 * SLOW
    assert site.diptych("check", timeout=120).returncode == 1


@namespaces
def test_a_silent_name_server_costs_no_request_any_time(make_servers):
    servers = make_servers(memcached_timeout=200)
    site = servers.site
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.77", 53))
    (servers.folder / "resolv.conf").write_text("nameserver 127.0.0.77\n")
    site.pool.stop()
    in_namespace(site, {"/etc/resolv.conf": servers.folder / "resolv.conf"})
    name = "cache.example.org:11211"
    site.config["memcached"] = ", ".join(servers.names[:2] + [name])
    site.write_config()
    site.start_pool()
    began = moment()
    servers.down(name)
    assert servers.visit() < 2 * SLOW
    assert elapsed(began) < 10 * SLOW, "one lookup takes 10 s and more"
    silent.settimeout(5)
    assert b"cache" in silent.recv(512)
    silent.close()


@namespaces
def test_a_name_is_looked_up_again(servers):
    """It is unknown at the start, then it has the wrong address first, then its server moves."""
    site = servers.site
    hosts = servers.folder / "hosts"
    hosts.write_text("127.0.0.1 localhost\n")
    site.pool.stop()
    in_namespace(site, {"/etc/hosts": hosts})
    port = servers.caches[1].address[1]
    name = f"moving.invalid:{port}"
    site.config["memcached"] = f"{servers.names[0]}, {name}"
    site.write_config()
    site.start_pool()
    servers.down(name, timeout=30)
    hosts.write_text("127.0.0.9 moving.invalid\n127.0.0.1 moving.invalid\n")
    servers.down(timeout=30)
    hosts.write_text("127.0.0.2 moving.invalid\n")
    servers.caches[1].daemon.kill()
    servers.caches[2].flush()
    wait_until(lambda: servers.visit() and len(servers.caches[2].keys()) > 3, 30 * SLOW)
    servers.down(timeout=30)


def test_localhost_and_a_usual_port_are_fine(servers):
    """localhost is ::1 first on many machines, and memcached listens on 127.0.0.1 only."""
    port = servers.caches[1].address[1]
    servers.site.restart_pool(memcached=f"localhost:{port}")
    servers.visit()
    servers.visit()
    [entry] = servers.status().values()
    assert entry["errors"] == 0 and entry["hits"] > 0 and entry["up"]

"""diptych-clusters(7): the commands and the configuration of two machines, of five, and of a Galera cluster in two rooms, as they
stand there, and the figures of the page."""
import itertools
import os
import re
import shutil
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pymysql
import pytest

from lib import galera
from lib.daemon import Daemon, wait_until
from lib.database_server import MYSQL
from lib.galera import Cluster
from lib.manual import examples, settings
from lib.probes import Watcher, config_file
from lib.servers import BUILD, SLOW, Cache, Site, free_port
from lib.stopwatch import elapsed, moment
from test_manual_backup import Shell
from test_pools import Visitors
from test_replica import heading

PAGE = "diptych-clusters.7"
NETWORK = f"127.{64 + os.getpid() % 150}.{os.getpid() // 150 % 250}"  # stands for 10.0.0
PORTS = (3306, 11211, 9001)
MEMCACHED, SERVER, PRIMARY, REPLICA, POOLS, FAILOVER, RETURN = (examples(PAGE, "TWO MACHINES") + [""] * 7)[:7]
EVENT = "SELECT status FROM information_schema.events WHERE event_name = 'change_log_purge_hourly'"


def taken():
    """The first port of the page that somebody holds on all addresses, or None."""
    for port in PORTS:
        with socket.socket() as s:
            try:
                s.bind((f"{NETWORK}.9", port))
            except OSError:
                return f"port {port} is taken"


def local(text):
    """The words of the page for this machine, where every connection to a loopback address comes from 127.0.0.1."""
    return text.replace("10.0.0.%", "127.0.0.1").replace("10.0.0", NETWORK)


def own(text, machine):
    """What the page writes for 10.0.0.1 is for `machine`."""
    return local(text).replace(f"{NETWORK}.1", f"{NETWORK}.{machine}")


class Machine:
    """A site whose database, memcached and metrics are on an address of the network, and the shell of its administrator."""

    def __init__(self, templates, number, tmp_path, data):
        self.number, self.address = number, f"{NETWORK}.{number}"
        self.site = Site(templates, data=data, config={"mysql_password": "a long word", "memcached_timeout": 2000})  # busy machines
        assert own(MEMCACHED, number).split() == ["-l", self.address]
        self.site.cache = Cache(self.site.folder, address=(self.address, 11211))
        self.site.config["memcached"] = self.site.cache.server
        self.site.write_config()
        self.database = self.site.database
        if data == "sample":
            self.site.start()
        else:  # the second machine has a database and nothing in it
            self.site.cache.start()
            self.database.copy_from(templates.get(data)).start()
        self.shell = Shell(self.site, tmp_path / f"m{number}")

    def as_the_page_says(self):
        """Restarts the database with the lines of the page."""
        lines = settings(own(SERVER, self.number))
        assert lines["server_id"] == "1" and lines["bind_address"] == self.address
        lines["server_id"] = str(self.number)
        self.database.stop()
        self.database.daemon.argv += ["--skip-networking=0", "--port=3306", *(f"--{k.replace('_', '-')}={v}" for k, v in lines.items())]
        self.database.start()

    def serve(self, text):
        """A pool with the lines of the page."""
        lines = settings(local(text))
        if "metrics_listen" in lines:
            lines["metrics_listen"] = f"{self.address}:9001"
        if self.site.pool.alive():
            self.site.pool.stop()
        self.site.config.update(lines, deadline=int(lines["deadline"]) if SLOW == 1 else 4000)
        self.site.write_config()
        self.site.start_pool()
        if not self.site.web.daemon.alive():
            self.site.web.start()
        wait_until(lambda: self.site.get("/readyz").status == 200, 30 * SLOW, f"machine {self.number} to be ready")
        done = self.site.diptych("check")
        assert done.returncode == 0, done.stdout + done.stderr

    def primary(self):
        found = re.search(r"^primary: ([\d.]+)", self.site.diptych("status").stdout, re.M)
        return found and found[1]

    def close(self):
        if not self.site.pool.alive():
            self.site.pool.process = None
        for stop in (self.site.web.stop, self.site.pool.stop, self.site.cache.stop, self.database.stop):
            stop()
        self.site.remove()


def rename(database, name):
    database.sql("UPDATE product SET name = %s WHERE slug = 'kafka'", name)


def on_all(machines, name):
    for m in machines:
        wait_until(lambda: heading(m.site) == (200, name), 10 * SLOW, f"{name} on machine {m.number}")


@pytest.mark.skipif(MYSQL, reason="the statements of replication are MariaDB's")
def test_from_one_machine_to_two_and_three_and_a_failover(templates, tmp_path):
    if taken():
        pytest.skip(taken())
    assert len(examples(PAGE, "TWO MACHINES")) == 7 and len(examples(PAGE, "FIVE MACHINES")) == 1
    machines = [Machine(templates, 1, tmp_path, "sample")]
    first = machines[0]
    try:
        first.as_the_page_says()
        first.shell.run(local(PRIMARY))
        for number in (2, 3):
            machines.append(Machine(templates, number, tmp_path, "empty"))
            machines[-1].as_the_page_says()
            shutil.copy(first.shell.folder / "site.sql", machines[-1].shell.folder)
            machines[-1].shell.run(local(REPLICA))
        second, third = machines[1:]
        for m in (first, second):
            m.serve(POOLS)
            assert m.primary() == first.address
        rename(first.database, "On both")
        on_all((first, second), "On both")
        assert [m.database.sql(EVENT)[0][0] for m in machines] == ["ENABLED", "SLAVESIDE_DISABLED", "SLAVESIDE_DISABLED"]
        [three] = examples(PAGE, "FIVE MACHINES")
        for m in (first, second):
            m.site.config.update(settings(local(three)))
            m.site.write_config()
            m.site.diptych("reload", check=True)
        for m in (first, second):
            m.site.diptych("warm", check=True)
        with Visitors(second.site.port) as visitors:
            visitors.wait(30)
            first.database.daemon.kill()
            second.shell.run(local(FAILOVER))
            follow = local(RETURN).replace(", master_demote_to_slave = 1", "")
            third.shell.run("mariadb -e 'STOP SLAVE'\n" + follow)
            for m in (first, second):
                wait_until(lambda: m.primary() == second.address, 20 * SLOW, "the new primary")
            visitors.wait(30)
            rename(second.database, "After the failover")
            on_all((first, second), "After the failover")
        visitors.judge(3)
        assert second.database.sql(EVENT)[0][0] == "ENABLED"
        first.database.start()
        assert first.database.sql("SELECT @@read_only")[0][0] == 1
        first.shell.run(local(RETURN))
        rename(second.database, "On all")
        for m in (first, third):
            wait_until(lambda: m.database.sql("SELECT name FROM product WHERE slug = 'kafka'") == (("On all",),) or
                       m.database.sql("SELECT name FROM product WHERE slug = 'kafka'") == [("On all",)], 20 * SLOW, "replication")
        on_all((first, second), "On all")
    finally:
        for m in machines:
            m.close()


# ---- two rooms

ROOMS = examples(PAGE, "A GALERA CLUSTER IN TWO ROOMS")
GARBD = shutil.which("garbd")


def galera_settings(node):
    """The lines of the page that do not name an address, as arguments of a server, and its provider options."""
    lines = settings(ROOMS[0].replace("segment=1", f"segment={1 + node // 2}"))
    for key in ("server_id", "bind_address", "wsrep_cluster_address", "wsrep_node_address", "wsrep_cluster_name"):
        del lines[key]
    options = lines.pop("wsrep_provider_options")
    assert lines.pop("wsrep_provider") in galera.PROVIDERS
    return [f"--{k.replace('_', '-')}={v}" for k, v in lines.items()], options


def status(node, name):
    return node.sql("SHOW STATUS LIKE %s", name, database=None)[0][1]


def isolate(nodes, on=1):
    for node in nodes:
        node.sql(f"SET GLOBAL wsrep_provider_options = 'gmcast.isolate={on}'", database=None)


class Saves(threading.Thread):
    """An editor in room 1 who saves without a pause."""

    def __init__(self, node):
        super().__init__()
        self.node, self.saved, self.slowest, self.failed, self.done = node, 0, 0, [], threading.Event()

    def run(self):
        while not self.done.is_set():
            began = moment()
            try:
                self.node.sql("UPDATE product SET summary = %s WHERE id = 9", f"Saved {self.saved + 1}")
                self.saved += 1
            except pymysql.MySQLError as e:
                self.failed.append(e)
            self.slowest = max(self.slowest, elapsed(began))

    def end(self):
        self.done.set()
        self.join()


@pytest.mark.skipif(bool(galera.MISSING or not GARBD), reason=str(galera.MISSING or "galera-arbitrator-4 is not installed"))
@pytest.mark.skipif(not os.environ.get("DIPTYCH_TEST_ALL"), reason="takes long: ./check --all")
def test_a_cut_between_two_rooms(templates, tmp_path):
    """The link is cut by isolating the nodes of room 2."""
    words, options = zip(*(galera_settings(n) for n in range(4)))
    cluster = Cluster(templates, nodes=4, settings=words[0], options=options)
    room1, room2 = cluster.nodes[:2], cluster.nodes[2:]
    vote = watcher = None
    try:
        cluster.start()
        argv = ROOMS[1].replace("gcomm://10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4", f"gcomm://{room1[0].peers}").replace("diptych", "tests").split()
        argv[-1] += f";gmcast.listen_addr=tcp://127.0.0.1:{free_port()}"
        vote = Daemon("garbd", [GARBD, *argv[1:], "--workdir", tmp_path], tmp_path / "garbd.log").start()
        wait_until(lambda: room1[0].size() == 5, 30 * SLOW, "the vote")
        watcher = Watcher(config_file(room2[0], tmp_path, sweep_seconds=86400), tmp_path).open()
        watcher.ready()
        editor = Saves(room1[0])
        editor.start()
        wait_until(lambda: editor.saved > 10, 10 * SLOW)
        isolate(room2)
        wait_until(lambda: status(room1[0], "wsrep_cluster_size") == "3" and status(room1[0], "wsrep_cluster_status") == "Primary", 40 * SLOW)
        saved = editor.saved
        wait_until(lambda: editor.saved > saved + 10, 20 * SLOW, "saves after the cut")
        assert [status(n, "wsrep_cluster_status") for n in room2] == ["non-Primary"] * 2
        watcher.wait(lambda s: not s["up"] or s["trouble"], 20, "the trouble of room 2")
        confirmed = watcher.state()["confirmed_us"]
        isolate(room2, 0)
        wait_until(lambda: all(n.size() == 5 for n in cluster.nodes), 60 * SLOW, "the link")
        editor.end()
        watcher.wait(lambda s: s["confirmed_us"] > confirmed and not s["trouble"], 30, "a fresh room 2")
        assert editor.failed == [] and editor.slowest < 15 * SLOW, (editor.failed[:1], editor.slowest)
        for n in cluster.nodes:
            wait_until(lambda: n.sql("SELECT summary FROM product WHERE id = 9")[0][0] == f"Saved {editor.saved}", 10 * SLOW, "the last save")
        print(f"saves waited {editor.slowest:.1f} s at most")
        vote.stop()
        without_a_third_place(cluster, room1, room2)
    finally:
        for d in (watcher and watcher.process, vote):
            if d:
                d.kill()
        for n in cluster.nodes:
            n.daemon.kill()
        cluster.remove()


def without_a_third_place(cluster, room1, room2):
    wait_until(lambda: room1[0].size() == 4, 40 * SLOW)
    for statement, nodes in ((ROOMS[3], room1), (ROOMS[4], room2[:1])):
        [sql] = re.fullmatch(r'mariadb -e "(SET GLOBAL .*)"\n', statement).groups()
        if nodes == room1:
            for n in nodes:
                n.sql(sql, database=None)
            isolate(room2)
            wait_until(lambda: status(room1[0], "wsrep_cluster_size") == "2" and status(room1[0], "wsrep_ready") == "ON", 40 * SLOW)
            room1[0].sql("UPDATE product SET summary = 'Room 1 alone' WHERE id = 9")
        else:
            wait_until(lambda: status(nodes[0], "wsrep_cluster_status") == "non-Primary", 40 * SLOW)
            for n in room1:
                n.daemon.kill()  # room 1 is gone for good
            nodes[0].sql(sql, database=None)
            wait_until(lambda: status(nodes[0], "wsrep_cluster_status") == "Primary" and status(nodes[0], "wsrep_ready") == "ON", 40 * SLOW)
            nodes[0].sql("UPDATE product SET summary = 'Room 2 alone' WHERE id = 9")


def test_the_pools_of_a_room_take_these_lines(make_site):
    """As far as one machine shows: the lists are read, and the first server that answers is used."""
    lines = settings(ROOMS[2])
    site = make_site(data="schema", config={"memcached_timeout": 2000})
    hosts = lines["mysql_hosts"].replace("10.0.0.1", str(site.database.socket), 1)
    site.restart_pool(mysql_socket="", mysql_timeout=300, mysql_hosts=local(hosts), memcached=local(lines["memcached"]))
    wait_until(lambda: site.get("/readyz").status == 200, 30 * SLOW)
    assert f"primary: {site.database.socket}" in site.diptych("status").stdout


# ---- figures


def private(pid):
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return 1024 * sum(int(re.search(rf"^Private_{kind}:\s+(\d+)", text, re.M)[1]) for kind in ("Clean", "Dirty"))


@pytest.mark.skipif(BUILD.name.endswith("asan"), reason="the sanitizers need memory of their own")
def test_what_a_pool_holds(make_site):
    caches = {"page_cache_bytes": 4 << 20, "part_cache_bytes": 4 << 20, "fragment_cache_bytes": 4 << 20}
    workers = 4
    site = make_site(config={"workers": workers, "memcached_timeout": 2000, **caches})
    slugs = sorted(s for s, in site.sql("SELECT slug FROM product WHERE status = 'published'"))
    pairs = [f"/compare/{a}-vs-{b}" for a, b in itertools.combinations(slugs, 2)][:900]
    with ThreadPoolExecutor(12) as many:
        assert {s for s in many.map(lambda p: site.get(p, accept_encoding="gzip").status, pairs)} <= {200, 301}
    connections = site.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'diptych_pool'")[0][0]
    assert connections <= workers + 1
    assert int(site.cache.stats()["curr_connections"]) - 1 <= workers, "and the one that asks"
    processes = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in site.children()}
    serving = [private(pid) for pid, role in processes.items() if "worker" in role]
    assert len(serving) == workers and max(serving) < sum(caches.values()) + (10 << 20), serving
    others = private(site.pool.pid) + sum(private(pid) for pid, role in processes.items() if "worker" not in role)
    assert others < 8 << 20, others

"""A Galera cluster of three nodes: edits that any node takes are seen as soon as those of a single server, whatever happens
to the nodes, and a node that is not in step never passes for fresh."""
import contextlib
import os
import threading
import time

import pymysql
import pytest

from lib.daemon import wait_until
from lib.galera import MISSING, Cluster
from lib.probes import Watcher, config_file
from lib.servers import SLOW, diptych
from lib.stopwatch import elapsed, moment

pytestmark = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
FRESH = 1.0  # seconds from COMMIT to the catalog
long = pytest.mark.skipif(not os.environ.get("DIPTYCH_TEST_ALL"), reason="takes long: ./check --all")


@pytest.fixture(scope="module")
def cluster(templates):
    cluster = Cluster(templates)
    try:
        yield cluster.start()
        cluster.stop()
    finally:
        cluster.remove()


@pytest.fixture
def watch(cluster, tmp_path):
    """A function that opens the watcher of a node."""
    opened = []

    def make(node=2, **config):
        folder = tmp_path / f"w{len(opened)}"
        folder.mkdir()
        config = {"sweep_seconds": 86400, **config}  # so that the sweep finds nothing by itself
        opened.append(Watcher(config_file(cluster.nodes[node], folder, **config), folder).open())
        opened[-1].ready()
        return opened[-1]

    yield make
    for w in opened:
        if w.process.poll() is None:
            w.close()


def name_of(watcher, ident):
    return (watcher.ask("id", ident) or {}).get("name")


def seen(watcher, ident, name, seconds=FRESH):
    began = time.monotonic()
    wait_until(lambda: name_of(watcher, ident) == name, seconds * SLOW, f"{name} in the catalog")
    return time.monotonic() - began


def rename(node, ident, name):
    node.sql("UPDATE product SET name = %s WHERE id = %s", name, ident)


def test_an_edit_on_any_node_is_seen_within_a_second(cluster, watch):
    watcher = watch()
    took = []
    for n in range(15):
        rename(cluster.nodes[n % 3], 5 + n % 7, f"Edit {n}")
        took.append(seen(watcher, 5 + n % 7, f"Edit {n}", 4))
    assert sorted(took)[len(took) // 2] < FRESH * SLOW, took  # single ones may be late on a busy machine
    assert watcher.ask("metrics")["reloads_full"] == 1


@contextlib.contextmanager
def refused_once_in_a_while():
    """The rows of the other node's transactions may not be written here yet."""
    try:
        yield
    except pymysql.err.OperationalError as e:
        assert e.args[0] == 1213, e


def many(node, entries):
    """Entries of the first products, in transactions of ninety."""
    connection = node.connect()
    with connection.cursor() as cursor:
        while entries > 0:
            with refused_once_in_a_while():
                entries -= cursor.execute("UPDATE product SET name = IF(name LIKE '%.', SUBSTRING(name, 1, 3), CONCAT(name, '.'))"
                                          " WHERE id BETWEEN 1 AND 90")
    connection.close()


def test_a_transaction_that_waited_for_thousands_is_seen_at_once(cluster, watch):
    watcher = watch()
    slow = [cluster.nodes[n].connect(autocommit=False) for n in (0, 1, 0)]
    cursors = [c.cursor() for c in slow]
    for n, cursor in enumerate(cursors):  # three transactions, with numbers in different places
        cursor.execute("UPDATE product SET name = %s WHERE id = %s", (f"Slow {n}", 95 + 2 * n))
        writers = [threading.Thread(target=many, args=(cluster.nodes[k], 800)) for k in (0, 1)]
        for w in writers:
            w.start()
            w.join()  # one after the other: both write the same rows
    cluster.applied()
    watcher.converges(8)
    assert watcher.state()["gaps"] > 1000, "how many depends on how the nodes share out the numbers"
    took = []
    for n in (1, 0, 2):
        slow[n].commit()
        took.append(seen(watcher, 95 + 2 * n, f"Slow {n}", 8))
        slow[n].close()
    assert min(took) < FRESH * SLOW, took  # the machine may be busy
    metrics = watcher.ask("metrics")
    assert metrics["reloads_full"] == 1 and metrics["sweep_found"] == 0


def test_imports_on_two_nodes_at_once(cluster, watch):
    watcher = watch()
    failed = []

    def imports(node, products):
        connection = node.connect(autocommit=False)
        with connection.cursor() as cursor:
            for k in range(12):
                try:
                    cursor.execute("INSERT INTO activity (product_id, kind, class, title, occurred_at)"
                                   " SELECT %s + seq %% 20, 'release', 'trivial', CONCAT('Import ', seq),"
                                   " TIMESTAMP('2025-01-01') + INTERVAL seq MINUTE FROM seq_1_to_500", (products,))
                    connection.commit()
                except pymysql.MySQLError as e:
                    failed.append(e)
                    connection.rollback()
        connection.close()

    threads = [threading.Thread(target=imports, args=(cluster.nodes[n], 10 + 30 * n)) for n in (0, 1)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    cluster.applied()
    watcher.converges(8)
    assert not failed, failed
    assert watcher.ask("metrics")["sweep_found"] == 0


def reads(node):
    return sum(int(v) for _, v in node.sql("SHOW GLOBAL STATUS WHERE Variable_name IN ('Handler_read_next', 'Handler_read_key')"))


def test_an_idle_watcher_does_not_count_gaps(cluster, watch):
    watcher = watch()
    wait_until(lambda: watcher.ask("metrics")["sweep_products"] >= 64, 5 * SLOW, "the sweep's first slice")
    assert watcher.state()["gaps"] > 1000, "those of the tests before; how many depends on how the nodes share out the numbers"
    began, before, read = time.monotonic(), watcher.ask("metrics"), reads(cluster.nodes[2])
    time.sleep(4)  # the thing measured
    after, read = watcher.ask("metrics"), reads(cluster.nodes[2]) - read
    took = time.monotonic() - began
    polls = after["polls"] - before["polls"]
    assert polls >= 10
    assert after["publishes"] == before["publishes"]
    assert after["db_statements"] - before["db_statements"] <= polls + took + 2, "one a poll, and one a second"
    entries = cluster.nodes[2].sql("SELECT COUNT(*) FROM change_log")[0][0]
    assert read < (took + 3) * entries, "gaps are counted once in a second"


@long
def test_two_nodes_that_write_at_once_do_not_fail_editors(cluster, watch):
    """Edits of different products, and of one product and its activities.  Only edits of the same row conflict."""
    watcher = watch()
    failed, done = [], []

    def edit(node, statement, values):
        connection = node.connect("diptych_cms")
        end = time.monotonic() + 2
        with connection.cursor() as cursor:
            while time.monotonic() < end:
                try:
                    cursor.execute(statement, values)
                    done.append(1)
                except pymysql.MySQLError as e:
                    failed.append((statement, e))
        connection.close()

    insert = "INSERT INTO activity (product_id, kind, class, title, occurred_at) VALUES (%s, 'post', 'trivial', 'X', '2026-08-01')"
    update = "UPDATE product SET name = CONCAT(LEFT(name, 20), 'x') WHERE id = %s"
    work = [(0, insert, 30), (1, update, 30), (0, update, 31), (1, insert, 31), (0, update, 32), (1, update, 33)]
    threads = [threading.Thread(target=edit, args=(cluster.nodes[n], s, (v,))) for n, s, v in work]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not failed, f"{len(failed)} of {len(done)} edits failed, the first with {failed[0]}"
    cluster.applied()
    watcher.converges(5)


@long
def test_nodes_leave_and_join_and_the_cluster_s_size_changes(cluster, watch):
    watcher = watch(1)
    other = cluster.nodes[2]
    rename(other, 6, "Before")
    seen(watcher, 6, "Before")
    slow = cluster.nodes[0].connect(autocommit=False)
    with slow.cursor() as cursor:
        cursor.execute("UPDATE product SET name = 'Over two sizes' WHERE id = 9")
    other.stop()
    cluster.wait()
    for n in range(6):
        rename(cluster.nodes[n % 2], 6, f"Two nodes {n}")
        seen(watcher, 6, f"Two nodes {n}", 8)
    other.start()
    cluster.wait()
    for n in range(6):
        rename(cluster.nodes[n % 3], 7, f"Three nodes {n}")
        seen(watcher, 7, f"Three nodes {n}", 8)
    slow.commit()
    slow.close()
    seen(watcher, 9, "Over two sizes")
    assert watcher.ask("metrics")["reloads_full"] == 1


def enabled(cluster):
    return [n.name for n in cluster.alive() if n.sql("SELECT status FROM information_schema.events")[0][0] == "ENABLED"]


@long
def test_the_purge_runs_on_one_node_and_moves_where_repair_is_run(cluster, watch, tmp_path):
    assert enabled(cluster) == ["n0"]
    watcher = watch(1)
    cluster.nodes[0].stop()
    cluster.wait()
    assert enabled(cluster) == []
    cluster.nodes[1].sql("UPDATE change_log SET changed_at = changed_at - INTERVAL 9 DAY")
    cluster.nodes[1].sql("UPDATE product SET name = 'Newest' WHERE id = 5")
    watcher.ask("kill")
    watcher.wait(lambda s: "nobody purges the change log" in s["trouble"], 20, "the trouble")
    config = config_file(cluster.nodes[1], tmp_path, name="repair.conf")
    done = diptych("migrate", "--repair", "--purge", config=config, check=True)
    assert "runs on this server from now on" in done.stdout
    assert enabled(cluster) == ["n1"]
    watcher.wait(lambda s: not s["trouble"], 20, "a purged log")
    cluster.nodes[0].start()
    cluster.wait()
    assert enabled(cluster) == ["n1"]


@long
def test_the_node_of_the_watcher_is_restarted(cluster, watch):
    watcher = watch(2)
    cluster.nodes[2].stop()
    watcher.wait(lambda s: not s["up"], 5, "the database to be away")
    rename(cluster.nodes[0], 8, "Meanwhile")
    rename(cluster.nodes[1], 9, "Meanwhile too")
    cluster.nodes[2].start()
    watcher.wait(lambda s: s["up"], 10, "the database to be back")
    seen(watcher, 8, "Meanwhile", 3)
    seen(watcher, 9, "Meanwhile too", 3)
    assert watcher.ask("metrics")["reloads_full"] == 1


def test_a_node_under_a_read_lock_is_not_fresh(cluster, watch):
    watcher = watch(2)
    node = cluster.nodes[2]
    lock = node.connect()
    with lock.cursor() as cursor:
        cursor.execute("FLUSH TABLES WITH READ LOCK")
        rename(cluster.nodes[0], 8, "Under the lock")
        watcher.wait(lambda s: "does not have everything" in s["trouble"], 5, "the trouble")
        confirmed = watcher.state()["confirmed_us"]
        watcher.wait(lambda s: time.time() - confirmed / 1e6 > 2.5, 8, "time")
        assert watcher.state()["confirmed_us"] == confirmed, "nothing is confirmed"
        assert name_of(watcher, 8) != "Under the lock"
        cursor.execute("UNLOCK TABLES")
    lock.close()
    seen(watcher, 8, "Under the lock", 3)
    watcher.wait(lambda s: s["confirmed_us"] > confirmed and not s["trouble"], 8, "a fresh node")
    node.wait("Synced")


@long
def test_a_node_that_was_frozen_does_not_pass_for_fresh(cluster, watch):
    """It calls itself synced for seconds after it goes on."""
    watcher = watch(2)
    node = cluster.nodes[2]
    node.daemon.freeze()
    wait_until(lambda: cluster.nodes[0].size() == 2, 20 * SLOW, "a cluster without the node")
    rename(cluster.nodes[0], 8, "While it was frozen")
    edited_us = int(time.time() * 1e6)
    node.daemon.thaw()

    def both():
        state = watcher.state()
        return state["confirmed_us"], name_of(watcher, 8)

    def fresh():
        confirmed, name = both()
        assert confirmed < edited_us or name == "While it was frozen", "what is old is confirmed"
        return name == "While it was frozen"

    wait_until(fresh, 40 * SLOW, "the edit")
    cluster.wait()
    watcher.wait(lambda s: s["confirmed_us"] > edited_us, 10, "a fresh node")


@long
def test_a_cluster_that_stood_still_is_fresh_with_its_next_commit(cluster, watch):
    """While it finds out that a node is lost, no causal read is answered, and each occupies a connection of the server."""
    watcher = watch(0)
    node = cluster.nodes[2]
    for n in range(2):
        node.daemon.freeze()
        wait_until(lambda: cluster.nodes[0].size() == 2, 20 * SLOW, "a cluster without the node")
        rename(cluster.nodes[1], 8, f"After the stall {n}")
        committed_us = int(time.time() * 1e6)
        began = moment()
        watcher.wait(lambda s: s["confirmed_us"] > committed_us and not s["trouble"], 10, "a fresh node")
        took = elapsed(began)
        node.daemon.thaw()
        cluster.wait()
        watcher.wait(lambda s: not s["trouble"], 10, "a fresh node")
        assert took < FRESH * SLOW, took


def listed(cluster):
    """The keys of a pool whose list has all nodes, the first one first."""
    return {"mysql_socket": "", "mysql_hosts": ", ".join(str(n.socket) for n in cluster.nodes)}


def primary(cluster, n):
    return lambda state: state["primary"] == str(cluster.nodes[n].socket)


def never_fresh_before_seen(watcher, ident, name, edited_us, seconds):
    """Waits until the edit is seen.  Before that, nothing is confirmed that is newer than the edit."""
    def there():
        confirmed, now = watcher.state()["confirmed_us"], name_of(watcher, ident)
        assert confirmed < edited_us or now == name, "what is old is confirmed"
        return now == name

    began = moment()
    wait_until(there, seconds * SLOW, f"{name} in the catalog")
    return elapsed(began)


class OutOfStep:
    """Ways in which the first node does not have what the cluster committed.  lost: the others go on without it."""
    lost = True

    def __init__(self, node):
        self.node = node

    def begin(self):
        pass

    def end(self):
        pass


class Locked(OutOfStep):
    lost = False

    def begin(self):
        self.connection = self.node.connect()
        self.connection.cursor().execute("FLUSH TABLES WITH READ LOCK")

    def end(self):
        self.connection.close()


class Donor(Locked):
    """As a donor of wsrep_sst_rsync."""

    def begin(self):
        self.node.sql("SET GLOBAL wsrep_desync = ON")
        super().begin()

    def end(self):
        super().end()
        self.node.sql("SET GLOBAL wsrep_desync = OFF")


class Isolated(OutOfStep):
    """In a component without a majority: wsrep_ready is OFF."""

    def begin(self):
        self.node.sql("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'")
        wait_until(lambda: self.node.sql("SHOW STATUS LIKE 'wsrep_ready'", database=None)[0][1] == "OFF", 20 * SLOW)

    def end(self):
        self.node.sql("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=0'", database=None)


class Frozen(OutOfStep):
    def begin(self):
        self.node.daemon.freeze()

    def end(self):
        self.node.daemon.thaw()


class Gone(OutOfStep):
    def begin(self):
        self.node.daemon.kill()

    def end(self):
        self.node.start()


@pytest.mark.parametrize("way", [Locked, *[pytest.param(w, marks=long) for w in (Isolated, Donor, Frozen, Gone)]])
def test_a_list_of_nodes_is_read_at_one_that_is_in_step(cluster, watch, way):
    """The first one is read.  When it is not in step the next one is, and an edit is seen there; then the first one again."""
    watcher = watch(0, **listed(cluster))
    watcher.wait(primary(cluster, 0), 5, "the first node")
    fault = way(cluster.nodes[0])
    fault.begin()
    try:
        if fault.lost:
            wait_until(lambda: cluster.nodes[1].size() == 2, 20 * SLOW, "a cluster without the node")
        rename(cluster.nodes[1], 8, f"While it was {way.__name__}")
        took = never_fresh_before_seen(watcher, 8, f"While it was {way.__name__}", time.time() * 1e6, 10)
        watcher.wait(lambda s: not primary(cluster, 0)(s) and s["up"] and not s["trouble"], 10, "another node")
    finally:
        fault.end()
    assert took < 4 * SLOW, took
    cluster.wait()
    watcher.wait(primary(cluster, 0), 20, "the first node again")
    rename(cluster.nodes[1], 9, f"After it was {way.__name__}")
    seen(watcher, 9, f"After it was {way.__name__}", 3)
    assert watcher.ask("metrics")["reloads_full"] == 1


def test_a_desynchronized_node_that_applies_at_once_is_in_step(cluster, watch):
    watcher = watch(0, **listed(cluster))
    watcher.wait(primary(cluster, 0), 5, "the first node")
    cluster.nodes[0].sql("SET GLOBAL wsrep_desync = ON")
    try:
        rename(cluster.nodes[1], 8, "Desynchronized")
        never_fresh_before_seen(watcher, 8, "Desynchronized", time.time() * 1e6, 4)
        assert not watcher.state()["trouble"]
    finally:
        cluster.nodes[0].sql("SET GLOBAL wsrep_desync = OFF")
    cluster.nodes[0].wait("Synced")


@long
def test_writers_of_one_row_on_two_nodes(cluster, watch):
    """Galera refuses one of two edits of the same row with error 1213, and nothing else fails; what was committed is shown."""
    watcher = watch(2)
    failed, done = [], []

    def write(n):
        end = time.monotonic() + 2
        while time.monotonic() < end:
            try:
                rename(cluster.nodes[n], 8, f"Node {n} edit {len(done)}")
                done.append(n)
            except pymysql.MySQLError as e:
                failed.append(e.args[0])

    threads = [threading.Thread(target=write, args=(n,)) for n in (0, 1)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert set(done) == {0, 1} and set(failed) <= {1213}, failed
    cluster.applied()
    watcher.converges(5)


@long
def test_flow_control_holds_editors_up_and_shows_nothing_old(cluster, watch):
    """A node that does not apply what others commit stops all commits, and none of them is lost.  Pools of the other nodes show
    what was committed, and the pool of this node does not pass for fresh."""
    slow = cluster.nodes[2]
    well, behind = watch(0), watch(2)
    done = []

    def paused():
        return int(cluster.nodes[0].sql("SHOW STATUS LIKE 'wsrep_flow_control_paused_ns'", database=None)[0][1])

    def edit():
        for n in range(12):
            rename(cluster.nodes[0], 8, f"Flow {n}")
            done.append(n)

    slow.sql("SET GLOBAL wsrep_provider_options = 'gcs.fc_limit=1'")
    lock = slow.connect()
    before, writer = paused(), threading.Thread(target=edit)
    try:
        lock.cursor().execute("LOCK TABLES product READ")  # those who apply wait for it
        confirmed = behind.state()["confirmed_us"]
        writer.start()
        wait_until(lambda: paused() > before, 20 * SLOW, "commits to stop")
        behind.wait(lambda s: s["trouble"], 10, "a node that is not fresh")
        assert len(done) < 12
        seen(well, 8, f"Flow {done[-1]}", 3)
        assert not well.state()["trouble"]
        assert name_of(behind, 8) not in ("Flow 0", f"Flow {done[-1]}")
        assert behind.state()["confirmed_us"] < confirmed + 3e6 * SLOW
    finally:
        lock.close()
        writer.join()
        slow.sql("SET GLOBAL wsrep_provider_options = 'gcs.fc_limit=16'")
    assert len(done) == 12
    for watcher in (well, behind):
        seen(watcher, 8, "Flow 11", 4)
        watcher.wait(lambda s: not s["trouble"], 10, "a fresh node")


def test_check_lists_the_nodes(cluster, tmp_path):
    config = config_file(cluster.nodes[0], tmp_path, **listed(cluster))
    said = diptych("check", config=config).stdout
    for node in cluster.nodes:
        assert f"database   {node.socket}: answers, Galera node, Synced; " in said
    cluster.nodes[1].sql("SET GLOBAL read_only = 1")
    try:
        assert "is a Galera node with read_only = 1" in diptych("check", config=config).stdout
    finally:
        cluster.nodes[1].sql("SET GLOBAL read_only = 0")

"""A pool that reads a replica: how far it is behind is said and bounded, and nothing older follows what is newer."""
import re

import pytest

from lib.database_server import MYSQL
from lib.servers import free_port, wait_until

SLUG = "kafka"
MONITOR = "REPLICATION CLIENT" if MYSQL else "SLAVE MONITOR"


def heading(site, path=f"/products/{SLUG}"):
    """(status, h1) of a page."""
    answer = site.get(path)
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.S)
    return answer.status, found and re.sub("<.*?>", "", found[1]).strip()


def rename(site, name):
    site.sql("UPDATE product SET name = %s WHERE slug = %s", name, SLUG)


class Pair:
    """Two sites with one memcached: one on the primary, one on its replica."""

    def __init__(self, make_site, tmp_path, **config):
        port = free_port()
        patient = {"memcached_timeout": 2000}  # what is shown once must be kept, on a busy machine too
        self.primary = make_site(config=patient, database_settings_extra=[
            "--server-id=1", f"--log-bin={tmp_path / 'bin'}", "--binlog-format=ROW", "--skip-networking=0",
            "--bind-address=127.0.0.1", f"--port={port}"])
        self.primary.sql("CREATE USER follower@'127.0.0.1' IDENTIFIED BY 'f'")
        self.primary.sql("GRANT REPLICATION SLAVE ON *.* TO follower@'127.0.0.1'")
        file, position = self.primary.sql("SHOW BINARY LOG STATUS" if MYSQL else "SHOW MASTER STATUS")[0][:2]
        self.replica = make_site(memcached=False, config={
            "memcached": self.primary.cache.socket, "mysql_replica": True, **patient, **config},
            database_settings_extra=["--server-id=2"])
        self.replica.sql(f"GRANT {MONITOR} ON *.* TO diptych_pool@localhost")
        change = ("CHANGE MASTER TO master_host = '127.0.0.1', master_port = %s, master_user = 'follower', master_password = 'f',"
                  " master_log_file = %s, master_log_pos = %s, master_connect_retry = 1")
        if MYSQL:
            change = change.replace("MASTER TO", "REPLICATION SOURCE TO").replace("master_", "source_") + ", get_source_public_key = 1"
        self.replica.sql(change, port, file, position)
        self.follow()

    def follow(self, on=True):
        self.replica.sql(f"{'START' if on else 'STOP'} REPLICA SQL_THREAD")
        if on:
            self.replica.sql("START REPLICA IO_THREAD")


def catalog(site):
    return site.diptych("status", "--json", check=True).stdout


def status(site, name):
    return int(re.search(rf'"{name}":(-?\d+)', catalog(site))[1])


@pytest.fixture
def pair(make_site, tmp_path):
    return Pair(make_site, tmp_path)


def test_a_replica_that_stops_is_said_and_served_no_longer_than_allowed(make_site, tmp_path):
    pair = Pair(make_site, tmp_path, stale_max=2)
    rename(pair.primary, "Newer")
    wait_until(lambda: heading(pair.replica) == (200, "Newer"), 5)
    wait_until(lambda: status(pair.replica, "replica_lag_ms") == 0, 5)
    pair.follow(False)
    rename(pair.primary, "Newest")
    wait_until(lambda: heading(pair.primary) == (200, "Newest"), 5)
    wait_until(lambda: status(pair.replica, "replica_lag_ms") == -1, 5)
    assert "the replica cannot say how far it is behind" in pair.replica.diptych("status").stdout
    wait_until(lambda: heading(pair.replica)[0] == 503, 10, "the end of what may be served")
    assert pair.replica.get("/")["Retry-After"] and pair.replica.get("/readyz").status == 503
    pair.follow()
    wait_until(lambda: heading(pair.replica) == (200, "Newest"), 10)
    wait_until(lambda: "0 s behind its primary" in pair.replica.diptych("status").stdout, 5)


def test_a_failover_to_a_replica_that_is_behind_shows_nothing_older(pair):
    pair.follow(False)
    rename(pair.primary, "Newer")
    pair.primary.sql("UPDATE page SET title = 'Newer page' WHERE slug = 'about'")
    wait_until(lambda: heading(pair.primary) == (200, "Newer") and heading(pair.primary, "/about")[1] == "Newer page", 5)
    assert heading(pair.replica)[1] != "Newer"
    pair.primary.config.update(mysql_socket=pair.replica.database.socket, mysql_replica=True)
    pair.primary.write_config()
    pair.primary.diptych("reload", check=True)
    pair.primary.database.stop()
    wait_until(lambda: "is behind what is shown already" in pair.primary.diptych("status").stdout, 5)
    assert heading(pair.primary) == (200, "Newer") and heading(pair.primary, "/about") == (200, "Newer page")
    pair.primary.cache.flush()
    for path in ("/products/{}", "/compare/{}-vs-kubernetes"):
        assert heading(pair.primary, path.format(SLUG))[0] in (200, 503)
    seen = {heading(pair.primary, path) for path in (f"/products/{SLUG}", "/about") for _ in range(10)}
    assert seen <= {(200, "Newer"), (200, "Newer page")} | {s for s in seen if s[0] == 503}, seen
    pair.primary.database.start()
    pair.follow()
    wait_until(lambda: heading(pair.primary) == (200, "Newer") and heading(pair.replica) == (200, "Newer"), 10)
    rename(pair.primary, "Later")
    wait_until(lambda: heading(pair.primary) == (200, "Later") and heading(pair.replica) == (200, "Later"), 5)


def test_two_pools_with_one_memcached_never_take_each_other_s_older_fragments(pair):
    for i in range(5):
        pair.follow(False)
        rename(pair.primary, f"Round {i}")
        wait_until(lambda: heading(pair.primary) == (200, f"Round {i}"), 5)
        pair.primary.cache.flush()
        for _ in range(3):
            assert heading(pair.replica)[1] != f"Round {i}"
            assert heading(pair.primary) == (200, f"Round {i}")
        pair.follow()
        wait_until(lambda: heading(pair.replica) == (200, f"Round {i}"), 5)


def test_what_the_account_may_not_ask_is_named(pair):
    pair.replica.sql(f"REVOKE {MONITOR} ON *.* FROM diptych_pool@localhost")
    pair.replica.restart_pool()
    wait_until(lambda: "GRANT SLAVE MONITOR" in pair.replica.diptych("status").stdout, 5)
    assert "error 1227" in pair.replica.log and heading(pair.replica)[0] == 200

"""Several database servers in one list: the pool finds the primary, reads from the replica, and follows a failover by itself."""
import re

import pytest

from lib.daemon import wait_until
from lib.database_server import MYSQL
from lib.servers import SLOW, free_port
from lib.stopwatch import elapsed, moment
from test_pools import Visitors
from test_replica import heading, rename

pytestmark = pytest.mark.skipif(MYSQL, reason="the statements of replication are MariaDB's")


class Replicated:
    """Three servers with GTIDs: the first is the primary; one pool that knows the list."""

    def __init__(self, make_site, tmp_path):
        self.ports = [free_port() for _ in range(3)]
        sites = [make_site(memcached=n == 0, config={"memcached_timeout": 2000}, database_settings_extra=[
            f"--server-id={n + 1}", f"--log-bin={tmp_path}/bin{n}", "--binlog-format=ROW", "--log-slave-updates",
            "--skip-networking=0", "--bind-address=127.0.0.1", f"--port={port}"])
            for n, port in enumerate(self.ports)]
        self.site, self.servers = sites[0], [s.database for s in sites]
        for site in sites[1:]:
            site.web.stop()
            site.pool.stop()
        self.servers[0].sql("CREATE USER follower@'127.0.0.1' IDENTIFIED BY 'f'")
        self.servers[0].sql("GRANT REPLICATION SLAVE ON *.* TO follower@'127.0.0.1'")
        for n in (1, 2):
            self.servers[n].sql("SET GLOBAL read_only = 1")
            self.follow(n, 0)
        self.site.restart_pool(mysql_socket="", mysql_hosts=", ".join(str(s.socket) for s in self.servers), workers=3)
        wait_until(lambda: self.site.get("/readyz").status == 200, 20 * SLOW)

    def follow(self, n, primary):
        self.servers[n].sql("STOP SLAVE")
        self.servers[n].sql("CHANGE MASTER TO master_host = '127.0.0.1', master_port = %s, master_user = 'follower',"
                            " master_password = 'f', master_use_gtid = slave_pos, master_connect_retry = 1", self.ports[primary])
        self.servers[n].sql("START SLAVE")

    def caught_up(self, n, primary):
        wanted = self.servers[primary].sql("SELECT @@GLOBAL.gtid_binlog_pos")[0][0]
        self.servers[n].sql("SELECT MASTER_GTID_WAIT(%s, 20)", wanted)

    def promote(self, n):
        """As an operator does, or a tool for it."""
        self.servers[n].sql("STOP SLAVE")
        self.servers[n].sql("RESET SLAVE ALL")
        self.servers[n].sql("SET GLOBAL read_only = 0")

    def statements(self, n):
        return int(self.servers[n].sql("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'diptych_pool'")[0][0])


@pytest.fixture
def replicated(make_site, tmp_path):
    return Replicated(make_site, tmp_path)


def primary_of(site):
    found = re.search(r"^primary: (.*)$", site.diptych("status").stdout, re.M)
    return found and found[1]


def test_reads_go_to_a_replica_and_older_rows_to_the_primary(replicated):
    site, servers = replicated.site, replicated.servers
    assert primary_of(site) == str(servers[0].socket)
    site.cache.flush()
    for n in range(20):
        assert site.get(f"/alternatives/{('kafka', 'nats', 'redis', 'kubernetes')[n % 4]}").status in (200, 404)
    assert replicated.statements(1) + replicated.statements(2) >= 1, "workers are connected to the replicas"
    for n in (1, 2):
        servers[n].sql("STOP SLAVE")
    for n in range(5):
        rename(site, f"Only on the primary {n}")
        wait_until(lambda: heading(site) == (200, f"Only on the primary {n}"), 5 * SLOW)
        site.cache.flush()
        assert heading(site) == (200, f"Only on the primary {n}")
    site.sql("INSERT INTO product (slug, name, status) VALUES ('brand-new', 'Brand New', 'published')")
    wait_until(lambda: heading(site, "/products/brand-new") == (200, "Brand New"), 5 * SLOW)


def test_check_asks_each_server(replicated):
    """Also those that are needed only after a failover."""
    site, servers = replicated.site, replicated.servers
    for server in servers:
        assert f"database   {server.socket}: answers, {'takes writes' if server is servers[0] else 'read_only'}; " in site.diptych("check").stdout
    servers[2].sql("STOP SLAVE")
    servers[2].sql("ALTER USER diptych_pool@localhost ACCOUNT LOCK")
    done = site.diptych("check")
    assert done.returncode == 1 and done.stdout.count(": answers, ") == 2, done.stdout
    assert re.search(rf"^database   {servers[2].socket}: error \d+: .*lock", done.stdout, re.M | re.I), done.stdout


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_a_failover_under_load_fails_no_request(replicated, how):
    site, servers = replicated.site, replicated.servers
    site.diptych("warm", check=True)
    rename(site, "Before")
    wait_until(lambda: heading(site) == (200, "Before"), 5 * SLOW)
    replicated.caught_up(1, 0)
    with Visitors(site.port) as visitors:
        visitors.wait(60)
        servers[0].daemon.kill() if how == "killed" else servers[0].daemon.freeze()
        visitors.wait(60)
        replicated.promote(1)
        replicated.follow(2, 1)
        wait_until(lambda: primary_of(site) == str(servers[1].socket), 20 * SLOW, "the new primary")
        began = moment()
        servers[1].sql("UPDATE product SET name = 'After' WHERE slug = 'kafka'")
        wait_until(lambda: heading(site) == (200, "After"), 10 * SLOW)
        took = elapsed(began)
        visitors.wait(60)
        if how == "frozen":
            servers[0].daemon.thaw()  # the old primary still takes writes, and nobody replicates it
            servers[0].sql("UPDATE product SET name = 'On the old primary' WHERE slug = 'kafka'")
            site.cache.flush()
            visitors.wait(100)
            assert primary_of(site) == str(servers[1].socket)
            assert {heading(site) for _ in range(20)} == {(200, "After")}
    visitors.judge(3)
    assert took < 3 * SLOW, took
    assert "read everything" not in site.log.rsplit("the primary of the database is", 1)[1]


@pytest.mark.timing
def test_a_page_is_read_from_another_server_when_its_own_is_silent(replicated):
    """Each of two gets half of what is left of the deadline, which is less than the half second that the only one would get."""
    site = replicated.site
    site.restart_pool(deadline=900 * SLOW, workers=1, fragment_cache_bytes=0, page_cache_bytes=0)
    wait_until(lambda: site.get("/alternatives/kafka").status == 200 and replicated.statements(1) + replicated.statements(2) == 1,
               10 * SLOW, "a worker that reads a replica")
    read = next(n for n in (1, 2) if replicated.statements(n))
    site.cache.flush()
    replicated.servers[read].daemon.freeze()
    try:
        assert [site.get(f"/products/{slug}").status for slug in ("nats", "redis", "kubernetes")] == [200] * 3
    finally:
        replicated.servers[read].daemon.thaw()
    assert "no answer within" in site.log


def test_a_planned_switch_back_and_forth(replicated):
    site, servers = replicated.site, replicated.servers
    site.diptych("warm", check=True)
    with Visitors(site.port) as visitors:
        for old, new in ((0, 1), (1, 0)):
            servers[old].sql("SET GLOBAL read_only = 1")
            replicated.caught_up(new, old)
            replicated.promote(new)
            replicated.follow(old, new)
            wait_until(lambda: primary_of(site) == str(servers[new].socket), 20 * SLOW, "the new primary")
            servers[new].sql("UPDATE product SET name = %s WHERE slug = 'kafka'", f"Written on {new}")
            wait_until(lambda: heading(site) == (200, f"Written on {new}"), 10 * SLOW)
        visitors.wait(30)
    visitors.judge(3)


def test_without_a_primary_the_site_stays(replicated):
    site, servers = replicated.site, replicated.servers
    site.restart_pool(ready_lag=2)
    wait_until(lambda: site.get("/readyz").status == 200, 20 * SLOW)
    site.diptych("warm", check=True)
    servers[0].sql("SET GLOBAL read_only = 1")
    wait_until(lambda: "no server of mysql_hosts takes writes" in site.diptych("status").stdout, 10 * SLOW)
    wait_until(lambda: site.get("/readyz").status == 503, 10 * SLOW, "a load balancer to be told")
    assert heading(site)[0] == 200
    assert "no server of mysql_hosts takes writes" in site.diptych("migrate").stderr
    servers[0].sql("SET GLOBAL read_only = 0")
    wait_until(lambda: primary_of(site) == str(servers[0].socket), 10 * SLOW)
    assert site.diptych("migrate", check=True).returncode == 0


def test_check_names_servers_that_do_not_fit_together(replicated):
    site, servers = replicated.site, replicated.servers
    a, b, c = (str(s.socket) for s in servers)

    def faults():
        lines = [line for line in site.diptych("check").stdout.splitlines() if line.startswith("database ")]
        return "\n".join(line for line in lines if ": answers, " not in line)

    assert faults() == ""
    servers[1].sql("SET GLOBAL read_only = 0")
    servers[2].sql("STOP SLAVE")
    servers[2].sql("SET GLOBAL server_id = 1")
    said = faults()
    assert f"{a} and {b} both take writes" in said and "set read_only = 1 on the replica" in said
    assert f"{c} is read_only and no replication runs on it" in said and "START REPLICA" in said
    assert f"{a} and {c} both have server_id = 1" in said
    servers[2].stop()
    assert f"{c}: error 2002" in faults()
    servers[2].start()

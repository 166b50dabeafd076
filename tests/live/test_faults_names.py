"""A name server that does not answer, or does not know the database: mysql_host is looked up with the time limits of everything else."""
import os
import socket
import subprocess

import pytest

from lib.probe import load
from lib.servers import BINARY, SLOW, free_port, wait_until
from lib.stopwatch import elapsed, moment

NAME = "database.example.org"

pytestmark = pytest.mark.skipif(
    os.getuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0,
    reason="no mount namespaces for this account")


class Names:
    """What the pool can look up: a hosts file of its own, and a name server that takes every question and answers none."""

    def __init__(self, site):
        self.site, self.hosts, resolver = site, site.folder / "hosts", site.folder / "resolv.conf"
        self.silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.silent.bind(("127.0.0.78", 53))
        resolver.write_text("nameserver 127.0.0.78\n")
        self.known(True)
        self.argv = ["unshare", "--mount", "sh", "-c",
                     f'mount --bind {self.hosts} /etc/hosts && mount --bind {resolver} /etc/resolv.conf && exec "$@"', "sh"]

    def known(self, is_known):
        self.hosts.write_text("127.0.0.1 localhost\n" + (f"127.0.0.1 {NAME}\n" if is_known else ""))

    def cut(self):
        """Nothing is known any more, and all connections are gone."""
        self.known(False)
        for (number,) in self.site.sql("SELECT id FROM information_schema.processlist WHERE user = 'diptych_pool'"):
            self.site.sql(f"KILL {number}")
        self.site.cache.flush()

    def diptych(self, *args):
        return subprocess.run([*self.argv, BINARY, *args, "--config", self.site.config_path], capture_output=True, text=True,
                              timeout=30 * SLOW)


@pytest.fixture
def names(own_site):
    site, port = own_site, free_port()
    site.sql("RENAME USER diptych_pool@localhost TO diptych_pool@'127.0.0.1'")
    site.database.stop()
    site.database.daemon.argv += ["--skip-networking=0", "--bind-address=127.0.0.1", f"--port={port}"]
    site.database.start()
    names = Names(site)
    site.pool.stop()
    site.pool.argv = [*names.argv, BINARY, "serve", "--config", site.config_path]
    site.config.update(mysql_socket="", mysql_host=NAME, mysql_port=port, mysql_timeout=int(500 * SLOW), deadline=int(1000 * SLOW))
    site.write_config()
    site.start_pool()
    yield names
    names.silent.close()


def test_a_silent_name_server_holds_no_worker(names):
    """A lookup takes the C library 10 s and more."""
    site, warm_page = names.site, "/compare/kafka-vs-kubernetes"
    with load(lambda: site.get(warm_page)):  # until each worker keeps the finished page
        wait_until(lambda: site.metrics()["diptych_pages_hit_total"] > 500, 30 * SLOW)
    workers = site.workers()
    names.cut()
    with load(lambda: site.get(warm_page)) as warm:
        for page in ("caddy-vs-nginx", "nats-vs-redis", "redis-vs-valkey", "terraform-vs-vault") * 3:
            began = moment()
            assert site.get(f"/compare/{page}").status in (200, 503)
            assert elapsed(began) < 4 * SLOW
    assert set(warm) == {200}
    assert site.workers() == workers
    assert f"{NAME} was not looked up within" in site.log
    done = names.diptych("check")
    assert done.returncode == 1 and f"{NAME} was not looked up within" in done.stdout, done
    names.known(True)
    wait_until(lambda: site.get("/compare/caddy-vs-nginx").status == 200, 30 * SLOW)
    assert site.workers() == workers


def test_a_pool_starts_and_stops_with_a_silent_name_server(names):
    site, page = names.site, "/compare/kafka-vs-kubernetes"
    wait_until(lambda: site.get(page).status == 200 and (site.folder / "state/catalog").exists(), 20 * SLOW)
    site.pool.stop()
    names.known(False)
    site.start_pool()
    wait_until(lambda: site.get(page).status == 200, 20 * SLOW, "the page as the state file and memcached know it")
    wait_until(lambda: f"{NAME} was not looked up within" in site.log, 20 * SLOW)
    began = moment()
    site.pool.stop()
    assert elapsed(began) < 5 * SLOW
    site.start_pool()
    names.known(True)
    site.sql("UPDATE product SET name = 'Kafka by name' WHERE slug = 'kafka'")
    wait_until(lambda: "Kafka by name" in site.get(page).text, 30 * SLOW)

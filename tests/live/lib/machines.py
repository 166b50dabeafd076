"""Several machines of one site, each in a network namespace with a Galera node, a memcached, a pool and nginx; before them
HAProxy and an nginx of their own.

    machines = Machines(templates).start()
    machines[1].node.daemon.freeze(); machines.network.cut(2)
    machines.front(0).http("GET", "/")    # 0: HAProxy, 1: nginx"""
import os
import shutil
import signal

from . import http
from .daemon import process_state, wait_until
from .fronts import Balancer, Front
from .galera import Cluster
from .network import Network
from .servers import SLOW, TOP, Cache, Site, Web

POOL_PORT, METRICS_PORT, CACHE_PORT, READY_LAG, DEADLINE_S = 9000, 9001, 11211, 2, 1.0


class Machine(Site):
    """`node`: its database server, a lib.servers.Database."""

    def __init__(self, templates, network, n, node, **config):
        self.network, self.n, self.node, self.address = network, n, node, network.address(n)
        super().__init__(templates, config={
            "listen": f"{self.address}:{POOL_PORT}", "metrics_listen": f"{self.address}:{METRICS_PORT}",
            "memcached": ", ".join(f"{network.address(k)}:{CACHE_PORT}" for k in network.machines),
            "deadline": int(DEADLINE_S * 1000), "ready_lag": READY_LAG, "other_pools": True, "mysql_socket": "",
            "memcached_timeout": 50, "base_url": "http://site.example", "log_level": "info", **config})
        self.database = node
        self.cache = Cache(self.folder, address=(self.address, CACHE_PORT))
        self.web = Web(self.folder, f"{self.address}:{POOL_PORT}", host=self.address)
        for daemon in (self.pool, self.cache.daemon, self.web.daemon):
            daemon.argv = network.inside(n, daemon.argv)

    def pool_listens(self):
        try:
            return self.ask("/healthz").status == 200
        except OSError:
            return False

    def ask(self, path):
        return http.request(METRICS_PORT, "GET", path, timeout=5, host=self.address)

    def ready(self):
        try:
            return self.ask("/readyz").status == 200
        except OSError:
            return False

    def start(self):
        self.cache.start()
        self.start_pool()
        self.web.start()
        return self

    def stop(self):
        for stop in (self.web.stop, self.pool.stop, self.cache.stop):
            stop()

    def pids(self):
        return [self.pool.pid, *self.children()]

    def freeze_pool(self):
        for pid in self.pids():
            os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: process_state(self.pool.pid) == "T", 10)

    def thaw_pool(self):
        for pid in self.pids():
            os.kill(pid, signal.SIGCONT)


class Machines(list):
    """`cluster`: makes the database servers of the addresses, with a field `nodes`; a Galera cluster by default."""

    def __init__(self, templates, n=3, cluster=None):
        super().__init__()
        self.network = Network(n)
        addresses = [self.network.address(k) for k in range(n)]
        try:
            self.cluster = (cluster or galera)(templates, self.network, addresses)
            for k, node in enumerate(self.cluster.nodes):
                others = [f"{m.address}:{m.port}" for m in self.cluster.nodes if m is not node]
                self.append(Machine(templates, self.network, k, node, mysql_hosts=", ".join([str(node.socket), *others])))
            self.fronts = [Balancer(self), Front(self, [f"{m.address}:{POOL_PORT}" for m in self])]
        except BaseException:
            self.network.remove()
            raise

    def start(self):
        self.cluster.start()
        account = f"diptych_pool@'{self.network.prefix}.%'"
        node = self.cluster.nodes[0]
        node.sql(f"CREATE USER {account}")
        node.script((TOP / "sql/accounts.sql").read_text().replace("'diptych_pool'@'localhost' ACCOUNT LOCK", account)
                    .replace("'diptych_pool'@'localhost'", account))
        for machine in self:
            machine.start()
        for machine in self:
            wait_until(machine.ready, 30 * SLOW, f"machine {machine.n} to be ready")
            machine.diptych("warm")
        for front in self.fronts:
            front.start()
        return self

    def whole(self):
        """Every pool is ready, and HAProxy knows it."""
        return all(m.ready() for m in self) and len(self.fronts[0].up()) == len(self)

    def stop(self):
        """Fails when a process under test complains."""
        for front in self.fronts:
            front.stop()
        for machine in self:
            machine.stop()
        self.cluster.stop()

    def remove(self):
        for machine in self:
            for daemon in (machine.web.daemon, machine.pool, machine.cache.daemon):
                daemon.kill()
            machine.remove()
        for front in self.fronts:
            front.daemon.kill()
            shutil.rmtree(front.place, ignore_errors=True)
        self.cluster.remove()
        self.network.remove()


def galera(templates, network, addresses):
    """Nodes whose clients come over the network as well."""
    cluster = Cluster(templates, addresses=addresses)
    for n, node in enumerate(cluster.nodes):
        node.words = network.inside(n, [*node.words, "--skip-networking=0", f"--bind-address={node.address}", f"--port={node.port}",
                                        "--skip-name-resolve"])
    return cluster

"""A Galera cluster of private MariaDB servers on loopback, from Debian's galera-4.

    cluster = Cluster(templates).start()
    cluster.nodes[1].sql("UPDATE product SET name = 'X' WHERE id = 5")
    cluster.nodes[2].stop(); cluster.nodes[2].start()

All nodes begin with one data folder, so a node that joins needs no state transfer but the write sets that it missed."""
import fcntl
import os
import shutil
import time
from pathlib import Path

import pymysql

from . import database_server
from .daemon import wait_until
from .servers import ENVIRONMENT, SLOW, Database, free_port, short_folder

PROVIDERS = ("/usr/lib/galera/libgalera_smm.so", "/usr/lib/libgalera_smm.so")
PROVIDER = next((path for path in PROVIDERS if os.path.exists(path)), None)
MISSING = ("galera-4 is not installed" if not PROVIDER else
           "the server of another Debian is tested" if database_server.ROOT else None)
BIN = Path(__file__).with_name("galera_bin")


class Node(Database):
    """`address`: of its cluster traffic, at which `port` also takes clients.  `options`: more of wsrep_provider_options."""

    def __init__(self, folder, name, peers="", address="127.0.0.1", settings=(), options=""):
        self.name, self.address, self.port = name, address, free_port()
        self.group, transfers, arrivals = free_port(), free_port(), free_port()
        self.peers = peers
        provider = (f"gmcast.listen_addr=tcp://{address}:{self.group};ist.recv_addr={address}:{arrivals};gcache.size=32M;"
                    f"gcache.dir={folder};pc.recovery=false;{options}")
        super().__init__(folder, [
            "--wsrep-on=ON", f"--wsrep-provider={PROVIDER}", "--wsrep-cluster-name=tests", f"--wsrep-node-name={name}",
            f"--wsrep-node-address={address}", f"--wsrep-provider-options={provider}", "--wsrep-sst-method=tests",
            f"--wsrep-sst-receive-address={address}:{transfers}", "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2",
            "--wsrep-slave-threads=2", *settings])
        self.daemon.env = {**ENVIRONMENT, "PATH": f"{BIN}:{os.environ['PATH']}:/usr/sbin", "GALERA_TRANSFERS": str(folder)}
        self.words = list(self.daemon.argv)

    def start(self, bootstrap=False):
        self.daemon.argv = [*self.words, f"--wsrep-cluster-address=gcomm://{'' if bootstrap else self.peers}"]
        if bootstrap:
            state = self.data / "grastate.dat"
            if state.exists():
                state.write_text(state.read_text().replace("safe_to_bootstrap: 0", "safe_to_bootstrap: 1"))
        super().start()
        self.wait("Synced")
        return self

    def state(self):
        return self.sql("SHOW STATUS LIKE 'wsrep_local_state_comment'", database=None)[0][1]

    def wait(self, state, seconds=30):
        """The server ends the connections of clients while it joins."""
        def there():
            try:
                return self.state() == state
            except pymysql.MySQLError:
                self.daemon.wait_ready(self.answers, 60)
                return False

        wait_until(there, seconds * SLOW, f"{self.name} to be {state}")

    def size(self):
        return int(self.sql("SHOW STATUS LIKE 'wsrep_cluster_size'", database=None)[0][1])


def template(templates):
    """The sample site as the first node of a cluster left it."""
    with open(templates.folder / "galera.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        data = templates.folder / "galera"
        if not data.exists():
            node = Node(short_folder("dp-g-"), "template")
            node.copy_from(templates.get("sample")).start(bootstrap=True)
            node.stop()
            part = templates.folder / "galera.part"
            shutil.move(node.data, part)
            part.rename(data)
            shutil.rmtree(node.folder, ignore_errors=True)
        return data


class Cluster:
    def __init__(self, templates, nodes=3, addresses=None, settings=(), options=()):
        """options: those of each node."""
        self.folder = short_folder("dp-g-")
        addresses = addresses or ["127.0.0.1"] * nodes
        self.nodes = [Node(self.folder / f"n{i}", f"n{i}", address=a, settings=[*settings, f"--server-id={i + 1}"],
                           options=options[i] if options else "") for i, a in enumerate(addresses)]
        for node in self.nodes:
            node.daemon.env["GALERA_TRANSFERS"] = str(self.folder)
            node.peers = ",".join(f"{n.address}:{n.group}" for n in self.nodes)
            node.copy_from(template(templates))

    def start(self):
        for i, node in enumerate(self.nodes):
            node.start(bootstrap=i == 0)
        self.wait()
        return self

    def alive(self):
        return [n for n in self.nodes if n.daemon.alive()]

    def wait(self):
        """Until all nodes that run are one cluster."""
        for node in self.alive():
            wait_until(lambda: node.state() == "Synced" and node.size() == len(self.alive()), 30 * SLOW,
                       f"{node.name} in the cluster")

    def applied(self):
        """Until each node has what the others committed."""
        for node in self.alive():
            node.sql("SET STATEMENT wsrep_sync_wait = 1 FOR SELECT 1")

    def stop(self):
        for node in reversed(self.nodes):
            if node.daemon.frozen:
                node.daemon.thaw()
        for node in reversed(self.nodes):
            node.stop()

    def remove(self):
        for node in self.nodes:
            node.daemon.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


__all__ = ["Cluster", "MISSING", "Node", "template", "time"]

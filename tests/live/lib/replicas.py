"""A primary and its replica, with GTIDs, on machines of a network (lib/machines.py)."""
import shutil

from .network import Network
from .servers import Database, short_folder

PORT = 3306


class Replicas:
    """`primary`: the place of the one that takes writes."""

    def __init__(self, templates, network: Network, addresses):
        self.folder, self.nodes, self.primary = short_folder("dp-r-"), [], 0
        for n, address in enumerate(addresses):
            node = Database(self.folder / f"n{n}", [
                f"--server-id={n + 1}", f"--log-bin={self.folder}/bin{n}", "--binlog-format=ROW", "--log-slave-updates",
                "--skip-networking=0", f"--bind-address={address}", f"--port={PORT}"])
            node.address, node.port = address, PORT
            node.daemon.argv = network.inside(n, node.daemon.argv)
            node.copy_from(templates.get("sample"))
            self.nodes.append(node)

    def start(self):
        for node in self.nodes:
            node.start()
        self.nodes[0].sql("CREATE USER follower IDENTIFIED BY 'f'")
        self.nodes[0].sql("GRANT REPLICATION SLAVE ON *.* TO follower")
        self.follow(1)
        return self

    def follow(self, n):
        """Server n replicates the primary."""
        self.nodes[n].sql("SET GLOBAL read_only = 1")
        self.nodes[n].sql("CHANGE MASTER TO master_host = %s, master_port = %s, master_user = 'follower', master_password = 'f',"
                          " master_use_gtid = slave_pos, master_connect_retry = 1", self.nodes[self.primary].address, PORT)
        self.nodes[n].sql("START SLAVE")

    def promote(self, n):
        """As an operator does it: nothing that was committed is lost."""
        old, new = self.nodes[self.primary], self.nodes[n]
        old.sql("SET GLOBAL read_only = 1")
        new.sql("SELECT MASTER_GTID_WAIT(%s, 20)", old.sql("SELECT @@GLOBAL.gtid_binlog_pos")[0][0])
        new.sql("STOP SLAVE")
        new.sql("RESET SLAVE ALL")
        new.sql("SET GLOBAL read_only = 0")
        old_place, self.primary = self.primary, n
        self.follow(old_place)

    def stop(self):
        for node in reversed(self.nodes):
            node.stop()

    def remove(self):
        for node in self.nodes:
            node.daemon.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

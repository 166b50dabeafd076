"""Faults of machines, one after the other.  Each function makes one on machine n of m, holds it and undoes it."""
import shutil

from .daemon import wait_until
from .servers import SLOW


def hold(checker, seconds):
    checker.done.wait(seconds)


def memcached_killed(checker, m, n):
    m[n].cache.daemon.kill()
    hold(checker, 2)
    m[n].cache.start()


def pool_killed(checker, m, n):
    m[n].pool.kill()
    hold(checker, 2)
    m[n].start_pool()


def pool_frozen(checker, m, n):
    m[n].freeze_pool()
    try:
        hold(checker, 4)
    finally:
        m[n].thaw_pool()


def node_killed(checker, m, n):
    """It comes back with the write sets that it missed (IST)."""
    m[n].node.daemon.kill()
    hold(checker, 3)
    m[n].node.start()


def node_lost(checker, m, n):
    """It comes back with an empty folder and gets everything from another node (SST)."""
    m[n].node.daemon.kill()
    shutil.rmtree(m[n].node.data)
    m[n].node.data.mkdir()
    m[n].node.start()


def node_frozen(checker, m, n):
    m[n].node.daemon.freeze()
    try:
        wait_until(lambda: m[n - 1].node.size() == len(m) - 1, 30 * SLOW, "a cluster without the node")
        hold(checker, 1)
    finally:
        m[n].node.daemon.thaw()
    m.cluster.wait()


def machine_cut_off(checker, m, n):
    m.network.cut(n)
    try:
        wait_until(lambda: m[n - 1].node.size() == len(m) - 1, 30 * SLOW, "a cluster without the node")
        hold(checker, 1)
    finally:
        m.network.mend(n)
    m.cluster.wait()


def restarted_in_turn(checker, m, n):
    """All nodes, as for an update of the server."""
    for machine in m:
        machine.node.stop()
        machine.node.start()
        m.cluster.wait()


FAULTS = [memcached_killed, pool_killed, pool_frozen, node_killed, node_lost, node_frozen, machine_cut_off, restarted_in_turn]


def replica_promoted(checker, m, n):
    """m.cluster: lib/replicas.py."""
    m.cluster.promote(1 - m.cluster.primary)
    checker.writers[:] = [m.cluster.nodes[m.cluster.primary]]
    hold(checker, 3)


def primary_restarted(checker, m, n):
    """Edits are refused meanwhile."""
    node = m.cluster.nodes[m.cluster.primary]
    node.stop()
    hold(checker, 2)
    node.start()

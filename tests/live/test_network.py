"""Three machines with Debian's Galera, memcached, HAProxy and nginx: whatever breaks, no visitor notices, except that what is
new comes later (lib/history_network.py has the promises, lib/network_faults.py the faults).

By hand: DIPTYCH_NETWORK_SECONDS=600 /usr/bin/python3 -m pytest -s tests/live/test_network.py"""
import os

import pytest

from lib import galera, network
from lib.history_network import NetworkChecker
from lib.machines import Machines
from lib.network_faults import FAULTS, memcached_killed, pool_killed, primary_restarted, replica_promoted
from lib.replicas import Replicas
from lib.servers import SLOW

MISSING = galera.MISSING or network.missing() or (SLOW > 1 and "sanitizers make the machine too slow for its time limits")
WANTED = {"DIPTYCH_TEST_ALL", "DIPTYCH_NETWORK_SECONDS"} & {*os.environ}
SECONDS = int(os.environ.get("DIPTYCH_NETWORK_SECONDS", 600))
pytestmark = [pytest.mark.timing, pytest.mark.skipif(bool(MISSING), reason=str(MISSING)),
              pytest.mark.skipif(not WANTED, reason="takes long: ./check --all")]


def run(templates, faults, n, cluster=None):
    machines = Machines(templates, n, cluster)
    try:
        machines.start()
        writers = list(machines.cluster.nodes) if cluster is None else machines.cluster.nodes[:1]
        NetworkChecker(machines, SECONDS, faults, writers, seed=3).run().judged()
        machines.stop()
    finally:
        machines.remove()


def test_faults_of_machines_and_links_cost_no_visitor_anything(templates):
    """Writers on all three nodes."""
    run(templates, FAULTS, 3)


def test_a_promoted_replica_costs_no_visitor_anything(templates):
    run(templates, [replica_promoted, memcached_killed, primary_restarted, replica_promoted, pool_killed], 2, Replicas)

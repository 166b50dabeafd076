"""Ports for the servers of the tests.

A server takes its port seconds after the test has chosen it, and may leave it for a while.  Nobody else takes it meanwhile: each
process of a run has its own share of the numbers and uses each of them once, and for clients the kernel takes higher ones."""
import itertools
import os
import random
import socket

_first = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_step = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_share = list(range(14000 + _first, 32000, _step))
random.SystemRandom().shuffle(_share)
_next = itertools.cycle(_share)


def free_port():
    for port in itertools.islice(_next, len(_share)):
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass  # somebody else's
    raise AssertionError("no port is free")

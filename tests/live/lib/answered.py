"""How many answers a pool has counted."""
import json

from lib.servers import SLOW, wait_until


def answered(site):
    """Asks the control socket, which does not count itself, when no worker is busy: an answer is counted after it is out."""
    def at_rest():
        status = json.loads(site.diptych("status", "--json", check=True).stdout)
        return None if status["workers_busy"] else (status["metrics"]["requests"],)
    return wait_until(at_rest, 30 * SLOW, "the pool to be at rest")[0]

"""Time that counts on a busy machine: that in which no process waited for a processor or for a disk.

    began = moment()
    ...
    assert elapsed(began) < 1 * SLOW

So a promise in seconds is judged where the machine is idle, and a machine with too much to do breaks none.  The kernel counts
the rest (/proc/pressure); where it does not, all time counts."""
import time


def _waited():
    total = 0
    for what in ("cpu", "io"):
        try:
            with open(f"/proc/pressure/{what}") as file:
                total += int(file.readline().rpartition("total=")[2])
        except OSError:
            pass  # a kernel without it
    return total / 1e6


class moment(float):
    """A value of time.monotonic()."""

    def __new__(cls):
        self = super().__new__(cls, time.monotonic())
        self.waited = _waited()
        return self


def elapsed(began):
    """Seconds since a moment()."""
    return max(0.0, time.monotonic() - began - (_waited() - began.waited))

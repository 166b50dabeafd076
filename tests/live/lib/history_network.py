"""The history checker (history.py) over several machines: editors write on all database servers, readers come through all
fronts, and faults of machines and links come in turn.

Editors do what people do: an edit that the cluster refuses, because another node wrote the same row or because the node is
away, is noted and given up.  A COMMIT without an answer may have happened, so its version may be shown and need not be.

No request may fail, near a fault neither.  Only an answer that is being sent when its pool or its machine goes may break off; it
is asked for again.  None may take longer than SLOWEST_S.  Every view through HAProxy must have what was committed BOUND_S before
it, and nobody may see an older version there later than BOUND_S after anybody saw a newer one.  nginx does not ask pools whether
they are ready, so the age of what its visitors see is only counted."""
import itertools
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from http.client import HTTPException

import pymysql
import pytest

from . import http
from .daemon import wait_until
from .history import Checker
from .machines import DEADLINE_S, READY_LAG
from .servers import SLOW

BOUND_S = READY_LAG + 3.0  # as haproxy.cfg says
SLOWEST_S = 2.0 + DEADLINE_S  # until another pool is asked, and what that one may take
BUSY_S = 0.3  # a machine on which a process wakes so much late cannot keep to bounds of a second
NEVER = float("inf")
FRONTS = ("HAProxy", "nginx")
LATE = """
import sys, threading, time
done, late = threading.Event(), 0
threading.Thread(target=lambda: (sys.stdin.read(), done.set())).start()
while not done.is_set():
    began = time.monotonic()
    time.sleep(0.02)
    late = max(late, time.monotonic() - began - 0.02)
print(late)
"""
SENDERS = ("while pool killed", "while machine cut off")


class NetworkChecker(Checker):
    """`faults`: functions of network_faults.py.
    `writers`: the database servers that take edits."""

    def __init__(self, machines, seconds, faults, writers, seed=None):
        super().__init__(machines.cluster.nodes[0], seconds, seed, faults=False)
        self.machines, self.plan, self.writers = machines, faults, writers
        self.requests, self.failed, self.broken, self.slow = [0, 0], [], [], [0.0, ""]
        self.back, self.mixed, self.refused, self.late = 0.0, 0, Counter(), []
        self.fault = "the network was whole"
        self.late_by = 0.0  # the most that a process slept too long
        self.load = 0.0  # runnable processes for each processor, at most
        self.where = threading.local()  # front: the one through which this thread asked last
        self.behind_nginx = [0.0, 0.0]  # edit to every visitor, step back
        self.worst_of = {}  # fault: [slowest, staleness, step back]

    # ---- editors

    def editor(self, seed):
        rng, open_connections = random.Random(seed), {}
        while not self.done.is_set():
            product, node = rng.choice(self.products), rng.choice(self.writers)
            if product.lock.acquire(blocking=False):
                try:
                    self.write(node, open_connections, product, rng)
                except pymysql.MySQLError as e:
                    self.refused[e.args[0]] += 1
                    open_connections.pop(node, None)
                finally:
                    product.lock.release()
            self.done.wait(rng.random() * 0.1)

    def write(self, node, open_connections, product, rng):
        connection = open_connections.get(node)
        if connection is None:
            connection = open_connections[node] = node.connect("diptych_cms", autocommit=False, connect_timeout=2, read_timeout=30)
        cursor = connection.cursor()
        number = product.commits[-1][0] + 1
        token = f"Tk{product.id}n{number}z"
        status = rng.choices(["published", "archived", "draft"], [12, 1, 1])[0]
        cursor.execute("ROLLBACK")
        cursor.execute("UPDATE product SET name = %s, status = %s WHERE id = %s", (f"Name {token}", status, product.id))
        cursor.execute("UPDATE editorial SET headline = %s, current_state_md = %s, heading_md = %s WHERE product_id = %s"
                       " AND status = 'published'", (f"Headline {token}", f"Body **{token}**", token, product.id))
        if rng.random() < 0.3:
            self.done.wait(rng.random() * 1.5)  # other editors commit meanwhile
        began = time.monotonic()
        product.commits.append((number, status, began, NEVER))
        try:
            cursor.execute("COMMIT")
        except pymysql.MySQLError as e:
            if e.args[0] == 1213:  # rolled back
                product.commits[-1] = (number, status, NEVER, NEVER)
            raise
        product.commits[-1] = (number, status, began, time.monotonic())
        with self.count_lock:
            self.edits += 1

    # ---- readers

    def get(self, path):
        front = self.where.front = self.random.randrange(2)
        began = time.monotonic()
        try:
            answer = http.request(self.machines.fronts[front].port, "GET", path, timeout=30)
        except HTTPException as e:
            self.broken.append(f"{path}: {e!r} through {FRONTS[front]} while {self.fault}")
            return self.get(path)
        except OSError as e:
            self.failed.append(f"{path}: {e!r} through {FRONTS[front]} while {self.fault}")
            raise
        finally:
            self.count(front, path, time.monotonic() - began)
        self.where.pool = answer.headers.get("X-Pool")  # lib/fronts.py
        if answer.status >= 500:
            self.failed.append(f"{path}: {answer.status} through {FRONTS[front]} while {self.fault}")
        return answer

    def count(self, front, path, seconds):
        with self.count_lock:
            self.requests[front] += 1
            self.note(0, seconds)
            if seconds > self.slow[0]:
                self.slow[:] = seconds, f"{path} through {FRONTS[front]} while {self.fault}"

    def note(self, what, seconds):
        worst = self.worst_of.setdefault(self.fault, [0.0, 0.0, 0.0])
        worst[what] = max(worst[what], seconds)

    @property
    def checked(self):
        """The front of the last answer asks pools whether they are ready."""
        return self.where.front == 0

    def bound(self, began):
        return BOUND_S * SLOW if self.checked else NEVER

    def may_fail(self, began, ended):
        return True  # get() has noted it

    def version(self, numbers):
        return min(numbers)

    def judge_mixed(self, words):
        """While rows cannot be read, a page may have a new name and an older body: the bounds hold for the older one."""
        with self.count_lock:
            self.mixed += 1

    def judge_stale(self, seconds):
        if self.checked:
            super().judge_stale(seconds)
            self.note(1, seconds)
        else:
            self.behind_nginx[0] = max(self.behind_nginx[0], seconds)

    def judge_step_back(self, words, seconds):
        if not self.checked:
            self.behind_nginx[1] = max(self.behind_nginx[1], seconds)
            return
        self.note(2, seconds)
        self.back = max(self.back, seconds)
        if seconds > BOUND_S * SLOW:
            self.wrong.append(f"{words}, {seconds:.1f} s before, from {self.where.pool} while {self.fault}")

    # ---- faults

    def breaker(self):
        """Rounds of all faults, each on another machine, until the time is over.  Each begins on a whole network."""
        end = time.monotonic() + self.seconds
        try:
            self.done.wait(3)
            for n in itertools.count():
                turn, k = divmod(n, len(self.plan))
                if turn and not k and time.monotonic() > end:
                    break
                self.begin(self.plan[k].__name__.replace("_", " "))
                self.plan[k](self, self.machines, (k + turn) % len(self.machines))
                self.fault = f"it was over: {self.fault}"
                wait_until(self.machines.whole, 60 * SLOW, f"a whole network after {self.faults[-1][1]}")
                self.fault = "the network was whole"
                self.done.wait(2)
        except Exception as e:
            self.wrong.append(f"while {self.fault}: {e!r}")
        self.done.set()

    def begin(self, name):
        self.fault = name
        self.load = max(self.load, os.getloadavg()[0] / os.cpu_count())
        self.faults.append((time.monotonic(), name))

    def run(self, editors=4, readers=4):
        began = time.monotonic()
        with subprocess.Popen([sys.executable, "-c", LATE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sleeper:
            super().run(editors, readers)
            self.late_by = float(sleeper.communicate()[0])
        self.seconds = round(time.monotonic() - began)
        return self

    def wait(self):
        """What a thread starts ends with it (lib/daemon.py), so the thread of the test makes the faults."""
        self.breaker()

    @property
    def summary(self):
        failed = f"{len(self.failed)} failed, {len(self.broken)} broke off"
        failed += "".join(f"; {words}" for words in self.failed[:1] + self.broken[:1])
        lines = [f"{len(self.faults)} faults in {self.seconds} s, with up to {self.load:.1f} processes for each processor;"
                 f" a process woke {self.late_by:.2f} s late at most",
                 f"{sum(self.requests)} requests ({self.requests[0]} through HAProxy, {self.requests[1]} through nginx): {failed}",
                 f"{self.edits} edits, {sum(self.refused.values())} refused: {dict(self.refused)}",
                 f"slowest request {self.slow[0]:.2f} s ({self.slow[1]})",
                 f"longest time from an edit to every visitor {self.worst:.2f} s, worst step back {self.back:.2f} s"
                 f" (behind nginx alone {self.behind_nginx[0]:.2f} s and {self.behind_nginx[1]:.2f} s),"
                 f" {len(self.wrong)} wrong, {self.mixed} of two moments"]
        return "\n".join(lines + [f"  {name}: slowest {a:.2f} s, edit to every visitor {b:.2f} s, step back {c:.2f} s"
                                  for name, (a, b, c) in self.worst_of.items()])

    def judged(self):
        print(self.summary)
        if self.late_by > BUSY_S * SLOW:
            pytest.skip(f"the machine was too busy: a process woke {self.late_by:.1f} s late; {self.summary}")
        told = "\n".join([self.summary, *self.failed[:20], *self.wrong[:20]])
        assert not self.wrong and not self.failed, told
        assert not [b for b in self.broken if not b.endswith(SENDERS)], told
        assert self.slow[0] < SLOWEST_S * SLOW, told

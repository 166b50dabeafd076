"""Counts the statements of other connections at the server, without those of the counter itself."""
import time

from lib.daemon import wait_until


class Questions:
    """The number of statements from other connections, read over one connection that stays open."""

    def __init__(self, database):
        self.cursor = database.connect().cursor()
        self.asked = 0

    def __call__(self):
        self.asked += 1
        self.cursor.execute("SHOW GLOBAL STATUS LIKE 'Questions'")
        return int(self.cursor.fetchone()[1]) - self.asked

    def settled(self):
        """The count when it has not grown for a while.  The server also counts the end of a connection, with a delay."""
        last, since = self(), time.monotonic()

        def still():
            nonlocal last, since
            if (now := self()) != last:
                last, since = now, time.monotonic()
            return time.monotonic() - since > 0.3
        wait_until(still, 20)
        return last


def questions(database):
    """A counter at a moment when no other connection sends statements."""
    count = Questions(database)
    count.settled()
    return count


def page_questions(site):
    """The same without the watcher's polls: poll_interval = 60000 leaves one a minute."""
    count = questions(site.database)
    return lambda: count() - int(site.metrics()["diptych_polls_total"])

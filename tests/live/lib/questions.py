"""Statements counted at the server: what others asked, less what looking costs."""
from lib.daemon import wait_until


class Questions:
    """Statements that the server has had from anyone else, over one connection that stays open."""

    def __init__(self, database):
        self.cursor = database.connect().cursor()
        self.asked = 0

    def __call__(self):
        self.asked += 1
        self.cursor.execute("SHOW GLOBAL STATUS LIKE 'Questions'")
        return int(self.cursor.fetchone()[1]) - self.asked

    def settled(self):
        """The count once nothing adds to it: a connection's end is counted too, when the server gets to it."""
        last = []

        def still():
            last.append(self())
            return len(last) > 3 and len(set(last[-4:])) == 1
        wait_until(still, 20)
        return last[-1]


def questions(database):
    """A counter that nobody else disturbs at the moment."""
    count = Questions(database)
    count.settled()
    return count

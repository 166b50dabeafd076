"""Dumps that are restored one statement at a time.

    restore = Restore(database, dump(database, "--skip-triggers"))
    for statement in restore:
        ...         # the statement was executed, and the next one was not begun
"""
import re
import subprocess

from .database_server import DUMP, command

ALL = ("--routines", "--events", "--triggers")


def dump(database, *options):
    done = subprocess.run([*command("mariadb-dump"), "--no-defaults", *DUMP, f"--socket={database.socket}", "--user=root", *options,
                           database.NAME], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def statements(text):
    """The statements of a dump with their delimiters.  Lines that the client obeys stand alone."""
    delimiter, part = ";", ""
    for line in text.splitlines(keepends=True):
        if not part and (line.startswith(("--", "/*M!999999")) or not line.strip()):
            continue
        if line.startswith("DELIMITER"):
            delimiter = line.split()[1]
            yield line
            continue
        part += line
        if line.rstrip().endswith(delimiter):
            yield part
            part = ""
    assert not part.strip(), part


def quiet(statement):
    """True: it changes nothing that another session sees."""
    return bool(re.match(r"(DELIMITER|SET |/\*!\d+ *(SET|ALTER TABLE)|ALTER DATABASE|commit|/\*M!)", statement, re.I))


class Restore:
    """The client of the server, which gets the next statement when the test asks for it."""

    def __init__(self, database, text):
        self.statements = list(statements(text))
        self.steps = self._steps()
        self.locked = False  # a table is locked, so its readers wait
        self.client = subprocess.Popen(
            [*command("mariadb"), "--no-defaults", f"--socket={database.socket}", "--user=root", "--unbuffered", "--batch",
             "--skip-column-names", "--default-character-set=utf8mb4", database.NAME],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1)

    def __iter__(self):
        return self.steps

    def _steps(self):
        delimiter = ";"
        for n, statement in enumerate(self.statements):
            if statement.startswith("DELIMITER"):
                delimiter = statement.split()[1]
            self.client.stdin.write(statement)
            self.client.stdin.write(f"SELECT 'executed {n}' {delimiter}\n")
            self.client.stdin.flush()
            answer = self.client.stdout.readline()
            assert answer.strip() == f"executed {n}", (statement[:300], answer, self.client.poll() and self.client.stderr.read())
            if statement.startswith("LOCK TABLES"):
                self.locked = True
            elif statement.startswith("UNLOCK TABLES"):
                self.locked = False
            if not quiet(statement):
                yield statement
        self.close()

    def close(self):
        if self.client.poll() is None:
            self.client.stdin.close()
            assert self.client.wait(60) == 0, self.client.stderr.read()
            self.client.stdout.close()
            self.client.stderr.close()

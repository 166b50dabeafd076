"""A private MariaDB for the schema's tests, and one fresh database a test.

The server lives in a temporary folder on a UNIX socket and ends with the test
session. Databases are loaded from sql/ with the mariadb client, as an
administrator without our own tools would do it.
"""
import itertools
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import pymysql

ROOT = pathlib.Path(__file__).resolve().parents[2]
SQL = ROOT / "sql"
MIGRATIONS = sorted(SQL.glob("[0-9][0-9][0-9]_*.sql"))


class Server:
    """One mariadbd: started by __init__, ended by stop()."""

    def __init__(self, *options):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="schema-"))
        self.socket = str(self.dir / "mysql.sock")
        self.numbers = itertools.count(1)
        user = ["--user=root"] if os.geteuid() == 0 else []
        data = f"--datadir={self.dir}/data"
        subprocess.run(["mariadb-install-db", "--no-defaults", data, "--skip-test-db",
                        "--auth-root-authentication-method=normal", *user],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(self.dir / "log", "wb") as log:
            self.process = subprocess.Popen(
                [shutil.which("mariadbd") or "/usr/sbin/mariadbd", "--no-defaults", data,
                 f"--socket={self.socket}", f"--pid-file={self.dir}/pid", "--skip-networking",
                 "--innodb-flush-log-at-trx-commit=2", "--innodb-autoinc-lock-mode=2",
                 "--innodb-buffer-pool-size=64M", *user, *options], stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while True:
            try:
                self.connect(None).close()
                return
            except pymysql.err.OperationalError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise RuntimeError((self.dir / "log").read_text(errors="replace"))
                time.sleep(0.02)

    def connect(self, database, user="root", password=""):
        connection = pymysql.connect(unix_socket=self.socket, user=user, password=password,
                                     database=database, charset="utf8mb4", local_infile=True)
        return Editor(connection)

    def load(self, database, *files):
        for file in files:
            with open(file, "rb") as text:
                subprocess.run(["mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root",
                                database], stdin=text, check=True)

    def database(self, *files):
        """A new database, by default with all migrations."""
        name = f"site{next(self.numbers)}"
        root = self.connect(None)
        root(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        root.close()
        self.load(name, *(files or MIGRATIONS))
        return Site(self, name)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        shutil.rmtree(self.dir, ignore_errors=True)


class Editor:
    """A connection that is called with a statement: rows for a SELECT, else rowcount.

    It never waits long: a lock wait shows as error 1205 after one second.
    """

    def __init__(self, connection):
        self.raw = connection
        self.last_id = None
        self("SET SESSION innodb_lock_wait_timeout = 1, lock_wait_timeout = 5, autocommit = 1")

    def __call__(self, statement, *values):
        with self.raw.cursor() as cursor:
            count = cursor.execute(statement, values or None)
            self.last_id = cursor.lastrowid
            return cursor.fetchall() if cursor.description else count

    def one(self, statement, *values):
        return self(statement, *values)[0][0]

    def add(self, table, **columns):
        names = ", ".join(columns)
        marks = ", ".join(["%s"] * len(columns))
        self(f"INSERT INTO {table} ({names}) VALUES ({marks})", *columns.values())
        return self.last_id

    def begin(self):
        self("START TRANSACTION")

    def commit(self):
        self.raw.commit()

    def rollback(self):
        self.raw.rollback()

    def close(self):
        self.raw.close()


class Site:
    """One database with the schema."""

    def __init__(self, server, name):
        self.server = server
        self.name = name
        self.editors = []

    def editor(self, user="root", password=""):
        editor = self.server.connect(self.name, user, password)
        self.editors.append(editor)
        return editor

    def drop(self):
        for editor in self.editors:
            if editor.raw.open:
                editor.close()
        root = self.server.connect(None)
        root(f"DROP DATABASE {self.name}")
        root.close()

"""The schema's tests share one server a module, with a fresh database a test.

A database is loaded from sql/ with the mariadb client, as an administrator
without our own tools would do it; test_schema_migrate.py does it with ours.
"""
import itertools
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from lib.database_server import DUMP, MYSQL, command, portable
from lib.servers import TOP, Database, configuration_text, diptych, short_folder

SQL = TOP / "sql"
MIGRATIONS = sorted(SQL.glob("[0-9][0-9][0-9]_*.sql"))


class Server:
    """One mariadbd with as many databases as wanted."""

    def __init__(self, templates):
        template = templates.get("empty")
        self.folder = short_folder()
        self.database = Database(self.folder).copy_from(template).start()
        self.socket = self.database.socket
        self.numbers = itertools.count(1)

    def connect(self, database, user="root", password=""):
        return Editor(self.database.connect(user, database, password=password))

    def load(self, database, *files):
        if MYSQL:
            migrations = [file for file in files if file in MIGRATIONS]
            if migrations:
                self.migrate(database, dict.fromkeys(migrations))
            files = [file for file in files if file not in MIGRATIONS]
        for file in files:
            self.database.script(file.read_text(), database)

    def migrate(self, database, files):
        """As an administrator of MySQL does it, whose client does not replace triggers."""
        with tempfile.TemporaryDirectory() as folder:
            for file in files:
                shutil.copy(file, folder)
            config = Path(folder) / "migrate.conf"
            config.write_text(configuration_text({"mysql_socket": self.socket, "mysql_database": database, "sql_dir": folder,
                                                  "state_dir": ""}))
            diptych("migrate", config=config, check=True)

    def site(self, *files, name=None):
        """A new database, by default with all migrations."""
        name = name or f"site{next(self.numbers)}"
        root = self.connect(None)
        root(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        root.close()
        self.load(name, *files)
        return Site(self, name)

    def dump(self, database, *options):
        return subprocess.run([*command("mariadb-dump"), "--no-defaults", *DUMP, f"--socket={self.socket}", "--user=root",
                               *options, database], check=True, capture_output=True, text=True).stdout

    def stop(self):
        self.database.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Editor:
    """A connection that is called with a statement: rows for a SELECT, else the rows affected.

    It never waits long: a lock wait shows as error 1205 after one second, a deadlock as 1213.
    """

    def __init__(self, connection):
        self.raw = connection
        self.last_id = None
        self("SET SESSION innodb_lock_wait_timeout = 1, lock_wait_timeout = 5")

    def __call__(self, statement, *values):
        with self.raw.cursor() as cursor:
            count = cursor.execute(portable(statement), values or None)
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

    def close(self):
        for editor in self.editors:
            if editor.raw.open:
                editor.close()

    def drop(self):
        self.close()
        root = self.server.connect(None)
        root(f"DROP DATABASE {self.name}")
        root.close()


# Fixtures, for the modules that import them.

@pytest.fixture(scope="module")
def server(templates):
    server = Server(templates)
    yield server
    server.stop()


@pytest.fixture
def site(server):
    site = server.site(*MIGRATIONS)
    yield site
    site.drop()

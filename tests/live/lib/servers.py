"""Real servers that are private to a test.  Each set has its own folder in SCRATCH and listens on UNIX sockets;
nginx listens on a free loopback port.  A `Site` is all four servers with one configuration.

    site.http("GET", "/compare/kafka-vs-kubernetes")     through nginx
    site.sql("UPDATE product SET name = %s WHERE slug = %s", "X", "kafka")     as root, committed
    site.database.connect("diptych_cms")                  a new pymysql connection
    site.pool.stop(), site.cache.freeze(), site.database.kill() ...     see lib.daemon.Daemon
    site.metrics()["diptych_requests_total"]

A data folder is made once in each test run and then copied: with the schema, or with the sample site too.
"""
import fcntl
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import unquote

import pymysql
from pymysql.constants import CR

from . import database_server, http
from .daemon import Daemon, wait_until
from .database_server import local as program
from .ports import free_port

TOP = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("DIPTYCH_BUILD", TOP / "build")).resolve()
BINARY = BUILD / "diptych"
AS_OF = "2026-08-22T12:00:00Z"
SLOW = int(os.environ.get("DIPTYCH_TEST_SLOW", "1"))  # factor for time limits, for sanitizer builds
ENVIRONMENT = {"TZ": "UTC"}


def roomy_memory(folder="/dev/shm", least=4 << 30):
    """True if the folder is in memory and has room.  Schema statements take an eighth of the time there."""
    try:
        room = os.statvfs(folder)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize >= least and os.access(folder, os.W_OK)


SCRATCH = os.environ.get("DIPTYCH_TEST_TMP") or ("/dev/shm" if roomy_memory() else "/tmp")


def short_folder(prefix="dp-"):
    """A new folder whose path is short enough for UNIX sockets (107 bytes)."""
    return Path(tempfile.mkdtemp(prefix=prefix, dir=SCRATCH))


def diptych(*args, config=None, timeout=60, check=False, **kw):
    """Runs the program under test; returns subprocess.CompletedProcess with text output."""
    argv = [str(BINARY), *map(str, args)]
    if config is not None:
        argv += ["--config", str(config)]
    kw.setdefault("text", True)
    done = subprocess.run(argv, capture_output=True, timeout=timeout * SLOW, **kw)
    assert not sanitizer_report(done.stderr if kw["text"] else done.stderr.decode(errors="replace")), done.stderr
    if check:
        assert done.returncode == 0, f"{argv} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def sanitizer_report(text):
    """The first report of AddressSanitizer, LeakSanitizer or UndefinedBehaviorSanitizer in a log, or None."""
    return re.search(r"^.*(ERROR: \w+Sanitizer|runtime error: ).*(\n.*){0,30}", text, re.M)


def has_command(name):
    return re.search(rf"^  {name}\b", diptych("--help").stdout, re.M) is not None


def has_promtool():
    return shutil.which("promtool") is not None


class Database:
    """A database server without a network port; clients connect to `socket`."""
    NAME = "diptych"

    def __init__(self, folder, settings=()):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "mysql"
        self.socket = self.folder / "mysql.sock"
        self.daemon = Daemon("mariadbd", database_server.server(
            self.data, self.socket, self.folder / "mysql.pid", self.folder, settings), self.folder / "mysql.log", env=ENVIRONMENT)

    def install(self):
        """Creates an empty data folder; root has no password."""
        def run(argv):
            done = subprocess.run(argv, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr

        database_server.install(self.data, run)
        return self

    def copy_from(self, template):
        subprocess.run(["cp", "-a", "--reflink=auto", "--sparse=always", str(template), str(self.data)], check=True)
        (self.data / "auto.cnf").unlink(missing_ok=True)  # the identity of a MySQL server, which a replica must not share
        return self

    def start(self):
        self.daemon.start().wait_ready(self.answers, 60)
        return self

    def answers(self):
        try:
            self.connect(database=None).close()
            return True
        except pymysql.MySQLError:
            return False

    def stop(self):
        self.daemon.stop(60)

    def connect(self, user="root", database=NAME, autocommit=True, **kw):
        """A new connection.  The accounts are root, diptych_pool and diptych_cms."""
        def once():
            return pymysql.connect(unix_socket=str(self.socket), user=user, database=database, autocommit=autocommit,
                                   charset="utf8mb4", **kw)
        try:
            return once()
        except pymysql.OperationalError as e:
            if e.args[0] != CR.CR_SERVER_LOST:
                raise
            return once()  # a KILL that came late ends the next client of the server's thread

    def sql(self, statement, *values, user="root", database=NAME):
        """Executes and commits one statement; returns its rows as a list of tuples."""
        connection = self.connect(user, database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(database_server.portable(statement), values or None)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def script(self, text, database=NAME):
        """Executes SQL with the command line client, which knows DELIMITER lines."""
        done = subprocess.run(
            [*database_server.command("mariadb"), "--no-defaults", f"--socket={self.socket}", "--user=root",
             *([] if database_server.MYSQL else ["--skip-ssl"]),
             "--default-character-set=utf8mb4", *([database] if database else [])],
            input=database_server.portable(text), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def status(self, name):
        """A counter of the server, such as Questions."""
        return int(self.sql("SHOW GLOBAL STATUS LIKE %s", name)[0][1])

    def migrate(self):
        """Creates the database, its schema and its accounts as an operator does."""
        self.script(f"CREATE DATABASE IF NOT EXISTS {self.NAME} CHARACTER SET utf8mb4", database=None)
        if has_command("migrate"):
            config = self.folder / "migrate.conf"
            config.write_text(configuration_text(database_settings(self)))
            diptych("migrate", config=config, check=True)
        else:
            for path in sorted((TOP / "sql").glob("[0-9]*.sql")):
                self.script(path.read_text())
        for path in sorted((TOP / "sql").glob("accounts*.sql")):
            self.script(path.read_text())
        for account in ("diptych_pool", "diptych_cms"):
            self.script(f"ALTER USER '{account}'@'localhost' IDENTIFIED BY '' ACCOUNT UNLOCK")
        return self

    def load_sample(self):
        rows = subprocess.run([str(TOP / "sql/sample/load")], capture_output=True, text=True)
        assert rows.returncode == 0, rows.stderr
        self.script(rows.stdout)
        return self


def database_settings(database):
    return {"mysql_socket": database.socket, "mysql_database": Database.NAME, "mysql_user": "diptych_pool",
            "sql_dir": TOP / "sql", "template_dir": TOP / "templates", "locale_dir": BUILD / "locale", "state_dir": ""}


def configuration_text(settings):
    """The text of a diptych.conf from a dict.  Numbers, true and false are bare; other values are quoted."""
    lines = []
    if os.getuid() == 0:
        settings = {"user": "root", **settings}  # the servers of the tests keep the account of the tests
    for key, value in settings.items():
        if isinstance(value, bool):
            lines.append(f"{key} = {'true' if value else 'false'}")
        elif isinstance(value, int):
            lines.append(f"{key} = {value}")
        else:
            escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'{key} = "{escaped}"')
    return "\n".join(lines) + "\n"


class Templates:
    """Data folders that are made once in each run and copied: "empty" (only root), "schema", "sample"."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def get(self, name):
        with open(self.folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return self._get(name)

    def _get(self, name):
        data = self.folder / name
        if not data.exists():
            work = short_folder("dp-t-")
            try:
                database = Database(work)
                if name == "empty":
                    database.install()
                else:
                    database.copy_from(self._get("empty" if name == "schema" else "schema")).start()
                    try:
                        database.migrate() if name == "schema" else database.load_sample()
                    finally:
                        database.stop()
                part = self.folder / f"{name}.part"
                shutil.move(database.data, part)  # the target may be on another file system
                part.rename(data)
            finally:
                shutil.rmtree(work, ignore_errors=True)
        return data


class Cache:
    """A memcached on a UNIX socket, or on `address`, a pair of a loopback address and a port."""

    def __init__(self, folder, settings=(), name="memcached", address=None):
        self.socket, self.address = Path(folder) / f"{name}.sock", address
        where = ["-l", address[0], "-p", address[1], "-U", "0"] if address else ["-s", self.socket, "-a", "0700"]
        self.daemon = Daemon("memcached", [
            program("memcached"), *where, "-m", "64", "-c", "256", "-t", "2",
            *(["-u", "root"] if os.getuid() == 0 else []), *settings], Path(folder) / f"{name}.log")

    @property
    def server(self):
        """As in the configuration."""
        return "{}:{}".format(*self.address) if self.address else str(self.socket)

    def start(self):
        self.socket.unlink(missing_ok=True)
        self.daemon.start().wait_ready(self.answers)
        return self

    def stop(self):
        self.daemon.stop()

    def answers(self):
        try:
            return self.command("version").startswith("VERSION")
        except OSError:
            return False

    def command(self, line, end=("END\r\n", "OK\r\n")):
        """Sends one line of the ASCII protocol; returns the answer as text."""
        with socket.socket(socket.AF_INET if self.address else socket.AF_UNIX) as s:
            s.settimeout(5)
            s.connect(self.address or str(self.socket))
            s.sendall(line.encode() + b"\r\n")
            received = ""
            while not received.endswith(tuple(end)) and not received.startswith(("VERSION", "ERROR", "CLIENT_ERROR", "BUSY")):
                part = s.recv(65536)
                if not part:
                    break
                received += part.decode("latin-1")
            return received

    def stats(self):
        lines = self.command("stats").splitlines()
        return {w[1]: w[2] for w in (line.split(" ", 2) for line in lines) if w[0] == "STAT"}

    def flush(self):
        self.command("flush_all")

    def keys(self):
        """All stored keys, as the LRU crawler lists them; it crawls by itself, too, and is busy then."""
        listing = wait_until(lambda: not (t := self.command("lru_crawler metadump all")).startswith("BUSY") and t)
        return [unquote(w[4:]) for line in listing.splitlines()
                for w in line.split()[:1] if w.startswith("key=")]


class Web:
    """nginx with the shipped configuration around the site's socket.

    `http_extra` and `server_extra` are lines for the http and the server block."""

    def __init__(self, folder, upstream, http_extra="", server_extra="", static=None, workers=1, host="127.0.0.1"):
        self.folder = Path(folder)
        self.host, self.port = host, free_port()
        self.config = self.folder / "nginx.conf"
        self.error_log = self.folder / "nginx.log"
        link = self.folder / "diptych"
        if not link.exists():
            link.symlink_to(TOP / "nginx")
        temp = "\n".join(f"  {kind}_temp_path {self.folder}/nginx-{kind};"
                         for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        self.config.write_text(f"""daemon off;
worker_processes {workers};
{"user root;" if os.getuid() == 0 else ""}
pid {self.folder}/nginx.pid;
error_log {self.error_log} info;
events {{ worker_connections 1024; }}
http {{
{temp}
  types {{ text/css css; image/svg+xml svg; image/png png; image/webp webp; image/x-icon ico; }}
  log_format tests '$msec $request_id $status $body_bytes_sent $request_time "$request"';
  access_log {self.folder}/access.log tests;
  upstream diptych {{ server {upstream}; keepalive 32; keepalive_requests 100000; }}
{http_extra}
  server {{
    listen {self.host}:{self.port} backlog=1024;
    server_name localhost;
    set $diptych_static {static or BUILD / "static"};
    include diptych/server.conf;
{server_extra}
  }}
}}
""")
        self.daemon = Daemon("nginx", [program("nginx"), "-c", self.config, "-p", self.folder, "-e", self.error_log],
                             self.error_log)

    def start(self):
        self.daemon.start().wait_ready(self.listens)
        return self

    def stop(self):
        self.daemon.stop()

    def listens(self):
        try:
            socket.create_connection((self.host, self.port), timeout=5).close()
            return True
        except OSError:
            return False

    def http(self, method, path, headers=None, body=None, timeout=20):
        return http.request(self.port, method, path, headers, body, timeout * SLOW, self.host)

    def exchange(self, data, timeout=20, half_close=True):
        return http.exchange(self.port, data, timeout * SLOW, half_close)


class Site:
    """MariaDB, memcached, the pool and nginx, with one configuration.

    `config` overrides keys of diptych.conf.  start() starts everything.  Tests may stop and start single
    servers, and may change `config` before write_config() or restart_pool()."""

    def __init__(self, templates, data="sample", config=None, memcached=True, nginx_http="", nginx_server="",
                 database_settings_extra=(), pool_env=None):
        self.folder = short_folder()
        self.templates, self.data_name = templates, data
        self.database = Database(self.folder, database_settings_extra)
        self.cache = Cache(self.folder) if memcached else None
        self.socket = self.folder / "diptych.sock"
        self.web = Web(self.folder, f"unix:{self.socket}", nginx_http, nginx_server)
        self.state = self.folder / "state"
        self.state.mkdir()
        self.config_path = self.folder / "diptych.conf"
        self.config = {
            "site_name": "Sidelight", "base_url": f"http://127.0.0.1:{self.web.port}", "as_of": AS_OF,
            "contact": "mailto:errors@example.org", **database_settings(self.database),
            "static_version_file": BUILD / "assets.map" if (BUILD / "assets.map").exists() else "",
            "state_dir": self.state, "listen": self.socket, "control": self.folder / "control.sock",
            "pid_file": self.folder / "diptych.pid", "memcached": self.cache.socket if self.cache else "",
            "cache_secret": "0123456789abcdef0123456789abcdef", "workers": 2, "log_level": "debug",
            "memcached_timeout": 1000,  # not 50: a busy machine may be late, and then the cache is left alone for a second
            **(config or {})}
        self.write_config()
        self.pool = Daemon("diptych", [BINARY, "serve", "--config", self.config_path], self.folder / "diptych.log",
                           env={**ENVIRONMENT, **(pool_env or {})})

    # ---- parts

    @property
    def port(self):
        return self.web.port

    @property
    def url(self):
        return f"http://127.0.0.1:{self.web.port}"

    @property
    def log(self):
        """The log of the pool so far."""
        return self.pool.log.read_text(errors="replace") if self.pool.log.exists() else ""

    def daemons(self):
        return [self.web.daemon, self.pool, *([self.cache.daemon] if self.cache else []), self.database.daemon]

    def write_config(self):
        self.config_path.write_text(configuration_text(self.config))

    def start(self):
        self.database.copy_from(self.templates.get(self.data_name)).start()
        if self.cache:
            self.cache.start()
        self.start_pool()
        self.web.start()
        wait_until(self.has_read, 60 * SLOW, "the first reading")
        return self

    def has_read(self):
        """The pool has read the database once, or has said why it cannot.  A page that is asked for earlier may be a 503."""
        status = self.diptych("status", "--json")
        if status.returncode != 0:  # it has no control socket
            return True
        catalog = json.loads(status.stdout)["catalog"]
        return catalog["ready"] or catalog["reading_fails"] or catalog["doubted"] or catalog["trouble"] != ""

    def start_pool(self):
        self.pool.start().wait_ready(self.pool_listens, 30 * SLOW)
        return self

    def pool_listens(self):
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(5)
                s.connect(str(self.socket))
            return True
        except OSError:
            return False

    def restart_pool(self, **config):
        """Starts a new pool with changed configuration keys."""
        self.pool.stop()
        self.config.update(config)
        self.write_config()
        return self.start_pool()

    def stop(self):
        complaints = []
        for stop in (self.web.stop, self.pool.stop, self.cache.stop if self.cache else None, self.database.stop):
            try:
                stop and stop()
            except AssertionError as e:
                complaints.append(str(e))
        if report := sanitizer_report(self.log):
            complaints.append(report[0])
        assert not complaints, "\n".join(complaints)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def tails(self):
        return "".join(d.tail() for d in self.daemons() if d.log.exists())

    # ---- use

    def http(self, method, path, headers=None, body=None, timeout=20):
        return self.web.http(method, path, headers, body, timeout)

    def get(self, path, **headers):
        """GET; header names as keywords with _ for -: site.get("/", accept_encoding="gzip")."""
        return self.http("GET", path, {k.replace("_", "-"): v for k, v in headers.items()})

    def sql(self, statement, *values, user="root"):
        return self.database.sql(statement, *values, user=user)

    def metrics(self):
        """/metrics as a dict of 'name' or 'name{label="x"}' to float."""
        answer = self.get("/metrics")
        assert answer.status == 200, answer
        lines = (line.rsplit(" ", 1) for line in answer.text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, value in lines}

    def diptych(self, *args, **kw):
        return diptych(*args, config=self.config_path, **kw)

    def workers(self, n=None):
        """Pids of the workers, once as many as are configured take requests, or n and no other worker is left."""
        def there():
            status = json.loads(self.diptych("status", "--json", check=True).stdout)
            pids = {w["pid"] for w in status["workers"] if w["state"] == "ready"}
            if n and len(status["workers"]) != n:
                return None
            return pids if len(pids) == (n or self.config["workers"]) else None
        return wait_until(there, 30 * SLOW, "all workers")

    def children(self):
        """Pids of the direct children of the master: workers and watcher."""
        path = Path(f"/proc/{self.pool.pid}/task/{self.pool.pid}/children")
        return [int(pid) for pid in path.read_text().split()]


__all__ = ["AS_OF", "BINARY", "BUILD", "Cache", "Database", "Site", "Templates", "TOP", "Web", "diptych",
           "free_port", "has_command", "program", "short_folder", "time", "wait_until"]

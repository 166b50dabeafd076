"""The database server of the live tests: the mariadbd of this machine, or one of another Debian.

DIPTYCH_TEST_SERVER names a folder that scripts/other-debian made.  Its programs run on this machine, under the loader
and with the libraries of that Debian, so they need no chroot and no rights, and a test kills them by their pid.
"""
import os
import pwd
import re
import shutil
from pathlib import Path

USER = pwd.getpwuid(os.getuid()).pw_name
ROOT = Path(os.environ["DIPTYCH_TEST_SERVER"]).resolve() if os.environ.get("DIPTYCH_TEST_SERVER") else None
MYSQL = ROOT is not None and (ROOT / "usr/sbin/mysqld").exists() and not (ROOT / "usr/sbin/mariadbd").exists()

COMMON = [
    "--skip-networking", "--skip-name-resolve", "--event-scheduler=ON", "--innodb-buffer-pool-size=64M",
    "--innodb-flush-log-at-trx-commit=2", "--innodb-flush-method=fsync", "--innodb-doublewrite=0", "--sync-binlog=0",
    "--key-buffer-size=1M", "--max-connections=100", "--performance-schema=OFF", "--max-allowed-packet=64M",
    "--character-set-server=utf8mb4"]
OF_MARIADB = ["--innodb-log-file-size=16M", "--aria-pagecache-buffer-size=1M"]
DUMP = ["--set-gtid-purged=OFF"] if MYSQL else []  # the server knows the transactions of its own dump
OF_MYSQL = ["--innodb-redo-log-capacity=16M", "--mysqlx=OFF", "--secure-file-priv="]


def local(name):
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    assert found, f"{name} is not installed"
    return found


def _loader():
    return next(path for folder in ("lib64", "lib") for path in sorted((ROOT / folder).glob("ld-linux*.so.*")))


def _libraries():
    [libc] = (ROOT / "usr/lib").glob("*-linux-gnu/libc.so.6")
    return f"{libc.parent}:{libc.parent}/mysql/private"


def command(name):
    """The words that run a program of the server: mariadbd, mariadb or mariadb-dump."""
    if ROOT is None:
        return [local(name)]
    if MYSQL:
        name = {"mariadbd": "mysqld", "mariadb": "mysql", "mariadb-dump": "mysqldump"}[name]
    path = next(path for path in (ROOT / "usr/sbin" / name, ROOT / "usr/bin" / name) if path.exists())
    return [str(_loader()), "--library-path", _libraries(), str(path)]


def server(data, socket, pid_file, temporary, settings):
    """The words that run the server.  It listens on a UNIX socket only."""
    other = [f"--basedir={ROOT}/usr"] if ROOT else []
    return [*command("mariadbd"), "--no-defaults", *other, *COMMON, *(OF_MYSQL if MYSQL else OF_MARIADB), f"--user={USER}",
            f"--datadir={data}", f"--socket={socket}", f"--pid-file={pid_file}", f"--tmpdir={temporary}", *settings]


def install(data, run):
    """Makes an empty data folder; root has no password.  `run` runs a command and fails the test if it fails."""
    if ROOT:
        run(["cp", "-a", "--sparse=always", str(ROOT / "srv/empty"), str(data)])
    else:
        run(["env", f"TMPDIR={data.parent}", local("mariadb-install-db"), "--no-defaults", f"--datadir={data}", f"--user={USER}",
             "--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=16M"])


def _numbers(match):
    first, last = int(match[1]), int(match[2])
    return (f"(SELECT n + {first - 1} AS seq FROM JSON_TABLE(CONCAT('[0', REPEAT(',0', {last - first}), ']'), '$[*]'"
            f" COLUMNS (n FOR ORDINALITY)) AS j) AS {match[0]}")


def portable(statement):
    """The statement for this server: MySQL has no tables seq_1_to_9."""
    return re.sub(r"\bseq_(\d+)_to_(\d+)\b", _numbers, statement) if MYSQL else statement

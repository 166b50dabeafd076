"""The example that operators copy: it loads as shipped, and with each of its options switched on."""
import os
import re
import shutil
import socket
import ssl
import subprocess

import pytest

from lib import http
from lib.certificates import authority
from lib.daemon import Daemon, wait_until
from lib.servers import TOP, Web, free_port, program, short_folder


@pytest.fixture
def folder():
    folder = short_folder()
    yield folder
    shutil.rmtree(folder)


def loads(folder, site):
    """`nginx -t` with the files where the example says that they belong."""
    shutil.copytree(TOP / "nginx", folder / "diptych", dirs_exist_ok=True)
    (folder / "site.conf").write_text(site.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
                                      .replace("listen 443 ssl;", f"listen 127.0.0.1:{free_port()} ssl;")
                                      .replace("/var/cache/diptych-pages", f"{folder}/pages"))
    temp = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(f"{user} pid {folder}/pid; events {{}} http {{ {temp} access_log off; include site.conf; }}")
    done = subprocess.run([program("nginx"), "-t", "-c", folder / "nginx.conf", "-e", folder / "error.log"],
                          capture_output=True, text=True)
    assert done.returncode == 0 and "[warn]" not in done.stderr, done.stderr


def test_as_shipped(folder):
    loads(folder, (TOP / "nginx/diptych.conf").read_text())


def test_with_the_microcache(folder):
    text, changes = re.subn(r"^( *)# (fastcgi_cache_path|include diptych/micro)", r"\1\2",
                            (TOP / "nginx/diptych.conf").read_text(), flags=re.M)
    assert changes == 2
    loads(folder, text)


def test_with_https(folder):
    """The site answers over TLS, and http:// leads there."""
    authority(folder, "site", "example.org")
    plain, secure = free_port(), free_port()
    text = re.sub("#https ?", "", (TOP / "nginx/diptych.conf").read_text())
    for end, name in (("fullchain.pem", "site.pem"), ("privkey.pem", "site.key")):
        text = text.replace(f"/etc/letsencrypt/live/example.org/{end}", str(folder / name))
    loads(folder, text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{plain};").replace("listen 443 ssl;", f"listen 127.0.0.1:{secure} ssl;")
    (folder / "site.conf").write_text(text)
    argv = [program("nginx"), "-c", folder / "nginx.conf", "-e", folder / "error.log", "-g", "daemon off;"]
    nginx = Daemon("nginx", argv, folder / "error.log").start()
    try:
        wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", secure)) == 0, 10)
        answer = http.request(plain, "GET", "/compare/a-vs-b?x=1", {"Host": "example.org"})
        assert (answer.status, answer["Location"]) == (301, "https://example.org/compare/a-vs-b?x=1")
        context = ssl.create_default_context(cafile=folder / "site.pem")
        context.check_hostname = False  # the authority's own certificate has no alternative names
        with context.wrap_socket(socket.create_connection(("127.0.0.1", secure)), server_hostname="example.org") as s:
            s.sendall(b"GET /static/none.css HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n")
            assert s.recv(100).startswith(b"HTTP/1.1 502 ")  # no pool runs; the rest of the site is server.conf
    finally:
        nginx.stop()


def test_the_limit_answers_429_with_a_page(folder):
    shutil.copytree(TOP / "nginx", folder / "diptych")
    server = folder / "diptych/server.conf"
    zone = re.search(r"^# +(limit_req_zone .*;)", server.read_text(), re.M)[1].replace("50r/s", "1r/m")
    text, changes = re.subn(r"^# (limit_req zone=.*) burst=100 nodelay;", r"\1;", server.read_text(), flags=re.M)
    assert changes == 1
    server.write_text(text)
    web = Web(folder, f"unix:{folder}/nobody.sock", http_extra=zone).start()
    try:
        assert web.http("GET", "/").status == 502
        answer = web.http("GET", "/")
        assert answer.status == 429 and answer["Retry-After"] and answer["Content-Security-Policy"]
        assert "<h1>Too many requests</h1>" in answer.text
    finally:
        web.stop()

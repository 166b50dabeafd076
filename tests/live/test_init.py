"""`diptych init`: a site from five answers, its secrets and their modes, and the commands that are left."""
import atexit
import functools
import os
import pty
import re
import resource
import shutil
import signal
import stat
import subprocess

import pytest

from conftest import _database
from lib import http
from lib.daemon import Daemon
from lib.servers import BINARY, BUILD, TOP, diptych, free_port, program, short_folder, wait_until

ANSWERS = {"name": 'Tom\'s "Tools" \\ more', "address": "https://compare.example.org", "database": "db.example.org:3307", "cache": "127.0.0.1:11211",
           "language": "de"}
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
SECRET = r"[0-9a-f]{48}"


def options(**answers):
    return [word for name, value in {**ANSWERS, **answers}.items() if value is not None for word in (f"--{name}", value)]


@functools.cache
def share():
    """What an installation has in one folder, here links to the sources and to what the build made."""
    folder = short_folder()
    atexit.register(shutil.rmtree, folder)
    for name in ("sql", "nginx", "templates"):
        (folder / name).symlink_to(TOP / name)
    (folder / "locale").symlink_to(BUILD / "locale")
    return folder


def init(folder, *arguments, answers=None, text=None):
    return diptych("init", *options(**(answers or {})), "--share", share(), *arguments, config=folder / "diptych.conf", input=text or "")


def mode(path):
    return oct(stat.S_IMODE(path.stat().st_mode))


def test_the_files_and_their_secrets(tmp_path):
    done = init(tmp_path)
    assert done.returncode == 0, done.stderr
    made = {path.name: path for path in tmp_path.iterdir()}
    assert {name: mode(path) for name, path in made.items()} == {"diptych.conf": "0o640", "accounts.sql": "0o600", "nginx-site.conf": "0o644"}
    config, accounts, nginx = (made[name].read_text() for name in ("diptych.conf", "accounts.sql", "nginx-site.conf"))
    keys = dict(re.findall(r'^(\w+) += "?(.*?)"?$', config, re.M))
    assert keys["site_name"] == 'Tom\'s \\"Tools\\" \\\\ more' and keys["mysql_host"] == "db.example.org" and keys["mysql_port"] == "3307"
    assert keys["lang"] == "de" and keys["base_url"] == "https://compare.example.org"
    secrets = [keys[key] for key in ("mysql_password", "mysql_import_password", "cache_secret")]
    assert all(re.fullmatch(SECRET, secret) for secret in secrets) and len(set(secrets)) == 3
    assert f"ALTER USER 'diptych_pool'@'%' IDENTIFIED BY '{secrets[0]}' ACCOUNT UNLOCK;" in accounts and "'localhost'" not in accounts
    assert f"'diptych_import'@'%' IDENTIFIED BY '{secrets[1]}'" in accounts and "ALTER USER 'diptych_cms'@'%' IDENTIFIED BY" not in accounts
    assert "server_name compare.example.org;" in nginx and "\n    listen 443 ssl;" in nginx and "example.org/privkey.pem" in nginx and "#https" not in nginx
    assert not any(secret in done.stdout for secret in secrets)
    left = [line for line in done.stdout.splitlines() if line.startswith("  ")]
    assert len(left) == 3 and "diptych migrate" in left[0] and "systemctl enable --now diptych" in left[1] and "nginx" in left[2]
    faults = diptych("check", config=made["diptych.conf"])
    assert not re.search(r"diptych\.conf:\d+", faults.stdout + faults.stderr), faults


def test_two_sites_have_other_secrets(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        init(tmp_path / name)
    found = [re.findall(SECRET, (tmp_path / name / "diptych.conf").read_text()) for name in ("a", "b")]
    assert len(set(found[0] + found[1])) == 6


@pytest.mark.parametrize("name", ["diptych.conf", "accounts.sql", "nginx-site.conf"])
def test_no_file_is_changed(tmp_path, name):
    (tmp_path / name).write_text("mine")
    done = init(tmp_path)
    assert done.returncode == 1 and f"{tmp_path / name} exists, and nothing was written" in done.stderr
    assert [p.read_text() for p in tmp_path.iterdir()] == ["mine"]


def broken_share(folder):
    """An installation that lacks the files for nginx."""
    (folder / "sql").mkdir(parents=True)
    (folder / "sql/accounts.sql").symlink_to(TOP / "sql/accounts.sql")
    (folder / "locale").symlink_to(BUILD / "locale")
    return folder


def test_an_attempt_that_fails_leaves_no_file_that_stops_the_next(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    done = init(site, "--share", broken_share(tmp_path / "share"))
    assert done.returncode == 1 and "is diptych installed?" in done.stderr and list(site.iterdir()) == []
    assert init(site).returncode == 0


def test_a_full_disk_is_named_and_no_part_of_a_file_stays(tmp_path):
    """The limit of the process stands for the disk: the write takes what fits, and the next one fails."""
    run = [BINARY, "init", *options(), "--share", share(), "--config", tmp_path / "diptych.conf"]
    done = subprocess.run(run, capture_output=True, text=True, preexec_fn=lambda: (
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))))
    assert done.returncode == 1 and f"{tmp_path / 'accounts.sql'} could not be written: File too large" in done.stderr, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_answers_on_standard_input(tmp_path):
    done = init(tmp_path, answers=dict.fromkeys(ANSWERS), text="My site\nhttp://localhost:8080\n\n\n\n")
    assert done.returncode == 0, done.stderr
    config, nginx = (tmp_path / "diptych.conf").read_text(), (tmp_path / "nginx-site.conf").read_text()
    for line in ('site_name              = "My site"', 'mysql_socket           = "/run/mysqld/mysqld.sock"', 'memcached              = "127.0.0.1:11211"',
                 'lang                   = "en"'):
        assert line in config.splitlines()
    assert "listen 8080;" in nginx and "server_name localhost;" in nginx and "'localhost'" in (tmp_path / "accounts.sql").read_text()


def test_no_cache(tmp_path):
    assert init(tmp_path, answers={"cache": "none"}).returncode == 0
    assert "memcached" not in re.sub("#.*", "", (tmp_path / "diptych.conf").read_text())


WRONG = [({"address": "example.org"}, "address \"example.org\" is not valid: write scheme and host"), ({"name": " "}, "name \" \" is not valid"),
         ({"language": "d_e"}, "language"), ({"cache": "x:y"}, "cache"), ({"database": "a b"}, "database"), ({"database": "h:99999"}, "database"),
         ({"name": None}, "--name is missing"), ({"address": None}, "--address is missing")]


@pytest.mark.parametrize("answers, words", WRONG)
def test_wrong_and_missing_answers(tmp_path, answers, words):
    done = init(tmp_path, answers=answers)
    assert done.returncode == 1 and words in done.stderr and list(tmp_path.iterdir()) == []


def test_wrong_options(tmp_path):
    for wrong in (["--nam", "x"], ["--name"], ["x"], ["--migrate", "--migrate", "x"], ["--name", "a", "--name", "b"]):
        done = diptych("init", *wrong, config=tmp_path / "c")
        assert done.returncode == 2 and "usage: diptych init" in done.stderr


def test_a_terminal_is_asked_again(tmp_path):
    master, slave = pty.openpty()
    run = subprocess.Popen([BINARY, "init", "--share", share(), "--config", tmp_path / "diptych.conf"], stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    said = b""
    for question, answer in ((b"Name of the site: ", b"\n"), (b"Name of the site: ", b"T\n"), (b"example.org: ", b"nowhere\n"), (b"example.org: ", b"http://x.example\n"),
                             (b"[/run/mysqld/mysqld.sock]: ", b"\n"), (b"[127.0.0.1:11211]: ", b"\n"), (b"[en]: ", b"\n")):
        while not said.endswith(question):
            said += os.read(master, 4096)
        os.write(master, answer)
    while run.poll() is None or b"nginx-site.conf /etc" not in said:
        try:
            said += os.read(master, 4096)
        except OSError:
            break
    assert run.wait(20) == 0, said
    os.close(master)
    assert said.count(b"is not valid") == 2 and (tmp_path / "diptych.conf").exists()


def test_a_site_that_was_begun_serves(templates, tmp_path):
    """The tables by --migrate, the accounts by the file: then a page is there."""
    running = _database(templates, "empty")
    database = next(running)
    try:
        database.script("CREATE DATABASE diptych CHARACTER SET utf8mb4", database=None)
        done = init(tmp_path, "--migrate", answers={"database": str(database.socket), "cache": "none", "address": "http://x.example"})
        assert done.returncode == 0 and "the schema is at version" in done.stdout, done.stderr
        assert "diptych migrate" not in done.stdout
        config = tmp_path / "diptych.conf"
        page = diptych("render", "/", config=config)
        assert page.returncode == 1
        database.script((tmp_path / "accounts.sql").read_text())
        config.write_text(config.read_text() + f'state_dir = ""\nstatic_version_file = "{BINARY.parent / "assets.map"}"\n' + ('user = "root"\n' if os.getuid() == 0 else ""))
        page = diptych("render", "/", config=config, check=True)
        assert "Tools" in page.stdout
        product = database.sql("INSERT INTO product (slug, name, status) VALUES ('thing', 'Thing', 'published')")
        assert product == [] and "0 sources: 0 added, 0 failed" in diptych("import", config=config, check=True).stdout
    finally:
        next(running, None)


LISTENS = [("http://x.example", ["80"], "x.example"), ("http://x.example:8099", ["8099"], "x.example"),
           ("https://x.example", ["80", "443 ssl"], "x.example"), ("https://x.example:8443", ["80", "8443 ssl"], "x.example"),
           ("http://[::1]:8099", ["[::]:8099"], "[::1]"), ("http://[::1]", ["[::]:80"], "[::1]"),
           ("https://[::1]:8443", ["[::]:80", "[::]:8443 ssl"], "[::1]")]


@pytest.mark.parametrize("address, listens, name", LISTENS)
def test_nginx_takes_the_file_and_listens_where_the_address_leads(tmp_path, address, listens, name):
    if not shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"):
        pytest.skip("nginx is not installed")
    init(tmp_path, answers={"address": address})
    (tmp_path / "diptych").symlink_to(TOP / "nginx")
    site = tmp_path / "nginx-site.conf"
    text = re.sub("^ *#.*", "", site.read_text(), flags=re.M)
    assert re.findall(r"^ *listen (.*?);", text, re.M) == listens and set(re.findall(r"server_name (.*?);", text)) == {name}
    port = re.search(r":(\d+)$", address)
    redirects = re.findall(r"return 301 (\S+);", text)
    assert redirects == ([f"https://$host{port[0] if port else ''}$request_uri"] if address.startswith("https:") else [])
    site.write_text(re.sub(r"^ *ssl_certificate.*", "", text, flags=re.M).replace(" ssl;", ";"))  # there is no certificate here
    (tmp_path / "nginx.conf").write_text("events {}\nhttp { include nginx-site.conf; }\n")
    done = subprocess.run([shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"), "-t", "-c", tmp_path / "nginx.conf", "-p", tmp_path, "-e", "stderr",
                           "-g", f"pid {tmp_path}/pid;"], capture_output=True, text=True)
    assert "syntax is ok" in done.stderr, done.stderr


@pytest.mark.parametrize("language, words", [("de", "Keine Antwort|Zur Startseite"), ("fr", "Pas de réponse|Retour à l’accueil"),
                                             ("de-AT", "Keine Antwort"), ("en", "Bad gateway|Back to the front page"), ("en-GB", "Bad gateway")])
def test_error_pages_of_nginx_are_in_the_language(tmp_path, language, words):
    """The pool is away, so nginx answers."""
    port = free_port()
    done = init(tmp_path, answers={"address": f"http://127.0.0.1:{port}", "language": language})
    assert done.returncode == 0, done.stderr
    (tmp_path / "diptych").symlink_to(TOP / "nginx")
    site = tmp_path / "nginx-site.conf"
    site.write_text(site.read_text().replace("unix:/run/diptych/diptych.sock", f"unix:{tmp_path}/none.sock"))
    (tmp_path / "nginx.conf").write_text(f"""daemon off; pid {tmp_path}/pid; {"user root;" if os.getuid() == 0 else ""}
error_log {tmp_path}/log; events {{}} http {{ access_log off; {" ".join(f"{k}_temp_path {tmp_path}/{k};" for k in TEMPORARY)}
include nginx-site.conf; }}""")
    def listens():
        try:
            return http.request(port, "GET", "/", {}, None, 20).status == 502
        except OSError:
            return False

    nginx = Daemon("nginx", [program("nginx"), "-c", tmp_path / "nginx.conf", "-p", tmp_path, "-e", tmp_path / "log"], tmp_path / "out")
    try:
        nginx.start().wait_ready(listens, 20)
        for path, status in (("/", 502), ("/metrics", 502)):
            answer = http.request(port, "GET", path, {}, None, 20)
            assert answer.status == status and all(w in answer.text for w in words.split("|")), answer.text
            assert f"<html lang={'en' if language.startswith('en') else language}>" in answer.text
            assert answer["Retry-After"] and answer["Content-Security-Policy"] and answer["Cache-Control"] == "no-store"
    finally:
        nginx.stop()


def test_a_language_without_a_catalogue_is_refused_before_anything_is_written(tmp_path):
    done = init(tmp_path, answers={"language": "xx"})
    assert done.returncode == 1 and "there is no catalogue for it" in done.stderr and "there are: de, en, fr" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_empty_site_tells_its_editor_how_to_begin(make_site):
    """Following the words of the home page: a sector, two products, a comparison; then the words are gone."""
    site = make_site(data="schema", config={"poll_interval": 20})
    for path in ("/", "/index.md"):
        page = site.get(path)
        if page.status == 200:
            assert "the first rows" in page.text and page.text.count("product_sector") == 1, path
    for path in ("/products", "/sectors", "/themes", "/leaderboard", "/faq", "/predictions", "/compare", "/search?q=x", "/methodology"):
        assert site.get(path).status == 200, path
    site.sql("INSERT INTO sector (slug, name) VALUES ('editors', 'Editors')")
    for slug in ("emacs", "vim"):
        site.sql("INSERT INTO product (slug, name, status) VALUES (%s, %s, 'published')", slug, slug.title())
    site.sql("INSERT INTO product_sector (product_id, sector_id) SELECT p.id, s.id FROM product p, sector s")
    wait_until(lambda: site.get("/compare/emacs-vs-vim").status == 200, what="the first comparison")
    wait_until(lambda: "the first rows" not in site.get("/").text, what="a home page with products")


def test_without_a_database_the_files_stay_and_the_tables_are_a_command_that_is_left(templates, tmp_path):
    running = _database(templates, "empty")
    database = next(running)
    try:
        done = init(tmp_path, "--migrate", answers={"database": str(database.socket)})
        assert done.returncode == 1 and "create it first" in done.stderr
        assert f"Written: {tmp_path / 'diptych.conf'}" in done.stdout and "diptych migrate --config" in done.stdout
        assert len(list(tmp_path.iterdir())) == 3
    finally:
        next(running, None)


@pytest.fixture
def fresh(tmp_path):
    """Debian 12 after `make install`, and its shell: /etc is a folder, and the programs that need root say that they ran."""
    for installed in ("/etc/nginx/diptych", "/etc/systemd/system/diptych.service", "/usr/lib/systemd/system/diptych.service"):
        if os.path.exists(installed):
            pytest.skip(f"this machine has {installed}")
    etc, programs, there = tmp_path / "etc", tmp_path / "bin", tmp_path / "share"
    for folder in (etc / "nginx/conf.d", etc / "systemd/system", programs, there / "systemd"):
        folder.mkdir(parents=True)
    shutil.copytree(TOP / "nginx", there / "nginx")
    for name in ("sql", "locale"):
        (there / name).symlink_to(share() / name)
    for name in ("diptych.service", "sysusers.conf"):
        shutil.copy(TOP / "fcgi/pool" / name, there / "systemd")
    for name in ("mariadb", "diptych", "systemctl", "systemd-sysusers"):
        (programs / name).write_text(f'#!/bin/sh\necho {name} "$@" >>{tmp_path}/ran\n')
        (programs / name).chmod(0o755)

    def run(*lines):
        text = "\n".join(line.replace("/etc/", f"{etc}/") for line in lines)
        subprocess.run(["bash", "-euc", text], check=True, env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"})
        return (tmp_path / "ran").read_text().splitlines()

    return etc, there, run


@pytest.mark.parametrize("address", ["http://x.example:8099", "http://x.example:8099/tools"])
def test_the_commands_that_are_left_are_enough(fresh, tmp_path, address):
    """After them, systemd and nginx find all that they read."""
    etc, there, run = fresh
    (tmp_path / "site").mkdir()
    done = init(tmp_path / "site", "--share", there, answers={"database": "/run/mysqld/mysqld.sock", "address": address})
    left = [line for line in done.stdout.splitlines() if re.match("  [a-z]", line) and not line.startswith("    ")]
    assert len(left) == 3, done.stdout
    ran = run(*left)
    assert ran[-1] == "systemctl reload nginx" and ran.index("systemctl daemon-reload") < ran.index("systemctl enable --now diptych")
    assert (etc / "systemd/system/diptych.service").exists() and (etc / "sysusers.d/diptych.conf").exists()
    path = address.endswith("/tools")
    server = "server { set $diptych_static /x; include diptych-path.conf; }" if path else ""
    (etc / "nginx/nginx.conf").write_text("events {}\nhttp { include conf.d/*.conf; %s }\n" % server)
    done = subprocess.run([program("nginx"), "-t", "-c", etc / "nginx/nginx.conf", "-p", etc / "nginx", "-e", "stderr", "-g", f"pid {tmp_path}/pid;"],
                          capture_output=True, text=True)
    assert "syntax is ok" in done.stderr, done.stderr


@pytest.mark.parametrize("database, client", [("/run/mysqld/mysqld.sock", "mariadb"), ("/tmp/d.sock", "mariadb --socket=/tmp/d.sock"),
                                              ("db.example.org:3307", "mariadb -h db.example.org -P 3307 -u root -p"),
                                              ("db.example.org", "mariadb -h db.example.org -u root -p")])
def test_the_commands_that_are_left_ask_the_database_of_the_answer(tmp_path, database, client):
    said = init(tmp_path, answers={"database": database}).stdout
    assert f"  {client} -e 'CREATE DATABASE" in said and f"&& {client} diptych <{tmp_path / 'accounts.sql'}\n" in said

"""The commands of diptych-backup(7), as they stand there: backup, rehearsal, restore, another machine, another name."""
import os
import re
import subprocess

import pytest

from lib.daemon import wait_until
from lib.database_server import DUMP, command
from lib.manual import examples
from lib.servers import BINARY, SLOW, TOP
from test_restore import words

CONF, SHARE = "/usr/local/etc/diptych/diptych.conf", "/usr/local/share/diptych"
PAGES = ["/products/kafka", "/compare/kafka-vs-nats", "/alternatives/kafka", "/faq/kafka", "/about", "/leaderboard", "/feed.atom"]
PATIENT = {"deadline": 1500, "memcached_timeout": 1000}  # the first pages of a cold server, on a busy machine


def blocks(section):
    return examples("diptych-backup.7", section)


class Shell:
    """An administrator's shell on the machine of `site`."""

    def __init__(self, site, folder, program=BINARY):
        self.site, self.folder = site, folder
        programs = folder / "bin"
        programs.mkdir(parents=True)
        client = [f"--socket={site.database.socket}", "--user=root"]
        quoted = {name: " ".join(f"'{word}'" for word in [*command(name), "--no-defaults"]) for name in ("mariadb", "mariadb-dump")}
        texts = {"mariadb": f'exec {quoted["mariadb"]} {" ".join(client)} "$@"',
                 "mariadb-dump": f'exec {quoted["mariadb-dump"]} {" ".join([*DUMP, *client])} "$@"',
                 "diptych": f'case "$*" in *--config*) exec "{program}" "$@";; esac\n'
                            f'exec "{program}" "$@" --config "{site.config_path}"'}
        for name, text in texts.items():
            (programs / name).write_text(f"#!/bin/sh\n{text}\n")
            (programs / name).chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}

    def run(self, text):
        text = text.replace(CONF, str(self.site.config_path)).replace(SHARE, str(TOP))
        done = subprocess.run(["bash", "-euxc", text], cwd=self.folder, env=self.environment, capture_output=True, text=True,
                              timeout=120 * SLOW)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout


@pytest.fixture
def shell(make_site, tmp_path):
    site = make_site(config={"poll_interval": 20, "sweep_seconds": 5, **PATIENT})
    wait_until(lambda: site.get("/readyz").status == 200, 30 * SLOW, "the first catalog")
    return Shell(site, tmp_path / "old")


def pages(site, paths=PAGES):
    """Each may answer 503 until a server that was just started has read its rows within the deadline."""
    for path in paths:
        wait_until(lambda: site.get(path).status == 200, 10 * SLOW, path)
    return {path: words(site.get(path)) for path in paths}


def test_backup_rehearsal_and_restore(shell):
    site = shell.site
    before = pages(site)
    [backup], [rehearsal], [restore] = blocks("BACKUP"), blocks("REHEARSAL"), blocks("RESTORE")
    shell.run(backup)
    site.sql("UPDATE product SET name = 'A mistake'")
    wait_until(lambda: "A mistake" in site.get("/products/kafka").text, 5 * SLOW, "the mistake")
    assert shell.run(rehearsal).strip().endswith("\nStatus: 200")
    assert "A mistake" in site.get("/products/kafka").text, "the site noticed nothing of the rehearsal"
    assert site.sql("SHOW DATABASES LIKE 'rehearsal'") == []
    shell.run(restore)
    wait_until(lambda: {p: words(site.get(p)) for p in PAGES} == before, 10 * SLOW, "the site of the backup")
    wait_until(lambda: site.get("/readyz").status == 200, 10 * SLOW, "a database that is believed")


def test_another_machine(shell, make_site, tmp_path):
    old, before = shell.site, pages(shell.site)
    dump, install = blocks("ANOTHER MACHINE")
    shell.run(dump)
    with pytest.raises(Exception, match="read.only"):
        old.sql("UPDATE product SET name = 'Lost'", user="diptych_cms")
    new = make_site(data="schema", config={"base_url": old.config["base_url"], "mysql_password": "a long word", **PATIENT})
    new.pool.stop()
    for file in new.state.iterdir():
        file.unlink()
    new.sql("DROP DATABASE diptych", user="root")
    for account in ("diptych_pool", "diptych_cms"):
        new.database.script(f"DROP USER '{account}'@'localhost'", database=None)
    machine = Shell(new, tmp_path / "new")
    (machine.folder / "diptych.sql").write_bytes((shell.folder / "diptych.sql").read_bytes())
    prepare, serve = install.split("systemctl enable --now diptych\n")
    machine.run(prepare)
    new.start_pool()
    machine.run(serve)
    assert pages(new) == before and pages(old) == before
    old.sql("SET GLOBAL read_only = 0")


def test_another_name(shell):
    site, [rename] = shell.site, blocks("ANOTHER NAME")
    ids = re.findall(r"<id>(.*?)</id>", site.get("/feed.atom").text)
    rename = rename.replace("old.example.org", re.search(r"//([\w.]+)", site.config["base_url"])[1])
    shell.run(rename)
    wait_until(lambda: "The New Name" in site.get("/products/kafka").text, 5 * SLOW, "the new name")
    page = site.get("/products/kafka").text
    assert 'href="https://new.example.org/products/kafka"' in page and site.config["base_url"] not in page
    feed = site.get("/feed.atom").text
    assert len(ids) > 10 and re.findall(r"<id>(.*?)</id>", feed) == ids
    assert "https://new.example.org/feed.atom" in feed

"""The Debian package: it is built without complaint in a bare release, serves a site after the steps of its README.Debian,
and leaves nothing behind.  The steps are read from the installed file."""
import re
import shutil
from pathlib import Path

import pytest

from machine import TOP

SERVERS = ("mariadb-server", "memcached", "nginx", "python3", "curl")
SCRIPT = (Path(__file__).parent / "booted").read_text()


def test_lintian_has_no_complaint(built):
    lines = built.run("su", "builder", "-c", "lintian --fail-on error,warning ~/*.changes", check=False)
    assert lines.returncode == 0, lines.stdout


@pytest.fixture(scope="module")
def booted(release, built):
    machine = release.machine("run")
    machine.install(*SERVERS)
    package = next(p for p in (built.root / "home/builder").glob("diptych_*.deb"))
    shutil.copy(package, machine.root / "root/diptych.deb")
    machine.install("/root/diptych.deb")
    lines, log = machine.boot(SCRIPT)
    shutil.copy(machine.root / "root/log", TOP / f"build/package-{release.suite}.log")
    return dict(re.findall(r"^(\S+): (.*)$", lines, re.M)), log[-3000:]


def answer(booted, name):
    lines, log = booted
    return lines.get(name) or pytest.fail(f"no answer to {name}; the log ends with:\n{log}")


@pytest.mark.parametrize("name, wanted", [
    ("steps", "0"), ("page", "200"), ("asset", "200"), ("service", "active"), ("check", "0"),
    ("reload", "0"), ("page-after-a-kill", "200"), ("page-after-a-hang", "200 success"),
    ("upgrade-in-place", "0 active 200"), ("new-main-process", "yes active"),
    ("upgrade-keeps-the-pool", "yes"), ("upgrade", "0"), ("page-after-upgrade", "200"), ("account", "diptych "),
    ("secrets", "0 active"), ("page-with-credentials", "200"), ("reload-with-credentials", "0"),
    ("upgrade-with-credentials", "0 200"), ("page-through-the-socket-unit", "200 660 root www-data"),
    ("import", "0 the address 127.0.0.1 is not public; --allow-private allows it"), ("import-timer", "enabled active"),
    ("purge", "0"), ("left", "nothing")])
def test_after_the_steps_of_the_readme(booted, name, wanted):
    assert answer(booted, name) == wanted, booted[1]


def test_the_service_is_confined(booted):
    assert float(answer(booted, "exposure")) <= 1.2


def test_workers_confine_themselves_within_the_service(booted):
    """The unit's own filter of system calls lets them."""
    assert answer(booted, "confined").startswith("seccomp yes, landlock yes")


def test_nothing_but_root_and_the_group_of_nginx_reads_the_passwords(booted):
    assert answer(booted, "configuration-mode") == "640 root www-data"

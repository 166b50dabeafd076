"""The Debian package: it is built without complaint in a bare release, serves a site after the steps of its README.Debian,
and leaves nothing behind.  The steps are read from the installed file."""
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from machine import TOP, Release, why_not

SERVERS = ("mariadb-server", "memcached", "nginx", "python3", "curl")
SCRIPT = (Path(__file__).parent / "booted").read_text()


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def release(request):
    if why_not():
        pytest.skip(why_not())
    scratch = Path(tempfile.mkdtemp(prefix="diptych-package-", dir="/var/tmp"))
    release = Release(request.param, scratch)
    release.prepare()
    yield release
    subprocess.run(["rm", "-rf", "--one-file-system", scratch], check=True)


@pytest.fixture(scope="module")
def built(release):
    """The folder with the package, in a machine that has what it takes to build it; an ordinary user builds."""
    machine = release.machine("build")
    files = subprocess.run(["git", "-C", TOP, "ls-files", "-z"], check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, files):
        target = machine.root / "home/builder/diptych" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(TOP / name, target)
    machine.run("useradd", "builder")
    machine.run("chown", "-R", "builder:", "/home/builder")
    machine.install("build-essential", "lintian")
    machine.run("apt-get", "-q", "-y", "--no-install-recommends", "build-dep", "/home/builder/diptych")
    machine.run("su", "builder", "-c", "cd ~/diptych && dpkg-buildpackage -us -uc -b")
    return machine


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
    ("upgrade-keeps-the-pool", "yes"), ("upgrade", "0"), ("page-after-upgrade", "200"), ("purge", "0"), ("left", "nothing")])
def test_after_the_steps_of_the_readme(booted, name, wanted):
    assert answer(booted, name) == wanted, booted[1]


def test_the_service_is_confined(booted):
    assert float(answer(booted, "exposure")) <= 1.2


def test_nothing_but_root_and_the_group_of_nginx_reads_the_passwords(booted):
    assert answer(booted, "configuration-mode") == "640 root www-data"

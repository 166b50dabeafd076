"""WordPress's files: of the package that is installed, or of another release of Debian.

installed()        /usr/share/wordpress
of_suite("trixie") the files of that release, fetched by apt-get into build/ without installing them; its lists and
                   packages stay apart from those of the machine.  Skipped where the archive is away.
"""
import fcntl
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from .servers import BUILD

MIRROR, KEYS = "http://deb.debian.org/debian", "/usr/share/keyrings/debian-archive-keyring.gpg"
# The package's links lead into these.
PACKAGES = ["wordpress", "libjs-cropper", "libjs-lodash", "libjs-underscore", "php-getid3"]


def installed():
    folder = Path("/usr/share/wordpress")
    if not (folder / "wp-includes/version.php").exists():
        pytest.skip("WordPress is not installed: apt-get install wordpress php-cli php-mysql")
    return folder


def version(folder):
    """(6, 8) of 6.8.12"""
    text = (folder / "wp-includes/version.php").read_text()
    return tuple(int(n) for n in re.search(r"wp_version = '(\d+)\.(\d+)", text).groups())


def _fetch(suite, folder):
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "sources.list").write_text(f"deb [signed-by={KEYS}] {MIRROR} {suite} main\n")
    options = [part for option in (
        f"Dir::Etc::sourcelist={folder}/sources.list", "Dir::Etc::sourceparts=-", f"Dir::State::lists={folder}/lists",
        f"Dir::Cache={folder}/cache", "Acquire::Check-Valid-Until=false", "Acquire::Languages=none", "APT::Sandbox::User=") for part in ("-o", option)]
    for command in (["update"], ["download", *PACKAGES]):
        subprocess.run(["apt-get", "-q", *options, *command], cwd=folder, check=True, capture_output=True, timeout=600)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, folder / "root"], check=True, capture_output=True, timeout=120)
        package.unlink()


def of_suite(suite):
    folder = BUILD / f"wordpress-{suite}"
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "fetched").exists():
            shutil.rmtree(folder / "root", ignore_errors=True)
            try:
                _fetch(suite, folder.resolve())
            except (OSError, subprocess.SubprocessError) as error:
                pytest.skip(f"WordPress of Debian {suite} could not be fetched: {error}")
            (folder / "fetched").touch()
    return folder / "root/usr/share/wordpress"

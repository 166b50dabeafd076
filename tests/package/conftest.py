"""release: a bare Debian.  built: a machine of it in which an ordinary user has built the package."""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from machine import TOP, Release, why_not  # noqa: E402


@pytest.fixture(scope="session", params=["bookworm", "trixie"])
def release(request):
    if why_not():
        pytest.skip(why_not())
    scratch = Path(tempfile.mkdtemp(prefix="diptych-package-", dir="/var/tmp"))
    release = Release(request.param, scratch)
    release.prepare()
    yield release
    subprocess.run(["rm", "-rf", "--one-file-system", scratch], check=True)


@pytest.fixture(scope="session")
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

"""Fixtures of the browser tests: the sample site behind nginx (as the live tests have it) and Debian's
Chromium, one for the whole run.

sample_site  from ../live/conftest.py: read from it, change nothing
browser      see Browser below; skipped with a reason where Chromium is missing
node_modules the folder with axe-core and the Nu checker, from npm; skipped where npm is missing
shots        the folder for screenshots, kept after the run: build/screenshots
"""
import fcntl
import importlib.util
import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
LIVE = HERE.parent / "live"
sys.path[:0] = [str(LIVE), str(HERE)]
_spec = importlib.util.spec_from_file_location("live_conftest", LIVE / "conftest.py")
_live = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_live)
templates, sample_site, own_site, _database = _live.templates, _live.sample_site, _live.own_site, _live._database

from chromium import Browser  # noqa: E402
from lib.servers import BUILD  # noqa: E402


@pytest.fixture(scope="session")
def browser():
    for program in ("chromium", "chromedriver"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed: apt-get install chromium chromium-driver")
    pytest.importorskip("selenium", reason="python3-selenium is not installed")
    browser = Browser()
    try:
        yield browser
    finally:
        browser.close()


@pytest.fixture(scope="session")
def node_modules():
    folder = BUILD / "browser"
    if not shutil.which("npm"):
        pytest.skip("npm is not installed: axe-core and the Nu checker come from its registry")
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # these tests may run side by side
        stamp, wanted = folder / "node_modules" / "installed", (HERE / "package-lock.json").read_text()
        if not stamp.exists() or stamp.read_text() != wanted:
            npm_ci(folder)
            stamp.write_text(wanted)
    return folder / "node_modules"


def npm_ci(folder):
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    if done.returncode:
        pytest.fail(f"npm ci failed, so nothing was checked: {done.stdout[-300:]}")


@pytest.fixture(scope="session")
def shots():
    folder = BUILD / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder

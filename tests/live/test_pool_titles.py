"""Processes show their roles in ps, whatever the command line and the environment are."""
import os
import subprocess
from pathlib import Path

import pytest

from lib.daemon import wait_until
from lib.probe import Probe, make_probe, probe  # noqa: F401 (fixtures)
from lib.servers import SLOW


def title(pid):
    """As ps shows it: the arguments, with blanks between them."""
    return subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True).stdout.rstrip()


def titles(probe):
    return {title(pid) for pid in probe.pids()}


def test_each_process_shows_its_role(probe):
    probe.wait_workers(2)
    assert title(probe.pool.pid) == f"diptych: master {probe.config_path}"
    wait_until(lambda: titles(probe) == {"diptych: worker 0", "diptych: worker 1", "diptych: watcher"}, 5 * SLOW)
    probe.control("scale 12")
    probe.wait_workers(12)
    wait_until(lambda: "diptych: worker 11" in titles(probe), 5 * SLOW)


def run(probe, argv0, path, environment):
    """Starts the pool with these arguments only; `path` is relative to the probe's folder."""
    binary = probe.pool.argv[0]
    with open(probe.pool.log, "ab") as out:
        probe.pool.process = subprocess.Popen([argv0, path], executable=binary, stderr=out, env=environment, cwd=probe.folder)
    wait_until(lambda: probe.logged("INFO master", "serving"), 10 * SLOW)


@pytest.mark.parametrize("environment", [{}, {"A": "1"}, {"A": "1", "TZ": "UTC", "LONG": "x" * 300}], ids=["none", "short", "long"])
@pytest.mark.parametrize("argv0", ["d", "diptych", "/" + "x" * 200 + "/diptych"], ids=["one byte", "a name", "a long path"])
def test_short_arguments_and_any_environment(make_probe, argv0, environment):
    """A title that is longer than the arguments is not cut as long as there is an environment to move."""
    probe = make_probe(start=False)
    (probe.folder / "c").symlink_to(probe.config_path)
    run(probe, argv0, "c", environment)
    whole = len(argv0) + 3 + sum(len(k) + len(v) + 2 for k, v in environment.items()) > len("diptych: worker 10")
    expected = {"diptych: worker 0", "diptych: worker 1", "diptych: watcher"}
    if whole:
        wait_until(lambda: titles(probe) == expected, 5 * SLOW)
    else:
        room = len(argv0) + 3 + sum(len(k) + len(v) + 2 for k, v in environment.items()) - 1
        wait_until(lambda: titles(probe) == {e[:room].rstrip() for e in expected}, 5 * SLOW)
    assert probe.ask("/echo").status == 200


def test_the_environment_is_whole_where_the_program_reads_it(make_probe):
    """NOTIFY_SOCKET and the variables of the configuration are read after the titles were set."""
    probe = make_probe(start=False)
    probe.config_path.write_text(probe.config_path.read_text().replace('"first"', '"${SITE_WORD}"'))
    run(probe, "d", str(probe.config_path.name), {"SITE_WORD": "from the environment", "TZ": "UTC"})
    wait_until(lambda: "diptych: watcher" in titles(probe), 5 * SLOW)
    assert probe.ask("/config").text == "from the environment"
    assert probe.control("reload")[0]
    assert probe.ask("/config").text == "from the environment"


def test_arguments_that_fit_leave_the_environment_readable_from_outside(probe):
    probe.wait_workers(2)
    shown = Path(f"/proc/{probe.pids()[0]}/environ").read_bytes()
    assert b"TZ=UTC\0" in shown and os.fsencode(f"PATH={os.environ['PATH']}") in shown

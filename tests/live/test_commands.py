"""The command line when it is typed wrong, or asked what it would do: nothing happens, and it says why.
The configuration names a pool and a database that are not there, so whatever did happen would fail."""
import re

import pytest

from lib.servers import TOP, configuration_text, diptych

COMMANDS = re.findall(r"^  (\w+)", diptych("--help").stdout, re.M)


@pytest.fixture
def config(tmp_path):
    def write(**settings):
        path = tmp_path / "diptych.conf"
        path.write_text(configuration_text({
            "mysql_socket": tmp_path / "no.sock", "control": tmp_path / "none.sock", "listen": tmp_path / "l.sock",
            "pid_file": tmp_path / "pid", "memcached": "", "sql_dir": TOP / "sql", "template_dir": TOP / "templates",
            "state_dir": "", **settings}))
        return path
    return write


@pytest.mark.parametrize("command", COMMANDS)
def test_help_tells_and_does_nothing(config, command):
    done = diptych(command, "--help", config=config())
    assert (done.returncode, done.stderr) == (0, ""), done
    assert done.stdout.startswith(f"usage: diptych {command}") and done.stdout.count("\n") >= 3


@pytest.mark.parametrize("words", [("stop", "now"), ("reload", "x"), ("serve", "x"), ("check", "x"), ("lint", "x"),
                                   ("sample", "x"), ("scale",), ("scale", "two"), ("warm", "--rate", "x"), ("render",),
                                   ("migrate", "x"), ("template", "x"), ("status", "x")])
def test_a_wrong_command_line_does_nothing(config, words):
    done = diptych(*words, config=config())
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr.startswith(f"usage: diptych {words[0]}")


def test_it_tells_its_version():
    assert re.fullmatch(r"diptych \d+\.\d+\.\d+\n", diptych("--version").stdout)


def test_check_names_a_missing_folder_once(config, tmp_path):
    done = diptych("check", config=config(template_dir="/nowhere", state_dir=tmp_path / "gone"))
    said = (done.stdout + done.stderr).splitlines()
    assert done.returncode == 1
    assert [line for line in said if line.startswith("/nowhere") and "assets.map" not in line] == \
        ["/nowhere: No such file or directory: template_dir names the folder of the templates"]
    assert any(line.startswith(f"state      {tmp_path / 'gone'}: No such file") for line in said), said

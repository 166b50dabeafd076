"""Every configuration key and command is in the manual, and every key in the sample file."""
import re
import subprocess

import pytest

from tree import BUILD, FCGI, TOP

MANUAL = TOP / "man/diptych.8"
KEYS = re.findall(r"^  (?:WORD|INT|FLAG)\((\w+),", (FCGI / "text/config.h").read_text(), re.M)


def diptych(*arguments):
    return subprocess.run([BUILD / "diptych", *arguments], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def manual():
    return MANUAL.read_text().replace("\\-", "-")


def test_the_table_was_found():
    assert len(KEYS) > 40


def test_keys_are_in_the_manual(manual):
    assert [k for k in KEYS if not re.search(rf"\b{k}\b", manual)] == []


def test_keys_are_in_the_sample():
    sample = diptych("sample")
    assert [k for k in KEYS if not re.search(rf"^#? ?{k} = ", sample, re.M)] == []


def test_the_sample_is_a_configuration_with_the_defaults(tmp_path):
    """With its comment signs taken away, it is read without a complaint about any key."""
    sample = diptych("sample")
    path = tmp_path / "diptych.conf"
    path.write_text(re.sub(r"^# ?(\w+ = )", r"\1", sample, flags=re.M))
    done = subprocess.run([BUILD / "diptych", "check", "--config", path], capture_output=True, text=True)
    assert not re.search(rf"{re.escape(str(path))}:\d+:", done.stdout + done.stderr), done.stdout + done.stderr


def test_commands_are_in_the_manual(manual):
    commands = re.findall(r"^  (\w+)", diptych("--help"), re.M)
    assert commands and [c for c in commands if not re.search(rf"\b{c}\b", manual)] == []

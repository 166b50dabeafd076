"""The size and form of files."""
import pytest

from tree import FCGI, SOURCES, TOP, name

LINES, COLUMNS = 500, 132


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_form(path):
    text = path.read_text()
    lines = text.split("\n")
    assert text.endswith("\n") and not text.endswith("\n\n")
    assert len(lines) - 1 <= LINES, f"{len(lines) - 1} lines: is this one thing?"
    wrong = [f"{name(path)}:{n}" for n, line in enumerate(lines, 1)
             if "\t" in line or line != line.rstrip() or len(line) > COLUMNS]
    assert not wrong, f"tabs, trailing blanks or more than {COLUMNS} columns: {wrong}"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_opens_with_its_design(path):
    """A comment at the top: of the file itself, or of a header that it implements a part of."""
    words = path.stem.split("_")
    headers = [path.with_name("_".join(words[:n]) + ".h") for n in range(1, len(words) + 1)]
    assert any(p.exists() and p.read_text().startswith("/*") for p in [path, *headers])


def test_structs_without_typedef():
    wrong = [name(p) for p in FCGI.rglob("*.[ch]") if "typedef struct" in p.read_text()]
    assert not wrong


def test_scripts_are_executable_and_parse():
    import subprocess
    for script in ("demo", "check", "scripts/steps.sh", "scripts/other-debian"):
        subprocess.run(["bash", "-n", TOP / script], check=True)
    for script in ("demo", "check", ".ci/run", "sql/sample/load", "templates/hash-assets", "scripts/sum-results", "scripts/other-debian"):
        assert (TOP / script).stat().st_mode & 0o100, script


PYTHON = sorted(p for folder in ("tests", "scripts", "templates", "sql") for p in (TOP / folder).rglob("*")
                if p.is_file() and (p.suffix == ".py" or p.read_bytes()[:40].startswith((b"#!/usr/bin/python3", b"#!/usr/bin/env python3"))))


@pytest.mark.parametrize("path", PYTHON, ids=lambda p: str(p.relative_to(TOP)))
def test_python_parses(path):
    """A live test that is not run here, because its server is missing, is read all the same."""
    compile(path.read_text(), str(path), "exec")

"""Every configuration key and command is in the manual, and every key in the sample file."""
import re
import shutil
import subprocess

import pytest

from tree import BUILD, FCGI, TOP

MANUAL = TOP / "man/diptych.8"
KEYS = re.findall(r"^  (?:WORD|INT|FLAG)\((\w+),", (FCGI / "config/config.h").read_text(), re.M)


def diptych(*arguments):
    return subprocess.run([BUILD / "diptych", *arguments], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def manual():
    return MANUAL.read_text().replace("\\-", "-")


def test_findings_of_lint_are_in_the_manual(manual):
    rules = re.findall(r"^  X\((\w+), ", (FCGI / "lint/lint.h").read_text(), re.M)
    assert len(rules) > 40 and [r for r in rules if not re.search(rf"\b{r}[,:]", manual)] == []


def test_the_table_was_found():
    assert len(KEYS) > 40


def test_keys_are_in_the_manual(manual):
    assert [k for k in KEYS if not re.search(rf"\b{k}\b", manual)] == []


def test_defaults_and_ranges_are_those_of_the_table(manual):
    table = (FCGI / "config/config.h").read_text()
    wrong = []
    for key, default, least, most in re.findall(r"^  INT\((\w+), (\d+), (\d+), (\d+),", table, re.M):
        said = re.search(rf"^\.TP\n\.B {key}\n(.*?)\n\.[TS]", manual, re.M | re.S)[1].replace("\n", " ")
        if key != "socket_mode" and f" {least} to {most}, default {default}." not in said:
            wrong.append(said)
    for key, folder, default in re.findall(r'^  WORD\((\w+), (PKGDATADIR )?"([^"]+)",', table, re.M):
        said = re.search(rf"^\.TP\n\.B {key}\n(.*?)\n\.[TS]", manual, re.M | re.S)[1].replace("\n", " ")
        if f'Default: "{"/usr/local/share/diptych" if folder else ""}{default}".' not in said:
            wrong.append(said)
    assert wrong == []


def test_keys_are_in_the_sample():
    sample = diptych("sample")
    assert [k for k in KEYS if not re.search(rf"^#? ?{k} = ", sample, re.M)] == []


def test_the_sample_is_a_configuration_with_the_defaults(tmp_path):
    """With its comment signs taken away, it is read without a complaint about any key."""
    sample = diptych("sample")
    path = tmp_path / "diptych.conf"
    path.write_text(re.sub(r"^# ?(\w+ = )", r"\1", sample, flags=re.M))
    done = subprocess.run([BUILD / "diptych", "status", "--config", path], capture_output=True, text=True)
    assert not re.search(rf"{re.escape(str(path))}:\d+:", done.stdout + done.stderr), done.stdout + done.stderr


def test_commands_are_in_the_manual(manual):
    commands = re.findall(r"^  (\w+)", diptych("--help"), re.M)
    assert commands and [c for c in commands if not re.search(rf"\b{c}\b", manual)] == []


def test_each_bound_of_the_clusters_names_a_test_that_exists():
    page = (TOP / "man/diptych-clusters.7").read_text().replace("\\-", "-")
    table = re.search(r"^\.TS\n(.*?)^\.TE$", page, re.M | re.S)[1]
    rows = re.findall(r"^T\{\n(.+)\nT\}\t(.+)\n\\fI(\w+\.py): (\w+)\\fP$", table, re.M)
    assert len(rows) > 20 and len(rows) == table.count("T{") == len({what for what, *_ in rows})
    missing = [f"{file}: {test}" for _, _, file, test in rows
               if not re.search(rf"^def {test}\(", (TOP / "tests/live" / file).read_text(), re.M)]
    assert missing == []


def test_keys_in_the_pages_about_clusters_and_backups_exist():
    for name in ("clusters", "backup"):
        page = (TOP / f"man/diptych-{name}.7").read_text().replace("\\-", "-")
        bold = set(re.findall(r"^\.BR? (\w+_\w+)", page, re.M))
        assert bold and bold - {"server_name"} <= set(KEYS), bold - set(KEYS)  # server_name is nginx's


def test_the_manual_for_editors_is_made_from_the_sample_page():
    if not shutil.which("cmark"):
        pytest.skip("cmark is not installed")
    made = subprocess.run([TOP / "scripts/editors-manual"], capture_output=True, text=True, check=True).stdout
    assert (TOP / "man/diptych-editors.7").read_text() == made, "run scripts/editors-manual > man/diptych-editors.7"

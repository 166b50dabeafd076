"""Secrets that are kept in files: mysql_password_file and cache_secret_file, also as credentials of systemd, and what
`diptych check` knows of the environment of a unit."""
import os
import re
import shutil
from pathlib import Path

import pytest

from lib.servers import configuration_text, diptych, short_folder

ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another account")
SECRET = "0123456789abcdef0123456789abcdef"
MARK = "diptych-check-"


def leftovers():
    return {p for folder in ("/dev/shm", "/tmp") for p in Path(folder).glob(MARK + "*")}


@pytest.fixture
def place(module_site):
    folder = short_folder()
    folder.chmod(0o777)
    module_site.folder.chmod(0o755)
    before = leftovers()

    def write(*lines, **keys):
        path = folder / "diptych.conf"
        settings = {**module_site.config, "listen": folder / "l.sock", "control": folder / "c.sock",
                    "pid_file": folder / "pid", "state_dir": "", **keys}
        path.write_text(configuration_text({k: v for k, v in settings.items() if v is not None}) + "\n".join(lines) + "\n")
        path.chmod(0o644)
        return path

    def unit(*lines):
        path = folder / "pool.service"
        path.write_text("\n".join(["[Service]", "User=nobody", "Group=nogroup", *lines, ""]))
        return path

    def file(name, text, mode=0o600):
        path = folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    write.folder, write.unit, write.file = folder, unit, file
    yield write
    assert leftovers() == before, "copies of credentials stayed"
    shutil.rmtree(folder)


def test_the_secret_of_a_file_replaces_the_other(place, module_site):
    """The pool's fragments verify only with the same secret."""
    config = place(cache_secret="another secret of the same length", cache_secret_file=place.file("secret", SECRET + "\r\nmore\n"))
    done = diptych("render", "/compare/kafka-vs-kubernetes", config=config)
    assert done.returncode == 0
    assert module_site.get("/compare/kafka-vs-kubernetes").status == 200
    assert module_site.metrics()["diptych_cache_bad_total"] == 0
    diptych("render", "/compare/go-vs-rust", config=place(cache_secret="another secret of the same length"))
    assert module_site.get("/compare/go-vs-rust").status == 200
    assert module_site.metrics()["diptych_cache_bad_total"] > 0


@pytest.mark.parametrize("text, words", [("short\n", "cache_secret must have at least 16 characters"), ("", "cache_secret must have"),
                                         (None, "No such file or directory: name a file that this account may read")])
def test_a_file_without_a_secret(place, text, words):
    path = place.folder / "secret" if text is None else place.file("secret", text)
    config = place(cache_secret=None, cache_secret_file=path)
    line = next(n for n, text in enumerate(config.read_text().splitlines(), 1) if text.startswith("cache_secret_file"))
    done = diptych("check", config=config)
    assert done.returncode == 1 and done.stderr.startswith(f"{config}:{line}: ") and words in done.stderr
    assert done.stderr.count("\n") == 1, "one fault is one line"


@ROOT
def test_credentials_of_the_unit(place):
    """Only root can read the sources; the account of the service reads the copies."""
    place.file("pw", "\n")
    place.file("secret", SECRET)
    keys = {"memcached": "", "cache_secret": None, "mysql_password_file": "${CREDENTIALS_DIRECTORY}/password",
            "cache_secret_file": "${CREDENTIALS_DIRECTORY}/secret"}
    config = place(**keys)
    lines = [f"LoadCredential=password:{place.folder}/pw", f"LoadCredential=secret:{place.folder}/secret"]
    done = diptych("check", "--unit", place.unit(*lines), config=config)
    assert done.returncode == 0 and "\nready to serve\n" in done.stdout, done.stdout + done.stderr
    assert "secrets " not in done.stdout
    done = diptych("check", "--unit", place.unit(lines[0]), config=config)
    assert done.returncode == 1 and re.search("cache_secret_file /\\S+/secret: No such file", done.stderr)
    done = diptych("check", "--unit", place.unit(lines[0], f"LoadCredential=secret:{place.folder}/none"), config=config)
    assert done.returncode == 1 and f"credential secret from {place.folder}/none: No such file or directory" in done.stdout
    done = diptych("check", "--unit", place.unit(), config=config)
    assert done.returncode == 1
    for key in ("mysql_password_file", "cache_secret_file"):
        line = next(n for n, text in enumerate(config.read_text().splitlines(), 1) if text.startswith(key))
        assert f"{config}:{line}: the environment has no variable CREDENTIALS_DIRECTORY" in done.stderr


def test_files_of_variables(place):
    config = place(memcached="", site_name="${NAME_A}", contact="${NAME_B}", lang="${NAME_C}")
    place.file("env", "# a comment\n; another\n\nNAME_A = \"Two words\"\nexport\nNAME_B='mailto:a@example.org'  \n", 0o644)
    more = place.file("more", "NAME_C=d\\e\nNAME_A=Later\n", 0o644)
    lines = [f"EnvironmentFile={place.folder}/env", f"EnvironmentFile={more}", "EnvironmentFile=-/nowhere/at/all"]
    done = diptych("check", "--unit", place.unit(*lines), config=config)
    assert done.returncode == 0, done.stdout + done.stderr
    done = diptych("check", "--unit", place.unit(lines[0]), config=config)
    assert done.returncode == 1 and "no variable NAME_C" in done.stderr
    done = diptych("check", "--unit", place.unit(*lines, "EnvironmentFile=/nowhere/at/all"), config=config)
    assert done.returncode == 1
    assert "EnvironmentFile=/nowhere/at/all: No such file or directory: systemd would not start the service" in done.stdout
    done = diptych("check", "--unit", place.unit("Environment=NAME_A=x NAME_B=", *lines), config=config)
    assert done.returncode == 0, "files come after Environment lines"


def warned(done):
    return re.findall(r"^secrets +(\S+) .*: chmod o-r \1$", done.stdout, re.M)


def test_secrets_that_everybody_may_read(place):
    """A warning only: the pool can serve."""
    names = {"mysql_password_file": place.file("word", "\n"), "cache_secret_file": place.file("secret", SECRET)}
    config = place(cache_secret=None, **names)
    assert warned(diptych("check", config=config)) == []
    for path in names.values():
        path.chmod(0o644)
        done = diptych("check", config=config)
        assert warned(done) == [str(path)] and done.returncode == 0
        path.chmod(0o640)
    config = place()
    assert warned(diptych("check", config=config)) == [str(config)], "it has cache_secret itself"
    config.chmod(0o600)
    assert warned(diptych("check", config=config)) == []

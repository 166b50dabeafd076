"""The command line when it is typed wrong, or asked what it would do: nothing happens, and it says why.
The configuration names a pool and a database that are not there, so whatever did happen would fail."""
import re
import socket
import subprocess

import pytest

from lib.probe import make_probe  # noqa: F401 (fixture)
from lib.servers import BINARY, BUILD, SLOW, TOP, Cache, configuration_text, diptych

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


WRONG = {  # the words after diptych: what the line after the usage says
    "stop now": 'not understood: "now"', "reload x": 'not understood: "x"', "serve x": 'not understood: "x"',
    "check x": 'not understood: "x"', "check --unit": 'a word is missing after "--unit"', "check --unit a b": 'not understood: "b"',
    "sample x": 'not understood: "x"', "scale": "N is a number", "scale two": "N is a number",
    "warm --rate x": 'not understood: "--rate x"', "warm --rate": 'a word is missing after "--rate"',
    "warm 5": 'not understood: "5"',
    "render": 'a word is missing after "render"', "render / x": 'not understood: "x"', "migrate x": 'not understood: "x"',
    "migrate --purge --purge": 'not understood: "--purge"', "migrate --dry-run": "--dry-run goes with --repair alone",
    "template x": 'a word is missing after "x"', "template a b c": 'not understood: "c"', "status x": 'not understood: "x"',
    "lint x": 'not understood: "x"', "lint --table nosuch": 'not understood: "--table nosuch"', "lint --id 3": "--id needs --table",
    "lint --table page --id x": 'not understood: "--id x"', "lint --store --table page": "leave out --table",
    "init x": 'not understood: "x"', "init --name": 'a word is missing after "--name"', "init --nam x": 'not understood: "--nam x"',
    "theme": 'a word is missing after "theme"', "theme make x": 'not understood: "make"',
    "theme new": 'a word is missing after "new"',
    "theme new -x": 'not understood: "-x"', "theme new a --of": 'not understood: "--of"',
    "theme copy a": 'a word is missing after "a"',
    "lint --all --json": 'not understood: "--all"', "import x": 'not understood: "x"',
}


@pytest.mark.parametrize("words", WRONG)
def test_a_wrong_command_line_does_nothing(config, words):
    done = diptych(*words.split(), config=config())
    assert (done.returncode, done.stdout) == (2, ""), done
    usage, wrong = done.stderr.splitlines()
    assert usage.startswith(f"usage: diptych {words.split()[0]}") and WRONG[words] in wrong


def test_help_and_version_have_other_names():
    for words in (["help"], ["-h"], ["--help"]):
        done = diptych(*words)
        assert done.returncode == 0 and done.stdout == diptych("--help").stdout and "  lint " in done.stdout
    assert diptych("-V").stdout == diptych("--version").stdout
    for word in ("help", "-h", "--help"):
        assert diptych(word, "lint").stdout == diptych("lint", "--help").stdout
        done = diptych(word, "nosuch")
        assert (done.returncode, done.stdout) == (2, "") and 'no command "nosuch"' in done.stderr


@pytest.mark.parametrize("path", ["compare", "", "https://example.org/compare", "?q=x"])
def test_render_asks_for_a_path(config, path):
    done = diptych("render", path, config=config())
    assert (done.returncode, done.stdout) == (2, ""), done
    assert f'PATH begins with /, as in /compare: "{path}" does not' in done.stderr, done


def test_it_tells_its_version():
    done = diptych("--version", "extra")
    assert (done.returncode, done.stdout) == (2, "") and 'not understood: "extra"' in done.stderr
    assert re.fullmatch(r"diptych \d+\.\d+\.\d+\n", diptych("--version").stdout)


@pytest.mark.parametrize("words", ["serve", "check", "status", "import", "migrate"])
def test_a_missing_configuration_is_answered_with_how_to_begin_one(tmp_path, words):
    done = diptych(words, config=tmp_path / "none.conf")
    assert done.returncode == 1 and f"{tmp_path}/none.conf: No such file or directory: write one with `diptych init`" in done.stderr


def test_check_names_a_missing_folder_once(config, tmp_path):
    path = config(template_dir="/nowhere", state_dir=tmp_path / "gone")
    done = diptych("check", config=path)
    said = (done.stdout + done.stderr).splitlines()
    assert done.returncode == 1
    assert [re.sub(r":\d+: ", ":N: ", line) for line in said if "/nowhere" in line] == \
        [f"{path}:N: /nowhere: No such file or directory: template_dir names the folder of the templates"]
    assert any(line.startswith(f"state      {tmp_path / 'gone'}: No such file") for line in said), said


def test_check_names_the_folders_that_a_start_would_miss(config, tmp_path):
    (tmp_path / "file").touch()
    done = diptych("check", config=config(listen=tmp_path / "a/l.sock", control=tmp_path / "b/c.sock", pid_file=tmp_path / "c/pid",
                                          state_dir=tmp_path / "file"))
    for what, folder, why in [("listen", "a", "No such file"), ("control", "b", "No such file"), ("pid_file", "c", "No such file"),
                              ("state", "file", "Not a directory")]:
        assert re.search(rf"^{what} +{tmp_path / folder}: {why}.*: make the folder", done.stdout, re.M), done.stdout
    done = diptych("check", config=config())
    assert not re.search("^(listen|control|pid_file|state)", done.stdout, re.M), done.stdout


def test_check_asks_each_server_of_the_cache(config, tmp_path):
    cache = Cache(tmp_path).start()
    try:
        done = diptych("check", config=config(memcached=f"{cache.socket}, {tmp_path / 'none.sock'}", memcached_timeout=5000, cache_secret="0123456789abcdef"))
    finally:
        cache.stop()
    assert done.returncode == 1 and f"cache      {cache.socket}: answers\n" in done.stdout
    assert f"cache      {tmp_path / 'none.sock'}: does not answer" in done.stdout


def test_check_names_a_map_of_assets_that_is_none(config, tmp_path):
    for text, words in [("", "lacks a name that pages need"), ("site.css site.0123456789ab.css\n", "lacks a name that pages need")]:
        (tmp_path / "assets.map").write_text(text)
        done = diptych("check", config=config(static_version_file=tmp_path / "assets.map"))
        assert done.returncode == 1 and f"{tmp_path / 'assets.map'}: it {words}" in done.stdout
    done = diptych("check", config=config(static_version_file=tmp_path))
    assert done.returncode == 1 and f"{tmp_path}: Is a directory" in done.stdout


FAULTS = {  # what somebody writes: what the program says to write instead
    "workers = many": "write a number",
    "mysql_tls = maybe": "write true or false",
    'listen "/x"': "write key = value",
    'contact = "me@example.org"': "write a mailto: or https: address",
    'site_name = "Open': "a quote is opened and never closed",
    "socket_mode = 660": "write 0 to 0777",
    'listen = "localhost"': "like 127.0.0.1:9000",
    'listen = "localhost:9000"': "like 127.0.0.1:9000",
    'listen = "[::1]:9000"': "like 127.0.0.1:9000",
    'listen = "127.0.0.1:90000"': "like 127.0.0.1:9000",
    'memcached = "127.0.0.1:port"': "write /path/to/socket, host:port",
    'mysql_password_file = "/nowhere"': "name a file that this account may read",
}


@pytest.mark.parametrize("line", FAULTS)
def test_a_fault_in_the_configuration_says_what_to_write(tmp_path, line):
    path = tmp_path / "diptych.conf"
    path.write_text('cache_secret = "0123456789abcdef"\n' + line)
    done = subprocess.run([BINARY, "check", "--config", path], capture_output=True, text=True)
    assert done.returncode == 1 and not done.stdout
    assert re.match(re.escape(str(path)) + r":(2:|3:)? ", done.stderr) and FAULTS[line] in done.stderr


LATE = {  # what is found wrong after the file was read: what is said of it, after the place in the file
    'lang = "xx"': 'lang = "xx": there is no catalogue for it in',
    'theme_dir = "/none"': "/none: No such file or directory: theme_dir names",
    'theme_dir = "/,/,/,/,/,/,/,/"': "theme_dir: more than 7 folders",
    'template_dir = "/none"': "/none: No such file or directory: template_dir names",
    'static_version_file = "/none"': "/none: No such file or directory: it maps static files",
    'static_version_file = "/dev/null"': "/dev/null: it lacks a name that pages need",
}


@pytest.mark.parametrize("line", LATE)
def test_a_value_refused_after_the_file_was_read_is_named_with_its_line(config, line):
    path = config(static_version_file=BUILD / "assets.map")
    path.write_text(path.read_text().rstrip("\n") + f"\n\n{line}\n")
    done = diptych("check", config=path)
    at = f"{path}:{path.read_text().count(chr(10))}: "
    assert done.returncode == 1 and at + LATE[line] in done.stdout, done
    assert "have faults" not in done.stdout and done.stdout.count(LATE[line]) == 1
    assert ("templates  " in done.stdout) == line.startswith("lang"), "what could not be read is not judged"


def test_a_file_that_cannot_be_written_is_named_with_its_line(make_probe):  # noqa: F811
    for key, words in (("pid_file", "pid_file /none/x: No such file"), ("request_log", 'request_log = "/none/x": No such file')):
        probe = make_probe(start=False)
        probe.write_config(**{key: "/none/x"})
        probe.pool.start()
        assert probe.pool.process.wait(20 * SLOW) == 1
        assert re.search(rf"^{probe.config_path}:\d+: {words}", probe.log, re.M), probe.log


@pytest.mark.parametrize("key", ["listen", "control", "metrics_listen"])
def test_an_address_that_cannot_be_opened_is_named_with_its_line(make_probe, key):  # noqa: F811
    probe = make_probe(start=False)
    held = probe.folder / "held.sock"
    with socket.socket(socket.AF_UNIX) as s, socket.socket() as port:
        s.bind(str(held))
        s.listen()
        port.bind(("127.0.0.1", 0))
        port.listen()
        taken = f"127.0.0.1:{port.getsockname()[1]}"
        for address, words in ((held, f"another program listens on {held}"), ("/none/x", "/none/x.lock: No such file"),
                               (probe.config_path, "is not a socket"), (taken, f"cannot listen on {taken}: Address already in use")):
            if key == "control" and address == taken:
                continue
            probe.write_config(**{key: address})
            probe.pool.start()
            assert probe.pool.process.wait(20 * SLOW) == 1
            [line] = [n for n, text in enumerate(probe.config_path.read_text().splitlines(), 1) if text.startswith(f"{key} ")]
            [said] = [text for text in probe.log.splitlines() if words in text]
            assert said.startswith(f"{probe.config_path}:{line}: "), probe.log


RUN = [["check"], ["lint"], ["migrate"], ["serve"], ["render", "/"], ["warm"], ["status"], ["scale", "2"], ["reload"], ["stop"]]


@pytest.mark.parametrize("words", RUN, ids=" ".join)
def test_each_fault_is_printed_once_by_every_command(config, words):
    path = config(workers=0, lang="", memcached="127.0.0.1:port")
    done = diptych(*words, config=path)
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith(f"{path}:")]
    assert done.returncode == 1 and len(lines) == len(set(lines)) == 3, done


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["sample"]], ids=" ".join)
def test_output_that_could_not_be_written_is_a_failure(words):
    with open("/dev/full", "w") as full:
        done = subprocess.run([BINARY, *words], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "could not be written: No space left" in done.stderr

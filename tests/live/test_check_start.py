"""`diptych check` tries what a start needs, as the account of the service: it never says "ready to serve" of a start
that fails, and it leaves nothing behind."""
import os
import re
import shutil
import socket
import subprocess

import pytest

from lib.daemon import wait_until
from lib.servers import BINARY, SLOW, configuration_text, diptych, free_port, short_folder

ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root can try another account")
COMMANDS = ["check", "lint", "migrate", "reload", "render /", "scale 2", "serve", "status", "stop", "warm"]


@pytest.fixture
def place(module_site):
    """A folder that any account may enter, and a function that writes a configuration there for another pool."""
    folder = short_folder()
    folder.chmod(0o755)
    module_site.folder.chmod(0o755)

    def write(**keys):
        path = folder / "diptych.conf"
        path.write_text(configuration_text({
            **module_site.config, "listen": folder / "l.sock", "control": folder / "c.sock", "pid_file": folder / "pid",
            "state_dir": "", "memcached": "", **keys}))
        path.chmod(0o644)
        return path

    write.folder = folder
    yield write
    shutil.rmtree(folder)


def unit(folder, *lines):
    path = folder / "pool.service"
    path.write_text("\n".join(["[Service]", "User=nobody", "Group=nogroup", *lines, ""]))
    return path


def starts(config, folder):
    """True: `diptych serve` begins to serve."""
    log = folder / "serve.log"
    with open(log, "wb") as out:
        pool = subprocess.Popen([BINARY, "serve", "--config", config], stdout=out, stderr=out)
    try:
        wait_until(lambda: pool.poll() is not None or b"serving " in log.read_bytes(), 20 * SLOW)
        return pool.poll() is None
    finally:
        pool.terminate()
        pool.wait(20 * SLOW)
        log.unlink()


def file_at(path):
    path.write_text("")
    return path


BROKEN = {
    "folder of listen": lambda at: {"listen": at / "none/l.sock"},
    "folder of control": lambda at: {"control": at / "none/c.sock"},
    "folder of pid_file": lambda at: {"pid_file": at / "none/pid"},
    "listen is a file": lambda at: {"listen": file_at(at / "file")},
    "control is a file": lambda at: {"control": file_at(at / "file")},
    "listen beneath a file": lambda at: {"listen": file_at(at / "file") / "l.sock"},
    "listen is a folder": lambda at: {"listen": at},
    "another machine's address": lambda at: {"listen": f"192.0.2.1:{free_port()}"},
    "nothing": lambda at: {},
    "an address": lambda at: {"listen": f"127.0.0.1:{free_port()}"},
}


@pytest.mark.parametrize("what", BROKEN)
def test_it_is_ready_when_a_start_succeeds(place, what):
    config = place(**BROKEN[what](place.folder))
    before = sorted(p.name for p in place.folder.iterdir())
    done = diptych("check", config=config)
    assert sorted(p.name for p in place.folder.iterdir()) == before, "it left something behind"
    started = starts(config, place.folder)
    assert started == (what in ("nothing", "an address"))
    assert ("\nready to serve\n" in done.stdout) == started == (done.returncode == 0), done.stdout
    assert started or "not ready to serve" in done.stdout


def test_addresses_that_others_hold(place):
    with socket.socket() as tcp, socket.socket(socket.AF_UNIX) as local:
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        local.bind(str(place.folder / "other.sock"))
        local.listen()
        address = "127.0.0.1:{}".format(tcp.getsockname()[1])
        for held, words in ((address, "Address already in use"), (place.folder / "other.sock", "another program listens there")):
            config = place(listen=held)
            done = diptych("check", config=config)
            assert done.returncode == 1 and re.search(f"^listen +{held}: {words}", done.stdout, re.M), done.stdout
            assert not starts(config, place.folder)


def test_a_running_pool_is_no_fault(module_site, place):
    pid = module_site.pool.pid
    done = diptych("check", config=module_site.config_path)
    assert done.returncode == 0 and f"{module_site.socket}: a running pool, process {pid}, listens there" in done.stdout
    assert "\nready to serve\n" in done.stdout
    port = free_port()
    config = place(listen=f"127.0.0.1:{port}")
    pool = subprocess.Popen([BINARY, "serve", "--config", config], stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: diptych("status", config=config).returncode == 0, 20 * SLOW)
        done = diptych("check", config=config)
        assert done.returncode == 0 and f"127.0.0.1:{port}: the running pool listens there" in done.stdout, done.stdout
    finally:
        pool.terminate()
        pool.wait(20 * SLOW)


@ROOT
def test_the_configuration_is_read_by_the_account_of_the_service(place):
    config, service = place(), unit(place.folder)
    for mode in (0o600, 0o640):
        config.chmod(mode)
        done = diptych("check", "--unit", service, config=config)
        assert done.returncode == 1 and f"{config}: Permission denied" in done.stderr, done.stderr
        assert f"account nobody (group nogroup) must be able to read it: chgrp nogroup {config} && chmod 640 {config}" in done.stderr
        assert "ready to serve" not in done.stdout.replace("not ready", "")
    shutil.chown(config, group="nogroup")
    done = diptych("check", "--unit", service, config=config)
    assert f"account    nobody (group nogroup), as {service} runs it" in done.stdout
    assert done.returncode == 1 and f"let account nobody (group nogroup) write to it" in done.stdout, done.stdout
    shutil.chown(place.folder, group="nogroup")
    place.folder.chmod(0o775)
    done = diptych("check", "--unit", service, config=config)
    assert done.returncode == 0 and "\nready to serve\n" in done.stdout, done.stdout


@ROOT
@pytest.mark.parametrize("key,name", [("mysql_password_file", "word"), ("mysql_tls_key", "key.pem")])
def test_files_that_a_configuration_names_are_read_by_that_account(place, key, name):
    path = place.folder / name
    path.write_text("word\n")
    path.chmod(0o600)
    more = {"mysql_tls": True, "mysql_tls_cert": path} if key == "mysql_tls_key" else {}
    done = diptych("check", "--unit", unit(place.folder), config=place(**{key: path, **more}))
    assert done.returncode == 1 and "Permission denied" in done.stderr and str(path) in done.stderr
    assert "read as account nobody (group nogroup), which" in done.stderr


@ROOT
def test_folders_that_the_unit_makes(place):
    name = f"dp-{os.getpid()}-none"
    paths = {"listen": f"/run/{name}/l.sock", "control": f"/run/{name}/c.sock", "pid_file": f"/run/{name}/pid",
             "state_dir": f"/var/lib/{name}", "request_log": f"/var/log/{name}/requests.log"}
    lines = [f"RuntimeDirectory={name}", f"StateDirectory=other {name}", f"LogsDirectory={name}", "ProtectSystem=strict"]
    done = diptych("check", "--unit", unit(place.folder, *lines), config=place(**paths))
    made = re.findall("^(\\w+) +\\S+: systemd makes this folder when the service starts$", done.stdout, re.M)
    assert sorted(made) == ["control", "listen", "log", "pid_file", "state"] and done.returncode == 0, done.stdout
    done = diptych("check", "--unit", unit(place.folder), config=place(**paths))
    assert done.returncode == 1
    assert f"/run/{name}: No such file or directory: make the folder, and let account nobody (group nogroup)" in done.stdout


@ROOT
@pytest.fixture
def full_folder():
    folder = short_folder()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=20", "none", folder], capture_output=True).returncode:
        pytest.skip("this account may not mount a file system")
    try:
        folder.chmod(0o777)
        (folder / "filler").write_bytes(b"x" * 4096)
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


def test_a_full_state_folder(place, full_folder):
    """check says so, and so do the pool's log, with what to do, and status until there is room."""
    trouble = f"trouble: {full_folder}/catalog cannot be saved: the log says why; "
    path = place(state_dir=full_folder)
    done = diptych("check", config=path)
    assert f"{full_folder}: No space left on device: make room there\n" in done.stdout + done.stderr
    with open(place.folder / "serve.log", "wb") as out:
        pool = subprocess.Popen([BINARY, "serve", "--config", path], stdout=out, stderr=out)
    try:
        wait_until(lambda: b"cannot be saved: No space left on device: make room there" in (place.folder / "serve.log").read_bytes(), 30 * SLOW)
        wait_until(lambda: trouble in diptych("status", config=path).stdout, 10 * SLOW)
        (full_folder / "filler").unlink()
        subprocess.run(["mount", "-o", "remount,size=4m", full_folder], check=True)
        wait_until(lambda: "trouble:" not in diptych("status", config=path).stdout, 60 * SLOW)
    finally:
        pool.terminate()
        pool.wait(20 * SLOW)


def test_folders_that_the_unit_forbids(place):
    place.folder.chmod(0o777)
    for line, words in (("ProtectSystem=strict", "the unit makes it read-only"), ("ProtectHome=yes", None)):
        done = diptych("check", "--unit", unit(place.folder, line), config=place())
        assert (done.returncode == 1 and words in done.stdout) if words else done.returncode == 0, done.stdout
    done = diptych("check", "--unit", unit(place.folder, "ProtectSystem=strict", f"ReadWritePaths={place.folder}"), config=place())
    assert done.returncode == 0, done.stdout
    done = diptych("check", "--unit", unit(place.folder, "ProtectHome=yes"), config=place(pid_file="/root/pid"))
    assert done.returncode == 1 and "/root: the unit hides it (ProtectHome)" in done.stdout


@ROOT
def test_an_account_that_does_not_exist(place):
    for line, words in (("User=nobody-here", "the user nobody-here, which does not exist"),
                        ("Group=none-here", "the group none-here, which does not exist")):
        done = diptych("check", "--unit", unit(place.folder, line), config=place())
        assert done.returncode == 1 and words in done.stdout + done.stderr
    place.folder.chmod(0o777)
    done = diptych("check", "--unit", unit(place.folder, "User=nobody-here", "DynamicUser=yes"), config=place())
    assert done.returncode == 0 and "nobody-here (group nogroup), as" in done.stdout, done.stdout


def test_variables_of_the_unit(place):
    config = place(site_name="${OF_THE_UNIT}", contact="${ALSO}")
    place.folder.chmod(0o777)
    service = unit(place.folder, 'Environment=OF_THE_UNIT=Word "ALSO=mailto:a@example.org"')
    assert diptych("check", "--unit", service, config=config).returncode == 0
    assert diptych("check", config=config).returncode == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_a_variable_that_is_not_set_is_a_fault_of_its_line(tmp_path, command):
    path = tmp_path / "diptych.conf"
    for key in ("control", "mysql_password", "cache_secret"):
        for value in ("${NOT_SET_HERE}/c.sock", '"${NOT_SET_HERE}"', '"x${NOT_SET_HERE}y"'):
            control = "" if key == "control" else f'control = "{tmp_path}/none.sock"'
            path.write_text(f"# a comment\n{control}\n{key} = {value}\n")
            done = diptych(*command.split(), config=path)
            assert done.returncode == 1 and done.stdout == ""
            assert f"{path}:3: the environment has no variable NOT_SET_HERE: set it, or write" in done.stderr
            assert "/run/diptych" not in done.stderr, "it turned to the default's pool"


def test_a_reload_refuses_a_variable_that_is_not_set(own_site):
    with open(own_site.config_path, "a") as config:
        config.write("contact = ${NOT_SET_HERE}\n")
    lines = own_site.config_path.read_text().count("\n")
    done = own_site.diptych("reload")
    assert done.returncode == 1
    assert f"{own_site.config_path}:{lines}: the environment has no variable NOT_SET_HERE" in done.stdout + done.stderr
    assert own_site.get("/").status == 200


def test_a_request_log_that_cannot_be_written(place):
    """A start would fail.  The check makes no file."""
    done = diptych("check", config=place(request_log=place.folder / "requests.log"))
    assert done.returncode == 0 and not (place.folder / "requests.log").exists(), done.stdout
    done = diptych("check", config=place(request_log=place.folder / "no/requests.log"))
    assert done.returncode == 1 and f"log        {place.folder}/no: No such file or directory: make the folder" in done.stdout
    for word in ("on", "requests.log", "./requests.log", "/"):
        done = diptych("check", config=place(request_log=word))
        assert done.returncode == 1 and "write off, stderr, or the path of a file that begins with /" in done.stderr
    for key, word in (("request_log_sample", "1%"), ("request_log_format", "xml"), ("request_log_slow", "50ms")):
        done = diptych("check", config=place(**{key: word}))
        assert done.returncode == 1 and f'{key} = ' in done.stderr and "is not valid: write" in done.stderr

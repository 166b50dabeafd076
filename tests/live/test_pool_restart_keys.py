"""Every key of the configuration, changed in a running pool: it is in force after a reload, or the reload says that it waits
for a restart.  The list of the keys is that of the program."""
import re

import pytest

from lib.probe import Probe
from lib.servers import TOP, diptych

SAMPLE = dict(re.findall(r"^#(\w+) = (.*)$", diptych("sample").stdout, re.M))
TABLE = (TOP / "fcgi/config/config_diff.h").read_text()
WAIT = set(re.findall(r"^  X\((\w+), (?:true|false)\)", TABLE, re.M))
OF_SOCKET = set(re.findall(r"^  X\((\w+), true\)", TABLE, re.M))
WORDS = {"base_url": "http://example.org", "contact": "mailto:a@example.org", "as_of": "2026-08-22T12:00:00Z", "lang": "de", "languages": "de https://de.example.org",
         "listen": "{folder}/l.sock", "pid_file": "{folder}/p", "metrics_listen": "{folder}/m", "log_level": "info", "body_format": "html", "state_dir": "{folder}/",
         "request_log": "{folder}/requests.log", "request_log_format": "json", "request_log_sample": "0.5",
         "mysql_password_file": "{folder}/word", "cache_secret_file": "{folder}/word",
         "mysql_tls_ca": "{folder}/word", "mysql_tls_cert": "{folder}/word",
         "mysql_tls_key": "{folder}/word", "memcached": "{folder}/m.sock", "cache_secret": "0123456789abcdef"}
TOGETHER = {"mysql_tls_ca": {"mysql_tls": True}, "mysql_tls_cert": {"mysql_tls": True, "mysql_tls_key": "{folder}/word"},
            "mysql_tls_key": {"mysql_tls": True, "mysql_tls_cert": "{folder}/word"},
            "memcached": {"cache_secret": "0123456789abcdef"}, "workers_min": {"workers": 2}}


@pytest.fixture(scope="module")
def probe():
    probe = Probe(workers=1)
    (probe.folder / "word").write_text("x\n")
    yield probe.start()
    probe.stop()
    probe.remove()


def changed(key, probe):
    value = SAMPLE[key]
    if value in ("true", "false"):
        return value == "false"
    if re.fullmatch(r"0?\d+", value):
        number = int(value, 8 if key == "socket_mode" else 10)
        return number - 1 if key == "socket_mode" else number + 1
    return WORDS.get(key, "other").format(folder=probe.folder)


def test_the_tables_were_found():
    assert len(SAMPLE) > 50 and {"listen", "control", "pid_file"} <= WAIT <= set(SAMPLE)


@pytest.mark.parametrize("key", sorted(set(SAMPLE) - {"control"}))
def test_a_changed_key_waits_for_a_restart_or_is_in_force(probe, key):
    before = dict(probe.config)
    try:
        extra = {k: str(v).format(folder=probe.folder) if isinstance(v, str) else v for k, v in TOGETHER.get(key, {}).items()}
        probe.write_config(**extra, **{key: changed(key, probe)})
        ok, text = probe.control("reload")
        assert ok, text
        assert (f"{key}: changed, but only a restart" in text) == (key in WAIT), text
    finally:
        probe.config = before
        probe.write_config()
        assert probe.control("reload") == (True, "reloaded\n")


def test_a_changed_control_socket_waits_too(probe):
    """The commands of the new file look for the pool on the new socket; the old one and the signals still work."""
    old = probe.config["control"]
    probe.config_path.write_text(probe.config_path.read_text().replace(str(old), f"{probe.folder}/new.sock"))
    ok, text = probe.control("reload")
    assert ok and "control: changed, but only a restart" in text
    probe.write_config()
    assert probe.control("reload") == (True, "reloaded\n")


def body_of(path, function):
    text = (TOP / path).read_text()
    return re.search(rf"^[^\n;]*\b{function}\([^;{{]*\)\n{{\n.*?\n}}\n", text, re.M | re.S)[0]


def test_the_table_names_what_the_start_of_the_master_reads_and_no_more():
    start = [("fcgi/pool/master.c", "master_open"), ("fcgi/pool/listener.c", "listener_open"),
             ("fcgi/pool/listener.c", "listener_open_metrics"), ("fcgi/pool/listener.c", "listener_open_control"),
             ("fcgi/confine/account.c", "account_find"),
             ("fcgi/pool/confinement.c", "confinement_begin"), ("fcgi/pool/pid_file.c", "pid_file_write"),
             ("fcgi/app/app_site.c", "app_shared_create")]
    reread = {"path", "workers"}  # path: the name of the file; workers: workers_want at each reload
    read = {key for path, function in start for key in re.findall(r"\b(?:c|config)->(\w+)", body_of(path, function))}
    assert read - reread == WAIT
    assert OF_SOCKET == {"listen", "socket_mode", "backlog"}

"""What a database admits and accepts, asked at start, reload, scale and check: more workers than connections, and a
configuration that its database refuses, are refused with the reason while the pool goes on as it was."""
import contextlib
import json
import signal
import subprocess

import pytest

from lib.servers import SLOW, Site, diptych, wait_until

PAGE = "/compare/kafka-vs-kubernetes"
MOST = 10  # the least that max_connections may be
LIMITS = {
    "max_connections": ("SET GLOBAL max_connections = {}", "max_connections of the database is 10", 100),
    "max_user_connections": ("SET GLOBAL max_user_connections = {}", "max_user_connections of the database is 10", 95),
    "the account": (
        "ALTER USER diptych_pool@localhost WITH MAX_USER_CONNECTIONS {}", "MAX_USER_CONNECTIONS of the database account is 10", 0),
}


@pytest.fixture(scope="module")
def site(templates):
    """MariaDB takes a global max_user_connections at run time only when it started with one."""
    site = Site(templates, config={"memcached_timeout": 2000}, database_settings_extra=["--max-user-connections=95"])
    try:
        yield site.start()
    finally:
        site.stop()
        site.remove()


@contextlib.contextmanager
def configured(site, **changes):
    """Writes the configuration with these keys; afterwards the old one is in force again."""
    before = dict(site.config)
    site.config.update(changes)
    site.write_config()
    try:
        yield
    finally:
        site.config = before
        site.write_config()
        assert site.diptych("reload").returncode == 0


@pytest.fixture(params=LIMITS)
def limited(site, request):
    """A site whose database admits ten connections of the pool; yields the words of the refusal."""
    statement, words, before = LIMITS[request.param]
    site.sql(statement.format(MOST))
    site.restart_pool()  # the watcher logs in under the limit
    wait_until(lambda: status(site)["catalog"]["connections_limit"] == MOST, 10 * SLOW)
    yield words
    site.sql(statement.format(before))
    site.restart_pool()


def status(site):
    return json.loads(site.diptych("status", "--json").stdout)


def test_more_workers_than_connections_are_refused_everywhere(site, limited):
    reason = f"10 workers and the watcher need 11 connections, and {limited}: run at most 9 workers, or raise it"
    assert f"database: up, admits {MOST} connections\n" in site.diptych("status").stdout
    # scale
    assert site.diptych("scale", 9).stdout == "9 workers wanted\n"
    done = site.diptych("scale", 10)
    assert (done.returncode, done.stderr) == (1, f"{reason}; the pool keeps 9 workers\n")
    site.pool.signal(signal.SIGTTIN)
    wait_until(lambda: f"SIGTTIN: {reason}" in site.log, 5 * SLOW)
    assert site.diptych("scale", 2).returncode == 0
    # reload
    with configured(site, workers=10):
        done = site.diptych("reload")
        assert done.returncode == 1 and done.stderr == f"{site.config_path}: {reason}\n", done
        assert status(site)["workers_wanted"] == 2 and site.get(PAGE).status == 200
    with configured(site, workers=9):
        assert site.diptych("reload").returncode == 0
    # check
    done = check(site, workers=10)
    assert done.returncode == 1 and f"database   workers = 10: {reason}\n" in done.stdout and "not ready to serve" in done.stdout
    done = check(site, workers=9)
    assert done.returncode == 0 and "database   workers_max = 64: 64 workers and the watcher need 65" in done.stdout
    # start
    site.pool.stop()
    site.config["workers"], before = 10, site.config["workers"]
    site.write_config()
    done = subprocess.run(site.pool.argv, capture_output=True, text=True, timeout=30 * SLOW)
    assert done.returncode == 1 and reason in done.stderr
    site.config["workers"] = before
    site.write_config()
    site.start_pool()
    assert site.get(PAGE).status == 200


def check(site, **changes):
    path = site.folder / "check.conf"
    own, site.config_path, before = site.config_path, path, dict(site.config)
    site.config.update(changes)
    site.write_config()
    site.config_path, site.config = own, before
    return diptych("check", config=path)


def test_auto_needs_what_workers_max_needs(site, limited):
    reason = f"20 workers and the watcher need 21 connections, and {limited}: run at most 9 workers, or raise it"
    auto = {"workers": "auto", "workers_min": 2, "workers_max": 20}
    with configured(site, **auto):
        done = site.diptych("reload")
        assert done.returncode == 1 and done.stderr == f"{site.config_path}: workers = auto with workers_max: {reason}\n", done
        assert status(site)["scaling"]["mode"] == "fixed"
    done = check(site, **auto)
    assert done.returncode == 1 and f"database   workers = auto with workers_max = 20: {reason}\n" in done.stdout
    with configured(site, workers_max=20):
        assert site.diptych("reload").returncode == 0
        done = site.diptych("scale", "auto")
        assert (done.returncode, done.stderr) == (1, f"{reason}; the pool keeps 2 workers\n")
    with configured(site, **auto | {"workers_max": 9}):
        assert site.diptych("reload").returncode == 0
        assert status(site)["scaling"]["mode"] == "auto" and site.get(PAGE).status == 200
        with configured(site, **auto):
            assert site.diptych("reload").returncode == 1, "it may start more than before"


def test_a_start_with_auto_is_refused_for_workers_max(site, limited):
    site.pool.stop()
    before = dict(site.config)
    site.config.update(workers="auto", workers_min=2, workers_max=10)
    site.write_config()
    done = subprocess.run(site.pool.argv, capture_output=True, text=True, timeout=30 * SLOW)
    assert done.returncode == 1 and "workers = auto with workers_max: 10 workers and the watcher need 11 connections" in done.stderr
    site.config = before
    site.write_config()
    site.start_pool()
    assert site.get(PAGE).status == 200


def test_a_raised_limit_is_seen_within_seconds_and_a_lowered_one_is_told(site):
    site.restart_pool()
    for most in (10, 95, 10, 95):
        site.sql(f"SET GLOBAL max_connections = {max(most, 10)}")
        wait_until(lambda: status(site)["catalog"]["connections_limit"] == most, 10 * SLOW)
        assert site.diptych("scale", 20).returncode == (1 if most == 10 else 0)
        assert site.diptych("scale", 2).returncode == 0
    assert site.diptych("scale", 20).returncode == 0
    site.sql("SET GLOBAL max_connections = 10")
    wait_until(lambda: "20 workers and the watcher need 21 connections, and max_connections of the database is 10: run at most 9 workers,"
               " or raise it; workers without a connection serve only what is cached" in site.log, 10 * SLOW)
    assert site.diptych("reload").returncode == 0, "the number of workers is not raised"
    site.sql("SET GLOBAL max_connections = 100")
    assert site.diptych("scale", 2).returncode == 0


def test_a_server_that_does_not_answer_is_no_limit(site):
    site.pool.stop()
    site.database.daemon.freeze()
    try:
        site.config["workers"] = 12
        site.write_config()
        site.start_pool()
        wait_until(lambda: status(site)["workers_wanted"] == 12, 10 * SLOW)
        assert site.diptych("scale", 60).returncode == 0
        assert site.diptych("reload").returncode == 0, "nobody can tell"
    finally:
        site.config["workers"] = 2
        site.database.daemon.thaw()
        site.restart_pool()


# ---- reloads that cannot work


def view_dropped(site, name):
    site.sql("CREATE DATABASE other")
    site.sql("GRANT SELECT ON other.* TO diptych_pool@localhost")
    dump = subprocess.run(["mariadb-dump", "--no-defaults", f"--socket={site.database.socket}", "--user=root", "diptych"],
                          capture_output=True, text=True, check=True).stdout
    site.database.script(dump, "other")
    site.sql(f"DROP VIEW other.{name}")
    return {"mysql_database": "other"}


def column_dropped(site, name):
    changes = view_dropped(site, name)
    site.sql(f"CREATE VIEW other.{name} AS SELECT 1 AS nothing")
    return changes


def account(site, extra):
    site.sql(f"CREATE USER stranger@localhost IDENTIFIED BY 'right' {extra}")
    if extra:
        site.sql("GRANT SELECT ON diptych.* TO stranger@localhost")
    return {"mysql_user": "stranger", "mysql_password": "right"}


CHANGES = {  # name: what makes it and gives the changed keys, the server's words, the cure
    "wrong password": (lambda site: account(site, "") | {"mysql_password": "wrong"}, "error 1045, Access denied for user 'stranger'",
                       "check mysql_user and mysql_password"),
    "unknown account": (lambda site: {"mysql_user": "nobody_here", "mysql_password": "x"}, "error 1045, Access denied for user 'nobody_here'",
                        "check mysql_user"),
    "unknown database": (lambda site: {"mysql_database": "diptych2"}, "error 1044, Access denied", "check mysql_database"),
    "locked account": (lambda site: account(site, "ACCOUNT LOCK"), "error 4151, ", "the account is locked"),
    "expired password": (lambda site: account(site, "PASSWORD EXPIRE"), "error 18", "has expired"),
    "no rights": (lambda site: account(site, ""), "error 1044, Access denied", "run sql/accounts.sql"),
    "too many at once": (lambda site: account(site, "WITH MAX_QUERIES_PER_HOUR 1"), "error 1226, ", "raise the account's resource limits"),
    "no socket": (lambda site: {"mysql_socket": "/nowhere/mysql.sock"}, "error 2002, ", "is the server running?"),
    "no port": (lambda site: {"mysql_socket": "", "mysql_port": 1}, "error 2002, ", "is the server running?"),
    "no host": (lambda site: {"mysql_socket": "", "mysql_host": "nowhere.invalid"}, "error 200", "mysql_host"),
    "no TLS": (lambda site: {"mysql_tls": True}, "error 2026, ", "the server must speak TLS"),
    "missing view": (lambda site: view_dropped(site, "site_faq"), "site_faq", "run `diptych migrate`"),
    "missing view of products": (lambda site: view_dropped(site, "site_product"), "site_product", "run `diptych migrate`"),
    "missing columns": (lambda site: column_dropped(site, "site_editorial"), "error 1054, ", "a site_* view lacks a column"),
}


@pytest.fixture
def clean(site):
    yield
    site.sql("DROP USER IF EXISTS stranger@localhost")
    site.sql("DROP DATABASE IF EXISTS other")
    with contextlib.suppress(Exception):
        site.sql("REVOKE SELECT ON other.* FROM diptych_pool@localhost")


@pytest.mark.parametrize("what", CHANGES)
def test_a_reload_that_cannot_work_is_refused_with_the_server_s_words(site, clean, what):
    make, words, cure = CHANGES[what]
    changes = make(site)
    before, logged = status(site)["generation"], len(site.log)
    with configured(site, **changes):
        done = site.diptych("reload")
        assert done.returncode == 1 and done.stdout == "" and done.stderr.count("\n") == 1, done
        assert words in done.stderr and cure in done.stderr, done.stderr
        assert site.log[logged:].count(done.stderr.strip()) == 1, "the log has it once, too"
        assert status(site)["generation"] == before
        site.cache.flush()
        assert site.get(PAGE).status == 200
        wait_until(lambda: site.get("/readyz").status == 200, 10 * SLOW)


def test_the_same_reload_is_taken_while_the_old_database_is_away(site):
    """Then the new configuration may be the cure, and nothing is lost by it."""
    site.database.stop()
    try:
        wait_until(lambda: site.get("/readyz").status == 503, 10 * SLOW)
        with configured(site, mysql_socket="/nowhere/mysql.sock"):
            assert site.diptych("reload").stdout == "reloaded\n"
    finally:
        site.database.start()
    wait_until(lambda: site.get("/readyz").status == 200, 10 * SLOW)


def test_a_reload_to_a_database_that_works_is_taken(site, clean):
    site.sql("CREATE USER stranger@localhost IDENTIFIED BY 'right'")
    site.sql("GRANT SELECT ON diptych.* TO stranger@localhost")
    with configured(site, mysql_user="stranger", mysql_password="right"):
        assert site.diptych("reload").stdout == "reloaded\n"
        site.cache.flush()
        assert site.get(PAGE).status == 200
        wait_until(lambda: site.sql("SELECT 1 FROM information_schema.processlist WHERE user = 'stranger'"), 10 * SLOW)


def test_a_password_that_was_changed_under_a_running_pool(site):
    """Its connections live on; workers of a reload could not log in."""
    site.restart_pool()
    wait_until(lambda: site.get("/readyz").status == 200, 10 * SLOW)
    site.cache.flush()
    assert site.get(PAGE).status == 200
    site.sql("ALTER USER diptych_pool@localhost IDENTIFIED BY 'new'")
    try:
        done = site.diptych("reload")
        assert done.returncode == 1 and "error 1045, Access denied" in done.stderr, done
        with configured(site, mysql_password="new"):
            assert site.diptych("reload").stdout == "reloaded\n"
            site.sql("ALTER USER diptych_pool@localhost IDENTIFIED BY ''")
    finally:
        site.sql("ALTER USER diptych_pool@localhost IDENTIFIED BY ''")

"""TLS to a database on another machine: encrypted and checked, or refused with a word on what to change."""
import pytest

from lib.certificates import authority, certificate
from lib.database_server import MYSQL
from lib.servers import BINARY, SLOW, free_port, wait_until

GLOBAL_STATUS = "performance_schema.global_status" if MYSQL else "information_schema.global_status"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    authority(folder, "ca")
    authority(folder, "stranger")
    certificate(folder, "server", ca="ca", subject="127.0.0.1", extension="subjectAltName = IP:127.0.0.1\n")
    certificate(folder, "pool", ca="ca", subject="pool")
    return folder


@pytest.fixture(scope="module")
def site(module_site, keys):
    """The sample site; its database is also reached over TCP and takes no connection there without TLS."""
    site, port = module_site, free_port()
    site.sql("RENAME USER diptych_pool@localhost TO diptych_pool@'127.0.0.1'")
    site.sql("ALTER USER diptych_pool@'127.0.0.1' REQUIRE SSL")
    site.database.stop()
    site.plain = site.database.daemon.argv + ["--skip-networking=0", "--bind-address=127.0.0.1", f"--port={port}"]
    site.database.daemon.argv = site.plain + [
        f"--ssl-ca={keys / 'ca.pem'}", f"--ssl-cert={keys / 'server.pem'}", f"--ssl-key={keys / 'server.key'}"]
    site.database.start()
    site.config.update(mysql_socket="", mysql_host="127.0.0.1", mysql_port=port, mysql_tls=True,
                       mysql_tls_ca=keys / "ca.pem",
                       mysql_timeout=int(1000 * SLOW))  # a slow program reads a bundle of authorities slowly
    site.restart_pool()
    return site


def check(site, **config):
    """What `diptych check` says with these keys: (exit code, text)."""
    path = site.folder / "other.conf"
    before, site.config_path = site.config_path, path
    changed = {**site.config, **config}
    kept, site.config = site.config, changed
    try:
        site.write_config()
        done = site.diptych("check")
        return done.returncode, done.stdout + done.stderr
    finally:
        site.config_path, site.config = before, kept


def test_pages_come_over_tls(site):
    site.cache.flush()
    assert site.get("/compare/kafka-vs-kubernetes").status == 200
    using = site.sql(f"SELECT v.variable_value FROM information_schema.processlist p, {GLOBAL_STATUS} v "
                     "WHERE p.user = 'diptych_pool' AND v.variable_name = 'Ssl_accepts'")
    assert using and int(using[0][0]) >= 1
    site.sql("UPDATE product SET name = 'Kafka over TLS' WHERE slug = 'kafka'")
    wait_until(lambda: "Kafka over TLS" in site.get("/products/kafka").text, 5)
    assert check(site)[0] == 0


@pytest.mark.parametrize("change", ["stranger", "system", "name", "off"])
def test_another_s_certificate_is_refused(site, keys, change):
    if change == "off" and b"libmysqlclient.so" in BINARY.read_bytes():
        pytest.skip("MySQL's client library uses TLS where the server offers it")
    code, said = check(site, **{"stranger": {"mysql_tls_ca": keys / "stranger.pem"}, "system": {"mysql_tls_ca": ""},
                                "name": {"mysql_host": "localhost"},
                                "off": {"mysql_tls": False, "mysql_tls_ca": ""}}[change])
    assert code == 1
    assert ("1045" in said or "mysql_user" in said) if change == "off" else "mysql_tls_ca has signed" in said, said


def test_an_account_that_asks_for_our_certificate(site, keys):
    site.sql("ALTER USER diptych_pool@'127.0.0.1' REQUIRE X509")
    try:
        assert check(site)[0] == 1
        code, said = check(site, mysql_tls_cert=keys / "pool.pem", mysql_tls_key=keys / "pool.key")
        assert code == 0, said
    finally:
        site.sql("ALTER USER diptych_pool@'127.0.0.1' REQUIRE SSL")


@pytest.mark.parametrize("keys_set,says", [
    ({"mysql_tls_ca": "/nowhere/ca.pem"}, 'mysql_tls_ca = "/nowhere/ca.pem": No such file'),
    ({"mysql_tls": False}, "also set mysql_tls = true"),
    ({"mysql_tls_cert": "/etc/hostname"}, "need each other")])
def test_what_cannot_work_is_said_before_the_start(site, keys_set, says):
    code, said = check(site, **keys_set)
    assert code == 1 and says in said, said


def test_a_server_without_tls_is_not_spoken_to(site):
    site.database.stop()
    site.database.daemon.argv = site.plain
    site.database.start()
    code, said = check(site)
    assert code == 1 and "the server must speak TLS" in said, said
    migrate = site.diptych("migrate")
    assert migrate.returncode == 1 and "the server must speak TLS" in migrate.stderr

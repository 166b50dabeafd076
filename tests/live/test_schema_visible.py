"""What the pool's account sees of the schema: on MariaDB directly, on MySQL through a view over a function, which a dump may
lose."""
import shutil

import pytest

from lib.daemon import wait_until
from lib.database_server import MYSQL
from lib.restores import ALL, dump
from lib.servers import SLOW, TOP, Database, configuration_text, diptych, short_folder

VIEW = "site_visible_schema" if MYSQL else "site_schema"
FUNCTION = "SELECT COUNT(*) FROM information_schema.routines WHERE routine_schema = DATABASE() AND routine_name = 'schema_parts'"
of_mysql = pytest.mark.skipif(not MYSQL, reason="MariaDB has neither the function nor the view over it")


@pytest.fixture(scope="module")
def shared(templates):
    folder = short_folder()
    database = Database(folder).copy_from(templates.get("schema")).start()
    yield database
    database.stop()
    shutil.rmtree(folder, ignore_errors=True)


def parts(database, view, user):
    """The parts of the schema without the columns of the view itself, which MariaDB leaves out while it reads them."""
    rows = database.sql(f"SELECT kind, place, name, definer, form FROM {view}", user=user)
    return sorted(row for row in rows if row[1] != VIEW)


def test_the_pool_sees_what_the_owner_sees(shared):
    owner = parts(shared, "site_schema", "root")
    kinds = {row[0] for row in owner}
    assert kinds >= {"table", "view", "trigger", "created", "procedure", "event", "column", "index", "constraint", "account"}
    assert parts(shared, VIEW, "diptych_pool") == owner
    assert ("function" in kinds) == MYSQL == bool(shared.sql(FUNCTION)[0][0])


@of_mysql
def test_the_signs_of_a_restore_are_a_part_of_their_own(shared):
    kinds = {sign: {kind for kind, in shared.sql("SELECT kind FROM site_visible_schema WHERE sign = %s", sign, user="diptych_pool")}
             for sign in (0, 1)}
    assert kinds[1] == {"table", "view", "trigger", "created"} and not kinds[0] & kinds[1]


def test_a_restored_dump_leaves_the_pool_its_rights(shared):
    before = parts(shared, VIEW, "diptych_pool")
    shared.script(dump(shared, *ALL))

    def plain(rows):
        """Without times, and without the columns of views, which a dump makes of other types."""
        return [row for row in rows if row[0] not in ("created", "column")]

    assert plain(parts(shared, VIEW, "diptych_pool")) == plain(before)
    assert parts(shared, VIEW, "diptych_pool") != before, "the triggers are new"


@pytest.mark.parametrize("settings", [["--skip-log-bin"], ["--log-bin=bin", "--server-id=7", "--log-bin-trust-function-creators=1"]],
                         ids=["without a binary log", "with one"])
def test_an_administrator_without_super(templates, settings):
    """What the function and the views show, the rights on one database suffice for."""
    folder = short_folder()
    database = Database(folder, settings).copy_from(templates.get("empty")).start()
    try:
        database.script("CREATE DATABASE diptych CHARACTER SET utf8mb4; CREATE USER owner@localhost; GRANT ALL ON diptych.* TO"
                        " owner@localhost; CREATE USER diptych_pool@localhost", database=None)
        config = folder / "migrate.conf"
        config.write_text(configuration_text({"mysql_socket": database.socket, "mysql_admin_user": "owner", "sql_dir": TOP / "sql",
                                              "state_dir": ""}))
        assert "nothing to mend" in diptych("migrate", "--repair", config=config, check=True).stdout
        database.sql(f"GRANT SELECT ON {VIEW} TO diptych_pool@localhost")
        seen = parts(database, VIEW, "diptych_pool")
        assert seen == parts(database, "site_schema", "owner") and len([row for row in seen if row[0] == "trigger"]) > 50
    finally:
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)


def schema_lines(site):
    return [line for line in site.diptych("check").stdout.splitlines() if line.startswith("schema")]


@of_mysql
def test_a_lost_function_and_a_lost_right_are_named(make_site):
    site = make_site(config={"poll_interval": 20, "sweep_seconds": 5, "loss_delay": 30})
    site.sql("DROP FUNCTION schema_parts")
    assert any("the function schema_parts is missing" in line for line in schema_lines(site))
    wait_until(lambda: "site_visible_schema" in site.diptych("status").stdout, 75 * SLOW, "a status that names it")
    wait_until(lambda: site.get("/readyz").status == 200, 15 * SLOW, "a sign that is accepted after a thirtieth of loss_delay")
    assert site.get("/products/kafka").status == 200
    assert "the function schema_parts is missing: applying its file again" in site.diptych("migrate", check=True).stdout
    assert schema_lines(site) == []
    wait_until(lambda: "trouble" not in site.diptych("status").stdout, 75 * SLOW, "a status without trouble")
    site.sql("REVOKE SELECT ON site_visible_schema FROM 'diptych_pool'@'localhost'")
    assert schema_lines(site) == [], "check asks as mysql_admin_user"
    site.config["mysql_admin_user"] = "nobody"
    site.write_config()
    assert any("run sql/accounts.sql again" in line for line in schema_lines(site))

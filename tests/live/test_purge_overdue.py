"""A change log that nobody purges is named by status, check and a metric, and one command lets this server purge it."""
from lib.daemon import wait_until
from lib.servers import SLOW, diptych
from test_replica import Pair

DAYS = "UPDATE change_log SET changed_at = changed_at - INTERVAL 9 DAY"
WORDS = "nobody purges the change log, whose oldest entry is 9 days old"
EVENT = "SELECT status FROM information_schema.events WHERE event_name = 'change_log_purge_hourly'"


def age(site):
    return site.metrics()["diptych_change_log_age_seconds"] / 86400


def test_an_overdue_purge_is_named_until_it_has_run(make_site):
    site = make_site()
    wait_until(lambda: site.get("/readyz").status == 200, 10 * SLOW)
    assert age(site) < 1 and "nobody purges" not in site.diptych("status").stdout + site.diptych("check").stdout
    site.sql(DAYS)
    site.sql("UPDATE product SET name = 'Newest' WHERE id = 5")
    site.sql("ALTER EVENT change_log_purge_hourly DISABLE")
    site.restart_pool()
    wait_until(lambda: WORDS in site.diptych("status").stdout, 20 * SLOW)
    assert 9 <= age(site) < 9.1
    checked = site.diptych("check")
    assert WORDS in checked.stdout and checked.returncode == 0, checked.stdout
    assert "the event is DISABLED and event_scheduler is ON" in checked.stdout
    assert site.get("/readyz").status == 200 and site.get("/products/kafka").status == 200
    site.diptych("migrate", "--purge", check=True)
    wait_until(lambda: WORDS not in site.diptych("status").stdout and age(site) < 1, 10 * SLOW)
    assert WORDS not in site.diptych("check").stdout


def test_a_log_with_one_old_entry_is_not_overdue(make_site):
    """The newest entry is never purged."""
    site = make_site()
    site.sql("CALL change_log_purge(0)")
    site.sql(DAYS)
    site.restart_pool()
    wait_until(lambda: site.get("/readyz").status == 200, 10 * SLOW)
    assert age(site) == 0 and WORDS not in site.diptych("check").stdout


def test_a_promoted_replica_purges_after_repair(make_site, tmp_path):
    pair = Pair(make_site, tmp_path)
    site = pair.replica
    body = pair.primary.sql("SHOW CREATE EVENT change_log_purge_hourly")[0][3]
    pair.primary.sql("DROP EVENT change_log_purge_hourly")
    pair.primary.sql(body)
    wait_until(lambda: [row[0].endswith("SIDE_DISABLED") for row in site.sql(EVENT)] == [True], 10 * SLOW, "the event on the replica")
    site.sql("SET GLOBAL read_only = 1")
    assert "runs on this server" not in site.diptych("migrate", "--repair").stdout, "a replica must not write"
    assert site.sql(EVENT)[0][0].endswith("SIDE_DISABLED")
    site.sql("STOP REPLICA")
    site.sql("SET GLOBAL read_only = 0")
    dry = site.diptych("migrate", "--repair", "--dry-run")
    assert "would enable it here" in dry.stdout and site.sql(EVENT)[0][0].endswith("SIDE_DISABLED")
    done = diptych("migrate", "--repair", config=site.config_path, check=True)
    assert "the event change_log_purge_hourly runs on this server from now on" in done.stdout
    assert site.sql(EVENT) == [("ENABLED",)]

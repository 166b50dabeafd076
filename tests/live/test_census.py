"""The watcher counts the rows of every table, some of which have millions.  Each count has a time limit of its own, so none
may stand with others in one statement; one snapshot holds them all."""
from lib.daemon import wait_until
from lib.servers import SLOW


def test_each_count_is_a_statement_of_its_own(own_site):
    site = own_site
    wait_until(lambda: site.get("/readyz").status == 200, 10 * SLOW, "the pool")
    site.pool.stop()
    for path in site.state.iterdir():  # the next start reads and counts everything
        path.unlink()
    site.sql("SET GLOBAL log_output = 'TABLE'")
    site.sql("SET GLOBAL general_log = 1")
    site.start_pool()
    wait_until(lambda: site.get("/readyz").status == 200, 10 * SLOW, "the pool")
    site.sql("SET GLOBAL general_log = 0")
    said = [(thread, statement.decode() if isinstance(statement, bytes) else statement) for thread, statement in site.sql(
        "SELECT thread_id, argument FROM mysql.general_log WHERE command_type = 'Query' ORDER BY event_time, thread_id")]
    counts = [(thread, s) for thread, s in said if "COUNT(*) FROM site_" in s]
    assert all(s.count("COUNT(*)") == 1 for _, s in counts), counts
    tables = {s.split("FROM ")[1].split()[0] for _, s in counts}
    assert {"site_product", "site_editorial", "site_activity", "site_fact", "site_product_theme"} <= tables
    thread = counts[0][0]
    of_watcher = [s for t, s in said if t == thread]
    first = next(i for i, s in enumerate(of_watcher) if "COUNT(*) FROM site_" in s)
    begun = max(i for i in range(first + 1) if "START TRANSACTION" in of_watcher[i].upper())
    assert not any(s.upper().startswith(("COMMIT", "ROLLBACK")) for s in of_watcher[begun + 1:first]), of_watcher[begun:first + 1]
    last = next(i for i in range(first, len(of_watcher)) if of_watcher[i].upper().startswith(("COMMIT", "ROLLBACK")))
    assert sum("COUNT(*) FROM site_" in s for s in of_watcher[first:last]) >= 15

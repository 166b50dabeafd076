"""What rows_* answer when the database is slow, away, refuses or cuts a connection."""
import threading

import pytest

from lib.daemon import wait_until
from lib.probes import config_file, rows, sample_database
from lib.servers import SLOW
from lib.stopwatch import elapsed, moment

UNAVAILABLE, INVALID = "the backend is away: answer without it, or 503", "the input is wrong: refuse it"


@pytest.fixture
def own(templates):
    yield from sample_database(templates)


def test_frozen_server_costs_one_short_timeout(own):
    config = config_file(own, own.folder, mysql_timeout=200, deadline=1000)
    own.daemon.freeze()
    began = moment()
    _, end = rows(config, "products", 1, fails=True)
    took = elapsed(began)
    own.daemon.thaw()
    assert end["end"] == UNAVAILABLE and "no answer within 2" in end["log"]
    assert took < 0.2 + 0.5 * SLOW


def test_a_slow_statement_ends_at_the_deadline_here_and_there(own):
    """The server ends it too, soon after nobody waits any more."""
    own.script("CREATE OR REPLACE VIEW site_product_theme AS SELECT id, product_id, theme_id, sort FROM product_theme"
               " WHERE SLEEP(30) = 0")
    config = config_file(own, own.folder, mysql_timeout=5000, deadline=300)
    began = moment()
    _, end = rows(config, "products", 1, fails=True)
    assert end["end"] == UNAVAILABLE and elapsed(began) < 0.3 + 0.5 * SLOW
    wait_until(lambda: not own.sql("SELECT 1 FROM information_schema.processlist WHERE user = 'diptych_pool'"),
               10 * SLOW, "the end of the statement")


def test_stopped_server_is_said_and_nothing_hangs(own):
    config = config_file(own, own.folder)
    own.stop()
    _, end = rows(config, "products", 1, fails=True)
    assert end["end"] == UNAVAILABLE and "mysql_socket" in end["log"]
    own.start()
    assert rows(config, "products", 1)[1]["end"] == "ok"


@pytest.mark.parametrize("statement, expected, words", [
    ("ALTER USER 'diptych_pool'@'localhost' ACCOUNT LOCK", INVALID, ["account", "accounts.sql"]),
    ("ALTER USER 'diptych_pool'@'localhost' IDENTIFIED BY 'other'", INVALID, ["1045", "mysql_password"]),
    ("REVOKE SELECT ON site_faq FROM 'diptych_pool'@'localhost'", INVALID, ["1142", "accounts.sql"]),
    ("DROP VIEW site_faq", INVALID, ["1146", "diptych migrate"]),
    ("RENAME TABLE faq TO faq_gone", INVALID, ["1356", "diptych migrate"]),
    ("ALTER VIEW site_faq AS SELECT id, product_id, other_product_id, question FROM faq", INVALID, ["1054", "column"]),
    ("ALTER USER 'diptych_pool'@'localhost' WITH MAX_CONNECTIONS_PER_HOUR 1", UNAVAILABLE, ["1226", "limits"]),
])
def test_refusals_name_number_meaning_and_action(own, statement, expected, words):
    own.sql(statement)
    config = config_file(own, own.folder)
    for _ in range(2 if "PER_HOUR" in statement else 1):
        _, end = rows(config, "products", 1, fails=True)
    assert end["end"] == expected
    assert all(word in end["log"] for word in words), end["log"]


def test_killed_connections_never_show(own):
    """A connection that is cut in mid-reading: repeated once, on a fresh one, in a fresh snapshot."""
    own.script("CREATE OR REPLACE VIEW site_comparison AS SELECT id, product_id, other_product_id, status, intro_md,"
               " verdict_md FROM comparison JOIN (SELECT SLEEP(0.3)) AS slow")
    config = config_file(own, own.folder, mysql_timeout=5000, deadline=5000)
    repeated = 0
    for _ in range(5):
        answers = []
        reader = threading.Thread(target=lambda: answers.append(rows(config, "products", *range(1, 20), fails=True)))
        reader.start()
        ident = wait_until(lambda: own.sql("SELECT id FROM information_schema.processlist WHERE user = 'diptych_pool'"
                                           " AND info LIKE '%site_comparison%'"), 5 * SLOW, "the reading")[0][0]
        try:
            own.sql(f"KILL {ident}")
        except Exception as e:
            assert "Unknown thread" in str(e)
        reader.join()
        found, end = answers[0]
        assert end["end"] == "ok" and len(found) == 19
        repeated += end["connects"] - 1
    assert repeated >= 3

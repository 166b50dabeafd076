"""The server counts each statement that changes the schema, whoever runs it: the pool reads the schema anew only when the counts
changed (rows/rows_signs.h)."""
import re

import pytest

from lib.daemon import wait_until
from lib.galera import MISSING, Cluster
from lib.servers import SLOW, TOP
from test_replica import Pair

NAMES = re.findall(r"'Com_\w+'", (TOP / "fcgi/rows/rows_signs.c").read_text())
CHANGES = ["CREATE TABLE counted (id INT PRIMARY KEY, n INT)", "CREATE TRIGGER counted_set BEFORE INSERT ON counted FOR EACH ROW SET NEW.n = 1",
           "ALTER TABLE counted ADD COLUMN word INT", "CREATE INDEX counted_n ON counted (n)", "DROP INDEX counted_n ON counted",
           "TRUNCATE TABLE counted", "CREATE VIEW site_counted AS SELECT id FROM counted", "CREATE OR REPLACE VIEW site_counted AS SELECT 1 AS id",
           "DROP TRIGGER counted_set", "RENAME TABLE counted TO counted_too", "DROP VIEW site_counted", "DROP TABLE counted_too"]
WAYS = {"alone": ["{}"], "prepared": ["PREPARE it FROM '{}'", "EXECUTE it"],
        "in a procedure": ["CREATE PROCEDURE change_it() {}", "CALL change_it()", "DROP PROCEDURE change_it"]}


def counts(server):
    return {k: int(v) for k, v in server.sql(f"SHOW GLOBAL STATUS WHERE Variable_name IN ({', '.join(NAMES)})")}


def counted_by(server, follower):
    """Each change that `server` makes alone raises a count of the follower."""
    for statement in CHANGES:
        before = counts(follower)
        server.sql(statement)
        wait_until(lambda: sum(counts(follower).values()) > sum(before.values()), 10 * SLOW, f"the count of: {statement}")


@pytest.mark.parametrize("way", WAYS)
def test_every_change_is_counted(database, way):
    connection, steps = database.connect(autocommit=True), WAYS[way]
    runs = steps[:2][-1]  # the step that runs the change
    for change in CHANGES:
        if "TRIGGER" in change and way != "alone":
            change = "DO 0"  # the server refuses it there
        for step in steps:
            before = counts(database)
            with connection.cursor() as cursor:
                cursor.execute(step.format(change))
            if step == runs and change != "DO 0":
                assert sum(counts(database).values()) > sum(before.values()), step.format(change)


def test_a_replica_counts_what_it_applies(make_site, tmp_path):
    pair = Pair(make_site, tmp_path)
    counted_by(pair.primary, pair.replica)


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
def test_a_node_of_galera_counts_what_it_applies(templates):
    cluster = Cluster(templates)
    try:
        cluster.start()
        counted_by(cluster.nodes[0], cluster.nodes[1])
        cluster.stop()
    finally:
        cluster.remove()

"""A server whose defaults change what statements mean: the pool, `migrate`, `lint` and `check` work as on any other."""
import re
import subprocess

import pytest

from lib.database_server import DUMP, MYSQL, command
from lib.servers import Database, configuration_text, database_settings, diptych, wait_until

HOSTILE = {
    "max_join_size": 100, "sql_select_limit": 3, "group_concat_max_len": 4, "time_zone": "'+12:45'",
    "sql_mode": "'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,NO_ZERO_DATE,HIGH_NOT_PRECEDENCE,ONLY_FULL_GROUP_BY,"
                "REAL_AS_FLOAT,NO_UNSIGNED_SUBTRACTION,IGNORE_SPACE,STRICT_ALL_TABLES,PAD_CHAR_TO_FULL_LENGTH'",
    "autocommit": 0, "optimizer_switch": "'derived_merge=off,condition_pushdown_for_derived=off,derived_with_keys=off,"
                                         "mrr=on,rowid_filter=off,split_materialized=off'",
    "div_precision_increment": 0, "collation_connection": "'utf8mb4_bin'", "character_set_client": "'latin1'",
    "character_set_results": "'latin1'", "character_set_connection": "'latin1'", "collation_server": "'latin1_swedish_ci'",
    "sql_safe_updates": 1, "sql_auto_is_null": 1, "tx_isolation": "'READ-UNCOMMITTED'", "tx_read_only": 1,
    "completion_type": 1, "lc_time_names": "'de_DE'", "old_mode": "'ZERO_DATE_TIME_CAST'", "max_statement_time": 0.5,
    "max_sort_length": 64, "default_week_format": 7, "foreign_key_checks": 0, "unique_checks": 0,
    "check_constraint_checks": 0, "sql_if_exists": 1, "default_storage_engine": "'Aria'", "wait_timeout": 1, "lock_wait_timeout": 0,
    "default_regex_flags": "'EXTENDED'", "in_predicate_conversion_threshold": 2, "system_versioning_asof": "'2020-01-01 00:00:00'",
    "idle_transaction_timeout": 1, "idle_readonly_transaction_timeout": 1, "net_read_timeout": 1, "net_write_timeout": 1,
    "alter_algorithm": "'INSTANT'", "sql_big_selects": 0,
    "init_connect": "'SET sql_select_limit = 2, max_join_size = 50, sql_big_selects = 0, completion_type = 2'"}
if MYSQL:  # its own names, and without what only MariaDB has
    for name in ("old_mode", "max_statement_time", "check_constraint_checks", "sql_if_exists", "default_regex_flags",
                 "in_predicate_conversion_threshold", "system_versioning_asof", "idle_transaction_timeout",
                 "idle_readonly_transaction_timeout", "alter_algorithm"):
        del HOSTILE[name]
    HOSTILE.update({
        "sql_mode": HOSTILE["sql_mode"].replace("IGNORE_SPACE", "IGNORE_SPACE,TIME_TRUNCATE_FRACTIONAL"),
        "optimizer_switch": "'derived_merge=off,derived_condition_pushdown=off,semijoin=off,mrr_cost_based=off,hash_join=off'",
        "transaction_isolation": HOSTILE.pop("tx_isolation"), "transaction_read_only": HOSTILE.pop("tx_read_only"),
        "max_execution_time": 500, "default_storage_engine": "'MyISAM'"})
PAGES = ["/", "/compare/kafka-vs-kubernetes", "/compare/kafka-vs-kubernetes.json", "/compare/kafka-vs-kubernetes-vs-nats.json",
         "/products/kafka", "/products/kafka.json", "/products/kafka?page=2", "/alternatives/kafka.json", "/faq", "/faq.json",
         "/faq/kafka", "/faq/kafka-vs-kubernetes.json", "/about", "/about.json", "/leaderboard", "/leaderboard.json", "/sectors",
         "/sectors/devops", "/sectors/devops.json", "/themes/streaming.json", "/search?q=kafka", "/feed.atom",
         "/products/kafka.atom", "/sitemap.xml", "/llms.txt", "/nope"]


def long_timeline(site):
    values = ", ".join(f"((SELECT id FROM product WHERE slug = 'kafka'), 'Move {n}', '2026-0{1 + n % 7}-1{n % 9} 10:00:00')"
                       for n in range(120))
    site.sql(f"INSERT INTO activity (product_id, title, occurred_at) VALUES {values}")
    wait_until(lambda: site.get("/products/kafka?page=2").status == 200)


def pages(site):
    """Status and text of each, without the number of the request."""
    answers = {path: site.get(path) for path in PAGES}
    return {path: (answer.status, re.sub('[0-9a-f]{32}', "", answer.text)) for path, answer in answers.items()}


def start_anew(site):
    """Without anything that was read before."""
    site.pool.stop()
    site.cache.stop()
    for path in site.state.iterdir():
        path.unlink()
    site.cache.start()
    site.start_pool()
    wait_until(lambda: site.get("/readyz").status == 200, 30)


def make_hostile(database):
    """Every setting, or a test that asks for less than it says: one that this server lacks fails."""
    connection = database.connect(database=None)
    with connection.cursor() as cursor:
        for name, value in HOSTILE.items():
            cursor.execute(f"SET GLOBAL {name} = {value}")
    connection.close()


def test_pages_are_the_same_from_a_hostile_server(make_site):
    site = make_site(database_settings_extra=[] if MYSQL else ["--skip-character-set-client-handshake"])
    long_timeline(site)
    sound = pages(site)
    assert sound["/compare/kafka-vs-kubernetes"][0] == 200 and sound["/faq"][0] == 200
    make_hostile(site.database)
    start_anew(site)
    hostile = pages(site)
    assert [path for path in PAGES if hostile[path] != sound[path]] == []
    said = site.diptych("lint")
    assert "could not be read" not in said.stdout
    assert "ready to serve" in site.diptych("check").stdout.splitlines()
    editor = site.database.connect(init_command=f"SET {'transaction' if MYSQL else 'tx'}_read_only = 0")
    with editor.cursor() as cursor:
        cursor.execute("UPDATE product SET name = 'Hostile Kafka' WHERE slug = 'kafka'")
    editor.commit()
    wait_until(lambda: "Hostile Kafka" in site.get("/products/kafka").text, 10)


def test_migrate_makes_the_same_schema_on_a_hostile_server(templates, tmp_path):
    made = []
    for hostile in (False, True):
        database = Database(tmp_path / f"d{hostile}").copy_from(templates.get("empty")).start()
        try:
            database.sql(f"CREATE DATABASE {Database.NAME} CHARACTER SET utf8mb4", database=None)
            if hostile:
                make_hostile(database)
            config = tmp_path / "migrate.conf"
            config.write_text(configuration_text(database_settings(database)))
            diptych("migrate", config=config, check=True)
            if hostile:
                for name in ("sql_mode", "init_connect", "transaction_read_only" if MYSQL else "tx_read_only", "sql_select_limit", "max_join_size", "wait_timeout"):
                    database.sql(f"SET GLOBAL {name} = DEFAULT", database=None)
            made.append(subprocess.run(
                [*command("mariadb-dump"), "--no-defaults", *DUMP, f"--socket={database.socket}", "--user=root", "--no-data", "--routines",
                 "--events", "--skip-dump-date", Database.NAME], check=True, capture_output=True, text=True).stdout)
        finally:
            database.stop()
    plain = [[line for line in text.splitlines() if "STARTS" not in line and "AUTO_INCREMENT=" not in line] for text in made]
    assert plain[0] == plain[1]


@pytest.mark.parametrize("name", ["max_join_size", "sql_select_limit", "completion_type", "time_zone"])
def test_one_setting_alone(make_site, name):
    site = make_site()
    long_timeline(site)
    sound = pages(site)
    site.sql(f"SET GLOBAL {name} = {HOSTILE[name]}")
    start_anew(site)
    hostile = pages(site)
    assert [path for path in PAGES if hostile[path] != sound[path]] == []

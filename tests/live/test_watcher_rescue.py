"""What no change log tells, and every way to lose the watcher, its connection or the database."""
import random
import shutil
import subprocess
import threading
import time

import pytest

from lib.daemon import wait_until
from lib.database_server import DUMP, command
from lib.probes import Watcher, config_file, rows
from lib.servers import SLOW
from test_watcher_follow import LATE, base, name_of, seen, watch  # noqa: F401: fixtures

ROUND = 8  # seconds in which a sweep of 5 finds anything


def dump(database):
    done = subprocess.run([*command("mariadb-dump"), "--no-defaults", *DUMP, f"--socket={database.socket}", "--user=root",
                           "--triggers", "--routines", "--events", database.NAME], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def pool_sessions(database):
    return [ident for ident, user in database.sql("SELECT id, user FROM information_schema.processlist")
            if user == "diptych_pool"]


def kill_sessions(database):
    for ident in pool_sessions(database):
        try:
            database.sql(f"KILL {ident}")
        except Exception as e:  # it ended by itself
            assert "Unknown thread" in str(e)


def test_truncate_is_found_by_the_sweep(base, watch):
    watcher = watch()
    assert watcher.ask("id", 30)["activities"] > 0
    base.sql("TRUNCATE activity")
    wait_until(lambda: watcher.ask("id", 30)["activities"] == 0, 4 * ROUND * SLOW, "the sweep")
    watcher.converges(ROUND)
    watcher.wait(lambda s: s["sweep_found"] > 50 and "trigger" in s["trouble"], 2, "what was found")


def test_dropped_trigger_is_found_said_and_forgotten(base, watch):
    watcher = watch()
    trigger = base.sql("SHOW CREATE TRIGGER product_after_update")[0][2]
    base.sql("DROP TRIGGER product_after_update")
    base.sql("UPDATE product SET name = 'Silent' WHERE id = 40")
    wait_until(lambda: name_of(watcher, 40) == "Silent", 4 * ROUND * SLOW, "the sweep")
    watcher.wait(lambda s: s["sweep_found"] == 1 and all(w in s["trouble"] for w in ("trigger is missing", "40")), 2, "what was found")
    base.sql(trigger.replace("%", "%%"))
    base.sql("UPDATE product SET name = 'Told' WHERE id = 40")
    seen(watcher, lambda: name_of(watcher, 40) == "Told")
    watcher.wait(lambda s: s["trouble"] == "", 2 * ROUND, "no trouble any more")
    assert watcher.state()["sweep_found"] == 1


def test_rows_that_appear_and_vanish_without_a_trigger(base, watch):
    watcher = watch()
    for name in ("product_after_insert", "product_after_delete", "theme_after_update"):
        base.sql(f"DROP TRIGGER {name}")
    base.sql("INSERT INTO product (id, slug, name, status) VALUES (500, 'silent-one', 'S', 'published')")
    base.sql("UPDATE theme SET name = 'Silent theme' WHERE id = 5")
    wait_until(lambda: watcher.ask("slug", "silent-one"), 4 * ROUND * SLOW, "the sweep")
    wait_until(lambda: any(t["name"] == "Silent theme" for t in watcher.ask("themes")), 4 * ROUND * SLOW, "the sweep")
    base.sql("DELETE FROM product WHERE id = 500")
    wait_until(lambda: watcher.ask("slug", "silent-one") is None, 4 * ROUND * SLOW, "the sweep")


@pytest.mark.parametrize("entity, gone", [("page", "TRUNCATE page"), ("sector", "DELETE FROM sector WHERE id = 9999"),
                                          ("theme", "DELETE FROM theme WHERE id = 9999")])
def test_terms_and_pages_that_vanish_without_a_trigger(base, watch, entity, gone):
    if entity != "page":
        base.sql(f"INSERT INTO {entity} (id, slug, name) VALUES (9999, 'short-lived', 'Short-lived')")
        base.sql(f"DROP TRIGGER {entity}_after_delete")
    watcher = watch()
    before = len(watcher.ask(f"{entity}s"))
    base.sql(gone)
    wait_until(lambda: len(watcher.ask(f"{entity}s")) < before, 4 * ROUND * SLOW, "the sweep")
    watcher.wait(lambda s: s["sweep_found"] >= 1 and "a TRUNCATE" in s["trouble"], 2, "a watcher that says so")


def test_a_full_catalog_is_said_as_long_as_something_is_missing(base, watch):
    """Also after a publication for which there was room."""
    base.sql("INSERT INTO product (slug, name, status) SELECT CONCAT('more-', seq), 'More', 'published'"
             " FROM seq_1_to_16000")
    watcher = watch(catalog_bytes=8 << 20)
    watcher.wait(lambda s: "raise catalog_bytes" in s["trouble"], 10)
    assert watcher.ask("slug", "more-1") and not watcher.ask("slug", "more-16000")
    base.sql("UPDATE product SET status = 'archived' WHERE id = 5")
    seen(watcher, lambda: watcher.ask("id", 5)["status"] == 2)
    assert "raise catalog_bytes" in watcher.state()["trouble"]
    base.sql("DELETE FROM product WHERE slug LIKE 'more-%'")
    watcher.wait(lambda s: s["trouble"] == "", 3 * ROUND, "a catalog with room")
    assert watcher.same()


def test_edits_under_load_are_never_taken_for_silent_ones(base, watch):
    watcher = watch()
    began = time.monotonic()
    while time.monotonic() < began + 6 or not watcher.state()["sweep_us"]:
        assert time.monotonic() < began + 4 * ROUND * SLOW, "a whole round passes"
        base.sql("UPDATE product SET name = CONCAT('n', RAND()) WHERE id = %s", random.randint(1, 100))
    watcher.converges(LATE)
    state = watcher.state()
    assert state["sweep_found"] == 0 and state["trouble"] == ""


def test_restore_from_a_dump(base, watch):
    watcher = watch()
    saved = dump(base)
    for n in range(10):
        base.sql("UPDATE product SET name = %s WHERE id = %s", f"Lost {n}", 20 + n)
    base.sql("DELETE FROM activity WHERE product_id = 30")
    watcher.converges(LATE)
    base.script(saved)
    watcher.converges(ROUND)
    assert not name_of(watcher, 20).startswith("Lost")
    assert watcher.ask("metrics")["reloads_full"] >= 2
    base.sql("UPDATE product SET name = 'And on' WHERE id = 20")
    seen(watcher, lambda: name_of(watcher, 20) == "And on")


def test_older_backup_with_as_many_new_edits(base, watch):
    """The log reaches beyond the watcher's place again before it looks: only its content differs."""
    watcher = watch()
    base.stop()
    saved = base.folder / "backup"
    subprocess.run(["cp", "-a", str(base.data), str(saved)], check=True)
    base.start()
    for n in range(5):
        base.sql("UPDATE product SET name = 'Before' WHERE id = %s", 50 + n)
    assert watcher.converges(5) < 5 * SLOW
    watcher.ask("stop")
    base.stop()
    shutil.rmtree(base.data)
    saved.rename(base.data)
    base.start()
    for n in range(9):
        base.sql("UPDATE product SET name = 'After' WHERE id = %s", 60 + n)
    watcher.ask("start")
    wait_until(lambda: name_of(watcher, 60) == "After" and name_of(watcher, 50) != "Before", 3 * SLOW, "the reload")
    watcher.converges(1)
    assert "replaced" in watcher.log.read_text() or "stepped back" in watcher.log.read_text()


def test_another_database(base, watch):
    watcher = watch()
    base.sql("UPDATE site_state SET incarnation = 'other'")
    watcher.wait(lambda s: s["incarnation"] == "other", 2)
    wait_until(lambda: watcher.ask("metrics")["reloads_full"] == 2, 2 * SLOW, "the reload")


def edit_on(database, stop, count):
    """An editor who renames products until told to stop."""
    connection = database.connect()
    with connection.cursor() as cursor:
        while not stop.is_set():
            cursor.execute("UPDATE product SET name = %s WHERE id = %s", (f"Edit {count[0]}", random.randint(1, 100)))
            count[0] += 1
    connection.close()


@pytest.mark.parametrize("break_it", ["watcher", "connection"])
def test_nothing_is_lost_whatever_is_killed(base, watch, break_it):
    watcher = watch(sweep_seconds=86400)
    stop, count = threading.Event(), [0]
    editor = threading.Thread(target=edit_on, args=(base, stop, count))
    editor.start()
    for _ in range(25):
        time.sleep(random.uniform(0, 0.2))  # any moment
        if break_it == "watcher":
            watcher.ask("kill")
        else:
            kill_sessions(base)
    stop.set()
    editor.join()
    watcher.converges(5)
    assert count[0] > 100
    assert watcher.ask("metrics")["reloads_full"] == 1, "a killed watcher goes on where it was"


def test_database_away_frozen_and_back(base, watch):
    watcher = watch(mysql_timeout=300)
    base.daemon.freeze()
    watcher.wait(lambda s: not s["up"], 3, "a watcher that says so")
    state = watcher.state()
    assert state["ready"] and state["trouble"]
    base.daemon.thaw()
    assert watcher.wait(lambda s: s["up"], 5) < 5 * SLOW
    base.stop()
    watcher.wait(lambda s: not s["up"], 3)
    before = watcher.all()
    assert before, "the catalog stays"
    base.start()
    base.sql("UPDATE product SET name = 'Back' WHERE id = 5")
    seen(watcher, lambda: name_of(watcher, 5) == "Back", 5)
    watcher.wait(lambda s: s["trouble"] == "", 2)


def test_starts_without_a_database_and_waits_for_it(base, watch):
    base.stop()
    watcher = watch(ready=False)
    watcher.wait(lambda s: s["trouble"], 3)
    assert not watcher.state()["ready"]
    base.start()
    assert watcher.ready(5) < 5 * SLOW
    watcher.converges(1)


def test_restart_from_the_file_while_the_database_is_away(base, watch):
    state_dir = base.folder / "state"
    first = watch(state_dir=state_dir)
    base.sql("UPDATE product SET name = 'Saved' WHERE id = 5")
    seen(first, lambda: name_of(first, 5) == "Saved")
    had = first.all()
    first.close()
    base.stop()
    second = watch(ready=False, state_dir=state_dir)
    wait_until(lambda: second.all() == had, 3 * SLOW, "the catalog from the file")
    state = second.state()
    assert state["from_file"] and not state["ready"] and not state["up"]
    assert abs(state["confirmed_us"] / 1e6 - time.time()) < 30 * SLOW
    base.start()
    base.sql("UPDATE product SET name = 'Missed' WHERE id = 6")
    second.ready(5)
    seen(second, lambda: name_of(second, 6) == "Missed")
    assert not second.state()["from_file"]
    assert second.ask("metrics")["reloads_full"] == 0


def test_restart_from_an_older_file(base, watch):
    state_dir = base.folder / "state"
    first = watch(state_dir=state_dir)
    first.close()
    older = (state_dir / "catalog").read_bytes()
    slow = base.connect(autocommit=False)
    with slow.cursor() as cursor:
        cursor.execute("UPDATE product SET name = 'Late' WHERE id = 4")
    second = watch(state_dir=state_dir)
    for n in range(20):
        base.sql("UPDATE product SET name = %s WHERE id = %s", f"Newer {n}", 10 + n)
    base.sql("DELETE FROM activity WHERE product_id = 30")
    second.converges(LATE)
    second.close()
    (state_dir / "catalog").write_bytes(older)
    third = watch(state_dir=state_dir)
    assert third.same(), "ready means caught up"
    assert third.ask("metrics")["reloads_full"] == 0
    slow.commit()
    slow.close()
    seen(third, lambda: name_of(third, 4) == "Late")


@pytest.mark.parametrize("cut", [False, True], ids=["undisturbed", "while connections are cut"])
def test_distant_ids_are_read_over_two_connections(base, watch, cut):
    base.sql("INSERT INTO product (id, slug, name, status) VALUES (3000000000, 'far-away', 'Far', 'published'),"
             " (40000, 'half-way', 'Half', 'published')")
    opened = base.status("Connections")
    watcher = watch(ready=False)
    for _ in range(20 if cut else 0):
        kill_sessions(base)
    watcher.ready()
    watcher.converges(ROUND)
    assert watcher.ask("slug", "far-away")["id"] == 3000000000 and watcher.ask("slug", "half-way")["id"] == 40000
    assert base.status("Connections") - opened >= 3, "the watcher's own, and two that read ahead"
    wait_until(lambda: len(pool_sessions(base)) == 1, 5 * SLOW, "the two to be closed again")


def test_damaged_file_and_changed_clock_mean_reading_everything(base, watch):
    state_dir = base.folder / "state"
    first = watch(state_dir=state_dir)
    first.close()
    second = watch(state_dir=state_dir, as_of="2026-06-01T00:00:00Z")
    assert second.ask("metrics")["reloads_full"] == 1
    second.converges(2)
    second.close()
    path = state_dir / "catalog"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    third = watch(state_dir=state_dir, as_of="2026-06-01T00:00:00Z")
    assert third.ask("metrics")["reloads_full"] == 1
    assert third.same()


def test_refusals_are_said_and_recovered_from(base, watch):
    watcher = watch()
    base.sql("RENAME TABLE activity TO activity_away")
    base.sql("UPDATE product SET name = 'Meanwhile' WHERE id = 5")
    watcher.wait(lambda s: "migrate" in s["trouble"], 3)
    base.sql("RENAME TABLE activity_away TO activity")
    seen(watcher, lambda: name_of(watcher, 5) == "Meanwhile", 5)
    base.sql("ALTER USER 'diptych_pool'@'localhost' ACCOUNT LOCK")
    kill_sessions(base)
    watcher.wait(lambda s: not s["up"] and "account" in s["trouble"], 3)
    base.sql("ALTER USER 'diptych_pool'@'localhost' ACCOUNT UNLOCK")
    watcher.wait(lambda s: s["up"], 5)

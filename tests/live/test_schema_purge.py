"""The purge: old entries are folded into counts, and nobody sees it happen."""
import threading

import pymysql
import pytest

from schema_db import MIGRATIONS, server  # noqa: F401

DAY = 86400


@pytest.fixture
def site(server):
    site = server.site(*MIGRATIONS)
    root = site.editor()
    for n in range(1, 11):
        root.add("product", slug=f"p{n}", name="P")
    yield site
    site.drop()


@pytest.fixture
def root(site):
    return site.editor()


def revs(editor):
    return {(entity, number): rev for entity, number, rev in editor("SELECT entity, entity_id, rev FROM revision")}


def entries(editor):
    return [seq for seq, in editor("SELECT seq FROM change_log ORDER BY seq")]


def age(root, days, condition="1 = 1"):
    root(f"UPDATE change_log SET changed_at = UTC_TIMESTAMP(6) - INTERVAL {days} DAY WHERE {condition}")


def test_only_what_is_older_goes_and_revisions_stay(root):
    for _ in range(3):
        root("UPDATE product SET name = 'x'")
    root.add("faq", question="q")
    age(root, 8, "seq <= 25")
    before, last = revs(root), entries(root)[-1]
    root("CALL change_log_purge(%s)", 7 * DAY)
    assert entries(root) == list(range(26, last + 1))
    assert revs(root) == before
    assert root("SELECT purged_seq FROM site_state") == ((25,),)
    age(root, 8)
    root("CALL change_log_purge(%s)", 7 * DAY)
    assert entries(root) == [last], "the newest stays however old"
    assert revs(root) == before
    root("UPDATE product SET name = 'y' WHERE id = 3")
    assert entries(root) == [last, last + 1]
    assert revs(root) == {**before, ("product", 3): before["product", 3] + 1}
    root("CALL change_log_purge(%s)", 7 * DAY)
    root("CALL change_log_purge(%s)", 7 * DAY)
    assert revs(root)["product", 3] == before["product", 3] + 1


def test_an_empty_log_and_more_than_one_batch(server, root):
    empty = server.site(*MIGRATIONS)
    empty.editor()("CALL change_log_purge(0)")
    empty.drop()
    root("INSERT INTO change_log (entity, entity_id) SELECT 'product', 1 + seq % 10 FROM seq_1_to_25000")
    age(root, 8)
    before = revs(root)
    root("CALL change_log_purge(%s)", 7 * DAY)
    assert len(entries(root)) == 1 and revs(root) == before


def test_the_purge_and_open_transactions_do_not_wait_for_each_other(site, root):
    writer = site.editor()
    age(root, 8)
    writer.begin()
    writer("UPDATE product SET name = 'open' WHERE id <= 5")
    root.add("sector", slug="s", name="an entry above the open ones")
    root.add("sector", slug="t", name="the newest, which stays")
    before = revs(root)
    root("CALL change_log_purge(0)")
    assert revs(root) == before and len(entries(root)) == 1
    writer("UPDATE product SET name = 'still open' WHERE id > 5")
    writer.commit()
    after = revs(root)
    assert all(after[key] == before[key] + (key[0] == "product") for key in before)
    assert len(entries(root)) == 11, "what was open was not purged"


def test_a_snapshot_during_a_purge_sees_whole_counts(site, root):
    reader = site.editor()
    age(root, 8)
    before = revs(root)
    reader("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
    root("CALL change_log_purge(0)")
    assert revs(reader) == before and len(entries(reader)) == 10
    reader.commit()
    assert revs(reader) == before and len(entries(reader)) == 1


def test_writers_and_two_purges_at_once_lose_nothing(site, root):
    errors, done = [], threading.Event()

    def write(product):
        try:
            editor = site.editor()
            for _ in range(60):
                editor("UPDATE product SET name = 'w' WHERE id = %s", product)
        except pymysql.err.Error as error:
            errors.append(error)

    def purge():
        try:
            editor = site.editor()
            while not done.is_set():
                editor("CALL change_log_purge(0)")
        except pymysql.err.Error as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(n,)) for n in (1, 2, 3)]
    purges = [threading.Thread(target=purge) for _ in range(2)]
    for thread in writers + purges:
        thread.start()
    last = 0
    while any(thread.is_alive() for thread in writers):
        newest = root.one("SELECT MAX(seq) FROM change_log")
        assert newest is not None and newest >= last, "MAX(seq) stepped back"
        last = newest
    done.set()
    for thread in writers + purges:
        thread.join()
    assert not errors
    assert revs(root) == {("product", n): 61 if n <= 3 else 1 for n in range(1, 11)}
    assert len(entries(root)) < 100


def test_the_event_is_there_and_calls_it(root):
    schedule = root("SELECT interval_value, interval_field, event_definition FROM information_schema.events "
                    "WHERE event_schema = DATABASE()")
    assert schedule == (("1", "HOUR", "CALL change_log_purge(604800)"),)

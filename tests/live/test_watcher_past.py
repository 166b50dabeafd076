"""The catalog's counts and medians of past months, against counts of the rows that know nothing of each other: after a full
load and edits, after a death, from the state file, and when a month ends."""
import random
import threading
from collections import defaultdict
from datetime import datetime, timedelta
from statistics import median

from lib.daemon import wait_until
from lib.servers import SLOW
from test_watcher_follow import base, watch  # noqa: F401: fixtures


def month_ends(year, month):
    """23:00 UTC of the last days of the 12 months before, oldest first."""
    starts = [datetime(year + (month - 1 - k) // 12, (month - 1 - k) % 12 + 1, 1) for k in range(12)]
    return [start - timedelta(hours=1) for start in reversed(starts)]


def truth(base, year, month, now):
    """{product: [n90]}, and {sector: [twice the median]}, at the ends of the 12 months before."""
    moves = defaultdict(list)
    for ident, kind, when in base.sql("SELECT product_id, kind, occurred_at FROM activity WHERE status = 'published'"):
        if kind != "event" and when <= now:
            moves[ident].append(when)
    ends = month_ends(year, month)
    counts = {ident: [sum(end - timedelta(days=90) < t <= end for t in moves[ident]) for end in ends]
              for ident, in base.sql("SELECT id FROM product")}
    first = {}
    for ident, sector in base.sql("SELECT l.product_id, l.sector_id FROM product_sector l JOIN product p ON p.id = l.product_id"
                                  " WHERE p.status = 'published' ORDER BY l.product_id, l.sort, l.sector_id"):
        first.setdefault(ident, sector)
    medians = {}
    for sector, in base.sql("SELECT id FROM sector"):
        members = [counts[i] for i, s in first.items() if s == sector]
        medians[sector] = [int(2 * median(m[k] for m in members)) if members else 0 for k in range(12)]
    return counts, medians


def known(watcher):
    counts = {i: one["past"] for i, one in watcher.all().items()}
    return counts, {s["id"]: s["past"] for s in watcher.ask("medians")}


def agrees(watcher, base, year=2026, month=8, now=datetime(2026, 8, 22, 12)):
    """Waits until the catalog has the months of the rows."""
    wanted = truth(base, year, month, now)
    wait_until(lambda: known(watcher) == wanted, 10 * SLOW, "the months of the rows")
    assert any(max(m) > 2 for m in wanted[1].values())


def edit(base, rng):
    """One of the edits that move counts or medians of past months."""
    product = rng.choice(base.sql("SELECT id FROM product"))[0]
    sector = rng.choice(base.sql("SELECT id FROM sector"))[0]
    when = datetime(2026, 8, 22) - timedelta(days=rng.randrange(480), hours=rng.randrange(24))
    what = rng.randrange(7)
    if what < 3:
        base.sql("INSERT INTO activity (product_id, kind, class, title, occurred_at) VALUES " + ", ".join(
            f"({product}, '{rng.choice(['release', 'post', 'event'])}', 'trivial', 'Move', '{when + timedelta(hours=k)}')"
            for k in range(rng.choice((1, 3, 40)))))
    elif what == 3:
        base.sql("DELETE FROM activity WHERE product_id = %s AND occurred_at > %s", product, when)
    elif what == 4:
        base.sql("UPDATE product SET status = IF(status = 'published', 'draft', 'published') WHERE id = %s", product)
    elif what == 5:
        base.sql("DELETE FROM product_sector WHERE product_id = %s", product)
        base.sql("INSERT INTO product_sector (product_id, sector_id) VALUES (%s, %s)", product, sector)
    else:
        base.sql("UPDATE activity SET occurred_at = occurred_at - INTERVAL 33 DAY WHERE product_id = %s", product)


def test_months_follow_edits_a_death_and_the_state_file(base, watch):
    state = base.folder / "state"
    state.mkdir()
    watcher = watch(state_dir=state)
    agrees(watcher, base)
    rng = random.Random(5)
    for _ in range(6):
        for _ in range(4):
            edit(base, rng)
        agrees(watcher, base)
    watcher.ask("kill")
    agrees(watcher, base)
    edit(base, rng)
    agrees(watcher, base)
    watcher.close()
    again = watch(state_dir=state)
    assert again.ask("metrics")["reloads_full"] == 0, "it continues from the file"
    agrees(again, base)
    for _ in range(8):
        edit(base, rng)
    agrees(again, base)


def test_products_without_a_sector_are_in_no_median(base, watch):
    watcher = watch()
    base.sql("DELETE FROM product_sector")
    agrees_not = {s["id"]: [0] * 12 for s in watcher.ask("medians")}
    wait_until(lambda: known(watcher)[1] == agrees_not, 10 * SLOW, "no median")


def clock_set(base, now):
    """The sessions of the pool get a clock of their own."""
    base.sql(f"SET GLOBAL init_connect = 'SET timestamp = UNIX_TIMESTAMP(''{now}'')'")
    for ident, user in base.sql("SELECT id, user FROM information_schema.processlist"):
        if user == "diptych_pool":
            base.sql(f"KILL {ident}")


def test_a_month_ends(base, watch):
    clock_set(base, "2026-07-31 23:59:50")
    watcher = watch(as_of="")
    agrees(watcher, base, 2026, 7, datetime(2026, 7, 31, 23, 59, 50))
    versions = {i: one["version"] for i, one in watcher.all().items()}
    clock_set(base, "2026-08-01 00:00:10")
    agrees(watcher, base, 2026, 8, datetime(2026, 8, 1, 0, 0, 10))
    assert {i: one["version"] for i, one in watcher.all().items()} == versions
    assert watcher.ask("metrics")["reloads_full"] == 1, "a recount is enough"


def test_the_state_file_of_an_earlier_month(base, watch):
    state = base.folder / "state"
    state.mkdir()
    clock_set(base, "2026-05-10 10:00:00")
    watch(as_of="", state_dir=state).close()
    clock_set(base, "2026-08-01 00:00:10")
    again = watch(as_of="", state_dir=state)
    agrees(again, base, 2026, 8, datetime(2026, 8, 1, 0, 0, 10))
    assert again.ask("metrics")["reloads_full"] == 0


def test_products_edited_while_a_month_ends(base, watch):
    """A recount of two slices waits in the first for a lock of the activities.  Edits of that time are read between the
    slices, with the months of the catalog, and again at the end, with the new ones."""
    base.sql("INSERT INTO product (slug, name, status) SELECT CONCAT('many-', seq), CONCAT('Many ', seq), 'published'"
             " FROM seq_1_to_6000")
    edited = [i for i, in base.sql("SELECT product_id FROM activity GROUP BY product_id ORDER BY COUNT(*) DESC LIMIT 5")]
    last = base.sql("SELECT MAX(id) FROM product")[0][0]
    base.sql("INSERT INTO activity (product_id, kind, class, title, occurred_at)"
             f" SELECT {last}, 'release', 'trivial', 'Move', '2026-07-10' FROM seq_1_to_9")
    clock_set(base, "2026-07-31 23:59:50")
    watcher = watch(as_of="", mysql_timeout=20000)
    agrees(watcher, base, 2026, 7, datetime(2026, 7, 31, 23, 59, 50))
    holder = base.connect("root", autocommit=False)
    with holder.cursor() as cursor:
        # LOCK TABLES would on MySQL lock the log as well, which the table's triggers write
        cursor.execute("SELECT COUNT(*) FROM activity")
        waits = threading.Thread(target=base.sql, args=("ALTER TABLE activity COMMENT 'waits for the holder'",))
        waits.start()
        wait_until(lambda: base.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'ALTER TABLE activity%%'"
                                    " AND state LIKE 'Waiting for table%%'")[0][0], 10 * SLOW, "the change of the table waits")
        clock_set(base, "2026-08-01 00:00:10")
        wait_until(lambda: base.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'diptych_pool'"
                                    " AND state LIKE 'Waiting for table%%'")[0][0], 10 * SLOW, "the recount waits")
        for ident in [*edited, last]:
            base.sql("INSERT INTO product_alias (slug, product_id) VALUES (%s, %s)", f"again-{ident}", ident)
        holder.commit()
        waits.join()
    holder.close()
    agrees(watcher, base, 2026, 8, datetime(2026, 8, 1, 0, 0, 10))
    assert watcher.ask("slug", f"again-{last}")["id"] == last
    assert watcher.ask("metrics")["reloads_full"] == 1

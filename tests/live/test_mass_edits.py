"""Editors withdraw a large part of the site at once.  The change log announces it, so it is believed at once, also when the
sweep finds something else that no entry announced."""
import re
import threading

import pytest

from lib.daemon import wait_until
from conftest import _run as run
from lib.servers import SLOW, Site

ROUND = 8  # seconds in which a sweep of 5 finds anything
EDITS = {
    "words": ["UPDATE editorial SET status = 'draft'", "UPDATE comparison SET status = 'draft'"],
    "lists": ["UPDATE alternative SET status = 'draft'", "DELETE FROM faq", "DELETE FROM fact", "DELETE FROM product_theme",
              "DELETE FROM product_alias", "UPDATE page SET status = 'draft'"],
    "half of the activities": ["DELETE FROM activity WHERE id % 2 = 0"],
    "activities": ["UPDATE activity SET status = 'archived'"],
    "products": ["DELETE FROM product_sector", "UPDATE product SET status = 'archived' WHERE slug <> 'kafka'"]}


@pytest.fixture(scope="module")
def site(request, templates):
    config = {"poll_interval": 20, "sweep_seconds": 5, "page_cache_bytes": 0, "deadline": 8000}
    yield from run(request, Site(templates, config=config))


def compared(site):
    return site.metrics()["diptych_sweep_products_total"]


def settled(site):
    """A whole round of the sweep passed: the watcher has counted the rows."""
    most = compared(site) + 2 * 100
    wait_until(lambda: compared(site) > most, 4 * ROUND * SLOW, "a round of the sweep")


def cursor(site):
    return int(re.search(r'"cursor":(\d+)', site.diptych("status", "--json").stdout)[1])


def rename_silently(site, name):
    """No trigger is missing, and the entry is gone."""
    site.database.script(f"START TRANSACTION; UPDATE product SET name = '{name}' WHERE slug = 'kafka';"
                         " DELETE FROM change_log ORDER BY seq DESC LIMIT 1; COMMIT")


@pytest.mark.parametrize("edit", EDITS)
def test_a_mass_edit_is_no_loss(site, edit):
    settled(site)
    for statement in EDITS[edit]:
        site.sql(statement)
    newest = site.sql("SELECT MAX(seq) FROM change_log")[0][0]
    wait_until(lambda: cursor(site) >= newest, 5 * SLOW, "the entries")
    rename_silently(site, f"Kafka without {edit}")
    statuses = set()

    def renamed():
        answer = site.get("/products/kafka")
        statuses.add(answer.status)
        return f"Kafka without {edit}" in answer.text

    wait_until(renamed, 2 * ROUND * SLOW, "the sweep finds the name")
    assert statuses == {200}
    assert "is not believed" not in site.pool.log.read_text()


def test_mass_edits_while_everything_is_read(make_site):
    """Without its file the pool reads everything, and what it counts at the beginning is gone at the end."""
    site = make_site(config={"poll_interval": 20, "page_cache_bytes": 0})
    editor = site.database.connect()
    for after in range(12):  # hundredths of a second; reading takes some of them
        site.pool.stop()
        for file in site.state.iterdir():
            file.unlink()
        site.sql("UPDATE editorial SET status = 'published'")
        withdraw = threading.Timer(after / 100, editor.cursor().execute, ["UPDATE editorial SET status = 'draft'"])
        withdraw.start()
        site.start_pool()
        withdraw.join()
        wait_until(lambda: site.get("/readyz").status == 200, 10 * SLOW, "a pool that has read everything")
        wait_until(lambda: site.get("/index.json").json["lead"] is None, 5 * SLOW, "no editorial")
    editor.close()
    assert "is not believed" not in site.pool.log.read_text()

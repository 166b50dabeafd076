"""Editors and an importer at once: nobody waits for another's open transaction.

Every connection has innodb_lock_wait_timeout = 1, so that a wait shows as error
1205 and a deadlock as 1213; either fails the test.
"""
import random
import threading

import pymysql
import pytest

from lib.daemon import wait_until
from schema_db import MIGRATIONS, server  # noqa: F401

PRODUCTS = 12


@pytest.fixture
def site(server):
    site = server.site(*MIGRATIONS)
    root = site.editor()
    for n in range(1, PRODUCTS + 1):
        root.add("product", slug=f"p{n}", name=f"P{n}", status="published")
        root.add("editorial", product_id=n, status="published", headline="h")
    for n in (1, 2, 3):
        root.add("sector", slug=f"s{n}", name=f"S{n}")
        root.add("theme", slug=f"t{n}", name=f"T{n}")
        root.add("attribute", slug=f"a{n}", name=f"A{n}", status="published")
    yield site
    site.drop()


def imports(importer, base=0):
    """What an importer leaves open: rows of every product in every child table."""
    for n in range(1, PRODUCTS + 1):
        importer.add("activity", product_id=n, title=f"release {base}")
        importer.add("product_theme", product_id=n, theme_id=1 + base)
        importer.add("product_sector", product_id=n, sector_id=1 + base)
        importer.add("editorial", product_id=n, headline="draft")
        importer.add("faq", product_id=n, question=f"q{base}")
        importer.add("faq", product_id=n, other_product_id=n % PRODUCTS + 1, question=f"q{base}")
        importer.add("product_alias", product_id=n, slug=f"once-{base}-{n}")
        importer.add("fact", product_id=n, attribute_id=1 + base, value="v")
        importer.add("alternative", product_id=n, other_product_id=(n + base) % PRODUCTS + 1, reason="r")
        importer.add("product_source", product_id=n, url="https://example.org/")
    importer("INSERT INTO activity (product_id, title) SELECT 1, 'bulk' UNION ALL SELECT 2, 'bulk'")


def saves(editor, products):
    """What editors save: each table, by id and by slug.

    No slug is taken back inside one transaction: InnoDB itself locks the gap around a key whose
    deleted entry is still in a unique index, with or without our triggers.
    """
    for n in products:
        editor("UPDATE product SET name = 'x', status = 'archived', lifecycle = 'maintenance' WHERE id = %s", n)
        editor("UPDATE product SET status = 'published' WHERE slug = %s", f"p{n}")
        editor("UPDATE product SET slug = %s WHERE id = %s", f"renamed{n}", n)
        editor("UPDATE editorial SET headline = 'saved' WHERE id = %s", n)
        post = editor.add("activity", product_id=n, title="post", kind="post")
        editor("UPDATE editorial SET prediction_state = 'came_true', prediction_activity_id = %s WHERE id = %s", post, n)


def test_saves_do_not_wait_for_an_open_import(site):
    importer, editor = site.editor(), site.editor()
    importer.begin()
    imports(importer)
    editor.begin()
    saves(editor, range(1, PRODUCTS + 1))
    for n in (1, 2, 3):
        editor("UPDATE sector SET name = 'x', sort = 3 WHERE id = %s", n)
        editor("UPDATE theme SET name = 'x', slug = %s WHERE id = %s", f"new{n}", n)
        editor("UPDATE attribute SET name = 'x', help = 'y' WHERE id = %s", n)
    editor.commit()
    importer.commit()


def test_an_import_does_not_wait_for_open_saves(site):
    importer, first, second = site.editor(), site.editor(), site.editor()
    first.begin()
    saves(first, range(1, PRODUCTS + 1, 2))
    first("UPDATE sector SET name = 'open'")
    second.begin()
    saves(second, range(2, PRODUCTS + 1, 2))
    second("UPDATE theme SET name = 'open'")
    importer.begin()
    imports(importer)
    for one in (second, importer, first):
        one.commit()


def test_two_open_imports_of_the_same_products(site):
    first, second = site.editor(), site.editor()
    first.begin()
    second.begin()
    imports(first, 0)
    imports(second, 1)
    saves(first, (1, 3))
    saves(second, (2, 4))
    first.commit()
    second.commit()


def test_renames_of_neighbours_do_not_meet(site):
    """A trigger that deleted "the alias, if any" would lock the gaps between them."""
    editors = [site.editor() for _ in range(4)]
    for editor in editors:
        editor.begin()
    for step in ("m", "k", "z", "a"):
        for n, editor in enumerate(editors, 1):
            editor("UPDATE product SET slug = %s WHERE id = %s", f"{step}{n}", n)
    for editor in editors:
        editor.commit()
    assert editors[0].one("SELECT COUNT(*) FROM product_alias") == 16


@pytest.mark.parametrize("level", ["REPEATABLE READ", "READ COMMITTED"])
def test_links_of_neighbours_are_saved_at_once(site, level):
    """As the schema's page advises: those that go, then those that come."""
    root, editors = site.editor(), [site.editor() for _ in range(3)]
    links = {(n, theme): root.add("product_theme", product_id=n, theme_id=theme) for n in (1, 2, 3) for theme in (1, 2)}
    for n, editor in enumerate(editors, 1):
        editor(f"SET SESSION TRANSACTION ISOLATION LEVEL {level}")
        editor.begin()
        if level == "READ COMMITTED":
            editor("DELETE FROM product_theme WHERE product_id = %s AND theme_id = 1", n)
        else:
            editor("DELETE FROM product_theme WHERE id = %s", links[n, 1])
    for n, editor in enumerate(editors, 1):
        editor.add("product_theme", product_id=n, theme_id=3, sort=1)
        editor("UPDATE product_theme SET sort = 5 WHERE id = %s", links[n, 2])
    for editor in editors:
        editor.commit()


def test_saves_do_not_wait_for_a_long_statement(site):
    """A trigger with INSERT ... SELECT would hold the log's AUTO_INCREMENT lock until its end."""
    importer, editor = site.editor(), site.editor()
    editor("SELECT GET_LOCK('third row', 0)")
    statement = threading.Thread(target=importer, args=(
        "INSERT INTO editorial (product_id, headline) SELECT 1, IF(seq = 3, GET_LOCK('third row', 60), 0) FROM "
        "seq_1_to_3",))
    statement.start()
    wait_until(lambda: editor("SELECT 1 FROM information_schema.processlist WHERE id = %s AND state = 'User lock'",
                              importer.raw.thread_id()))
    for n in (1, 2):
        editor("UPDATE editorial SET headline = 'saved' WHERE id = %s", n)
        editor.add("activity", product_id=n, title="t")
    editor("SELECT RELEASE_LOCK('third row')")
    statement.join()
    assert editor.one("SELECT COUNT(*) FROM editorial WHERE product_id = 1") == 4


def work(site, seed, products, errors, start):
    """Transactions of random edits: shared tables, products of one's own."""
    rng = random.Random(seed)
    try:
        editor = site.editor()
        start.wait()
        for turn in range(30):
            editor.begin()
            for _ in range(rng.randint(1, 6)):
                n = rng.choice(products)
                rng.choice([
                    lambda: editor("UPDATE product SET name = %s WHERE id = %s", f"{seed}.{turn}", n),
                    lambda: editor("UPDATE product SET slug = %s WHERE id = %s", f"v{seed}-{turn}-{n}", n),
                    lambda: editor("UPDATE editorial SET headline = 'h' WHERE id = %s", n),
                    lambda: editor.add("editorial", product_id=n),
                    lambda: editor.add("activity", product_id=rng.randint(1, PRODUCTS), title="t"),
                    lambda: editor("UPDATE activity SET title = 'u' WHERE id = %s",
                                   editor.add("activity", product_id=n, title="t")),
                    lambda: editor.add("faq", product_id=rng.randint(1, PRODUCTS), question="q"),
                    lambda: editor("INSERT IGNORE INTO product_theme (product_id, theme_id) VALUES (%s, %s)",
                                   n, rng.randint(1, 3)),
                ])()
            editor.commit() if rng.random() < 0.8 else editor.rollback()
    except pymysql.err.Error as error:
        errors.append((seed, error))


def test_two_editors_and_an_importer_at_random(site):
    errors, start = [], threading.Barrier(3)
    own = [range(1, 5), range(5, 9), range(9, PRODUCTS + 1)]
    threads = [threading.Thread(target=work, args=(site, seed, own[seed], errors, start)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


def test_a_change_of_an_activity_does_not_wait_for_the_prediction_that_names_it(site):
    """Nor the other way round."""
    root, settling, importer = site.editor(), site.editor(), site.editor()
    release = root.add("activity", product_id=1, title="t")
    settling.begin()
    settling("UPDATE editorial SET prediction_state = 'came_true', prediction_activity_id = %s WHERE id = 1", release)
    importer.begin()
    importer("UPDATE activity SET title = 'u', class = 'spark', url = 'https://example.org/' WHERE id = %s", release)
    settling("UPDATE editorial SET prediction_note = 'It is there.' WHERE id = 1")
    settling.commit()
    settling.begin()
    settling("UPDATE editorial SET prediction_activity_id = NULL WHERE id = 1")
    settling("UPDATE editorial SET prediction_activity_id = %s WHERE id = 1", release)
    importer.commit()
    settling.commit()

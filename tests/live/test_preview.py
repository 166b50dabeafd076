"""Previews: a row that readers do not see yet, on the very page on which they will."""
import itertools
import re

import pytest

from lib.page import parse
from lib.servers import wait_until

NUMBERS = itertools.count(1)
PRIVATE = {"cache-control": "private, no-store", "x-robots-tag": "noindex, nofollow", "referrer-policy": "no-referrer"}
BODY = re.compile(r'<header class="mast">.*', re.S)


@pytest.fixture(scope="module")
def site(module_site):
    module_site.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 0")
    return module_site


def add(site, table, **columns):
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    connection = site.database.connect()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(columns.values()))
        identity = cursor.lastrowid
    connection.close()
    return identity


def token(site, table, identity):
    return site.sql(f"SELECT preview_token FROM {table} WHERE id = %s", identity)[0][0]


def link(site, table, identity, path=""):
    return f"/preview/{token(site, table, identity)}{path}"


def product_id(site, slug):
    return site.sql("SELECT id FROM product WHERE slug = %s", slug)[0][0]


def draft_product(site, **columns):
    """A draft with sectors, themes, moves, facts, a pick and a question of its own, which are all published."""
    n = next(NUMBERS)
    own = add(site, "product", **{"slug": f"quokka-{n}", "name": f"Quokka {n}", "summary": "A message broker for islands.",
                                  "license": "MIT", "website_url": "https://quokka.example/", **columns})
    kafka = product_id(site, "kafka")
    for table, column in (("product_sector", "sector_id"), ("product_theme", "theme_id")):
        for value, sort in site.sql(f"SELECT {column}, sort FROM {table} WHERE product_id = %s", kafka):
            add(site, table, **{"product_id": own, column: value, "sort": sort})
    for i in range(9):
        add(site, "activity", product_id=own, kind="release", title=f"Version 1.{i}", version=f"1.{i}",
            **{"class": "spark" if i % 4 == 0 else "improvement"}, url="https://quokka.example/r", occurred_at=f"2026-0{1 + i % 8}-1{i} 10:00:00")
    for attribute, in site.sql("SELECT attribute_id FROM fact WHERE product_id = %s LIMIT 3", kafka):
        add(site, "fact", product_id=own, attribute_id=attribute, value="yes", checked_on="2026-08-01")
    add(site, "alternative", product_id=own, other_product_id=product_id(site, "nats"), reason="It is small.", status="published")
    add(site, "faq", product_id=own, question="Does it swim?", answer_md="It **does**.", status="published")
    return own


def shown(page):
    assert page.status == 200, (page.status, page.text[:600])
    return BODY.search(page.text)[0]


def private(answer):
    assert {name: answer.headers[name] for name in PRIVATE} == PRIVATE
    assert not {"etag", "last-modified", "link"} & set(answer.headers)


def published(site, table, identity, **columns):
    columns = {"status": "published", **columns}
    site.sql(f"UPDATE {table} SET {', '.join(f'{name} = %s' for name in columns)} WHERE id = %s", *columns.values(), identity)


def public(site, path):
    assert wait_until(lambda: site.get(path).status == 200, 10), site.get(path).text[:500]
    return site.get(path)


# ---- a page of a preview is the public page

def test_a_draft_product_looks_as_it_will(site):
    own = draft_product(site)
    slug, = site.sql("SELECT slug FROM product WHERE id = %s", own)[0]
    pair = "-vs-".join(sorted([slug, "kafka"]))
    paths = [f"/products/{slug}", f"/alternatives/{slug}", f"/faq/{slug}", f"/compare/{pair}"]
    assert [site.get(path).status for path in paths] == [404] * 4
    before = {path: site.get(link(site, "product", own, path)) for path in paths}
    before[""] = site.get(link(site, "product", own))
    for answer in before.values():
        private(answer)
    assert shown(before[""]) == shown(before[paths[0]])
    published(site, "product", own)
    for path in paths:
        assert shown(before[path]) == shown(public(site, path)), path
    moved = site.get(f"/preview/{token(site, 'product', own)}")
    assert (moved.status, moved.headers["location"]) == (307, f"{site.url}/products/{slug}")
    private(moved)

"""Tables that are altered under the pool: a column of another type, and one that a view still names."""
import pytest

from lib.servers import wait_until

PAGES = ("/compare/kafka-vs-kubernetes", "/products/redis", "/alternatives/nginx", "/leaderboard")


def every(site):
    """All of them, with nothing from the cache."""
    site.cache.flush()
    return [site.get(path) for path in PAGES]


@pytest.fixture(scope="module")
def site(request, templates):
    from conftest import _run
    from lib.servers import Site
    yield from _run(request, Site(templates, config={
        "page_cache_bytes": 0, "fragment_cache_bytes": 0, "workers": 1, "sweep_seconds": 86400, "deadline": 8000, "mysql_timeout": 4000}))


@pytest.mark.parametrize("table, column, other, own", [
    ("activity", "occurred_at", "VARCHAR(40)", "DATETIME(6) NOT NULL"),
    ("product", "velocity_override", "VARCHAR(40)", "DECIMAL(3,1)"),
    ("editorial", "current_state_md", "LONGBLOB", "MEDIUMTEXT NOT NULL"),
    ("product_sector", "sort", "VARCHAR(12)", "INT NOT NULL DEFAULT 0"),
])
def test_a_column_of_another_type_shows_what_it_showed(site, table, column, other, own):
    right = [a.body for a in every(site)]
    site.sql(f"ALTER TABLE {table} MODIFY {column} {other}")
    try:
        assert [a.body for a in every(site)] == right
    finally:
        site.sql(f"ALTER TABLE {table} MODIFY {column} {own}")
    assert [a.body for a in every(site)] == right


@pytest.mark.parametrize("table, column", [("editorial", "headline"), ("product", "name"), ("product_sector", "sort"),
                                           ("activity", "occurred_at")])
def test_a_column_that_is_gone_is_named_and_waited_for(site, table, column):
    """One after the other in the same minute, and each is said."""
    right = [a.body for a in every(site)]
    mark = len(site.log)
    site.sql(f"ALTER TABLE {table} RENAME COLUMN {column} TO gone")
    try:
        for answer in every(site):
            assert answer.status == 503 and answer["Retry-After"] and answer["Cache-Control"] == "no-store"
        assert site.get("/healthz").status == 200

        def said():
            every(site)
            return [line for line in site.log[mark:].splitlines() if "error 1356" in line and f"site_{table}' references" in line]
        assert all("run `diptych migrate`" in line for line in wait_until(said, 4))
    finally:
        site.sql(f"ALTER TABLE {table} RENAME COLUMN gone TO {column}")
    wait_until(lambda: [a.body for a in every(site)] == right, 10)
    assert "killed by signal" not in site.log

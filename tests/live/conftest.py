"""Fixtures of the live tests.  All servers are real and private; see lib/servers.py.

sample_site     the sample site, one for the whole run; tests must not change it
own_site        the sample site for one test, which may edit rows and stop servers
module_site     the sample site for all tests of one module
make_site       a function that starts further sites: make_site(data="schema", config={...}, memcached=False)
database        a database with the schema and without rows, for one test; no pool
sample_database a database with the sample site, one for the whole run; tests must not change it

The report of a failed test ends with the last log lines of its servers.
"""
import os
import shutil

import pytest

from lib.servers import BUILD, SLOW, Database, Site, Templates, short_folder

LIVE = pytest.StashKey()


@pytest.fixture(scope="session")
def templates(tmp_path_factory):
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    return Templates(shared / "data")


# What the tests of these files expect depends on how long a page and a statement may take.  Others have time on a busy machine.
HURRIED = {f"test_{name}.py" for name in (
    "ahead", "api", "census", "confined", "faults", "faults_calls", "http", "images", "languages", "memory", "nginx_site", "preview",
    "preview_limits", "tls", "watcher_lives")}


def _times(request):
    return {} if request.path.name in HURRIED else {"deadline": 8000, "mysql_timeout": 4000, "request_timeout": 10000 * SLOW}


def _run(request, site):
    """Starts the site, records it for failure reports, and removes it afterwards."""
    sites = request.session.stash.setdefault(LIVE, {})
    sites[site.folder] = (request.node.nodeid, site)
    try:
        yield site.start()
    finally:
        try:
            site.stop()
        finally:
            del sites[site.folder]
            site.remove()


@pytest.fixture(scope="session")
def sample_site(request, templates):
    """The deadline is long, because a busy machine takes time to draw pictures."""
    yield from _run(request, Site(templates, config={"deadline": 20000}))


@pytest.fixture(scope="module")
def module_site(request, templates):
    yield from _run(request, Site(templates, config=_times(request)))


@pytest.fixture
def own_site(request, templates):
    yield from _run(request, Site(templates, config=_times(request)))


@pytest.fixture
def make_site(request, templates):
    running = []

    def make(**kw):
        running.append(_run(request, Site(templates, **kw)))
        return next(running[-1])

    yield make
    for site in reversed(running):
        next(site, None)


def _database(templates, name):
    folder = short_folder()
    database = Database(folder)
    try:
        yield database.copy_from(templates.get(name)).start()
    finally:
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(templates):
    yield from _database(templates, "schema")


@pytest.fixture(scope="session")
def sample_database(templates):
    yield from _database(templates, "sample")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for node, site in item.session.stash.get(LIVE, {}).values():
            if (item.nodeid.startswith(node) and node) or (not node and "sample_site" in item.fixturenames):
                report.sections.append((f"servers in {site.folder}", site.tails()))


LONG = ["test_restore.py", "test_faults_views.py", "test_schema_repair.py"]  # minutes each
# They are about SQL, about programs around the pool, or about pages that other files ask for as well.  The sanitizers see them
# in `./check --all` only.
ONCE = {f"test_{name}.py" for name in (
    "cache_servers", "check_start", "clusters", "cost", "cost_cold", "faults_numbers", "faults_session", "galera", "kubernetes",
    "mysql_hosts", "pages_links", "pages_once", "pages_sitemaps", "path", "pool_admission", "pool_auto", "pool_churn",
    "pool_reload", "pool_upgrade", "pools", "replica", "restore", "schema_repair", "status_watch", "tls_strangers", "warm",
    "watcher_lives", "watcher_rescue", "wordpress_press")}


def pytest_collection_modifyitems(items):
    """Long files begin first, so that no process is left alone with one at the end."""
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))
    if BUILD.name.endswith("asan") and "DIPTYCH_TEST_ALL" not in os.environ:
        for item in items:
            if item.path.name in ONCE:
                item.add_marker(pytest.mark.skip(reason="without the sanitizers only; under them in ./check --all"))

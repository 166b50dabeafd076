"""Fixtures of the live tests.  All servers are real and private; see lib/servers.py.

sample_site     the sample site, one for the whole run: read from it, change nothing
own_site        the sample site for one test alone, which may edit rows and break servers
module_site     the same for all tests of one module
make_site       a function that makes more of them: make_site(data="schema", config={...}, memcached=False)
database        a database with the schema and no row, for one test; no pool
sample_database the same with the sample site, one for the whole run: read only

When a test fails, the ends of the logs of its servers follow its report.
"""
import os
import shutil

import pytest

from lib.servers import Database, Site, Templates, short_folder

LIVE = pytest.StashKey()


@pytest.fixture(scope="session")
def templates(tmp_path_factory):
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    return Templates(shared / "data")


def _run(request, site):
    """Starts the site, remembers it for failure reports, and clears it away afterwards."""
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
    """With time for pictures, which a busy machine draws when pages leave it some."""
    yield from _run(request, Site(templates, config={"deadline": 20000}))


@pytest.fixture(scope="module")
def module_site(request, templates):
    yield from _run(request, Site(templates))


@pytest.fixture
def own_site(request, templates):
    yield from _run(request, Site(templates))


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

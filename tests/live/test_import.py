"""`diptych import`: the five kinds of sources, what becomes of their entries, and what editors do to them afterwards."""
import re
import shutil
import subprocess

import pytest

from conftest import _database
from lib.feed_server import FeedServer
from lib.servers import BINARY, TOP, configuration_text, database_settings, diptych

FEEDS = TOP / "tests/live/feeds"
KINDS = {"kafka.atom": "atom", "caddy.rss": "rss", "deno.json": "json_feed", "grafana.github.json": "github_releases",
         "postgresql.endoflife.json": "endoflife"}


class Importer:
    """A database with the schema, its import account, and a server of feeds."""

    def __init__(self, database, folder):
        self.database, self.sql, self.server = database, database.sql, FeedServer()
        self.sql("ALTER USER 'diptych_import'@'localhost' IDENTIFIED BY 'a word' ACCOUNT UNLOCK")
        self.config = folder / "import.conf"
        self.settings = {**database_settings(database), "mysql_import_password": "a word", "import_timeout": 5, "import_bytes": 300000}
        self.configure()
        self.n = 0

    def configure(self, **settings):
        self.config.write_text(configuration_text({**self.settings, **settings}))

    def __call__(self, *arguments, private=True, status=0):
        done = diptych("import", *(["--allow-private"] if private else []), *arguments, config=self.config)
        assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
        return done.stdout

    def product(self, slug=None, name=None, **columns):
        self.n += 1
        slug = slug or f"product-{self.n}"
        columns = {"slug": slug, "name": name or slug.title(), "status": "published", **columns}
        self.sql(f"INSERT INTO product ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})", *columns.values())
        return self.sql("SELECT id FROM product WHERE slug = %s", slug)[0][0]

    def source(self, product, kind, url, status="published"):
        self.sql("INSERT INTO product_source (product_id, kind, url, status) VALUES (%s, %s, %s, %s)", product, kind, url, status)
        return self.sql("SELECT MAX(id) FROM product_source")[0][0]

    def feed(self, kind, body, name=None, **headers):
        """A product with one source that answers with this body; returns its id, its slug and the path."""
        product = self.product(name=name)
        path = f"/{self.n}"
        self.source(product, kind, self.server.answer(path, body, **headers))
        return product, f"product-{self.n}", path

    def rows(self, product, columns="kind, class, version, title, url, occurred_at, status"):
        return [tuple(str(cell) if cell is not None else None for cell in row) for row in
                self.sql(f"SELECT {columns} FROM activity WHERE product_id = %s ORDER BY occurred_at, id", product)]

    def clear(self):
        for table in ("activity", "import_release", "product_source", "product"):
            self.sql(f"DELETE FROM {table}")
        self.server.seen.clear()


@pytest.fixture(scope="module")
def shared(templates, tmp_path_factory):
    running = _database(templates, "schema")
    importer = Importer(next(running), tmp_path_factory.mktemp("import"))
    yield importer
    importer.server.stop()
    next(running, None)


@pytest.fixture
def importer(shared):
    shared.clear()
    shared.configure()
    yield shared


def atom(*entries):
    """A feed of (id, title, address, date) or of whole entries."""
    made = "".join(e if isinstance(e, str) else "<entry><id>{}</id><title>{}</title><link href='{}'/><updated>{}</updated></entry>".format(*e)
                   for e in entries)
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><id>x</id><title>t</title>{made}</feed>"


EXPECTED = {
    "kafka": [
        ("release", "spark", "4.0.0", "Kafka 4.0.0", "https://github.com/example/kafka/releases/tag/4.0.0", "2025-03-18 09:30:00"),
        ("release", "improvement", "4.3.0", "Kafka 4.3.0: share groups & more", "https://github.com/example/kafka/releases/tag/4.3.0", "2026-05-11 12:00:00"),
        ("release", "trivial", "4.3.1", "Kafka 4.3.1", "https://github.com/example/kafka/releases/tag/4.3.1", "2026-07-02 06:00:00")],
    "caddy": [
        ("post", "improvement", None, "A short note about reverse_proxy.", "https://caddy.example/blog/untitled", "2026-06-02 00:00:00"),
        ("post", "improvement", None, "How we keep TLS handshakes short & cheap", "{server}/blog/short-handshakes", "2026-07-06 18:30:00"),
        ("release", "improvement", "2.12.0", "Caddy 2.12.0 released", "https://caddy.example/blog/caddy-2-12?utm_source=rss&utm_medium=feed", "2026-08-18 09:00:00")],
    "deno": [
        ("release", "trivial", "2.8.4", "Release v2.8.4", "{server}/blog/v2.8.4", "2026-07-09 10:00:00"),
        ("post", "improvement", None, "Why permissions matter", "https://deno.example/blog/why", "2026-07-30 08:00:00"),
        ("release", "improvement", "2.9", "Deno 2.9", "https://deno.example/blog/v2.9", "2026-08-12 19:00:00")],
    "grafana": [
        ("release", "spark", "13.0.0", "Grafana 13.0.0", "https://github.com/example/grafana/releases/tag/v13.0.0", "2026-04-21 08:00:00"),
        ("release", "improvement", "13.1.0", "Grafana 13.1.0", "https://github.com/example/grafana/releases/tag/v13.1.0", "2026-06-23 08:00:00"),
        ("release", "trivial", "13.1.1", "13.1.1 (2026-08-11)", "https://github.com/example/grafana/releases/tag/v13.1.1", "2026-08-11 08:30:00")],
    "postgresql": [
        ("release", "spark", "17", "Postgresql 17", None, "2024-09-26 00:00:00"),
        ("release", "spark", "18", "Postgresql 18", None, "2025-09-25 00:00:00"),
        ("release", "improvement", "17.9", "Postgresql 17.9", None, "2026-05-14 00:00:00"),
        ("release", "improvement", "18.4", "Postgresql 18.4", "https://www.postgresql.org/docs/18/release-18-4.html", "2026-05-14 00:00:00")],
}


def the_five(importer):
    ids = {}
    for file, kind in KINDS.items():
        slug = file.split(".")[0]
        ids[slug] = importer.product(slug)
        importer.source(ids[slug], kind, importer.server.answer(f"/{file}", (FEEDS / file).read_text()))
    return ids


def check_five(importer, ids, status="published"):
    for slug, wanted in EXPECTED.items():
        wanted = [tuple(c and c.format(server=importer.server.url("")) for c in row) + (status,) for row in wanted]
        assert sorted(importer.rows(ids[slug])) == sorted(wanted), slug


def test_the_five_kinds(importer):
    ids = the_five(importer)
    said = importer()
    check_five(importer, ids)
    assert re.search(r"^kafka atom http://127\.0\.0\.1:\d+/kafka\.atom: 3 added, 0 known, 1 prerelease left out$", said, re.M), said
    assert re.search(r"^postgresql endoflife \S+: 4 added, 0 known, 2 not out yet$", said, re.M), said
    assert len(said.splitlines()) == 6 and said.endswith("5 sources: 16 added, 0 failed\n")
    notes = importer.sql("SELECT checked_at IS NOT NULL, etag IS NOT NULL, error FROM product_source ORDER BY id")
    assert notes == [(1, 1, None)] * 4 + [(1, 0, None)], "a release that is not out yet must be seen again"
    said = importer()
    check_five(importer, ids)
    assert said.count(": unchanged\n") == 4 and "4 known, 2 not out yet" in said
    assert len([r for r in importer.server.seen if r.headers.get("If-None-Match")]) == 4
    assert all(r.headers["User-Agent"].startswith("diptych/") for r in importer.server.seen)


def test_a_dry_run_writes_nothing(importer):
    ids = the_five(importer)
    before = importer.sql("SELECT * FROM product_source"), importer.sql("SELECT COUNT(*) FROM change_log")
    said = importer("--dry-run")
    assert "kafka.atom: 3 to add, 0 known, 1 prerelease left out\n  2025-03-18T09:30:00Z release spark 4.0.0 \"Kafka 4.0.0\" https://" in said
    assert '  2026-07-30T08:00:00Z post improvement - "Why permissions matter" https://deno.example/blog/why\n' in said
    assert (importer.sql("SELECT * FROM product_source"), importer.sql("SELECT COUNT(*) FROM change_log")) == before
    assert importer.sql("SELECT COUNT(*) FROM import_release") == [(0,)]
    importer("--draft")
    check_five(importer, ids, "draft")


def test_only_published_sources_of_products_that_are_not_archived(importer):
    feed = importer.server.answer("/one", atom(("1", "v1.0.0", "https://x.example/1", "2026-08-01")))
    for product, status, asked in (("published", "published", 1), ("draft", "published", 1), ("archived", "published", 0),
                                   ("published", "draft", 0), ("published", "archived", 0)):
        row = importer.product(status=product)
        importer.source(row, "atom", feed, status)
        importer()
        assert len(importer.rows(row)) == asked, (product, status)


def test_one_product(importer):
    ids = the_five(importer)
    importer("--product", "kafka")
    assert len(importer.rows(ids["kafka"])) == 3 and importer.sql("SELECT COUNT(*) FROM activity") == [(3,)]
    for slug in ("nobody", "no such slug", "'; DROP TABLE activity; --"):
        done = diptych("import", "--product", slug, config=importer.config)
        assert done.returncode == 1 and f"no product has the slug {slug}" in done.stderr
    for wrong, words in ((["--product"], "a word is missing at the end"), (["--product", ""], 'not understood: "--product"'),
                         (["--quiet"], 'not understood: "--quiet"'), (["--draft", "kafka"], 'not understood: "kafka"')):
        done = diptych("import", *wrong, config=importer.config)
        assert done.returncode == 2 and done.stderr.endswith(f"[--allow-private] [--config FILE]\n{words}\n"), done
    assert "usage: diptych import [--product SLUG]" in diptych("import", "--help").stdout


# what makes two entries one release ------------------------------------------------------------

def test_ids_titles_and_addresses_that_change(importer):
    date = "2026-08-01T10:00:00Z"
    product, slug, path = importer.feed("atom", atom(("a", "Thing 2.1.0", "https://x.example/a", date)), name="Thing")
    importer()
    for n, entry in enumerate([("b", "Thing 2.1.0", "https://x.example/a", date), ("a", "Thing v2.1.0 is out", "https://y.example/b?x=1", date),
                               ("c", "Thing 2.1", "https://x.example/c", "2026-08-02"), ("d", "2.1.0", "http://x.example/a/#new", "1 Aug 2026")]):
        importer.server.answer(path, atom(entry, ("p", "A post", "https://x.example/post?utm_source=a", "2026-07-01")))
        importer()
        importer.server.answer(path, atom(entry, (f"q{n}", "A post", f"https://www.x.example/post/?utm_source={n}#top", "2026-07-01")))
        importer()
    assert [row[2:4] for row in importer.rows(product)] == [(None, "A post"), ("2.1.0", "Thing 2.1.0")]


def test_two_sources_of_a_product_name_one_release(importer):
    product, slug, path = importer.feed("atom", atom(("a", "Thing 3.0.0", "https://x.example/a", "2026-08-01")), name="Thing")
    importer.source(product, "endoflife", importer.server.answer("/eol", '[{"cycle": 3, "releaseDate": "2026-08-01", "latest": "3.0.1",'
                                                                 ' "latestReleaseDate": "2026-08-09"}]'))
    importer.source(product, "github_releases", importer.server.answer("/gh", '[{"tag_name": "v3.0.1", "name": "v3.0.1", "published_at":'
                                                                       ' "2026-08-09T01:02:03Z", "html_url": "https://x.example/301"}]'))
    importer()
    importer()
    assert sorted(version.removesuffix(".0").removesuffix(".0") for _, _, version, *_ in importer.rows(product)) == ["3", "3.0.1"]


def test_posts_that_share_an_address_are_told_apart_by_their_titles(importer):
    one, two = ("1", "First post", "https://x.example/", "2026-08-01"), ("2", "Second post", "https://x.example/", "2026-08-02")
    product, slug, path = importer.feed("atom", atom(two, one))
    importer()
    importer.server.answer(path, atom(two, ("9", *one[1:])))
    importer()
    assert [row[3] for row in importer.rows(product)] == ["First post", "Second post"]


def test_releases_of_a_day_may_have_one_title(importer):
    entries = ['{"tag_name": "v%s", "name": "Security release", "published_at": "2026-08-01T10:00:00Z"}' % v for v in ("1.0.7", "2.0.3")]
    product, slug, path = importer.feed("github_releases", f"[{entries[0]}]")
    importer()
    importer.server.answer(path, f"[{', '.join(entries)}]")
    assert "1 added, 1 known" in importer()
    assert [row[2] for row in importer.rows(product)] == ["1.0.7", "2.0.3"]


def test_what_editors_typed_is_known(importer):
    product, slug, path = importer.feed("atom", atom(("a", "Thing 2.1.0", "https://x.example/a", "2026-08-01"),
                                                     ("b", "A post", "https://x.example/b", "2026-07-01"), ("c", "Thing 2.2.0", "https://x.example/c", "2026-08-05")),
                                        name="Thing")
    importer.sql("INSERT INTO activity (product_id, kind, class, title, version, occurred_at) VALUES (%s, 'release', 'spark', 'Typed', 'v2.1', '2026-08-03')", product)
    importer.sql("INSERT INTO activity (product_id, kind, title, url, occurred_at) VALUES (%s, 'post', 'Ours', 'http://x.example/b/', '2026-07-03')", product)
    said = importer()
    assert "1 added, 2 known" in said
    assert [row[3] for row in importer.rows(product)] == ["Ours", "Typed", "Thing 2.2.0"]


def test_an_editors_change_beats_the_feed(importer):
    entry = ("a", "Thing 2.1.0", "https://x.example/a", "2026-08-01")
    product, slug, path = importer.feed("atom", atom(entry, ("b", "Thing 2.0.0", "https://x.example/b", "2026-07-01")), name="Thing")
    importer()
    importer.sql("UPDATE activity SET class = 'spark', title = 'Ours', version = '2.1 (LTS)', url = NULL, occurred_at = '2026-08-02', status ="
                 " 'archived' WHERE version = '2.1.0'")
    importer.sql("DELETE FROM activity WHERE version = '2.0.0'")
    importer.server.answer(path, atom(("x", *entry[1:]), ("y", "Thing 2.0.0", "https://x.example/other", "2026-07-02")))
    assert "0 added, 2 known" in importer()
    assert importer.rows(product) == [("release", "spark", "2.1 (LTS)", "Ours", None, "2026-08-02 00:00:00", "archived")]


def test_a_deleted_product_is_forgotten(importer):
    product, slug, path = importer.feed("atom", atom(("a", "v1.0.0", "https://x.example/a", "2026-08-01")))
    importer()
    for table in ("activity", "product_source", "product"):
        importer.sql(f"DELETE FROM {table}")
    assert importer.sql("SELECT COUNT(*) FROM import_release") == [(1,)]
    importer()
    assert importer.sql("SELECT COUNT(*) FROM import_release") == [(0,)]


def test_entries_without_a_date_are_as_old_as_the_run_that_finds_them(importer):
    """The first run only remembers them: they may be years old."""
    old = "<entry><id>1</id><title>v1.0.0</title><link href='https://x.example/1'/></entry>"
    new = "<entry><id>2</id><title>v1.1.0</title><link href='https://x.example/2'/></entry>"
    product, slug, path = importer.feed("atom", atom(old))
    assert "0 added, 0 known, 1 without a date remembered" in importer()
    importer.server.answer(path, atom(new, old))
    assert "1 added, 1 known" in importer()
    assert importer.sql("SELECT version, ABS(TIMESTAMPDIFF(SECOND, occurred_at, UTC_TIMESTAMP(6))) < 60 FROM activity") == [("1.1.0", 1)]


def test_a_changed_address_begins_anew(importer):
    product, slug, path = importer.feed("atom", atom(("a", "v1.0.0", "https://x.example/a", "2026-08-01")))
    importer()
    assert importer.sql("SELECT etag IS NULL FROM product_source") == [(0,)]
    importer.sql("UPDATE product_source SET url = %s", importer.server.answer("/new", atom(("a", "v1.0.1", "https://x.example/a", "2026-08-02"))))
    assert importer.sql("SELECT etag IS NULL AND checked_at IS NULL FROM product_source") == [(1,)]
    assert "1 added" in importer()


def test_versions_with_one_number_are_no_sparks_when_all_have_one(importer):
    entries = [(str(n), f"Systemd {n}", f"https://x.example/{n}", f"2026-0{n - 250}-01") for n in (256, 257, 258)]
    product, slug, path = importer.feed("atom", atom(*entries), name="Systemd")
    importer()
    assert [row[1] for row in importer.rows(product)] == ["improvement"] * 3


# beside others ---------------------------------------------------------------------------------

def test_two_at_once_do_not_double(importer):
    entries = [(str(n), f"v1.{n}.0", f"https://x.example/{n}", "2026-08-01") for n in range(60)]
    for _ in range(4):
        importer.feed("atom", atom(*entries))
    runs = [subprocess.Popen([BINARY, "import", "--allow-private", "--config", importer.config], stdout=subprocess.PIPE, text=True)
            for _ in range(3)]
    said = [run.communicate(timeout=120)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], said
    assert importer.sql("SELECT product_id, COUNT(*), COUNT(DISTINCT version) FROM activity GROUP BY product_id") == [
        (row[0], 60, 60) for row in importer.sql("SELECT id FROM product")]
    assert sum(int(re.search(r"4 sources: (\d+) added", text)[1]) for text in said) == 240


def test_it_neither_waits_for_editors_nor_holds_them_up(importer):
    """An editor has an open transaction over the product, its activities and its source; another edits while a feed answers slowly."""
    product, slug, path = importer.feed("atom", atom(("a", "v1.0.0", "https://x.example/a", "2026-08-01")))
    editor = importer.database.connect(autocommit=False, init_command="SET innodb_lock_wait_timeout = 1")
    with editor.cursor() as cursor:
        cursor.execute("INSERT INTO activity (product_id, title) VALUES (%s, 'an open edit')", product)
        cursor.execute("UPDATE product SET summary = 'x' WHERE id = %s", product)

        def slow(handler):
            with importer.database.connect(init_command="SET innodb_lock_wait_timeout = 1") as other:
                with other.cursor() as quick:
                    quick.execute("UPDATE product_source SET status = 'published' WHERE product_id = %s", product)
                    quick.execute("INSERT INTO activity (product_id, title, occurred_at) VALUES (%s, 'another edit', '2026-01-01')", product)
            handler.plain(200, importer.server.bodies[path])

        importer.server.route(path, slow)
        assert "1 added" in importer()
        editor.rollback()
    editor.close()
    assert [row[3] for row in importer.rows(product)] == ["another edit", slug.title() + " 1.0.0"]


def test_a_check_that_finds_nothing_changes_no_page(importer):
    importer.feed("atom", atom(("a", "v1.0.0", "https://x.example/a", "2026-08-01")))
    importer()
    before = importer.sql("SELECT MAX(seq) FROM change_log"), importer.sql("SELECT checked_at FROM product_source")
    importer()
    assert importer.sql("SELECT MAX(seq) FROM change_log") == before[0] and importer.sql("SELECT checked_at FROM product_source") != before[1]


def test_one_request_at_a_time_to_a_host(importer):
    for n in range(5):
        importer.feed("atom", atom((str(n), "v1.0.0", "https://x.example/a", "2026-08-01")))
    other = FeedServer("127.0.0.2")
    try:
        meet = []

        def first(handler):
            """Answers when the other host was asked, too."""
            while not other.seen and not importer.server.stopping.wait(0.01):
                pass
            meet.append(len(other.seen))
            handler.plain(200, atom(("1", "v1.0.0", "https://x.example/a", "2026-08-01")).encode())

        importer.source(importer.product(), "atom", other.answer("/b", atom(("1", "v1.0.0", "https://x.example/a", "2026-08-01"))))
        importer.server.route("/" + str(importer.n - 5), first)
        importer()
        assert meet == [1], "two hosts are asked at once"
        spans = sorted((r.began, r.ended) for r in importer.server.seen)
        assert len(spans) == 5 and all(a[1] <= b[0] for a, b in zip(spans, spans[1:]))
    finally:
        other.stop()


def test_the_pool_needs_none_of_its_libraries():
    """The program is separate, so that no worker maps libcurl and libxml2."""
    if not shutil.which("ldd"):
        pytest.skip("ldd is not installed")
    listed = [subprocess.run(["ldd", BINARY.parent / name], capture_output=True, text=True).stdout for name in ("diptych", "diptych-import")]
    assert not re.search("libcurl|libxml2", listed[0]) and re.search("libcurl", listed[1]) and re.search("libxml2", listed[1])

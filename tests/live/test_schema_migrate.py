"""`diptych migrate`: on a new database, again, twice at once, with writers at work, and when it fails."""
import re
import shutil
import subprocess
import threading

import pymysql
import pytest

from lib.database_server import MYSQL
from lib.servers import BINARY, TOP, configuration_text, diptych
from schema_db import MIGRATIONS, SQL, server  # noqa: F401

SCHEMA = ["--no-data", "--routines", "--events", "--triggers", "--skip-dump-date", "--skip-comments"]
NUMBERS = [int(file.name[:3]) for file in MIGRATIONS]
VERSIONS = tuple((n,) for n in NUMBERS)
LAST = NUMBERS[-1]


class Migrator:
    """The command with a configuration of its own and a copy of sql/ that a test may change."""

    def __init__(self, folder, site):
        self.sql = folder / "sql"
        shutil.copytree(SQL, self.sql, ignore=shutil.ignore_patterns("sample"))
        self.config = folder / "diptych.conf"
        self.settings = {"mysql_socket": site.server.socket, "mysql_database": site.name, "sql_dir": self.sql,
                         "state_dir": ""}
        self.site = site

    def write(self, **changes):
        self.config.write_text(configuration_text({**self.settings, **changes}))
        return self.config

    def __call__(self, *args, **changes):
        return diptych("migrate", *args, config=self.write(**changes))

    def start(self, count=1):
        argv = [BINARY, "migrate", "--config", self.write()]
        return [subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                for _ in range(count)]


@pytest.fixture
def site(server):  # noqa: F811
    site = server.site()
    yield site
    site.drop()


@pytest.fixture
def migrate(tmp_path, site):
    return Migrator(tmp_path, site)


def versions(site):
    return site.editor()("SELECT version FROM schema_version ORDER BY version")


def schema(site):
    return site.server.dump(site.name, *SCHEMA).replace(" CHARACTER SET utf8mb4 COLLATE", " COLLATE")  # MySQL says it or not


def test_a_new_database_and_again(site, migrate):
    first = migrate()
    assert first.returncode == 0, first.stderr
    assert versions(site) == VERSIONS
    for file in MIGRATIONS:
        assert file.name in first.stdout
    state = site.editor()("SELECT * FROM site_state")
    stamps = site.editor()("SELECT * FROM schema_version")
    before = schema(site)
    second = migrate()
    assert (second.returncode, second.stderr) == (0, "")
    assert second.stdout == f"the schema is at version {LAST}: nothing to do\n"
    assert schema(site) == before
    assert site.editor()("SELECT * FROM site_state") == state, "the incarnation is made once"
    assert site.editor()("SELECT * FROM schema_version") == stamps


def test_it_makes_what_the_mariadb_client_makes(server, site, migrate):  # noqa: F811
    assert migrate().returncode == 0
    other = server.site(*MIGRATIONS, *MIGRATIONS)
    loaded, made = (schema(s).replace(s.name, "SITE") for s in (other, site))
    other.drop()

    def plain(text):
        """Without what an event takes from the clock and from the time zone of whoever made it."""
        return [line for line in text.splitlines() if "STARTS" not in line and "time_zone" not in line]

    assert plain(made) == plain(loaded)


def test_every_incarnation_is_another(server, site, migrate):  # noqa: F811
    assert migrate().returncode == 0
    other = server.site(*MIGRATIONS)
    words = {s.editor().one("SELECT incarnation FROM site_state") for s in (site, other)}
    other.drop()
    assert len(words) == 2 and all(len(word) == 32 for word in words)


def test_a_run_that_was_cut_off_is_completed(site, migrate):
    triggers = MIGRATIONS[1].read_text()
    half = triggers.index("CREATE /*M! OR REPLACE */ TRIGGER editorial_after_insert")
    (migrate.sql / MIGRATIONS[1].name).write_text(triggers[:half] + "SELECT broken(//")
    failed = migrate()
    assert failed.returncode == 1
    line = triggers[:half].count("\n") + 1
    assert f"{MIGRATIONS[1].name}:{line}: error 1064" in failed.stderr
    assert versions(site) == ((1,),)
    (migrate.sql / MIGRATIONS[1].name).write_text(triggers)
    assert migrate().returncode == 0
    assert versions(site) == VERSIONS


def rows(editor, table):
    return editor(f"SELECT * FROM {table} ORDER BY 1")


def earlier_site(server):  # noqa: F811
    """A site as version 4 left it, with rows in every table that version 6 alters."""
    site = server.site(*[file for file in MIGRATIONS if file.name < "005"])  # noqa: F811
    root = site.editor()
    for slug in "abc":
        root.add("product", slug=slug, name=slug, status="published", license="MIT")
    root.add("sector", slug="one", name="One")
    root.add("theme", slug="one", name="One")
    root.add("product_sector", product_id=1, sector_id=1)
    root.add("product_theme", product_id=1, theme_id=1)
    root.add("activity", product_id=1, title="t")
    root.add("editorial", product_id=1, status="published", headline="h", prediction_md="It will.", preview_token="")
    root.add("editorial", product_id=2, headline="h", preview_token="")
    root.add("comparison", product_id=1, other_product_id=2, intro_md="i")
    root.add("faq", product_id=1, other_product_id=2, question="q")
    for slug in ("about", "predictions", "feeds"):
        root.add("page", slug=slug, title=slug, body_md=f"About {slug}.", status="published")
    root("SET SESSION sql_mode = ''")
    root.add("product", slug="zero", name="A lax tool's", created_at="0000-00-00", updated_at="0000-00-00")
    root.add("editorial", product_id=4, status="published", published_at="0000-00-00")
    root("UPDATE product SET slug = 'a2' WHERE id = 1")
    return site


OLDER = ("sector", "theme", "product", "product_sector", "product_theme", "product_alias", "activity", "editorial", "faq",
         "comparison")


def test_a_site_with_rows_is_brought_to_the_newest_version(server, tmp_path):  # noqa: F811
    site = earlier_site(server)
    root = site.editor()
    before = {table: rows(root, table) for table in OLDER}
    log = root.one("SELECT COUNT(*) FROM change_log")
    result = Migrator(tmp_path, site)()
    assert result.returncode == 0, result.stderr
    assert versions(site) == VERSIONS
    added = {"product": (None, None), "editorial": ("open", None, None), "faq": (None,), "comparison": (None,)}
    for table in OLDER:
        assert rows(root, table) == tuple(row + added.get(table, ()) for row in before[table]), table
    assert root("SELECT slug, body_md FROM page ORDER BY id") == (
        ("about", "About about."), ("predictions-page-2", "About predictions."), ("feeds-page-3", "About feeds."))
    assert root.one("SELECT COUNT(*) FROM change_log") == log + 2, "the two pages that moved"
    new = server.site(*MIGRATIONS)
    loaded, made = ([re.sub(r" AUTO_INCREMENT=\d+", "", line) for line in schema(s).replace(s.name, "SITE").splitlines()
                     if "STARTS" not in line and "time_zone" not in line] for s in (new, site))
    assert made == loaded
    new.drop()
    site.drop()


def statements_of(file):
    """The statements of a migration, as the client cuts them."""
    delimiter, statements, statement = ";", [], ""
    for line in file.read_text().splitlines(keepends=True):
        if line.startswith("DELIMITER"):
            delimiter = line.split()[1]
            statements.append(line)
            continue
        statement += line
        if line.rstrip().endswith(delimiter):
            statements.append(statement)
            statement = ""
    return statements


def test_a_run_that_was_cut_off_anywhere_goes_on(server, tmp_path):  # noqa: F811
    """Cut after every alteration of a table, and after every 9th statement of the rest."""
    file = next(file for file in MIGRATIONS if file.name.startswith("006"))
    statements = statements_of(file)
    cuts = [n for n, text in enumerate(statements, 1) if "EXECUTE" in text or n % 9 == 0]
    site = earlier_site(server)
    folder = tmp_path / "cut"
    folder.mkdir()
    migrate = Migrator(folder, site)
    for cut in cuts:
        (migrate.sql / file.name).write_text("".join(statements[:cut]))
        result = migrate()
        assert result.returncode == 1 and "does not end with" in result.stderr, (statements[cut - 1], result.stderr)
    (migrate.sql / file.name).write_text(file.read_text())
    assert migrate().returncode == 0
    assert versions(site) == VERSIONS
    site.drop()


def test_two_at_once(site, migrate):
    runs = migrate.start(3)
    texts = [run.communicate(timeout=60)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], texts
    assert sorted(MIGRATIONS[0].name in text for text in texts) == [False, False, True]


def test_writers_lose_no_entry_while_triggers_are_replaced(site, migrate):
    assert migrate().returncode == 0
    root = site.editor()
    for n in (1, 2, 3):
        root.add("product", slug=f"p{n}", name="P")
    done, counts, errors = threading.Event(), {}, []

    def write(product):
        try:
            editor = site.editor()
            counts[product] = 0
            while not done.is_set():
                editor("UPDATE product SET name = 'w' WHERE id = %s", product)
                counts[product] += 1
        except pymysql.err.Error as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(n,)) for n in (1, 2, 3)]
    for writer in writers:
        writer.start()
    for _ in range(4):
        root("DELETE FROM schema_version WHERE version > 1")
        result = migrate()
        assert result.returncode == 0, result.stderr
    done.set()
    for writer in writers:
        writer.join()
    assert not errors
    revs = dict(root("SELECT entity_id, rev FROM revision WHERE entity = 'product'"))
    assert revs == {n: count + 1 for n, count in counts.items()} and min(counts.values()) > 10


def test_an_open_transaction_is_waited_for_without_stopping_the_others(site, migrate):
    assert migrate().returncode == 0
    root, holder, other = site.editor(), site.editor(), site.editor()
    root.add("product", slug="a", name="A")
    root("DELETE FROM schema_version WHERE version = 2")
    holder.begin()
    holder("UPDATE product SET name = 'held' WHERE slug = 'a'")
    [run] = migrate.start()
    while "waiting" not in run.stdout.readline():
        assert run.poll() is None
    other.add("product", slug="b", name="the table is not blocked for long")
    holder.commit()
    assert run.communicate(timeout=60) and run.returncode == 0
    assert versions(site) == VERSIONS


def test_the_other_way_of_replacing_a_trigger(site, migrate):
    """What is done on MySQL, statement by statement, on this server."""
    assert migrate().returncode == 0
    root = site.editor()
    text = MIGRATIONS[1].read_text().split("TRIGGER product_after_insert", 1)[1].split("//", 1)[0]
    root("LOCK TABLES `product` WRITE")
    root("DROP TRIGGER IF EXISTS `product_after_insert`")
    root(f"CREATE /* OR REPLACE */ TRIGGER product_after_insert{text}")
    root("UNLOCK TABLES")
    root.add("product", slug="a", name="A")
    assert root.one("SELECT COUNT(*) FROM change_log") == 1


def test_a_newer_database_is_left_alone(site, migrate):
    assert migrate().returncode == 0
    site.editor()("INSERT INTO schema_version (version) VALUES (99)")
    result = migrate()
    assert result.returncode == 0 and "version 99, newer than this diptych" in result.stdout


def test_check_says_when_the_schema_and_the_program_are_not_of_an_age(site, migrate):
    settings = {"mysql_user": "root", "memcached": "", "template_dir": TOP / "templates"}
    assert migrate().returncode == 0
    last, sql = LAST, site.editor()
    for change, words in [("DELETE FROM schema_version WHERE version = 99", None),
                          ("INSERT INTO schema_version (version) VALUES (99)", f"99 is newer than this diptych, which knows {last}"),
                          (f"DELETE FROM schema_version WHERE version >= {last}",
                           f"{NUMBERS[-2]}, and this diptych has {last}: run `diptych migrate`")]:
        sql(change)
        said = [line for line in diptych("check", config=migrate.write(**settings)).stdout.splitlines() if line[:6] == "schema"]
        assert said == ([f"schema     version {words}"] if words else [])


def test_a_dump_restores_the_whole_site(server, site, migrate):  # noqa: F811
    assert migrate().returncode == 0
    root = site.editor()
    for slug in "ab":
        root.add("product", slug=slug, name=slug)
    root.add("comparison", product_id=1, other_product_id=2, intro_md="i")
    root("UPDATE product SET slug = 'c' WHERE id = 1")
    before = schema(site).replace(site.name, "SITE")
    other = server.site()
    server.database.script(server.dump(site.name, "--routines", "--events"), other.name)
    restored = other.editor()
    assert schema(other).replace(other.name, "SITE") == before
    for table in ("product", "product_alias", "comparison", "change_log", "site_state", "revision"):
        assert restored(f"SELECT * FROM {table}") == root(f"SELECT * FROM {table}"), table
    with pytest.raises(pymysql.err.IntegrityError):
        restored.add("comparison", product_id=2, other_product_id=1)
    restored("UPDATE product SET slug = 'a' WHERE id = 1")
    assert restored("SELECT slug FROM product_alias") == (("c",),)
    other.drop()


def test_purge(site, migrate):
    assert migrate().returncode == 0
    root = site.editor()
    for n in range(5):
        root.add("sector", slug=f"s{n}", name="S")
    assert "no entry" in migrate("--purge").stdout
    root("UPDATE change_log SET changed_at = UTC_TIMESTAMP(6) - INTERVAL 8 DAY")
    result = migrate("--purge")
    assert result.returncode == 0 and "purged the change log's entries up to 4\n" in result.stdout
    assert root.one("SELECT COUNT(*) FROM change_log") == 1
    assert root.one("SELECT SUM(rev) FROM revision") == 5


@pytest.mark.parametrize("changes,words", [
    ({"mysql_socket": "/nonexistent/mysql.sock"}, ["/nonexistent/mysql.sock", "mysql_socket"]),
    ({"mysql_admin_user": "nobody"}, ["refused nobody", "mysql_admin_user"]),
    ({"mysql_database": "nosuch"}, ["CREATE DATABASE `nosuch`"]),
    ({"sql_dir": "/nonexistent/sql"}, [": no migrations NNN_*.sql in sql_dir = /nonexistent/sql"]),
])
def test_what_stands_in_the_way_is_said(migrate, changes, words):
    result = migrate(**changes)
    assert result.returncode == 1
    for word in words:
        assert word in result.stderr
    assert "sql_dir" not in changes or re.match(rf"{migrate.config}:\d+: ", result.stderr), "with its line"


def test_files_that_are_wrong_are_said(site, migrate):
    last = LAST
    (migrate.sql / f"{last + 1:03}_more.sql").write_text("SELECT 1;")
    assert f"schema_version (version) VALUES ({last + 1})" in migrate().stderr
    (migrate.sql / f"{last + 1:03}_again.sql").write_text("SELECT 1;")
    (migrate.sql / f"{last + 1:03}_more.sql").write_text(
        f"INSERT IGNORE INTO schema_version (version) VALUES ({last + 1})")
    result = migrate()
    assert result.returncode == 1 and "taken twice" in result.stderr
    usage = migrate("--everything")
    assert usage.returncode == 2 and "usage" in usage.stderr


def test_a_procedure_that_a_dump_left_out_comes_back(server, site, migrate):  # noqa: F811
    assert migrate().returncode == 0
    site.editor().add("product", slug="a", name="A")
    other = server.site()
    text = server.dump(site.name)  # triggers, and no routine
    if MYSQL:  # the last view of the dump is made of what the function returns
        with pytest.raises(AssertionError, match="FUNCTION .*schema_parts does not exist"):
            server.database.script(text, other.name)
    else:
        server.database.script(text, other.name)
    editor = other.editor()
    with pytest.raises(pymysql.err.OperationalError, match="1305"):
        editor("UPDATE product SET name = 'b'")
    migrate.settings["mysql_database"] = other.name
    result = migrate()
    assert result.returncode == 0, result.stderr
    assert "the procedure change_log_append is missing" in result.stdout
    assert ("the function schema_parts is missing" in result.stdout) == MYSQL
    views = "SELECT table_name FROM information_schema.views WHERE table_schema = DATABASE() ORDER BY 1"
    assert site.editor()(views) == editor(views) and "the schema is whole" in migrate("--repair").stdout
    editor("UPDATE product SET name = 'b'")
    assert editor.one("SELECT COUNT(*) FROM change_log") == 2
    assert "nothing to do" in migrate().stdout
    other.drop()


def test_what_a_restore_lost_is_named(site, migrate):
    """The numbers of all files came back, and triggers did not: nothing to do would be wrong."""
    assert migrate().returncode == 0
    root = site.editor()
    root("DROP TRIGGER editorial_after_insert")
    result = migrate()
    assert result.returncode == 0 and "editorial_after_insert" in result.stdout, result.stdout
    assert result.stdout.endswith(f"the schema is at version {LAST}, but not whole: run `diptych migrate --repair`\n")
    names = [n for n, in root("SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()")]
    for name in names[:12]:
        root(f"DROP TRIGGER {name}")
    lines = migrate().stdout.splitlines()
    assert len(lines) == 12 and lines[10] == "and 3 more" and "but not whole" in lines[11], lines
    mended = migrate("--repair")
    assert mended.returncode == 0 and mended.stdout.startswith(f"the schema is at version {LAST}\nmended: "), mended.stdout
    assert migrate().stdout == f"the schema is at version {LAST}: nothing to do\n"

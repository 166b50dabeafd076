"""The commands of diptych-start(7), as they stand there: a site at a path of another one, in German, with three products that
are filled from feeds of a local server (three Atom feeds, also where the page names GitHub), and a theme of its own."""
import os
import shutil
from contextlib import contextmanager
from types import SimpleNamespace

from conftest import _database
from lib import http
from lib.daemon import Daemon, wait_until
from lib.feed_server import FeedServer
from lib.manual import examples
from lib.servers import BINARY, BUILD, SLOW, Cache, Web, short_folder
from test_init import share
from test_manual_backup import Shell

PAGE = "diptych-start.7"
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>x</id><updated>2026-08-01T00:00:00Z</updated>
<entry><id>{0}-1</id><title>{0} 2.1.0</title><updated>2026-08-01T00:00:00Z</updated><link href="https://releases.example.net/{0}/2.1.0"/></entry></feed>"""


class Path(Web):
    """A site that was there before, and its path /tools."""

    def __init__(self, folder, socket, file, static):
        super().__init__(folder, f"unix:{socket}", static=static)
        text = self.config.read_text()
        assert "include diptych/server.conf;" in text
        self.config.write_text(text.replace("include diptych/server.conf;", f"include {file};\n    location / {{ return 200 'the old site'; }}"))


@contextmanager
def empty_place(templates):
    """A machine with MariaDB and memcached, on which nothing of diptych is configured."""
    folder = short_folder("dp-s-")
    running = _database(templates, "empty")
    database = next(running)
    place = SimpleNamespace(folder=folder, database=database, config_path=folder / "diptych.conf", cache=Cache(folder).start(), daemons=[],
                            program=BINARY, share=share(), static=BUILD / "static", assets=BUILD / "assets.map")
    try:
        yield place
    finally:
        for daemon in place.daemons:
            daemon.kill()
        place.cache.stop()
        next(running, None)
        shutil.rmtree(folder, ignore_errors=True)


def by_the_guide(place):
    """Runs the examples of the page and asserts after each what it says.  Adds shell, web and get() to the place."""
    folder, shell = place.folder, Shell(place, place.folder / "shell", place.program)

    def run(section, **words):
        [text] = examples(PAGE, section)
        for old, new in {"/usr/local/etc/diptych/accounts.sql": f"{folder}/accounts.sql", "/etc/diptych/theme": f"{folder}/theme",
                         "/usr/local/etc/diptych/nginx-site.conf": f"{folder}/nginx-site.conf", "/etc/nginx": str(folder), **words}.items():
            text = text.replace(old, new)
        return shell.run(text)

    said = run("1. BEGIN", **{"--migrate": f"--migrate --share {place.share}", "/run/mysqld/mysqld.sock": str(place.database.socket),
                              "127.0.0.1:11211": place.cache.server})
    assert "the schema is at version" in said
    (folder / "state").mkdir()
    with open(place.config_path, "a") as config:  # what an installation has elsewhere
        config.write(f'state_dir = "{folder}/state"\nlisten = "{folder}/d.sock"\ncontrol = "{folder}/c.sock"\npid_file = "{folder}/pid"\n'
                     f'static_version_file = "{place.assets}"\ndeadline = 10000\n' + ('user = "root"\n' if os.getuid() == 0 else ""))
    pool = Daemon("diptych", [place.program, "serve", "--config", place.config_path], folder / "diptych.log")
    place.daemons.append(pool)
    pool.start().wait_ready((folder / "d.sock").exists, 30 * SLOW)
    run("2. SERVE")
    web = Path(folder, folder / "d.sock", folder / "diptych-path.conf", place.static)
    place.daemons.insert(0, web.daemon)
    web.start()

    def get(path):
        return http.request(web.port, "GET", path, {}, None, 20 * SLOW)

    place.shell, place.web, place.get, place.run = shell, web, get, run
    assert get("/").text == "the old site" and get("/other").text == "the old site"
    wait_until(lambda: get("/tools/").status == 200, 30 * SLOW, "the empty site")
    refused = http.request(web.port, "POST", "/tools/", {}, b"x" * 70000, 20 * SLOW)
    assert refused.status == 413 and "lang=de" in refused.text and "Anfrage zu groß" in refused.text and "<a href=/tools/>Zur Startseite" in refused.text
    run("3. THE FIRST PRODUCTS")
    wait_until(lambda: get("/tools/compare/kafka-vs-nats").status == 200, 10 * SLOW, "the first pair")
    page = get("/tools/compare/kafka-vs-nats").text
    assert '<html lang="de"' in page and "Werkzeuge" in page and "Ein verteiltes Log." in page and 'href="/tools/' in page
    assert "3 sources: 3 added, 0 failed" in fill(place)
    wait_until(lambda: all("2.1.0" in get(f"/tools/products/{s}").text for s in ("kafka", "nats", "redis")), 10 * SLOW, "the releases")
    assert "/static/theme/" not in get("/tools/products/kafka").text
    run("5. YOUR BRAND")
    wait_until(lambda: "/static/theme/" in get("/tools/products/kafka").text, 10 * SLOW, "the theme")


def fill(place):
    """The example of the section about feeds, on three feeds of a local server; what it says."""
    feeds = FeedServer()
    try:
        here = feeds.url("/")
        for slug in ("kafka", "nats", "redis"):
            feeds.answer(f"/{slug}.atom", ATOM.format(slug))
        return place.run("4. FILL IT FROM FEEDS", **{"https://github.com/apache/', slug": f"{here}', slug, '.atom'", "'github_releases'": "'atom'",
                                                    "https://example.org/', slug": f"{here}', slug",
                                                    "diptych import": "diptych import --allow-private"})
    finally:
        feeds.stop()


def test_from_nothing_to_a_site_of_ones_own(templates):
    with empty_place(templates) as place:
        by_the_guide(place)

"""An upgrade over a site that was made by diptych-start(7) alone: German, below a path, with a theme of its own and three products
filled from feeds.  The program and its shared files are installed again, changed; nothing of theirs is lost, no request either,
and `diptych check` names the template that they have replaced and whose original is another now."""
import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from lib import jsonld, schemas
from lib.probe import load
from lib.servers import BINARY, BUILD, SLOW, TOP, wait_until
from test_manual_start import by_the_guide, empty_place
from test_pages_links import Crawl

ADDRESS = "https://example.org"  # that of the page
PAGES = ["/tools/", "/tools/compare/kafka-vs-nats", "/tools/products/kafka", "/tools/leaderboard"]


def install(place, mark):
    """What `make install` does with the shared files and the program; `mark` stands in the templates of this version."""
    share, old = place.share, [f.name for f in place.static.glob("*")] if place.static.exists() else []
    for name in ("templates", "sql", "nginx"):
        shutil.rmtree(share / name, ignore_errors=True)
        shutil.copytree(TOP / name, share / name)
    shutil.copytree(BUILD / "locale", share / "locale", dirs_exist_ok=True)
    for name in ("compare", "trajectory"):
        file = share / f"templates/{name}.html.mustache"
        file.write_text(file.read_text().replace("{{> _foot}}", f"<!-- {mark} -->\n{{{{> _foot}}}}"))
    sheet = share / "templates/assets/site.css"
    sheet.write_text(sheet.read_text() + f"/* {mark} */\n")
    subprocess.run(["sh", TOP / "templates/hash-assets", share / "templates/assets", share], check=True)
    assert set(old) <= {f.name for f in place.static.glob("*")}
    shutil.copy(BINARY.parent / "diptych-import", place.folder)
    shutil.copy(BINARY, place.folder / "new")
    with open(place.folder / "new", "ab") as program:
        program.write(mark.encode())
    os.rename(place.folder / "new", place.program)


def theirs(place):
    """Hashes of what is the publisher's: configuration, accounts, nginx, theme; and their tables."""
    files = [*(place.folder / "theme").rglob("*"), place.config_path, place.folder / "accounts.sql", place.folder / "diptych-path.conf"]
    tables = [t for t, in place.database.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'diptych' AND "
                                             "table_type = 'BASE TABLE' AND table_name NOT LIKE '%%schema%%' AND table_name NOT LIKE '%%migration%%'")]
    return ({str(f): hashlib.sha256(f.read_bytes()).hexdigest() for f in files if f.is_file()},
            {t: place.database.sql(f"SELECT * FROM `{t}`") for t in tables})


def brand(place):
    """What diptych-themes(7) says: a template of their own, a colour, and the lines for nginx below the path."""
    place.shell.run(f"diptych theme copy {place.folder}/theme compare.html.mustache")
    copy = place.folder / "theme/compare.html.mustache"
    copy.write_text(copy.read_text().replace("{{> _foot}}", "<!-- ours -->\n{{> _foot}}"))
    with open(place.folder / "theme/assets/theme.css", "a") as sheet:
        sheet.write(":root{--ours:1}\n")
    path = place.folder / "diptych-path.conf"
    head, mark, rest = path.read_text().partition("# With a theme, set $diptych_theme")
    lines = rest.splitlines()
    last = lines.index("# }")
    bare = [re.sub("^# ?", "", line) if 0 < i <= last else line for i, line in enumerate(lines)]
    path.write_text(head + mark + "\n".join(bare) + "\n")
    config = place.web.config
    config.write_text(config.read_text().replace("set $diptych_static", f"set $diptych_theme {place.folder}/theme/static;\n    set $diptych_static"))
    reload_nginx(place.web.daemon.pid)
    place.shell.run(f"diptych theme assets {place.folder}/theme && diptych reload")
    wait_until(lambda: "<!-- ours -->" in place.get(PAGES[1]).text, 20 * SLOW)


def reload_nginx(pid):
    """Returns when the workers of the old configuration, which could still answer, are gone."""
    def workers():
        return set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    old = workers()
    os.kill(pid, signal.SIGHUP)
    wait_until(lambda: workers() and not workers() & old, 20 * SLOW, "nginx's new workers")


def sheet(place):
    return re.search(r'href="(/tools/static/theme/theme\.[0-9a-f]{12}\.css)"', place.get(PAGES[1]).text)[1]


def check(place):
    done = subprocess.run([place.program, "check", "--config", place.config_path], capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def made(templates):
    with empty_place(templates) as place:
        share = place.folder / "share"
        place.share, place.static, place.assets, place.program = share, share / "static", share / "assets.map", place.folder / "diptych-program"
        share.mkdir()
        install(place, "installed 1")
        by_the_guide(place)
        brand(place)
        yield place
        pid = int((place.folder / "pid").read_text())
        if pid != place.daemons[-1].pid:  # an upgrade replaced it
            os.kill(pid, signal.SIGTERM)
            wait_until(lambda: not os.path.exists(f"/proc/{pid}/cwd"), 30 * SLOW)


def crawl_of(place):
    return Crawl(SimpleNamespace(url=ADDRESS, port=place.web.port, base="/tools"))


def test_the_theme_of_a_site_below_a_path(made):
    answer = made.get(sheet(made))
    assert answer.status == 200 and "--ours:1" in answer.text and "immutable" in answer["Cache-Control"]
    assert answer["Content-Security-Policy"]
    assert made.get("/tools/static/theme/none.0123456789ab.css").status == 404
    assert made.get(sheet(made).replace("/theme/", "//theme/"))["Location"] == ADDRESS + sheet(made)
    assert "changed since it was copied" not in check(made)


def test_no_link_of_the_site_is_dead(made):
    crawl = crawl_of(made)
    assert len(crawl.seen) > 30 and crawl.wrong == []
    assert any("/static/theme/" in path for path in crawl.seen)


def test_its_feeds_sitemaps_and_json_ld_are_valid(made):
    begin = ADDRESS + "/tools"
    addresses = [a for part, _ in schemas.sitemap(made.get("/tools/sitemap.xml").body)
                 for a, _ in schemas.sitemap(made.get(part.removeprefix(ADDRESS)).body)]
    assert len(addresses) > 15 and all(a.startswith(begin + "/") for a in addresses)
    feeds = {}
    for address in addresses:
        answer = made.get(address.removeprefix(ADDRESS))
        assert answer.status == 200 and jsonld.nodes(answer.text, ADDRESS), address
        feeds.update(dict.fromkeys(re.findall('<link rel="alternate" type="application/atom\\+xml"[^>]* href="([^"]+)"', answer.text)))
    assert len(feeds) > 5
    for feed in feeds:
        root = schemas.atom(made.get(feed.removeprefix(ADDRESS)).body)
        assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "de", feed


def test_an_upgrade_over_it_loses_nothing_of_theirs_and_check_names_the_changed_original(made):
    hour = time.time() // 3600  # the counts on the pages end at the last full one
    before, pages = theirs(made), {path: made.get(path).text for path in PAGES}
    first = int((made.folder / "pid").read_text())
    asked = iter(range(10 ** 9))
    with load(lambda: made.get(PAGES[next(asked) % len(PAGES)]), threads=2) as counts:
        install(made, "installed 2")
        said = made.shell.run("diptych migrate && diptych upgrade")
        wait_until(lambda: int((made.folder / "pid").read_text()) != first, 20 * SLOW)
        wait_until(lambda: "installed 2" in made.get(PAGES[2]).text, 20 * SLOW, "the new templates")
    assert set(counts) == {200} and "serves" in said, (counts, said)
    assert theirs(made) == before
    for path in PAGES:
        text = made.get(path).text
        assert '<html lang="de"' in text and "Werkzeuge" in text and "/tools/static/theme/" in text
        same = re.sub(r"installed \d|site\.[0-9a-f]{12}", "", text) == re.sub(r"installed \d|site\.[0-9a-f]{12}", "", pages[path])
        assert same or time.time() // 3600 > hour, (path, text, pages[path])
    assert "<!-- ours -->" in made.get(PAGES[1]).text and "installed 2" not in made.get(PAGES[1]).text
    assert "2.1.0" in made.get(PAGES[2]).text
    for href in re.findall(r'href="(/tools/static/[^"]+)"', "".join(pages.values())):
        assert made.get(href).status == 200, "pages that are open keep their files"
    assert crawl_of(made).wrong == []
    lines = [line for line in check(made).splitlines() if "changed since it was copied" in line]
    assert len(lines) == 1 and "theme/compare.html.mustache" in lines[0] and "diptych theme accept" in lines[0]
    made.shell.run(f"diptych theme accept {made.folder}/theme compare.html.mustache")
    assert "changed since it was copied" not in check(made)

"""Themes: their commands, their static files, their pictures, what check says of them, and a reload to another theme under load."""
import gzip
import re
import shutil
import threading

import pytest

from lib.servers import BUILD, TOP, Site, diptych, wait_until

INSTALLED = TOP / "templates"
PAGE = "/compare/kafka-vs-kubernetes"


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    path = tmp_path_factory.mktemp("theme") / "diptych.conf"
    path.write_text(f'template_dir = "{INSTALLED}"\nstatic_version_file = "{BUILD}/assets.map"\nuser = "root"\n')
    return path


@pytest.fixture
def theme(config, tmp_path):
    """A new folder with the starter, and a function that runs `diptych theme`."""
    folder = tmp_path / "mine"

    def run(command, *arguments):
        return diptych("theme", command, folder, *arguments, config=config)
    run.folder = folder
    made = run("new")
    assert made.returncode == 0, made.stderr
    return run


def hashed(folder):
    return dict(line.split() for line in (folder / "assets.map").read_text().splitlines())


# ---- the commands

def test_a_new_theme_is_complete(theme, config):
    made = {str(p.relative_to(theme.folder)) for p in theme.folder.rglob("*") if p.is_file()}
    assert {"_masthead.html.mustache", "_footer.html.mustache", "_colours.html.mustache", "assets/theme.css", "assets/logo.svg",
            "pictures.conf", "assets.map", "originals/_masthead.html.mustache"} <= made
    for name, file in hashed(theme.folder).items():
        assert re.fullmatch(r"\w+\.[0-9a-f]{12}\.\w+", file)
        content = (theme.folder / "static" / file).read_bytes()
        assert content == (theme.folder / "assets" / name).read_bytes()
        assert gzip.decompress((theme.folder / "static" / f"{file}.gz").read_bytes()) == content
    again = theme("new")
    assert again.returncode == 1 and "exists, and nothing was written" in again.stderr


def test_what_is_no_theme(config, tmp_path):
    for name in ("none", "../themes/starter"):
        done = diptych("theme", "new", tmp_path / "x", "--from", name, config=config)
        assert done.returncode == 1 and f"{name} is no theme in {INSTALLED}/themes" in done.stderr and not (tmp_path / "x").exists()
    for words in ([], ["new"], ["copy", "x"], ["assets", "x", "y"], ["new", "--from", "starter"], ["other", "x"]):
        assert diptych("theme", *words, config=config).returncode == 2, words


def test_the_same_hash_as_the_build(theme, tmp_path):
    import subprocess
    subprocess.run(["sh", INSTALLED / "hash-assets", theme.folder / "assets", tmp_path / "out"], check=True)
    assert hashed(tmp_path / "out") == hashed(theme.folder)


def test_files_of_a_stylesheet_have_hashed_names(theme):
    sheet = theme.folder / "assets/theme.css"
    (theme.folder / "assets/mine.woff2").write_bytes(b"font")
    sheet.write_text("/* url(none.woff2) */\n@font-face{font-family:M;src:url(mine.woff2)}\n"
                     "a{background:url('mine.woff2')}b{background:url(data:x)}c{fill:url(#g)}")
    before = hashed(theme.folder)["theme.css"]
    assert theme("assets").returncode == 0
    names = hashed(theme.folder)
    font = names["mine.woff2"]
    text = (theme.folder / "static" / names["theme.css"]).read_text()
    assert f"src:url({font})" in text and f"url('{font}')" in text and "url(data:x)" in text and "url(#g)" in text and "url(none.woff2) */" in text
    assert (theme.folder / "static" / before).exists() and names["theme.css"] != before  # earlier files stay
    sheet.write_text("a{}\nb{background:url(none.png)}")
    done = theme("assets")
    assert done.returncode == 1 and f"{sheet}:2:18: url(none.png) is no file of this folder" in done.stderr
    assert hashed(theme.folder) == names


@pytest.mark.parametrize("name", ["two.dots.css", "blank name.css", "noextension", "x.gz", "é.css", "a" * 60 + ".css"])
def test_names_that_nginx_would_not_serve(theme, name):
    (theme.folder / "assets" / name).write_text("x")
    done = theme("assets")
    assert done.returncode == 1 and f"assets/{name}: name it with letters" in done.stderr


def test_static_files_of_several_themes_in_one_folder(theme, tmp_path):
    assert theme("assets", "--out", tmp_path / "www").returncode == 0
    assert all((tmp_path / "www" / file).exists() for file in hashed(theme.folder).values())


# ---- check

def checked(config, theme, **keys):
    text = "".join(f'{key} = "{value}"\n' for key, value in {"theme_dir": theme.folder, **keys}.items())
    path = theme.folder.parent / "check.conf"
    path.write_text(config.read_text() + text)
    return [line for line in diptych("check", config=path).stdout.splitlines() if line.startswith("theme ")]


def test_check_names_what_an_upgrade_changed(theme, config):
    assert checked(config, theme) == [f"theme      {theme.folder}: 3 templates, 2 static files"]
    assert theme("copy", "compare.html.mustache").returncode == 0
    copy = theme.folder / "compare.html.mustache"
    assert copy.read_text() == (INSTALLED / "compare.html.mustache").read_text()
    copy.write_text(copy.read_text() + "<!-- mine -->\n")
    assert len(checked(config, theme)) == 1
    (theme.folder / "originals/compare.html.mustache").write_text("as it was installed before the upgrade")
    line, = checked(config, theme)[:-1]
    assert f"{copy}: the installed original has changed since it was copied" in line and "diptych theme accept" in line
    assert theme("accept", "compare.html.mustache").returncode == 0 and len(checked(config, theme)) == 1
    (theme.folder / "originals/compare.html.mustache").unlink()
    assert "nothing is known about the original" in checked(config, theme)[0]
    assert theme("accept").returncode == 0 and len(checked(config, theme)) == 1
    assert "exists and stays as it is" in theme("copy", "compare.html.mustache").stderr
    assert "no.mustache is no template" in theme("copy", "no.mustache").stderr


def test_check_names_files_that_no_page_shows(theme, config):
    (theme.folder / "_mast.html.mustache").write_text("x")
    (theme.folder / "assets/theme.css").write_text("a{}")
    lines = "\n".join(checked(config, theme))
    assert "/_mast.html.mustache: no page uses it" in lines and "run `diptych theme assets" in lines
    (theme.folder / "_footer.html.mustache").write_text("{{> _mast }}")
    assert theme("assets").returncode == 0
    assert not any("no page uses it" in line or "theme assets" in line for line in checked(config, theme))


# ---- faults that prevent a start

FAULTS = {
    "_masthead.html.mustache": ("a\n{{#page}}{{none}}{{/page}}", r"_masthead\.html\.mustache:2:10: \"none\" is no field of"),
    "_footer.html.mustache": ('<img src="{{static/none.png}}" alt="">', r'_footer\.html\.mustache:1:11: "none.png" is no static file'),
    "pictures.conf": ('paper = "#fff"\n\nink = "#123456"\ncolour = "x"\n',
                      r'pictures\.conf:1: paper = "#fff": write a colour(.|\n)*pictures\.conf:4: colour is no name'),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_file_is_named_with_its_line(theme, config, name):
    (theme.folder / name).write_text(FAULTS[name][0])
    path = theme.folder.parent / "check.conf"
    path.write_text(config.read_text() + f'theme_dir = "{theme.folder}"\n')
    said = diptych("check", config=path).stdout
    assert re.search(f"{theme.folder}/{FAULTS[name][1]}", said), said
    assert re.findall("^templates .*: have faults$", said, re.M) == (
        [f"templates  {INSTALLED}, with the theme {theme.folder}: have faults"] if "mustache" in name else []), said


def test_folders_that_are_not_there(theme, config):
    path = theme.folder.parent / "check.conf"
    for folders, words in ((f"{theme.folder}, /none", "/none: No such file or directory: theme_dir names"),
                           (",".join([str(theme.folder)] * 8), "theme_dir: more than 7 folders")):
        path.write_text(config.read_text() + f'theme_dir = "{folders}"\n')
        assert words in diptych("check", config=path).stdout
    (theme.folder / "assets.map").unlink()
    path.write_text(config.read_text() + f'theme_dir = "{theme.folder}"\n')
    assert f"run `diptych theme assets {theme.folder}`" in diptych("check", config=path).stdout


# ---- a site with a theme

@pytest.fixture(scope="module")
def themed(request, templates, config, tmp_path_factory):
    """A site whose theme_dir is a link to one of two themes, behind the microcache, with a folder of its own before them."""
    base = tmp_path_factory.mktemp("themes")
    versions = {}
    for name in ("one", "two"):
        folder = base / name
        assert diptych("theme", "new", folder, config=config).returncode == 0
        for partial in ("_masthead", "_footer"):
            file = folder / f"{partial}.html.mustache"
            file.write_text(file.read_text() + f"<!-- {partial} {name} -->\n")
        (folder / "assets/theme.css").write_text(f":root{{--theme:{name}}}")
        (folder / "pictures.conf").write_text(f'paper = "{"#ffffff" if name == "one" else "#102030"}"\n')
        assert diptych("theme", "assets", folder, "--out", base / "www", config=config).returncode == 0
        versions[name] = folder
    (base / "before").mkdir()
    link = base / "current"
    link.symlink_to("one")
    from conftest import _run
    extra = f"""set $diptych_theme {base}/www;
    include diptych/theme.conf;
    include diptych/microcache.conf;"""
    site = Site(templates, config={"theme_dir": f"{base}/before, {link}", "deadline": 20000}, nginx_server=extra,
                nginx_http=f"  fastcgi_cache_path {base}/cache keys_zone=diptych:1m;")
    site.base, site.link = base, link
    yield from _run(request, site)


def switch(site, name):
    """As an administrator does: the link is replaced in one step."""
    draft = site.base / "draft"
    draft.symlink_to(name)
    draft.rename(site.link)


def marks(text):
    return set(re.findall(r"<!-- _\w+ (\w+) -->", text))


def sheet_of(text):
    return re.search(r'href="(/static/theme/theme\.[0-9a-f]{12}\.css)"', text)[1]


def test_pages_have_the_theme(themed):
    text = themed.get(PAGE).text
    assert marks(text) == {"one"} and len(re.findall("<!-- _", text)) == 2
    assert text.index("/static/site.") < text.index("/static/theme/theme.")
    logo = re.search(r'<img class="sign" src="(/static/theme/logo\.[0-9a-f]{12}\.svg)"', text)[1]
    for path, kind in ((sheet_of(text), "text/css"), (logo, "image/svg+xml")):
        answer = themed.get(path, accept_encoding="gzip")
        assert answer.status == 200 and answer["Content-Type"].startswith(kind) and answer["Content-Encoding"] == "gzip"
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable" and answer["Content-Security-Policy"]
        shouted = themed.get(path.replace("/theme/", "//theme/"))
        assert (shouted.status, shouted["Location"]) == (308, themed.url + path)
    assert themed.get("/static/theme/none.0123456789ab.css").status == 404
    assert themed.get("/no/such/page").text.count("<!-- _") == 2  # error pages too


def test_a_theme_may_have_fonts(themed):
    for path in (PAGE, "/no/such/page", "/products/KAFKA"):
        assert "; font-src 'self'; " in themed.get(path)["Content-Security-Policy"], path


def test_a_file_of_the_first_folder_wins(themed):
    own = themed.base / "before" / "_colours.html.mustache"
    own.write_text('<meta name="theme-color" content="#abcdef">\n')
    try:
        assert diptych("reload", config=themed.config_path).returncode == 0
        wait_until(lambda: "#abcdef" in themed.get(PAGE).text, 20)
    finally:
        own.unlink()
        diptych("reload", config=themed.config_path)


def test_a_reload_never_loses_a_request_nor_mixes_two_themes(themed):
    switch(themed, "one")
    assert diptych("reload", config=themed.config_path).returncode == 0
    first = themed.get(PAGE).text
    stop, seen, faults = threading.Event(), set(), []

    def read(paths):
        while not stop.is_set():
            for path in paths:
                answer = themed.get(path)
                found, css = marks(answer.text), themed.get(sheet_of(answer.text)) if answer.status == 200 else None
                if answer.status != 200 or len(found) != 1 or css.status != 200 or f"--theme:{min(found)}" not in css.text:
                    faults.append((path, answer.status, found))
                seen.update(found)
    readers = [threading.Thread(target=read, args=(paths,))
               for paths in (["/", PAGE], ["/products/kafka", "/leaderboard"], [PAGE + "?since=2026-06-01", "/sectors"])]
    for reader in readers:
        reader.start()
    try:
        for name in ("two", "one", "two"):
            switch(themed, name)
            done = diptych("reload", config=themed.config_path)
            assert done.returncode == 0, done.stderr
            wait_until(lambda: name in marks(themed.get(PAGE).text), 20)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert faults == [] and seen == {"one", "two"}
    assert themed.get(sheet_of(first)).status == 200  # of a page that was opened before


def picture_of(site):
    return re.search(r'og:image" content="([^"]+)"', site.get(PAGE).text)[1].removeprefix(site.url)


def test_pictures_have_the_colours_of_the_theme(themed):
    found = {}
    for name in ("one", "two"):
        switch(themed, name)
        assert diptych("reload", config=themed.config_path).returncode == 0
        wait_until(lambda: name in marks(themed.get(PAGE).text), 20)
        found[name] = picture_of(themed)
        answer = themed.get(found[name])
        assert answer.status == 200 and answer.body[:4] == b"\x89PNG"
    assert found["one"] != found["two"]


def test_a_broken_theme_is_refused_and_the_pool_serves_on(themed):
    switch(themed, "two")
    assert diptych("reload", config=themed.config_path).returncode == 0
    shutil.copytree(themed.base / "one", themed.base / "broken")
    file = themed.base / "broken" / "_footer.html.mustache"
    file.write_text("{{#page}}\n<p>{{nothing}}</p>\n{{/page}}\n")
    switch(themed, "broken")
    done = diptych("reload", config=themed.config_path)
    assert done.returncode == 1 and re.search(r"broken/_footer\.html\.mustache:2:4: \"nothing\" is no field of", done.stdout + done.stderr)
    assert marks(themed.get(PAGE).text) == {"two"}
    switch(themed, "two")

"""`make install` puts everything where the program looks for it, and an upgrade keeps old assets."""
import re
import shutil
import subprocess

import pytest

from lib.servers import BUILD, TOP, Web, short_folder


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder that stands for / after `make install DESTDIR=`; the prefix is the build's."""
    root = tmp_path_factory.mktemp("root")
    subprocess.run(["make", "-s", "-C", BUILD, "install", f"DESTDIR={root}"], check=True, capture_output=True)
    return root


def prefix(root):
    return next(root.rglob("bin/diptych")).parents[1]


def test_every_file_is_there(installed):
    at = prefix(installed)
    for folder in ("templates", "sql", "nginx"):
        wanted = {p.relative_to(TOP) for p in (TOP / folder).rglob("*")
                  if p.is_file() and p.name != ".gitkeep" and "__pycache__" not in p.parts}
        missing = [str(p) for p in wanted if not (at / "share/diptych" / p).is_file()]
        assert wanted and not missing
    assert (at / "share/man/man8/diptych.8").is_file()
    assert (at / "etc/diptych/diptych.conf.sample").is_file()
    loader = at / "share/diptych/sql/sample/load"
    assert loader.stat().st_mode & 0o111
    assert subprocess.run([loader], capture_output=True).stdout


def test_the_map_names_the_files_beside_it(installed):
    share = prefix(installed) / "share/diptych"
    lines = [line.split() for line in (share / "templates/assets.map").read_text().splitlines()]
    assert "site.css" in dict(lines)
    for name, hashed in lines:
        assert (share / "static" / hashed).read_bytes() == (TOP / "templates/assets" / name).read_bytes()


def test_paths_are_those_of_the_prefix(installed):
    text = (prefix(installed) / "share/diptych/nginx/diptych.conf").read_text()
    at = "/" + str(prefix(installed).relative_to(installed))
    assert f"set $diptych_static {at}/share/diptych/static;" in text
    help_text = subprocess.run([prefix(installed) / "bin/diptych", "--help"], capture_output=True, text=True).stdout
    assert f"{at}/etc/diptych/diptych.conf" in help_text


def test_the_units_name_this_installation(installed):
    share = prefix(installed) / "share/diptych"
    at = "/" + str(prefix(installed).relative_to(installed))
    service = (share / "systemd/diptych.service").read_text()
    for word in ("serve", "reload"):
        assert f"={at}/bin/diptych {word} --config {at}/etc/diptych/diptych.conf" in service
    # `listen` is beneath the folder that the service loses when it ends; the socket that outlives it is not
    assert "RuntimeDirectory=diptych\n" in service
    assert "ListenStream=/run/diptych.sock\n" in (share / "systemd/diptych.socket").read_text()


def test_an_upgrade_keeps_the_assets_of_pages_that_are_open(installed, tmp_path):
    script, source, out = TOP / "templates/hash-assets", tmp_path / "assets", tmp_path / "out"
    source.mkdir()
    (source / "site.css").write_text("p{color:red}")
    subprocess.run([script, source, out], check=True)
    first = (out / "assets.map").read_text().split()[1]
    (source / "site.css").write_text("p{color:blue}")
    subprocess.run([script, source, out], check=True)
    second = (out / "assets.map").read_text().split()[1]
    assert first != second and re.fullmatch(r"site\.[0-9a-f]{12}\.css", second)

    folder = short_folder()
    web = Web(folder, "unix:/nowhere", static=out / "static").start()
    try:
        assert web.http("GET", f"/static/{first}").text == "p{color:red}"
        assert web.http("GET", f"/static/{second}").text == "p{color:blue}"
    finally:
        web.stop()
        shutil.rmtree(folder)

    old = prefix(installed) / "share/diptych/static/site.000000000000.css"
    old.write_text("old")
    subprocess.run(["make", "-s", "-C", BUILD, "install", f"DESTDIR={installed}"], check=True, capture_output=True)
    assert old.read_text() == "old"

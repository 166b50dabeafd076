"""`make install` puts everything where the program looks for it, and an upgrade keeps old assets."""
import os
import re
import shutil
import subprocess

import pytest

from lib.servers import BUILD, TOP, Web, short_folder


TESTS = ("browser", "directus", "kubernetes", "screenshots", "wordpress-trixie")  # folders of tests in the build folder


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
    for page in (TOP / "man").iterdir():
        assert (at / f"share/man/man{page.suffix[1:]}" / page.name).is_file()
    assert (at / "etc/diptych/diptych.conf.sample").is_file()
    monitoring = {p.name for p in (TOP / "scripts/monitoring").iterdir()}
    assert monitoring == {p.name for p in (at / "share/doc/diptych/monitoring").iterdir()}
    assert (at / "share/doc/diptych/kubernetes/diptych.yaml").read_text() == (TOP / "scripts/kubernetes/diptych.yaml").read_text()
    loader = at / "share/diptych/sql/sample/load"
    assert loader.stat().st_mode & 0o111
    assert subprocess.run([loader], capture_output=True).stdout


@pytest.mark.parametrize("mask", [0o077, 0o027])
def test_modes_do_not_depend_on_the_umask(tmp_path, mask):
    """The pool's account and nginx read what root installs."""
    root = tmp_path / "root"
    root.mkdir()
    subprocess.run(["make", "-s", "-C", BUILD, "install", f"DESTDIR={root}"], check=True, capture_output=True,
                   preexec_fn=lambda: os.umask(mask))
    share, wrong, seen = prefix(root) / "share/diptych", {}, 0
    for path in root.rglob("*"):
        source = TOP / path.relative_to(share) if path.is_relative_to(share) else path
        program = path.parent.name == "bin" or source.is_file() and source.stat().st_mode & 0o100
        if path.stat().st_mode & 0o7777 != (0o755 if path.is_dir() or program else 0o644):
            wrong[path] = oct(path.stat().st_mode)
        seen += 1
    assert seen > 100 and wrong == {}


def test_a_build_in_the_source_tree_leaves_no_untracked_files():
    """A build there makes files of the same names as a build in a folder of its own."""
    if not (TOP / ".git").exists() or not shutil.which("git"):
        pytest.skip("this is no checkout, or git is not installed")
    made = [str(p.relative_to(BUILD)) for p in BUILD.rglob("*") if p.is_file() and "check-log" not in p.parts
            and ".options" not in p.name and not p.relative_to(BUILD).parts[0].startswith("debian-")
            and p.relative_to(BUILD).parts[0] not in TESTS]
    done = subprocess.run(["git", "-C", TOP, "check-ignore", "--no-index", "--stdin"], input="\n".join(made),
                          capture_output=True, text=True)
    assert "config.status" in made and sorted(set(made) - set(done.stdout.splitlines())) == []
    tracked = subprocess.run(["git", "-C", TOP, "ls-files", "-ci", "--exclude-standard"], capture_output=True, text=True)
    assert tracked.stdout == "", "a tracked file is ignored"


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


@pytest.mark.parametrize("unit", ["diptych.service", "diptych.socket"])
def test_the_exposure_of_the_units(installed, unit):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed")
    path = prefix(installed) / "share/diptych/systemd" / unit
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=12", "--no-pager", path],
                          capture_output=True, text=True)
    assert "unrecognized option" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stdout + done.stderr
    level = float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)[1])
    assert level <= 1.2 and "safe!" not in done.stderr, done.stderr


def test_the_account_and_the_folders_of_the_unit(installed):
    """sysusers.d and tmpfiles.d make what the unit names."""
    share = prefix(installed) / "share/diptych/systemd"
    service = dict(re.findall(r"^(\w+)=(.*)$", (share / "diptych.service").read_text(), re.M))
    users = [line.split() for line in (share / "sysusers.conf").read_text().splitlines() if not line.startswith("#")]
    assert [(u[0], u[1]) for u in users] == [("u", service["User"])]
    folders = {line.split()[1]: line.split()[2:5] for line in (share / "tmpfiles.conf").read_text().splitlines() if line[0] != "#"}
    owner = [service["User"], service["Group"]]
    assert folders == {f"/run/{service['RuntimeDirectory']}": [service["RuntimeDirectoryMode"], *owner],
                       f"/var/lib/{service['StateDirectory']}": [service["StateDirectoryMode"], *owner],
                       f"/var/log/{service['LogsDirectory']}": [service["LogsDirectoryMode"], *owner]}


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


def test_installations_at_the_same_time_keep_their_own_folders(tmp_path):
    """Packagers and tests install from one build folder side by side."""
    names = [f"site{n}" for n in range(6)]
    runs = [subprocess.Popen(["make", "-s", "-C", BUILD, "install", f"DESTDIR={tmp_path}", f"prefix=/{name}"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True) for name in names]
    assert [(run.communicate()[1], run.returncode) for run in runs] == [("", 0)] * len(runs)
    for name in names:
        texts = [path.read_text() for path in (tmp_path / name).rglob("*") if path.suffix in (".conf", ".service", ".7", ".8")]
        assert len(texts) > 10
        places = {place for text in texts for place in re.findall(r"/(\w+)/(?:share|etc|libexec)/(?:doc/)?diptych\b", text)}
        assert places - {"usr"} == {name}  # /usr is the container's

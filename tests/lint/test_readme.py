"""What README.md tells operators to type is what the tree needs and installs."""
import re

from tree import TOP

README = (TOP / "README.md").read_text()
STEPS = (TOP / "scripts/steps.sh").read_text()


def packages(name):
    return set(re.search(rf'^{name}="([^"]*)"', STEPS, re.M)[1].split())


def test_one_line_installs_what_a_build_needs():
    lines = [set(line.split()) for line in re.findall(r"^ +sudo apt-get install (.*)", README, re.M)]
    assert packages("PACKAGES_BUILD") in lines


def test_what_a_site_needs_is_named():
    """A site needs a whole MariaDB and Python, one font, and the rest as ./demo does."""
    told = set(re.search(r"^ +sudo apt-get install (mariadb-server .*)", README, re.M)[1].split())
    assert {name for name in packages("PACKAGES_RUN") if not re.match("mariadb-|python3|fonts-", name)} <= told
    assert {"mariadb-server", "python3"} <= told and told & packages("PACKAGES_RUN") & {"fonts-sil-charis", "fonts-dejavu-core"}


def test_the_address_of_the_socket_unit():
    stream = re.search(r"^ListenStream=(.*)", (TOP / "fcgi/pool/diptych.socket").read_text(), re.M)[1]
    before = re.search(r"server (unix:\S+);", (TOP / "nginx/diptych.conf").read_text())[1]
    assert f"'s|{before}|unix:{stream}|' /etc/nginx/conf.d/diptych.conf" in README
    assert f"with diptych.socket {stream}" in (TOP / "nginx/diptych.conf").read_text()
    enable = README.index("enable --now diptych.socket")
    assert README.index("systemctl stop diptych\n") < enable < README.index("systemctl enable --now diptych\n", enable)


def test_the_releases_that_are_tried():
    for release in ("Debian 12", "Debian 13"):
        assert release in README

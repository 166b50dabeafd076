"""Bare Debian releases in folders, in which the package is built, installed and booted.

A folder is made by debootstrap once and kept in build/debian-SUITE.  Each use works in a copy.  Programs run inside by
chroot, or, with systemd as the first process, by systemd-nspawn without a network of its own.  Both need root; a test
that cannot have a release is skipped with the reason."""
import os
import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
KEPT = TOP / "build"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
SYSTEM = "systemd,systemd-sysv,dbus"
LANDLOCK = "landlock_create_ruleset landlock_add_rule landlock_restrict_self"  # systemd-nspawn forbids it otherwise
NO_SERVICES = "#!/bin/sh\nexit 101\n"  # for policy-rc.d: packages start nothing while they are installed


def why_not():
    if os.getuid() != 0:
        return "debootstrap and systemd-nspawn need root"
    missing = [p for p in ("debootstrap", "systemd-nspawn") if not shutil.which(p)]
    return f"{' and '.join(missing)} not installed: apt-get install debootstrap systemd-container" if missing else ""


def apt_settings(root, suite):
    """The host's own way to the archive (proxies, mirrors), with the sources of another release."""
    shutil.copytree("/etc/apt/apt.conf.d", root / "etc/apt/apt.conf.d", dirs_exist_ok=True)
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    mine = release.get("VERSION_CODENAME", "").strip('"')
    sources = [p for p in (Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*.sources"))
               if p.is_file() and "debian" in p.name + p.read_text()]
    if not sources or release.get("ID") != "debian":
        return
    (root / "etc/apt/sources.list").unlink(missing_ok=True)
    for source in sources:
        target = root / source.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source.read_text().replace(mine, suite))


class Machine:
    def __init__(self, root):
        self.root = root

    def run(self, *command, check=True, **options):
        """In the folder, as root."""
        inside = ["unshare", "--mount", "--pid", "--fork", "--propagation", "private", "chroot", self.root, "sh", "-c",
                  'mount -t proc proc /proc && exec "$@"', "sh", *map(str, command)]
        done = subprocess.run(inside, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=3600,
                              env={"PATH": PATH, "LC_ALL": "C.UTF-8", "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"},
                              **options)
        if check and done.returncode:
            raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout[-4000:]}")
        return done

    def install(self, *packages):
        self.run("apt-get", "-q", "-y", "-o", "Dpkg::Options::=--force-confold", "--no-install-recommends", "install", *packages)

    def write(self, path, text, mode=0o644):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(mode)

    def boot(self, script, seconds=900):
        """Boots systemd, which runs the script and then shuts down.  Returns the script's lines."""
        (self.root / "usr/sbin/policy-rc.d").unlink(missing_ok=True)
        self.write("root/script", script, 0o755)
        self.write("etc/systemd/system/script.service",
                   "[Unit]\nAfter=multi-user.target\n[Service]\nType=oneshot\nExecStart=/root/script\n"
                   "StandardOutput=file:/root/lines\nStandardError=file:/root/log\nExecStopPost=systemctl --no-block poweroff\n"
                   "[Install]\nWantedBy=graphical.target\n")
        self.run("systemctl", "enable", "script.service")
        # Debian 13's systemd takes the older control groups of a host only when it is told to.
        console = subprocess.run(["systemd-nspawn", "-q", "-D", self.root, "--boot", "--register=no", "--keep-unit",
                                  "--private-network", "--setenv=SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1",
                                  "--system-call-filter=" + LANDLOCK, "--console=pipe"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
        lines = self.root / "root/lines"
        if not lines.exists():
            pytest.skip(f"systemd does not boot in a container here: {(console.stdout + console.stderr)[-600:]}")
        return lines.read_text(), (self.root / "root/log").read_text()


class Release:
    def __init__(self, suite, scratch):
        self.suite, self.scratch, self.kept = suite, scratch, KEPT / f"debian-{suite}"

    def prepare(self):
        if self.kept.exists():
            return
        made = self.kept.with_suffix(".new")
        shutil.rmtree(made, ignore_errors=True)
        done = subprocess.run(["debootstrap", "--variant=minbase", f"--include={SYSTEM}", self.suite, made],
                              capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"debootstrap of {self.suite} failed: {done.stdout[-600:]}")
        apt_settings(made, self.suite)
        for name in ("resolv.conf", "hosts"):
            shutil.copy(f"/etc/{name}", made / "etc" / name)
        if Path("/usr/local/share/ca-certificates").is_dir():
            shutil.copytree("/usr/local/share/ca-certificates", made / "usr/local/share/ca-certificates", dirs_exist_ok=True)
        machine = Machine(made)
        machine.write("usr/sbin/policy-rc.d", NO_SERVICES, 0o755)
        machine.run("apt-get", "-q", "update")
        made.rename(self.kept)

    def machine(self, name):
        root = self.scratch / f"{self.suite}-{name}"
        subprocess.run(["cp", "-a", self.kept, root], check=True)
        return Machine(root)

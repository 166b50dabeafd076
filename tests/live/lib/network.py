"""Machines of a test: network namespaces that one bridge connects.

    network = Network(3)
    subprocess.run(network.inside(1, ["ip", "addr"]))
    network.cut(1); network.mend(1)

The test itself stands at the bridge, so it reaches all machines.  A machine that is cut off keeps its address and its
carrier; what it sends and what is sent to it vanishes, as behind a switch that failed."""
import os
import shutil
import subprocess


def ip(*words):
    done = subprocess.run(["ip", *map(str, words)], capture_output=True, text=True)
    assert done.returncode == 0, f"ip {words}: {done.stderr}"
    return done.stdout


def ip_inside(namespace, *words):
    """`ip -n` does the same, but remounts /sys, which a folder that is somebody's root does not admit."""
    done = subprocess.run(["nsenter", f"--net=/run/netns/{namespace}", "ip", *words], capture_output=True, text=True)
    assert done.returncode == 0, f"ip {words} in {namespace}: {done.stderr}"


def missing():
    """Why no machines can be made, or None."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not shutil.which("ip") or not shutil.which("nsenter"):
        return "ip or nsenter is not installed"
    name = f"dpn{os.getpid()}t"
    try:
        ip("netns", "add", name)
        try:
            ip("link", "add", name, "type", "bridge")
            ip("link", "del", name)
            ip_inside(name, "link", "set", "lo", "up")
        finally:
            ip("netns", "del", name)
    except AssertionError as e:
        return f"network namespaces cannot be made here: {e}"
    return None


class Network:
    def __init__(self, machines):
        self.name = f"dpn{os.getpid() % 1000000}"
        self.machines = range(machines)
        taken = ip("-4", "addr", "show")
        self.prefix = next(p for p in (f"198.18.{(os.getpid() + n) % 256}" for n in range(256)) if f" {p}." not in taken)
        ip("link", "add", self.name, "type", "bridge")
        ip("addr", "add", f"{self.prefix}.1/24", "dev", self.name)
        ip("link", "set", self.name, "up")
        for n in self.machines:
            self.add(n)

    def namespace(self, n):
        return f"{self.name}m{n}"

    def address(self, n):
        return f"{self.prefix}.{10 + n}"

    def add(self, n):
        inner, outer = self.namespace(n), f"{self.name}v{n}"
        ip("netns", "add", inner)
        ip("link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", inner)
        ip("link", "set", outer, "master", self.name)
        ip("link", "set", outer, "up")
        for words in (["link", "set", "lo", "up"], ["addr", "add", f"{self.address(n)}/24", "dev", "eth0"],
                      ["link", "set", "eth0", "up"]):
            ip_inside(inner, *words)

    def inside(self, n, argv):
        """The words that run a program on this machine.  Its pid is that of the program."""
        return ["nsenter", f"--net=/run/netns/{self.namespace(n)}", *map(str, argv)]

    def cut(self, n):
        ip("link", "set", f"{self.name}v{n}", "nomaster")

    def mend(self, n):
        ip("link", "set", f"{self.name}v{n}", "master", self.name)

    def remove(self):
        for n in self.machines:
            subprocess.run(["ip", "netns", "del", self.namespace(n)], capture_output=True)
        subprocess.run(["ip", "link", "del", self.name], capture_output=True)

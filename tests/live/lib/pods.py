"""The containers of scripts/kubernetes/diptych.yaml, without Kubernetes: each runs as its account, without capabilities, in a
folder as / that is read-only but for its volumes, with the files, commands and hooks of the manifest.

    pod = Pod(folder, site_files, ports={"8080": 12345, ...}).prepare()
    pod.start(); pod.probe("pool", "readinessProbe"); pod.terminate(); pod.remove()

The containers share the network of the machine, so ports are replaced by free ones.  nginx and memcached are Debian's."""
import os
import re
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import yaml

from .daemon import Daemon
from .servers import BUILD, SLOW, TOP

MANIFEST = TOP / "scripts/kubernetes/diptych.yaml"
OBJECTS = list(yaml.safe_load_all(MANIFEST.read_text()))
SYSTEM = ("usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "usr/libexec", "usr/share/fonts", "usr/share/fontconfig", "dev", "proc")
ETC = ("fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "passwd", "group", "ssl")


def find(kind, name="diptych"):
    return next(o for o in OBJECTS if o["kind"] == kind and o["metadata"]["name"] == name)


def containers(spec):
    return [*spec.get("initContainers", []), *spec["containers"]]


def missing():
    """Why this machine cannot run them, or None."""
    if os.getuid() != 0:
        return "only root can make a folder the / of another account"
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        return "mounts are forbidden here"
    return None


def share(folder):
    """What the image has in /usr/share/diptych, and the program."""
    done = subprocess.run(["make", "-s", "-C", BUILD, "install", f"DESTDIR={folder}"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    binary = next(folder.rglob("bin/diptych"))
    return binary, binary.parents[1] / "share/diptych"


class Pod:
    def __init__(self, folder, image, spec, data, secrets, hosts, changes):
        """image: of share(); data: of the ConfigMap; secrets: by the name of the Secret; changes: (from, to) in texts."""
        self.folder, self.image, self.spec, self.changes, self.hosts = folder, image, spec, changes, hosts
        self.group = spec["securityContext"]["fsGroup"]
        self.volumes = {}
        for volume in spec["volumes"]:
            path = self.volumes[volume["name"]] = folder / "volumes" / volume["name"]
            path.mkdir(parents=True)
            if "emptyDir" in volume:
                os.chown(path, 0, self.group)
                path.chmod(0o2777)
            for name, text in (data if "configMap" in volume else secrets[volume["secret"]["secretName"]]
                               if "secret" in volume else {}).items():
                (path / name).write_text(self.changed(text))
                os.chown(path / name, 0, self.group)
                (path / name).chmod(volume.get("secret", {}).get("defaultMode", 0o644))
        self.daemons = {}

    def changed(self, text):
        for old, new in self.changes:
            text = text.replace(old, str(new))
        return text

    def container(self, name):
        return next(c for c in containers(self.spec) if c["name"] == name)

    def script(self, container, program="exec"):
        """Lines for sh in a mount namespace of its own, which make / and run "$@" there."""
        root = self.folder / f"root-{container['name']}"
        binary, shared = self.image
        binds = [(f"/{p}", p) for p in SYSTEM if Path("/", p).exists()] + [(f"/etc/{p}", f"etc/{p}") for p in ETC if Path("/etc", p).exists()]
        own = [(binary, "usr/local/bin/diptych"), (shared, "usr/share/diptych"), (shared, "usr/local/share/diptych")]
        mounts = [(self.volumes[m["name"]] / m.get("subPath", ""), m["mountPath"][1:], m.get("readOnly")) for m in container["volumeMounts"]]
        lines = ["set -e", f"mkdir -p {root}", f"mount -t tmpfs -o mode=755 tmpfs {root}", f"mkdir -p {root}/etc {root}/tmp {root}/usr"]
        for link in ("bin", "lib", "lib64", "sbin"):
            lines.append(f"ln -s usr/{link} {root}/{link}")
        lines += [f"printf '{self.hosts}' >{root}/etc/hosts", f"echo 'hosts: files' >{root}/etc/nsswitch.conf"]
        targets = [*binds, *own, *((source, target) for source, target, _ in mounts)]
        for source, target in sorted(targets, key=lambda t: t[1]):
            kind = "mkdir -p" if Path(source).is_dir() else "touch"
            lines.append(f"mkdir -p $(dirname {root}/{target}); {kind} {root}/{target}; mount --rbind {source} {root}/{target}")
        lines += [f"mount -o remount,bind,ro {root}/{t}" for _, t in own] + [f"mount -o remount,bind,ro {root}/{t}" for _, t, ro in mounts if ro]
        lines.append(f"mount -o remount,ro {root}")
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] and context["capabilities"]["drop"] == ["ALL"] and not context["allowPrivilegeEscalation"]
        self.enter = [f"--reuid={context['runAsUser']}", f"--regid={context['runAsGroup']}", f"--groups={self.group}", "--no-new-privs",
                      "--bounding-set=-all", "--inh-caps=-all"]
        lines.append(f'{program} chroot {root} setpriv {" ".join(self.enter)} "$@"')
        return "\n".join(lines)

    def argv(self, container):
        """The ENTRYPOINT of the Containerfile is diptych; this build knows the configuration elsewhere."""
        argv = [self.changed(word) for word in container.get("command") or ["diptych", *container["args"]]]
        return ["sh", "-c", f"{argv[2]} --config /etc/diptych/diptych.conf"] if "diptych migrate" in argv[-1] else \
            [*argv, "--config", "/etc/diptych/diptych.conf"] if argv[0] == "diptych" else argv

    def run(self, name):
        """A container that ends, such as an init container."""
        container = self.container(name)
        return subprocess.run(["unshare", "--mount", "sh", "-c", self.script(container), "sh", *self.argv(container)],
                              capture_output=True, text=True, env={"PATH": "/usr/local/bin:/usr/bin:/usr/sbin:/bin"}, timeout=60 * SLOW)

    def prepare(self):
        for container in self.spec["initContainers"]:
            done = self.run(container["name"])
            assert done.returncode == 0, done.stderr
        return self

    def start(self, names=("pool", "nginx")):
        for name in names:
            container = self.container(name)
            argv = ["unshare", "--mount", "sh", "-c", self.script(container), "sh", *self.argv(container)]
            self.daemons[name] = Daemon(f"{self.folder.name} {name}", argv, self.folder / f"{name}.log",
                                        env={"PATH": "/usr/local/bin:/usr/bin:/usr/sbin:/bin"}).start()
        return self

    def inside(self, name, *argv):
        """A command in a container that runs, as its account."""
        context = self.container(name)["securityContext"]
        return subprocess.run(["nsenter", "-t", str(self.daemons[name].pid), "--mount", "--root", "setpriv", f"--reuid={context['runAsUser']}",
                               f"--regid={context['runAsGroup']}", f"--groups={self.group}", *argv], capture_output=True, text=True)

    def probe(self, name, which):
        """True if the probe of the manifest succeeds."""
        http = self.container(name)[which]["httpGet"]
        number = next(p["containerPort"] for p in self.container(name)["ports"] if p["name"] == http["port"])
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.changed(str(number))}{http['path']}", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def ready(self):
        return all(d.alive() for d in self.daemons.values()) and all(self.probe(n, "readinessProbe") for n in ("pool", "nginx"))

    def terminate(self):
        """As the kubelet does: in each container the hook, then SIGTERM.  Returns the exit codes and the seconds that it took."""
        began, codes = time.monotonic(), {}

        def end(name):
            hook = self.container(name)["lifecycle"]["preStop"]["exec"]["command"]
            hooked = threading.Thread(target=self.inside, args=(name, *hook))
            hooked.start()
            while hooked.is_alive() and self.daemons[name].alive():
                hooked.join(0.05)
            if self.daemons[name].alive():
                self.daemons[name].signal(signal.SIGTERM)
            codes[name] = self.daemons[name].process.wait()
            hooked.join()

        threads = [threading.Thread(target=end, args=(name,)) for name in self.daemons]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        return codes, time.monotonic() - began

    def remove(self):
        for daemon in self.daemons.values():
            daemon.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def nginx_paths(text):
    """Absolute paths in an nginx configuration."""
    return re.findall(r"(?<![\w.])/[\w./-]+(?=;)", text)


__all__ = ["MANIFEST", "OBJECTS", "Pod", "containers", "find", "missing", "nginx_paths", "share", "urllib"]

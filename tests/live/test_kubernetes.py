"""The manifest for Kubernetes (scripts/kubernetes): checked against the types of the API, its names and numbers against each
other and against the image, and its containers run with their files, commands, accounts and hooks."""
import fcntl
import json
import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest
import yaml

from lib import http
from lib.certificates import authority, certificate
from lib.daemon import wait_until
from lib.database_server import MYSQL
from lib.pods import MANIFEST, OBJECTS, Pod, containers, find, missing, share
from lib.servers import BUILD, SLOW, TOP, Cache, Database, Site, diptych, free_port, short_folder
from test_monitoring import PROMETHEUS, Prometheus
from test_pools import Visitors

HERE = Path(__file__).with_name("kubernetes")
TYPES = {"ConfigMap": "core/v1", "Service": "core/v1", "Deployment": "apps/v1", "StatefulSet": "apps/v1", "Job": "batch/v1",
         "HorizontalPodAutoscaler": "autoscaling/v2", "PodDisruptionBudget": "policy/v1", "NetworkPolicy": "networking/v1"}
GROUPS = {"core/v1": "v1", "networking/v1": "networking.k8s.io/v1"}
POD = find("Deployment")["spec"]["template"]["spec"]
CONF = find("ConfigMap")["data"]["diptych.conf"]


def keys_of(text):
    return dict(re.findall(r'^(\w+)\s*= "?(.*?)"?\s*(?:#.*)?$', text, re.M))


# ---- against the API


@pytest.fixture(scope="module")
def compiler():
    """TypeScript's compiler and the types that are made of the API's OpenAPI description."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed: the types of the API come from its registry")
    folder = BUILD / "kubernetes"
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp, wanted = folder / "node_modules/installed", (HERE / "package-lock.json").read_text()
        if not stamp.exists() or stamp.read_text() != wanted:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, folder)
            done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True,
                                  timeout=300)
            if done.returncode:
                pytest.skip(f"npm ci failed, so the types of the API are not here: {done.stderr[-200:]}")
            stamp.write_text(wanted)
    return folder


def complaints(compiler, folder, **files):
    """What the compiler says of each file, whose objects are declared to be of their types: unknown and missing keys, other kinds
    of values."""
    imports = sorted(set(TYPES.values()))
    for file, objects in files.items():
        lines = [f"import * as api{n} from 'kubernetes-types/{t}';" for n, t in enumerate(imports)]
        lines += [f"export const o{n}: api{imports.index(TYPES[o['kind']])}.{o['kind']} = {json.dumps(o)};" for n, o in enumerate(objects)]
        (folder / f"{file}.ts").write_text("\n".join(lines) + "\n")
    (folder / "node_modules").symlink_to(compiler / "node_modules")
    done = subprocess.run(["node", "node_modules/typescript/bin/tsc", "--noEmit", "--strict", "--skipLibCheck", "--module", "node16",
                           "--moduleResolution", "node16", *(f"{file}.ts" for file in files)], cwd=folder, capture_output=True, text=True,
                          timeout=240 * SLOW)
    said = done.stdout + done.stderr
    assert not done.returncode or "error TS" in said, said
    return {file: "".join(re.findall(rf"^{file}\.ts.*\n(?:  .*\n)*", said, re.M)) for file in files}


def test_every_object_is_what_the_api_takes(compiler, tmp_path):
    broken = json.loads(json.dumps(OBJECTS))  # one fault of each kind, of which none may pass
    pod = next(o for o in broken if o["kind"] == "Deployment")["spec"]["template"]["spec"]
    pod["containers"][0]["readynessProbe"] = pod["containers"][0].pop("readinessProbe")
    pod["terminationGracePeriodSeconds"] = "30"
    del next(o for o in broken if o["kind"] == "Job")["spec"]["template"]["spec"]["containers"][0]["name"]
    next(o for o in broken if o["kind"] == "HorizontalPodAutoscaler")["spec"]["metric"] = []
    said = complaints(compiler, tmp_path, shipped=OBJECTS, broken=broken)
    assert said["shipped"] == ""
    for word in ("readynessProbe", "'string' is not assignable to type 'number'", "'name' is missing", "metric"):
        assert word in said["broken"], word


# ---- against itself


def test_kinds_and_versions():
    names = [(o["kind"], o["metadata"]["name"]) for o in OBJECTS]
    assert len(set(names)) == len(names)
    for o in OBJECTS:
        assert o["apiVersion"] == GROUPS.get(TYPES[o["kind"]], TYPES[o["kind"]]), o["kind"]


def test_selectors_find_the_pods_that_they_are_for():
    for kind, name in (("Deployment", "diptych"), ("StatefulSet", "diptych-memcached")):
        spec = find(kind, name)["spec"]
        labels = spec["template"]["metadata"]["labels"]
        assert spec["selector"]["matchLabels"] == labels
        spread = spec["template"]["spec"]["topologySpreadConstraints"][0]
        assert spread["labelSelector"]["matchLabels"] == labels
    labels = find("Deployment")["spec"]["template"]["metadata"]["labels"]
    for selector in (find("Service")["spec"]["selector"], find("Service", "diptych-any")["spec"]["selector"],
                     find("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
                     find("NetworkPolicy")["spec"]["podSelector"]["matchLabels"]):
        assert selector == labels
    memcached = find("StatefulSet", "diptych-memcached")["spec"]
    assert find("Service", "diptych-memcached")["spec"]["selector"] == memcached["template"]["metadata"]["labels"]
    target = find("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
    assert target == {"apiVersion": "apps/v1", "kind": "Deployment", "name": find("Deployment")["metadata"]["name"]}


def test_ports_have_one_name_and_number_everywhere():
    ports = {c["name"]: {p["name"]: p["containerPort"] for p in c["ports"]} for c in POD["containers"]}
    assert ports == {"pool": {"metrics": 9001}, "nginx": {"http": 8080}}
    for c in POD["containers"]:
        for probe in ("readinessProbe", "livenessProbe"):
            action = c[probe].get("httpGet") or c[probe]["tcpSocket"]
            assert action["port"] in ports[c["name"]]
    assert keys_of(CONF)["metrics_listen"].endswith(":9001")
    assert "listen 8080;" in find("ConfigMap")["data"]["nginx.conf"]
    for name in ("diptych", "diptych-any"):
        assert find("Service", name)["spec"]["ports"][0]["targetPort"] == "http"
    assert [p["port"] for rule in find("NetworkPolicy")["spec"]["ingress"] for p in rule["ports"]] == [8080, 9001]
    assert "from" not in find("NetworkPolicy")["spec"]["ingress"][0] and "from" in find("NetworkPolicy")["spec"]["ingress"][1]
    notes = find("Deployment")["spec"]["template"]["metadata"]["annotations"]
    assert notes["prometheus.io/port"] == "9001" and notes["prometheus.io/path"] == "/metrics"
    job = find("Job", "diptych-migrate")["spec"]["template"]["spec"]
    assert not any(c.get("ports") for c in containers(job))


def test_volumes_and_secrets_are_named_mounted_and_used():
    made = {name: set(keys.split()) for name, keys in
            ((n, " ".join(re.findall(r"--from-file=(\S+)", rest))) for n, rest in
             re.findall(r"^#   kubectl create secret generic (\S+) (.*)$", MANIFEST.read_text(), re.M))}
    assert made == {"diptych": {"mysql_password", "cache_secret", "mysql_ca.pem"}, "diptych-admin": {"password"}}
    for spec in (POD, find("Job", "diptych-migrate")["spec"]["template"]["spec"]):
        volumes = {v["name"] for v in spec["volumes"]}
        mounts = [(c["name"], m) for c in containers(spec) for m in c["volumeMounts"]]
        assert {m["name"] for _, m in mounts} == volumes
        for v in spec["volumes"]:
            if "configMap" in v:
                assert v["configMap"]["name"] == find("ConfigMap")["metadata"]["name"]
            if "secret" in v:
                assert v["secret"]["secretName"] in made and v["secret"]["defaultMode"] & 0o007 == 0
        for c in containers(spec):
            assert len({m["mountPath"] for m in c["volumeMounts"]}) == len(c["volumeMounts"])
    keys = keys_of(CONF)
    files = {Path(v) for k, v in keys.items() if k.endswith(("_file", "_ca")) and v}
    assert files == {Path("/run/secrets/diptych") / name for name in made["diptych"]}
    pool = {m["mountPath"]: m for m in POD["containers"][0]["volumeMounts"]}
    for key in ("listen", "control"):
        assert not pool[str(Path(keys[key]).parent)].get("readOnly"), key
    assert not pool[keys["state_dir"]].get("readOnly") and "/etc/diptych" in pool
    assert Path(keys["control"]).parent not in {Path(m["mountPath"]) for m in POD["containers"][1]["volumeMounts"]}, "nginx is not near it"
    nginx = find("ConfigMap")["data"]["nginx.conf"]
    assert f"server unix:{keys['listen']};" in nginx


def test_the_image_has_what_the_manifest_asks_of_it():
    account = re.search(r"^ACCOUNT=(\d+)", (TOP / "scripts/container-steps").read_text(), re.M)[1]
    steps = (TOP / "Containerfile").read_text()
    assert f"USER {account}:{account}" in steps and 'ENTRYPOINT ["diptych"]' in steps
    job = find("Job", "diptych-migrate")["spec"]["template"]["spec"]
    images = set()
    for spec in (POD, job):
        assert spec["securityContext"] == {"runAsNonRoot": True, "fsGroup": int(account), "seccompProfile": {"type": "RuntimeDefault"}}
        assert spec["automountServiceAccountToken"] is False
    for spec in (POD, job, find("StatefulSet", "diptych-memcached")["spec"]["template"]["spec"]):
        for c in containers(spec):
            context = c["securityContext"]
            assert context["runAsUser"] > 0 and context["readOnlyRootFilesystem"] and not context["allowPrivilegeEscalation"]
            assert context["capabilities"] == {"drop": ["ALL"]} and "memory" in c["resources"]["limits"] and "cpu" in c["resources"]["requests"]
            if "/diptych:" in c["image"]:
                images.add(c["image"])
                assert (context["runAsUser"], context["runAsGroup"]) == (int(account), int(account))
    assert len(images) == 1
    assert POD["containers"][1]["securityContext"]["runAsUser"] != int(account)


def test_a_pod_has_time_to_end():
    """nginx goes on until all nodes know, then drains; the pool outlives it; both end before they are killed."""
    pool, nginx = (c["lifecycle"]["preStop"]["exec"]["command"] for c in POD["containers"])
    drain = int(re.search(r"worker_shutdown_timeout (\d+)s", find("ConfigMap")["data"]["nginx.conf"])[1])
    before, after = map(int, re.findall(r"sleep (\d+)", nginx[-1]))
    assert pool[0] == "sleep" and before >= 5 and after > drain and int(pool[1]) >= before + drain
    grace = int(keys_of(CONF)["stop_grace"]) / 1000
    assert POD["terminationGracePeriodSeconds"] >= int(pool[1]) + grace + 10
    strategy = find("Deployment")["spec"]["strategy"]["rollingUpdate"]
    assert strategy == {"maxUnavailable": 0, "maxSurge": 1} and find("Deployment")["spec"]["minReadySeconds"] > 0


def test_numbers_that_belong_together():
    hpa = find("HorizontalPodAutoscaler")["spec"]
    assert hpa["minReplicas"] == find("Deployment")["spec"]["replicas"] >= 2
    said = re.search(rf"maxReplicas: {hpa['maxReplicas']} .*\((\d+) \+ (\d+)\) \* \(2 \* workers \+ 2\)", MANIFEST.read_text())
    assert [int(n) for n in said.groups()] == [hpa["maxReplicas"], find("Deployment")["spec"]["strategy"]["rollingUpdate"]["maxSurge"]]
    servers = [s.strip() for s in keys_of(CONF)["memcached"].split(",")]
    stateful = find("StatefulSet", "diptych-memcached")
    name = stateful["metadata"]["name"]
    assert servers == [f"{name}-{n}.{stateful['spec']['serviceName']}:11211" for n in range(stateful["spec"]["replicas"])]


def test_check_names_no_fault_of_the_configuration(tmp_path):
    """Every key, word and range, as the pool reads them, with the secrets as files."""
    text = CONF
    for name, content in (("mysql_password", "word"), ("cache_secret", "0123456789abcdef"), ("mysql_ca.pem", "")):
        (tmp_path / name).write_text(content + "\n")
        text = text.replace(f"/run/secrets/diptych/{name}", str(tmp_path / name))
    assert "/run/secrets" not in text
    path = tmp_path / "diptych.conf"
    path.write_text(text)
    done = diptych("check", config=path)
    assert not re.search(rf"{re.escape(str(path))}:\d+:", done.stdout + done.stderr), done.stdout + done.stderr
    path.write_text(text.replace("stop_grace", "stop_gracce"))
    assert "stop_gracce" in (done := diptych("check", config=path)).stdout + done.stderr


# ---- the rule for prometheus-adapter


@PROMETHEUS
def test_the_busy_share_is_what_prometheus_adapter_makes_of_the_metrics(templates):
    """The rule of the manual, with the words that the adapter puts in, asked of a Prometheus that reads a pool."""
    page = (TOP / "man/diptych-clusters.7").read_text().replace("\\-", "-").replace("\\(aq", "'")
    rule = yaml.safe_load(re.search(r"^(rules:\n.*?)^\.fi$", page, re.M | re.S)[1])["rules"][0]
    metric = find("HorizontalPodAutoscaler")["spec"]["metrics"][0]["pods"]["metric"]["name"]
    assert rule["name"] == {"as": metric}
    labels = rule["resources"]["overrides"]
    assert labels == {"namespace": {"resource": "namespace"}, "pod": {"resource": "pod"}}
    site = Site(templates, config={"metrics_listen": f"127.0.0.1:{free_port()}"})
    prometheus = Prometheus(site.folder, site.config["metrics_listen"])
    path = site.folder / "prometheus.yml"
    path.write_text(re.sub(r"( +)- targets: (.*)", r'\1- targets: \2\n\1  labels: {namespace: web, pod: diptych-1}', path.read_text()))
    query = rule["metricsQuery"].replace("<<.Series>>", re.match(r"\w+", rule["seriesQuery"])[0]).replace("[1m]", "[10s]")
    query = query.replace("<<.LabelMatchers>>", 'namespace="web",pod=~"diptych-1|diptych-2"').replace("<<.GroupBy>>", "pod")
    assert "<<" not in query
    try:
        site.start()
        prometheus.daemon.start().wait_ready(prometheus.ready, 60 * SLOW)
        wait_until(lambda: prometheus.query(rule["seriesQuery"]), 20 * SLOW, "the series of the pod")

        def share():
            for _ in range(20):
                site.get("/compare/kafka-vs-nats")
            return [(r["metric"], float(r["value"][1])) for r in prometheus.query(query)]

        wait_until(lambda: share() and share()[0][1] > 0, 30 * SLOW, "a share")
        [(names, value)] = share()
        assert names == {"pod": "diptych-1"} and 0 < value <= 1
    finally:
        prometheus.daemon.stop(60)
        site.stop()
        site.remove()


# ---- in folders that stand for containers

RUNS = pytest.mark.skipif(MYSQL or missing() is not None, reason=str(missing() or "a pod on one database server is enough"))


class Room:
    """A database with TLS and a memcached, and the pods that use them."""

    def __init__(self, templates, folder):
        self.folder, self.pods = folder, []
        authority(folder, "ca")
        certificate(folder, "server", ca="ca", subject="db.example.org", extension="subjectAltName = DNS:db.example.org\n")
        self.port, self.cache = free_port(), Cache(folder, address=("127.0.0.1", free_port()))
        self.database = Database(folder, [
            "--skip-networking=0", "--bind-address=127.0.0.1", f"--port={self.port}",
            *(f"--ssl-{key}={folder / name}" for key, name in (("ca", "ca.pem"), ("cert", "server.pem"), ("key", "server.key")))])
        self.database.copy_from(templates.get("empty")).start()
        self.cache.start()
        self.image = share(folder / "image")

    def pod(self, spec):
        number, secrets = len(self.pods), {
            "diptych": {"mysql_password": "a long word\n", "cache_secret": "0123456789abcdef0123456789abcdef\n",
                        "mysql_ca.pem": (self.folder / "ca.pem").read_text()},
            "diptych-admin": {"password": "another word\n"}}
        names = ["db.example.org", *(s.split(":")[0].strip() for s in keys_of(CONF)["memcached"].split(","))]
        folder = self.folder / f"pod{number}"
        folder.mkdir()
        changes = [("db.example.org", f"db.example.org:{self.port}"), (":11211", f":{self.cache.address[1]}"),
                   ("9001", free_port()), ("8080", free_port()), ('"Your site"', '"Sidelight"')]
        hosts = "".join(f"127.0.0.1 {name}\\n" for name in names)
        self.pods.append(Pod(folder, self.image, spec, find("ConfigMap")["data"], secrets, hosts, changes))
        return self.pods[-1]

    def migrate(self):
        self.database.script("CREATE DATABASE diptych CHARACTER SET utf8mb4", database=None)
        self.database.script("CREATE USER diptych_admin@'127.0.0.1' IDENTIFIED BY 'another word' REQUIRE SSL;"
                             "GRANT ALL ON *.* TO diptych_admin@'127.0.0.1' WITH GRANT OPTION", database=None)
        job = self.pod(find("Job", "diptych-migrate")["spec"]["template"]["spec"])
        done = job.run("migrate")
        assert done.returncode == 0, done.stdout + done.stderr
        accounts = (TOP / "sql/accounts.sql").read_text().replace("'localhost'", "'127.0.0.1'")
        self.database.script(accounts + "\nALTER USER diptych_pool@'127.0.0.1' IDENTIFIED BY 'a long word' REQUIRE SSL ACCOUNT UNLOCK;")
        self.database.load_sample()

    def close(self):
        for pod in self.pods:
            pod.remove()
        self.cache.stop()
        self.database.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="module")
def room(templates):
    room = Room(templates, short_folder("dp-k-"))
    try:
        room.migrate()
        yield room
    finally:
        room.close()


LATE = 3  # seconds until each node of a cluster sends no more visitors to a pod that ends


def start(room):
    pod = room.pod(POD).prepare().start()
    pod.daemons["pool"].wait_ready(pod.ready, 40 * SLOW)
    return pod


@RUNS
def test_the_containers_serve_the_site_and_lose_no_request_when_one_ends(room):
    first, second = start(room), start(room)
    port = int(first.changed("8080"))
    with Visitors(port) as visitors:
        visitors.wait(30)
        status = first.inside("pool", "/usr/local/bin/diptych", "status", "--config", "/etc/diptych/diptych.conf").stdout
        assert re.search(r"^ready:\s+yes", status, re.M) and re.search(r"^confined:.*seccomp yes", status, re.M), status
        for name in ("pool", "nginx"):
            assert first.inside(name, "touch", "/etc/diptych/x", "/usr/x").returncode != 0
        assert first.inside("nginx", "cat", "/run/diptych/diptych.sock").returncode != 0
        assert first.inside("nginx", "ls", "/run/secrets/diptych").returncode != 0, "only the pool has secrets"
        ended = {}
        thread = threading.Thread(target=lambda: ended.update(result=first.terminate()))
        thread.start()
        time.sleep(LATE)
        visitors.wait(20)
        visitors.port = int(second.changed("8080"))  # now each node of the cluster knows
        thread.join()
        visitors.wait(30)
    visitors.judge(3)
    codes, took = ended["result"]
    assert codes == {"pool": 0, "nginx": 0} and took < POD["terminationGracePeriodSeconds"] * SLOW, (codes, took)


@RUNS
def test_a_page_its_stylesheet_and_the_container_that_starts_again(room):
    pod = room.pods[-1]
    port = int(pod.changed("8080"))
    page = http.request(port, "GET", "/compare/kafka-vs-nats", {}, None, 20)
    assert page.status == 200 and "https://compare.example.org/compare/kafka-vs-nats" in page.text
    style = re.search(r'href="(/static/[^"]+\.css)"', page.text)[1]
    assert http.request(port, "GET", style, {}, None, 20).status == 200
    assert http.request(port, "GET", "/readyz", {}, None, 20).status in (200, 403)
    pod.daemons["pool"].kill()  # sockets and locks stay in the volumes
    pod.start(["pool"])
    wait_until(pod.ready, 30 * SLOW, "the pod after the death of its pool")
    assert http.request(port, "GET", "/compare/kafka-vs-nats", {}, None, 20).status == 200

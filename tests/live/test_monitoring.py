"""The dashboard for Grafana and the alert rules for Prometheus (scripts/monitoring), against a pool that a real Prometheus
scrapes: every expression has a result, every rule evaluates and names metrics that exist, and each alert fires when it should."""
import json
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import jsonschema
import pytest

from lib.daemon import Daemon, wait_until
from lib.endpoint import Endpoint
from lib.servers import SLOW, TOP, Site, free_port, has_promtool

FOLDER = TOP / "scripts/monitoring"
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text())
PANELS = [p for p in DASHBOARD["panels"] if p["type"] != "row"]
EXPRESSIONS = {f"{p['title']}, {t['refId']}": t["expr"] for p in PANELS for t in p["targets"]}
RULES = (FOLDER / "alerts.yml").read_text()
ALERTS = re.findall(r"- alert: (\w+)", RULES)
PROMETHEUS = pytest.mark.skipif(not (has_promtool() and shutil.which("prometheus")), reason="the package prometheus is not installed")
POOL = 'instance="a"'


def promtool(*args, cwd=FOLDER):
    return subprocess.run(["promtool", *map(str, args)], capture_output=True, text=True, cwd=cwd)


# ---- the files by themselves


def test_the_dashboard_is_what_grafana_reads():
    schema = json.loads((TOP / "tests/live/schemas/grafana_dashboard.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    faults = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in jsonschema.Draft7Validator(schema).iter_errors(DASHBOARD)]
    assert faults == []


def test_the_schema_finds_faults():
    schema = json.loads((TOP / "tests/live/schemas/grafana_dashboard.json").read_text())
    for break_it in (lambda d: d.pop("panels"), lambda d: d["panels"][1].pop("targets"), lambda d: d["panels"][1].update(typo=1),
                     lambda d: d["panels"][1]["targets"][0].pop("expr"), lambda d: d["panels"][1]["gridPos"].update(w=25)):
        broken = json.loads(json.dumps(DASHBOARD))
        break_it(broken)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, schema)


def test_panels_have_places_of_their_own():
    assert len({p["id"] for p in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    taken = set()
    for p in DASHBOARD["panels"]:
        g = p["gridPos"]
        assert g["x"] + g["w"] <= 24
        cells = {(x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])}
        assert not cells & taken, p["title"]
        taken |= cells
    variables = {v["name"] for v in DASHBOARD["templating"]["list"]}
    for name, expression in EXPRESSIONS.items():
        assert set(re.findall(r"\$(\w+)", expression)) - {"__rate_interval"} <= variables, name
        assert "$instance" in expression, f"{name} ignores the choice of pools"


@PROMETHEUS
def test_promtool_checks_the_files():
    for args in (("check", "rules", "alerts.yml"), ("check", "config", "prometheus.yml")):
        done = promtool(*args)
        assert done.returncode == 0, done.stdout + done.stderr
    assert len(ALERTS) == len(set(ALERTS)) and all(f"summary: \"{{{{ $labels.instance }}}}: " in block for block in RULES.split("- alert: ")[1:])


# ---- each alert, with the series that fire it and those of a healthy pool

NAMES = 'route="compare"'
HEALTHY = {
    f'up{{job="diptych",{POOL}}}': "1x60", f"diptych_pool_ready{{{POOL}}}": "1x60", f"diptych_pool_workers_alive{{{POOL}}}": "4x60",
    f"diptych_pool_workers_leaving{{{POOL}}}": "0x60", f"diptych_pool_workers_wanted{{{POOL}}}": "4x60",
    f'diptych_pool_restarts_total{{{POOL},process="worker",reason="killed"}}': "0x60",
    f'diptych_pool_restarts_total{{{POOL},process="worker",reason="recycled"}}': "0+10x60",
    f"diptych_refused_paths{{{POOL}}}": "0x60", f"diptych_database_up{{{POOL}}}": "1x60", f"diptych_catalog_reading_fails{{{POOL}}}": "0x60",
    f"diptych_catalog_doubted{{{POOL}}}": "0x60", f'diptych_cache_server_up{{{POOL},server="m:1"}}': "1x60",
    f'diptych_breaker_open{{{POOL},backend="database",server=""}}': "0x60", f"diptych_catalog_age_seconds{{{POOL}}}": "0.2x60",
    f"diptych_catalog_behind_entries{{{POOL}}}": "3x60", f"diptych_database_replica_lag_seconds{{{POOL}}}": "0x60",
    f"diptych_change_log_age_seconds{{{POOL}}}": "604800x60",
    f"diptych_pool_listen_queue{{{POOL}}}": "3x60", f"diptych_pool_listen_queue_limit{{{POOL}}}": "511x60",
    f"diptych_pool_listen_full_total{{{POOL}}}": "0x60", f"diptych_pool_log_lines_lost_total{{{POOL}}}": "0x60",
    f"diptych_pool_reloads_refused_total{{{POOL}}}": "0x60",
    f'diptych_http_requests_total{{{POOL},{NAMES},status="2xx"}}': "0+6000x60",
    f'diptych_http_requests_total{{{POOL},{NAMES},status="5xx"}}': "0+6x60",
    f'diptych_http_requests_total{{{POOL},route="readyz",status="5xx"}}': "0+6000x60",
    f'diptych_http_request_duration_seconds_bucket{{{POOL},{NAMES},le="0.01"}}': "0+5990x60",
    f'diptych_http_request_duration_seconds_bucket{{{POOL},{NAMES},le="0.5"}}': "0+6000x60",
    f'diptych_http_request_duration_seconds_bucket{{{POOL},{NAMES},le="1"}}': "0+6000x60",
    f'diptych_http_request_duration_seconds_bucket{{{POOL},{NAMES},le="+Inf"}}': "0+6000x60",
}
# What differs when the alert must fire: parts of the names of series, and their values.  Several sets: each by itself.
SICK = {
    "DiptychDown": [{"up{": "0x60"}],
    "DiptychNotReady": [{"pool_ready": "0x60"}],
    "DiptychNoWorkers": [{"workers_alive": "0x60"}, {"workers_leaving": "4x60"}],
    "DiptychFewWorkers": [{"workers_alive": "3x60"}],
    "DiptychRestarts": [{"killed": "0+1x60"}],
    "DiptychPathsRefused": [{"refused_paths": "1x60"}],
    "DiptychDatabaseDown": [{"database_up": "0x60"}],
    "DiptychReadingFails": [{"reading_fails": "1x60"}, {"doubted": "1x60"}],
    "DiptychCacheServerDown": [{"cache_server_up": "0x60"}],
    "DiptychBreakerOpen": [{"breaker_open": "1x60"}],
    "DiptychCatalogStale": [{"catalog_age_seconds": "61+60x60"}, {"catalog_age_seconds": "Inf+0x60"}],
    "DiptychCatalogBehind": [{"behind_entries": "5000x60"}, {"replica_lag": "31x60"}],
    "DiptychNotPurged": [{"change_log_age": "700000x60"}],
    "DiptychListenQueueLong": [{"listen_queue{": "400x60"}, {"listen_full": "0+9x60"}],
    "DiptychErrors": [{'compare",status="5xx"': "0+300x60"}],
    "DiptychSlow": [{'le="0.01"': "0+10x60", 'le="0.5"': "0+20x60"}],
    "DiptychLogLinesLost": [{"lines_lost": "0+2x60"}],
    "DiptychReloadRefused": [{"reloads_refused": "0x30 1x30"}],
}


def series(changes):
    merged = {name: next((v for part, v in changes.items() if part in name), value) for name, value in HEALTHY.items()}
    assert sum(any(part in name for part in changes) for name in HEALTHY) >= len(changes), changes
    return [{"series": name, "values": values} for name, values in merged.items()]


def firing(alert, fires):
    return {"expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})', "eval_time": "40m",
            "exp_samples": [{"labels": "{}", "value": 1}] if fires else []}


@PROMETHEUS
def test_each_alert_fires_when_it_should_and_only_then(tmp_path):
    assert set(SICK) == set(ALERTS)
    shutil.copy(FOLDER / "alerts.yml", tmp_path)
    tests = [{"name": "healthy", "interval": "1m", "input_series": series({}), "promql_expr_test": [firing(a, False) for a in ALERTS]}]
    for alert, cases in SICK.items():
        tests += [{"name": f"{alert} {changes}", "interval": "1m", "input_series": series(changes), "promql_expr_test": [firing(alert, True)]}
                  for changes in cases]
    (tmp_path / "test.yml").write_text(json.dumps({"rule_files": ["alerts.yml"], "tests": tests}))  # JSON is YAML
    done = promtool("test", "rules", "test.yml", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


# ---- a Prometheus that scrapes a pool


class Prometheus:
    def __init__(self, folder, target):
        self.port = free_port()
        text = (FOLDER / "prometheus.yml").read_text()
        text = text.replace("scrape_interval: 15s", "scrape_interval: 500ms\n    scrape_timeout: 500ms").replace("127.0.0.1:9001", target)
        (folder / "prometheus.yml").write_text("global: {evaluation_interval: 1s}\n" + text)
        shutil.copy(FOLDER / "alerts.yml", folder)
        self.daemon = Daemon("prometheus", ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
                                            f"--web.listen-address=127.0.0.1:{self.port}"], folder / "prometheus.log")

    def get(self, path, **query):
        url = f"http://127.0.0.1:{self.port}{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(url, timeout=20 * SLOW) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as e:
            raise AssertionError(f"{query}: {e.read().decode()}") from None

    def ready(self):
        try:
            return self.query("up")
        except (OSError, AssertionError):  # it answers 503 at first
            return False

    def query(self, expression):
        return self.get("/api/v1/query", query=expression)["data"]["result"]


@pytest.fixture(scope="module")
def scraped(templates):
    site = Site(templates)
    site.config["metrics_listen"] = f"127.0.0.1:{free_port()}"
    site.write_config()
    site.endpoint = Endpoint(site.config["metrics_listen"])
    prometheus = Prometheus(site.folder, site.config["metrics_listen"])
    try:
        site.start()
        wait_until(lambda: site.get("/readyz").status == 200, 30 * SLOW)
        prometheus.daemon.start().wait_ready(prometheus.ready, 60 * SLOW)
        yield site, prometheus
    finally:
        prometheus.daemon.stop(60)
        site.stop()
        site.remove()


def in_dashboard(expression):
    return expression.replace("$instance", ".*").replace("$__rate_interval", "30s")


@PROMETHEUS
def test_every_expression_of_the_dashboard_has_a_result(scraped):
    site, prometheus = scraped
    missing = dict(EXPRESSIONS)

    def all_have():
        for path in ("/", "/compare/kafka-vs-nats", "/products/kafka.json", "/leaderboard"):
            site.get(path)
        for name, expression in list(missing.items()):
            if prometheus.query(in_dashboard(expression)):
                del missing[name]
        return not missing

    try:
        wait_until(all_have, 30 * SLOW)
    except AssertionError:
        raise AssertionError(f"no result: {missing}") from None
    variable = DASHBOARD["templating"]["list"][1]["query"]["query"]
    metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable).groups()
    assert [r["metric"][label] for r in prometheus.query(metric)] == [site.config["metrics_listen"]]


@PROMETHEUS
def test_every_rule_evaluates_names_what_exists_and_is_quiet_about_a_healthy_pool(scraped):
    site, prometheus = scraped
    exist = {"up", "ALERTS", *(line.split("{")[0].split()[0] for line in site.endpoint.ask("/metrics").text.splitlines() if line[0] != "#")}

    def rules():
        found = [r for g in prometheus.get("/api/v1/rules")["data"]["groups"] for r in g["rules"]]
        return found if len(found) == len(ALERTS) and all(r["health"] != "unknown" for r in found) else None

    def quiet():
        """One scrape that comes late makes an alert pending for a moment."""
        found = rules()
        return found and not any(rule["alerts"] for rule in found)

    for rule in wait_until(rules, 30 * SLOW, "all rules to be evaluated"):
        assert rule["health"] == "ok", rule
        named = set(re.findall(r"\b(?:diptych_\w+|up)\b", rule["query"]))
        assert named and named <= exist, (rule["name"], named - exist)
    wait_until(quiet, 30 * SLOW, "no alert about a healthy pool")
    for name, expression in EXPRESSIONS.items():
        named = set(re.findall(r"\bdiptych_\w+", expression))
        assert named and named <= exist, (name, named - exist)

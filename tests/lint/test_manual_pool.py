"""What the pool tells operators is in the manual: its metrics, its control commands, its signals."""
import re

import pytest

from tree import FCGI, TOP


def names(path, table):
    """First words of the rows of an X-macro table."""
    text = (FCGI / path).read_text()
    rows = re.search(rf"#define {table}\(X\)((?:.*\\\n)+.*)", text)[1]
    return re.findall(r"X\((\w+),", rows)


@pytest.fixture(scope="module")
def manual():
    return (TOP / "man/diptych.8").read_text().replace("\\-", "-")


def test_counters_are_in_the_manual(manual):
    counters = names("pool/scoreboard.h", "SCOREBOARD_COUNTERS")
    assert len(counters) > 5
    assert [n for n in counters if f"diptych_pool_{n}_total\n" not in manual] == []
    sums = names("base/metrics.h", "METRICS_LIST")
    assert len(sums) > 20 and [n for n in sums if f"diptych_{n}_total\n" not in manual] == []


def test_times_are_in_the_manual(manual):
    table = re.search(r"#define METRICS_TIMES\(X\)(.*)", (FCGI / "base/metrics.h").read_text())[1]
    times = re.findall(r"X\((\w+),", table)
    assert times and [n for n in times if f"diptych_{n}_seconds_total\n" not in manual] == []


def test_gauges_are_in_the_manual(manual):
    gauges = names("pool/scoreboard.h", "SCOREBOARD_GAUGES")
    gauges = ["pool_" + n for n in gauges] + re.findall(r'^  +GAUGE\("(\w+)"', (FCGI / "pool/report.c").read_text(), re.M)
    assert len(gauges) > 8
    assert [n for n in gauges if f"diptych_{n}\n" not in manual] == []


def test_metrics_of_the_cache_servers_are_in_the_manual(manual):
    metrics = [n + "_total" for n in names("cache/cache_health.h", "CACHE_HEALTH_COUNTERS")]
    metrics += re.findall(r'^  family\(out, "(\w+)", "', (FCGI / "app/app_cache.c").read_text(), re.M)
    assert len(metrics) > 5
    assert [n for n in metrics if f"diptych_cache_server_{n}\n" not in manual] == []


def test_control_commands_are_in_the_manual(manual):
    section = re.search(r"^\.SH CONTROL SOCKET\n(.*?)^\.SH", manual, re.M | re.S)[1]
    commands = names("pool/control.h", "CONTROL_COMMANDS")
    assert "reload" in commands and [c for c in commands if not re.search(rf"^\.(B|BR|BI) {c}\b", section, re.M)] == []


def test_signals_are_in_the_manual(manual):
    section = re.search(r"^\.SH SIGNALS\n(.*?)^\.SH", manual, re.M | re.S)[1]
    taken = re.search(r"taken\[\] = \{(.*?)\}", (FCGI / "pool/process.c").read_text())[1].split(", ")
    told = [s.removeprefix("SIG") for s in taken if s not in ("SIGCHLD",)]
    assert [s for s in told if not re.search(rf"\b{s}\b", section)] == []

"""The counts in the sample's prose are those of its data: each claim below is recomputed from releases.tsv.

A claim is a passage with {} where a number stands, in words or in digits.  A text that is edited without its claim
fails here, so a count cannot change unseen.
"""
import csv
import re
from datetime import datetime, timedelta

import pytest

from tree import TOP

SAMPLE = TOP / "sql" / "sample"
NOW = datetime(2026, 8, 22, 12)
YEAR = (NOW - timedelta(365), NOW)
ONES = ("no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
        "nineteen").split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def word(n):
    if n < 20:
        return ONES[n]
    if n > 99:
        return str(n)
    return TENS[n // 10 - 2] + ("-" + ONES[n % 10] if n % 10 else "")


def releases():
    found = {}
    with (SAMPLE / "releases.tsv").open(newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            when = datetime.strptime(row["occurred_at"], "%Y-%m-%dT%H:%M:%SZ")
            if when <= NOW:
                found.setdefault(row["product"], []).append((row["version"], when))
    return found


RELEASES = releases()


def day(text):
    return datetime.strptime(text, "%Y-%m-%d")


def count(product, first=None, last=None, like=r".*", days=None):
    """Releases from the first day to the last, both included, whose version is like the pattern."""
    begin = day(first) if first else NOW - timedelta(days) if days else datetime.min
    end = day(last) + timedelta(1) if last else NOW + timedelta(1)
    return sum(begin <= when < end and bool(re.fullmatch(like, version)) for version, when in RELEASES[product])


def year(product, like=r".*"):
    return count(product, days=365, like=like)


MINOR, PATCH = r"\d+\.[1-9]\d*\.0|0\.\d+\.0", r"\d+\.\d+\.[1-9]\d*"
WEDNESDAYS = sum(when.weekday() == 2 for version, when in RELEASES["terraform"] if version.startswith("1.15."))
CLAIMS = [
    ("editorials/nodejs", "{} minors in twelve months, against {} patches", year("nodejs", MINOR), year("nodejs", PATCH)),
    ("editorials/nodejs", "It had {} finished releases from October 2025 on", count("nodejs", like=r"25\..*")),
    ("editorials/cert-manager", "{} releases in twelve months is", year("cert-manager")),
    ("editorials/cert-manager", "{} opened a line, in October, March and July; the remaining {} were repairs",
     year("cert-manager", MINOR), year("cert-manager", PATCH)),
    ("editorials/curl", "{} curl releases in a year", year("curl")),
    ("editorials/go", "{} releases in twelve months sounds", year("go")),
    ("editorials/grafana", "{} of the past year’s releases", year("grafana", r".*security.*")),
    ("editorials/haproxy", "which makes {} releases in nineteen days", count("haproxy", "2026-04-23", "2026-05-11")),
    ("editorials/hugo", "{} minors and {} patches have come out", year("hugo", MINOR), year("hugo", PATCH)),
    ("editorials/hugo", "and {} of 2026 so far", count("hugo", "2026-01-01")),
    ("editorials/kafka", "Kafka has shipped {} releases in 2026", count("kafka", "2026-01-01")),
    ("comparisons/kafka-vs-kubernetes", "had {} releases in 2026 up to the end of June", count("kafka", "2026-01-01", "2026-06-30")),
    ("editorials/kubernetes", "in the year to 22 August there were {} patches", year("kubernetes", PATCH)),
    ("editorials/lua", "Our data has {} releases for the five years", count("lua", "2020-08-01", "2025-12-31")),
    ("editorials/memcached", "{} in the first half of 2026 and the weeks after", count("memcached", "2026-01-01")),
    ("editorials/nats", "only {} of {} finished releases were minors", year("nats", MINOR), year("nats")),
    ("editorials/nginx", "{} releases were tagged up to 19 August 2026", count("nginx", "2026-01-01")),
    ("comparisons/caddy-vs-nginx", "nginx tagged {} releases on two lines at a time, Caddy {} on one", year("nginx"), year("caddy")),
    ("editorials/ollama", "it comes to {} finished releases, {} of which opened a line", year("ollama"), year("ollama", MINOR)),
    ("editorials/ollama", "{} releases of the 0.32 line in 38 days", count("ollama", like=r"0\.32\..*")),
    ("editorials/ollama", "{} of them are from August", count("ollama", "2026-08-01", like=r"0\.32\..*")),
    ("editorials/opentofu", "That makes {} patches in three months for a tool that had {} finished releases in the four months before",
     count("opentofu", "2026-05-22", like=PATCH), count("opentofu", "2026-01-22", "2026-05-21")),
    ("editorials/opentofu", "whose {} releases are the most of any line", count("opentofu", like=r"1\.11\..*")),
    ("editorials/prometheus", "It is the ninth minor since last September; with {} patches they make two dozen releases",
     count("prometheus", "2025-09-01", like=PATCH)),
    ("editorials/react", "Since then React has released {} times", count("react", "2025-10-02")),
    ("editorials/redis", "Redis tagged {} releases in one day", count("redis", "2026-08-17", "2026-08-17")),
    ("editorials/rust", "{} of the {} releases in the past year were of that kind", year("rust", PATCH), year("rust")),
    ("editorials/terraform", "{} of the {} releases of the 1.15 line came out on a Wednesday", WEDNESDAYS,
     count("terraform", like=r"1\.15\..*")),
    ("editorials/terraform", "had {} and {} finished releases in the past year", year("opentofu"), year("terraform")),
    ("editorials/valkey", "2026 has had {} by late July", count("valkey", "2026-01-01", "2026-07-24")),
    ("editorials/vite", "8.0 took {} releases between 12 March and 1 June", count("vite", like=r"8\.0\..*")),
    ("editorials/wordpress", "On 6 August WordPress released {} versions, six days later another {}",
     count("wordpress", "2026-08-06", "2026-08-06"), count("wordpress", "2026-08-12", "2026-08-12")),
    ("editorials/wordpress", "{} releases in thirty days put WordPress near the top of its sector", count("wordpress", days=30)),
    ("faq/wordpress", "Why did WordPress make {} releases in a month?", count("wordpress", days=30)),
]


@pytest.mark.parametrize("name, claim, numbers", [(c[0], c[1], c[2:]) for c in CLAIMS], ids=lambda v: str(v)[:60])
def test_a_count_in_prose_is_the_datas(name, claim, numbers):
    text = re.sub(r"[*`]|\]\([^)]*\)|\[", "", (SAMPLE / f"{name}.md").read_text())
    pattern = re.escape(claim).replace(r"\{\}", r"([\w-]+)")
    found = re.search(pattern, text)
    assert found, f"the text no longer says “{claim}”"
    assert [g.lower() in (word(n), str(n)) for g, n in zip(found.groups(), numbers)] == [True] * len(numbers), (found[0], numbers)


def test_the_ninth_minor_of_prometheus():
    assert count("prometheus", "2025-09-01", like=MINOR) == 9

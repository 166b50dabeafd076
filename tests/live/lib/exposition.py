"""Reads the Prometheus text exposition format 0.0.4, strictly."""
import re

SAMPLE = re.compile(r'([a-z][a-z0-9_]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)+)\})? (\d+(?:\.\d{6})?|\+Inf)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"')


class Family:
    """samples: {(suffix, labels as a sorted tuple of pairs): value}"""

    def __init__(self, name, kind, text):
        self.name, self.kind, self.text, self.samples = name, kind, text, {}

    @property
    def value(self):
        """Of the one sample without labels."""
        return self.samples["", ()]

    def at(self, suffix="", **labels):
        return self.samples.get((suffix, tuple(sorted(labels.items()))), 0)

    def sum(self, **labels):
        """Over all samples that have these labels."""
        return sum(v for (suffix, have), v in self.samples.items() if not suffix and labels.items() <= dict(have).items())


def families(text):
    """{name: Family}; fails on what is not written by the rules of the format and of the naming of metrics."""
    found, family = {}, None
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("# HELP "):
            _, _, name, help_ = line.split(" ", 3)
            kind = re.fullmatch(rf"# TYPE {name} (counter|gauge|histogram)", next(lines))[1]
            assert name not in found and name.startswith("diptych_") and help_.strip(), line
            assert name.endswith("_total") == (kind == "counter"), name
            assert not re.search(r"_(us|ms|ns|kb|mb|percent|milliseconds|microseconds)(_|$)", name), "no other unit"
            family = found[name] = Family(name, kind, help_)
            continue
        name, labels, value = SAMPLE.fullmatch(line).groups()
        suffix = name.removeprefix(family.name)
        assert name.startswith(family.name) and suffix in (("_bucket", "_sum", "_count") if family.kind == "histogram" else ("",)), line
        key = suffix, tuple(sorted(LABEL.findall(labels or "")))
        assert key not in family.samples, line
        assert ("." in value) <= ("seconds" in name), "only times have fractions"
        family.samples[key] = float(value)
    for f in found.values():
        if f.kind == "histogram":
            check_histogram(f)
    return found


def check_histogram(f):
    """Buckets are cumulative, and the last one is the count."""
    series = {tuple(p for p in labels if p[0] != "le") for suffix, labels in f.samples if suffix == "_bucket"}
    for labels in series:
        buckets = sorted((float(dict(l)["le"]), v) for (s, l), v in f.samples.items()
                         if s == "_bucket" and set(labels) == {p for p in l if p[0] != "le"})
        values = [v for _, v in buckets]
        assert values == sorted(values) and buckets[-1][0] == float("inf")
        assert values[-1] == f.samples["_count", labels] and ("_sum", labels) in f.samples

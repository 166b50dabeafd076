"""Requests through nginx while the pool is reloaded and scaled all the time.  Not one may fail.

wrk sends requests for pages of all kinds on 32 connections.  Another client compares whole pages with what they were before.
Meanwhile `diptych reload` and `diptych scale` with random numbers, or auto, alternate.  The counters of the pool and the log
of nginx must agree with what wrk counts.

    python3 -m lib.churn --requests 1000000 --reloads 100 --scales 200      in tests/live"""
import random
import threading
import time

from .servers import SLOW, Site, wait_until
from .wrk import Wrk

PAGES = ["/", "/compare/kafka-vs-kubernetes", "/compare/kafka-vs-nats", "/products/kafka", "/alternatives/kafka", "/leaderboard",
         "/sectors/devops", "/themes/streaming", "/faq", "/about", "/search?q=kafk", "/feed.atom", "/predictions",
         "/compare/kafka-vs-kubernetes.json", "/compare/kafka-vs-kubernetes.md", "/products/kafka.json"]
WORKERS_MOST = 8
CONNECTIONS = 32
NEVER = ("responses_4xx_total", "responses_5xx_total", "requests_bad_total", "pool_reloads_refused_total",
         *(f'pool_restarts_total{{process="worker",reason="{reason}"}}' for reason in ("killed", "exited", "hung")))


def make_site(templates):
    """nginx logs only what fails; 499 is a request that wrk had under way at its end.  The deadline is long, because a busy
    machine takes time."""
    site = Site(templates, config={"log_level": "info", "deadline": 10000, "workers_max": WORKERS_MOST, "workers_shrink_delay": 2},
                nginx_http="map $status $failed { 499 0; ~^[45] 1; default 0; }")
    site.failed_log = site.folder / "failed.log"
    config = site.web.config
    config.write_text(config.read_text().replace("    server_name localhost;\n",
                                                 f"    server_name localhost;\n    access_log {site.failed_log} tests if=$failed;\n"))
    return site


class Churn:
    def __init__(self, site, requests=0, seconds=0, reloads=0, scales=0, seed=None):
        self.site, self.requests, self.seconds = site, requests, seconds
        self.random = random.Random(seed)
        self.plan = ["reload"] * reloads + ["scale"] * scales
        self.random.shuffle(self.plan)
        self.reloads = self.scales = self.compared = self.asked = 0
        self.wrong = []
        self.ended = threading.Event()

    def counters(self):
        self.asked += 1
        return {name.removeprefix("diptych_"): int(value) for name, value in self.site.metrics().items()}

    def counter(self, name):
        return self.counters()[name]

    def compare(self):
        """Whole pages, byte for byte."""
        while not self.ended.is_set():
            for page, body in self.bodies.items():
                answer = self.site.get(page)
                self.compared += 1
                if answer.status != 200 or answer.body != body:
                    self.wrong.append(f"{page}: {answer.status}, {len(answer.body)} bytes, not {len(body)} as before")

    def command(self, what):
        if what == "reload":
            done = self.site.diptych("reload", timeout=120)
            self.reloads += 1
        else:
            number = self.random.choice([*range(1, WORKERS_MOST + 1), "auto"])
            done = self.site.diptych("scale", number)
            self.scales += 1
        if done.returncode:
            self.wrong.append(f"{what}: {done.stderr}")

    def progress(self, began):
        """The share of the whole run that is over."""
        sent = self.counter("requests_total") - self.before["requests_total"] - self.compared - self.asked
        shares = [(sent - CONNECTIONS) / self.requests] if self.requests else []
        shares += [(time.monotonic() - began) / self.seconds] if self.seconds else []
        return min(shares)

    def commands(self, began, load):
        """Spreads them over the whole run."""
        for i, what in enumerate([*self.plan, None]):
            wait_until(lambda: not load.running() or self.progress(began) >= i / len(self.plan), 3600)
            if what:
                self.command(what)

    def run(self):
        site = self.site
        wait_until(lambda: site.get("/readyz").status == 200, 60 * SLOW)
        self.bodies = {page: site.get(page).body for page in PAGES}
        comparing = threading.Thread(target=self.compare)
        self.before, self.asked, self.log_before = self.counters(), 0, site.failed_log.stat().st_size
        comparing.start()
        try:
            with Wrk(site.port, PAGES, CONNECTIONS) as load:
                self.commands(time.monotonic(), load)
                if not load.running():
                    self.wrong.append("wrk has ended by itself")
        finally:
            self.ended.set()
            comparing.join()
        self.result = load.result
        self.judge()
        return self

    def judge(self):
        """The pool may also have counted what was under way when wrk ended, and the last question for its counters."""
        result, after = self.result, self.counters()
        change = {name: after[name] - self.before.get(name, 0) for name in after}
        counted, sent = change["requests_total"], result.requests + self.compared + self.asked
        if result.failed or result.timeout:
            self.wrong.append(str(result))
        if result.requests < self.requests:
            self.wrong.append(f"only {result.requests} requests of {self.requests}")
        if not sent - 1 <= counted <= sent + CONNECTIONS:
            self.wrong.append(f"the pool has counted {counted} requests, and {sent} were answered")
        self.wrong += [f"{name} grew by {change[name]}" for name in NEVER if change[name]]
        if change["pool_reloads_total"] != self.reloads:
            self.wrong.append(f"{change['pool_reloads_total']} reloads of {self.reloads} took effect")
        with open(self.site.failed_log) as log:
            log.seek(self.log_before)
            self.wrong += [f"nginx: {line.strip()}" for line in log][:20]
        if self.wrong:
            self.wrong += [line for line in self.site.log.splitlines() if " WARN " in line or " ERROR " in line][-30:]

    @property
    def summary(self):
        return (f"{self.result}; {self.reloads} reloads, {self.scales} scale commands; {self.compared} pages compared;"
                f" {len(self.wrong)} wrong")


def main():
    import argparse
    import sys
    import tempfile
    from pathlib import Path

    from .servers import Templates
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=0, help="go on for at least so long")
    parser.add_argument("--reloads", type=int, default=100)
    parser.add_argument("--scales", type=int, default=200)
    parser.add_argument("--seed", type=int)
    options = vars(parser.parse_args())
    with tempfile.TemporaryDirectory() as folder:
        site = make_site(Templates(Path(folder)))
        try:
            churn = Churn(site.start(), **options).run()
            print(churn.summary)
            for line in churn.wrong[:50]:
                print("  " + line)
            if churn.wrong:
                print(site.log[-5000:])
        finally:
            site.stop()
            site.remove()
    sys.exit(1 if churn.wrong else 0)


if __name__ == "__main__":
    main()

"""A randomized history checker.  Editors, readers and faults run together for a bounded time, and every
page view is checked against the history of commits.

Editors change products in transactions that set a token `Tk<id>n<number>z` in two tables (name; headline and
body).  They hold some transactions open, so commits come out of order, and they archive, redraft and publish
products.  One editor at a time edits a product, so its versions are ordered.  Several connections edit
products in any order.

Readers fetch comparisons and trajectories through nginx.  For each view from t0 to t1:
  fresh   each product shows a version that is not older than the last one committed before t0 - BOUND_S
  real    the commit of this version had begun before t1
  whole   all tokens of one product on the page are of one version
  onward  no product shows an older version than a view that ended before t0
  up      no 5xx, except near a fault
  secret  no word of a draft, in any public answer, while editors look at previews
Faults: worker and watcher killed, memcached killed and stopped, flush_all, database connections killed.
Near a fault the bound is BOUND_S + FAULT_S."""
import random
import re
import threading
import time

BOUND_S = 1.0
FAULT_S = 3.0
TOKEN = re.compile(r"Tk(\d+)n(\d+)z")
SECRET = re.compile(r"Secret\d+n\d+z")
PRODUCTS = 12


class History:
    """The commits of one product in order: (number, status, began, ended)."""

    def __init__(self, id, slug):
        self.id, self.slug = id, slug
        self.commits = [(0, "published", 0.0, 0.0)]
        self.lock = threading.Lock()   # the editor of the product holds it
        self.seen = []                 # (ended, position) of the last views
        self.seen_lock = threading.Lock()
        self.first = {}                # position: when a view of it ended first

    def position(self, match):
        """Index of the newest commit that matches, or None."""
        for i in range(len(self.commits) - 1, -1, -1):
            if match(self.commits[i]):
                return i
        return None

    def floor(self, moment):
        """Index of the last commit that had ended at this moment."""
        return self.position(lambda c: c[3] <= moment) or 0


class Checker:
    def __init__(self, site, seconds, seed=None, faults=True):
        self.site, self.seconds, self.faults_wanted = site, seconds, faults
        self.random = random.Random(seed)
        self.done = threading.Event()
        self.views = self.edits = self.previews = 0
        self.faults, self.wrong = [], []
        self.worst = 0.0
        self.count_lock = threading.Lock()
        rows = site.sql("SELECT id, slug FROM product WHERE status = 'published' AND id IN"
                        " (SELECT product_id FROM editorial WHERE status = 'published') ORDER BY id LIMIT %s" % PRODUCTS)
        self.products = [History(*r) for r in rows]
        self.by_slug = {p.slug: p for p in self.products}

    # ---- editors

    def edit(self, cursor, product, rng):
        number = product.commits[-1][0] + 1
        token = f"Tk{product.id}n{number}z"
        status = rng.choices(["published", "archived", "draft"], [12, 1, 1])[0]
        if rng.random() < 0.3:
            self.draft(cursor, product, number, rng)
        cursor.execute("BEGIN")
        cursor.execute("UPDATE product SET name = %s, status = %s WHERE id = %s", (f"Name {token}", status, product.id))
        cursor.execute("UPDATE editorial SET headline = %s, current_state_md = %s, heading_md = %s WHERE product_id = %s"
                       " AND status = 'published'", (f"Headline {token}", f"Body **{token}**", token, product.id))
        if rng.random() < 0.3:
            cursor.execute("INSERT INTO product_theme (product_id, theme_id, sort) SELECT %s, id, 99 FROM theme"
                           " ORDER BY RAND() LIMIT 1 ON DUPLICATE KEY UPDATE sort = 99", (product.id,))
        if rng.random() < 0.3:
            self.done.wait(rng.random() * 1.5)  # other editors commit meanwhile
        if rng.random() < 0.1:
            cursor.execute("ROLLBACK")
            return
        began = time.monotonic()
        product.commits.append((number, status, began, float("inf")))
        cursor.execute("COMMIT")
        product.commits[-1] = (number, status, began, time.monotonic())
        with self.count_lock:
            self.edits += 1

    def draft(self, cursor, product, number, rng):
        """An editorial that nobody but its editor may see; its editor looks at it on some pages."""
        word = f"Secret{product.id}n{number}z"
        cursor.execute("INSERT INTO editorial (product_id, headline, current_state_md, prediction_md) VALUES (%s, %s, %s, %s)",
                       (product.id, f"Draft {word}", f"A **{word}**", word))
        row = cursor.lastrowid
        cursor.execute("SELECT preview_token FROM editorial WHERE id = %s", (row,))
        token = cursor.fetchone()[0]
        cursor.execute("COMMIT")
        for path in rng.sample(["", f"/products/{product.slug}", f"/alternatives/{product.slug}", f"/faq/{product.slug}"], 2):
            try:
                answer = self.site.get(f"/preview/{token}{path}")
            except OSError:
                continue
            self.previews += 1
            if answer.status == 200 and path in ("", f"/products/{product.slug}") and word not in answer.text:
                self.wrong.append(f"/preview{path}: the draft is not shown")
            if answer.status not in (200, 307, 503) and not self.faults:
                self.wrong.append(f"/preview{path}: {answer.status}")
            if answer.headers.get("Cache-Control") != "private, no-store" or answer.headers.get("ETag"):
                self.wrong.append(f"/preview{path}: {answer.status} may be stored")
        cursor.execute("DELETE FROM editorial WHERE id = %s", (row,))
        cursor.execute("COMMIT")

    def public(self, seed):
        """Looks for words of drafts in what readers, feeds, programs and search engines get."""
        rng = random.Random(seed)
        while not self.done.is_set():
            slug, other = sorted(p.slug for p in rng.sample(self.products, 2))
            path = rng.choice(["/", "/feed.atom", "/predictions", "/search?q=Secret", "/sitemap.xml", "/leaderboard", "/products",
                               f"/products/{slug}", f"/products/{slug}.json", f"/products/{slug}.md", f"/products/{slug}.atom",
                               f"/products/{slug}/history", f"/compare/{slug}-vs-{other}", f"/compare/{slug}-vs-{other}.json",
                               f"/alternatives/{slug}", f"/alternatives/{slug}.md", f"/faq/{slug}", f"/feeds/{slug}+{other}.ics"])
            try:
                self.leaks(path, self.get(path))
            except OSError as e:
                self.wrong.append(f"{path}: no answer: {e}")
            self.done.wait(rng.random() * 0.01)

    def leaks(self, path, answer):
        if SECRET.search(answer.text):
            self.wrong.append(f"{path}: shows {SECRET.search(answer.text)[0]}, which is a draft")

    def editor(self, seed):
        rng = random.Random(seed)
        cursor = self.site.database.connect(autocommit=False).cursor()
        while not self.done.is_set():
            product = rng.choice(self.products)
            if product.lock.acquire(blocking=False):
                try:
                    self.edit(cursor, product, rng)
                finally:
                    product.lock.release()
            self.done.wait(rng.random() * 0.1)

    # ---- readers

    def get(self, path):
        return self.site.get(path)

    def reader(self, seed):
        rng = random.Random(seed)
        while not self.done.is_set():
            members = rng.sample(self.products, rng.choice([1, 2, 2, 2, 3]))
            slugs = sorted(p.slug for p in members)
            path = f"/products/{slugs[0]}" if len(slugs) == 1 else "/compare/" + "-vs-".join(slugs)
            began = time.monotonic()
            try:
                answer = self.get(path)
            except OSError as e:
                self.wrong.append(f"{path}: no answer: {e}")
                continue
            with self.count_lock:
                self.views += 1
            self.judge(path, members, answer, began, time.monotonic())
            self.done.wait(rng.random() * 0.01)

    def bound(self, began):
        near = any(began - FAULT_S - BOUND_S <= t <= began + FAULT_S for t, kind in self.faults)
        return BOUND_S + (FAULT_S if near else 0)

    def may_fail(self, began, ended):
        return any(began - FAULT_S <= t <= ended for t, _ in self.faults)

    def judge(self, path, members, answer, began, ended):
        self.leaks(path, answer)
        if answer.status >= 500:
            if not self.may_fail(began, ended):
                self.wrong.append(f"{path}: {answer.status} and no fault near")
            return
        floors = {p.id: p.floor(began - self.bound(began)) for p in members}
        if answer.status in (404, 410):
            wanted = {404: "draft", 410: "archived"}[answer.status]
            if not any(p.commits[i][1] == wanted and p.commits[i][2] <= ended
                       for p in members for i in range(floors[p.id], len(p.commits))):
                self.wrong.append(f"{path}: {answer.status}, and no member was {wanted} lately")
            return
        if answer.status != 200:
            self.wrong.append(f"{path}: {answer.status}")
            return
        shown = {}
        for id, number in TOKEN.findall(answer.text):
            shown.setdefault(int(id), set()).add(int(number))
        for id, numbers in shown.items():
            if len(numbers) > 1:
                self.judge_mixed(f"{path}: product {id} in versions {sorted(numbers)} on one page")
        for p in members:
            self.judge_member(path, p, self.version(shown.get(p.id, {0})), floors[p.id], began, ended)

    def judge_member(self, path, p, number, floor, began, ended):
        commits = list(p.commits)
        at = next((i for i in range(len(commits) - 1, -1, -1) if commits[i][0] == number), None)
        if at is None or commits[at][2] > ended:
            self.wrong.append(f"{path}: {p.slug} shows version {number}, which nobody had committed")
            return
        if commits[at][1] != "published":
            self.wrong.append(f"{path}: {p.slug} shown in version {number}, which was {commits[at][1]}")
        replaced = min((c[3] for c in commits[at + 1:]), default=began)
        self.judge_stale(began - replaced)
        if at < floor:
            self.wrong.append(f"{path}: {p.slug} shows version {number}, {began - replaced:.2f} s after the next one was committed")
        with p.seen_lock:
            newer = [(e, s) for e, s in p.seen if e < began and s > at]
            p.seen.append((ended, at))
            p.first[at] = min(ended, p.first.get(at, ended))
            since = min((t for position, t in p.first.items() if position > at and t < began), default=began)
            del p.seen[:-200]
        if newer:
            self.judge_step_back(f"{path}: {p.slug} shows version {number} after a view had shown {commits[newer[0][1]][0]}",
                                 began - since)

    def version(self, numbers):
        """The one that counts when a page shows several of a product."""
        return max(numbers)

    def judge_mixed(self, words):
        self.wrong.append(words)

    def judge_stale(self, seconds):
        with self.count_lock:
            self.worst = max(self.worst, seconds)

    def judge_step_back(self, words, seconds):
        """seconds: since a newer version was shown first."""
        self.wrong.append(words)

    # ---- faults

    def breaker(self):
        site, rng = self.site, self.random
        kinds = {"kill a worker": lambda: self.kill("workers"), "kill the watcher": lambda: self.kill("watcher"),
                 "flush memcached": site.cache.flush, "freeze memcached": self.freeze, "restart memcached": self.restart,
                 "cut the database's connections": self.cut}
        while not self.done.wait(rng.uniform(0.5, 2.0)):
            kind = rng.choice(list(kinds))
            self.faults.append((time.monotonic(), kind))
            try:
                kinds[kind]()
            except Exception as e:
                if not self.done.is_set():
                    self.wrong.append(f"could not {kind}: {e!r}")
            self.faults.append((time.monotonic(), kind))

    def kill(self, whom):
        import json
        import os
        import signal
        status = json.loads(self.site.diptych("status", "--json").stdout)
        pids = [w["pid"] for w in status["workers"]] if whom == "workers" else [status["watcher"]["pid"]]
        pids = [pid for pid in pids if pid]  # 0: the process is being replaced
        if pids:
            os.kill(self.random.choice(pids), signal.SIGKILL)

    def freeze(self):
        self.site.cache.daemon.freeze()
        self.done.wait(0.3)
        self.site.cache.daemon.thaw()

    def restart(self):
        self.site.cache.daemon.kill()
        self.site.cache.start()

    def cut(self):
        for (id,) in self.site.sql("SELECT id FROM information_schema.processlist WHERE user = 'diptych_pool'"):
            try:
                self.site.sql(f"KILL {id}")
            except Exception:
                pass  # the connection has ended by itself

    def run(self, editors=4, readers=4):
        threads = [threading.Thread(target=self.editor, args=(self.random.random(),)) for _ in range(editors)]
        threads += [threading.Thread(target=self.reader, args=(self.random.random(),)) for _ in range(readers)]
        threads.append(threading.Thread(target=self.public, args=(self.random.random(),)))
        if self.faults_wanted:
            threads.append(threading.Thread(target=self.breaker))
        for t in threads:
            t.start()
        self.wait()
        self.done.set()
        for t in threads:
            t.join()
        return self

    def wait(self):
        self.done.wait(self.seconds)

    @property
    def summary(self):
        return (f"{self.views} views, {self.edits} edits, {len(self.faults) // 2} faults in {self.seconds} s;"
                f" worst staleness {self.worst * 1000:.0f} ms; {len(self.wrong)} wrong")


def main():
    import argparse
    import sys
    import tempfile
    from pathlib import Path
    from lib.servers import Site, Templates
    parser = argparse.ArgumentParser(description="run the history checker by hand")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--no-faults", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Templates(Path(folder)))
        try:
            checker = Checker(site.start(), options.seconds, options.seed, not options.no_faults).run()
            print(checker.summary)
            for line in checker.wrong[:50]:
                print("  " + line)
            if checker.wrong:
                print(site.log[-3000:])
        finally:
            site.stop()
            site.remove()
    sys.exit(1 if checker.wrong else 0)


if __name__ == "__main__":
    main()

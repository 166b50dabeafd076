"""Two probes: rows_probe.c runs the statements of the rows room, watcher_probe.c a watcher without a pool."""
import json
import shutil
import subprocess
import threading
import time

from .daemon import wait_until
from .servers import AS_OF, BUILD, SLOW, Database, configuration_text, database_settings, short_folder
from .stopwatch import elapsed, moment

SHOWN = ("id", "version", "slug", "name", "status", "lifecycle", "override", "has_editorial", "has_questions", "n90",
         "s30", "activities", "sectors", "themes", "window_us", "editorial_us", "activity_us", "spark_us",
         "release_us", "editorials", "changed_us", "next_due_us", "past")


def sample_database(templates):
    """A private server with the sample site, for a fixture."""
    folder = short_folder()
    database = Database(folder).copy_from(templates.get("sample")).start()
    yield database
    database.stop()
    shutil.rmtree(folder, ignore_errors=True)


def config_file(database, folder, name="probe.conf", **extra):
    path = folder / name
    settings = {**database_settings(database), "as_of": AS_OF, "log_level": "debug", "catalog_bytes": 256 << 20,
                "sweep_seconds": 5, "loss_delay": 5, **extra}
    path.write_text(configuration_text(settings))
    return path


def rows(config, question, *numbers, fails=False):
    """Asks rows_probe one question; returns (values, end)."""
    done = subprocess.run([str(BUILD / "rows_probe"), str(config), question, *map(str, numbers)],
                          capture_output=True, text=True, timeout=60 * SLOW)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert fails or done.returncode == 0, done.stdout[-500:] + done.stderr
    end = lines.pop() if lines else {}
    end["log"] = done.stderr
    return lines, end


def facts(product):
    return {name: product[name] for name in SHOWN}


class Watcher:
    """watcher_probe: a catalog in shared memory, and a watcher that tests can kill and start."""

    def __init__(self, config, folder):
        self.config = config
        self.patient = folder / "patient.conf"  # the same with long time limits
        hasty = [line for line in config.read_text().splitlines() if not line.startswith(("mysql_timeout", "deadline"))]
        self.patient.write_text("\n".join([*hasty, "mysql_timeout = 20000", "deadline = 20000", ""]))
        self.log = folder / "watcher.log"
        self.lock = threading.Lock()
        self.process = None

    def open(self):
        self.process = subprocess.Popen([str(BUILD / "watcher_probe"), str(self.config)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.log.open("ab"), text=True, bufsize=1)
        return self

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(20 * SLOW) == 0
        self.process.stdout.close()

    def ask(self, *words):
        with self.lock:
            self.process.stdin.write(" ".join(map(str, words)) + "\n")
            return json.loads(self.process.stdout.readline())

    def all(self):
        """Every product in the catalog as {id: facts}."""
        found = {}
        with self.lock:
            self.process.stdin.write("all\n")
            while True:
                one = json.loads(self.process.stdout.readline())
                if one is None or "end" in one:
                    return found
                found[one["id"]] = facts(one)

    def state(self):
        return self.ask("state")

    def wait(self, what, seconds=5, why="the watcher"):
        """Waits until what(state) is true; returns the elapsed seconds."""
        began = moment()
        wait_until(lambda: what(self.state()), seconds * SLOW, why)
        return elapsed(began)

    def ready(self, seconds=10):
        return self.wait(lambda s: s["ready"] and s["up"], seconds, "a watcher that has caught up")

    def truth(self):
        """The content of the database now, as {id: facts}."""
        return {one["id"]: facts(one) for one in rows(self.patient, "range", 0, 1000000)[0]}

    def same(self):
        return self.all() == self.truth()

    def converges(self, seconds):
        """Waits until the catalog equals the database.  Returns the elapsed seconds without the comparison
        itself, which takes longer on a busy machine."""
        began = moment()
        while True:
            had, took, has = self.all(), elapsed(began), self.truth()
            if had == has:
                return took
            if took > seconds * SLOW or time.monotonic() > began + 10 * seconds * SLOW + 10:
                wrong = {i: (had.get(i), has.get(i)) for i in had.keys() | has.keys() if had.get(i) != has.get(i)}
                raise AssertionError(f"after {seconds} s {len(wrong)} products differ, among them "
                                     f"{next(iter(wrong.values()))}; {self.state()}")
            time.sleep(0.05)

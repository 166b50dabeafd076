"""What a watcher finds when it begins never ends it: an empty site, a state file that lies; and when it cannot
live all the same, /readyz says so.  A clock that is set back makes no label older than it is."""
import json
import os
import signal
import struct
import subprocess

import pytest

from lib.daemon import wait_until
from lib.servers import BUILD, SLOW, TOP
from lib.xxh64 import xxh64

HEADER, SUMMED, BODY_SUM = 208, 200, 192  # bytes of the state file's header; of it that header_sum covers; where body_sum is
OVERRIDE = 27  # where a product's record has its override


def ready(site, status=200, seconds=10):
    wait_until(lambda: site.get("/readyz").status == status, seconds * SLOW, f"/readyz with {status}")


def watcher(site):
    return json.loads(site.diptych("status", "--json").stdout)["watcher"]["pid"]


def restarts(site):
    return site.metrics()['diptych_pool_restarts_total{process="watcher",reason="ended"}']


@pytest.mark.parametrize("first", ["nothing", "draft", "draft and sector", "published", "archived"])
def test_a_reload_on_a_new_site(make_site, first):
    """The successor takes over whatever sort of publication was the last."""
    site = make_site(data="schema", config={"as_of": ""})
    ready(site)
    if "sector" in first:
        site.sql("INSERT INTO sector (slug, name) VALUES ('tools', 'Tools')")
    if first != "nothing":
        site.sql("INSERT INTO product (slug, name, status) VALUES ('acme', 'Acme', %s)", first.split()[0])
        wait_until(lambda: site.metrics()["diptych_changes_applied_total"] >= 1, 10 * SLOW, "the edit applied")
    before = watcher(site)
    assert site.diptych("reload").returncode == 0
    wait_until(lambda: watcher(site) not in (0, before), 10 * SLOW, "a new watcher")
    ready(site)
    assert site.get("/products/acme").status == {"published": 200, "archived": 410}.get(first, 404)
    site.sql("REPLACE INTO product (slug, name, status) VALUES ('later', 'Later', 'published')")
    wait_until(lambda: site.get("/products/later").status == 200, 10 * SLOW, "the edit that follows")
    assert restarts(site) == 0


def lie(path, at_record, value):
    """One byte of the first product's record becomes another, with checksums that fit."""
    data = bytearray(path.read_bytes())
    heap_from, heap_top = struct.unpack_from("<II", data, 16)
    record, = struct.unpack_from("<I", data, HEADER + (heap_top - heap_from) * 8)
    data[HEADER + (record - heap_from) * 8 + at_record] = value
    struct.pack_into("<Q", data, BODY_SUM, xxh64(data[HEADER:]))
    struct.pack_into("<Q", data, SUMMED, xxh64(data[:SUMMED]))
    path.write_bytes(data)


def test_a_state_file_that_lies_is_set_aside(own_site):
    ready(own_site)
    state = own_site.state / "catalog"
    wait_until(state.exists, 10 * SLOW, "the state file")
    own_site.pool.stop()
    lie(state, OVERRIDE, 127)
    bad = state.read_bytes()
    own_site.start_pool()
    ready(own_site)
    assert (own_site.state / "catalog.bad").read_bytes() == bad
    said = [line for line in own_site.log.splitlines() if "set aside" in line]
    assert len(said) == 1 and "catalog.bad" in said[0]
    assert restarts(own_site) == 0 and own_site.get("/").status == 200


def test_a_state_file_is_used_when_it_does_not_lie(own_site):
    """The same hand writes it, with the value that it had: so it was the value that was refused."""
    ready(own_site)
    state = own_site.state / "catalog"
    wait_until(state.exists, 10 * SLOW, "the state file")
    own_site.pool.stop()
    lie(state, OVERRIDE, 100)
    own_site.database.stop()
    own_site.start_pool()
    wait_until(lambda: "read from its file" in own_site.log, 10 * SLOW, "the file in use")
    wait_until(lambda: not (own_site.state / "catalog.trying").exists(), 10 * SLOW, "a watcher that lived")
    assert not (own_site.state / "catalog.bad").exists()


def test_a_state_file_that_a_start_died_of_is_set_aside(own_site):
    ready(own_site)
    state = own_site.state / "catalog"
    wait_until(state.exists, 10 * SLOW, "the state file")
    own_site.pool.stop()
    assert not (own_site.state / "catalog.trying").exists()
    (own_site.state / "catalog.trying").touch()  # as a start leaves it that dies between the two
    own_site.start_pool()
    ready(own_site)
    assert "a start died of it" in own_site.log
    assert (own_site.state / "catalog.bad").exists() and not (own_site.state / "catalog.trying").exists()


def test_not_ready_while_the_watcher_cannot_live(own_site):
    ready(own_site)

    def dies_and_is_missed():
        pid = watcher(own_site)
        if pid:
            os.kill(pid, signal.SIGKILL)
        answer = own_site.get("/readyz")
        return answer.status == 503 and answer["Retry-After"] and "dies again and again" in answer.text
    wait_until(dies_and_is_missed, 20 * SLOW, "/readyz that says so")
    assert own_site.get("/").status == 200, "what is known is served"
    assert own_site.metrics()["diptych_pool_watcher_failures"] >= 2
    ready(own_site, seconds=30)


@pytest.fixture
def set_clock(tmp_path):
    made = tmp_path / "set_clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", made, TOP / "tests/live/set_clock.c", "-ldl"], check=True)
    return {"LD_PRELOAD": str(made), "CLOCK_FILE": str(tmp_path / "clock")}


@pytest.mark.skipif(BUILD.name.endswith("asan"), reason="the sanitizers must be loaded first")
def test_a_clock_set_back_makes_labels_younger(make_site, set_clock):
    def clock(seconds):
        with open(set_clock["CLOCK_FILE"], "w") as file:
            file.write(str(seconds))
    clock(0)
    site = make_site(data="schema", config={"as_of": "", "workers": 1}, pool_env=set_clock)
    site.sql("INSERT INTO product (slug, name, status) VALUES ('acme', 'Acme', 'published')")
    site.sql("INSERT INTO activity (product_id, kind, class, title, occurred_at, status) SELECT id, 'release',"
             " 'improvement', 'Moved', UTC_TIMESTAMP() - INTERVAL 210 MINUTE, 'published' FROM product")
    page = "/products/acme"
    wait_until(lambda: "3h ago" in site.get(page).text, 10 * SLOW, "the page")
    assert "3h ago" in site.get(page).text
    clock(-7200)
    assert "1h ago" in site.get(page).text and "3h ago" not in site.get(page).text
    clock(0)
    assert "3h ago" in site.get(page).text

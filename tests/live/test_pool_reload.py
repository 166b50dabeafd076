"""Reloads: nothing is lost, the new configuration is in force within a second, a bad one changes nothing."""
import contextlib
import os
import signal
import time

import pytest

from lib.daemon import wait_until
from lib.fcgi_client import Peer, request
from lib.probe import load, make_probe, probe  # noqa: F401 (fixtures)
from lib.servers import SLOW
from lib.stopwatch import elapsed, moment


def test_new_configuration_is_in_force_when_the_command_returns(probe):
    before = {w["pid"] for w in probe.wait_workers(2)}
    probe.write_config(site_name="second", workers=3)
    began = moment()
    done = probe.diptych("reload")
    assert done.returncode == 0 and done.stdout == "reloaded\n", done
    assert elapsed(began) < 1 * SLOW
    assert {probe.ask("/config").text for _ in range(30)} == {"second"}
    after = probe.wait_workers(3)
    assert not before & {w["pid"] for w in after} and {w["generation"] for w in after} == {2}
    wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in before))


def test_hup_is_a_reload_too(probe):
    probe.write_config(site_name="second")
    probe.pool.signal(signal.SIGHUP)
    wait_until(lambda: probe.ask("/config").text == "second", 1 * SLOW)
    assert probe.wait_logged("configuration 2 is in force")


def test_the_watcher_gets_the_new_configuration(probe):
    probe.write_config(site_name="second")
    assert probe.diptych("reload").returncode == 0
    assert probe.wait_logged("watching for second")
    assert probe.restarts("ended", "watcher") == 0


def test_a_hundred_reloads_under_load_lose_nothing(probe):
    web = probe.web()
    with load(lambda: web.http("GET", "/x"), threads=6) as counts:
        for i in range(100):
            probe.write_config(site_name=f"number {i}")
            ok, text = probe.control("reload")
            assert ok, text
    assert set(counts) == {200} and counts[200] > 300, counts
    assert probe.metric("pool_reloads_total") == 100
    assert probe.ask("/config").text == "number 99"
    wait_until(lambda: len(probe.pids()) == 3, 5 * SLOW, "the old workers to end")


def test_a_storm_of_hups_loses_nothing_and_the_last_configuration_wins(probe):
    web = probe.web()
    with load(lambda: web.http("GET", "/x"), threads=4) as counts:
        for i in range(300):
            probe.write_config(site_name=f"number {i}")
            probe.pool.signal(signal.SIGHUP)
            time.sleep(0.001)
        wait_until(lambda: probe.ask("/config").text == "number 299", 5 * SLOW)
    assert set(counts) == {200}, counts
    wait_until(lambda: len(probe.pids()) == 3, 5 * SLOW, "the old workers to end")


def test_fresh_connections_lose_nothing_either(probe):
    with load(lambda: probe.ask("/x"), threads=4) as counts:
        for _ in range(30):
            assert probe.control("reload")[0]
    assert set(counts) == {200}, counts


def kept_peers(probe, stack, count=40):
    """Peers that have had an answer; a busy machine makes a worker give one of them up."""
    peers = [stack.enter_context(probe.peer()) for _ in range(count)]
    return [p for p in peers if not p.ask("/x").said_last]


def test_kept_connections_outlive_the_workers_that_had_them(make_probe):
    """Closing them would race with nginx's next request on one, and cost a visitor a 502."""
    probe = make_probe(workers=4)
    with contextlib.ExitStack() as stack:
        peers = kept_peers(probe, stack)
        before = {w["pid"] for w in probe.workers()}
        probe.write_config(site_name="second", workers=2)
        assert probe.control("reload")[0]
        answers = [p.ask("/config") for p in peers]
        # An old worker that has not run since then may answer once more, and says that it was the last time.
        assert {a.text for a in answers if not a.said_last} == {"second"}
        peers = [p for p, a in zip(peers, answers) if not a.said_last]
        assert len(peers) >= 4, "most keep theirs; a busy machine makes workers give up more"
        wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in before), 5 * SLOW)
        probe.control("scale 1")
        wait_until(lambda: len(probe.pids()) == 2, 5 * SLOW, "a worker to leave")
        assert {p.ask("/config").text for p in peers} == {"second"}
    assert probe.restarts("killed") == 0


def test_a_stop_right_behind_a_reload_answers_what_kept_connections_have_sent(make_probe):
    """Some connections are on their way from one worker to another then."""
    probe = make_probe(workers=4)
    with contextlib.ExitStack() as stack:
        peers = kept_peers(probe, stack)
        probe.pool.signal(signal.SIGHUP)
        probe.wait_logged("configuration 2 is in force")
        for p in peers:
            p.send(request("/x"))
        probe.pool.signal(signal.SIGTERM)
        assert {p.answer().status for p in peers} == {200}
    assert probe.pool.process.wait(20 * SLOW) == 0


BROKEN = {
    "unknown key": ('workers = 2\nwibble = 3\n', ":2: ", "wibble"),
    "out of range": ('workers = 9999\n', ":1: ", "workers"),
    "syntax": ('workers = \n\n"', "diptych.conf", ""),
    "binary": ("\0\1\2\xff\n", "configuration", ""),
}


@pytest.mark.parametrize("text,where,what", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_changes_nothing_and_is_named_with_its_line(probe, text, where, what):
    before = {w["pid"] for w in probe.wait_workers(2)}
    probe.config_path.write_text(text)
    ok, said = probe.control("reload")
    assert not ok and where in said and what in said, said
    assert probe.wait_logged("ERROR master", "reload refused", said.splitlines()[0])
    assert {w["pid"] for w in probe.workers()} == before and probe.ask("/config").text == "first"
    assert probe.metric("pool_reloads_refused_total") == 1
    probe.write_config(site_name="mended")
    assert probe.control("reload") == (True, "reloaded\n") and probe.ask("/config").text == "mended"


@pytest.mark.parametrize("command", ["reload", "status", "scale 3"])
def test_each_fault_of_a_running_pool_s_file_is_printed_once(probe, command):
    probe.write_config(workers=0, lang="")
    done = probe.diptych(*command.split())
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith(f"{probe.config_path}:")]
    assert len(lines) == len(set(lines)) == 2, done
    assert done.returncode == (1 if command == "reload" else 0)
    log = [line for line in probe.log.splitlines() if f"{probe.config_path}:" in line]
    assert len(log) == (2 if command == "reload" else 0), log


def test_a_broken_template_is_found_by_the_site_s_check(probe):
    probe.write_config(site_name="no-check")
    done = probe.diptych("reload")
    assert done.returncode == 1 and "templates/page.mustache:3:7: the probe refuses" in done.stderr
    assert probe.wait_logged("ERROR master", "page.mustache:3:7")
    assert probe.ask("/config").text == "first"


@pytest.mark.parametrize("name", ["no-check-at-all", "no-resources"])
def test_of_many_faults_whole_lines_are_shown_and_a_hint_at_more(probe, name):
    probe.write_config(site_name=name)
    lines = probe.diptych("reload").stderr.splitlines()
    assert lines[:-1] == [f"templates/page.mustache:{3 + i}:7: the probe refuses" for i in range(len(lines) - 1)]
    assert 50 < len(lines) < 500 and "run `diptych check` for all of it" in lines[-1]
    probe.write_config(site_name="no-check")
    assert probe.diptych("reload").stderr == "templates/page.mustache:3:7: the probe refuses\n"


def test_the_process_file_that_was_written_is_the_one_that_is_removed(probe):
    """pid_file takes effect at the next start: until then another's file may stand at the new place."""
    own, other = probe.folder / "diptych.pid", probe.folder / "other.pid"
    other.write_text("1\n")
    probe.write_config(pid_file=other)
    assert probe.control("reload")[0]
    assert own.read_text() == f"{probe.pool.pid}\n"
    probe.pool.stop()
    assert not own.exists() and other.read_text() == "1\n"


def test_a_removed_file_changes_nothing(probe):
    probe.config_path.unlink()
    ok, said = probe.control("reload")
    assert not ok and "diptych.conf" in said
    assert probe.ask("/config").text == "first"


def test_workers_that_do_not_start_with_it_bring_the_old_one_back(probe):
    probe.write_config(site_name="no-open", workers=4)
    ok, said = probe.control("reload")
    assert not ok and "did not start" in said
    assert probe.ask("/config").text == "first"
    assert {w["generation"] for w in probe.wait_workers(2)} == {1}
    probe.write_config(site_name="mended", workers=2)
    assert probe.control("reload")[0] and probe.ask("/config").text == "mended"


def test_running_requests_finish_with_the_old_one(probe):
    with probe.peer() as p:
        p.send(request("/wait/go"))
        probe.busy("/wait/go")
        assert probe.control("reload")[0]
        leaving = [w for w in probe.status()["workers"] if w["state"] == "leaving"]
        assert [w["request"] for w in leaving if w["busy"]] == ["GET /wait/go"]
        probe.release("go")
        answer = p.answer()
        assert answer.status == 200 and answer.said_last


def test_old_workers_that_do_not_finish_are_ended_after_the_grace(make_probe):
    probe = make_probe(stop_grace=300)
    with probe.peer() as p:
        p.send(request("/wait/never"))
        pid = probe.busy("/wait/never")[0]["pid"]
        assert probe.control("reload")[0]
        assert probe.wait_logged(f"({pid}) did not leave within 300 ms while GET /wait/never")
        assert p.closed()
    wait_until(lambda: len(probe.pids()) == 3)


def test_the_scaled_count_is_kept_unless_the_configured_one_changed(probe):
    probe.control("scale 5")
    probe.wait_workers(5)
    kept = "the pool keeps 5 workers, as set while it ran; the configuration has workers = 2\n"
    for _ in range(2):
        assert probe.control("reload") == (True, "reloaded\n" + kept)
        assert len(probe.wait_workers(5)) == 5
    assert probe.wait_logged("INFO master", kept.strip())
    assert "the configuration has workers = 2; the number was changed while the pool ran\n" in probe.diptych("status").stdout
    assert (probe.metric("pool_workers_wanted"), probe.metric("pool_workers_configured")) == (5, 2)
    probe.write_config(workers=3)
    assert probe.control("reload") == (True, "reloaded\nworkers = 3 of the configuration replaces 5, which was set while the pool ran\n")
    assert len(probe.wait_workers(3)) == 3
    assert probe.control("reload") == (True, "reloaded\n")
    assert "was changed while the pool ran" not in probe.diptych("status").stdout


@pytest.mark.parametrize("limits,count,says", [
    ({"workers_max": 4}, 4, "workers_max = 4 replaces 6 workers"),
    ({"workers_min": 2, "workers_max": 6}, 6, "the pool keeps 6 workers"),
    ({"workers": 7, "workers_min": 7}, 7, "workers = 7 of the configuration replaces 6")], ids=["most", "within", "least"])
def test_a_scaled_count_stays_within_new_limits_and_that_is_said(probe, limits, count, says):
    assert probe.control("scale 6")[0]
    probe.write_config(**limits)
    ok, text = probe.control("reload")
    assert ok and says in text, text
    assert len(probe.wait_workers(count)) == count


def test_a_count_that_was_set_during_a_refused_reload_is_kept(probe):
    """The new workers do not start, so the reload is undone; the scale command is not part of it."""
    probe.write_config(site_name="slow-open")
    with probe.asking("reload") as reload:
        wait_until(lambda: any(w["generation"] == 2 for w in probe.status()["workers"]))
        assert probe.control("scale 4")[0]
        (probe.folder / "open-fails").touch()
        assert not reload.answer()[0]
    assert {w["generation"] for w in probe.wait_workers(4)} == {1}


def test_a_second_client_gets_the_answer_of_its_own_reload(probe):
    """It asked while another reload was being checked: what it wrote since must be in force for it."""
    import threading
    results = []
    for i in range(10):
        probe.write_config(site_name=f"a{i}")
        first = threading.Thread(target=lambda: results.append(probe.control("reload")))
        first.start()
        time.sleep(0.002)
        probe.write_config(site_name=f"b{i}")
        assert probe.control("reload")[0]
        assert probe.ask("/config").text == f"b{i}"
        first.join()
    assert all(ok for ok, _ in results)


def test_a_key_that_waits_for_a_restart_is_said_until_it_is_taken_back(probe):
    probe.write_config(backlog=17, listen=probe.folder / "other.sock")
    said = "listen, backlog: changed, but only a restart of the pool puts them into force\n"
    for _ in range(2):
        assert probe.control("reload") == (True, "reloaded\n" + said)
    assert probe.wait_logged("WARN master", "listen, backlog changed: only a restart of the pool puts them into force")
    assert "changed in the configuration, and waiting for a restart: listen, backlog\n" in probe.diptych("status").stdout
    assert probe.status()["restart_key_names"] == "listen, backlog" and probe.metric("pool_restart_keys") == 2
    with Peer(probe.socket, 10 * SLOW) as p:
        assert p.ask("/config", keep=False).text == "first"
    probe.write_config(backlog=511, listen=probe.socket)
    assert probe.control("reload") == (True, "reloaded\n")
    assert probe.status()["restart_keys"] == 0

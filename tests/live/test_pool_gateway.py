"""What a worker makes of FastCGI peers, right and wrong, mute and slow."""
import http.client
import os
import re
import socket
import struct
import time

import pytest

from lib import fcgi_client as fcgi
from lib.daemon import wait_until
from lib.probe import load, make_probe, probe  # noqa: F401 (fixtures)
from lib.secured import assert_plain_error
from lib.servers import BUILD, SLOW
from lib.stopwatch import elapsed, moment


def test_parameters_arrive(probe):
    got = probe.ask("/echo?x=%20", http_if_none_match='"a", W/"b"', http_if_modified_since="yesterday",
                    http_accept_encoding="gzip", request_id="0123abcd-XYZ", http_host="evil.example").echoed
    assert got["method"] == "GET" and got["target"] == "/echo?x=%20" and got["id"] == "0123abcd-XYZ"
    assert got["if_none_match"] == '"a", W/"b"' and got["if_modified_since"] == "yesterday"
    assert got["accept_encoding"] == "gzip" and 1500 <= int(got["deadline_ms"]) <= 2000


@pytest.mark.parametrize("id", [None, "", "with space", "x" * 65, "new\nline", "../x"])
def test_missing_or_odd_request_ids_are_replaced(probe, id):
    more = {} if id is None else {"request_id": id}
    first, second = (probe.ask("/echo", **more).echoed["id"] for _ in range(2))
    assert re.fullmatch("[0-9a-f]{16}", first) and first != second


def test_head_has_the_length_and_no_body(probe):
    get, head = probe.ask("/big/5000"), probe.ask("/big/5000", method="HEAD")
    assert len(get.body) == 5000 and head.body == b"" and get.headers == head.headers
    assert head.headers["content-length"] == "5000" and head.ended


def test_304_has_neither_body_nor_length(probe):
    answer = probe.ask("/empty")
    assert answer.status == 304 and "content-length" not in answer.headers and answer.body == b"" and answer.ended


@pytest.mark.parametrize("most", [1, 700, 65536])
def test_bodies_are_whole_when_the_kernel_takes_little_at_a_time(make_probe, most):
    probe = make_probe(env={"PROBE_SENDS": str(most)})
    with probe.peer() as p:
        for size in (0, 10, 65528, 200_000):
            answer = p.ask(f"/big/{min(size, most * 5000)}")
            assert answer.whole and answer.body == b"x" * min(size, most * 5000)


@pytest.mark.parametrize("size", [0, 1, 7000, 65527, 65528, 65529, 131056, 2_000_000, 10_000_000])
def test_bodies_of_any_size_are_whole(probe, size):
    answer = probe.ask(f"/big/{size}")
    assert answer.whole and len(answer.body) == size


def test_a_page_that_cannot_be_made_is_a_500(probe):
    assert probe.ask("/broken").whole
    assert_plain_error(probe.web().http("GET", "/broken"), 500)


def test_a_kept_connection_serves_many_requests(probe):
    with probe.peer() as p:
        pids = {p.ask(f"/echo?{i}").echoed["pid"] for i in range(50)}
    assert len(pids) == 1
    probe.counted(50)


def test_a_connection_that_shall_not_be_kept_is_closed(probe):
    with probe.peer() as p:
        assert p.ask("/echo", keep=False).whole and p.closed()


def test_ids_other_than_1_are_answered_with_their_id(probe):
    with probe.peer() as p:
        answer = p.ask("/echo", id=0xabcd)
    assert answer.whole and {id for _, id, _ in answer.records} == {0xabcd}


@pytest.mark.parametrize("size", [0, 10, 8100, 9000, 60000])
def test_small_bodies_are_thrown_away_and_the_connection_stays(probe, size):
    with probe.peer() as p:
        for _ in range(30):
            assert p.ask("/echo", method="POST", body=b"b" * size).echoed["method"] == "POST"


def test_a_large_body_costs_the_connection_and_not_the_answer(probe):
    with probe.peer() as p:
        p.send(fcgi.request("/echo", method="POST", body=b"b" * 500_000))
        assert p.answer().status == 200 and p.closed()


def test_parameters_without_a_body_record_are_enough(probe):
    with probe.peer() as p:
        p.send(fcgi.begin(), fcgi.record(fcgi.PARAMS, fcgi.pairs(fcgi.parameters())), fcgi.record(fcgi.PARAMS))
        began = moment()
        assert p.answer().status == 200
        assert elapsed(began) < 0.2 * SLOW


def test_a_body_in_pieces_keeps_the_connection(probe):
    data = fcgi.request("/echo", method="POST", body=b"b" * 30000)
    with probe.peer() as p:
        for _ in range(3):
            for at in range(0, len(data), 7000):
                p.send(data[at:at + 7000])
            assert p.answer().echoed["method"] == "POST"


def test_a_request_in_single_bytes_is_understood(probe):
    with probe.peer() as p:
        for byte in fcgi.request("/echo"):
            p.socket.send(bytes([byte]))
        assert p.answer().echoed["target"] == "/echo"


def test_parameters_in_many_records_are_joined(probe):
    data = fcgi.pairs(fcgi.parameters("/echo?" + "y" * 3000))
    with probe.peer() as p:
        p.send(fcgi.begin(), fcgi.stream(fcgi.PARAMS, data, size=3), fcgi.record(fcgi.PARAMS), fcgi.record(fcgi.STDIN))
        assert p.answer().echoed["target"] == "/echo?" + "y" * 3000


def test_a_peer_that_shuts_its_side_still_gets_its_answer(probe):
    with probe.peer() as p:
        p.send(fcgi.request("/sleep/50"))
        p.socket.shutdown(socket.SHUT_WR)
        assert p.answer().whole


def good(**kw):
    return fcgi.pairs(fcgi.parameters(**kw))


def whole(params, begin=None, end=fcgi.record(fcgi.STDIN)):
    return (fcgi.begin() if begin is None else begin) + fcgi.stream(fcgi.PARAMS, params) + fcgi.record(fcgi.PARAMS) + end


BAD = {
    "not version 1": fcgi.record(fcgi.BEGIN, struct.pack("!HB5x", 1, 1), version=2),
    "text": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "begins with params": fcgi.record(fcgi.PARAMS, good()),
    "unknown type": fcgi.record(77, b"x" * 8),
    "id 0": fcgi.request("/echo", id=0),
    "get values": fcgi.record(fcgi.GET_VALUES, fcgi.pairs([("FCGI_MAX_CONNS", "")] * 12), id=0),
    "get values among params": fcgi.begin() + fcgi.record(fcgi.GET_VALUES, fcgi.pairs([("FCGI_MAX_CONNS", "")] * 12), id=0),
    "get values in the body": whole(good(), end=fcgi.record(fcgi.GET_VALUES, fcgi.pairs([("FCGI_MPXS_CONNS", "")] * 12),
                                                            id=0) + fcgi.record(fcgi.STDIN)),
    "begin of a wrong length": fcgi.record(fcgi.BEGIN, b"\0\1\1"),
    "authorizer": whole(good(), fcgi.begin(role=2)),
    "filter": whole(good(), fcgi.begin(role=3)),
    "abort after begin": fcgi.begin() + fcgi.record(fcgi.ABORT),
    "abort among params": fcgi.begin() + fcgi.record(fcgi.PARAMS, good()) + fcgi.record(fcgi.ABORT),
    "two begins": fcgi.begin() + fcgi.begin(id=2),
    "another id's params": fcgi.begin() + fcgi.record(fcgi.PARAMS, good(), id=2),
    "stdin among params": fcgi.begin() + fcgi.record(fcgi.STDIN, b"x"),
    "no method": whole(fcgi.pairs({"REQUEST_URI": "/echo"})),
    "no uri": whole(fcgi.pairs({"REQUEST_METHOD": "GET"})),
    "empty method": whole(good(method="")),
    "empty uri": whole(good(target="")),
    "method no token": whole(good(method="GET /")),
    "two uris": whole(good() + fcgi.pair("REQUEST_URI", "/echo?other")),
    "two methods": whole(good() + fcgi.pair("REQUEST_METHOD", "HEAD")),
    "no params": whole(b""),
    "= in a name": whole(good() + fcgi.pair("A=B", "c")),
    "nul in a name": whole(good() + fcgi.pair("A\0B", "c")),
    "nul in a value": whole(good() + fcgi.pair("HTTP_X", "a\0b")),
    "empty name": whole(good() + fcgi.pair("", "c")),
    "name cut off": whole(good() + b"\x7f\x01AB"),
    "value cut off": whole(good() + b"\x01\x80\x10\x00\x00A"),
    "length cut off": whole(good() + b"\x80\x00"),
    "huge length": whole(good() + b"\xff\xff\xff\xff\xff\xff\xff\xffA"),
    "16 MB of params": fcgi.begin() + fcgi.stream(fcgi.PARAMS, fcgi.pairs([("HTTP_A", "x" * 60000)] * 280)),
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_what_is_no_request_is_closed_unanswered_and_hurts_nobody(probe, data):
    workers = {w["pid"] for w in probe.wait_workers(2)}
    with probe.peer() as p:
        try:
            p.send(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert p.closed()
    status = probe.status()
    assert status["metrics"]["requests"] == 0 and status["metrics"]["requests_bad"] == 1
    assert {w["pid"] for w in status["workers"]} == workers
    assert probe.ask("/echo").status == 200
    for pid in workers:
        with open(f"/proc/{pid}/status") as f:
            rss = int(re.search(r"RssAnon:\s+(\d+) kB", f.read())[1])
        assert rss < 8192 * SLOW * SLOW * 4, rss


PADDED = ("begin", "parameters", "their end", "body", "its end")


def padded(where, padding, body=b""):
    """A request with padding behind the record of this name."""
    def record(name, *args):
        return fcgi.record(*args, padding=padding if name == where else b"")
    return (record("begin", fcgi.BEGIN, struct.pack("!HB5x", fcgi.RESPONDER, 1)) + record("parameters", fcgi.PARAMS, good()) +
            record("their end", fcgi.PARAMS) + (record("body", fcgi.STDIN, body) if body else b"") +
            record("its end", fcgi.STDIN))


@pytest.mark.parametrize("where", PADDED)
def test_padding_of_any_length_is_legal_on_each_record(probe, where):
    with probe.peer() as p:
        for n in range(256):
            answer = p.send(padded(where, b"\1" * n, body=b"a body")).answer()
            assert answer.status == 200 and answer.whole and answer.echoed["target"] == "/echo", n
    assert probe.status()["metrics"]["requests_bad"] == 0


def test_padding_is_no_record_whatever_it_holds(probe):
    values = fcgi.record(fcgi.GET_VALUES, fcgi.pairs([("FCGI_MPXS_CONNS", "")] * 14), id=0)
    for where in PADDED:
        for padding in (values, fcgi.record(fcgi.ABORT), fcgi.begin(id=2), fcgi.record(fcgi.STDIN)):
            with probe.peer() as p:
                for _ in range(2):
                    assert p.send(padded(where, padding, body=b"a body")).answer().whole, (where, padding)


def test_a_padded_request_with_a_long_body_is_answered(probe):
    for where in PADDED:
        with probe.peer() as p:
            p.send(padded(where, bytes(8), body=b"b" * 65000) + fcgi.record(fcgi.STDIN))
            assert p.answer().whole, where


def test_a_request_cut_anywhere_is_never_a_page(make_probe):
    probe = make_probe(workers=1, workers_min=1)
    data = fcgi.begin() + fcgi.record(fcgi.PARAMS, good(), padding=bytes(3)) + fcgi.record(fcgi.PARAMS)
    for n in range(len(data)):
        with probe.peer() as p:
            p.send(data[:n])
            p.socket.shutdown(socket.SHUT_WR)
            assert p.closed(), n
    assert probe.status()["metrics"]["requests"] == 0
    assert probe.ask("/echo").status == 200


def test_mute_peers_cost_no_worker_time_and_are_closed_after_a_second(make_probe):
    probe = make_probe(workers=1, workers_min=1)
    began = moment()
    peers = [probe.peer() for _ in range(60)]
    for i, p in enumerate(peers):
        p.send([b"", b"\1\1\0\1\0", fcgi.begin() + b"\1"][i % 3])
    slowest = 0
    for _ in range(20):
        at = moment()
        assert probe.ask("/echo").status == 200
        slowest = max(slowest, elapsed(at))
    assert slowest < 0.2 * SLOW, slowest
    for p in peers:
        assert p.closed()
        p.close()
    assert time.monotonic() - began >= 0.9 and elapsed(began) < 2.5 * SLOW
    assert probe.status()["metrics"]["requests_bad"] == 60


def test_a_dripping_peer_is_closed_after_a_second_in_all(probe):
    data = fcgi.request("/echo?" + "d" * 400)
    with probe.peer() as p:
        began = moment()
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            for byte in data:
                p.send(bytes([byte]))
                time.sleep(0.05)
        assert elapsed(began) < 2 * SLOW


def test_kept_connections_do_not_starve_a_small_pool(probe):
    """64 connections kept as nginx keeps them, on 2 workers: every request is answered at once."""
    peers = [probe.peer() for _ in range(64)]
    slowest = 0
    for _ in range(10):
        began = moment()
        for p in peers:
            p.send(fcgi.request("/echo"))
        for i, p in enumerate(peers):
            answer = p.answer()
            assert answer.status == 200 and answer.whole
            if answer.said_last:
                p.close()
                peers[i] = probe.peer()
        slowest = max(slowest, elapsed(began))
    assert slowest < 0.5 * SLOW
    for p in peers:
        p.close()


def test_nginx_keepalive_with_two_workers_never_times_out(probe):
    web = probe.web()
    with load(lambda: web.http("GET", "/sleep/1"), threads=24) as counts:
        wait_until(lambda: probe.status()["metrics"]["requests"] > 1500, 30 * SLOW)
    assert set(counts) == {200}, counts


def test_a_request_that_waited_while_another_worker_idled_moves_its_connection(probe):
    """Ten kept connections, all of one worker's: while it is busy with one, the others wait; they are
    answered, told that it was the last time, and their next connections may go to the other worker."""
    probe.control("scale 1")
    probe.wait_workers(1)
    peers = [probe.peer() for _ in range(10)]
    for p in peers:
        assert not p.ask("/echo").said_last
    probe.control("scale 2")
    probe.wait_workers(2)
    waiting = peers[1:]
    for name in ("go", "again", "third"):  # the other worker does not idle for 2 ms after it has looked at its clock
        wait_until(lambda: not probe.status()["workers_busy"])
        peers[0].send(fcgi.request(f"/wait/{name}"))
        probe.busy(f"/wait/{name}")
        for p in waiting:
            p.send(fcgi.request("/echo"))
        probe.release(name)
        assert not peers[0].answer().said_last
        answers = [(p, p.answer()) for p in waiting]
        assert all(a.whole and (not a.said_last or p.closed()) for p, a in answers)
        waiting = [p for p, a in answers if not a.said_last]
        if not waiting:
            break
    assert not waiting
    for p in peers:
        p.close()


def test_new_workers_get_traffic_from_nginx(probe):
    web = probe.web()
    probe.control("scale 1")
    probe.wait_workers(1)
    with load(lambda: web.http("GET", "/sleep/3"), threads=8) as counts:
        wait_until(lambda: probe.status()["metrics"]["requests"] > 100, 20 * SLOW)
        probe.control("scale 4")
        probe.wait_workers(4)
        wait_until(lambda: min(w["requests"] for w in probe.workers()) > 30, 20 * SLOW)
    assert set(counts) == {200}, counts


def test_visitors_who_leave_do_not_hurt(probe):
    web = probe.web()
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", web.port)) as s:
            s.sendall(b"GET /sleep/30 HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.005)
    workers = {w["pid"] for w in probe.wait_workers(2)}
    assert web.http("GET", "/x").status == 200
    wait_until(lambda: not probe.status()["workers_busy"])
    assert {w["pid"] for w in probe.workers()} == workers and "SIGPIPE" not in probe.log


def test_a_peer_that_leaves_during_a_large_answer_does_not_hurt(probe):
    workers = {w["pid"] for w in probe.wait_workers(2)}
    for _ in range(5):
        with probe.peer() as p:
            p.send(fcgi.request("/big/10000000"))
            p.socket.recv(1000)
    wait_until(lambda: not probe.status()["workers_busy"])
    assert {w["pid"] for w in probe.workers()} == workers


def test_a_slow_visitor_holds_nginx_and_no_worker(probe):
    web = probe.web()
    connection = http.client.HTTPConnection("127.0.0.1", web.port)
    connection.request("GET", "/big/10000000")
    answer = connection.getresponse()
    assert answer.read(1000) == b"x" * 1000
    wait_until(lambda: not probe.status()["workers_busy"], 3 * SLOW, "the worker to be free")
    assert len(answer.read()) == 10_000_000 - 1000
    connection.close()


def test_a_peer_that_does_not_read_is_given_up_at_the_deadline(make_probe):
    probe = make_probe(deadline=500)
    with probe.peer() as p:
        p.send(fcgi.request("/big/10000000"))
        probe.busy("/big/10000000")
        began = moment()
        wait_until(lambda: not probe.status()["workers_busy"], 5 * SLOW)
        assert elapsed(began) < 1.5 * SLOW
        assert not p.answer().whole
    assert probe.ask("/echo").status == 200


def test_out_of_descriptors_connections_wait_and_nothing_dies(make_probe):
    probe = make_probe(prefix=("prlimit", "--nofile=100:100"), workers=1, workers_min=1)
    pid = probe.workers()[0]["pid"]
    kept = [probe.peer() for _ in range(30)]
    for p in kept:
        assert p.ask("/echo").status == 200
    with probe.peer() as last:
        assert last.ask("/echo").status == 200, "the connection that was quiet longest makes room"
    mute = [probe.peer() for _ in range(50)]
    assert probe.ask("/echo").status == 200, "mute ones are closed after a second, then it goes on"
    for p in kept + mute:
        p.close()
    assert probe.workers()[0]["pid"] == pid


def test_tcp_serves_as_well(make_probe):
    from lib.servers import free_port
    probe = make_probe(listen=f"127.0.0.1:{free_port()}")
    with probe.peer() as p:
        for _ in range(10):
            assert p.ask("/big/100000").whole
    assert probe.ask("/echo").status == 200
    assert probe.status()["listen_queue_limit"] == 511


def test_the_shipped_nginx_configuration_passes_what_pages_need(probe):
    web = probe.web()
    answer = web.http("GET", "/echo?a=b", {"If-None-Match": '"x"', "Accept-Encoding": "gzip"})
    got = dict(line.split(" ", 1) for line in answer.text.splitlines() if " " in line)
    assert got["target"] == "/echo?a=b" and got["if_none_match"] == '"x"' and got["accept_encoding"] == "gzip"
    assert re.fullmatch("[0-9a-f]{32}", got["id"])
    assert os.path.exists(probe.config["pid_file"])


@pytest.mark.skipif(BUILD.name.endswith("asan"), reason="LeakSanitizer does not work under ptrace")
@pytest.mark.parametrize("call, error", [("sendmsg", "EINTR"), ("recvfrom", "EINTR"), ("epoll_wait", "EINTR"),
                                         ("accept4", "EINTR"), ("poll", "EINTR"), ("sendmsg", "EAGAIN"),
                                         ("accept4", "EAGAIN")])
def test_interrupted_calls_are_repeated(make_probe, call, error):
    """Every third call of its kind, in all processes, fails."""
    probe = make_probe(prefix=("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                               "-e", f"inject={call}:error={error}:when=2+3"))
    with probe.peer() as p:
        for size in (10, 100_000, 3_000_000) * 3:
            answer = p.ask(f"/big/{size}")
            assert answer.whole and answer.body == b"x" * size
    assert [probe.ask("/echo").status for _ in range(9)] == [200] * 9
    assert probe.control("stop")[0]
    assert probe.pool.process.wait(20 * SLOW) == 0

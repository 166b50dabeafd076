"""Pictures for links: drawn on first request, kept, at an address that names their version."""
import os
import re
import signal
import struct
import threading
import time
from pathlib import Path

import pytest

from lib.page import parse
from lib.servers import wait_until


def picture_of(site, path):
    """The address that the page names, without the host."""
    page = parse(site.get(path).text)
    url = page.one("meta", {"property": "og:image"})["content"]
    assert url.startswith(site.url + "/og/")
    return url.removeprefix(site.url)


def assert_picture(answer):
    assert answer.status == 200, answer
    assert answer["Content-Type"] == "image/png" and answer["Content-Encoding"] is None
    assert answer.body[:8] == b"\x89PNG\r\n\x1a\n" and answer.body[-8:-4] == b"IEND"
    assert struct.unpack(">II", answer.body[16:24]) == (1200, 630)
    assert 5000 < len(answer.body) < 150_000


def painters(site):
    """Pids of the painters: children of the workers."""
    found = []
    for worker in site.children():
        for pid in Path(f"/proc/{worker}/task/{worker}/children").read_text().split():
            if Path(f"/proc/{pid}/comm").read_text().strip() == "painter":
                found.append(int(pid))
    return found


@pytest.mark.parametrize("path", ["/products/kafka", "/products/jquery", "/compare/kafka-vs-kubernetes",
                                  "/compare/caddy-vs-haproxy-vs-memcached-vs-nats"])
def test_a_page_names_its_picture(sample_site, path):
    address = picture_of(sample_site, path)
    answer = sample_site.get(address, accept_encoding="gzip")
    assert_picture(answer)
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable" and answer["Vary"] is None
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    head = sample_site.http("HEAD", address)
    assert head.body == b"" and head["Content-Length"] == str(len(answer.body)) and head["ETag"] == answer["ETag"]
    again = sample_site.get(address, if_none_match=answer["ETag"])
    assert again.status == 304 and again["Cache-Control"] == answer["Cache-Control"]


def test_other_spellings_lead_to_the_picture(sample_site):
    pair = picture_of(sample_site, "/compare/kafka-vs-kubernetes")
    version = re.search(r"-([0-9a-f]{12})\.png$", pair)[1]
    for path in (f"/og/kubernetes-vs-kafka-{version}.png", "/og/kafka-vs-kubernetes-000000000000.png",
                 "/og/kafka-vs-kubernetes.png", f"/og/KAFKA-vs-kubernetes-{version}.png"):
        answer = sample_site.get(path)
        assert (answer.status, answer["Location"]) == (308, sample_site.url + pair), path
    assert sample_site.get("/og/kafka.png")["Location"].endswith(picture_of(sample_site, "/products/kafka"))
    for path in (f"/og/kafka-vs-nobody-{version}.png", "/og/nobody.png", "/og/kafka-.png",
                 "/og/.png", f"/og/-{version}.png", "/og/kafka.jpg"):
        assert sample_site.get(path).status == 404, path


def test_an_edit_that_shows_changes_the_address(own_site):
    old = picture_of(own_site, "/products/kafka")
    first = own_site.get(old)
    own_site.sql("UPDATE product SET name = %s WHERE slug = 'kafka'", "Kafka, renamed")
    wait_until(lambda: picture_of(own_site, "/products/kafka") != old, 5)
    new = picture_of(own_site, "/products/kafka")
    assert (own_site.get(old).status, own_site.get(old)["Location"]) == (308, own_site.url + new)
    assert_picture(own_site.get(new))
    assert own_site.get(new).body != first.body
    own_site.sql("UPDATE product SET status = 'archived' WHERE slug = 'kafka'")
    wait_until(lambda: own_site.get(new).status == 410, 5)


def test_any_name_fits(own_site):
    names = ["W" * 150, "A name of very many words that goes on and on " * 3, "مرحبا بالعالم", "カフカ 🚀 Ω≈ç√",
             "e" + "\u0301" * 100, "\u202eabc\u202c", "<b>&amp;", "a\tb"]
    for name in names:
        own_site.sql("UPDATE product SET name = %s WHERE slug = 'kafka'", name)
        old = picture_of(own_site, "/products/kafka")
        wait_until(lambda: parse(own_site.get("/products/kafka").text).one("h1").text.split() == name.split(), 5)
        assert_picture(own_site.get(picture_of(own_site, "/compare/kafka-vs-nats")))
        assert old
    assert "ERROR" not in own_site.log


def test_a_picture_is_drawn_once_for_all_workers(own_site):
    address = picture_of(own_site, "/products/kafka")
    first = own_site.get(address)
    own_site.restart_pool()
    wait_until(lambda: own_site.get(address).status == 200, 5)
    assert own_site.get(address).body == first.body
    assert own_site.metrics()["diptych_pictures_drawn_total"] == 0


def test_a_dead_painter_is_replaced(own_site):
    assert_picture(own_site.get(picture_of(own_site, "/products/kafka")))
    (pid,) = painters(own_site)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not painters(own_site), 5)
    for slug in ("nats", "redis", "nginx", "rust"):
        address = picture_of(own_site, f"/products/{slug}")
        wait_until(lambda: own_site.get(address).status == 200, 5)


def test_no_page_waits_for_a_frozen_painter(own_site):
    for slug in ("kafka", "nats", "redis", "rust"):
        assert_picture(own_site.get(picture_of(own_site, f"/products/{slug}")))
    address, pages = picture_of(own_site, "/products/nginx"), ["/", "/sectors", "/leaderboard", "/products/kafka"]
    for path in pages * 8:
        own_site.get(path)
    frozen = painters(own_site)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    answers = []

    def ask():
        began = time.monotonic()
        answers.append((own_site.get(address), time.monotonic() - began))
    asking = [threading.Thread(target=ask) for _ in range(6)]
    for t in asking:
        t.start()
    served, until = 0, time.monotonic() + 1
    while time.monotonic() < until:
        began = time.monotonic()
        assert own_site.get(pages[served % 4]).status == 200
        served += time.monotonic() - began < 0.5
    for t in asking:
        t.join()
    assert served > 20, "pages stood still while pictures were waited for"
    statuses = [a.status for a, _ in answers]
    assert set(statuses) <= {200, 503} and 503 in statuses
    assert all(a["Retry-After"] and a["Cache-Control"] == "no-store" for a, _ in answers if a.status == 503)
    assert max(took for _, took in answers) < 3 * 2  # the deadline of one, and what stood behind it
    assert "was not drawn in time" in own_site.log
    wait_until(lambda: own_site.get(address).status == 200, 10)
    assert not set(frozen) & set(painters(own_site)) or own_site.get(address).status == 200


def test_painters_leave_with_the_pool(own_site):
    own_site.get(picture_of(own_site, "/products/kafka"))
    pids = painters(own_site)
    assert pids
    own_site.pool.stop()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), 5)

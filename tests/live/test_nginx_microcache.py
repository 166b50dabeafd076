"""The optional microcache: what it takes off the pool, and that it keeps its promise of 2.5 s."""
import gzip
import re
import shutil
import time

import brotli
import pytest
import zstandard

from lib.answered import answered
from lib.servers import TOP, wait_until

PAGE = "/compare/kafka-vs-kubernetes"
PROMISE = 2.5


@pytest.fixture
def site(make_site):
    site = make_site()
    site.web.stop()
    zone = (f"fastcgi_cache_path {site.folder}/pages levels=1:2 keys_zone=diptych:1m max_size=64m "
            "inactive=60s use_temp_path=off;")
    text = site.web.config.read_text()
    text = text.replace("upstream diptych", zone + "\n  upstream diptych")
    text = re.sub(r"worker_processes \d+;", "worker_processes 4;", text)  # each keeps copies open for itself
    text = text.replace("include diptych/server.conf;", "include diptych/server.conf; include diptych/microcache.conf;")
    site.web.config.write_text(text)
    site.web.start()
    assert wait_until(lambda: site.get(PAGE).status == 200, 10)
    return site


def rename(site, name):
    site.sql("UPDATE product SET name = %s WHERE slug = 'kafka'", name)
    return time.monotonic()


def test_a_flood_costs_the_pool_little(site):
    before, began = answered(site), time.monotonic()
    for _ in range(300):
        assert site.get(PAGE).status == 200
    took = time.monotonic() - began
    assert answered(site) - before <= 2 + 2 * took  # one a second or so


@pytest.mark.timing
def test_an_edit_is_seen_within_the_promise_also_after_a_pause(site):
    for name, pause in (("First Name", 0), ("Second Name", 4)):
        site.get(PAGE)
        time.sleep(pause)  # nobody asks for this long; an old copy must not come out afterwards
        committed = rename(site, name)
        if pause:
            time.sleep(PROMISE)
            assert name in site.get(PAGE).text
        while time.monotonic() < committed + PROMISE:
            site.get(PAGE)
        assert all(name in site.get(PAGE).text for _ in range(40))


@pytest.mark.timing
def test_a_withdrawn_page_is_gone_within_the_promise(site):
    site.get(PAGE)
    site.sql("UPDATE product SET status = 'archived' WHERE slug = 'kafka'")
    committed = time.monotonic()
    while time.monotonic() < committed + PROMISE:
        site.get(PAGE)
    assert site.get(PAGE).status == 410
    site.sql("UPDATE product SET status = 'published' WHERE slug = 'kafka'")
    committed = time.monotonic()
    while time.monotonic() < committed + PROMISE:
        site.get(PAGE)
    assert site.get(PAGE).status == 200


DECODED = {"br": brotli.decompress, "zstd": lambda b: zstandard.ZstdDecompressor().decompress(b, max_output_size=1 << 24)}


def test_head_and_encodings_never_mix(site):
    for _ in range(2):  # made, then from the cache
        head = site.http("HEAD", PAGE)
        assert head.status == 200 and head.body == b""
        plain = site.get(PAGE)
        assert plain["Content-Encoding"] is None and b"</html>" in plain.body
        for wish in ("gzip", "deflate, gzip;q=0.5", "*", "br;q=0, gzip", "br;q=0.5, zstd;q=0, gzip"):
            packed = site.get(PAGE, accept_encoding=wish)
            assert packed["Content-Encoding"] == "gzip", wish
            assert gzip.decompress(packed.body) == plain.body
        for wish, coding in (("br, gzip", "br"), ("gzip, deflate, br, zstd", "br"), ("gzip;q=0, br;q=1.0", "br"), ("zstd, gzip", "zstd")):
            packed = site.get(PAGE, accept_encoding=wish)
            assert packed["Content-Encoding"] == coding, wish
            assert DECODED[coding](packed.body) == plain.body
        for wish in ("gzip;q=0", "identity", "xgzip", "gzip;q=0.0, xbr", "gzip;q=0, *", "br;q=0, zstd;q=0.0"):
            assert site.get(PAGE, accept_encoding=wish)["Content-Encoding"] is None, wish


def test_conditional_requests_are_answered_from_the_copy(site):
    tag = site.get(PAGE)["ETag"]
    assert site.get(PAGE, if_none_match=tag).status == 304
    assert site.get(PAGE, if_none_match='"other"').status == 200


def test_unknown_parameters_are_not_kept(site):
    before = answered(site)
    for n in range(20):
        assert site.get(f"{PAGE}?flood={n}").status == 200
    assert answered(site) - before == 20
    kept = [p for p in (site.folder / "pages").rglob("*") if p.is_file() and b"flood" in p.read_bytes()[:2000]]
    assert kept == []


def test_health_and_metrics_are_never_kept(site):
    before = answered(site)
    for _ in range(10):
        for path in ("/healthz", "/readyz", "/metrics"):
            assert site.get(path).status == 200
    assert answered(site) - before == 30


@pytest.mark.timing
def test_a_copy_outlives_the_pool_but_not_for_long(site):
    """Stale on error, and at most 50 s old whatever visitors do; here the slots are of 5 s, to be quick."""
    site.web.stop()
    folder = site.folder / "diptych"
    folder.unlink()
    shutil.copytree(TOP / "nginx", folder)
    microcache = folder / "microcache.conf"
    text, slots = re.subn(r"(\[0-4\]|\[5-9\])\\d\\.", r"\1\\.", microcache.read_text())
    assert slots == 2
    microcache.write_text(text)
    site.web.start()

    time.sleep(5 - time.time() % 5 + 0.05)  # the beginning of a slot
    slot = time.time() // 5
    assert site.get(PAGE).status == 200
    site.pool.stop()
    time.sleep(2.1)
    assert site.get(PAGE).status == 200 or time.time() // 5 > slot  # past its second, in its slot
    time.sleep(5 - time.time() % 5 + 0.05)
    assert site.get(PAGE).status == 502

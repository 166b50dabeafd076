"""`diptych warm` on a site that changes meanwhile, and bodies over a limit: what it says is what is so."""
import re
import subprocess
import time

import pytest

from lib.servers import BINARY, SLOW, Site, wait_until

SAID = re.compile(r"^(\d+) products in \S+ s; (\d+) had to be rendered, (\d+) are not in the cache, (\d+) Markdown bodies are over a limit$", re.M)


@pytest.fixture
def site(templates):
    site = Site(templates, config={"memcached_timeout": 5000})
    try:
        yield site.start()
    finally:
        site.stop()
        site.remove()


def slugs(site):
    return [slug for slug, in site.sql("SELECT slug FROM product WHERE status = 'published'")]


def missing(site):
    """The products whose page needs the database, asked with no other cache than memcached."""
    site.pool.stop()
    site.start_pool()
    wait_until(lambda: site.get("/readyz").status == 200, 10 * SLOW)
    fills = site.metrics()["diptych_fills_total"]
    found = []
    for slug in slugs(site):
        assert site.get(f"/products/{slug}").status == 200
        now = site.metrics()["diptych_fills_total"]
        if now > fills:
            found.append(slug)
        fills = now
    return found


def test_products_that_come_and_change_meanwhile_are_not_missed(site):
    """The run takes longer than the catalog keeps a publication; each edit makes another one."""
    site.pool.stop()
    warm = subprocess.Popen([BINARY, "warm", "--rate", "20", "--config", site.config_path], stdout=subprocess.PIPE, text=True)
    there, n, began = len(slugs(site)), 0, time.monotonic()
    while warm.poll() is None:
        if time.monotonic() < began + 3:  # the run takes 5 s and more: it can see all of them
            site.sql("INSERT INTO product (slug, name, status) VALUES (%s, %s, 'published')", f"new-{n}", f"New {n}")
            site.sql("UPDATE product SET name = CONCAT(name, '.') WHERE slug IN ('kafka', 'zookeeper', %s)", f"new-{n}")
            n += 1
        subprocess.run(["sleep", "0.1"], check=True)  # the edits are spread over the run
    said = warm.stdout.read()
    site.start_pool()
    assert missing(site) == []
    assert warm.returncode == 0 and int(SAID.search(said)[1]) == len(slugs(site)) == there + n and n >= 5, said


def test_a_fragment_that_is_too_large_is_in_the_report(site):
    # 1.2 MB of HTML within the limits: memcached does not take it
    site.config.update(markdown_bytes=4 << 20, markdown_output_bytes=16 << 20, markdown_cpu=10000)
    site.write_config()
    site.sql("UPDATE editorial e JOIN product p ON p.id = e.product_id SET e.current_state_md = REPEAT('Plain words. ', 100000)"
             " WHERE p.slug = 'kafka' AND e.status = 'published'")
    done = site.diptych("warm")
    assert done.returncode == 1 and SAID.search(done.stdout)[3] == "1", done.stdout
    assert re.search(r"^product \d+ \(kafka\): the cache does not keep it", done.stdout, re.M), done.stdout


def test_a_cache_that_loses_what_it_took_is_in_the_report(site):
    site.sql("UPDATE product SET name = CONCAT(name, '!')")
    site.cache.stop()
    done = site.diptych("warm")
    number = len(slugs(site))
    assert done.returncode == 1 and SAID.search(done.stdout)[3] == str(number), done.stdout
    assert len(re.findall(r"^product \d+ \(", done.stdout, re.M)) == number
    site.cache.start()
    assert site.diptych("warm").returncode == 0 and missing(site) == []


def test_bodies_over_a_limit_are_counted_each_time_and_told_with_their_size(site):
    site.sql("UPDATE editorial e JOIN product p ON p.id = e.product_id SET e.heading_md = REPEAT('\u00e4 ', 400000)"
             " WHERE p.slug = 'kafka' AND e.status = 'published'")
    site.sql("INSERT INTO faq (product_id, question, answer_md, status) SELECT id, 'How long?', REPEAT('long ', 100000), 'published'"
             " FROM product WHERE slug = 'nats'")
    for _ in range(2):
        done = site.diptych("warm")
        assert done.returncode == 0 and SAID.search(done.stdout)[4] == "2", done.stdout + done.stderr
    site.cache.flush()
    site.restart_pool()
    wait_until(lambda: site.get("/products/kafka").status == 200 and "too long to show here" in site.get("/products/kafka").text, 10 * SLOW)
    for form in ("", ".md"):
        text = site.get(f"/products/kafka{form}").text
        assert "This text is too long to show here." in text and "log" not in text.split("too long to show here.")[1][:60]
    site.get("/faq/nats")
    wait_until(lambda: site.metrics()["diptych_markdown_refused_total"] >= 2, 5 * SLOW)
    assert re.search(r"editorial \d+: a Markdown body of 1200000 bytes is too large", site.log), "400,000 times 3 bytes"
    assert re.search(r"faq \d+: a Markdown body of 500000 bytes is too large", site.log)

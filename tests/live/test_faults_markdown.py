"""Bodies that take libcmark quadratic time, many on one page: the page keeps its deadline, and nothing that was
left out for want of time is kept."""

from lib.servers import SLOW, wait_until
from lib.stopwatch import elapsed, moment

SLUGS = ("kafka", "kubernetes", "nats", "redis")
PAGE = "/compare/" + "-vs-".join(SLUGS)
HOSTILE = "REPEAT('![[]()',40000)"
ELSEWHERE = "/compare/caddy-vs-haproxy-vs-postgresql-vs-rust"  # a page of the same size without a hostile body
PROMISED_S = 5 * SLOW  # the deadline is 4 s; the rest is nginx
PROGRESS_S = 300 * SLOW
NOTICE = "This text is too long to show here"
# A body is refused for good when it has used 600 ms of CPU.  On a busy machine that takes several times as long, and must
# fit into one deadline; the page's bodies together need more than a deadline.
CONFIG = {"page_cache_bytes": 0, "workers": 1, "markdown_cpu": 600, "deadline": 4000}


def edit(site, slug, what):
    """Each body another one, so that none is known to be slow from another."""
    columns = ", ".join(f"e.{c} = CONCAT('{slug} {c} ', {what})" for c in ("current_state_md", "heading_md", "prediction_md"))
    site.sql(f"UPDATE editorial e JOIN product p ON p.id = e.product_id SET {columns}"
             f" WHERE p.slug = '{slug}' AND e.status = 'published'")


def timed(site, path):
    began = moment()
    answer = site.get(path)
    return answer, elapsed(began)


def in_time(site, seconds):
    """Within the promise, or later by no more than what this machine's load adds to a page that renders nothing."""
    return seconds < PROMISED_S or seconds < PROMISED_S + 3 * timed(site, ELSEWHERE)[1]


def test_four_products_of_hostile_bodies_keep_the_deadline(make_site):
    site = make_site(config=CONFIG)
    before = site.workers()
    assert site.get(ELSEWHERE).status == 200
    moved = site.metrics()["diptych_publishes_total"]
    for slug in SLUGS:
        edit(site, slug, HOSTILE)
    wait_until(lambda: site.metrics()["diptych_publishes_total"] > moved, 10 * SLOW)
    site.cache.flush()

    def seconds_of_an_answer():
        answer, seconds = timed(site, PAGE)
        assert answer.status == 200 and in_time(site, seconds), seconds
        assert "![[](" not in answer.text and answer.text.count(NOTICE) >= 4
        return seconds

    first = seconds_of_an_answer()
    # What its own limit refuses is kept, so the work comes to an end.
    wait_until(lambda: seconds_of_an_answer() < first / 2, PROGRESS_S)
    assert site.workers() == before, "no worker was ended"
    assert "no time was left to render" in site.log


def test_a_good_body_that_had_no_time_is_shown_when_there_is_time(make_site):
    site = make_site(config=CONFIG)
    assert site.get(ELSEWHERE).status == 200
    good = "CONCAT(REPEAT('Plain words of some length.\n\n', 2000), 'The *very* last words.')"
    moved = site.metrics()["diptych_publishes_total"]
    for slug in SLUGS[:-1]:
        edit(site, slug, HOSTILE)
    edit(site, SLUGS[-1], good)
    wait_until(lambda: site.metrics()["diptych_publishes_total"] > moved, 10 * SLOW)
    site.cache.flush()
    first, seconds = timed(site, PAGE)
    assert first.status == 200 and in_time(site, seconds), seconds
    assert "The <em>very</em> last words." not in first.text and "max-age=0" in first["Cache-Control"]
    wait_until(lambda: "The <em>very</em> last words." in site.get(PAGE).text, PROGRESS_S)
    assert "The <em>very</em> last words." in site.get(PAGE).text


def test_what_had_no_time_is_made_once_for_a_page(make_site):
    """The catalog does not know the edits yet, so the page is planned again with the facts that were read.  It then uses
    the incomplete fragments that it has: to read the rows again, no time may be left."""
    site = make_site(config={**CONFIG, "poll_interval": 60000, "sweep_seconds": 86400})
    for slug in SLUGS:
        edit(site, slug, HOSTILE)
    site.cache.flush()
    before = site.metrics()["diptych_fills_total"]
    answer, seconds = timed(site, PAGE)
    assert answer.status == 200 and in_time(site, seconds), seconds
    assert answer.text.count(NOTICE) >= 4
    assert site.metrics()["diptych_fills_total"] - before == len(SLUGS) + 6  # and the six alternatives

"""?since=: what comparisons and trajectories mark and count since a day, recomputed from the rows; every value that is no such
day; and that such pages are kept, asked for and indexed as they should be."""
import datetime
import itertools
import re

import pytest

from lib.page import parse
from lib.questions import page_questions
from lib.servers import AS_OF, diptych, wait_until
from lib.stopwatch import elapsed, moment

NOW = datetime.datetime.fromisoformat(AS_OF.rstrip("Z"))
REFUSED = "Nothing is marked as new: the day must be today or earlier, written like 2026-06-01."
SETS = ["kafka-vs-nats", "go-vs-rust", "kafka-vs-nats-vs-redis", "caddy-vs-haproxy-vs-memcached-vs-nats"]
DAYS = ["2026-08-22", "2026-08-21", "2026-07-23", "2026-06-01", "2026-03-29", "2025-10-26", "2025-01-31", "2024-02-29", "1000-01-01"]
PATHS = [f"/compare/{s}" for s in SETS] + ["/products/kafka", "/products/wordpress", "/products/minio"]


def midnight(day):
    return datetime.datetime.fromisoformat(day)


def slugs_of(path):
    return path.split("/")[2].split("-vs-")


def counted_from(site, slugs, day):
    """Moves are counted by the hour for 12 months, the 90 days before and a month; earlier ones only if there are none before."""
    first = datetime.datetime(NOW.year - 1, NOW.month, 1) - datetime.timedelta(days=90, hours=1)
    first = (first + datetime.timedelta(hours=1)).replace(hour=0)
    older = site.sql("SELECT COUNT(*) FROM activity a JOIN product p ON p.id = a.product_id WHERE a.status = 'published' AND p.slug IN"
                     f" ({','.join(['%s'] * len(slugs))}) AND a.occurred_at < %s", *slugs, first - datetime.timedelta(hours=1))[0][0]
    return max(first, midnight(day)) if older else midnight(day)


def moves(site, slug, since):
    """(releases and posts, events)"""
    found = site.sql("SELECT COALESCE(SUM(kind <> 'event'), 0), COALESCE(SUM(kind = 'event'), 0) FROM activity a JOIN product p ON"
                     " p.id = a.product_id WHERE p.slug = %s AND a.status = 'published' AND a.occurred_at >= %s AND a.occurred_at <= %s",
                     slug, since, NOW)
    return tuple(map(int, found[0]))


def editorial(site, slug, since):
    """"new", "updated" or None."""
    found = site.sql("SELECT published_at, GREATEST(published_at, COALESCE(e.updated_at, published_at)) FROM editorial e JOIN product p"
                     " ON p.id = e.product_id WHERE p.slug = %s AND e.status = 'published' AND published_at <= UTC_TIMESTAMP(6) ORDER BY"
                     " published_at DESC, e.id DESC LIMIT 1", slug)
    return None if not found or found[0][1] < since else "new" if found[0][0] >= since else "updated"


def plural(n, one, many):
    return one if n == 1 else f"{n} {many}"


def sentence(names, counts, editorials, facts, day, begin):
    """The sentence as a reader would write it down from the numbers."""
    on = lambda d: f"{d.day} {d:%B} {d.year}"
    since = on(midnight(day)) + (f" (moves counted from {on(begin)})" if begin > midnight(day) else "")
    if not any(map(any, counts)) and not editorials and not facts:
        return f"Nothing is new since {since}."
    parts, before = [], False
    for name, (shipped, events) in zip(names, counts):
        said = [str(shipped) if shipped > 1 and before else plural(shipped, "1 release or post", "releases and posts")] * bool(shipped)
        said += [plural(events, "1 event", "events")] * bool(events)
        parts.append(f"{name} " + (" and ".join(said) or "no release or post"))
        before = shipped > 1 and not events
    new, updated = editorials.count("new"), editorials.count("updated")
    clauses = [plural(new, "1 editorial is new", "editorials are new")] * bool(new)
    clauses += [plural(updated, "1 editorial was updated", "editorials were updated")] * bool(updated)
    clauses = clauses or ["no editorial is new"]
    if facts is not None:
        clauses.append(plural(facts, "1 fact was checked", "facts were checked") if facts else "no fact was checked")
    return f"Since {since}: {', '.join(parts)}; {'; '.join(clauses)}."


def shown_facts(view):
    return [v for b in (view["facts"] or {"blocks": []})["blocks"] for r in b["rows"] for v in r["values"] if v["recorded"]]


@pytest.mark.parametrize("path, day", itertools.product(PATHS, DAYS))
def test_counts_and_marks_follow_from_the_rows(sample_site, path, day):
    slugs = slugs_of(path)
    view = sample_site.get(f"{path}.json?since={day}").json
    page = parse(sample_site.get(f"{path}?since={day}").text)
    markdown = sample_site.get(f"{path}.md?since={day}").text
    since, begin = view["since"], counted_from(sample_site, slugs, day)
    counts = [moves(sample_site, s, begin) for s in slugs]
    editorials = [e for e in (editorial(sample_site, s, midnight(day)) for s in slugs) if e]
    facts = shown_facts(view)
    checked = [v["checked_on"] >= day if v["checked_on"] else False for v in facts]
    assert [p["slug"] for p in since["products"]] == slugs
    assert [(p["moves"], p["events"]) for p in since["products"]] == counts
    assert (since["day"], since["counted_from"]) == (day, str(begin.date()))
    assert (since["editorials"], since["updated_editorials"], since["facts"]) == \
        (editorials.count("new"), editorials.count("updated"), sum(checked))
    names = [p["name"] for p in since["products"]]
    expected = sentence(names, counts, editorials, sum(checked) if view["facts"] else None, day, begin)
    assert since["sentence"] == expected and page.one("p", {"class": "notice"}).one("strong").text == expected
    assert f"**{expected}**" in markdown
    # moves
    assert all(e["new"] == (e["when"]["datetime"][:10] >= day) for e in view["timeline"])
    rows = [r for r in page.one("ol", {"class": "moves"}).all("li") if list(r.all("time"))]
    marked = [bool([m for m in r.all("span", {"class": "new"}) if m.text == "new"]) for r in rows]
    assert marked == [r.one("time")["datetime"][:10] >= day for r in rows]
    assert len(re.findall(r"^- \d{4}-.* \(new\): ", markdown, re.M)) == sum(marked)
    # facts
    assert [v["new"] for v in facts] == checked
    all_new = bool(facts) and all(checked)
    newly = [m for m in page.id("facts").all("span", {"class": "new"})] if facts else []
    assert [m.text for m in newly] == ["newly checked"] * (0 if all_new else sum(checked))
    assert (f"was checked since {midnight(day).day} " in page.one("main").text) == all_new
    # editorials
    products = view["products"] if "products" in view else [view["product"]]
    assert [{True: "new"}.get(e["new"], "updated" if e["revised"] else None) for e in (p["editorial"] for p in products) if e] == \
        [editorial(sample_site, p["slug"], midnight(day)) for p in products if p["editorial"]]
    heads = [h for h in page.all(attrs={"class": "headline"}) for m in h.all("span", {"class": "new"})]
    assert len(heads) == len(editorials)


def test_every_product_of_the_sample_is_counted(sample_site):
    for slug in (r[0] for r in sample_site.sql("SELECT slug FROM product WHERE status = 'published'")):
        for day in ("2026-06-01", "2025-09-01"):
            (product,) = sample_site.get(f"/products/{slug}.json?since={day}").json["since"]["products"]
            assert (product["moves"], product["events"]) == moves(sample_site, slug, midnight(day)), (slug, day)


@pytest.mark.parametrize("path", PATHS)
def test_it_is_not_for_search_engines_and_belongs_to_the_plain_address(sample_site, path):
    for query in ("?since=2026-06-01", "?since=nonsense", "?since="):
        answer = sample_site.get(path + query)
        page = parse(answer.text)
        assert answer.status == 200 and [m["content"] for m in page.all("meta", {"name": "robots"})] == ["noindex"]
        assert page.one("link", {"rel": "canonical"})["href"] == sample_site.url + path
        assert f'<{sample_site.url}{path}>; rel="canonical"' in answer["Link"]
        assert page.one("meta", {"property": "og:url"})["content"] == sample_site.url + path
        kept = query if query == "?since=2026-06-01" else ""
        for form, kind in ((".json", "application/json"), (".md", "text/markdown")):
            assert page.one("link", {"type": kind})["href"] == path + form + kept
            twin = sample_site.get(path + form + query)
            assert twin["X-Robots-Tag"] == "noindex" and f'<{sample_site.url}{path}>; rel="canonical"' in twin["Link"]
        assert answer["Set-Cookie"] is None
    plain = parse(sample_site.get(path).text)
    assert not list(plain.all("span", {"class": "new"})) and not list(plain.all("p", {"class": "notice"}))
    assert sample_site.get(path + ".json").json["since"] is None


@pytest.mark.parametrize("path", PATHS)
def test_the_form_and_its_links_work_without_scripts(sample_site, path):
    for query, value in (("", ""), ("?since=2026-06-01", "2026-06-01"), ("?since=x", "")):
        page = parse(sample_site.get(path + query).text)
        field = page.id("since")
        form = next(f for f in page.id("activity").all("form") if field in f.all("input"))
        assert (form["method"], form["action"]) == ("get", path)
        assert form.one("label", {"for": "since"}).text == "What is new since" and list(form.all("button", {"type": "submit"}))
        assert (field["type"], field["name"], field["value"] or "", field["max"]) == ("date", "since", value, AS_OF[:10])
        links = {a.text: a for a in page.id("activity").all("a") if "since=" in a["href"]}
        ends = {"Last 30 days": "2026-07-23", "Last 90 days": "2026-05-24"}
        assert {t: (a["href"], a["rel"]) for t, a in links.items() if t in ends} == \
            {t: (f"{path}?since={day}", "nofollow") for t, day in ends.items()}
        assert ([a["href"] for a in page.all("a") if a.text == "Without marks"] == [path]) == bool(value)
        for link in links.values():
            assert sample_site.get(link["href"].partition("#")[0]).status == 200


def test_each_product_of_a_set_leads_to_its_own_page_since_the_day(sample_site):
    view = sample_site.get("/compare/kafka-vs-nats.json?since=2025-06-01").json["since"]
    for product in view["products"]:
        assert product["href"] == f"/products/{product['slug']}?since=2025-06-01#activity"
        own = sample_site.get(product["href"].replace("?", ".json?").partition("#")[0]).json["since"]["products"]
        assert [(p["moves"], p["events"]) for p in own] == [(product["moves"], product["events"])]


def test_all_pages_of_a_timeline_mark_as_many_moves_as_are_counted(sample_site):
    path, marked = "/products/wordpress?since=2025-06-01", 0
    counts = sample_site.get(path.replace("?", ".json?")).json["since"]["products"][0]
    for number in itertools.count(1):
        page = parse(sample_site.get(path).text)
        entries = sample_site.get(path.replace("wordpress?", "wordpress.json?")).json["timeline"]
        marked += sum(e["new"] for e in entries)
        assert page.one("link", {"rel": "canonical"})["href"].endswith("/products/wordpress" + (f"?page={number}" if number > 1 else ""))
        onward = [a["href"] for a in page.all("a", {"rel": "next"})]
        assert all("since=2025-06-01" in a["href"] for a in page.all("a") if (a["rel"] in ("next", "prev")) or "page=" in a["href"])
        if not onward:
            break
        assert onward == [f"/products/wordpress?since=2025-06-01&page={number + 1}"]
        path = onward[0]
    assert number > 2 and marked == counts["moves"] + counts["events"]


def bad_values():
    good = "2026-06-01"
    yield from ("", "x", "2026", "2026-06", "20260601", "2026-6-1", "2026-06-01T00:00:00Z", "2026-06-01%00", "2026-06-01+", "+2026-06-01",
                "-2026-06-01", "2026/06/01", "01-06-2026", "2026-W23-1", "yesterday", "0", "-1", "1e9", "NaN", "0000-00-00", "0000-01-01",
                "10000-01-01", "9999-12-31", "%3Cscript%3E", '"><script>', "'%20OR%201=1", "{{x}}", "%zz", "%ff", "%00", "%0d%0aX-A:b",
                "%E2%80%AE" + good, "%D9%A2026-06-01", good + "0", "2" * 1500)
    for month in range(0, 14):  # every day that does not exist
        for day in (0, 29, 30, 31, 32):
            try:
                assert datetime.date(2025, month, day)
            except ValueError:
                yield f"2025-{month:02}-{day:02}"
    yield from (str((NOW + datetime.timedelta(days=n)).date()) for n in (1, 2, 30, 366, 10000))  # days to come
    for at, byte in itertools.product(range(len(good)), "aZ/%"):
        yield good[:at] + {"%": "%25"}.get(byte, byte) + good[at + 1:]


@pytest.mark.parametrize("path", ["/compare/kafka-vs-nats", "/products/kafka", "/compare/kafka-vs-nats.json", "/products/kafka.md"])
def test_a_value_that_is_no_day_gives_one_page_and_is_never_repeated(sample_site, path):
    first = sample_site.get(path + "?since=x")
    assert REFUSED in first.text and "class=\"new\"" not in first.text and '"new":true' not in first.text
    before = sample_site.metrics()["diptych_pages_rendered_total"]
    values = list(bad_values())
    assert len(values) > 100
    for value in values:
        answer = sample_site.get(f"{path}?since={value}")
        assert (answer.status, answer.body, answer["ETag"], answer["Link"]) == (200, first.body, first["ETag"], first["Link"]), value
        assert answer["X-A"] is None
    workers = 2
    assert sample_site.metrics()["diptych_pages_rendered_total"] - before <= workers, "the value is part of a cache key"


@pytest.mark.parametrize("asked, target", [
    ("/products/wordpress?page=2&since=2025-06-01", "/products/wordpress?since=2025-06-01&page=2"),
    ("/products/kafka?since=%32026-06-01", "/products/kafka?since=2026-06-01"),
    ("/products/kafka?since=2026-06-01&page=1", "/products/kafka?since=2026-06-01"),
    ("/products/wordpress.json?x=1&page=2&y=2&since=2025-06-01&since=z", "/products/wordpress.json?since=2025-06-01&x=1&page=2&y=2"),
    ("/compare/nats-vs-kafka?since=2026-06-01", "/compare/kafka-vs-nats?since=2026-06-01"),
    ("/Products/Kafka/?since=2026%2d06-01", "/products/kafka?since=2026-06-01"),
    ("/compare/kafka-vs-kafka?since=2026-06-01", "/products/kafka?since=2026-06-01")])
def test_one_spelling(sample_site, asked, target):
    answer = sample_site.get(asked)
    assert (answer.status, answer["Location"]) == (308, sample_site.url + target)
    assert sample_site.get(target).status == 200


@pytest.mark.parametrize("path, status", [("/products/kafka?since=2026-06-01&page=9", 404), ("/products/nope?since=2026-06-01", 404),
                                          ("/products/example-archived?since=2026-06-01", 410), ("/compare/a-vs-b?since=x", 404)])
def test_the_status_is_that_of_the_page(sample_site, path, status):
    assert sample_site.get(path).status == status


@pytest.mark.parametrize("query", ["?since=2026-06-01", "?since=x"])
@pytest.mark.parametrize("path", ["/compare/kafka-vs-nats", "/products/kafka", "/products/kafka.json"])
def test_head_and_conditional_requests(sample_site, path, query):
    answer, head = sample_site.get(path + query), sample_site.http("HEAD", path + query)
    told = lambda a: [(k, v) for k, v in a.headers.items() if k not in ("Date", "X-Request-Id")]
    assert head.status == 200 and head.body == b"" and told(head) == told(answer)
    again = sample_site.get(path + query, if_none_match=answer["ETag"])
    assert again.status == 304 and again["ETag"] == answer["ETag"] and again.body == b""
    assert sample_site.get(path, if_none_match=answer["ETag"]).status == 200, "the plain page is another one"
    assert sample_site.get(path + query, if_modified_since=answer["Last-Modified"]).status == 304


def test_openapi_has_the_parameter(sample_site):
    paths = sample_site.get("/api/openapi.json").json["paths"]
    having = {p for p, v in paths.items() if any(q["name"] == "since" for q in v["get"]["parameters"])}
    assert having == {"/compare/{set}.json", "/compare/{set}.md", "/products/{slug}.json", "/products/{slug}.md"}
    since = next(q for q in paths["/compare/{set}.json"]["get"]["parameters"] if q["name"] == "since")
    assert since["schema"] == {"type": "string", "format": "date"}


def test_a_day_begins_at_midnight_utc_and_is_included(make_site):
    """In a zone with daylight saving, on days when its clocks change.  The rows lie on both sides of each midnight."""
    site = make_site(pool_env={"TZ": "Australia/Lord_Howe"}, data="schema")
    site.sql("INSERT INTO product (id, slug, name, status) VALUES (1, 'a', 'A', 'published'), (2, 'quiet', 'Quiet', 'published')")
    days = ["2026-04-05", "2026-03-29", "2026-03-08", "2025-10-26", "2025-10-05", "2026-01-01"]
    for n, day in enumerate(days):
        for k, at in enumerate((midnight(day) - datetime.timedelta(microseconds=1), midnight(day),
                                midnight(day) + datetime.timedelta(microseconds=1))):
            site.sql("INSERT INTO activity (product_id, kind, class, title, occurred_at) VALUES (1, 'post', 'trivial', %s, %s)",
                     f"{day} {k}", at)
    wait_until(lambda: site.get("/products/a.json").status == 200 and site.get("/products/a.json").json["moves"] == 3 * len(days), 10)
    for day in days:
        view = site.get(f"/products/a.json?since={day}").json
        assert view["since"]["products"][0]["moves"] == moves(site, "a", midnight(day))[0] == sum(e["new"] for e in view["timeline"])
        assert {e["title"]: e["new"] for e in view["timeline"] if e["title"].startswith(day)} == \
            {f"{day} 0": False, f"{day} 1": True, f"{day} 2": True}
    # a product without moves, editorial and facts
    for path in ("/products/quiet", "/compare/a-vs-quiet"):
        page = parse(site.get(f"{path}?since=2026-06-01").text)
        assert page.one("p", {"class": "notice"}).one("strong").text == "Nothing is new since 1 June 2026."
        assert list(page.id("activity").all("form"))
    assert "A 1 release or post" not in site.get("/compare/a-vs-quiet?since=2026-01-01").text
    assert "Since 1 January 2026: A 11 releases and posts, Quiet no release or post; no editorial is new." in \
        site.get("/compare/a-vs-quiet?since=2026-01-01").text


@pytest.mark.timing
def test_an_edit_shows_within_a_second(own_site):
    path = "/compare/kafka-vs-nats.json?since=2026-08-01"
    before = own_site.get(path).json["since"]
    own_site.sql("INSERT INTO activity (product_id, kind, class, title, occurred_at) SELECT id, 'event', 'trivial', 'A talk',"
                 " '2026-08-01' FROM product WHERE slug = 'kafka'")
    committed = moment()
    wait_until(lambda: own_site.get(path).json["since"] != before, 10)
    took = elapsed(committed)
    after = own_site.get(path).json
    assert after["since"]["products"][0]["events"] == before["products"][0]["events"] + 1
    assert [e["title"] for e in after["timeline"] if e["new"] and e["title"] == "A talk"] == ["A talk"]
    assert "and 1 event" in after["since"]["sentence"] or "Kafka 1 event" in after["since"]["sentence"]
    assert took < 1
    own_site.sql("UPDATE activity SET occurred_at = '2026-07-31 23:59:59.999999' WHERE title = 'A talk'")
    wait_until(lambda: own_site.get(path).json["since"] == before, 10)


def test_the_page_costs_no_statement_and_no_further_trip_to_the_cache(make_site):
    site = make_site(config={"poll_interval": 60000, "sweep_seconds": 86400, "page_cache_bytes": 0,
                             "fragment_cache_bytes": 0})  # which a worker uses when a request has waited for it
    diptych("warm", config=site.config_path, check=True)
    count = page_questions(site)
    for path in PATHS:
        site.get(path)
    statements, gets = count(), site.metrics()["diptych_cache_gets_total"]
    for path in PATHS:
        site.get(path)
    plain = site.metrics()["diptych_cache_gets_total"] - gets
    for path in PATHS:
        assert site.get(path + "?since=2026-06-01").status == 200
    assert site.metrics()["diptych_cache_gets_total"] - gets == 2 * plain
    assert count() == statements


def test_the_microcache_keeps_days_and_nothing_else(make_site):
    site = make_site()
    site.web.stop()
    text = site.web.config.read_text()
    zone = f"fastcgi_cache_path {site.folder}/pages levels=1:2 keys_zone=diptych:1m max_size=64m inactive=60s use_temp_path=off;"
    text = text.replace("upstream diptych", zone + "\n  upstream diptych")
    text = text.replace("include diptych/server.conf;", "include diptych/server.conf; include diptych/microcache.conf;")
    site.web.config.write_text(text)
    site.web.start()
    wait_until(lambda: site.get("/products/kafka").status == 200, 10)
    for value in ("x", "2026-6-1", "2026-06-01x", "%32026-06-01", "2026-06-01%20", "", "3026-06-010"):
        assert site.get(f"/products/kafka?since={value}").status in (200, 308)
    assert site.get("/products/kafka?since=2026-06-01").status == 200

    def kept():
        keys = [re.search(rb"KEY: (.*)\n", p.read_bytes()[:2000]) for p in (site.folder / "pages").rglob("*") if p.is_file()]
        return [m[1].split(b"?")[1] for m in keys if m and b"since" in m[1]]
    wait_until(kept, 10)  # nginx gives the file its name when the answer is out
    assert kept() == [b"since=2026-06-01"]

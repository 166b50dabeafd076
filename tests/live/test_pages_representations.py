"""The three forms of every content page say the same: HTML, JSON, Markdown."""
import html
import re

import pytest

from lib.page import parse

PATHS = ["/", "/compare/kafka-vs-kubernetes", "/compare/kafka-vs-nats-vs-nginx-vs-redis", "/products/kafka",
         "/products/wordpress?page=2", "/products/minio", "/alternatives/minio", "/faq", "/faq/kafka",
         "/faq/redis-vs-valkey", "/about", "/methodology", "/leaderboard", "/leaderboard?page=2", "/products",
         "/products?page=2", "/themes", "/leaderboard?sort=name", "/sectors/devops?sort=moves", "/sectors",
         "/compare/kafka-vs-nats?since=2026-06-01", "/products/kafka?since=2026-06-01",
         "/sectors/devops", "/themes/streaming", "/search?q=kafka", "/compare",
         "/compare?a=kafka&b=no%22body"]
# What the JSON form calls it; each of its values has to stand in the other two forms as well.
SAID = {"title", "lede", "intro", "standing", "names", "name", "score", "band", "headline", "question", "summary"}
FORM = "picker"  # on the home page: nothing that is said


def twin(path, suffix):
    stem, _, query = path.partition("?")
    return ("/index" if stem == "/" else stem) + suffix + (f"?{query}" if query else "")


def leaves(value, key=None):
    if isinstance(value, dict):
        listed = "rank" in value and value["summary"]  # in lists the summary stands in the headline's place
        for k, v in value.items():
            if k != FORM and not (listed and k == "headline"):
                yield from leaves(v, k)
    elif isinstance(value, list):
        for v in value:
            yield from leaves(v, key)
    else:
        yield key, value


def keys(value):
    if isinstance(value, dict):
        for k, v in value.items():
            yield k
            yield from keys(v)
    elif isinstance(value, list):
        for v in value:
            yield from keys(v)


def words(text):
    return " ".join(text.replace("’", "'").split())


def plain_md(text):
    return words(html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)))


def html_words(page):
    attributes = " ".join(v for n in page.all() for v in n.attrs.values() if v)
    return words(page.text) + " " + words(attributes)


@pytest.mark.parametrize("path", PATHS)
def test_what_json_says_the_page_and_the_markdown_say(sample_site, path):
    answers = {s: sample_site.get(twin(path, s) if s else path) for s in ("", ".json", ".md")}
    assert [a.status for a in answers.values()] == [200] * 3
    page = html_words(parse(answers[""].text))
    markdown = plain_md(answers[".md"].text)
    said = {words(v) for k, v in leaves(answers[".json"].json) if k in SAID and v}
    assert said
    assert [s for s in said if s not in page] == [], "on the page"
    assert [s for s in said if s not in markdown] == [], "in Markdown"


@pytest.mark.parametrize("path", PATHS)
def test_moments_are_the_same_in_all_forms(sample_site, path):
    data = sample_site.get(twin(path, ".json")).json
    times = {v for k, v in leaves(data) if k == "datetime" and re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", v or "")}
    days = {v for k, v in leaves(data) if k in ("datetime", "checked_on")}
    all_shown = {t["datetime"] for t in parse(sample_site.get(path).text).one("main").all("time")}
    assert days >= {t for t in all_shown if len(t) == len("2026-08-22")}
    shown = {t for t in all_shown if len(t) > len("2026-08-22")}
    assert times >= shown
    markdown = plain_md(sample_site.get(twin(path, ".md")).text)
    assert [t for t in shown if t not in markdown] == []


@pytest.mark.parametrize("path", PATHS)
def test_json_holds_content_and_no_frame_or_drawing(sample_site, path):
    data = sample_site.get(twin(path, ".json")).json
    assert not {k for k in keys(data) if k in ("meter", "draw", "json_ld", "stylesheet")}
    assert not isinstance(data.get("page"), dict)


@pytest.mark.parametrize("path", PATHS)
def test_twins_know_of_each_other(sample_site, path):
    types = {"": "text/html; charset=utf-8", ".json": "application/json", ".md": "text/markdown; charset=utf-8"}
    for suffix, kind in types.items():
        answer = sample_site.get(twin(path, suffix) if suffix else path)
        assert answer["Content-Type"] == kind
        assert (answer["Access-Control-Allow-Origin"] == "*") == bool(suffix)
        assert answer["ETag"] and "Accept-Encoding" in answer["Vary"]
        for other in set(types) - {suffix}:
            address = sample_site.url + (twin(path, other) if other else path)
            link = f'<{address}>; rel="alternate"; type="{types[other].split(";")[0]}"'
            assert link in answer["Link"], (suffix, other)
        assert f'<{sample_site.url}{path if "page=" in path else path.split("?")[0]}>; rel="canonical"' in answer["Link"]
        if not suffix:
            links = {l["type"]: l["href"] for l in parse(answer.text).all("link", {"rel": "alternate"})}
            if not path.startswith("/search"):
                assert links["application/json"] == twin(path, ".json") and links["text/markdown"] == twin(path, ".md")


@pytest.mark.parametrize("path", ["/search?q=", "/compare?a="])
def test_what_was_asked_fits_into_headers_or_is_not_said_there(sample_site, path):
    for asked, said in [('%22x%22>;"y"', '%22x%22%3E;%22y%22'), ("%C3%A9" * 80, "%C3%A9" * 80), ("%C3%A9" * 800, None)]:
        answer = sample_site.get(path + asked)
        assert answer.status == 200
        alternates = re.findall(r'<([^>]*)>; rel="alternate"', answer["Link"])
        assert alternates == [sample_site.url + path.replace("?", f + "?") + said for f in (".json", ".md") if said]


@pytest.mark.parametrize("path, hidden", [("/compare/kafka-vs-nats-vs-redis", True), ("/search?q=kafka", True),
                                          ("/compare/caddy-vs-jquery", True), ("/leaderboard?page=2", True),
                                          ("/compare/kafka-vs-kubernetes", False), ("/products/kafka", False)])
def test_twins_are_for_search_engines_when_their_page_is(sample_site, path, hidden):
    assert ('name="robots" content="noindex"' in sample_site.get(path).text) is hidden
    for suffix in (".json", ".md"):
        assert sample_site.get(twin(path, suffix))["X-Robots-Tag"] == ("noindex" if hidden else None)
    assert sample_site.get(path)["X-Robots-Tag"] is None


def test_characters_beyond_ascii_arrive_whole_in_json(sample_site):
    data = sample_site.get("/compare/kafka-vs-kubernetes.json")
    data.body.decode("utf-8")
    assert data.json["eyebrow"] == "Comparison · DevOps"

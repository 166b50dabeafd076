"""A site at a path of an existing one, https://example.org/tools: the whole crawl, every page equal to that at a root, and the
existing site, which keeps its root, its /static/ and its error pages."""
import re
import sys

import pytest

from conftest import _run
from lib.secured import assert_secured
from lib.servers import BUILD, TOP, Site, diptych, wait_until
from test_pages_links import Crawl

sys.path.append(str(TOP / "tests/browser"))
from pages import PAGES  # noqa: E402

BASE = "/tools"
FORMS = {"home": "/index", "comparison": PAGES["comparison"], "trajectory": PAGES["trajectory"], "history": PAGES["history"],
         "alternatives": PAGES["alternatives"], "leaderboard": PAGES["leaderboard"], "products": PAGES["products"], "sectors": PAGES["sectors"],
         "themes": PAGES["themes"], "faq": PAGES["faq-product"], "predictions": PAGES["predictions"], "methodology": PAGES["methodology"],
         "past": PAGES["past"], "about": PAGES["about"], "long": "/products/traefik"}
MACHINE = ["/robots.txt", "/opensearch.xml", "/llms.txt", "/.well-known/security.txt", "/sitemap.xml", "/sitemaps/products-1.xml", "/feed.atom",
           "/products/kafka.atom", "/feeds/kafka+nats.ics", "/api/openapi.json", "/badge/kafka.svg", "/compare/kafak-vs-nats.json",
           "/compare/kafak-vs-nats.md"]


@pytest.fixture(scope="module")
def below(request, templates):
    """The sample site below BASE, in the server block of a site with files of its own."""
    site = Site(templates, config={"deadline": 20000})
    root = site.folder / "root"
    (root / "static").mkdir(parents=True)
    for name, text in {"index.html": "the root", "static/site.css": "theirs", "404.html": "their error", "robots.txt": "theirs"}.items():
        (root / name).write_text(text)
    site.config["base_url"] = site.url + BASE
    site.write_config()
    text = site.web.config.read_text()
    text = text.replace("include diptych/server.conf;", f"""root {root};
    error_page 404 /404.html;
    gzip on;
    location ~ \\.(css|json|md)$ {{ expires 1h; }}
    include diptych/path.conf;""")
    site.web.config.write_text(text)
    site.base = BASE
    yield from _run(request, site)


def test_the_existing_site_keeps_what_is_its_own(below):
    for path, status, text in (("/", 200, "the root"), ("/static/site.css", 200, "theirs"), ("/robots.txt", 200, "theirs"),
                               ("/products/kafka", 404, "their error"), ("/healthz", 404, "their error"), ("/toolsx", 404, "their error"),
                               ("/.diptych/404", 404, "their error")):
        answer = below.get(path)
        assert (answer.status, answer.text) == (status, text), path
        assert answer["Content-Security-Policy"] is None, path


def test_nginx_makes_no_redirect_of_its_own(below):
    for path in (BASE + "/preview", BASE + "/static"):
        answer = below.http("GET", path, headers={"Host": "evil.example"})
        assert answer.status == 404, path
        assert_secured(answer)


def test_no_link_of_any_page_is_dead_or_takes_a_detour_or_leaves_the_path(below):
    crawl = Crawl(below)
    assert len(crawl.seen) > 3000 and crawl.wrong == []
    assert any(path.startswith("/static/") for path in crawl.seen) and any(path.startswith("/og/") for path in crawl.seen)


OWN = r"products|compare|alternatives|sectors|themes|faq|feeds?|search|leaderboard|predictions|methodology|about|sitemaps?|static|og|badge|api"


def same(site, answer, base):
    """The text with the address of the site written in one way."""
    text = answer.text.replace(site.url + base, "https://site")
    if base:
        assert not re.search(r"""(href|src|action)=["']/(?!tools/)""", text)
        if not re.search(r'"openapi": *"', text):  # its paths follow the address of its server; code is what editors wrote
            assert not re.findall(rf"(?<![\w/.~>`-])/(?:{OWN})\b[./?#].*", text)
        text = re.sub(rf"""(?:(?<=["'(])|(?<=: )){base}/""", "/", text)
    return re.sub(r"(<p>Request |number\":|request_id\":\"|Request `|<code>)[0-9a-f]{32}", r"\1", text)


@pytest.mark.parametrize("path", [*PAGES.values(), *(f"{path}.{form}" for path in FORMS.values() for form in ("json", "md")), *MACHINE])
def test_a_page_is_that_of_the_root_but_for_its_addresses(below, sample_site, path):
    here, there = below.get(BASE + path), sample_site.get(path)
    assert here.status == there.status
    assert same(below, here, BASE) == same(sample_site, there, "")
    assert (here["Link"] or "").replace(below.url + BASE, "") == (there["Link"] or "").replace(sample_site.url, "")
    assert here["Content-Security-Policy"] == there["Content-Security-Policy"]


@pytest.mark.parametrize("path, to", [
    ("/tools", "/"), ("/tools?x=1", "/?x=1"), ("/tools/compare/nats-vs-kafka", "/compare/kafka-vs-nats"), ("/tools//products/kafka", "/products/kafka"),
    ("/tools/Products/Kafka/", "/products/kafka"), ("/%74ools/products/kafka", "/products/kafka"),
    ("/tools/search?q=kafka+nats", None), ("/tools/compare?a=kafka&b=nats", "/compare/kafka-vs-nats")])
def test_redirects_stay_below_the_path(below, path, to):
    answer = below.get(path)
    if to:
        assert answer.status in (303, 308) and answer["Location"] == below.url + BASE + to
    else:
        assert answer.status == 200 or answer["Location"].startswith(below.url + BASE + "/")


def test_static_files_of_the_path(below):
    sheet = re.search(r'href="(/tools/static/site\.[0-9a-f]{12}\.css)"', below.get("/tools/").text)[1]
    answer = below.get(sheet, accept_encoding="gzip")
    assert answer.status == 200 and answer["Content-Encoding"] == "gzip" and "immutable" in answer["Cache-Control"]
    assert_secured(answer)
    assert below.get(sheet.upper().replace("/TOOLS", "/tools"))["Location"] == below.url + sheet
    assert below.get("/tools/static/none.0123456789ab.css").status == 404


@pytest.mark.parametrize("path, status", [("/tools/healthz", 200), ("/tools/readyz", 200), ("/tools/metrics", 200)])
def test_endpoints(below, path, status):
    assert below.get(path).status == status


def test_errors_of_nginx_lead_back_to_the_path(below):
    answer = below.http("POST", "/tools/", body=b"x" * 70000)
    assert answer.status == 413 and "<a href=/tools/>" in answer.text
    assert below.http("PUT", "/tools/products/kafka").status == 405


def test_links_of_editors(own_site_below):
    site = own_site_below
    site.sql("UPDATE editorial SET current_state_md = %s WHERE product_id = (SELECT id FROM product WHERE slug = 'kafka')",
             f"[one](/products/nats) [two]({site.url}/tools/about) [[nats]] [three](https://example.org/x) [four](#velocity) ![p](/pictures/a.png)")
    wait_until(lambda: ">one</a>" in site.get("/tools/products/kafka").text, 20)
    text = site.get("/tools/products/kafka").text
    assert '<a href="/tools/products/nats">one</a>' in text and f'<a href="{site.url}/tools/about">two</a>' in text
    assert '<a href="/tools/products/nats">NATS Server</a>' in text and '<a href="#velocity">four</a>' in text
    assert 'src="/pictures/a.png"' in text  # a file of the host
    markdown = site.get("/tools/products/kafka.md").text
    assert "[one](/tools/products/nats)" in markdown and "[NATS Server](/tools/products/nats)" in markdown
    lint = site.diptych("lint", "--table", "editorial").stdout
    assert "/products/nats" not in lint


@pytest.fixture
def own_site_below(request, templates):
    site = Site(templates)
    site.config["base_url"] = site.url + BASE
    site.write_config()
    site.web.config.write_text(site.web.config.read_text().replace("include diptych/server.conf;", "include diptych/path.conf;"))
    yield from _run(request, site)


def test_the_pool_away_and_back(own_site_below):
    site = own_site_below
    assert site.get("/tools/").status == 200
    site.pool.stop()
    answer = site.get("/tools/")
    assert answer.status in (502, 503) and "<a href=/tools/>" in answer.text
    site.start_pool()
    wait_until(lambda: site.get("/tools/").status == 200, 20)
    assert site.diptych("render", "/products/kafka").stdout == site.diptych("render", "/tools/products/kafka").stdout
    site.config["base_url"] = site.url + "/elsewhere"
    site.write_config()
    assert site.diptych("reload").returncode == 0  # the path is no key of a restart
    wait_until(lambda: site.get("/tools/").status == 404, 20)


@pytest.mark.parametrize("url, right", [
    ("https://example.org/tools", True), ("https://example.org/a/b-c_d.e~f/9", True), ("https://example.org/", False), ("https://example.org/tools/", False),
    ("https://example.org//tools", False), ("https://example.org/Tools", False), ("https://example.org/a/../b", False), ("https://example.org/.a", False),
    ("https://example.org/a%20b", False), ("https:///tools", False), ("/tools", False)])
def test_which_paths_a_site_may_have(tmp_path, url, right):
    path = tmp_path / "diptych.conf"
    path.write_text(f'base_url = "{url}"\n')
    done = diptych("check", config=path)
    assert ("base_url" not in done.stdout + done.stderr) == right


def test_init_writes_the_files_of_a_path(tmp_path):
    done = diptych("init", "--name", "X", "--address", "https://example.org/a/b", "--database", "localhost", "--cache", "none", "--language", "en",
                   "--share", TOP, config=tmp_path / "diptych.conf")
    assert done.returncode == 0, done.stderr
    nginx = (tmp_path / "nginx-site.conf").read_text()
    assert "location ^~ /a/b/ {" in nginx and "set $diptych_path /a/b;" in nginx and '"^/a/b/static/' in nginx and "/tools" not in nginx
    assert 'base_url               = "https://example.org/a/b"' in (tmp_path / "diptych.conf").read_text()
    assert "include diptych-path.conf;" in done.stdout and "upstream.conf" in done.stdout
    assert BUILD.exists()

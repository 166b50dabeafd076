"""The pictures of the page for editors, taken by scripts/editors-pictures.  No test: ./check takes none.

Each is a part of a window of the real program, as webp in templates/assets.  The page names them with their size.
"""
import base64
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from conftest import _live, LIVE
from lib.servers import SLOW, TOP, Site, wait_until

sys.path.append(str(LIVE))
ASSETS = TOP / "templates/assets"
MOST = 60_000  # bytes of one picture
WIDE, FORM = 640, 900  # windows as narrow as they are clear, because a text shows pictures at half of that
DRAFT = {
    "name": "Quokka", "slug": "quokka", "summary": "A small message broker for islands.", "license": "MIT", "website_url": "quokka.example"}
TEXTS = {"headline": "NATS learns to swim", "author": "Ada", "heading_md": "To the mainland.", "prediction_md": "It arrives by 2027.",
         "current_state_md": "It is **small**, and 40% faster than [[kafkaa]].\n\n![](https://example.org/quokka.png)"}
EXAMPLE = (TOP / "sql/sample/pages/editors-guide.md").read_text().split("```")[3].strip()


def keep(browser, name, width, height, element=None, above=0):
    """A part of the window, from its top, or from an element on."""
    top = browser.js("return arguments[0] ? document.querySelector(arguments[0]).getBoundingClientRect().top + scrollY : 0", element) - above
    shot = browser.command("Page.captureScreenshot", captureBeyondViewport=True, clip={"x": 0, "y": top, "width": width, "height": height, "scale": 1})
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        file.write(base64.b64decode(shot["data"]))
        file.flush()
        made = ASSETS / f"editors-{name}.webp"
        subprocess.run(["cwebp", "-quiet", "-q", "70", "-m", "6", "-sharp_yuv", file.name, "-o", made], check=True)
    assert made.stat().st_size < MOST, made.stat().st_size


def page(browser, url, width=WIDE):
    browser.look(url, width, 900)
    wait_until(lambda: browser.js("return document.readyState") == "complete", 60)


@pytest.fixture(scope="module")
def site(request, templates):
    yield from _live._run(request, Site(templates, config={"deadline": 20000}))


@pytest.fixture(scope="module")
def cms(site):
    from lib.directus import Directus
    cms = Directus(site)
    try:
        yield cms.start().editor("ada")
    finally:
        cms.stop()


@pytest.fixture(scope="module")
def desk(cms, browser):
    """Directus in a browser, signed in."""
    from lib.directus import PASSWORD
    browser.look(cms.url + "/admin/login", FORM, 960, prefers_reduced_motion="reduce")
    wait_until(lambda: browser.js("return document.querySelectorAll('input').length") >= 2, 120)
    for kind, text in (("email", "ada@example.org"), ("password", PASSWORD)):
        browser.js(f"document.querySelector('input[type={kind}]').focus()")
        browser.command("Input.insertText", text=text)
    browser.press("\ue007")
    wait_until(lambda: "/admin/content" in browser.driver.current_url, 120)
    return browser


def form(desk, cms, path, *words):
    desk.view(FORM, 960, prefers_reduced_motion="reduce")
    desk.driver.get(f"{cms.url}/admin/content/{path}")
    wait_until(lambda: all(word in desk.js("return document.body.innerText") for word in words), 120, words)
    for kind in ("mousePressed", "mouseReleased"):  # beside the menu, which a narrow window opens over the form
        desk.command("Input.dispatchMouseEvent", type=kind, x=FORM - 300, y=500, button="left", clickCount=1)
    wait_until(lambda: desk.js("return document.elementFromPoint(200, 300).closest('.v-form, main, [role=main]') !== null"), 20)


def ident(site, table, slug):
    return site.sql(f"SELECT id FROM {table} WHERE slug = %s", slug)[0][0]


def test_picture_of_a_page(site, browser):
    page(browser, site.url + "/products/kafka")
    keep(browser, "page", WIDE, 800)


def test_picture_of_facts(site, browser):
    page(browser, site.url + "/compare/kafka-vs-nats")
    keep(browser, "facts", WIDE, 560, "#facts", 8)


def test_picture_of_picks(site, browser):
    page(browser, site.url + "/alternatives/kafka")
    keep(browser, "picks", WIDE, 760, "h1", 24)


def test_picture_of_predictions(site, browser):
    page(browser, site.url + "/predictions")
    keep(browser, "predictions", WIDE, 640, "h1", 24)


def test_picture_of_markdown(site, browser):
    text = EXAMPLE.split("\n\nA statement about a ship move")[0].replace("https://example.org/picture.png", "/badge/kafka.svg")
    note = "\n\n[^1]: The source."
    site.sql("INSERT INTO page (slug, title, body_md, status) VALUES ('written', 'Written', %s, 'published')", text.replace(note, "") + note)
    wait_until(lambda: site.get("/written").status == 200, 60)
    page(browser, site.url + "/written")
    keep(browser, "markdown", WIDE, 528, ".prose", 4)


def test_picture_of_directus(site, cms, desk):
    form(desk, cms, f"product/{ident(site, 'product', 'kafka')}", "Sectors", "Editorials", "See it as readers will")
    keep(desk, "directus", FORM, 960)


def test_picture_of_an_editorial_that_is_scheduled(site, cms, desk):
    row = cms.ask("POST", "/items/editorial", {**TEXTS, "current_state_md": "It is **small**, and 40% faster than [[kafka]].",
                                              "product_id": ident(site, "product", "nats"), "status": "published", "published_at": "2027-01-04T09:00:00Z"})
    form(desk, cms, f"editorial/{row['id']}", "Headline", "Current state", "Published at")
    keep(desk, "editorial", FORM, 820)


def test_picture_of_a_preview(site, cms, browser):
    row = cms.ask("POST", "/items/editorial?fields=*", {**TEXTS, "product_id": ident(site, "product", "nats"), "status": "draft"})
    page(browser, f"{site.url}/preview/{row['preview_token']}")
    keep(browser, "preview", WIDE, 900)


def test_picture_of_wordpress(request, templates, browser):
    import test_wordpress_editor as editor
    from lib import wordpress_files
    from lib.wordpress_server import EDITOR, WORD, Press
    for blog in _live._run(request, Site(templates, data="schema", config={"as_of": ""})):
        blog.press = Press(blog, wordpress_files.of_suite("trixie")).start()
        try:
            sector = blog.press.rest("POST", "/wp/v2/sectors", {"name": "Messaging"})["id"]
            row = blog.press.rest("POST", "/wp/v2/products", {
                "title": "Quokka", "slug": "quokka", "status": "draft", "excerpt": "Quokka learns to swim", "sectors": [sector],
                "content": "<!-- wp:paragraph -->\n<p>It is <strong>small</strong>, and it swims.</p>\n<!-- /wp:paragraph -->",
                "meta": {"summary": DRAFT["summary"], "website": DRAFT["website_url"], "license": "MIT"}})
            browser.look(blog.press.url + "/wp-login.php", FORM, 900, prefers_reduced_motion="reduce")
            for field, word in (("user_login", EDITOR), ("user_pass", WORD)):
                browser.js("document.getElementById(arguments[0]).value = arguments[1]", field, word)
            browser.driver.find_element("id", "wp-submit").click()
            wait_until(lambda: "wp-admin" in browser.driver.current_url, 60 * SLOW)
            editor.opened(browser, f"{blog.press.url}/wp-admin/post.php?post={row['id']}&action=edit")
            wait_until(lambda: "Themes" in browser.js("return document.body.innerText"), 60)
            browser.js("window.dispatchEvent(new Event('resize'))")
            keep(browser, "wordpress", FORM, 900)
        finally:
            blog.press.stop()

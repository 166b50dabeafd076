"""An editor at work in WordPress's two editors: what the forms say is on the site within a second.

The WordPress is the installed one, and that of Debian 13, whose block editor names and places buttons otherwise.
Pictures of the forms are in build/screenshots."""
import contextlib

import pytest

from lib import wordpress_files
from lib.servers import SLOW, wait_until
from lib.stopwatch import elapsed, moment
from lib.wordpress_server import EDITOR, WORD, Press

SECOND = 4 * SLOW


@pytest.fixture(scope="module", params=["installed", "trixie"])
def blog(request, templates):
    files = wordpress_files.installed()
    if request.param != "installed":
        other = wordpress_files.of_suite(request.param)
        if wordpress_files.version(other) == wordpress_files.version(files):
            pytest.skip(f"the installed WordPress is that of {request.param}")
        files = other
    from conftest import _live
    from lib.servers import Site
    for site in _live._run(request, Site(templates, data="schema", config={"sweep_seconds": 86400, "as_of": "", "deadline": 8000})):
        site.press = Press(site, files).start()
        site.sql("INSERT INTO attribute (slug, name, kind, status) VALUES ('written-in', 'Written in', 'list', 'published')")
        for name in ("Streams & logs", "Storage"):
            site.press.rest("POST", "/wp/v2/sectors", {"name": name})
        try:
            yield site
        finally:
            site.press.stop()


@pytest.fixture(scope="module")
def desk(blog, browser):
    """Signed in, without the tour of the block editor."""
    browser.look(blog.press.url + "/wp-login.php", 1280, 1000)
    for field, word in (("user_login", EDITOR), ("user_pass", WORD)):
        browser.js("document.getElementById(arguments[0]).value = arguments[1]", field, word)
    browser.driver.find_element("id", "wp-submit").click()
    wait_until(lambda: "wp-admin" in browser.driver.current_url, 30 * SLOW)
    yield browser
    browser.command("Network.clearBrowserCookies")


def version(blog):
    return wordpress_files.version(blog.press.files)


def opened(desk, address):
    desk.driver.get(address)
    wait_until(lambda: desk.js("return window.wp && wp.data && wp.data.select('core/editor') "
                               "&& !!wp.data.select('core/editor').getCurrentPostId() && !!document.querySelector('.edit-post-header, .editor-header')"
                               "&& !!document.querySelector('#diptych_fields')"), 60 * SLOW)
    desk.js("const f = wp.data.select('core/edit-post'); if (f.isFeatureActive('welcomeGuide')) "
            "wp.data.dispatch('core/edit-post').toggleFeature('welcomeGuide')")
    wait_until(lambda: desk.js("return !document.querySelector('.edit-post-welcome-guide')"), 10 * SLOW)
    return desk


@contextlib.contextmanager
def canvas(desk):
    """What is typed goes into a frame in newer block editors."""
    frames = desk.driver.find_elements("css selector", "iframe[name=editor-canvas]")
    if frames:
        desk.driver.switch_to.frame(frames[0])
    try:
        yield
    finally:
        desk.driver.switch_to.default_content()


def fill(desk, **fields):
    """Types into the boxes as an editor does; _ in a name is - in the id."""
    for name, text in fields.items():
        field = desk.driver.find_element("id", f"diptych-{name}")
        desk.js("arguments[0].scrollIntoView({block: 'center'})", field)
        field.clear()
        field.send_keys(text)


FIND = """const found = [...document.querySelectorAll(`${arguments[1]} :is(button, a.components-button, a[role=menuitem])`)].find(b => b.offsetParent
  && !b.disabled && b.getAttribute('aria-disabled') !== 'true'
  && [b.textContent.trim(), b.textContent.replace(/\\(opens in a new tab\\)$/, '').trim(), b.getAttribute('aria-label')].includes(arguments[0]));"""


def click(desk, label, within="body"):
    """The button with this text or label, once it can be pressed."""
    wait_until(lambda: desk.js(FIND + "if (found) found.click(); return !!found", label, within), 20 * SLOW, label)


def saved(desk):
    wait_until(lambda: desk.js("const e = wp.data.select('core/editor'), p = wp.data.select('core/edit-post');"
                               "return !e.isSavingPost() && !p.isSavingMetaBoxes() && !e.isEditedPostDirty()"), 30 * SLOW, "the save")


def previewed(blog, desk, words, shot=None):
    """The Preview button opens the site in a tab of its own."""
    first = desk.driver.window_handles
    click(desk, "Preview" if version(blog) < (6, 5) else "View", ":is(.edit-post-header, .editor-header)")
    click(desk, "Preview in new tab")
    [tab] = wait_until(lambda: set(desk.driver.window_handles) - set(first), 20 * SLOW)
    try:
        desk.driver.switch_to.window(tab)
        wait_until(lambda: desk.driver.current_url.startswith(blog.url + "/preview/"), 20 * SLOW, "the site's preview")
        wait_until(lambda: words in desk.js("return document.body.innerText"), 20 * SLOW, words)
        if shot:
            desk.view(1280, 1000).screenshot(shot)
        desk.driver.close()
    finally:
        desk.driver.switch_to.window(first[0])


def text(answer):
    from lib.page import parse
    return " ".join(parse(answer.text).one("main").text.split())


def test_a_product_with_an_editorial_in_the_block_editor(blog, desk, shots):
    opened(desk, blog.press.url + "/wp-admin/post-new.php?post_type=product")
    panels = "return [...document.querySelectorAll('.components-panel__body-title')].map(e => e.textContent)"
    wait_until(lambda: "Themes" in desk.js(panels), 20 * SLOW)
    assert set(desk.js(panels)) <= {"Summary", "Sectors", "Themes", "Featured image"}, "no excerpt: the headline has a field"
    assert "excerpt" not in desk.js("return document.querySelector('.interface-complementary-area').textContent").lower()
    with canvas(desk):
        desk.driver.find_element("css selector", ".editor-post-title__input").send_keys("Kafka")
        desk.press("\n", "It carries events.", "\n", "# not a heading of Markdown", "\n", "- one log", "\n", "two")
    desk.js("wp.data.dispatch('core/edit-post').openGeneralSidebar('edit-post/document')")
    click(desk, "Sectors")
    wait_until(lambda: desk.js("const box = [...document.querySelectorAll('.editor-post-taxonomies__hierarchical-terms-choice label')]"
                               ".find(e => e.textContent == 'Storage'); if (box) box.click(); return !!box"), 20 * SLOW)
    fill(desk, headline="It learns to swim & dive", summary="A log that is shared.", website="kafka.example", heading="To deeper <em>water</em>.",
         prediction="It dives by 2030.")
    fill(desk, **{"written-in": "Java, Scala"})
    desk.screenshot(shots / "wordpress-blocks.png")
    click(desk, "Save draft")
    saved(desk)
    assert blog.get("/products/kafka").status == 404
    previewed(blog, desk, "It learns to swim & dive", shots / "wordpress-preview.png")
    click(desk, "Publish")
    click(desk, "Publish", ".editor-post-publish-panel")
    wait_until(lambda: blog.get("/products/kafka").status == 200, 30 * SLOW)
    saved(desk)
    began = moment()
    page = wait_until(lambda: (p := blog.get("/products/kafka")).status == 200 and "It dives by 2030." in text(p) and p, SECOND)
    assert elapsed(began) < SECOND
    for words in ("Kafka", "It carries events.", "one log", "two", "It learns to swim & dive", "A log that is shared.", "To deeper water.",
                  "Java, Scala", "Storage", "Ada & Co."):
        assert words in text(page), words
    assert "<em>water</em>" in page.text
    desk.screenshot(shots / "wordpress-published.png")
    desk.look(blog.url + "/products/kafka")
    desk.screenshot(shots / "wordpress-on-the-site.png")


def test_unsaved_changes_are_previewed_by_the_button(blog, desk):
    row = blog.press.rest("POST", "/wp/v2/products", {"title": "Pulsar", "slug": "pulsar", "status": "publish", "content": "Saved."})
    opened(desk, f"{blog.press.url}/wp-admin/post.php?post={row['id']}&action=edit")
    desk.js("wp.data.dispatch('core/block-editor').insertBlocks(wp.blocks.createBlock('core/paragraph', {content: 'Not saved yet.'}))")
    previewed(blog, desk, "Not saved yet.")
    assert "Not saved yet." not in blog.get("/products/pulsar").text
    click(desk, "Update" if version(blog) < (6, 5) else "Save", ":is(.edit-post-header, .editor-header)")
    wait_until(lambda: "Not saved yet." in blog.get("/products/pulsar").text, 20 * SLOW)
    saved(desk)


def test_a_footnote_is_on_the_site(blog, desk):
    if version(blog) < (6, 3):
        pytest.skip("the block editor of this WordPress has no footnotes")
    row = blog.press.rest("POST", "/wp/v2/products", {"title": "Noted", "slug": "noted", "status": "publish",
                                                     "content": "<!-- wp:paragraph -->\n<p>It floats.</p>\n<!-- /wp:paragraph -->"})
    opened(desk, f"{blog.press.url}/wp-admin/post.php?post={row['id']}&action=edit")
    with canvas(desk):
        desk.driver.find_element("css selector", "p[data-type='core/paragraph']").click()
        desk.press("\ue010")  # End
    click(desk, "More", ".block-editor-block-toolbar")
    click(desk, "Footnote", ".components-popover")
    with canvas(desk):
        wait_until(lambda: desk.js("return !!document.activeElement.closest('.wp-block-footnotes')"), 20 * SLOW, "the note")
        desk.press("As its makers say.")
    click(desk, "Save", ":is(.edit-post-header, .editor-header)")
    wait_until(lambda: "As its makers say." in text(blog.get("/products/noted")), 20 * SLOW, "the note")
    assert 'role="doc-endnotes"' in blog.get("/products/noted").text
    saved(desk)


def test_a_fact_is_made_and_asked_for(blog, desk, shots):
    desk.driver.get(f"{blog.press.url}/wp-admin/edit.php?post_type=product&page=diptych-facts")
    for column, words in (("name", "Price"), ("unit", "EUR"), ("help", "Per month.")):
        desk.driver.find_element("name", f"diptych_rows[new][{column}]").send_keys(words)
    field = desk.driver.find_element("name", "diptych_rows[new][kind]")
    next(o for o in field.find_elements("tag name", "option") if o.text == "number").click()
    desk.js("document.getElementById('submit').click()")
    wait_until(lambda: "Saved." in desk.js("return document.body.innerText"), 20 * SLOW)
    desk.screenshot(shots / "wordpress-facts.png")
    assert blog.sql("SELECT slug, name, kind, unit, help, status FROM attribute WHERE slug = 'price'") == [
        ("price", "Price", "number", "EUR", "Per month.", "published")]
    refused = blog.press.php("echo implode(diptych_attributes_save(array('new' => array('name' => 'Price', 'slug' => 'price', 'kind' => 'text',"
                             " 'unit' => '', 'help' => '', 'group_name' => '', 'sort' => '', 'status' => 'draft'))));")
    assert refused == '"Price" was not saved: another attribute has the slug price.'
    row = blog.press.rest("POST", "/wp/v2/products", {"title": "Priced", "status": "publish", "content": "x", "meta": {"price": "1200"}})
    wait_until(lambda: "1,200 EUR" in text(blog.get(f"/products/{row['slug']}")).replace("\u202f", " ").replace("\u00a0", " "), SECOND, "the price")


# The form refuses to be sent while it saves itself, which it does when the title is left.
PUBLISHED = """const sent = location.pathname.endsWith('/post.php'), button = document.getElementById('publish');
if (!sent && button && !button.classList.contains('disabled')) button.click();
return sent"""


def test_a_move_and_a_pick_in_the_plain_form(blog, desk, shots):
    for name in ("Nats", "Curl"):
        blog.press.rest("POST", "/wp/v2/products", {"title": name, "slug": name.lower(), "status": "publish", "content": "x"})
    for kind, fields, choices, path, words in (
            ("move", {"version": "4.3.0", "url": "https://kafka.example/4.3"}, {"parent": "Nats", "class": "spark: it changes direction or capability"},
             "/products/nats", "4.3.0"),
            ("pick", {}, {"parent": "Nats", "other_product": "Curl"}, "/alternatives/nats", "It is smaller.")):
        desk.driver.get(f"{blog.press.url}/wp-admin/post-new.php?post_type={kind}")
        desk.driver.find_element("id", "title").send_keys("It is smaller.")
        fill(desk, **fields)
        for name, choice in choices.items():
            field = desk.driver.find_element("id", f"diptych-{name}")
            next(o for o in field.find_elements("tag name", "option") if o.text == choice).click()
        desk.screenshot(shots / f"wordpress-{kind}.png")
        wait_until(lambda: desk.js(PUBLISHED), 30 * SLOW, "the form to be saved")
        wait_until(lambda: words in text(blog.get(path)), SECOND, words)

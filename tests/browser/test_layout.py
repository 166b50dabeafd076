"""Every page fits every window, says the same without scripts, and asks nothing of anybody else."""
import itertools
import subprocess

import pytest

from lib.servers import wait_until
from pages import PAGES

WIDTHS = (320, 360, 640, 768, 1280)  # 640: 1280 at 200 % zoom
WIDER = """
const width = document.documentElement.clientWidth;
document.querySelectorAll("details").forEach(e => e.open = true);
return document.documentElement.scrollWidth <= width ? [] : [...document.querySelectorAll("body *")]
  .filter(e => e.getBoundingClientRect().right > width + 1).slice(0, 5).map(e => e.outerHTML.slice(0, 120));
"""


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways(browser, sample_site, name):
    browser.look(sample_site.url + PAGES[name])
    for width in WIDTHS:
        assert browser.view(width).js(WIDER) == [], f"at {width} px"


@pytest.mark.parametrize("name", PAGES)
def test_screenshots_are_kept(browser, sample_site, shots, name):
    browser.look(sample_site.url + PAGES[name])
    for width, scheme in itertools.product((360, 768, 1280), ("light", "dark")):
        picture = shots / f"{name}-{width}-{scheme}.png"
        browser.view(width, scheme=scheme).screenshot(picture)
        assert picture.stat().st_size > 10000


@pytest.mark.parametrize("name", PAGES)
def test_the_console_has_nothing_to_say(browser, sample_site, name):
    browser.look(sample_site.url + PAGES[name])
    said = [m for m in browser.console() if not (name.startswith("not-found") and "404" in m)]
    assert said == []


@pytest.mark.parametrize("name", PAGES)
def test_the_first_load_is_three_requests_and_40_kilobytes(browser, sample_site, name):
    browser.look(sample_site.url + PAGES[name])
    asked = browser.js("return performance.getEntriesByType('resource').map(e => [e.name, e.encodedBodySize])")
    page = browser.js("return performance.getEntriesByType('navigation')[0].encodedBodySize")
    assert all(url.startswith(sample_site.url + "/static/") for url, _ in asked), asked
    assert len(asked) <= 2
    assert page + sum(size for _, size in asked) < 40000


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_and_links_within_the_page_lead_somewhere(browser, sample_site, name):
    browser.look(sample_site.url + PAGES[name])
    ids = browser.js("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    within = browser.js("return [...document.querySelectorAll('a[href^=\"#\"]')].map(e => e.getAttribute('href'))")
    assert [x for x in within if x[1:] not in ids] == []


@pytest.mark.parametrize("name", PAGES)
def test_one_h1_and_headings_in_order(browser, sample_site, name):
    browser.look(sample_site.url + PAGES[name])
    levels = browser.js("return [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(e => +e.tagName[1])")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(levels, levels[1:])), levels


@pytest.mark.parametrize("name", ("comparison", "trajectory", "home"))
def test_the_text_is_the_same_without_scripts(browser, sample_site, name):
    url = sample_site.url + PAGES[name]
    with_scripts = browser.look(url).driver.find_element("tag name", "main").text
    without = browser.look(url, scripts=False).driver.find_element("tag name", "main").text
    browser.command("Emulation.setScriptExecutionDisabled", value=False)
    assert without == with_scripts and len(without) > 500


def test_the_stylesheet_is_small(sample_site, browser):
    browser.look(sample_site.url + "/")
    sheets = browser.js("return [...document.querySelectorAll('link[rel=stylesheet]')].map(e => e.getAttribute('href'))")
    assert len(sheets) == 1
    assert len(sample_site.get(sheets[0]).body) < 24000


def test_a_stands_left_and_b_right_from_the_title_to_the_timeline(browser, sample_site):
    browser.look(sample_site.url + PAGES["comparison"])
    middle = browser.js("const r = document.querySelector('h1').getBoundingClientRect(); return r.left + r.width / 2")
    where = """return [...document.querySelectorAll(arguments[0])].map(e => {
      const r = e.getBoundingClientRect(); return [r.left, r.right]})"""
    for block in ("h1 .who", ".glance td", ".side", ".move", "#alternatives .onward li"):
        left, right = browser.js(where, f":is({block}).a"), browser.js(where, f":is({block}).b")
        assert left and all(edge[1] <= middle + 8 for edge in left), block
        assert right and all(edge[0] >= middle - 8 for edge in right), block


LEFT_OF_B = """return [...document.querySelectorAll("h1 .b .mark, .glance thead .b .mark, .side.b")]
  .map(e => e.getBoundingClientRect().left)"""


@pytest.mark.parametrize("width", (640, 768, 1023, 1280))
def test_the_hinge_stands_in_one_place_from_the_title_to_the_panels(browser, sample_site, width):
    edges = browser.look(sample_site.url + PAGES["comparison"], width).js(LEFT_OF_B)
    assert len(edges) == 5 and max(edges) - min(edges) < 3, edges


def test_on_a_phone_the_table_still_has_a_left_and_b_right(browser, sample_site):
    browser.look(sample_site.url + PAGES["comparison"], 320)
    edges = browser.js("return [...document.querySelectorAll('.glance td')].map(e => [e.className, e.getBoundingClientRect().left])")
    assert len(edges) >= 12 and len(edges) % 2 == 0 and all((left >= 150) == ("b" in name.split()) for name, left in edges), edges


@pytest.mark.parametrize("block", (".panel", ".side:not(.panel)", ".glance"))
def test_on_a_phone_the_names_stay_in_view_while_their_block_is_read(browser, sample_site, block):
    browser.look(sample_site.url + PAGES["comparison"], 360, 500)
    tops = browser.js("""return [...document.querySelectorAll(arguments[0])].map(e => {
      e.scrollIntoView(); scrollBy(0, e.offsetHeight / 2);
      return [e.getBoundingClientRect().top, e.querySelector("header, h2, thead").getBoundingClientRect().top]})""", block)
    assert tops and all(top < 0 and name == 0 for top, name in tops), tops


def test_a_line_of_text_has_60_to_70_characters(browser, sample_site):
    browser.look(sample_site.url + PAGES["about"])
    per_line = browser.js("""return [...document.querySelectorAll(".prose p")].filter(e => e.textContent.length > 250).map(e =>
      e.textContent.length / Math.round(e.offsetHeight / parseFloat(getComputedStyle(e).lineHeight)))""")
    assert len(per_line) > 2 and all(50 <= n <= 70 for n in per_line), per_line  # the last line is rarely full


def test_text_is_set_in_the_face_of_the_link_pictures_where_that_is_installed(browser, sample_site):
    if not subprocess.run(["fc-list", "Charis SIL"], stdout=subprocess.PIPE).stdout:
        pytest.skip("Charis SIL is not installed: apt-get install fonts-sil-charis")
    browser.look(sample_site.url + PAGES["comparison"])
    browser.command("DOM.enable")
    browser.command("CSS.enable")
    root = browser.command("DOM.getDocument")["root"]["nodeId"]
    for part in ("h1", ".lede", ".prose p"):
        node = browser.command("DOM.querySelector", nodeId=root, selector=part)["nodeId"]
        faces = browser.command("CSS.getPlatformFontsForNode", nodeId=node)["fonts"]
        assert "Charis SIL" in {face["familyName"] for face in faces}, part


def test_a_score_set_by_the_editors_leaves_room_for_the_rest_of_its_row(browser, own_site):
    own_site.database.sql("UPDATE product SET velocity_override = 9.9 WHERE slug = 'kafka'")
    wait_until(lambda: "set by the editors" in own_site.get("/leaderboard").text, 5)
    for width in (320, 360):
        browser.look(own_site.url + "/leaderboard", width)
        assert browser.js("return [...document.querySelectorAll('.board td.n')].filter(e => e.offsetHeight > 60).length") == 0
    browser.look(own_site.url + "/leaderboard", 768)
    assert browser.js("return document.querySelector('.board tbody th').offsetWidth") > 250


def test_on_a_tablet_the_facts_of_a_trajectory_leave_no_column_empty(browser, sample_site):
    browser.look(sample_site.url + PAGES["trajectory"], 768)
    main, facts = (browser.js("return document.querySelector(arguments[0]).clientWidth", e) for e in ("#editorial", ".aside #facts"))
    assert facts == main


@pytest.mark.parametrize("width", WIDTHS)
def test_a_count_stands_beside_the_name_of_its_theme(browser, sample_site, width):
    below = """return [...document.querySelectorAll(".index li")].filter(e => e.children[1].getBoundingClientRect().top >=
      [...e.children[0].getClientRects()].pop().bottom).map(e => e.textContent)"""
    assert browser.look(sample_site.url + PAGES["themes"], width).js(below) == []

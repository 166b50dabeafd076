"""A page in the hands of a reader: titles break between names, timelines keep the order of time, a click on a score opens it."""
import pytest

from pages import PAGES

LONG = "/compare/activemq-vs-opentelemetry-collector"
SETS = ("/compare/activemq-vs-ansible-vs-moby", "/compare/activemq-vs-ansible-vs-moby-vs-opentelemetry-collector")

WORDS = """const found = [];
for (const who of document.querySelectorAll("h1 .who")) {
  const text = who.lastChild, range = document.createRange();
  for (const word of text.data.matchAll(/\\S+/g)) {
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    if (range.getClientRects().length > 1) found.push(word[0]);
  }
}
return found"""

VERSUS = """return [...document.querySelectorAll("h1 .vs")].map(vs => {
  const range = document.createRange();
  range.selectNodeContents(vs.parentElement.lastChild);
  const line = range.getClientRects()[0], r = vs.getBoundingClientRect();
  return [vs.parentElement.textContent, r.top < line.bottom && r.bottom > line.top, vs.getClientRects().length]})"""


@pytest.mark.parametrize("path", (LONG, *SETS))
@pytest.mark.parametrize("width", (320, 360, 640, 768, 1280))
def test_a_title_breaks_between_words_and_vs_stays_with_its_name(browser, sample_site, path, width):
    browser.look(sample_site.url + path, width)
    assert browser.js(WORDS) == []
    beside = browser.js(VERSUS)
    assert len(beside) == path.count("-vs-")
    assert [b for b in beside if not b[1] or b[2] != 1] == []


AXIS = """const whole = document.querySelector(".moves").getBoundingClientRect();
return [...document.querySelectorAll(".moves .move")].map(e => {
  const r = e.getBoundingClientRect(), m = e.querySelector(".mark").getBoundingClientRect(), w = e.querySelector("time");
  return {side: e.className.includes("a") ? "a" : "b", top: r.top, bottom: r.bottom, left: r.left, right: r.right, mark: m.top,
    middle: m.left + m.width / 2, axis: whole.left + whole.width / 2, start: whole.top, time: w && w.dateTime}})"""


@pytest.mark.parametrize("path", (PAGES["comparison"], "/compare/kafka-vs-nats", "/compare/h2o-vs-keydb", LONG))
@pytest.mark.parametrize("width", (640, 768, 1280))
def test_the_moves_of_a_pair_stand_on_one_axis_in_the_order_of_time(browser, sample_site, path, width):
    moves = browser.look(sample_site.url + path, width).js(AXIS)
    assert {m["side"] for m in moves} == {"a", "b"} and moves[0]["top"] == moves[0]["start"]
    for m in moves:
        assert abs(m["middle"] - m["axis"]) < 1.5, "its mark is on the axis"
        assert m["right"] < m["axis"] if m["side"] == "a" else m["left"] > m["axis"]
    for before, after in zip(moves, moves[1:]):
        assert before["mark"] + 12 < after["mark"], "what is older is lower, also across the axis"
        assert after["top"] <= before["bottom"] + 1, "no part of the axis is without a move"
        assert after["time"] is None or before["time"][:10] >= after["time"][:10]
    for side in "ab":
        own = [m for m in moves if m["side"] == side]
        assert all(b["top"] >= a["bottom"] - 1 for a, b in zip(own, own[1:])), "no two of a side overlap"


@pytest.mark.parametrize("width, media", ((360, ""), (720, "print")))
def test_on_phones_and_paper_the_timeline_of_a_pair_is_one_column(browser, sample_site, width, media):
    moves = browser.look(sample_site.url + PAGES["comparison"], width, media=media).js(AXIS)
    assert len({m["left"] for m in moves}) == 1 and all(abs(m["middle"] - m["left"]) < 2 for m in moves)
    assert all(abs(b["top"] - a["bottom"]) < 1 for a, b in zip(moves, moves[1:]))


@pytest.mark.parametrize("scripts", (True, False))
@pytest.mark.parametrize("path, link, id", ((PAGES["comparison"], ".glance a[href='#score-kubernetes']", "score-kubernetes"),
                                            (PAGES["trajectory"], "#velocity .score a", "score-kafka")))
def test_a_click_on_a_score_opens_its_inputs(browser, sample_site, path, link, id, scripts):
    browser.look(sample_site.url + path, scripts=scripts)
    browser.driver.find_element("css selector", link).click()
    browser.command("Emulation.setScriptExecutionDisabled", value=False)
    opened, top, height = browser.js("""const e = document.getElementById(arguments[0]), r = e.getBoundingClientRect();
      return [e.closest("details").open, r.top, r.height]""", id)
    assert opened and height > 50 and 0 <= top < 900


def test_a_score_of_a_card_opens_the_inputs_of_its_product(browser, sample_site):
    browser.look(sample_site.url + PAGES["alternatives"])
    link = browser.driver.find_element("css selector", ".card .score a")
    target = link.get_attribute("href")
    link.click()
    browser.arrive(target)
    assert browser.js("return document.getElementById(location.hash.slice(1)).closest('details').open")


@pytest.mark.parametrize("name", ("comparison", "trajectory", "home", "faq-product"))
def test_the_links_of_blocks_to_themselves_are_seen_but_not_printed(browser, sample_site, name):
    signs = """return [...document.querySelectorAll("main .self")].map(e => {
      const s = getComputedStyle(e, "::after"); return s.display == "none" ? "" : s.content})"""
    seen = browser.look(sample_site.url + PAGES[name]).js(signs)
    assert len(seen) >= 2 and all("#" in sign for sign in seen)
    assert set(browser.view(media="print").js(signs)) == {""}


PANELS = """return [...document.querySelectorAll(".panel")].map(panel => {
  const box = panel.getBoundingClientRect(), whole = panel.parentElement.getBoundingClientRect();
  const bottoms = [...panel.querySelectorAll("*")].filter(e => e.getBoundingClientRect().height).map(e => e.getBoundingClientRect().bottom);
  const heads = [...panel.querySelectorAll("h4")].map(e => e.getBoundingClientRect().top);
  return {left: box.left - whole.left, right: whole.right - box.right, height: box.height, empty: box.bottom - Math.max(...bottoms), heads}})"""


@pytest.mark.parametrize("path", ("/compare/h2o-vs-keydb-vs-nats-vs-zeromq", "/compare/kafka-vs-nats-vs-zeromq", PAGES["comparison-four"]))
@pytest.mark.parametrize("width", (640, 768, 1023, 1280))
def test_panels_of_three_and_four_leave_no_hole_beside_a_longer_one(browser, sample_site, path, width):
    panels = browser.look(sample_site.url + path, width).js(PANELS)
    assert len(panels) == path.count("-vs-") + 1
    for panel in panels:
        assert abs(panel["left"]) < 1 and abs(panel["right"]) < 1 and panel["empty"] < 24, panel
        if not panel["heads"]:
            assert panel["height"] < 220, "a product without an editorial takes little room"
        elif width == 1280:
            assert len(panel["heads"]) == 3 and len(set(panel["heads"])) == 1, "its sections stand side by side"


LEDE = "const r = document.querySelector('.lede').getBoundingClientRect(); return [r.bottom, document.querySelector('.lede').textContent]"


@pytest.mark.parametrize("path", (PAGES["comparison"], PAGES["comparison-bare"], PAGES["comparison-three"], PAGES["comparison-four"],
                                  PAGES["trajectory"]))
def test_the_first_screen_of_a_phone_holds_the_answer_with_figures(browser, sample_site, path):
    bottom, text = browser.look(sample_site.url + path, 360, 640).js(LEDE)
    assert bottom <= 640 and any(c.isdigit() for c in text)


COMMAS = """return [...document.querySelectorAll(".in")].flatMap(cell => [...cell.childNodes]).filter(n => n.nodeType == 3 && n.data.includes(","))
  .map(comma => {
    const range = document.createRange();
    range.setStart(comma, comma.data.indexOf(","));
    range.setEnd(comma, comma.data.indexOf(",") + 1);
    const before = [...comma.previousSibling.getClientRects()].pop(), sign = range.getBoundingClientRect();
    return [comma.previousSibling.textContent, sign.top < before.bottom && sign.bottom > before.top]})"""


@pytest.mark.parametrize("name", ("home", "leaderboard", "products"))
@pytest.mark.parametrize("width", (360, 1024, 1280))
def test_no_comma_begins_a_line_of_sectors(browser, sample_site, name, width):
    commas = browser.look(sample_site.url + PAGES[name], width).js(COMMAS)
    assert len(commas) > 5 and [c for c in commas if not c[1]] == []


@pytest.mark.parametrize("name", ("home", "leaderboard"))
@pytest.mark.parametrize("width", (360, 768, 1024, 1280))
def test_a_date_of_a_list_stands_on_one_line(browser, sample_site, name, width):
    lines = browser.look(sample_site.url + PAGES[name], width).js(
        "return [...document.querySelectorAll('.board .last time')].map(t => t.getClientRects().length)")
    assert len(lines) > 5 and set(lines) == {1}


def test_a_preview_says_on_paper_what_it_is(browser, sample_site):
    """Browsers print no background: words in the colour of paper would be lost."""
    sample_site.sql("INSERT INTO page (slug, title, body_md, status) VALUES ('on-paper', 'A draft', 'Words.', 'draft')")
    try:
        token = sample_site.sql("SELECT preview_token FROM page WHERE slug = 'on-paper'")[0][0]
        browser.look(f"{sample_site.url}/preview/{token}", media="print")
        assert browser.js("""const banner = document.querySelector(".preview"), state = getComputedStyle(banner.querySelector(".new"));
            return [banner.offsetHeight > 0, state.color, state.backgroundColor]""") == [True, "rgb(0, 0, 0)", "rgba(0, 0, 0, 0)"]
    finally:
        sample_site.sql("DELETE FROM page WHERE slug = 'on-paper'")

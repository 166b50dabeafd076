"""Languages that nobody speaks: one with longer words and accents, one written from right to left.  Nothing is cut, nothing lies over
anything else, no page scrolls sideways, and from right to left the two panels change sides."""
import itertools

import pytest

from conftest import _live
from lib import pseudo
from lib.servers import Site, short_folder
from pages import PAGES
from test_layout import WIDER
from test_text_size import CUT

SHOWN = ["home", "comparison", "comparison-bare", "comparison-three", "comparison-since", "trajectory", "history", "past", "predictions", "alternatives",
         "sector", "leaderboard", "themes", "picker-problem", "search", "faq-pair", "methodology", "not-found"]
# Pairs of texts that lie over one another.  Texts of a chart have places of their own.
OVER = """
const clipped = e => e && e != document.body && (getComputedStyle(e).clipPath != "none" || clipped(e.parentElement));
const boxes = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const node = walk.currentNode, e = node.parentElement;
  if (!node.data.trim() || !e.checkVisibility({opacityProperty: true, visibilityProperty: true}) || e.closest(".skip, svg, option") || clipped(e)) continue;
  const range = document.createRange();
  range.selectNodeContents(node);
  for (const r of range.getClientRects()) if (r.width > 2 && r.height > 2) boxes.push([r, node]);
}
const found = [];
boxes.sort((a, b) => a[0].top - b[0].top);
for (let i = 0; i < boxes.length && found.length < 5; i++)
  for (let k = i + 1; k < boxes.length && boxes[k][0].top < boxes[i][0].bottom; k++) {
    const [a, m] = boxes[i], [b, n] = boxes[k];
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (m != n && wide > 3 && high > Math.min(a.height, b.height) / 2) found.push(`${m.data.trim().slice(0, 40)} | ${n.data.trim().slice(0, 40)}`);
  }
return found;
"""
LEFT = """
const width = document.documentElement.clientWidth;
document.querySelectorAll("details").forEach(e => e.open = true);
return [...document.querySelectorAll("body *")].filter(e => !e.closest(".vh, .skip, svg, .wide") && e.checkVisibility() &&
  (e.getBoundingClientRect().left < -1 || e.getBoundingClientRect().right > width + 1)).slice(0, 5).map(e => e.outerHTML.slice(0, 120));
"""


@pytest.fixture(scope="module", params=["en-XA", "ar-XB"])
def spoken(request, templates):
    folder = short_folder()
    pseudo.catalogue(folder, request.param)
    site = Site(templates, config={"lang": request.param, "locale_dir": folder, "deadline": 20000})
    site.lang = request.param
    yield from _live._run(request, site)


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_is_cut_or_overlaps_or_scrolls_sideways(browser, spoken, shots, name):
    browser.look(spoken.url + PAGES[name])
    assert browser.js("return document.dir || 'ltr'") == ("rtl" if spoken.lang == "ar-XB" else "ltr")
    for width, scheme in itertools.product((360, 1280), ("light",)):
        browser.view(width, scheme=scheme)
        assert browser.js(OVER) == [], f"at {width} px"
        assert browser.js(WIDER) == [] and browser.js(CUT) == [] and browser.js(LEFT) == [], f"at {width} px"
        browser.screenshot(shots / f"{spoken.lang}-{name}-{width}.png")


def test_the_two_panels_are_mirrored(browser, spoken):
    browser.look(spoken.url + PAGES["comparison"])
    middle = browser.js("const r = document.querySelector('h1').getBoundingClientRect(); return r.left + r.width / 2")
    where = "return [...document.querySelectorAll(arguments[0])].map(e => {const r = e.getBoundingClientRect(); return [r.left, r.right]})"
    for block in ("h1 .who", ".glance td", ".side", ".move"):
        a, b = browser.js(where, f":is({block}).a"), browser.js(where, f":is({block}).b")
        left, right = (b, a) if spoken.lang == "ar-XB" else (a, b)
        assert left and all(edge[1] <= middle + 8 for edge in left), block
        assert right and all(edge[0] >= middle - 8 for edge in right), block


@pytest.mark.parametrize("name", ["comparison", "trajectory"])
def test_the_usual_pages_pass_the_same_questions(browser, sample_site, name):
    for width in (360, 1280):
        browser.look(sample_site.url + PAGES[name], width)
        assert browser.js(OVER) == [] and browser.js(LEFT) == []

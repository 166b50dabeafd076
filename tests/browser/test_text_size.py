"""Readers whose browser shows a page in another way: larger text, no stylesheet, paper."""
import re
import zlib

import pytest

from lib.servers import wait_until
from pages import PAGES

# Elements that reach over the right edge of the window, with all details open.
WIDER = """
const width = document.documentElement.clientWidth;
document.querySelectorAll("details").forEach(e => e.open = true);
return document.documentElement.scrollWidth <= width ? [] : [...document.querySelectorAll("body *")]
  .filter(e => e.getBoundingClientRect().right > width + 1).slice(0, 5).map(e => e.outerHTML.slice(0, 120));
"""
# Elements whose text is cut off, because they hide what does not fit.
CUT = """
return [...document.querySelectorAll("body *")].filter(e => e.checkVisibility() && !e.closest(".vh, .skip, svg, input") &&
  /hidden|clip/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML.slice(0, 120));
"""
ENLARGE = """
const style = document.createElement("style");
style.textContent = `html{font-size:${arguments[0]}%}`;
document.head.append(style);
"""
# "tag.class size" of texts that are smaller on paper than 9 pt, which is 12 px; also of generated ones.
SMALL = """
const found = new Set(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const add = (e, part) => {
  const style = getComputedStyle(e, part);
  const box = e.ownerSVGElement && e.ownerSVGElement.viewBox.baseVal;
  const scale = box && box.height ? e.ownerSVGElement.getBoundingClientRect().height / box.height : 1;
  if (parseFloat(style.fontSize) * scale < 12) found.add(`${e.tagName}.${e.className.baseVal ?? e.className} ${part || ""} ${style.fontSize}`);
};
while (walk.nextNode()) {
  const e = walk.currentNode.parentElement;
  if (walk.currentNode.data.trim() && e.checkVisibility() && !e.closest(".vh, .skip, script")) add(e, null);
}
for (const e of document.querySelectorAll("body *"))
  for (const part of ["::before", "::after"])
    if (e.checkVisibility() && getComputedStyle(e, part).display != "none" &&
        /[^"\\s]/.test(getComputedStyle(e, part).content.replace(/none|normal/, ""))) add(e, part);
return [...found];
"""
# Pictures and signs, but for the charts, that are larger than a logo.
LARGE = """
document.querySelectorAll("link[rel=stylesheet]").forEach(e => e.remove());
return [...document.querySelectorAll("svg, img")].filter(e => !e.ownerSVGElement && !e.closest(".chart"))
  .map(e => [e.getAttribute("class"), e.getBoundingClientRect()])
  .filter(([name, box]) => (name != "meter" && box.width > 48) || box.height > 48).map(([name, box]) => `${name} ${box.width} ${box.height}`);
"""


def pages_of(pdf):
    return pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page/")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("percent", (150, 200))
def test_text_of_twice_the_size_fits_a_phone(browser, sample_site, name, percent):
    browser.look(sample_site.url + PAGES[name], 360, csp=False).js(ENLARGE, percent)
    assert browser.js(WIDER) == [] and browser.js(CUT) == []


@pytest.mark.parametrize("name", PAGES)
def test_signs_are_small_without_the_stylesheet(browser, sample_site, name):
    assert browser.look(sample_site.url + PAGES[name], csp=False).js(LARGE) == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_on_paper_is_smaller_than_nine_points(browser, sample_site, name):
    assert browser.look(sample_site.url + PAGES[name], 720, media="print").js(SMALL) == []


PRINTED = {"kafka-vs-kubernetes": 2, "kafka-vs-nats": 2, "h2o-vs-keydb": 2, "nginx-vs-redis": 2, "redis-vs-valkey": 2,
           "opentofu-vs-terraform": 2, "caddy-vs-nginx": 2, "go-vs-rust": 2, "jquery-vs-wordpress": 2, "kafka-vs-nats-vs-redis": 3, "caddy-vs-haproxy-vs-nginx": 3, "go-vs-nodejs-vs-rust": 3,
           "kafka-vs-kubernetes-vs-nats": 3, "h2o-vs-keydb-vs-zeromq": 3, "kafka-vs-nats-vs-nginx-vs-redis": 3,
           "kafka-vs-nginx-vs-postgresql-vs-wordpress": 3, "go-vs-nodejs-vs-python-vs-rust": 3,
           "apache-httpd-vs-kafka-vs-python-vs-vite": 3, "go-vs-opentofu-vs-python-vs-terraform": 3,
           "go-vs-istio-vs-lua-vs-rabbitmq": 3}


def scales_of(pdf):
    """How large each page is drawn.  Chromium shrinks a page whose content is wider than the paper, and text with it."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S)
    scales = []
    for stream in streams:
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            continue
        found = re.search(rb"^q?\s*\.24\S* 0 0 -\.24\S* .*? cm\s.*?([\d.]+) 0 0 \1 ", text, re.S) \
            or re.search(rb"^\.2399\d* 0 0 -\.2399\d* .*? cm\s.*?([\d.]+) 0 0 \1 ", text, re.S)
        if found and b" Tf" in text:
            scales.append(float(found[1]))
    return scales


@pytest.mark.parametrize("set_of, most", PRINTED.items())
def test_a_comparison_prints_on_few_pages_in_text_of_its_size(browser, sample_site, set_of, most):
    pdf = browser.look(sample_site.url + "/compare/" + set_of).pdf()
    assert 1 <= pages_of(pdf) <= most
    assert scales_of(pdf) == [3.125] * pages_of(pdf), "300 dots an inch over 96 pixels"


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_shrunk_to_fit_the_paper(browser, sample_site, name):
    url = sample_site.url + PAGES[name]
    scales = wait_until(lambda: set(scales_of(browser.look(url).pdf())), 30, "text on the paper")  # none while a font is loaded
    assert scales == {3.125}


def test_print_leaves_out_navigation_and_shows_addresses(browser, sample_site):
    browser.look(sample_site.url + PAGES["comparison"], media="print")
    assert browser.js("return getComputedStyle(document.querySelector('.mast nav')).display") == "none"
    assert "http" in browser.js("return getComputedStyle(document.querySelector('.prose a[href^=http]'), '::after').content")
    websites = browser.js("""return [...document.querySelectorAll('.glance tr')].filter(e => e.cells[0].textContent == 'Website')
      .flatMap(e => [...e.querySelectorAll('a')].map(a => [a.textContent, a.getAttribute('href')]))""")
    assert len(websites) == 2 and all(text in href for text, href in websites)  # the address is the text

"""WCAG 2.2 AA as far as a program can judge it, and the site by keyboard alone."""
import itertools
import subprocess

import pytest

from pages import PAGES

AXE = """
const done = arguments[0];
document.querySelectorAll("details").forEach(e => e.open = true);
axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r =>
  done(r.violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | "))));
"""
TAB, ENTER, ESCAPE = "\ue004", "\ue007", "\ue00c"


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(browser, sample_site, node_modules, name):
    browser.look(sample_site.url + PAGES[name], csp=False)
    browser.js((node_modules / "axe-core" / "axe.min.js").read_text())
    for width, scheme in itertools.product((320, 1280), ("light", "dark")):
        browser.view(width, scheme=scheme)
        assert browser.driver.execute_async_script(AXE) == [], f"at {width} px, {scheme}"


def nu_checks(node_modules, folder):
    """Fails with what the HTML checker says of the files in the folder."""
    jar = node_modules / "vnu-jar" / "build" / "dist" / "vnu.jar"
    try:
        done = subprocess.run(["java", "-jar", jar, "--format", "gnu", *sorted(folder.glob("*.html"))], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    except FileNotFoundError:
        pytest.skip("java is not installed: apt-get install default-jre-headless")
    assert done.returncode == 0 and done.stdout == "", done.stdout[:2000]


def test_the_nu_checker_finds_nothing(sample_site, node_modules, tmp_path):
    for name, path in PAGES.items():
        (tmp_path / f"{name}.html").write_bytes(sample_site.get(path).body)
    nu_checks(node_modules, tmp_path)


def tab_to(browser, wanted, most=80):
    """Presses Tab until the focus is on `wanted`; its outline has to be seen on the way."""
    for _ in range(most):
        browser.press(TAB)
        style = browser.js("""const s = getComputedStyle(document.activeElement);
          return [s.outlineStyle, parseFloat(s.outlineWidth)]""")
        assert style[0] != "none" and style[1] >= 2, browser.focused()
        if browser.focused() == wanted:
            return
    raise AssertionError(f"no way to {wanted!r} by Tab")


def test_the_skip_link_comes_first(browser, sample_site):
    browser.look(sample_site.url + PAGES["comparison"]).press(TAB)
    assert browser.focused() == "Skip to content"
    assert browser.js("return document.activeElement.getBoundingClientRect().top") >= 0
    browser.press(ENTER, TAB)
    assert browser.js("return document.querySelector('main').contains(document.activeElement)")


def test_the_picker_by_keyboard(browser, sample_site):
    browser.look(sample_site.url + PAGES["picker"])
    tab_to(browser, "a")
    browser.press("kubernetes", ESCAPE)
    tab_to(browser, "b")
    browser.press("kafka", ESCAPE)
    tab_to(browser, "Compare")
    browser.press(ENTER)
    browser.arrive(sample_site.url + "/compare/kafka-vs-kubernetes")


def test_search_by_keyboard(browser, sample_site):
    browser.look(sample_site.url + "/")
    tab_to(browser, "q")
    browser.press("kubernetes", ENTER)
    browser.arrive(sample_site.url + "/search?q=kubernetes")
    tab_to(browser, "Kubernetes trajectory")
    browser.press(ENTER)
    browser.arrive(sample_site.url + "/products/kubernetes")


def test_a_comparison_by_keyboard(browser, sample_site):
    browser.look(sample_site.url + PAGES["comparison"])
    tab_to(browser, "Why this score")
    assert not browser.js("return document.activeElement.parentElement.open")
    browser.press(ENTER)
    assert browser.js("return document.activeElement.parentElement.open")
    tab_to(browser, "See all Kubernetes alternatives")
    browser.press(ENTER)
    browser.arrive(sample_site.url + "/alternatives/kubernetes")


def test_forced_colours_keep_the_panels_apart(browser, sample_site):
    browser.look(sample_site.url + PAGES["comparison"], forced_colors="active")
    edge = browser.js("return getComputedStyle(document.querySelector('.side')).borderTopStyle")
    assert edge == "solid"
    assert browser.js("return document.querySelectorAll('.panel .mark').length") == 2

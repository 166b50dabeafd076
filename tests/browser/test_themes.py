"""The second theme in a browser: axe, widths and both schemes, and that it looks unlike the first."""
import itertools

import pytest

from conftest import _live
from lib.servers import TOP, Site, diptych
from pages import PAGES
from test_access import AXE

SHOWN = ["home", "comparison", "comparison-three", "trajectory", "leaderboard", "picker-problem", "not-found"]


@pytest.fixture(scope="module", params=["meridian", "starter"])
def themed(request, templates, tmp_path_factory):
    folder = tmp_path_factory.mktemp("theme") / request.param
    config = folder.parent / "diptych.conf"
    config.write_text(f'template_dir = "{TOP}/templates"\n')
    made = diptych("theme", "new", folder, "--from", request.param, config=config)
    assert made.returncode == 0, made.stderr
    site = Site(templates, config={"theme_dir": folder, "deadline": 20000},
                nginx_server=f"set $diptych_theme {folder}/static; include diptych/theme.conf;")
    site.theme = request.param
    yield from _live._run(request, site)


@pytest.mark.parametrize("name", SHOWN)
def test_axe_finds_nothing_and_nothing_overflows(browser, themed, node_modules, shots, name):
    if themed.theme == "starter" and name not in SHOWN[:2]:
        pytest.skip("the starter differs from the usual pages by its masthead and colours only")
    browser.look(themed.url + PAGES[name], csp=False)
    browser.js((node_modules / "axe-core" / "axe.min.js").read_text())
    for width, scheme in itertools.product((360, 1280), ("light", "dark")):
        browser.view(width, scheme=scheme)
        assert browser.driver.execute_async_script(AXE) == [], f"at {width} px, {scheme}"
        assert browser.js("return document.documentElement.scrollWidth") <= width, f"at {width} px, {scheme}"
        (shots / f"{themed.theme}-{name}-{width}-{scheme}.png").write_bytes(browser.driver.get_screenshot_as_png())


def test_every_static_file_is_loaded_within_the_policy(browser, themed):
    browser.look(themed.url + PAGES["comparison"])
    assert browser.console() == []
    assert browser.js("return [...document.styleSheets].map(s => s.cssRules.length > 0)") == [True, True]
    assert browser.js("return document.querySelector('.sign').naturalWidth") > 0


def test_the_colours_are_those_of_the_theme(browser, themed, sample_site):
    def papers(site):
        found = []
        for scheme in ("light", "dark"):
            browser.look(site.url + "/", scheme=scheme)
            found.append(browser.js("return getComputedStyle(document.body).backgroundColor"))
        return found
    ours, theirs = papers(sample_site), papers(themed)
    assert all(a != b for a, b in zip(ours, theirs)) and theirs[0] != theirs[1]

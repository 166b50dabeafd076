"""The site that diptych-start(7) makes (German, below a path, with a theme of its own), in a browser."""
import itertools

import pytest

from test_access import AXE, nu_checks
from test_languages import LEFT, OVER
from test_layout import WIDER
from test_manual_upgrade import made  # noqa: F401

PAGES = ["/", "/compare", "/compare/kafka-vs-nats", "/compare/kafka-vs-nats-vs-redis", "/products", "/products/kafka", "/products/kafka/history",
         "/alternatives/kafka", "/sectors", "/themes", "/leaderboard", "/faq", "/faq/kafka", "/faq/kafka-vs-nats", "/predictions",
         "/search?q=kafka", "/methodology", "/no/such/page"]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_overflows(browser, made, node_modules, shots, path):  # noqa: F811
    browser.look(f"http://127.0.0.1:{made.web.port}/tools{path}", csp=False)
    assert browser.js("return document.documentElement.lang") == "de"
    assert browser.js("return getComputedStyle(document.documentElement).getPropertyValue('--ours')") == "1"
    browser.js((node_modules / "axe-core" / "axe.min.js").read_text())
    for width, scheme in itertools.product((320, 1280), ("light", "dark")):
        browser.view(width, scheme=scheme)
        assert browser.driver.execute_async_script(AXE) == [], f"at {width} px, {scheme}"
        assert browser.js(WIDER) == [] and browser.js(LEFT) == [] and browser.js(OVER) == [], f"at {width} px"
    name = path.strip("/").replace("/", "-").partition("?")[0] or "home"
    browser.view(1280).screenshot(shots / f"made-{name}.png")


def test_the_nu_checker_finds_nothing(made, node_modules, tmp_path):  # noqa: F811
    for n, path in enumerate(PAGES):
        (tmp_path / f"{n}.html").write_bytes(made.get("/tools" + path).body)
    nu_checks(node_modules, tmp_path)

"""A site whose every text is hostile, in Chromium without the Content-Security-Policy: no script of an editor runs, nothing is asked of
a host that editors name but pictures, and the page that Chromium reads has no handler and no address of a script."""
import pytest
from selenium.common.exceptions import UnexpectedAlertPresentException

from lib.injections import ASKED, fill
from lib.servers import wait_until

LOOK = """const bad = [];
for (const e of document.querySelectorAll("*")) {
  for (const a of e.attributes) {
    if (/^on|^style$|^srcdoc$/i.test(a.name)) bad.push(e.outerHTML.slice(0, 200));
    if (/^(href|src|action|formaction|data|xlink:href)$/i.test(a.name) && /^[\\s\\x00-\\x20]*(javascript|vbscript|data):/i.test(a.value))
      bad.push(e.outerHTML.slice(0, 200));
    if (a.name === "href" && e.protocol === "javascript:") bad.push(e.outerHTML.slice(0, 200));
  }
  if (e.tagName === "SCRIPT" && e.type !== "application/ld+json") bad.push(e.outerHTML.slice(0, 200));
  if (["BASE", "IFRAME", "OBJECT", "EMBED", "STYLE", "FORM"].includes(e.tagName) && !e.action?.startsWith(location.origin))
    bad.push(e.outerHTML.slice(0, 200));
  if (e.namespaceURI !== "http://www.w3.org/1999/xhtml" && !e.closest("svg[class], svg[role], svg[aria-hidden]")) bad.push(e.outerHTML.slice(0, 200));
}
for (const r of performance.getEntriesByType("resource"))
  if (new URL(r.name).origin !== location.origin && r.initiatorType !== "img") bad.push(r.initiatorType + " " + r.name);
for (const e of document.querySelectorAll("main a, main summary, main [tabindex]"))
  e.dispatchEvent(new MouseEvent("mouseover", {bubbles: true})), e.focus();
return [bad, "__x" in window, document.cookie, window.name]"""


@pytest.fixture
def site(own_site):
    fill(own_site)
    own_site.sql("UPDATE page SET slug = 'written-last' WHERE slug = 'about'")
    wait_until(lambda: own_site.get("/written-last").status == 200, 20)
    return own_site


def test_no_injected_script_runs(browser, site):
    slugs = [s for s, in site.sql("SELECT slug FROM product WHERE status = 'published' ORDER BY id")]
    sets = ["/compare/" + "-vs-".join(sorted(slugs[i:i + 4])) for i in range(0, len(slugs) - 3, 20)]
    pages = [f"/{slug}" for slug, in site.sql("SELECT slug FROM page WHERE status = 'published'")]
    paths = ["/", "/products", "/sectors", "/themes", "/leaderboard", "/predictions", "/search?q=script", *pages, *sets,
             *[f"/faq/{slug}" for slug in slugs[:ASKED]], *[f"/products/{slug}" for slug in slugs[::9]]]
    for path in paths:
        try:
            browser.look(site.url + path, csp=False)
            bad, ran, cookie, name = browser.js(LOOK)
        except UnexpectedAlertPresentException as e:
            raise AssertionError((path, "a dialog", str(e))) from e
        assert (bad, ran, cookie, name) == ([], False, "", ""), path
        errors = [line for line in browser.console() if "Failed to load resource" not in line and "favicon" not in line]
        assert not errors, (path, errors)

"""An editor at work in Adminer, which knows nothing of the tables but what the database says of them.

Pictures of the forms are in build/screenshots."""
import shutil
from pathlib import Path

import pytest

from lib.servers import SLOW, TOP, free_port, wait_until

SECOND = 4 * SLOW
FOLDER = Path("/usr/share/adminer")


@pytest.fixture(scope="module")
def site(request, templates):
    from conftest import _live
    from lib.servers import Site
    for site in _live._run(request, Site(templates, data="schema", config={"sweep_seconds": 86400, "as_of": "", "deadline": 8000})):
        site.database.script((TOP / "sql/accounts.sql").read_text())
        site.sql("ALTER USER 'diptych_cms'@'localhost' IDENTIFIED BY 'a word' ACCOUNT UNLOCK")
        yield site


@pytest.fixture(scope="module")
def adminer(site):
    from lib.daemon import Daemon
    from lib import http
    if not shutil.which("php") or not (FOLDER / "adminer.php").exists():
        pytest.skip("Adminer is not installed: apt-get install adminer php-cli php-mysql")
    port = free_port()
    daemon = Daemon("php", [shutil.which("php"), "-d", f"mysqli.default_socket={site.database.socket}", "-S", f"127.0.0.1:{port}", "-t", FOLDER], site.folder / "php.log", env={"TZ": "UTC"})

    def answers():
        try:
            return http.request(port, "GET", "/adminer.php").status == 200
        except OSError:
            return False
    daemon.start().wait_ready(answers, 60 * SLOW)
    try:
        yield f"http://127.0.0.1:{port}/adminer.php"
    finally:
        daemon.stop()


@pytest.fixture(scope="module")
def desk(site, adminer, browser):
    """Signed in with the CMS's account."""
    browser.look(adminer, 1000, 900)
    for name, word in (("server", "localhost"), ("username", "diptych_cms"), ("password", "a word"), ("db", "diptych")):
        browser.js("document.querySelector(`[name='auth[${arguments[0]}]']`).value = arguments[1]", name, word)
    browser.driver.find_element("css selector", "input[type=submit]").click()
    wait_until(lambda: "username=" in browser.driver.current_url, 30 * SLOW)
    browser.table = browser.driver.current_url
    yield browser
    browser.command("Network.clearBrowserCookies")  # they belong to every port of this machine


def row(site, table, **columns):
    [(name, value)] = columns.items()
    return site.sql(f"SELECT id FROM {table} WHERE {name} = %s", value)[0][0]


def save(desk, table, where=None, button="Save", **fields):
    """Fills the form of a new row, or of an old one.  Returns what Adminer says of it."""
    desk.driver.get(f"{desk.table}&edit={table}" + (f"&where%5Bid%5D={where}" if where else ""))
    for name, text in fields.items():
        field = desk.driver.find_element("css selector", f"[name='fields[{name}]']")
        field.clear()
        field.send_keys(str(text))
    desk.form = desk.command("Page.captureScreenshot")["data"]
    desk.js("window.old = true")
    desk.driver.find_element("css selector", f"#form input[type=submit][value='{button}']").click()
    if button == "Delete":
        desk.driver.switch_to.alert.accept()
    wait_until(lambda: desk.js("return !window.old && document.readyState == 'complete'"), 30 * SLOW)
    return desk.js("return (document.querySelector('.message, .error') || document.body).innerText")


def shows(site, path, *words):
    wait_until(lambda: (page := site.get(path)).status == 200 and all(word in page.text for word in words), SECOND, (path, words))


def test_an_editor_s_day(site, desk, shots):
    assert "inserted" in save(desk, "sector", slug="streams", name="Streams & logs")
    assert "inserted" in save(desk, "product", slug="quokka", name="Quokka", status="published", summary="A broker for islands.")
    shows(site, "/products/quokka", "A broker for islands.")
    product = row(site, "product", slug="quokka")
    save(desk, "product_sector", product_id=product, sector_id=row(site, "sector", slug="streams"))
    shows(site, "/products/quokka", "Streams &amp; logs")
    save(desk, "editorial", product_id=product, headline="It learns to swim", current_state_md="It *floats*.", status="draft")
    desk.screenshot(shots / "adminer-saved.png")
    editorial = row(site, "editorial", product_id=product)
    assert "It learns to swim" not in site.get("/products/quokka").text
    assert "updated" in save(desk, "editorial", where=editorial, status="published")
    shows(site, "/products/quokka", "It learns to swim", "<em>floats</em>")
    before = site.sql("SELECT updated_at FROM editorial WHERE id = %s", editorial)
    save(desk, "editorial", where=editorial, headline="It swims")
    shows(site, "/products/quokka", "It swims")
    assert site.sql("SELECT updated_at FROM editorial WHERE id = %s", editorial) > before, "the form sends the old time along"
    desk.driver.get(f"{desk.table}&edit=editorial&where%5Bid%5D={editorial}")
    desk.screenshot(shots / "adminer-form.png")
    save(desk, "product", where=product, slug="quokka-mq")
    wait_until(lambda: site.get("/products/quokka").headers.get("location", "").endswith("/products/quokka-mq"), SECOND)


@pytest.mark.parametrize("table,fields,message", [
    ("product", {"slug": "Big Slug", "name": "Big"}, "slug"),
    ("product", {"slug": "a-vs-b", "name": "A"}, "slug"),
    ("product", {"slug": "twin", "name": "Twin", "status": "publish"}, "status"),
    ("activity", {"product_id": "999999", "title": "No such product"}, "product_id")])
def test_a_mistake_is_said_in_words(site, desk, shots, table, fields, message):
    said = save(desk, table, **fields)
    desk.screenshot(shots / f"adminer-mistake-{table}-{message}.png")
    assert "inserted" not in said and message in said


def test_a_product_is_taken_away_with_its_rows(site, desk):
    save(desk, "product", slug="leaving", name="Leaving", status="published")
    shows(site, "/products/leaving", "Leaving")
    product = row(site, "product", slug="leaving")
    save(desk, "faq", product_id=product, question="Does it stay?", answer_md="No.", status="published")
    said = save(desk, "product", where=product, button="Delete")
    assert "deleted" not in said and "faq" in said, "the database names the table whose rows are in the way"
    save(desk, "product", where=product, status="archived")
    wait_until(lambda: site.get("/products/leaving").status == 410, SECOND)

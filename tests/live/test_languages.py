"""The language of a site: chosen in the configuration, taken by a reload, and refused when there is no catalogue for it."""
import html
import json
import re

import lxml.html
import pytest

from lib.probe import load
from lib.servers import SLOW, diptych, wait_until

PAGES = ["/", "/compare", "/compare/kafka-vs-kubernetes", "/products", "/products/kafka", "/products/kafka/history", "/alternatives/kafka",
         "/leaderboard", "/sectors", "/themes", "/predictions", "/faq", "/faq/kafka", "/methodology", "/about", "/search?q=kafka",
         "/search?q=zzzz", "/products/no-such", "/compare/kafka-vs-kubernetes?since=2026-06-01"]
SKIP = {"en": "Skip to content", "de": "Zum Inhalt springen", "fr": "Aller au contenu"}
TWINS = {"de": "## Auf einen Blick|## .*: auf einen Blick", "fr": "## .*: en un coup d’œil"}


def language(site, lang):
    site.config.update(lang=lang, deadline=8000, mysql_timeout=5000)  # a busy machine takes time
    site.write_config()
    done = site.diptych("reload")
    if done.returncode == 0:
        site.workers(2)  # an old one may answer once more on a connection that nginx keeps
    return done


@pytest.mark.parametrize("lang", ["de", "fr", "de-AT", "en-GB", "en"])
def test_every_page_is_there_in_the_language(module_site, lang):
    assert language(module_site, lang).returncode == 0
    for page in PAGES:
        answer = module_site.get(page)
        assert answer.status in (200, 404), page
        assert f'<html lang="{lang}">' in answer.text and SKIP[lang[:2]] in answer.text, page
        assert [s for tag, s in SKIP.items() if tag != lang[:2] and s in answer.text] == []
    twin = module_site.get("/compare/kafka-vs-kubernetes.md").text
    assert re.search(TWINS.get(lang[:2], "## .*: at a glance"), twin)


def test_keys_of_the_twins_stay(module_site):
    def keys(value):
        if isinstance(value, dict):
            return {k: keys(v) for k, v in value.items()}
        return [keys(v) for v in value] if isinstance(value, list) else None

    seen = []
    for lang in ("en", "de"):
        assert language(module_site, lang).returncode == 0
        seen.append([keys(module_site.get(p + ".json").json) for p in PAGES if "?" not in p and p not in ("/", "/products/no-such")])
    assert seen[0] == seen[1]


def test_a_reload_to_another_language_loses_no_request(module_site):
    page = "/compare/kafka-vs-kubernetes"
    with load(lambda: module_site.get(page), threads=3) as counts:
        for lang in ("de", "fr", "en", "de", "en"):
            assert language(module_site, lang).returncode == 0
            assert SKIP[lang] in module_site.get(page).text
    assert set(counts) == {200}, counts


def test_an_unknown_language_is_refused_with_those_that_there_are(module_site):
    assert language(module_site, "en").returncode == 0
    refused = language(module_site, "xx")
    assert refused.returncode == 1
    assert re.search(rf'^{module_site.config_path}:\d+: lang = "xx": there is no catalogue for it in', refused.stderr, re.M), refused
    assert "there are: de, en, fr" in refused.stderr
    assert SKIP["en"] in module_site.get("/").text
    check = diptych("check", config=module_site.config_path)
    assert check.returncode == 1 and "there are: de, en, fr" in check.stdout + check.stderr
    assert re.search("^templates  .*: compile$", check.stdout, re.M), check.stdout
    assert language(module_site, "en").returncode == 0


BODY = """A note[^1] and another[^activity:{id}].

| Name | Preis |
|---|---|
| a | b |

- [x] one
- [ ] two

[^1]: Text.
"""
OF_BODY = {"en": ["Note 1", "Back to the text", "Table: Name, Preis", "done", "open", "{day} {Jun} 2026"],
           "de": ["Anmerkung 1", "Zurück zum Text", "Tabelle: Name, Preis", "erledigt", "offen", "{day}. Juni 2026"],
           "fr": ["Note 1", "Retour au texte", "Tableau\u00a0: Name, Preis", "fait", "à faire", "{day} juin 2026"]}


@pytest.fixture(scope="module")
def noted(module_site):
    """Kafka's editorial with everything to which a rendered body adds words; the day of the release that it names."""
    (activity, day), = module_site.sql("SELECT id, DAY(occurred_at) FROM activity WHERE product_id = (SELECT id FROM product WHERE slug = 'kafka') "
                                       "AND kind = 'release' AND occurred_at BETWEEN '2026-06-01' AND '2026-06-30' LIMIT 1")
    module_site.sql("UPDATE editorial SET current_state_md = %s WHERE product_id = (SELECT id FROM product WHERE slug = 'kafka') "
                    "ORDER BY published_at DESC LIMIT 1", BODY.format(id=activity))
    wait_until(lambda: "Preis" in module_site.get("/products/kafka").text, 20 * SLOW)
    return module_site, day


@pytest.mark.parametrize("lang", ["de", "en", "fr", "de"])
def test_words_of_a_rendered_body_are_in_the_language(noted, lang):
    """Fragments outlive a reload, so their key has the language."""
    site, day = noted
    assert language(site, lang).returncode == 0
    text = site.get("/products/kafka").text
    for words in OF_BODY[lang]:
        assert words.format(day=day, Jun="Jun") in text, words



@pytest.mark.parametrize("lang, mark", [("de", ","), ("fr", ","), ("en", r"\.")])
def test_decimals_have_the_mark_of_the_language_but_in_json(module_site, lang, mark):
    assert language(module_site, lang).returncode == 0
    score = module_site.get("/products/kafka.json").json["product"]["velocity"]["score"]
    assert re.fullmatch(r"\d\.\d", score)
    shown = re.escape(score.replace(".", mark.strip("\\")))
    for path in ("/products/kafka", "/products/kafka.md", "/compare/kafka-vs-kubernetes", "/leaderboard", "/leaderboard.md", "/badge/kafka.svg"):
        text = module_site.get(path).text
        assert path.startswith("/leader") or re.search(rf">{shown}<|{shown}[, |]", text), (path, shown)
        if lang != "en":
            scores = re.findall(r'class="num">(\d{1,2}[.,]\d)<', text)
            assert all("," in s for s in scores), path
    bands = module_site.get("/methodology").text
    assert re.search(rf"<td>0{mark}0 ", bands) and f"1{mark.strip(chr(92))}0" in bands
    assert module_site.get("/methodology.json").json["bands"][0]["below"] == "1.0"


@pytest.mark.parametrize("lang, yes", [("de", "ja"), ("fr", "oui"), ("en", "yes")])
def test_facts_that_are_true_or_false(module_site, lang, yes):
    assert language(module_site, lang).returncode == 0
    answer = module_site.get("/products/kafka.json").json
    values = [v for b in answer["facts"]["blocks"] for r in b["rows"] if r["kind"] == "bool" for v in r["values"]]
    assert {v["value"] for v in values} <= {"yes", "no", "partly"} and any(v["text"] == yes for v in values)
    page = module_site.get("/products/kafka").text
    assert re.search(rf">\s*{yes}\s*<", page) and '"value":"yes"' in page, "programs read the value of the row"


@pytest.mark.parametrize("lang, words", [("de", ["SUMMARY:Rust: Prognose", "CATEGORIES:Prognose", "NAME:Rust: Termine und Prognosen"]),
                                         ("fr", ["SUMMARY:Rust\u00a0: prévision", "CATEGORIES:Prévision"]), ("en", ["SUMMARY:Rust: prediction"])])
def test_calendars(module_site, lang, words):
    assert language(module_site, lang).returncode == 0
    text = module_site.get("/feeds/rust.ics").text.replace("\r\n ", "")
    ids = re.findall(r"^UID:.*$", text, re.M)
    assert all(w in text for w in words), text[:1500]
    assert ids and all(re.match(r"UID:(editorial|fact)-|UID:tag:|UID:[\w:.,/-]+", i) for i in ids)


def test_a_preview_in_german(module_site):
    site = module_site
    assert language(site, "de").returncode == 0
    site.sql("INSERT INTO product (slug, name, status) VALUES ('entwurf', 'Entwurfsding', 'draft')")
    (token,), = site.sql("SELECT preview_token FROM product WHERE slug = 'entwurf'")
    text = html.unescape(site.get(f"/preview/{token}").text)
    assert "Entwurf" in text and "So sehen Leser die Seite, sobald das Produkt veröffentlicht ist." in text and "jedes Speichern verlängert ihn" in text
    assert "Dieser Link zu einer Vorschau ist nicht oder nicht mehr gültig." in html.unescape(site.get("/preview/" + "a" * len(token)).text)


FAULTY = {"slug": "fehlerhaft", "name": "Fehler\u200bhaft", "status": "draft", "summary": "Ein <b>langes</b> Wort. " * 9,
          "website_url": "siehe unten", "logo_url": "http://x.example/l.png"}


def findings(site, id):
    return json.loads(site.diptych("lint", "--json", "--table", "product", "--id", str(id)).stdout)["findings"]


def test_what_a_preview_finds_is_in_german(module_site):
    """A row with several faults: the banner has all that `diptych lint` says, and nothing of it in English."""
    site = module_site
    site.sql(f"INSERT INTO product ({', '.join(FAULTY)}) VALUES ({', '.join(['%s'] * len(FAULTY))})", *FAULTY.values())
    (id, token), = site.sql("SELECT id, preview_token FROM product WHERE slug = 'fehlerhaft'")
    assert language(site, "en").returncode == 0
    english = findings(site, id)
    assert language(site, "de").returncode == 0
    banner = lxml.html.document_fromstring(site.get(f"/preview/{token}").text).find_class("preview")[0]
    shown = [" ".join(li.text_content().split()) for li in banner.iter("li")]
    assert {f["rule"] for f in english} >= {"unseen", "markup", "summary_long", "address", "picture_http"}
    assert [f for f in findings(site, id)
            if not any(line.startswith(f"product {id}, {f['column']}: ") and line.endswith(f" {f['meaning']}. Zu tun: {f['advice']}.") for line in shown)] == []
    assert [text for f in english for text in (f["meaning"], f["advice"]) if text in "\n".join(shown)] == []
    assert not banner.xpath(".//*[@lang]"), "all of it is in the language of the page"


@pytest.mark.parametrize("lang, word", [("en", "velocity"), ("fr", "vélocité")])
def test_a_badge_is_as_wide_as_its_letters(module_site, lang, word):
    """Not as its bytes."""
    assert language(module_site, lang).returncode == 0
    badge = module_site.get("/badge/kafka.svg").text
    assert f">{word}</text>" in badge
    assert re.search(r'<rect x="(\d+)"', badge)[1] == str(7 * len(word) + 10)

"""`languages`: each page that may be indexed names itself in the other languages of the site."""
import re
import sys

import pytest

from lib.servers import TOP, diptych

sys.path.append(str(TOP / "tests/browser"))
from pages import PAGES  # noqa: E402

OTHERS = {"de": "https://de.example.org", "fr": "https://example.org/fr"}
LINE = ", ".join(f"{tag} {url}" for tag, url in OTHERS.items())


@pytest.fixture(scope="module")
def several(module_site):
    configure(module_site, languages=LINE, lang="en", deadline=8000)
    return module_site


def configure(site, **config):
    """Returns when the workers of the old configuration, which could still answer, are gone."""
    site.config.update(config)
    site.write_config()
    assert site.diptych("reload").returncode == 0
    site.workers(2)


def named(text):
    return dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', text))


@pytest.mark.parametrize("path", PAGES.values())
def test_a_page_names_itself_in_each_language(several, path):
    answer = several.get(path)
    canonical = re.search(r'<link rel="canonical" href="([^"]+)">', answer.text)
    indexed = canonical and 'name="robots"' not in answer.text and canonical[1] == re.search('"og:url" content="([^"]+)"', answer.text)[1]
    own = several.url + canonical[1].removeprefix(several.url) if canonical else None
    assert named(answer.text) == ({**{tag: own.replace(several.url, url) for tag, url in OTHERS.items()}, "en": own, "x-default": own}
                                  if indexed else {})


def test_pages_of_a_list(several):
    path = "/products/traefik?page=2"
    text = several.get(path).text
    if 'rel="canonical"' in text and 'name="robots"' not in text:
        assert all(url.endswith(path) for url in named(text).values())
    assert "hreflang" not in several.get("/search?q=kafka").text and "hreflang" not in several.get("/products.md").text


@pytest.mark.parametrize("languages, lang, default", [
    ("fr https://fr.example.org", "de", "de"), ("fr https://fr.example.org, en https://example.org", "de", "en"),
    ("fr https://fr.example.org, x-default https://www.example.org", "de", "www.example.org"),
    ("x-default https://www.example.org", "de", "www.example.org")])
def test_all_sites_name_the_same_default(module_site, languages, lang, default):
    configure(module_site, languages=languages, lang=lang)
    links = named(module_site.get("/products/kafka").text)
    assert links["x-default"] == links.get(default, f"https://{default}/products/kafka")
    own = {**dict(entry.split() for entry in languages.split(", ")), lang: module_site.url}
    configure(module_site, languages=", ".join(f"{tag} {url}" for tag, url in own.items()))
    assert named(module_site.get("/products/kafka").text) == links, "the own entry may stand in the line"


def test_without_the_key_no_page_has_such_links(sample_site):
    assert "hreflang" not in sample_site.get("/products/kafka").text


@pytest.mark.parametrize("value, right", [
    (LINE, True), ("", True), ("de https://de.example.org,", True), ("de", False), ("https://de.example.org", False), ("de https://x/", False),
    ("de https://x, de https://y", False), ("d_e https://x", False), ("de ftp://x", False), ("de https://x y", False),
    (", ".join(f"a{chr(97 + i // 26)}{chr(97 + i % 26)} https://x" for i in range(33)), False),
    ("en https://elsewhere.example.org", False), ("en https://here.example.org", True)])
def test_what_the_key_takes(tmp_path, value, right):
    path = tmp_path / "diptych.conf"
    path.write_text(f'base_url = "https://here.example.org"\n\nlanguages = "{value}"\n')
    done = diptych("check", config=path)
    said = done.stdout + done.stderr
    assert ("languages" in said) != right, said
    assert right or re.search(rf"^(.*: )?{path}:3: languages", said, re.M), said

"""The catalogues in po/: complete, used, well formed; and no text of a template that no catalogue can translate."""
import gettext
import re
import subprocess
from functools import cache

import pytest

from tree import TOP

CATALOGUES = sorted((TOP / "po").glob("*.po"))
PAGES = sorted((TOP / "templates").glob("*.mustache"))
TAG = re.compile(r"\{\{[#^/&>]?[^}]*\}\}")
MARKUP = re.compile(r"<[^>]*>")
MESSAGE = re.compile(r"\{\{#(_(?: [^}]*)?)\}\}(.*?)\{\{/\1\}\}")


def run(*command, text=None):
    done = subprocess.run([str(c) for c in command], input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def catalogue(folder, text, name):
    """{(context, id): [translations]} of a po file, read as the program reads it."""
    made = folder / f"{name}.mo"
    run("msgfmt", "--check", "-o", made, "-", text=text)
    pairs = {}
    with made.open("rb") as f:
        for key, value in gettext.GNUTranslations(f)._catalog.items():
            if isinstance(key, tuple):
                pairs.setdefault(key[0], []).append(value)
            elif key:
                pairs[key] = [value]
    return pairs


@cache
def template():
    return run("sh", TOP / "po/extract")


@pytest.fixture(scope="module")
def wanted(tmp_path_factory):
    """The messages of the source: English to English."""
    return catalogue(tmp_path_factory.mktemp("mo"), run("msgen", "-", text=template()), "en")


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda p: p.name)
def test_each_message_is_translated_and_each_translation_is_used(path, wanted, tmp_path):
    assert "fuzzy" not in path.read_text() and "\n#~" not in path.read_text()
    have = catalogue(tmp_path, path.read_text(), "x")
    assert [k for k in wanted if k not in have] == [], "not translated: add it"
    assert [k for k in have if k not in wanted] == [], "no source has this message: remove it"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda p: p.name)
def test_a_translation_has_the_tags_the_markup_and_the_arguments_of_its_message(path, wanted, tmp_path):
    """Tags may stand in another order.  A chart's key may move in its picture."""
    wrong = []
    for key, forms in catalogue(tmp_path, path.read_text(), "x").items():
        english = wanted.get(key, [""])[-1]
        for text in forms:
            named = [sorted(set(TAG.findall(t)) | set(re.findall(r"%\d\$s", t))) for t in (english, text)]
            markup = [sorted(re.sub(r'\d+', "0", m) for m in MARKUP.findall(t)) for t in (english, text)]
            if "rtl" not in text and not key.startswith("singular") and named[0] != named[1]:
                wrong.append((key, text))
            elif markup[0] != markup[1] and 'class="vh"' not in english:
                wrong.append((key, text))
            elif not key.startswith("groups of digits") and (text.strip() != text or english.strip() != english):
                wrong.append((key, text, "blanks at an end"))
    assert not wrong


def bare_words(line, html):
    """What is left of a line without messages, tags and markup."""
    line = MESSAGE.sub("", re.sub(r"\{\{!.*?\}\}", "", line))
    if html:
        spoken = " ".join(re.findall(r'(?:aria-label|alt|placeholder|title|data-unit)="([^"]*)"', line))
        line = MARKUP.sub(" ", line) + " " + spoken
    return re.findall(r"[A-Za-z]{2,}", TAG.sub(" ", line.replace("{{{", "{{").replace("}}}", "}}")))


@pytest.mark.parametrize("path", [p for p in PAGES if p.suffixes[-2] in (".html", ".md")], ids=lambda p: p.name)
def test_all_text_of_a_template_is_a_message(path):
    text = re.sub(r"\{\{!.*?\}\}", "", path.read_text(), flags=re.S)
    wrong = [(n, words) for n, line in enumerate(text.splitlines(), 1)
             if (words := bare_words(line, ".html" in path.name)) and words != ["leaderboard"]]
    assert not wrong, "write {{#_}}text{{/_}}"


def test_no_french_word_that_elides_stands_before_a_name():
    """"que Ansible" would have to be "qu’Ansible", and nobody knows the first letter of a name."""
    text = (TOP / "po/fr.po").read_text()
    wrong = [s for s in re.findall(r'^msgstr.* "(.*)"$|^msgstr "(.*)"$', text, re.M) for s in s
             if re.search(r"\b(?:[cC]e que|Qu’est-ce que|meilleur que|produits? proches? de|Proches? de) (?:%\d\$s|\{\{(?:name|title|product)\}\})", s)]
    assert not wrong


def test_lint_knows_the_questions_that_pages_ask():
    """It names a question of an editor that the page asks itself: each format must be one of the pages."""
    formats = re.findall(r'N_\("([^"]+\?)"\)', (TOP / "fcgi/lint/lint_questions.c").read_text())
    asked = "".join(p.read_text() for p in (TOP / "fcgi/site").glob("*.c"))
    assert len(formats) >= 5 and [f for f in formats if f'_("{f}")' not in asked] == []

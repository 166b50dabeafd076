"""The words that readers see: the fixed sentences of templates, C sources and nginx, and the prose of the sample.

Quotation marks and apostrophes are curly, the spelling is British, and mistakes that were made once are not made
again.  Code spans, addresses and markup are left out.  test_sample_counts.py checks the numbers of the sample's prose.
"""
import csv
import re

import pytest

from tree import FCGI, TOP

SAMPLE = TOP / "sql" / "sample"
# The columns of the sample's tables that pages show as prose.
COLUMNS = {"summaries": ("summary",), "alternatives": ("reason",), "attributes": ("name", "group", "help"),
           "facts": ("value", "note"), "posts": ("title",), "sectors": ("name",), "sparks": ("why",)}
SOURCES = ("site/*.[ch]", "model/*.[ch]", "image/*.[ch]", "http/bare_error.c")
AMERICAN = re.compile(r"\b(?:colors?|centers?|centered|behaviors?|favorites?|favors?|honors?|labors?|neighbors?|rumors?|"
                      r"(?:organ|recogn|optim|custom|initial|serial|virtual|categor|summar|minim|maxim|special|util|real|"
                      r"normal|synchron|author|general|central|stabil|priorit|emphas|final|modern)iz(?:e|ed|es|ing|ation|ations)|"
                      r"analyz(?:e|ed|es|ing)|licenses?|judgment|toward|gray|cancel(?:ed|ing)|label(?:ed|ing)|model(?:ed|ing)|"
                      r"travel(?:ed|ing|er)|fulfill|skeptic\w*|defense|offense|dialogs?|aging|artifacts?)\b")
# Proper names and words of a form that is not ours to change.
PROPER = re.compile(r"\b(?:MIT|Business Source|Apache|Public) License\b|\[?license\]?(?=:)")
MISTAKES = {
    r"\bhas (?!had|been)\w+ \w+ since\b": "has had … since",
    r"\b(?:is|are) (?:now |officially )?(?:ready|built|stable|supported|archived|available)\b[^.;:]{0,60}\bsince\b": "has been … since",
    r"\ba version of \d{4}\b": "a version from 2016",
    r", and no rivals?\b": "neighbours, not rivals",
    r"\bsparks those\b": "sparks are no releases: they are counted over 30 days",
    r"\bwill not come back\b": "what was withdrawn may be published again",
    r"\bfastest\b[^.]*\bby far\b": "a rank is the table’s to state",
    r"\bof 90 days\b|\bof 30 days\b": "in 90 days",
    r"\bWhy this score:": "a heading, not a sentence",
    r"[^.]\.\.(?!\.)|\.\?|\?\.|!\.": "two stops",
    r" ,|  +\S": "blanks",
}


def mustache_prose(text):
    text = re.sub(r"\{\{!.*?\}\}", "", text, flags=re.S)
    text = re.sub(r"\{\{\{.*?\}\}\}|\{\{.*?\}\}", "§", text, flags=re.S)
    text = re.sub(r' "§"(?=\S*\))', "", text)  # the title of a Markdown link
    attributes = " ".join(re.findall(r'(?:aria-label|alt|title|placeholder|content)="([^"]*)"', text))
    text = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.S)
    text = re.sub(r"`[^`]*`|<code>.*?</code>", "§", text, flags=re.S)
    return re.sub(r"<[^>]*>", "\n", text) + "\n" + attributes


def markdown_prose(text):
    text = re.sub(r"\A---\n(.*?)\n---\n", lambda m: re.sub(r"(?m)^\w+: ", "", m[1]) + "\n", text, flags=re.S)
    text = re.sub(r"```.*?```", "", text, flags=re.S)
    return re.sub(r"\]\([^)]*\)", "]", re.sub(r"`[^`]*`", "§", text))


def c_prose(text):
    """The string literals that hold words: what has a blank between letters, or an apostrophe after one."""
    text = re.sub(r"(?m)^\s*#include.*$", "", re.sub(r"/\*.*?\*/", "", text, flags=re.S))
    text = re.sub(r"'(?:[^'\\\n]|\\.)'", "", text)
    for literal in re.findall(r'"((?:[^"\\\n]|\\.)*)"', text):
        literal = re.sub(r"<[^>]*>", " ", literal.replace("\\n", "\n").replace('\\"', '"'))
        if re.search(r"[a-z] [a-z]|\w'", literal) and not re.search(r'[{<]|":|="', literal):
            yield literal


def table_prose(path, columns):
    with path.open(newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row[column] for row in rows for column in columns if row[column] and "://" not in row[column]]


def passages():
    for path in sorted((TOP / "templates").glob("*.mustache")):
        if path.name not in ("badge.svg.mustache", "feed.xml.mustache", "robots.txt.mustache"):
            yield path, [mustache_prose(path.read_text())]
    for pattern in SOURCES:
        for path in sorted(FCGI.glob(pattern)):
            yield path, list(c_prose(path.read_text()))
    for path in sorted(SAMPLE.glob("*/*.md")):
        yield path, [markdown_prose(path.read_text())]
    for name, columns in COLUMNS.items():
        for path in sorted(SAMPLE.glob(f"{name}.tsv")) + sorted(SAMPLE.glob(f"{name}.*.tsv")):
            yield path, table_prose(path, columns)
    for path in sorted((TOP / "nginx").glob("*.conf")):
        yield path, [re.sub(r"<[^>]*>", "\n", page) for page in re.findall(r'(?m)^\s*return \d+ "(.*)";$', path.read_text())]


PASSAGES = [(path, texts) for path, texts in passages() if texts]
IDS = [str(path.relative_to(TOP)) for path, _ in PASSAGES]


def test_there_are_words_to_read():
    assert len(PASSAGES) > 150
    assert sum(len(t) for _, texts in PASSAGES for t in texts) > 150000


@pytest.mark.parametrize("path, texts", PASSAGES, ids=IDS)
def test_quotation_marks_and_apostrophes_are_curly(path, texts):
    wrong = [line.strip() for text in texts for line in text.split("\n") if re.search(r"[\"']", line)]
    assert wrong == []


@pytest.mark.parametrize("path, texts", PASSAGES, ids=IDS)
def test_the_spelling_is_british(path, texts):
    found = [word for text in texts for word in AMERICAN.findall(PROPER.sub("", text))]
    assert found == []


@pytest.mark.parametrize("path, texts", PASSAGES, ids=IDS)
def test_no_mistake_is_made_again(path, texts):
    wrong = [(m[0], better) for text in texts for pattern, better in MISTAKES.items() for m in re.finditer(pattern, text)
             if not (better in ("blanks", "two stops") and path.suffix in (".mustache", ".c", ".h"))]
    assert wrong == []


@pytest.mark.parametrize("text, test", [
    ("The page's content", test_quotation_marks_and_apostrophes_are_curly),
    ('He said "no" to it', test_quotation_marks_and_apostrophes_are_curly),
    ("Its license and color", test_the_spelling_is_british), ("They recognized it", test_the_spelling_is_british),
    ("Kafka has share groups since 4.2.", test_no_mistake_is_made_again), ("They are ready since 4.2.", test_no_mistake_is_made_again),
    ("a version of 2016", test_no_mistake_is_made_again), ("neighbours, and no rivals", test_no_mistake_is_made_again)])
def test_the_lint_sees_what_it_is_for(text, test):
    for prose in (mustache_prose(f"<p>{text}</p>"), markdown_prose(text), *c_prose('f("%s");' % text.replace('"', '\\"'))):
        with pytest.raises(AssertionError):
            test(SAMPLE / "a.md", [prose])


@pytest.mark.parametrize("path", sorted(SAMPLE.glob("editorials/*.md")), ids=lambda p: p.name)
def test_no_headline_stands_in_quotation_marks(path):
    headline = re.search(r"(?m)^headline: (.*)$", path.read_text())[1]
    assert headline[0] not in "“‘«„\"'"

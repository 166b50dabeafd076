"""The sample site "Sidelight": what is promised of its rows, and of the loader that makes them.

The loader runs against a real MariaDB with the real schema and triggers. What an editor can get wrong in a
text is checked too: a section's length, a version that does not exist or lies after the text's own date, a
link inside the site that leads nowhere, a sentence that was used before.
"""
import re
import shutil
import subprocess
import time
from collections import Counter, defaultdict
from datetime import datetime

import pytest

from lib.servers import SLOW, TOP

SAMPLE = TOP / "sql" / "sample"
AS_OF = datetime(2026, 8, 22, 12)
SECTIONS = ("current_state_md", "heading_md", "prediction_md")
ASKED_FOR = {"kafka", "kubernetes", "redis", "nats", "nginx"}
VERSION = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+)+)(?!\w)")
MARKDOWN = {"emphasis": r"(?<!\*)\*[^*\s][^*]*\*(?!\*)", "strong": r"\*\*[^*]+\*\*", "link": r"\]\(https?://",
            "list": r"(?m)^- ", "numbers": r"(?m)^1\. ", "code": r"`[^`]+`", "quotation": r"(?m)^> "}


def load(folder=SAMPLE):
    return subprocess.run([str(folder / "load")], capture_output=True, text=True)


@pytest.fixture
def copy(tmp_path):
    """The sample's files, to be spoilt."""
    return shutil.copytree(SAMPLE, tmp_path / "sample")


@pytest.fixture(scope="module")
def slugs(sample_database):
    return dict(sample_database.sql("SELECT id, slug FROM product"))


@pytest.fixture(scope="module")
def texts(sample_database, slugs):
    """(slug, status, updated_at, headline, three sections, published_at) of every editorial."""
    rows = sample_database.sql(f"SELECT product_id, status, updated_at, headline, {', '.join(SECTIONS)}, published_at "
                               "FROM editorial")
    return [(slugs[row[0]], row[1], row[2], row[3], row[4:7], row[7]) for row in rows]


@pytest.fixture(scope="module")
def releases(sample_database, slugs):
    found = defaultdict(dict)
    for product, version, when in sample_database.sql(
            "SELECT product_id, version, occurred_at FROM activity WHERE kind = 'release'"):
        found[slugs[product]][version] = when
    return found


def words(markdown):
    return len(re.sub(r"\]\([^)]*\)", "]", markdown).split())


# ---- products and what they shipped ---------------------------------------

def test_a_hundred_products_and_two_examples(sample_database):
    count = Counter(status for (status,) in sample_database.sql("SELECT status FROM product"))
    assert count == {"published": 100, "archived": 1, "draft": 1}
    examples = sample_database.sql("SELECT slug, name FROM product WHERE status <> 'published' ORDER BY slug")
    assert examples == [("example-archived", "Example Archived Product"), ("example-draft", "Example Draft Product")]


def test_sectors_and_themes_in_their_order(sample_database):
    def of(slug, what):
        return [name for (name,) in sample_database.sql(
            f"SELECT x.slug FROM {what} x JOIN product_{what} l ON l.{what}_id = x.id "
            "JOIN product p ON p.id = l.product_id WHERE p.slug = %s ORDER BY l.sort", slug)]
    assert len(sample_database.sql("SELECT id FROM sector")) == 14
    assert of("kafka", "sector") == ["devops", "message-queues-streaming"]
    assert of("kubernetes", "sector") == ["devops", "infra-apis"]
    assert of("kafka", "theme") == ["streaming", "kafka-queues", "kraft-migration", "share-groups"]
    assert sample_database.sql("SELECT COUNT(*) FROM product p WHERE NOT EXISTS "
                               "(SELECT 1 FROM product_sector l WHERE l.product_id = p.id AND l.sort = 0)") == [(0,)]


def test_aliases(sample_database):
    assert sample_database.sql("SELECT a.slug, p.slug FROM product_alias a JOIN product p ON p.id = a.product_id "
                               "ORDER BY a.slug") == [("apache-kafka", "kafka"), ("k8s", "kubernetes"),
                                                      ("postgres", "postgresql")]


def test_releases_of_every_product(sample_database, releases):
    assert len(releases) == 100
    assert min(len(versions) for versions in releases.values()) >= 10
    assert sum(len(versions) for versions in releases.values()) == 3246
    hidden = sample_database.sql("SELECT title FROM activity WHERE occurred_at > %s", AS_OF)
    assert hidden == [("Apache Kafka 4.2.2 released",)]


def test_the_class_of_a_release_follows_from_its_number(sample_database):
    rows = sample_database.sql("SELECT version, class, title, url FROM activity WHERE kind = 'release'")
    assert {row[1] for row in rows} == {"spark", "improvement", "trivial"}
    for version, found, title, url in rows:
        plain = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", version)
        if plain:
            _, minor, patch = map(int, plain.groups())
            assert found == ("trivial" if patch else "improvement" if minor else "spark"), version
        assert title.endswith(f" {version} released")
        assert url.startswith("https://")
        assert not re.search(r"alpha|beta|-rc|-dev|-M\d", version, re.I), "a prerelease"


def test_posts_and_events_of_six_products(sample_database):
    rows = sample_database.sql("SELECT p.slug, a.kind FROM activity a JOIN product p ON p.id = a.product_id "
                               "WHERE a.kind <> 'release'")
    assert {slug for slug, _ in rows} >= {"kafka", "kubernetes"} and len({slug for slug, _ in rows}) == 6
    assert {kind for _, kind in rows} == {"post", "event"}


# ---- editors' words -------------------------------------------------------

def test_editorials_in_many_sectors(sample_database, texts):
    published = {slug for slug, status, *_ in texts if status == "published"}
    assert len(published) >= 24 and ASKED_FOR <= published
    first = {slug for (slug,) in sample_database.sql(
        "SELECT DISTINCT s.slug FROM editorial e JOIN product_sector l ON l.product_id = e.product_id AND l.sort = 0 "
        "JOIN sector s ON s.id = l.sector_id WHERE e.status = 'published'")}
    assert len(first) >= 8
    count = Counter(slug for slug, status, *_ in texts if status == "published")
    assert sum(number > 1 for number in count.values()) == 2, "two products have a history"
    assert sum(status == "draft" for _, status, *_ in texts) == 1


def test_every_section_has_its_length(texts):
    wrong = [(slug, words(section)) for slug, _, _, _, sections, _ in texts for section in sections
             if not 60 <= words(section) <= 150]
    assert not wrong


def test_the_markdown_is_real(texts):
    everything = "\n\n".join("\n\n".join(sections) for *_, sections, _ in texts)
    assert [name for name, pattern in MARKDOWN.items() if not re.search(pattern, everything)] == []


def test_times_lie_before_the_clock_of_the_site(texts):
    for slug, status, updated, _, _, published in texts:
        assert updated <= AS_OF, slug
        assert (published is None) == (status == "draft"), slug
        assert published is None or published <= updated, slug


def test_versions_in_a_text_exist_and_are_older_than_it(texts, releases):
    def known(slug, version, until):
        return any(found == version or found.startswith(version + ".") for found, when in releases[slug].items()
                   if when <= until)
    wrong = [(slug, version) for slug, _, updated, headline, sections, _ in texts
             for version in VERSION.findall("\n".join((headline, *sections))) if not known(slug, version, updated)]
    assert not wrong


def test_no_sentence_is_used_twice(texts):
    count = Counter(sentence.strip() for *_, sections, _ in texts for section in sections
                    for sentence in re.split(r"(?<=[.?!])\s+", section) if len(sentence.split()) > 4)
    assert [sentence for sentence, number in count.items() if number > 1] == []


def test_links_inside_the_site_lead_somewhere(sample_database, slugs):
    published = {slug for (slug,) in sample_database.sql("SELECT slug FROM product WHERE status = 'published'")}
    bodies = [body for table, columns in (("editorial", SECTIONS), ("faq", ("answer_md",)), ("page", ("body_md",)),
                                          ("comparison", ("intro_md", "verdict_md")))
              for row in sample_database.sql(f"SELECT {', '.join(columns)} FROM {table}") for body in row]
    links = set(re.findall(r"\]\((/[^)]*)\)", "\n".join(bodies)))
    assert len(links) > 10
    for link in links - {"/", "/about", "/methodology"}:
        _, kind, rest = link.split("/")
        named = rest.split("-vs-")
        assert kind in ("products", "compare", "alternatives") and set(named) <= published, link
        assert named == sorted(named) and len(named) == (2 if kind == "compare" else 1), link


def test_questions_pairs_and_pages(sample_database):
    def number(where):
        return sample_database.sql(f"SELECT COUNT(*), COUNT(DISTINCT product_id) FROM faq WHERE {where}")[0]
    assert number("product_id IS NULL") == (8, 0)
    assert number("product_id IS NOT NULL AND other_product_id IS NULL")[1] >= 6
    assert number("other_product_id IS NOT NULL")[0] >= 2
    pairs = sample_database.sql("SELECT a.slug, b.slug FROM comparison c JOIN product a ON a.id = c.product_id "
                                "JOIN product b ON b.id = c.other_product_id")
    assert len(pairs) >= 4 and ("kafka", "kubernetes") in pairs
    assert sample_database.sql("SELECT slug FROM page ORDER BY slug") == [("about",), ("methodology",)]
    about = sample_database.sql("SELECT body_md FROM page WHERE slug = 'about'")[0][0]
    assert "endoflife-date/release-data" in about and "MIT" in about and "(c) endoflife.date" in about


# ---- the loader -----------------------------------------------------------

def test_loading_takes_seconds_and_a_second_load_changes_nothing(database):
    begun = time.monotonic()
    database.load_sample()
    assert time.monotonic() - begun < 5 * SLOW
    database.sql("UPDATE product SET name = 'Renamed' WHERE slug = 'kafka'")
    before = database.sql("SELECT COUNT(*), MAX(seq) FROM change_log")
    database.load_sample()
    assert database.sql("SELECT COUNT(*), MAX(seq) FROM change_log") == before
    assert database.sql("SELECT name FROM product WHERE slug = 'kafka'") == [("Renamed",)]


def test_every_character_arrives(database, copy):
    name = r"""O'Neil "\n\\ \' ; -- %s 🦊 é"""
    products = copy / "products.tsv"
    products.write_text(products.read_text().replace("\tApache Kafka\t", f"\t{name}\t", 1))
    answer = "A `\\` and a ' and\n\na second; line -- of 🦊\n"
    (copy / "faq" / "site.md").write_text(f"## Why?\n\n{answer}")
    rows = load(copy)
    assert rows.returncode == 0, rows.stderr
    database.script(rows.stdout)
    assert database.sql("SELECT name FROM product WHERE slug = 'kafka'") == [(name,)]
    assert database.sql("SELECT answer_md FROM faq WHERE product_id IS NULL") == [(answer,)]


@pytest.mark.parametrize("file, old, new, said", [
    ("releases.tsv", "\tspark\t", "\tsparks\t", "'sparks' is none of spark, improvement, trivial"),
    ("releases.tsv", "T00:00:00Z\t", "T0:00:00Z\t", "is not a time like"),
    ("posts.tsv", "kafka\tpost", "kafko\tpost", "no product has the slug 'kafko'"),
    ("products.tsv", "\tdevops,infra-apis\t", "\tdevops,infra\t", "'infra' is not listed"),
    ("products.tsv", "\tdevops,infra-apis\t", "\tdevops,infra-apis\tmore\t", "too many or too few fields"),
    ("editorials/nats.md", "## Prediction", "## Outlook", "the headings must be"),
    ("editorials/nats.md", "author: ", "by: ", "the front matter has no 'author'"),
])
def test_a_mistake_in_a_file_is_named_and_prints_no_sql(copy, file, old, new, said):
    path = copy / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    rows = load(copy)
    assert rows.returncode == 1 and rows.stdout == ""
    assert re.match(rf"load: {re.escape(file)}:\d+: ", rows.stderr) and said in rows.stderr

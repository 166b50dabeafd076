"""The sample site "Sidelight": what is promised of its rows, and of the loader that makes them.

The loader runs against a real MariaDB with the real schema and triggers. What an editor can get wrong in a
text is checked too: a section's length, a version that does not exist or lies after the text's own date, a
link inside the site that leads nowhere, a sentence that was used before.
"""
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from datetime import datetime

import pytest

from lib.servers import TOP

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
    (tmp_path / "templates").symlink_to(TOP / "templates")
    return shutil.copytree(SAMPLE, tmp_path / "sql/sample")


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


def test_the_class_of_a_release_follows_from_its_number_or_the_list_of_sparks(sample_database):
    rows = sample_database.sql("SELECT p.slug, a.version, a.class, a.title, a.url FROM activity a "
                               "JOIN product p ON p.id = a.product_id WHERE a.kind = 'release'")
    assert {row[2] for row in rows} == {"spark", "improvement", "trivial"}
    sparks = {tuple(line.split("\t")[:2]) for path in SAMPLE.glob("sparks*.tsv")
              for line in path.read_text().splitlines()[1:]}
    for slug, version, found, title, url in rows:
        plain = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", version)
        if (slug, version) in sparks:
            assert found == "spark", (slug, version)
        elif plain:
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
    assert sum(number > 1 for number in count.values()) == 7, "seven products have a history"
    assert sum(status == "draft" for _, status, *_ in texts) == 1


def test_every_section_has_its_length(texts):
    wrong = [(slug, words(section)) for slug, _, _, _, sections, _ in texts for section in sections
             if not 60 <= words(section) <= 150]
    assert not wrong


def test_settled_predictions_name_a_release_between_them_and_now(sample_database):
    rows = sample_database.sql("SELECT e.prediction_state, e.prediction_note, e.published_at, a.occurred_at, "
                               "a.product_id = e.product_id FROM editorial e LEFT JOIN activity a "
                               "ON a.id = e.prediction_activity_id WHERE e.prediction_state <> 'open'")
    assert Counter(state for state, *_ in rows) == {"came_true": 4, "failed": 3}
    for _, note, published, occurred, same in rows:
        assert note and same and published < occurred <= AS_OF


@pytest.mark.parametrize("front, said", [
    ("prediction_state: maybe", "'maybe' is none of open, came_true, failed"),
    ("prediction_state: failed", "a graded prediction has a release or a note"),
    ("prediction_note: Because.", "a graded prediction has a release or a note, an open one has neither"),
    ("prediction_state: failed\nprediction_release: 99.0.0", "no release of kafka has the version '99.0.0'"),
    ("prediction_state: failed\nprediction_note: " + "x" * 501, "the prediction_note has 501 characters, 500 at most"),
])
def test_a_mistake_in_a_grade_is_named(copy, front, said):
    path = copy / "editorials" / "kafka.md"
    path.write_text(path.read_text().replace("author:", f"{front}\nauthor:", 1))
    rows = load(copy)
    assert rows.returncode == 1 and rows.stdout == ""
    assert rows.stderr.startswith("load: editorials/kafka.md:1: ") and said in rows.stderr, rows.stderr


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
    links = {link for link in links if not link.startswith("/static/")}  # see test_pictures_of_the_page_for_editors
    for link in links - {"/", "/about", "/editors-guide", "/methodology", "/predictions", "/badge/kafka.svg"}:
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
    assert sample_database.sql("SELECT slug FROM page ORDER BY slug") == [("about",), ("editors-guide",), ("methodology",)]
    about = sample_database.sql("SELECT body_md FROM page WHERE slug = 'about'")[0][0]
    assert "endoflife-date/release-data" in about and "MIT" in about and "(c) endoflife.date" in about


# ---- the loader -----------------------------------------------------------

def webp_size(data):
    """Width and height of a lossy picture."""
    assert data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8 ", data[:16]
    return tuple(int.from_bytes(data[at:at + 2], "little") & 0x3fff for at in (26, 28))


def test_pictures_of_the_page_for_editors(sample_site):
    """Each is served for ever, has words and its size, and is small."""
    from lib.page import parse
    answer = sample_site.get("/editors-guide")
    pictures = [node for node in parse(answer.text).all("img")]
    served = 0
    for picture in pictures:
        assert picture["src"].startswith("/static/editors-") and picture["loading"] == "lazy" and len(picture["alt"]) > 40, picture.attrs
        file = sample_site.get(picture["src"].split("#")[0])
        assert file.status == 200 and file["content-type"] == "image/webp" and "immutable" in file["cache-control"], picture["src"]
        assert webp_size(file.body) == (int(picture["width"]), int(picture["height"])), picture["src"]
        served += len(file.body)
    assert len(pictures) >= 9 and served < 400_000
    assert "img-src 'self'" in answer["content-security-policy"]
    assert {p.name for p in (TOP / "templates/assets").glob("editors-*")} == {
        re.sub(r"\.[0-9a-f]{12}\.", ".", node["src"].split("/")[-1].split("#")[0]) for node in pictures}


def test_a_picture_that_is_missing_is_named(copy):
    guide = copy / "pages/editors-guide.md"
    guide.write_text(guide.read_text().replace("editors-page.webp", "editors-none.webp"))
    said = load(copy)
    assert said.returncode != 0 and "there is no templates/assets/editors-none.webp" in said.stderr and not said.stdout


def test_a_second_load_changes_nothing(database):
    database.load_sample()
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


FACTS = {
    "summaries.tsv": "slug\tsummary\nkafka\tA log that is shared.\n",
    "summaries.2.tsv": "slug\tsummary\nnats\t" + "n" * 255 + "\n",
    "sparks.1.tsv": "product\tversion\twhy\nkafka\t4.2.1\tit changes what brokers do\n",
    "attributes.tsv": "slug\tname\tkind\tunit\tgroup\tsectors\thelp\n"
                      "written-in\tWritten in\tlist\t\tProject\t\tIts languages.\n"
                      "image\tImage\tnumber\tMB\t\tdevops,caches\t\n"
                      "open\tOpen\tbool\t\t\t\t\nsince\tSince\tdate\t\t\t\t\nneeds\tNeeds\tversion\t\t\t\t\n"
                      "home\tHome\turl\t\t\t\t\nmodel\tModel\ttext\t\t\t\t\n",
    "facts.1.tsv": "product\tattribute\tvalue\tnote\tsource_url\tchecked_on\n"
                   "kafka\twritten-in\tJava, Scala\tMostly.\thttps://example.org/a\t2026-08-22\n",
    "facts.2.tsv": "product\tattribute\tvalue\tnote\tsource_url\tchecked_on\n"
                   "kafka\timage\t-12.5\t\t\t\nkafka\topen\tpartly\t\t\t\nkafka\tsince\t2024-02-29\t\t\t\n"
                   "kafka\tneeds\t1.2.3-rc.1\t\t\t\nkafka\thome\thttps://example.org\t\t\t\n"
                   "nats\twritten-in\tGo\t\t\t\nnats\tmodel\tIt's \\ \u00e9\t\t\t\n",
    "alternatives.1.tsv": "product\tother\treason\nkafka\tnats\tFewer parts.\nnats\tkafka\tKeeps more.\n",
    "alternatives.2.tsv": "product\tother\treason\nkafka\tredis\tIt is there already.\n",
}


@pytest.fixture
def with_facts(copy):
    """The sample with files of this test's own for what is optional."""
    for name in ("summaries", "sparks", "attributes", "facts", "alternatives"):
        for path in copy.glob(f"{name}*.tsv"):
            path.unlink()
    for name, text in FACTS.items():
        (copy / name).write_text(text)
    return copy


def test_facts_picks_summaries_and_sparks_arrive(database, with_facts):
    assert re.search(r"^kafka\t4\.2\.1\t.*\ttrivial\t", (with_facts / "releases.tsv").read_text(), re.M)
    rows = load(with_facts)
    assert rows.returncode == 0, rows.stderr
    database.script(rows.stdout)
    assert database.sql("SELECT slug, summary FROM product WHERE summary IS NOT NULL ORDER BY slug") == [
        ("kafka", "A log that is shared."), ("nats", "n" * 255)]
    assert database.sql("SELECT version FROM activity a JOIN product p ON p.id = a.product_id WHERE p.slug = 'kafka' "
                        "AND class = 'spark' AND version NOT LIKE '%.0.0'") == [("4.2.1",)]
    assert database.sql("SELECT slug, kind, unit, group_name, help, sort, status FROM attribute ORDER BY id LIMIT 2") == [
        ("written-in", "list", None, "Project", "Its languages.", 0, "published"),
        ("image", "number", "MB", None, None, 1, "published")]
    assert database.sql("SELECT a.slug, s.slug FROM attribute_sector l JOIN attribute a ON a.id = l.attribute_id "
                        "JOIN sector s ON s.id = l.sector_id ORDER BY l.sort") == [("image", "devops"), ("image", "caches")]
    facts = database.sql("SELECT p.slug, a.slug, f.value, f.note, f.source_url, CAST(f.checked_on AS CHAR) FROM fact f JOIN "
                         "product p ON p.id = f.product_id JOIN attribute a ON a.id = f.attribute_id ORDER BY f.id")
    assert len(facts) == 8
    assert facts[0] == ("kafka", "written-in", "Java, Scala", "Mostly.", "https://example.org/a", "2026-08-22")
    assert facts[-1] == ("nats", "model", "It's \\ \u00e9", None, None, None)
    assert database.sql("SELECT p.slug, o.slug, a.sort, a.status FROM alternative a JOIN product p ON p.id = a.product_id "
                        "JOIN product o ON o.id = a.other_product_id ORDER BY p.slug, a.sort") == [
        ("kafka", "nats", 0, "published"), ("kafka", "redis", 1, "published"), ("nats", "kafka", 0, "published")]


def fact(attribute, value, source="", checked=""):
    return f"redis\t{attribute}\t{value}\t\t{source}\t{checked}\n"


BAD_VALUES = [("image", value) for value in ("1,5", "12 MB", "1.", ".5", "+1", "1e3", "\u0661")]
BAD_VALUES += [("open", value) for value in ("Yes", "true", "1")]
BAD_VALUES += [("since", value) for value in ("2026-02-30", "2026-2-3", "22.08.2026", "20260822", "2026-08-22T00:00:00Z")]
BAD_VALUES += [("needs", value) for value in ("Java 17", "17+", "latest")]
BAD_VALUES += [("written-in", value) for value in ("Java,Scala", "Java, ", "Java, Java", "Java;, ")]
BAD_VALUES += [("home", value) for value in ("example.org", "ftp://example.org", "https://", "https://a b")]


@pytest.mark.parametrize("attribute, value", BAD_VALUES)
def test_a_value_that_does_not_fit_its_kind_is_named(with_facts, attribute, value):
    path = with_facts / "facts.2.tsv"
    path.write_text(FACTS["facts.2.tsv"] + fact(attribute, value))
    rows = load(with_facts)
    assert rows.returncode == 1 and rows.stdout == ""
    assert rows.stderr.startswith("load: facts.2.tsv:9: "), rows.stderr
    assert "is not a value of the kind" in rows.stderr or "blanks around it" in rows.stderr


@pytest.mark.parametrize("file, line, said", [
    ("summaries.2.tsv", "kafko\tx\n", "3: no product has the slug 'kafko'"),
    ("summaries.2.tsv", "kafka\tx\n", "3: kafka: is already in summaries.tsv:2"),
    ("summaries.2.tsv", "redis\t\n", "3: the summary is empty"),
    ("summaries.2.tsv", "redis\t" + "x" * 256 + "\n", "3: the summary has 256 characters, 255 at most"),
    ("sparks.1.tsv", "kafka\t99.0.0\twhy\n", "3: no release of kafka has the version '99.0.0'"),
    ("sparks.1.tsv", "kafko\t4.2.1\twhy\n", "3: no product has the slug 'kafko'"),
    ("sparks.1.tsv", "kafka\t4.2.1\twhy\n", "3: kafka and 4.2.1: is already in sparks.1.tsv:2"),
    ("sparks.1.tsv", "kafka\t4.2.0\t\n", "3: the why is empty"),
    ("attributes.tsv", "open\tOpen\tbool\t\t\t\t\n", "9: open: is already in attributes.tsv:4"),
    ("attributes.tsv", "x\tX\tinteger\t\t\t\t\n", "9: 'integer' is none of text, number, bool, date, version, list, url"),
    ("attributes.tsv", "x\tX\ttext\t\t\tdevops,nosuch\t\n", "9: 'nosuch' is not listed in its table"),
    ("attributes.tsv", "X\tX\ttext\t\t\t\t\n", "9: 'X' is not a slug"),
    ("attributes.tsv", "x\tX\ttext\n", "9: too many or too few fields"),
    ("facts.2.tsv", fact("nosuch", "x"), "9: no attribute has the slug 'nosuch'"),
    ("facts.2.tsv", fact("open", "yes").replace("redis", "kafko"), "9: no product has the slug 'kafko'"),
    ("facts.2.tsv", fact("written-in", "C").replace("redis", "kafka"), "9: kafka and written-in: is already in facts.1.tsv:2"),
    ("facts.2.tsv", fact("model", ""), "9: the value is empty"),
    ("facts.2.tsv", fact("model", "x" * 2049), "9: the value has 2049 characters, 2048 at most"),
    ("facts.2.tsv", fact("model", "x", "example.org"), "9: 'example.org' is not an address"),
    ("facts.2.tsv", fact("model", "x", "", "yesterday"), "9: 'yesterday' is not a day"),
    ("alternatives.2.tsv", "kafka\tkafko\tr\n", "3: no product has the slug 'kafko'"),
    ("alternatives.2.tsv", "kafka\tkafka\tr\n", "3: kafka is no alternative to itself"),
    ("alternatives.2.tsv", "kafka\tnats\tr\n", "3: kafka and nats: is already in alternatives.1.tsv:2"),
    ("alternatives.2.tsv", "kafka\tvalkey\t\n", "3: the reason is empty"),
])
def test_a_mistake_in_an_optional_file_is_named(with_facts, file, line, said):
    (with_facts / file).write_text(FACTS[file] + line)
    rows = load(with_facts)
    assert rows.returncode == 1 and rows.stdout == ""
    assert rows.stderr.startswith(f"load: {file}:{said}"), rows.stderr


def test_other_columns_in_an_optional_file_are_named(with_facts):
    (with_facts / "sparks.1.tsv").write_text("product\tversion\nkafka\t4.2.1\n")
    assert load(with_facts).stderr == "load: sparks.1.tsv:1: the columns must be product, version, why\n"


@pytest.mark.parametrize("file, old, new, said", [
    ("releases.tsv", "\tspark\t", "\tsparks\t", "'sparks' is none of spark, improvement, trivial"),
    ("releases.tsv", "T00:00:00Z\t", "T0:00:00Z\t", "is not a time like"),
    ("posts.tsv", "kafka\tpost", "kafko\tpost", "no product has the slug 'kafko'"),
    ("products.tsv", "\tdevops,infra-apis\t", "\tdevops,infra\t", "'infra' is not listed"),
    ("products.tsv", "\tdevops,infra-apis\t", "\tdevops,infra-apis\tmore\t", "too many or too few fields"),
    ("editorials/nats.md", "## Prediction", "## Outlook", "the headings must be"),
    ("editorials/nats.md", "headline: NATS pairs its patches: each repair lands in two lines on the same day",
     'headline: "NATS pairs its patches: each repair lands in two lines on the same day"', "stands in quotation marks"),
    ("editorials/nats.md", "headline: NATS pairs its patches: each repair lands in two lines on the same day",
     "headline: “NATS pairs its patches”", "stands in quotation marks"),
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

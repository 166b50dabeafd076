"""WordPress itself, with the plugin, as an editor uses it through its REST API: each save is on the site within a second."""
import base64
import itertools
import json
import re

import pytest

from lib import wordpress_files
from lib.page import parse
from lib.servers import SLOW, wait_until
from lib.wordpress import ADAPTER
from lib.wordpress_server import EDITOR, Press

SECOND = 4 * SLOW  # on a busy machine; the watcher polls five times a second
NUMBERS = itertools.count(101)  # of one length, so that their order is that of their slugs
BLOCKS = ('<!-- wp:paragraph -->\n<p>It <strong>carries</strong> events.</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:heading -->\n'
          '<h2>In short</h2>\n<!-- /wp:heading -->\n\n<!-- wp:list -->\n<ul><!-- wp:list-item -->\n<li>one log</li>\n'
          '<!-- /wp:list-item --></ul>\n<!-- /wp:list -->')
CLASSIC = "It <em>serves</em> files.\n\nA second paragraph,\nwith a line of its own.\n\n<ul>\n<li>small</li>\n</ul>"


@pytest.fixture(scope="module")
def blog(request, templates):
    from conftest import _run
    from lib.servers import Site
    for site in _run(request, Site(templates, data="schema", config={"sweep_seconds": 86400, "as_of": "", "deadline": 8000})):
        press = Press(site)
        site.press = press.start()
        try:
            site.sectors = [press.rest("POST", "/wp/v2/sectors", {"name": name})["id"] for name in ("Streams & logs", "Storage")]
            yield site
        finally:
            press.stop()


def write(blog, base, **fields):
    """One form of an editor."""
    return blog.press.rest("POST", f"/wp/v2/{base}", {"status": "publish", **fields}, context="edit")


def change(blog, base, row, **fields):
    return blog.press.rest("POST", f"/wp/v2/{base}/{row['id']}", fields, context="edit")


def product(blog, **fields):
    name = f"Quokka {next(NUMBERS)}"
    return write(blog, "products", **{"title": name, "excerpt": f"The news of {name}", "content": BLOCKS, "sectors": blog.sectors,
                                      "meta": {"summary": f"A summary of {name}."}, **fields})


def path_of(blog, address):
    assert address.startswith(blog.url + "/"), address
    return address[len(blog.url):]


def plain_of(answer, element):
    return " ".join(next(parse(answer.text).all(element)).text.split())


def plain(answer):
    return plain_of(answer, "main")


def answers(blog, path, status=200):
    wait_until(lambda: blog.get(path).status == status, SECOND, f"{status} for {path}")
    return blog.get(path)


def shows(blog, path, words):
    wait_until(lambda: blog.get(path).status == 200 and words in plain(blog.get(path)), SECOND, f"{words!r} on {path}")


def lacks(blog, path, words):
    wait_until(lambda: blog.get(path).status != 200 or words not in plain(blog.get(path)), SECOND, f"no {words!r} on {path}")


def later(blog, *rows, seconds=2):
    """WordPress schedules a minute ahead at least; nobody waits that long here."""
    ids = ", ".join(str(row["id"]) for row in rows)
    blog.sql(f"UPDATE wp_posts SET post_date_gmt = UTC_TIMESTAMP() + INTERVAL {seconds * SLOW} SECOND WHERE ID IN ({ids})")


def test_a_product_with_its_editorial_in_one_form(blog):
    blog.sql("INSERT INTO attribute (slug, name, kind, status) VALUES ('written-in', 'Written in', 'list', 'published')")
    theme = blog.press.rest("POST", "/wp/v2/product-themes", {"name": "event-log"})["id"]
    row = product(blog, title="R&D <Kafka>", slug="kafka", status="draft", **{"product-themes": [theme]}, meta={
        "summary": "A log & more.", "website": "kafka.example", "repository": "https://git.example/kafka", "license": "Apache-2.0",
        "heading": "To <em>shorter</em> queues.\n\nAnd more.", "prediction": "It ends by 2030.", "velocity": "7.5",
        "written-in": "Java, Scala", "written-in_note": "and C", "written-in_source": "https://kafka.example/src",
        "written-in_checked": "2026-08-01"})
    assert blog.get("/products/kafka").status == 404
    row = change(blog, "products", row, status="publish")
    page = answers(blog, path_of(blog, row["link"]))
    text = plain(page)
    for words in ("R&D <Kafka>", "The news of Quokka", "It carries events.", "In short", "one log", "To shorter queues. And more.",
                  "It ends by 2030.", "Ada & Co.", "Streams & logs", "Java, Scala", "and C", "7.5", "Apache-2.0"):
        assert words in text, words
    assert '<strong>carries</strong>' in page.text and 'href="https://kafka.example"' in page.text and "wp:" not in page.text
    assert "A log & more." in str(blog.get("/products/kafka.json").json)
    shows(blog, "/themes/event-log", "R&D <Kafka>")
    shows(blog, "/sectors/streams-logs", "R&D <Kafka>")
    assert blog.metrics()["diptych_sweep_found_total"] == 0


def test_classic_content_is_whole(blog):
    row = product(blog, content=CLASSIC)
    text = answers(blog, path_of(blog, row["link"])).text
    assert "<em>serves</em> files" in text and re.search(r"A second paragraph,\s*<br>\s*with a line of its own", text) and "<li>small" in text


NOTE = "0f6c6c1e-5a4b-4c7e-9d0a-3a1f0a6f1d2e"


def noted(words, note=NOTE):
    """What the block editor writes of a text with a footnote."""
    return (f'<!-- wp:paragraph -->\n<p>{words}<sup data-fn="{note}" class="fn"><a href="#{note}" id="{note}-link">1</a></sup></p>\n'
            '<!-- /wp:paragraph -->\n\n<!-- wp:footnotes /-->')


def footnotes(blog, row, notes):
    """The field `footnotes`, which the REST API of WordPress 6.3 has.  Older ones know no footnotes."""
    if wordpress_files.version(blog.press.files) >= (6, 5):
        kind = {"product": "products", "editorial": "editorials", "faq": "questions", "comparison": "comparisons", "page": "pages"}[row["type"]]
        change(blog, kind, row, meta={"footnotes": notes})
    else:
        blog.press.php(f"update_post_meta({row['id']}, 'footnotes', wp_slash(base64_decode('{base64.b64encode(notes.encode()).decode()}')));")


def test_footnotes_follow_the_text(blog):
    """Of each type with blocks.  Their texts are in a field and change without the post."""
    other = product(blog)
    lists = json.dumps([{"id": NOTE, "content": "The <em>Ærø</em> report, “2026” \U0001f426."}, {"id": "unused", "content": "Nobody refers to it."}])
    for base, fields, at in (
            ("products", {}, lambda row: path_of(blog, row["link"])),
            ("editorials", {"title": "e", "excerpt": "News", "product": other["id"]}, lambda row: path_of(blog, other["link"])),
            ("questions", {"title": "Noted?", "product": other["id"]}, lambda row: f"/faq/{other['slug']}"),
            ("pages", {"title": "Noted", "slug": "noted"}, lambda row: "/noted")):
        words = f"Noted in {base}."
        row = product(blog, content=noted(words)) if base == "products" else write(blog, base, content=noted(words), **fields)
        shows(blog, at(row), words)
        footnotes(blog, row, lists)
        shows(blog, at(row), "The Ærø report, “2026” \U0001f426.")
        page = blog.get(at(row)).text
        assert "<em>Ærø</em>" in page and 'role="doc-endnotes"' in page and "Nobody refers to it" not in page
        assert re.search(r"\[\^[\w-]+\]: The \*Ærø\* report", blog.get(at(row) + ".md").text)
        footnotes(blog, row, lists.replace("report", "study"))
        shows(blog, at(row), "study")
        for broken in ("[", '{"id": 1}', '[1, null, {"id": {}}, {"content": "x"}]', ""):
            footnotes(blog, row, broken)
            lacks(blog, at(row), "study")
            shows(blog, at(row), words)
            footnotes(blog, row, lists.replace("report", "study"))
            shows(blog, at(row), "study")
        blog.press.rest("DELETE", f"/wp/v2/{base}/{row['id']}", force="true")


def test_the_first_value_of_a_field_counts(blog):
    """As get_post_meta() reads it; when it is deleted, the next one."""
    row = product(blog, meta={"license": "MIT"})
    path = path_of(blog, row["link"])
    shows(blog, path, "MIT")
    blog.press.php(f"add_post_meta({row['id']}, 'license', 'BSD-2-Clause');")
    assert "BSD-2-Clause" not in plain(blog.get(path))
    blog.press.php(f"delete_post_meta({row['id']}, 'license', 'MIT');")
    shows(blog, path, "BSD-2-Clause")
    blog.sql("UPDATE wp_postmeta SET meta_key = 'former' WHERE post_id = %s AND meta_key = 'license'", row["id"])
    lacks(blog, path, "BSD-2-Clause")
    kept = "SELECT post_id, meta_key, meta_id FROM wp_diptych_field ORDER BY post_id, meta_key"
    held = blog.sql(kept)
    assert held == blog.sql("SELECT post_id, MIN(meta_key), MIN(meta_id) FROM wp_postmeta WHERE meta_key = '_thumbnail_id'"
                            " OR meta_key NOT LIKE '|_%' ESCAPE '|' GROUP BY post_id, meta_key ORDER BY post_id, meta_key")
    blog.sql("DELETE FROM wp_diptych_field ORDER BY meta_id LIMIT 3")
    blog.sql("INSERT INTO wp_diptych_field (post_id, meta_key, meta_id) VALUES (999999, 'gone', 1)")
    blog.database.script(ADAPTER.read_text())
    assert blog.sql(kept) == held


def test_sectors_keep_the_order_of_the_form(blog):
    for order in (blog.sectors, blog.sectors[::-1]):
        row = product(blog, sectors=order)
        answers(blog, path_of(blog, row["link"]))
        assert [n for n, in blog.sql("SELECT sector_id FROM site_product_sector WHERE product_id = %s ORDER BY sort", row["id"])] == order


def test_what_belongs_to_products(blog):
    """Moves, questions, pairs and picks: created, changed, given to another product, deleted."""
    one, two, three = (product(blog) for _ in range(3))
    slugs = [row["slug"] for row in (one, two, three)]
    write(blog, "moves", title="4.3 released", product=one["id"], meta={"kind": "release", "class": "spark", "version": "4.3.0",
                                                                         "url": "https://quokka.example/4.3"})
    shows(blog, f"/products/{slugs[0]}", "4.3.0")
    question = write(blog, "questions", title="Does it swim?", content=CLASSIC, product=one["id"])
    shows(blog, f"/faq/{slugs[0]}", "Does it swim?")
    change(blog, "questions", question, product=two["id"])
    shows(blog, f"/faq/{slugs[1]}", "Does it swim?")
    lacks(blog, f"/faq/{slugs[0]}", "Does it swim?")
    change(blog, "questions", question, meta={"other_product": three["id"]})
    shows(blog, f"/faq/{slugs[1]}-vs-{slugs[2]}", "Does it swim?")
    write(blog, "questions", title="Who feeds the site?", content="We do.")
    shows(blog, "/faq", "Who feeds the site?")
    pair = write(blog, "comparisons", content=BLOCKS, product=two["id"], meta={"other_product": one["id"], "verdict": "Take <b>both</b>."})
    assert blog.sql("SELECT post_title FROM wp_posts WHERE ID = %s", pair["id"]) == [(f"{two['title']['raw']} vs {one['title']['raw']}",)]
    assert path_of(blog, pair["link"]) == f"/compare/{slugs[0]}-vs-{slugs[1]}"
    shows(blog, path_of(blog, pair["link"]), "Take both.")
    change(blog, "comparisons", pair, meta={"other_product": three["id"]})
    shows(blog, f"/compare/{slugs[1]}-vs-{slugs[2]}", "Take both.")
    lacks(blog, f"/compare/{slugs[0]}-vs-{slugs[1]}", "Take both.")
    pick = write(blog, "picks", title="It is smaller.", product=one["id"], meta={"other_product": three["id"]})
    shows(blog, path_of(blog, pick["link"]), "It is smaller.")
    for base, row, path, words in (("picks", pick, f"/alternatives/{slugs[0]}", "It is smaller."),
                                   ("comparisons", pair, f"/compare/{slugs[1]}-vs-{slugs[2]}", "Take both."),
                                   ("questions", question, f"/faq/{slugs[1]}-vs-{slugs[2]}", "Does it swim?")):
        blog.press.rest("DELETE", f"/wp/v2/{base}/{row['id']}", force="true")
        lacks(blog, path, words)
    refused = blog.press.rest("POST", "/wp/v2/moves", {"title": "x", "product": question["id"]}, status=(400,))
    assert refused["message"] == "product must be the ID of a product."


def test_a_later_editorial_replaces_and_the_first_is_history(blog):
    row = product(blog, date="2026-03-01T10:00:00")
    path = path_of(blog, row["link"])
    shows(blog, path, row["excerpt"]["raw"])
    second = write(blog, "editorials", title="Summer", excerpt="It has learned to swim", content=CLASSIC, product=row["id"],
                   meta={"prediction": "It dives by 2027."})
    shows(blog, path, "It has learned to swim")
    shows(blog, f"{path}/history", row["excerpt"]["raw"])
    change(blog, "editorials", second, status="draft")
    shows(blog, path, row["excerpt"]["raw"])
    empty = product(blog, excerpt="", content="")
    write(blog, "editorials", title="First", excerpt="Its first news", content=BLOCKS, product=empty["id"])
    shows(blog, path_of(blog, empty["link"]), "Its first news")
    assert len(blog.sql("SELECT id FROM site_editorial WHERE product_id = %s", empty["id"])) == 1


def test_withdrawn_is_gone_and_renamed_moves(blog):
    row = product(blog)
    path = path_of(blog, row["link"])
    answers(blog, path)
    change(blog, "products", row, status="draft")
    answers(blog, path, 404)
    change(blog, "products", row, status="publish")
    answers(blog, path)
    change(blog, "products", row, slug="numbat")
    answers(blog, "/products/numbat")
    moved = answers(blog, path, 308)
    assert moved.headers["location"] == f"{blog.url}/products/numbat"
    blog.press.rest("DELETE", f"/wp/v2/products/{row['id']}")
    answers(blog, "/products/numbat", 410)
    blog.press.php(f"wp_untrash_post({row['id']}); wp_publish_post({row['id']});")
    answers(blog, "/products/numbat")


def test_a_password_hides_and_an_author_is_renamed(blog):
    row = product(blog)
    path = path_of(blog, row["link"])
    answers(blog, path)
    change(blog, "products", row, password="secret")
    answers(blog, path, 404)
    change(blog, "products", row, password="")
    shows(blog, path, "Ada & Co.")
    blog.press.rest("POST", f"/wp/v2/users/{blog.press.editor}", {"name": "Grace & Friends"}, status=(200, 403))
    blog.press.php(f"wp_update_user(array('ID' => {blog.press.editor}, 'display_name' => 'Grace &amp; Friends'));")
    shows(blog, path, "Grace & Friends")


def test_what_is_scheduled_appears_by_the_clock_of_the_database(blog):
    """WordPress's cron is off.  Each type; before its date nothing is shown."""
    owner, other = product(blog), product(blog)
    slug, other_slug = owner["slug"], other["slug"]
    answers(blog, f"/products/{other_slug}")
    ahead = {"status": "future", "date_gmt": "2036-01-01T00:00:00"}
    new = product(blog, slug="late", **ahead)
    update = write(blog, "editorials", title="u", excerpt="Late news", content=BLOCKS, product=other["id"], **ahead)
    move = write(blog, "moves", title="Late move", product=owner["id"], meta={"kind": "event"}, **ahead)
    question = write(blog, "questions", title="Late question?", content="Yes.", product=owner["id"], **ahead)
    general = write(blog, "questions", title="Late for all?", content="Yes.", **ahead)
    pair = write(blog, "comparisons", content="Late pair.", product=owner["id"], meta={"other_product": other["id"]}, **ahead)
    pick = write(blog, "picks", title="Late pick.", product=owner["id"], meta={"other_product": other["id"]}, **ahead)
    page = write(blog, "pages", title="Late page", slug="late-page", content=BLOCKS, **ahead)
    rows = [new, update, move, question, general, pair, pick, page]
    assert [row["status"] for row in rows] == ["future"] * len(rows)
    places = [(f"/products/{slug}", "Late move"), (f"/faq/{slug}", "Late question?"), ("/faq", "Late for all?"),
              (f"/products/{other_slug}", "Late news"), (f"/compare/{slug}-vs-{other_slug}", "Late pair."),
              (f"/alternatives/{slug}", "Late pick.")]
    shows(blog, f"/products/{slug}", owner["title"]["raw"])
    assert blog.get("/late-page").status == blog.get("/products/late").status == 404
    for path, words in places:
        assert words not in blog.get(path).text, path
    later(blog, *rows)
    for path, words in places:
        shows(blog, path, words)
    answers(blog, "/products/late")
    answers(blog, "/late-page")
    assert {s for s, in blog.sql("SELECT DISTINCT post_status FROM wp_posts WHERE ID = %s", new["id"])} == {"future"}
    assert blog.metrics()["diptych_sweep_found_total"] == 0


def test_slugs_are_those_that_the_site_can_serve(blog):
    for given, slug in (("Über größe", "uber-grose"), ("a-vs-b", "a-versus-b"), ("x" * 90, "x" * 60), ("C++", "c")):
        row = product(blog, title=given, slug=given)
        assert row["slug"].startswith(slug) and len(row["slug"]) <= 64, row["slug"]
        answers(blog, f"/products/{row['slug']}")
    again = product(blog, slug="a-vs-b")
    assert again["slug"] == "a-versus-b-2"
    assert write(blog, "pages", title="Search", content="x")["slug"] == "search-page"
    strange = product(blog, title="猫", slug="")
    assert re.fullmatch("product-[0-9a-f]{8}", strange["slug"])
    answers(blog, f"/products/{strange['slug']}")
    assert blog.sql("SELECT slug FROM site_product WHERE slug NOT REGEXP '^[a-z0-9]+(-[a-z0-9]+)*$'") == []


def test_the_featured_image_is_the_logo(blog):
    file = blog.press.php("""$upload = wp_upload_bits('logo.png', null, base64_decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk'
      . '+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='));
      echo wp_insert_attachment(array('guid' => 'https://press.example/logo.png', 'post_mime_type' => 'image/png', 'post_title' => 'logo', 'post_status' => 'inherit'), $upload['file']);""")
    row, other = product(blog), product(blog)
    path = "/compare/" + "-vs-".join(sorted([row["slug"], other["slug"]]))
    answers(blog, path)
    change(blog, "products", row, featured_media=int(file))
    wait_until(lambda: 'src="https://press.example/logo.png"' in blog.get(path).text, SECOND, "the logo")


# ---- previews

def link(row):
    assert row["diptych_preview"], row
    return row["diptych_preview"]


def test_a_draft_is_previewed_and_then_public(blog):
    row = product(blog, status="draft", title="Wombat", meta={"summary": "A digger.", "heading": "Downwards."})
    path = path_of(blog, link(row))
    assert re.fullmatch("/preview/[0-9a-f]{48}", path)
    answer = blog.get(path)
    assert "once the product is published. The link" in plain_of(answer, "aside")
    for words in ("Wombat", "A digger.", "Downwards.", "It carries events.", row["excerpt"]["raw"]):
        assert words in plain(answer), words
    assert answer.headers["cache-control"] == "private, no-store"
    assert link(change(blog, "products", row, title="Wombat 2")) == link(row)
    wait_until(lambda: "Wombat 2" in blog.get(path).text, SECOND)
    public = change(blog, "products", row, status="publish")["link"]
    answers(blog, path_of(blog, public))
    wait_until(lambda: blog.get(path).status == 307, SECOND)
    assert blog.get(path).headers["location"] == public


def test_each_type_is_previewed_on_its_page(blog):
    one, two = product(blog), product(blog)
    answers(blog, path_of(blog, two["link"]))
    both = {"product": one["id"], "meta": {"other_product": two["id"]}, "status": "draft"}
    for base, fields, words in (
            ("editorials", {"title": "e", "excerpt": "Drafted news", "content": BLOCKS, "product": one["id"], "status": "draft"}, "Drafted news"),
            ("questions", {"title": "Drafted?", "content": "Yes.", **both}, "Drafted?"),
            ("comparisons", {"content": "Drafted pair.", **both}, "Drafted pair."),
            ("picks", {"title": "Drafted pick.", **both}, "Drafted pick."),
            ("pages", {"title": "Drafted page", "slug": "drafted", "content": CLASSIC, "status": "draft"}, "A second paragraph"),
            ("products", {"title": "Scheduled", "excerpt": "Soon", "content": BLOCKS, "status": "future",
                          "date_gmt": "2036-01-01T00:00:00"}, "Soon")):
        row = write(blog, base, **fields)
        answer = answers(blog, path_of(blog, link(row)))
        assert words in plain(answer), base
        assert words not in plain(blog.get(path_of(blog, one["link"]))), base


def test_a_preview_link_is_taken_back_and_made_anew(blog):
    row = product(blog, status="draft")
    first = path_of(blog, link(row))
    assert blog.get(first).status == 200
    assert blog.press.rest("DELETE", f"/diptych/v1/preview/{row['id']}") == {"diptych_preview": ""}
    assert blog.get(first).status == 404
    assert change(blog, "products", row, title="Saved again")["diptych_preview"] == ""
    second = path_of(blog, blog.press.rest("POST", f"/diptych/v1/preview/{row['id']}")["diptych_preview"])
    assert second != first and blog.get(second).status == 200 and blog.get(first).status == 404
    blog.sql("UPDATE wp_diptych_row SET saved_at = saved_at - INTERVAL 8 DAY WHERE post_id = %s", row["id"])
    assert blog.get(second).status == 404
    change(blog, "products", row, title="Saved once more")
    assert blog.get(second).status == 200


def test_unsaved_changes_of_a_published_product_are_previewed(blog):
    """The Preview button makes an autosave, whose text only the preview shows."""
    row = product(blog, meta={"summary": "A digger.", "heading": "Downwards."})
    path = path_of(blog, row["link"])
    answers(blog, path)
    saved = blog.press.rest("POST", f"/wp/v2/products/{row['id']}/autosaves", {"title": row["title"]["raw"], "content": CLASSIC,
                                                                                "excerpt": "News of the autosave"}, context="edit")
    unsaved = path_of(blog, saved["preview_link"])
    for words in ("News of the autosave", "A second paragraph", "Downwards."):
        shows(blog, unsaved, words)
    assert "News of the autosave" not in blog.get(path).text
    change(blog, "products", row, excerpt="News of the autosave", content=CLASSIC)
    shows(blog, path, "News of the autosave")


def test_addresses_in_wordpress_lead_to_the_site(blog):
    row = product(blog)
    from lib import http
    answer = http.request(blog.press.port, "GET", f"/?post_type=product&p={row['id']}")
    assert answer.status == 302 and answer.headers["location"] == row["link"]
    shown = blog.press.php(f"wp_set_current_user(get_user_by('login', '{EDITOR}')->ID); echo get_preview_post_link({row['id']});")
    assert shown == link(row)


def test_lint_has_nothing_to_say_of_the_views(blog):
    done = blog.diptych("lint", "--json")
    structural = [f for f in json.loads(done.stdout)["findings"] if f["rule"] in ("repeated", "slug_twice", "word", "owner", "slug")]
    assert structural == []

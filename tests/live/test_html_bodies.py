"""Bodies in HTML: by the configuration and by a view's column, in each representation, with Markdown's safety, notices and lint."""
import json
import random
import re

import pytest
from lxml import html as lxml_html

from lib.injections import BODIES
from lib.page import parse
from lib.servers import SLOW, wait_until

SECOND = 4 * SLOW
# As TinyMCE in Directus, Ghost and WordPress's block editor write it.
DIRECTUS = """<h2>Current state</h2>
<p style="text-align: left;">Kafka <strong>4.1</strong> is&nbsp;out, see <a href="https://kafka.apache.org/blog" target="_blank" rel="noopener">the&nbsp;notes</a>.</p>
<p>&nbsp;</p>
<table style="border-collapse: collapse; width: 100%;" border="1"><colgroup><col style="width: 50%;"><col style="width: 50%;"></colgroup>
<tbody>
<tr>
<td>Brokers</td>
<td style="text-align: right;">3</td>
</tr>
</tbody>
</table>
<ul>
<li>one
<ul>
<li style="font-weight: bold;">two</li>
</ul>
</li>
</ul>
<p><img src="https://directus.example/assets/3f1c?width=640&amp;height=480" alt="A diagram" width="640" height="480"></p>"""
GHOST = """<p>An introduction.</p><!--kg-card-begin: html--><div class="x" onclick="y()">Raw</div><!--kg-card-end: html-->
<figure class="kg-card kg-image-card kg-card-hascaption"><img src="https://ghost.example/content/images/2026/01/a.png" class="kg-image" alt="Brokers" loading="lazy" width="2000" height="1000" srcset="https://ghost.example/content/images/size/w600/2026/01/a.png 600w" sizes="(min-width: 720px) 720px"><figcaption><span style="white-space: pre-wrap;">Three brokers</span></figcaption></figure>
<div class="kg-card kg-callout-card kg-callout-card-blue"><div class="kg-callout-emoji">💡</div><div class="kg-callout-text">Mind <i><em class="italic" style="white-space: pre-wrap;">this</em></i>.</div></div>
<figure class="kg-card kg-bookmark-card"><a class="kg-bookmark-container" href="https://x.example/"><div class="kg-bookmark-content"><div class="kg-bookmark-title">A title</div><div class="kg-bookmark-metadata"><img class="kg-bookmark-icon" src="https://x.example/icon.png" alt=""></div></div></a></figure>
<pre><code class="language-bash">kafka-topics.sh --list</code></pre><hr><ol><li value="1"><span style="white-space: pre-wrap;">First</span></li></ol>"""
BLOCKS = """<!-- wp:heading {"level":3} -->
<h3 class="wp-block-heading">Blocks</h3>
<!-- /wp:heading -->

<!-- wp:paragraph {"align":"center"} -->
<p class="has-text-align-center">Some <strong>bold</strong> text<sup>2</sup>.</p>
<!-- /wp:paragraph -->

<!-- wp:list -->
<ul class="wp-block-list"><!-- wp:list-item -->
<li>First</li>
<!-- /wp:list-item --></ul>
<!-- /wp:list -->

<!-- wp:table -->
<figure class="wp-block-table"><table class="has-fixed-layout"><thead><tr><th>Name</th><th class="has-text-align-right" data-align="right">Size</th></tr></thead><tbody><tr><td>a</td><td class="has-text-align-right" data-align="right">1</td></tr></tbody></table><figcaption class="wp-element-caption">Sizes</figcaption></figure>
<!-- /wp:table -->

<!-- wp:embed {"url":"https://video.example/1","type":"video"} -->
<figure class="wp-block-embed is-type-video"><div class="wp-block-embed__wrapper">
https://video.example/1
</div></figure>
<!-- /wp:embed -->

<!-- wp:code -->
<pre class="wp-block-code"><code>a &lt; b</code></pre>
<!-- /wp:code -->

<!-- wp:quote -->
<blockquote class="wp-block-quote"><!-- wp:paragraph -->
<p>Said.</p>
<!-- /wp:paragraph --><cite>Somebody</cite></blockquote>
<!-- /wp:quote -->

<!-- wp:latest-posts /-->"""


@pytest.fixture(scope="module")
def site(request, templates):
    """The sample site with body_format = html; the view of pages says it for each row."""
    from conftest import _run
    from lib.servers import Site
    for site in _run(request, Site(templates, config={"body_format": "html", "sweep_seconds": 86400})):
        site.sql("CREATE TABLE page_format (page_id BIGINT UNSIGNED PRIMARY KEY, format VARCHAR(20) CHARACTER SET latin1)")
        site.sql("CREATE OR REPLACE VIEW site_page AS SELECT p.id, p.slug, p.title, p.body_md, p.status, p.updated_at,"
                 " f.format AS body_format FROM page p LEFT JOIN page_format f ON f.page_id = p.id")
        site.sql("CREATE OR REPLACE VIEW site_comparison AS SELECT id, product_id, other_product_id, status, intro_md, verdict_md,"
                 " CONVERT(IF(intro_md LIKE '<p>%%', 'html', NULL) USING ascii) AS body_format FROM comparison")
        yield site


def main_of(text):
    return re.search(r"<main.*</main>", text, re.S)[0]


def write(site, body, format=None, slug="written"):
    """Publishes the page and waits for it."""
    site.sql("DELETE f FROM page_format f JOIN page p ON p.id = f.page_id WHERE p.slug = %s", slug)
    site.sql("DELETE FROM page WHERE slug = %s", slug)
    stamp = f"T{random.random()}"
    site.sql("INSERT INTO page (slug, title, body_md, status) VALUES (%s, %s, %s, 'published')", slug, stamp, body)
    if format:
        site.sql("INSERT INTO page_format SELECT id, %s FROM page WHERE slug = %s", format, slug)
        site.sql("UPDATE page SET title = CONCAT(title, '.') WHERE slug = %s", slug)
        stamp += "."
    wait_until(lambda: f"<h1>{stamp}<" in site.get(f"/{slug}").text or stamp in site.get(f"/{slug}").text, SECOND, stamp)
    return main_of(site.get(f"/{slug}").text)


def test_what_directus_writes(site):
    page = write(site, DIRECTUS)
    assert '<p>Kafka <strong>4.1</strong> is\u00a0out, see <a href="https://kafka.apache.org/blog" rel="nofollow noopener">the\u00a0notes</a>.</p>' in page
    assert "<h2>Current state</h2>" in page and '<td class="n">3</td>' in page and "<li>one\n<ul>\n<li>two</li>" in page
    assert '<img src="https://directus.example/assets/3f1c?width=640&amp;height=480" alt="A diagram" width="640" height="480"' in page
    assert "style" not in page and "<p>\u00a0</p>" not in page
    markdown = site.get("/written.md").text
    assert "## Current state" in markdown and "**4.1**" in markdown and "| Brokers | 3 |" in markdown and "<" not in markdown.partition("---\n\nSidelight")[0]
    assert "**4.1**" in json.dumps(site.get("/written.json").json)


def test_what_ghost_writes(site):
    page = write(site, GHOST)
    for part in ("<p>An introduction.</p>", "<p>Raw</p>", "<p><em>Three brokers</em></p>", "<p>Mind <em>this</em>.</p>",
                 '<p><a href="https://x.example/" rel="nofollow noopener">A title</a></p>',
                 '<pre tabindex="0"><code class="language-bash">kafka-topics.sh --list\n</code></pre>', "<ol>\n<li>First</li>\n</ol>",
                 'alt="Brokers" width="2000" height="1000"'):
        assert part in page, part
    assert "onclick" not in page and "srcset" not in page and "kg-" not in page


def test_what_wordpress_writes(site):
    page = write(site, BLOCKS, "wordpress")
    for part in ("<h2>Blocks</h2>", "<p>Some <strong>bold</strong> text².</p>", "<ul>\n<li>First</li>\n</ul>", '<th scope="col" class="n">Size</th>',
                 "<p><em>Sizes</em></p>", '<a href="https://video.example/1" rel="nofollow noopener">https://video.example/1</a>',
                 '<pre tabindex="0"><code>a &lt; b\n</code></pre>', "<blockquote>\n<p>Said.</p>\n<p><em>Somebody</em></p>\n</blockquote>"):
        assert part in page, part
    assert "wp:" not in page and "wp-" not in page
    classic = write(site, "One\ntwo\n\n[caption id=\"a\"]<img src=\"https://x.example/p.png\" alt=\"P\" /> Words[/caption]\n\n[gallery ids=\"1\"]",
                    "wordpress")
    assert "<p>One<br>\ntwo</p>" in classic and "<p><em>Words</em></p>" in classic and "[" not in classic.partition("</h1>")[2]


def test_a_row_says_its_format_and_a_change_of_it_is_seen(site):
    body = "**a** <b>c</b>\n\nd"
    expected = {"markdown": "<p><strong>a</strong> c</p>\n<p>d</p>", "html": "<p>**a** <strong>c</strong>\nd</p>",
                "wordpress": "<p>**a** <strong>c</strong></p>\n<p>d</p>", None: "<p>**a** <strong>c</strong>\nd</p>",
                "nonsense": "<p>**a** <strong>c</strong>\nd</p>"}
    for format, text in expected.items():
        assert text in write(site, body, format), format
    write(site, body, "markdown")
    site.sql("UPDATE page_format SET format = 'html'")  # no trigger: only the hash tells, when the page is read again
    site.sql("UPDATE page SET updated_at = NOW(6) WHERE slug = 'written'")
    wait_until(lambda: expected["html"] in site.get("/written").text, SECOND)


def test_every_body_of_the_site_is_html(site):
    """Editorials, past ones, questions and comparisons; the excerpt is plain text."""
    site.sql("UPDATE editorial e JOIN product p ON p.id = e.product_id SET e.current_state_md = '<p>State <i>now</i> &amp; then.</p>',"
             " e.heading_md = 'Plain', e.prediction_md = '<p>It <b>will</b>.<script>x</script></p>' WHERE p.slug = 'kafka'")
    site.sql("UPDATE faq SET answer_md = '<p>An <u>answer</u> <em>here</em>.</p>'")
    site.sql("UPDATE comparison SET intro_md = '<p>Both <em>stream</em>.</p>', verdict_md = '<ul><li>One</li></ul>'")
    wait_until(lambda: "State <em>now</em> &amp; then." in site.get("/products/kafka").text, SECOND)
    page = site.get("/products/kafka").text
    assert "<p>It <strong>will</strong>.</p>" in page
    assert "State *now* & then." in site.get("/products/kafka.md").text
    wait_until(lambda: "<p>An answer <em>here</em>.</p>" in site.get("/faq/kafka").text, SECOND)
    pair = site.sql("SELECT a.slug, b.slug FROM comparison c JOIN product a ON a.id = c.product_id JOIN product b ON"
                    " b.id = c.other_product_id WHERE c.status = 'published' LIMIT 1")[0]
    wait_until(lambda: "<p>Both <em>stream</em>.</p>" in site.get(f"/compare/{pair[0]}-vs-{pair[1]}").text
               or "<p>Both <em>stream</em>.</p>" in site.get(f"/compare/{pair[1]}-vs-{pair[0]}").text, SECOND)
    past = site.get("/products/kafka/history")
    links = [a["href"] for a in parse(past.text).all("a") if a["href"] and "/history/2" in a["href"]]
    assert links and "State <em>now</em>" in site.get(links[0]).text


def test_injections(site):
    """Parsed by lxml, a page has only what our writer writes; browser tests parse them, too."""
    allowed = {"main", "article", "section", "div", "h1", "h2", "h3", "h4", "h5", "h6", "p", "a", "em", "strong", "code", "pre", "ul", "ol", "li",
               "blockquote", "hr", "br", "img", "table", "thead", "tbody", "tr", "th", "td", "del", "span", "sup", "time", "header", "footer", "nav"}
    known = {"href", "src", "alt", "title", "rel", "loading", "decoding", "class", "tabindex", "start", "width", "height", "id", "role",
             "aria-label", "scope", "datetime", "aria-labelledby", "aria-hidden"}
    for format in ("html", "wordpress"):
        for at in range(0, len(BODIES), 97):
            # one page with many: what one leaves open must not reach the others' safety either
            page = write(site, "\n".join(BODIES[at:at + 97]), format)
            for node in lxml_html.fragment_fromstring(page).iter():
                if not isinstance(node.tag, str):
                    continue
                assert node.tag in allowed and set(node.attrib) <= known, lxml_html.tostring(node)
                for name in ("href", "src"):
                    address = node.get(name)
                    assert address is None or re.match(r"(https?://|mailto:|/(?!/)|[^:]*$)", address), address


def test_a_body_over_a_limit_has_the_notice(site):
    refused = site.metrics()["diptych_markdown_refused_total"]
    page = write(site, "<div>" * 50000)
    assert "This text is too long to show here" in page
    assert site.metrics()["diptych_markdown_refused_total"] > refused
    assert "This text is too long to show here" not in write(site, "<p>short</p>")


def test_a_preview_shows_the_format_of_its_row(site):
    for n, (format, text) in enumerate((("markdown", "<p><strong>a</strong> c</p>"), ("html", "<p>**a** <strong>c</strong></p>"))):
        site.sql("INSERT INTO page (slug, title, body_md, status) VALUES (%s, 'Draft', '**a** <b>c</b>', 'draft')", f"previewed-{n}")
        [(ident, token)] = site.sql("SELECT id, preview_token FROM page WHERE slug = %s", f"previewed-{n}")
        site.sql("INSERT INTO page_format VALUES (%s, %s)", ident, format)
        assert text in main_of(site.get(f"/preview/{token}").text), format


def test_a_pair_says_its_format_in_another_character_set(site):
    """And its preview does."""
    site.sql("DELETE FROM comparison")
    site.sql("INSERT INTO comparison (product_id, other_product_id, intro_md, status) SELECT k.id, n.id, '<p>It is <b>bold</b>.</p>', 'draft'"
             " FROM product k, product n WHERE k.slug = 'kafka' AND n.slug = 'nats'")
    [(token,)] = site.sql("SELECT preview_token FROM comparison")
    assert "<p>It is <strong>bold</strong>.</p>" in site.get(f"/preview/{token}").text
    site.sql("UPDATE comparison SET status = 'published'")
    wait_until(lambda: "<p>It is <strong>bold</strong>.</p>" in site.get("/compare/kafka-vs-nats").text, SECOND)


def test_lint_reads_html(site):
    write(site, '<p>See <a href="/nosuch">x</a></p>\n<iframe src="x"></iframe>\n<img src="https://x.example/a.png"><p>[[kafka]]</p>')
    id = site.sql("SELECT id FROM page WHERE slug = 'written'")[0][0]
    found = {(f["rule"], f["words"]) for f in json.loads(site.diptych("lint", "--json", "--table", "page", "--id", str(id)).stdout)["findings"]}
    assert {("link_dead", "/nosuch"), ("html", '<iframe src="x">'), ("alt_missing", "https://x.example/a.png")} <= found
    write(site, '<!-- wp:paragraph --><p>a [gallery ids="1"]</p><!-- /wp:paragraph --><!-- wp:latest-posts /-->', "wordpress")
    id = site.sql("SELECT id FROM page WHERE slug = 'written'")[0][0]
    found = {(f["rule"], f["words"], f["meaning"].partition(": ")[2].partition(",")[0])
             for f in json.loads(site.diptych("lint", "--json", "--table", "page", "--id", str(id)).stdout)["findings"]}
    assert ("html", '[gallery ids="1"]', "a shortcode") in found and any(words == "wp:latest-posts /" for _, words, _ in found)

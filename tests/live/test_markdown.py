"""Markdown as editors write it today, from the row to each representation."""
import re

from lib.page import parse
from lib.servers import wait_until

BODY = """See [[nats]], [[nats|the other one]], [[kafka-vs-nats]] and [[nosuch]].

| Name | Price |
| :--- | ----: |
| Kafka | ~~5~~ 3 |

- [x] done<br>today

More at https://h.example/a_b_c.[^1] ![Plan](/static/plan-640x360.png)

[^1]: A footnote.
"""


def write(site, body):
    site.sql("UPDATE editorial SET current_state_md = %s, heading_md = %s WHERE product_id ="
             " (SELECT id FROM product WHERE slug = 'kafka')", body, body)


def seen(site, path, words):
    wait_until(lambda: words in site.get(path).text, 20)
    return site.get(path).text


def test_every_representation_shows_it(own_site):
    write(own_site, BODY)
    page = seen(own_site, "/products/kafka", "A footnote.")
    name = own_site.sql("SELECT name FROM product WHERE slug = 'nats'")[0][0]
    kafka = own_site.sql("SELECT name FROM product WHERE slug = 'kafka'")[0][0]
    assert f'<a href="/products/nats">{name}</a>, <a href="/products/nats">the other one</a>' in page
    assert f'<a href="/compare/kafka-vs-nats">{kafka} vs {name}</a> and nosuch.' in page
    assert '<th scope="col">Name</th>\n<th scope="col" class="n">Price</th>' in page and "<del>5</del> 3" in page
    assert 'width="640" height="360" loading="lazy"' in page and "data-name" not in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) and sum(i.endswith("fn1") for i in ids) == 2
    for target in re.findall(r'href="#([^"]+)"', page):
        assert target in ids
    parse(page)
    markdown = own_site.get("/products/kafka.md").text
    assert f"[{name}](/products/nats), [the other one](/products/nats)" in markdown and "and nosuch." in markdown
    assert "| Name | Price |\n| :-- | --: |\n| Kafka | ~~5~~ 3 |" in markdown and "- [x] done" in markdown
    assert "data-name" not in own_site.get("/products/kafka.json").text
    labels = re.findall(r"^\[\^(\S+)\]:", markdown, re.M)
    assert len(labels) == len(set(labels)) == 2
    for path in ("/compare/kafka-vs-nats", "/products/kafka"):
        assert "[[" not in own_site.get(path).text.split("</head>")[0]


def test_a_twin_says_that_it_cannot_show_what_the_page_shows(own_site):
    write(own_site, "Deep. " + "*a **b " * 5000 + "c** d*" * 5000)
    assert "<strong>b" in seen(own_site, "/products/kafka", "Deep.")
    markdown = own_site.get("/products/kafka.md").text
    assert "Deep." not in markdown and "Nothing written here yet" not in markdown
    assert markdown.count("This text is too long to show here.") == 2


def test_a_link_follows_the_product_it_names(own_site):
    """The linked product is not on the page, and the body's own row does not change."""
    write(own_site, "It follows [[hugo]].")
    name = own_site.sql("SELECT name FROM product WHERE slug = 'hugo'")[0][0]
    seen(own_site, "/products/kafka", f'follows <a href="/products/hugo">{name}</a>')
    seen(own_site, "/products/kafka.md", f"follows [{name}](/products/hugo)")
    own_site.sql("UPDATE product SET name = 'Ugo' WHERE slug = 'hugo'")
    seen(own_site, "/products/kafka", 'follows <a href="/products/hugo">Ugo</a>')
    seen(own_site, "/products/kafka.md", "follows [Ugo](/products/hugo)")
    own_site.sql("UPDATE product SET slug = 'ugo' WHERE slug = 'hugo'")
    seen(own_site, "/products/kafka", 'follows <a href="/products/ugo">Ugo</a>')
    own_site.sql("UPDATE product SET status = 'archived' WHERE slug = 'ugo'")
    seen(own_site, "/products/kafka", "follows hugo.")

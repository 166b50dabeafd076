"""What must come first for what people type: a table of queries on the sample site.

A row is a query and what the results begin with, in the order of the page: "=a+b" is a link to the comparison of a and b,
"@x" a sector, "#x" a theme, "~x" a product that has the words in its summary or its facts, and a bare slug a product found
by name.  A "?" stands before what is only near.  A row without results finds nothing."""
import re
from urllib.parse import quote

import pytest

from lib.daemon import wait_until
from lib.page import bare, parse
from lib.servers import diptych

TABLE = [[part.strip(" ") for part in line.split("|")] for line in """
kafka | kafka
KAFKA | kafka
ＫＡＦＫＡ | kafka
𝓴𝓪𝓯𝓴𝓪 | kafka
káfka̋ | kafka
kaf­ka | kafka
“Kafka” | kafka
Kafka™ | kafka
kafka! | kafka
apache kafka | kafka
apache-kafka | kafka
Apache　Kafka | kafka
apache_kafka | kafka
kafka apache | kafka
kafk | kafka
go | go
GO | go
rust | rust #rust
c | containerd
k8s | kubernetes
postgres | postgresql
postgre | postgresql
sql | postgresql #sql
node | nodejs
node.js | nodejs
node js | nodejs
nodejs | nodejs
js | nodejs
vue.js | vue
argo cd | argo-cd
argo-cd | argo-cd
argo | argo-cd
cpython | python
zed attack proxy | zap
ruby on rails | rails
rails | rails
docker engine | moby
docker | moby
moby | moby
spring boot | spring-boot
grafana loki | loki
grafana | grafana loki
hashicorp | vault nomad
h2o | h2o
http server | apache-httpd
example draft |
example archived |
kafka vs nats | =kafka+nats kafka nats
kafka nats | =kafka+nats kafka nats
nats kafka | =kafka+nats kafka nats
kafka versus nats | =kafka+nats kafka nats
kafka vs. nats | =kafka+nats kafka nats
kafka, nats | =kafka+nats kafka nats
kafka,nats | =kafka+nats kafka nats
kafka、nats | =kafka+nats kafka nats
kafka or nats | =kafka+nats kafka nats
kafka and nats | =kafka+nats kafka nats
kafka / nats | =kafka+nats kafka nats
Kafka nats | =kafka+nats kafka nats
kafka​nats | =kafka+nats kafka nats
kafka-vs-nats | =kafka+nats kafka nats
ＫＡＦＫＡ　ＶＳ　ＮＡＴＳ | =kafka+nats kafka nats
apache kafka vs kubernetes | =kafka+kubernetes kafka kubernetes
kubernetes apache kafka | =kafka+kubernetes kafka kubernetes
apache kafka vs hashicorp vault | =kafka+vault kafka vault
k8s vs nomad | =kubernetes+nomad kubernetes nomad
k8s nomad | =kubernetes+nomad kubernetes nomad
postgres mariadb | =mariadb+postgresql mariadb postgresql
node.js vs deno | =deno+nodejs deno nodejs
vue.js, react | =react+vue react vue
kafka nats rabbitmq | =kafka+nats+rabbitmq kafka nats rabbitmq
kafka vs nats vs rabbitmq vs redis | =kafka+nats+rabbitmq+redis kafka nats rabbitmq redis
kafka, nats, rabbitmq or redis | =kafka+nats+rabbitmq+redis kafka nats rabbitmq redis
kafka nats rabbitmq redis valkey | =kafka+nats+rabbitmq+redis kafka nats rabbitmq redis
apache kafka ruby on rails docker engine moby | =kafka+moby+rails kafka moby rails
spring boot ruby on rails | =rails+spring-boot rails spring-boot
kafka vs kafka |
kafka kafka | kafka
kafak vs kubernets | ?=kafka+kubernetes kafka kubernetes
postgre vs mariadb | ?=mariadb+postgresql mariadb postgresql
kafka vs zzzzqqqq |
devops | @devops
DevOps | @devops
observability | @observability
web frameworks | @web-frameworks
web servers | @web-servers-proxies
web server | @web-servers-proxies #web-server ~nginx ~lighttpd ~apache-httpd ~caddy
time series | #time-series-database ~prometheus
queues & streaming | @message-queues-streaming
caches | @caches
streaming | @message-queues-streaming #streaming
raft | #raft-consensus
erasure coding | #erasure-coding ~minio
relational database | #relational-database ~mariadb ~postgresql
drives with erasure | ~minio
busl-1.1 | ~dragonfly
agpl | ~redis
linux foundation | ~valkey
written in elixir | ~elixir
kafka licence | ~kafka
licence terraform | ~terraform
ledger of bees |
kafak | ?kafka
kuberntes | ?kubernetes
kubernets | ?kubernetes
ngnix | ?nginx
postgrsql | ?postgresql
elixer | ?elixir
terrafrom | ?terraform
apache kafak | ?kafka
observabilty | ?@observability
zzzzqqqq |
datta | ?@data-ml
👩‍👩‍👧 |
مُحَمَّد |
""".strip("\n").split("\n")]


def shows(site, path, text):
    """Waits for an edit to arrive."""
    wait_until(lambda: text in site.get(path).text, 30, f"{path} does not show {text}")


def search(site, words):
    answer = site.get("/search.json?q=" + quote(words))
    assert answer.status == 200
    return answer.json


def results(found):
    """All that the page lists, in its order."""
    near = "?" if found["inexact"] else ""
    listed = [near + "=" + c["href"].removeprefix("/compare/").replace("-vs-", "+") for c in found["comparisons"]]
    near = "" if listed else near
    listed += [near + p["slug"] for p in found["products"]]
    listed += [near + "@" + s["slug"] for s in found["sectors"]] + [near + "#" + t["slug"] for t in found["themes"]]
    return listed + ["~" + p["slug"] for p in found["mentions"]]


@pytest.mark.parametrize("words, wanted", TABLE, ids=[ascii(row[0]) for row in TABLE])
def test_what_comes_first(sample_site, words, wanted):
    found = search(sample_site, words)
    got, wanted = results(found), wanted.split()
    assert got[:len(wanted)] == wanted and (wanted or not got), (got[:8], found["summary"])
    if wanted and wanted[0].startswith("?"):
        assert bare(found["summary"]).startswith(f"Nothing matches “{words}”. Did you mean ") and found["summary"].endswith("?")
    if not wanted:
        assert bare(found["summary"]).startswith(f"Nothing matches “{words}”.") and len(found["suggest"]) > 2


def test_the_table_is_long_enough():
    assert len(TABLE) >= 60 and len({row[0] for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize("suffix", ["", ".md"])
def test_a_page_lists_in_the_same_order(sample_site, suffix):
    for words in ("sql", "erasure coding", "kafka nats", "grafana"):
        text = sample_site.get(f"/search{suffix}?q=" + quote(words)).text
        listed = [r.lstrip("=@#~") for r in results(search(sample_site, words))]
        assert len(listed) >= 2
        paths = ["/compare/" + r.replace("+", "-vs-") if "+" in r else "/" + r for r in listed]
        places = [text.index(path + ('"' if not suffix else ")"), text.index('id="results"' if not suffix else "# Search"))
                  for path in paths]
        assert places == sorted(places), (words, listed)


def test_a_product_found_by_its_texts_shows_which(sample_site):
    found = search(sample_site, "erasure coding")["mentions"][0]
    assert found["found_summary"] and not found["found"]["label"]
    pieces = found["found"]["pieces"]
    assert "".join(p["text"] for p in pieces) == found["summary"]
    assert [p["text"] for p in pieces if p["mark"]] == ["erasure", "coding"]
    found = search(sample_site, "busl")["mentions"][0]
    assert found["found"]["label"] in ("Licence", "Open source") and not found["found_summary"]
    assert "<mark>erasure</mark> <mark>coding</mark>" in sample_site.get("/search?q=erasure+coding").text
    assert "**erasure** **coding**" in sample_site.get("/search.md?q=erasure+coding").text
    for product in search(sample_site, "kafka")["products"]:
        assert product["found"] is None and not product["found_summary"]


def test_a_marked_word_is_escaped_and_found_in_any_form(own_site):
    own_site.sql("UPDATE product SET summary = 'A <b>Ｚéphyr</b> & 記録簿' WHERE slug = 'caddy'")
    shows(own_site, "/search?q=zephyr", "&lt;b&gt;<mark>Ｚéphyr</mark>&lt;/b&gt; &amp; 記録簿")
    assert [p["slug"] for p in search(own_site, "録簿")["mentions"]] == ["caddy"]
    own_site.sql("UPDATE product SET summary = NULL WHERE slug = 'caddy'")
    shows(own_site, "/search?q=zephyr", "Nothing matches")


def test_an_attribute_is_found_by_its_present_name(own_site):
    shows(own_site, "/search?q=zookeeperless", "Nothing matches")
    own_site.sql("UPDATE attribute SET name = 'Zookeeperless by itself' WHERE slug = 'clustering'")
    shows(own_site, "/search?q=zookeeperless", "Zookeeperless by itself:")
    mentions = search(own_site, "zookeeperless")["mentions"]
    assert mentions and all("".join(p["text"] for p in m["found"]["pieces"]).startswith(("yes", "partly")) for m in mentions)
    own_site.sql("UPDATE attribute SET status = 'draft' WHERE slug = 'clustering'")
    shows(own_site, "/search?q=zookeeperless", "Nothing matches")


@pytest.mark.parametrize("query", [
    "a" * 2000, "kafka " * 300, "é" * 1000, "\u0301" * 1000, "k" + "\u0301" * 990 + "afka", "\u0b95\u0bcd" * 300, "👩‍👩‍👧‍👦" * 40,
    "\u202eakfak\u202c", "שָׁלוֹם עוֹלָם", "מסד נתונים", "\u200f\u200e\u2066\u2069", "ﷺ" * 300, "\U0001d4d7" * 300, "\ufffe\uffff",
    "\u2028\u2029\u0085", "%", "%%%", "\\", "'; DROP TABLE product; --", "<script>alert(1)</script>", "{{summary}}", "\x00\x01",
    "vs", "vs vs vs", "kafka vs", "vs kafka", ", , ,", "or and or", "kafka " * 30 + "vs nats", "-" * 500, "+" * 200, "#" * 200,
    "c++ c# f#", "\u1112\u1161\u11ab\uae00", "한글", "日本語", "ｶﾌｶ", "a\u0300\u0301\u0302\u0303 b"])
def test_no_query_is_too_odd(sample_site, query):
    answer = sample_site.get("/search.json?q=" + quote(query))
    assert answer.status == 200 and answer.json["summary"] is not None
    page = parse(sample_site.get("/search?q=" + quote(query)).text)
    assert page.one("h1").text == "Search"


def test_the_marks_of_a_bomb_are_ignored(sample_site):
    assert results(search(sample_site, "k" + "\u0301" * 150 + "afka"))[:1] == ["kafka"]


@pytest.mark.parametrize("query", ["%ff%fe", "kafka%80", "%ED%A0%80", "%F8%88%80%80%80"])
def test_malformed_utf8_finds_nothing_that_is_not_there(sample_site, query):
    answer = sample_site.get("/search.json?q=" + query)
    assert answer.status == 200
    assert results(answer.json)[:1] == (["kafka"] if "kafka" in query else [])


def test_results_have_pages(sample_site):
    first = search(sample_site, "licence")
    assert first["pager"]["pages"] > 1 and len(first["mentions"]) == 50
    second = sample_site.get("/search.json?q=licence&page=2").json
    assert not {p["slug"] for p in first["mentions"]} & {p["slug"] for p in second["mentions"]}
    assert sample_site.get("/search?q=licence&page=99").status == 404


def test_browsers_search_the_same_address(sample_site):
    description = sample_site.get("/opensearch.xml").text
    assert "/search?q={searchTerms}" in description and "<InputEncoding>UTF-8</InputEncoding>" in description


@pytest.mark.parametrize("name, long, short", [
    ("Sidelight", "Sidelight", "Sidelight"), ("N" * 60, "N" * 48, "N" * 16),
    ("Ein Vergleich von Werkzeugen für Rechenzentren und Büros", "Ein Vergleich von Werkzeugen für Rechenzentren", "Ein Vergleich")])
def test_opensearch_has_names_of_the_lengths_that_it_allows(sample_site, tmp_path, name, long, short):
    config = tmp_path / "diptych.conf"
    config.write_text(re.sub("(?m)^site_name = .*\n", "", sample_site.config_path.read_text()) + f'\nsite_name = "{name}"\n')
    names = dict(re.findall("<(ShortName|LongName|Description)>(.*)</", diptych("render", "/opensearch.xml", config=config).stdout))
    assert (names["ShortName"], names["LongName"]) == (short, long) and name in names["Description"]


@pytest.mark.parametrize("words, sentence", [
    ("nginx", "1 product for “nginx”. 1 more product mentions this word."),
    ("agpl", "4 products mention “agpl”."),
    ("erasure coding", "1 theme for “erasure coding”. 1 product mentions these words."),
    ("terraform licence", "2 products mention the words of “terraform licence”."),
    ("kafak", "Nothing matches “kafak”. Did you mean Apache Kafka?"),
    ("kafka vs natz", "Nothing matches “kafka vs natz”. Did you mean Apache Kafka vs NATS Server?"),
    ("kafka nats redis valkey memcached",
     "4 products for “kafka nats redis valkey memcached”. A comparison has at most 4; these were named first."),
    ("zzzz", "Nothing matches “zzzz”. These move fastest at the moment:")])
def test_sentences_say_what_was_found(sample_site, words, sentence):
    assert search(sample_site, words)["summary"] == sentence

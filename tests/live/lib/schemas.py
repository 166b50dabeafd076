"""Checks feeds and sitemaps against their schemas (schemas/) and against rules that a schema cannot express."""
from pathlib import Path

from lxml import etree

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LARGEST = {"addresses": 50_000, "bytes": 50 * 1024 * 1024}
_atom = etree.RelaxNG(etree.parse(str(SCHEMAS / "atom.rng")))
_sitemap = etree.XMLSchema(etree.parse(str(SCHEMAS / "sitemap.xsd")))


def _parsed(body, schema):
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    schema.assertValid(root)
    assert root.getroottree().docinfo.doctype == "" and root.getroottree().docinfo.encoding.lower() == "utf-8"
    return root


def atom(body):
    """Checks a feed and returns its root element."""
    root = _parsed(body, _atom)
    entries = root.findall(ATOM + "entry")
    ids = [e.findtext(ATOM + "id") for e in [root, *entries]]
    assert len(set(ids)) == len(ids), "RFC 4287 section 4.2.6: an id is of one thing"
    updated = [e.findtext(ATOM + "updated") for e in entries]
    assert updated == sorted(updated, reverse=True), "newest first"
    assert not updated or root.findtext(ATOM + "updated") == updated[0]
    assert all(e.findtext(ATOM + "published") <= e.findtext(ATOM + "updated") for e in entries if e.find(ATOM + "published") is not None)
    return root


def sitemap(body):
    """Checks a sitemap or an index and returns (address, lastmod or None) of each entry."""
    root = _parsed(body, _sitemap)
    assert len(root) <= LARGEST["addresses"] and len(body) <= LARGEST["bytes"]
    return [(e.findtext(SITEMAP + "loc"), e.findtext(SITEMAP + "lastmod")) for e in root]

/* Reads Atom and RSS.
 *
 * xmlTextReader reads the document; each entry is expanded, read and dropped.  References to entities are never resolved, and a
 * document that declares one is refused.  Many feeds use names that only HTML defines (&nbsp;).  Their document is read a second
 * time, with the characters for the names. */
#include <gumbo.h>
#include <libxml/xmlreader.h>

#include "import/import_date.h"
#include "import/import_feed.h"
#include "import/import_text.h"
#include "text/utf8.h"

#define ATOM_NS "http://www.w3.org/2005/Atom"
#define TEXT_MOST ((size_t)1 << 20) /* bytes of one element's text */
#define DEPTH_MOST 200
#define WORDS_AS_TITLE 100 /* characters of an entry without a title */
#define NAME_MOST 32       /* bytes of the name of a character in HTML */
#define ENTITIES_REFUSED "the document declares entities, which are not read"

struct xml_faults {
  char words[160];
  int line;
  bool malformed;
  bool encoding; /* bytes that are not of the declared encoding, or an encoding that nobody knows */
  bool name;     /* of an entity that is not declared */
};

/* Only the first fault is kept: the others follow from it. */
static void fault_take(void *arg, xmlErrorPtr e)
{
  struct xml_faults *faults = arg;
  bool bytes = e->code == XML_ERR_INVALID_CHAR || e->code == XML_ERR_INVALID_ENCODING || e->code == XML_I18N_CONV_FAILED ||
               e->code == XML_ERR_UNSUPPORTED_ENCODING || e->code == XML_ERR_UNKNOWN_ENCODING || e->code == XML_IO_ENCODER;
  faults->encoding |= bytes;
  faults->name |= e->code == XML_ERR_UNDECLARED_ENTITY || e->code == XML_WAR_UNDECLARED_ENTITY;
  if ((e->level != XML_ERR_FATAL && !bytes) || faults->malformed)
    return;
  faults->malformed = true;
  faults->line = e->line;
  const char *message = e->message ? e->message : "";
  snprintf(faults->words, sizeof faults->words, "%.*s", (int)strcspn(message, "\n"), message);
}

static bool is_named(const xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

static bool is_in(const xmlNode *node, const char *namespace_part)
{
  return node->ns && node->ns->href && strstr((const char *)node->ns->href, namespace_part);
}

/* ---- text */

static void text_collect(struct buf *out, const xmlNode *node, int depth)
{
  for (; node && depth < DEPTH_MOST; node = node->next) {
    if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
      buf_puts(out, (const char *)node->content);
    else if (node->type == XML_ELEMENT_NODE)
      text_collect(out, node->children, depth + 1);
  }
}

static struct span text_of(struct arena *a, const xmlNode *node)
{
  struct buf out = {.max = TEXT_MOST};
  text_collect(&out, node->children, 0);
  if (out.failed) /* too long for a title or a date */
    buf_clear(&out);
  return arena_take(a, &out);
}

/* The first child with this name; without a namespace part: in any namespace. */
static const xmlNode *child_of(const xmlNode *node, const char *name, const char *namespace_part)
{
  for (const xmlNode *child = node->children; child; child = child->next)
    if (is_named(child, name) && (!namespace_part || is_in(child, namespace_part)))
      return child;
  return NULL;
}

static const xmlNode *own_child_of(const xmlNode *node, const char *name)
{
  for (const xmlNode *child = node->children; child; child = child->next)
    if (is_named(child, name) && (!child->ns || !node->ns || child->ns == node->ns ||
                                  xmlStrEqual(child->ns->href, node->ns->href)))
      return child;
  return NULL;
}

/* ---- addresses */

static struct span address_at(struct arena *a, const xmlNode *node, const char *address)
{
  xmlChar *base = xmlNodeGetBase(node->doc, node);
  struct span out = import_text_address(a, span_z(address), (const char *)base);
  xmlFree(base);
  return out;
}

static struct span attribute_address(struct arena *a, xmlNode *node, const char *name)
{
  xmlChar *value = xmlGetNoNsProp(node, (const xmlChar *)name);
  struct span out = value ? address_at(a, node, (const char *)value) : SPAN("");
  xmlFree(value);
  return out;
}

/* The link to the page of an entry: rel="alternate" or no rel. */
static struct span atom_link(struct arena *a, const xmlNode *entry)
{
  struct span other = SPAN("");
  for (xmlNode *child = entry->children; child; child = child->next) {
    if (!is_named(child, "link") || !xmlHasProp(child, (const xmlChar *)"href"))
      continue;
    xmlChar *rel = xmlGetNoNsProp(child, (const xmlChar *)"rel");
    bool alternate = !rel || xmlStrEqual(rel, (const xmlChar *)"alternate");
    xmlFree(rel);
    struct span address = attribute_address(a, child, "href");
    if (alternate && address.n)
      return address;
    other = other.n ? other : address;
  }
  return other;
}

static struct span rss_link(struct arena *a, const xmlNode *item)
{
  const xmlNode *link = own_child_of(item, "link"), *guid = own_child_of(item, "guid");
  struct span address = link ? address_at(a, link, arena_z(a, text_of(a, link))) : SPAN("");
  if (!address.n)
    address = atom_link(a, item);
  xmlChar *permanent = guid ? xmlGetNoNsProp((xmlNode *)guid, (const xmlChar *)"isPermaLink") : NULL;
  if (!address.n && guid && !(permanent && xmlStrcasecmp(permanent, (const xmlChar *)"false") == 0))
    address = import_text_address(a, text_of(a, guid), NULL);
  xmlFree(permanent);
  return address;
}

/* ---- entries */

static int64_t date_of(struct arena *a, const xmlNode *entry)
{
  static const char *const names[] = {"published", "issued", "pubDate", "date", "created", "updated", "modified"};
  int64_t us = CLOCK_NEVER;
  for (size_t i = 0; i < sizeof names / sizeof *names && us == CLOCK_NEVER; i++) {
    const xmlNode *node = child_of(entry, names[i], NULL);
    if (node && !import_date_read(text_of(a, node), &us))
      us = CLOCK_NEVER;
  }
  return us;
}

static struct span title_of(struct arena *a, const xmlNode *entry)
{
  static const char *const bodies[] = {"summary", "description", "content"};
  const xmlNode *node = own_child_of(entry, "title");
  struct span title = node ? import_text_plain(a, text_of(a, node)) : SPAN("");
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies && !title.n; i++)
    if ((node = own_child_of(entry, bodies[i])))
      title = utf8_cut(import_text_plain(a, text_of(a, node)), WORDS_AS_TITLE);
  return title;
}

static void entry_take(struct import_feed *f, const xmlNode *entry)
{
  struct arena *a = f->arena;
  struct import_entry e = {.title = title_of(a, entry), .at_us = date_of(a, entry)};
  e.url = is_named(entry, "entry") ? atom_link(a, entry) : rss_link(a, entry);
  e.tag = import_feed_tag_of(a, e.url);
  if (e.title.n || e.tag.n)
    import_feed_add(f, &e);
}

/* ---- the document */

static bool is_entry(xmlTextReaderPtr r)
{
  const char *name = (const char *)xmlTextReaderConstLocalName(r);
  return xmlTextReaderNodeType(r) == XML_READER_TYPE_ELEMENT && name && (strcmp(name, "entry") == 0 || strcmp(name, "item") == 0);
}

static bool declares_entities(xmlTextReaderPtr r)
{
  const xmlDoc *doc = xmlTextReaderCurrentDoc(r);
  return doc && doc->intSubset && (doc->intSubset->entities || doc->intSubset->pentities);
}

static bool root_is_feed(xmlTextReaderPtr r)
{
  const char *name = (const char *)xmlTextReaderConstLocalName(r);
  return name && (strcmp(name, "feed") == 0 || strcmp(name, "rss") == 0 || strcmp(name, "RDF") == 0);
}

/* 1: go on; 0: the end; -1: a fault was noted. */
static int node_read(struct import_feed *f, xmlTextReaderPtr r, bool *root)
{
  int more = xmlTextReaderRead(r);
  while (more == 1) {
    bool element = xmlTextReaderNodeType(r) == XML_READER_TYPE_ELEMENT;
    if (declares_entities(r)) {
      import_feed_fault(f, ENTITIES_REFUSED);
      return -1;
    }
    if (element && !*root && !root_is_feed(r)) {
      import_feed_fault(f, "this is no feed: its root element is %.60s", (const char *)xmlTextReaderConstLocalName(r));
      return -1;
    }
    *root |= element;
    if (!is_entry(r))
      return 1;
    const xmlNode *entry = xmlTextReaderExpand(r);
    if (!entry)
      return 1; /* the next read ends at the fault */
    entry_take(f, entry);
    more = xmlTextReaderNext(r); /* may be the next entry already */
  }
  return more;
}

static bool entries_read(struct import_feed *f, const struct import_document *d, const char *encoding, struct xml_faults *faults)
{
  const int options = XML_PARSE_NONET | XML_PARSE_NOBLANKS | XML_PARSE_COMPACT | (encoding ? XML_PARSE_IGNORE_ENC : 0);
  bool root = false;
  int more = 1;
  xmlTextReaderPtr r = xmlReaderForMemory(d->bytes.p, (int)d->bytes.n, d->url, encoding, options);
  if (!r)
    return import_feed_fault(f, "out of memory");
  xmlTextReaderSetStructuredErrorHandler(r, (xmlStructuredErrorFunc)(void (*)(void))fault_take, faults);
  while (more == 1 && !faults->malformed)
    more = node_read(f, r, &root);
  if (!f->fault.n && declares_entities(r)) /* the fault may lie in the declaration */
    import_feed_fault(f, ENTITIES_REFUSED);
  xmlDoc *doc = xmlTextReaderCurrentDoc(r);
  xmlFreeTextReader(r);
  xmlFreeDoc(doc);
  if (f->fault.n)
    return false;
  if (faults->malformed || more < 0)
    return import_feed_fault(f, "the document is not well-formed: line %d: %s", faults->line, faults->words);
  return root || import_feed_fault(f, "this is no feed: it has no element");
}

/* A declaration or a byte order mark counts more than the Content-Type, which servers often guess (RFC 7303 section 3 sees it
 * the other way round). */
static const char *encoding_of(struct arena *a, const struct import_document *d)
{
  struct span head = span_head(d->bytes, 200);
  bool declared = span_find_span(head, SPAN("encoding")) < head.n || ((unsigned char)head.p[0] >= 0xEF) || !head.p[0] ||
                  (head.n > 1 && !head.p[1]);
  return d->charset.n && !declared ? arena_z(a, d->charset) : NULL;
}

static bool is_name_char(char c, bool first)
{
  return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (!first && c >= '0' && c <= '9');
}

/* "&name;" at the start of s: the length of the name; 0: there is none. */
static size_t name_length(struct span s, char name[NAME_MOST])
{
  size_t n = 0;
  while (n + 1 < s.n && n + 1 < NAME_MOST && is_name_char(s.p[n + 1], n == 0)) {
    name[n] = s.p[n + 1];
    n++;
  }
  name[n] = 0;
  return n && n + 1 < s.n && s.p[n + 1] == ';' ? n : 0;
}

static void numbers_append(struct buf *out, struct span text)
{
  for (uint32_t c; text.n;) {
    text = span_from(text, utf8_next(text, &c));
    buf_printf(out, "&#%u;", (unsigned)c);
  }
}

/* Appends what the entity of HTML stands for, in a form that every encoding has.  false: there is no such entity. */
static bool entity_append(struct buf *out, struct span entity)
{
  GumboOptions options = kGumboDefaultOptions;
  options.fragment_context = GUMBO_TAG_BODY;
  GumboOutput *parsed = gumbo_parse_with_options(&options, entity.p, entity.n);
  const GumboVector *nodes = &parsed->root->v.element.children;
  const GumboNode *node = nodes->length == 1 ? nodes->data[0] : NULL;
  bool is_text = node && (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE);
  bool known = is_text && !span_eq(span_z(node->v.text.text), entity);
  if (known)
    numbers_append(out, span_z(node->v.text.text));
  gumbo_destroy_output(&options, parsed);
  return known;
}

/* Names of HTML as numbers, unknown names as text.  The five names of XML stay. */
static struct span without_names(struct arena *a, struct span s)
{
  static const char *const own[] = {"amp", "lt", "gt", "quot", "apos"};
  struct buf out = BUF_INIT;
  char name[NAME_MOST];
  while (s.n) {
    size_t plain = span_find(s, '&'), n;
    buf_span(&out, span_head(s, plain));
    s = span_from(s, plain);
    bool stays = !(n = name_length(s, name));
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
      stays |= strcmp(name, own[i]) == 0;
    bool known = !stays && entity_append(&out, span_head(s, n + 2));
    if (!known && s.n)
      buf_puts(&out, stays ? "&" : "&amp;");
    s = span_from(s, known ? n + 2 : 1);
  }
  return arena_take(a, &out);
}

bool import_xml_read(struct import_feed *f, const struct import_document *document)
{
  struct import_document named, *d = &named;
  bool renamed = false;
  named = *document;
  const char *const encodings[] = {encoding_of(f->arena, d), "windows-1252", "ISO-8859-1"};
  if (span_find_span(d->bytes, SPAN("<!ENTITY")) < d->bytes.n)
    return import_feed_fault(f, ENTITIES_REFUSED);
  for (size_t i = 0;; i++) {
    struct xml_faults faults = {.line = 0};
    if (entries_read(f, d, encodings[i], &faults))
      return true;
    bool rename = faults.name && !renamed;
    if (rename)
      d->bytes = without_names(f->arena, d->bytes);
    else if (!faults.encoding || i + 1 == sizeof encodings / sizeof *encodings)
      return false;
    renamed |= rename;
    i -= rename;
    *f = (struct import_feed){.arena = f->arena};
  }
}

#include "site/product_links.h"

#include <xxhash.h>

#include "model/sentences.h"
#include "site/site.h"
#include "text/escape.h"

#define SET_MOST 4
#define TRIES 5

static const struct span by_name = {"<a data-name=\"", 14}, by_text = {"<a data-text=\"", 14}, end_mark = {"</a>", 4};

struct product_link {
  struct span slugs[SET_MOST], names[SET_MOST];
  size_t n; /* 0: an unknown product is among them */
};

static void member_add(struct product_link *l, struct span slug, struct span name)
{
  size_t at = l->n++;
  for (size_t i = 0; i < l->n - 1; i++)
    if (span_eq(l->slugs[i], slug)) {
      l->n--;
      return;
    }
  for (; at && span_cmp(l->slugs[at - 1], slug) > 0; at--) {
    l->slugs[at] = l->slugs[at - 1];
    l->names[at] = l->names[at - 1];
  }
  l->slugs[at] = slug;
  l->names[at] = name;
}

static struct product_link link_read(struct page *p, const struct catalog_pin *pin, struct span name)
{
  struct product_link l = {.n = 0}, none = {.n = 0};
  for (size_t n = 0; name.n; n++) {
    size_t at = span_find_span(name, SPAN("-vs-"));
    struct facts f;
    bool alias;
    uint32_t ordinal = catalog_find(pin, span_head(name, at), &alias);
    if (n == SET_MOST || ordinal == CATALOG_NONE || !catalog_facts(pin, ordinal, &f) || f.status != PRODUCT_PUBLISHED)
      return none;
    page_facts_refresh(p, &f);
    member_add(&l, arena_copy(p->arena, f.slug), arena_copy(p->arena, f.name));
    name = span_from(name, at + strlen("-vs-"));
  }
  return l;
}

/* The catalog may change while a page is built. */
static struct product_link link_find(struct page *p, struct span name)
{
  struct catalog_pin pin = p->pin;
  for (int i = 0; i < TRIES; i++) {
    struct product_link l = link_read(p, &pin, name);
    if (catalog_pin_valid(&pin))
      return l;
    if (!catalog_pin_current(site_catalog(p->site), &pin))
      break;
  }
  p->uncacheable = true;
  return (struct product_link){.n = 0};
}

static uint64_t link_digest(const struct product_link *l, uint64_t digest)
{
  digest = XXH3_64bits_withSeed(&l->n, sizeof l->n, digest);
  for (size_t i = 0; i < l->n; i++) {
    digest = XXH3_64bits_withSeed(l->slugs[i].p, l->slugs[i].n, digest);
    digest = XXH3_64bits_withSeed(l->names[i].p, l->names[i].n, digest);
  }
  return digest;
}

uint64_t product_links_digest(struct page *p, struct span names)
{
  uint64_t digest = 0;
  while (names.n) {
    struct product_link l = link_find(p, span_split(&names, '\n'));
    digest = link_digest(&l, digest);
  }
  return digest;
}

/* ---- writing */

static struct span path_of(struct page *p, const struct product_link *l)
{
  struct span base = config_base_path(site_config(p->site));
  struct span path = ARENA_JOIN(p->arena, base, l->n == 1 ? SPAN("/products/") : SPAN("/compare/"), l->slugs[0]);
  for (size_t i = 1; i < l->n; i++)
    path = ARENA_JOIN(p->arena, path, SPAN("-vs-"), l->slugs[i]);
  return path;
}

/* `rest` begins with a mark; returns what follows the link. */
static struct span link_write(struct page *p, struct buf *out, struct span rest, bool markdown)
{
  bool named = span_starts(rest, by_name);
  struct span name = span_from(rest, by_name.n);
  name = span_head(name, span_find(name, '"'));
  struct span text = span_from(rest, by_name.n + name.n + 2);
  text = span_head(text, span_find_span(text, end_mark));
  struct product_link l = link_find(p, name);
  p->linked = ARENA_JOIN(p->arena, p->linked, name, SPAN("\n"));
  if (l.n)
    buf_printf(out, markdown ? "[" : "<a href=\"%.*s\">", SPAN_ARG(path_of(p, &l)));
  if (named && l.n)
    (markdown ? escape_md : escape_html)(out, sentences_versus(p->arena, l.names, l.n));
  else
    buf_span(out, text);
  if (l.n && markdown)
    buf_printf(out, "](%.*s)", SPAN_ARG(path_of(p, &l)));
  else if (l.n)
    buf_span(out, end_mark);
  return span_from(rest, (size_t)(text.p - rest.p) + text.n + end_mark.n);
}

static struct span links_make(struct page *p, struct span body, bool markdown)
{
  struct buf out = BUF_INIT;
  size_t at;
  if (span_find_span(body, SPAN("<a data-")) == body.n)
    return body;
  while ((at = span_find_span(body, SPAN("<a data-"))) < body.n) {
    buf_span(&out, span_head(body, at));
    body = span_from(body, at);
    if (span_starts(body, by_name) || span_starts(body, by_text))
      body = link_write(p, &out, body, markdown);
    else {
      buf_putc(&out, '<');
      body = span_from(body, 1);
    }
  }
  buf_span(&out, body);
  return arena_take(p->arena, &out);
}

struct span product_links_html(struct page *p, struct span html)
{
  return links_make(p, html, false);
}

struct span product_links_markdown(struct page *p, struct span markdown)
{
  return links_make(p, markdown, true);
}

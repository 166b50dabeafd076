/* Reads revisions, sectors, themes and aliases of products with one statement.  The rows arrive in any order and are
 * sorted here, so that the same links always give the same hash. */
#include <stdlib.h>

#include "base/hash.h"
#include "rows/rows_facts.h"
#include "text/slug.h"

/* The order in which they are mixed into the hash. */
enum kind { KIND_REVISION, KIND_SECTOR, KIND_THEME, KIND_ALIAS };

enum { L_KIND, L_PRODUCT, L_ID, L_SORT, L_SLUG };

struct link {
  struct product *owner;
  enum kind kind;
  int64_t sort;
  uint64_t id;
  struct span slug;
};

void rows_links_sql(const struct rows_reading *r, struct buf *sql)
{
  buf_printf(sql, "SELECT %d, entity_id, rev, 0, NULL FROM revision WHERE entity = 'product' AND", KIND_REVISION);
  rows_sql_in(sql, "entity_id", &r->set);
  buf_printf(sql, " UNION ALL SELECT %d, product_id, sector_id, sort, NULL FROM site_product_sector WHERE", KIND_SECTOR);
  rows_sql_in(sql, "product_id", &r->set);
  buf_printf(sql, " UNION ALL SELECT %d, product_id, theme_id, sort, NULL FROM site_product_theme WHERE", KIND_THEME);
  rows_sql_in(sql, "product_id", &r->set);
  buf_printf(sql, " UNION ALL SELECT %d, product_id, 0, 0, slug FROM site_product_alias WHERE", KIND_ALIAS);
  rows_sql_in(sql, "product_id", &r->set);
}

static int link_compare(const void *x, const void *y)
{
  const struct link *a = x, *b = y;
  if (a->owner != b->owner)
    return a->owner < b->owner ? -1 : 1;
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  if (a->sort != b->sort)
    return a->sort < b->sort ? -1 : 1;
  if (a->id != b->id)
    return a->id < b->id ? -1 : 1;
  return span_cmp(a->slug, b->slug);
}

static struct link *links_take(struct rows_reading *r, struct db_rows *rows, size_t *n)
{
  struct link *links = ARENA_ARRAY(r->arena, rows->count + 1, struct link);
  *n = 0;
  while (links && db_next(rows)) {
    struct product *p = rows_reading_find(r, db_uint(rows, L_PRODUCT));
    if (p)
      links[(*n)++] = (struct link){p, (enum kind)db_uint(rows, L_KIND), db_int(rows, L_SORT), db_uint(rows, L_ID),
                                    arena_copy(r->arena, db_text(rows, L_SLUG))};
  }
  if (links)
    qsort(links, *n, sizeof *links, link_compare);
  return links;
}

static bool among_links(const struct link *links, size_t n, const struct link *one)
{
  for (size_t i = 0; i < n; i++)
    if (links[i].id == one->id && span_eq(links[i].slug, one->slug))
      return true;
  return false;
}

/* Removes copies from one product's links of one kind; the first copy stays.  A view may return a link several times,
 * with different sort values.  Beyond SEARCHED links only adjacent copies are found, so that the time stays linear;
 * pages show fewer links. */
#define SEARCHED 256
static size_t links_once(struct link *links, size_t n)
{
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    size_t back = kept < SEARCHED ? kept : 1;
    if (!among_links(links + kept - back, back, &links[i]))
      links[kept++] = links[i];
  }
  return kept;
}

static enum err ids_set(struct rows_reading *r, const struct link *links, size_t n, uint32_t most,
                        const uint64_t **ids, uint32_t *count)
{
  uint64_t *to = ARENA_ARRAY(r->arena, n, uint64_t);
  *count = 0;
  if (!to)
    return ERR_NO_MEMORY;
  for (size_t i = 0; i < n; i++)
    if (*count < most)
      to[(*count)++] = links[i].id;
  *ids = to;
  return ERR_OK;
}

static enum err aliases_set(struct rows_reading *r, const struct link *links, size_t n)
{
  struct product *p = links->owner;
  struct span *to = ARENA_ARRAY(r->arena, n, struct span);
  if (!to)
    return ERR_NO_MEMORY;
  for (size_t i = 0; i < n; i++)
    if (slug_valid(links[i].slug))
      to[p->n_aliases++] = links[i].slug;
  p->aliases = to;
  return ERR_OK;
}

static enum err group_set(struct rows_reading *r, struct link *links, size_t n)
{
  struct product *p = links->owner;
  n = links_once(links, n);
  if (links->kind == KIND_REVISION) {
    p->facts.version.rev = links->id;
    return ERR_OK;
  }
  rows_reading_mix(r, p, (uint64_t)links->kind);
  for (size_t i = 0; i < n; i++)
    rows_reading_mix(r, p, links->kind == KIND_ALIAS ? hash_span(0, links[i].slug) : links[i].id);
  if (links->kind == KIND_SECTOR)
    return ids_set(r, links, n, PRODUCT_SECTORS_MAX, &p->facts.sectors, &p->facts.n_sectors);
  if (links->kind == KIND_THEME)
    return ids_set(r, links, n, PRODUCT_THEMES_MAX, &p->facts.themes, &p->facts.n_themes);
  return aliases_set(r, links, n);
}

enum err rows_links_take(struct rows_reading *r, struct db_rows *rows)
{
  size_t n = 0, start = 0;
  struct link *links = links_take(r, rows, &n);
  enum err err = links ? ERR_OK : ERR_NO_MEMORY;
  for (size_t i = 1; err == ERR_OK && i <= n; i++) {
    if (i < n && links[i].owner == links[start].owner && links[i].kind == links[start].kind)
      continue;
    err = group_set(r, links + start, i - start);
    start = i;
  }
  return err;
}

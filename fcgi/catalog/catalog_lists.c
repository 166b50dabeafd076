/* Reads the catalog's lists through a pin: rankings, sectors, themes, pages, attributes, pairs. */
#include "catalog/catalog_layout.h"

static struct catalog_list list_read(const struct catalog_pin *pin, enum catalog_table t)
{
  struct catalog_list l;
  l.ordinals = catalog_table_read(pin, t, sizeof *l.ordinals, &l.n);
  return l;
}

struct catalog_list catalog_ranking(const struct catalog_pin *pin)
{
  return list_read(pin, TABLE_RANKING);
}

struct catalog_list catalog_by_slug(const struct catalog_pin *pin)
{
  return list_read(pin, TABLE_BY_SLUG);
}

struct catalog_list catalog_ordered(const struct catalog_pin *pin, enum catalog_order order)
{
  static const enum catalog_table tables[CATALOG_ORDERS] = {TABLE_RANKING, TABLE_BY_MOVES, TABLE_BY_LATEST, TABLE_BY_NAME};
  return list_read(pin, tables[order]);
}

static struct catalog_list newest_list(const struct catalog_pin *pin, enum catalog_newest which)
{
  const struct catalog_snapshot *b = pin->snapshot;
  uint32_t count = __atomic_load_n(&b->n_newest[which], __ATOMIC_RELAXED);
  return (struct catalog_list){b->newest[which], count < CATALOG_RECENT ? count : CATALOG_RECENT};
}

struct catalog_list catalog_recent(const struct catalog_pin *pin)
{
  return newest_list(pin, NEWEST_ACTIVITIES);
}

struct catalog_list catalog_recent_sparks(const struct catalog_pin *pin)
{
  return newest_list(pin, NEWEST_SPARKS);
}

struct catalog_list catalog_recent_releases(const struct catalog_pin *pin)
{
  return newest_list(pin, NEWEST_RELEASES);
}

struct catalog_list catalog_recent_editorials(const struct catalog_pin *pin)
{
  return newest_list(pin, NEWEST_EDITORIALS);
}

/* ---- sectors, themes, pages and attributes: entries in index order, then the orders by id and by slug */
struct entries {
  const struct catalog_entry *at;
  const uint32_t *by_id, *by_slug;
  uint32_t n;
};

static struct entries entries_read(const struct catalog_pin *pin, enum catalog_table t)
{
  struct entries e;
  e.at = catalog_table_read(pin, t, sizeof *e.at + 2 * sizeof(uint32_t), &e.n);
  e.by_id = e.at ? (const uint32_t *)(e.at + e.n) : NULL;
  e.by_slug = e.at ? e.by_id + e.n : NULL;
  return e;
}

static bool term_read(const struct catalog_pin *pin, uint32_t at, struct catalog_term *out, enum product_status *status)
{
  const struct catalog_term_record *found = catalog_at(pin->catalog, pin->half, at, sizeof *found);
  struct catalog_term_record r;
  if (!found)
    return false;
  memcpy(&r, found, sizeof r);
  if (!catalog_at(pin->catalog, pin->half, at, sizeof r + r.slug_n + r.name_n))
    return false;
  const char *text = (const char *)(found + 1);
  *out = (struct catalog_term){.id = r.id, .version = {r.rev, r.hash}, .slug = {text, r.slug_n},
                               .name = {text + r.slug_n, r.name_n}, .sort = r.number,
                               .edited_us = r.edited_us};
  *status = (enum product_status)(r.status & 3);
  return true;
}

static bool term_at(const struct catalog_pin *pin, const struct entries *e, uint32_t index, struct catalog_term *out)
{
  enum product_status status;
  uint32_t n;
  *out = (struct catalog_term){0};
  if (index >= e->n)
    return false;
  struct catalog_entry entry = e->at[index];
  if (!term_read(pin, entry.record, out, &status))
    return false;
  const uint32_t *lists = catalog_table_read(pin, TABLE_LISTS, sizeof *lists, &n);
  out->median2 = entry.median2;
  out->firsts = entry.firsts;
  if (entry.list <= n && entry.n_list <= n - entry.list && entry.n_list)
    out->ranking = (struct catalog_list){lists + entry.list, entry.n_list};
  return true;
}

/* Compares the term with the wanted slug, or with the id when slug is NULL: <0, 0, >0.  false: it cannot be read. */
static bool term_compare(const struct catalog_pin *pin, uint32_t at, uint64_t id, const struct span *slug, int *c)
{
  const struct catalog_term_record *r = catalog_at(pin->catalog, pin->half, at, sizeof *r);
  struct catalog_term t;
  enum product_status status;
  if (!r || (slug && !term_read(pin, at, &t, &status)))
    return false;
  *c = slug ? span_cmp(t.slug, *slug) : (r->id > id) - (r->id < id);
  return true;
}

/* Binary search by slug, or by id when slug is NULL.  Returns the index or CATALOG_NONE. */
static uint32_t entry_find(const struct catalog_pin *pin, const struct entries *e, uint64_t id, const struct span *slug)
{
  const uint32_t *order = slug ? e->by_slug : e->by_id;
  uint32_t from = 0, to = e->n;
  while (from < to) {
    uint32_t middle = from + (to - from) / 2, index = order[middle];
    int c;
    if (index >= e->n || !term_compare(pin, e->at[index].record, id, slug, &c))
      return CATALOG_NONE;
    if (c == 0)
      return index;
    if (c < 0)
      from = middle + 1;
    else
      to = middle;
  }
  return CATALOG_NONE;
}

static bool term_find(const struct catalog_pin *pin, enum catalog_table t, uint64_t id, const struct span *slug,
                      struct catalog_term *out)
{
  struct entries e = entries_read(pin, t);
  return term_at(pin, &e, entry_find(pin, &e, id, slug), out);
}

uint32_t catalog_sectors(const struct catalog_pin *pin)
{
  return entries_read(pin, TABLE_SECTORS).n;
}

bool catalog_sector(const struct catalog_pin *pin, uint32_t index, struct catalog_term *out)
{
  struct entries e = entries_read(pin, TABLE_SECTORS);
  return term_at(pin, &e, index, out);
}

bool catalog_sector_id(const struct catalog_pin *pin, uint64_t id, struct catalog_term *out)
{
  return term_find(pin, TABLE_SECTORS, id, NULL, out);
}

bool catalog_sector_past(const struct catalog_pin *pin, uint64_t id, uint32_t out[SCORE_MONTHS])
{
  struct entries e = entries_read(pin, TABLE_SECTORS);
  uint32_t n, index = entry_find(pin, &e, id, NULL);
  const uint32_t *past = catalog_table_read(pin, TABLE_PAST, SCORE_MONTHS * sizeof *past, &n);
  if (index < n)
    memcpy(out, past + (size_t)index * SCORE_MONTHS, SCORE_MONTHS * sizeof *past);
  else
    memset(out, 0, SCORE_MONTHS * sizeof *past);
  return index < n;
}

bool catalog_sector_slug(const struct catalog_pin *pin, struct span slug, struct catalog_term *out)
{
  return term_find(pin, TABLE_SECTORS, 0, &slug, out);
}

uint32_t catalog_themes(const struct catalog_pin *pin)
{
  return entries_read(pin, TABLE_THEMES).n;
}

bool catalog_theme(const struct catalog_pin *pin, uint32_t index, struct catalog_term *out)
{
  struct entries e = entries_read(pin, TABLE_THEMES);
  return term_at(pin, &e, index, out);
}

bool catalog_theme_id(const struct catalog_pin *pin, uint64_t id, struct catalog_term *out)
{
  return term_find(pin, TABLE_THEMES, id, NULL, out);
}

bool catalog_theme_slug(const struct catalog_pin *pin, struct span slug, struct catalog_term *out)
{
  return term_find(pin, TABLE_THEMES, 0, &slug, out);
}

uint32_t catalog_pages(const struct catalog_pin *pin)
{
  return entries_read(pin, TABLE_PAGES).n;
}

bool catalog_page_at(const struct catalog_pin *pin, uint32_t index, struct page_head *out)
{
  struct entries e = entries_read(pin, TABLE_PAGES);
  struct catalog_term t;
  enum product_status status;
  *out = (struct page_head){0};
  if (index >= e.n || !term_read(pin, e.at[index].record, &t, &status))
    return false;
  *out = (struct page_head){t.id, t.version, t.slug, t.name, status, t.sort};
  return true;
}

bool catalog_page_slug(const struct catalog_pin *pin, struct span slug, struct page_head *out)
{
  struct entries e = entries_read(pin, TABLE_PAGES);
  return catalog_page_at(pin, entry_find(pin, &e, 0, &slug), out);
}

uint32_t catalog_attributes(const struct catalog_pin *pin)
{
  return entries_read(pin, TABLE_ATTRIBUTES).n;
}

bool catalog_attribute(const struct catalog_pin *pin, uint32_t index, struct arena *arena, struct attribute *out)
{
  struct entries e = entries_read(pin, TABLE_ATTRIBUTES);
  struct catalog_term t;
  enum product_status status;
  *out = (struct attribute){0};
  return index < e.n && term_read(pin, e.at[index].record, &t, &status) && catalog_attribute_read(&t, status, arena, out);
}

struct version catalog_site_version(const struct catalog_pin *pin)
{
  return ((const struct catalog_snapshot *)pin->snapshot)->site;
}

int64_t catalog_site_edited(const struct catalog_pin *pin)
{
  return ((const struct catalog_snapshot *)pin->snapshot)->site_edited_us;
}

int64_t catalog_public_changed(const struct catalog_pin *pin)
{
  return ((const struct catalog_snapshot *)pin->snapshot)->public_us;
}

/* ---- the ledger */
struct catalog_list catalog_ledger(const struct catalog_pin *pin)
{
  return list_read(pin, TABLE_LEDGER);
}

uint32_t catalog_ledger_came_true(const struct catalog_pin *pin)
{
  return ((const struct catalog_snapshot *)pin->snapshot)->came_true;
}

uint32_t catalog_ledger_failed(const struct catalog_pin *pin)
{
  return ((const struct catalog_snapshot *)pin->snapshot)->failed;
}

/* ---- pairs */
static bool pair_listed(const struct catalog_pin *pin, uint64_t id, uint64_t other)
{
  struct catalog_record r;
  uint32_t ordinal = catalog_find_id(pin, id);
  const void *body = ordinal == CATALOG_NONE ? NULL : catalog_record_read(pin, ordinal, &r);
  if (!body)
    return false;
  const uint64_t *ids = catalog_record_pairs(&r, body);
  for (uint32_t from = 0, to = r.n_pairs; from < to;) {
    uint32_t middle = (from + to) / 2;
    if (ids[middle] == other)
      return true;
    if (ids[middle] < other)
      from = middle + 1;
    else
      to = middle;
  }
  return false;
}

bool catalog_pair(const struct catalog_pin *pin, uint64_t id, uint64_t other_id)
{
  return pair_listed(pin, id, other_id) || pair_listed(pin, other_id, id);
}

uint32_t catalog_pairs(const struct catalog_pin *pin)
{
  uint32_t n;
  catalog_table_read(pin, TABLE_PAIRS, sizeof(struct catalog_pair_ids), &n);
  return n;
}

bool catalog_pair_at(const struct catalog_pin *pin, uint32_t index, uint64_t *id, uint64_t *other_id)
{
  uint32_t n;
  const struct catalog_pair_ids *pairs = catalog_table_read(pin, TABLE_PAIRS, sizeof *pairs, &n);
  if (index >= n)
    return false;
  *id = pairs[index].low;
  *other_id = pairs[index].high;
  return true;
}

bool catalog_written_at(const struct catalog_pin *pin, uint32_t index, uint64_t *id, uint64_t *other_id)
{
  const struct catalog_snapshot *b = pin->snapshot;
  uint32_t n = __atomic_load_n(&b->n_written, __ATOMIC_RELAXED);
  if (index >= n || index >= CATALOG_WRITTEN)
    return false;
  *id = b->written[index].low;
  *other_id = b->written[index].high;
  return true;
}

/* Reads again what changed and stages what it is now. */
#include <stdlib.h>

#include "base/log.h"
#include "watch/watch.h"

/* ---- lists of ids */

bool watch_ids_add(struct watch_ids *ids, uint64_t id)
{
  if (ids->n && ids->v[ids->n - 1] == id)
    return true;
  if (ids->n == ids->cap) {
    size_t cap = ids->cap ? 2 * ids->cap : 256;
    uint64_t *v = realloc(ids->v, cap * sizeof *v);
    if (!v)
      return false;
    ids->v = v;
    ids->cap = cap;
  }
  ids->v[ids->n++] = id;
  return true;
}

static int by_value(const void *x, const void *y)
{
  uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
  return (a > b) - (a < b);
}

void watch_ids_sort(struct watch_ids *ids)
{
  size_t kept = 0;
  if (ids->n)
    qsort(ids->v, ids->n, sizeof *ids->v, by_value);
  for (size_t i = 0; i < ids->n; i++)
    if (i == 0 || ids->v[i] != ids->v[kept - 1])
      ids->v[kept++] = ids->v[i];
  ids->n = kept;
}

/* ---- staging and publishing */

/* Room comes back within the time that readers of the older half may take; after twice that it won't. */
#define FULL_US (2 * CATALOG_GRACE_S * CLOCK_SECOND)

void watch_noted(struct watch *w, enum err err)
{
  if (err != ERR_LIMIT && err != ERR_NO_MEMORY)
    return;
  w->refused = true;
  if (!w->full) {
    log_error("the catalog's memory does not suffice (%s): raise catalog_bytes", err_text(err));
    w->full = true;
    w->full_since_us = clock_mono_us();
  }
}

#define LATE_US (2 * CLOCK_SECOND)

int64_t watch_changed_us(const struct watch *w)
{
  bool soon = w->logged_us >= w->db_now_us - LATE_US && w->logged_us <= w->db_now_us;
  return soon ? w->logged_us : w->db_now_us;
}

/* When what has version `now` was edited; before_us is the catalog's word on `before`, NULL when it has none.
 * While everything is read, what is not known yet may be as old as its rows say. */
static int64_t edited_us(const struct watch *w, const struct version *before, int64_t before_us, const struct version *now)
{
  if (before && version_eq(*before, *now))
    return before_us;
  return !before && w->loading ? CLOCK_NEVER : watch_changed_us(w);
}

static int64_t product_edited_us(const struct watch *w, const struct facts *f)
{
  struct catalog_pin pin;
  struct facts had;
  uint32_t ordinal = catalog_pin_current(w->catalog, &pin) ? catalog_find_id(&pin, f->id) : CATALOG_NONE;
  bool known = ordinal != CATALOG_NONE && catalog_facts(&pin, ordinal, &had);
  return edited_us(w, known ? &had.version : NULL, known ? had.edited_us : CLOCK_NEVER, &f->version);
}

enum err watch_staged(struct watch *w, enum err err)
{
  watch_noted(w, err);
  bool leave = w->loading || clock_mono_us() - w->full_since_us > FULL_US;
  if (err != ERR_LIMIT || !leave)
    return err;
  w->left = true;
  return ERR_OK;
}

enum err watch_put(struct watch *w, const struct product *p)
{
  struct facts facts = p->facts;
  uint64_t *pairs = ARENA_ARRAY(w->arena, p->n_pairs + 1, uint64_t);
  if (!pairs)
    return ERR_NO_MEMORY;
  for (size_t i = 0; i < p->n_pairs; i++)
    pairs[i] = p->pairs[i].other_id;
  facts.edited_us = product_edited_us(w, &facts);
  return watch_staged(w, catalog_put(w->writer, &facts, p->aliases, p->n_aliases, pairs, p->n_pairs));
}

enum err watch_publish(struct watch *w, const struct catalog_follow *follow)
{
  enum err err = catalog_writer_publish(w->writer, follow);
  if (err == ERR_OK) {
    METRICS_ADD(w->metrics, publishes, 1);
    w->full = w->refused || w->left;
    w->refused = false;
    w->unsaved = true;
  }
  watch_noted(w, err);
  return err;
}

/* ---- products */

static enum err batch_apply(struct watch *w, const uint64_t *ids, size_t n)
{
  struct rows_batch batch;
  size_t at = 0;
  arena_reset(w->arena);
  enum err err = rows_batch_list(w->db, ids, n, w->arena, watch_deadline(), &batch);
  for (size_t i = 0; err == ERR_OK && i < n; i++) {
    if (at < batch.n && batch.products[at].facts.id == ids[i])
      err = watch_put(w, &batch.products[at++]);
    else
      err = catalog_remove(w->writer, ids[i]);
  }
  return err;
}

enum err watch_products(struct watch *w, const uint64_t *ids, size_t n)
{
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < n; i += WATCH_BATCH) {
    if (watch_stopping(w))
      return ERR_UNAVAILABLE;
    err = batch_apply(w, ids + i, n - i < WATCH_BATCH ? n - i : WATCH_BATCH);
  }
  return err;
}

/* ---- sectors, themes, pages, the site's questions: small tables, compared whole */

struct terms_change {
  struct watch *w;
  struct catalog_pin pin;
  bool pinned, all;
  size_t found;
  enum err err; /* the first that could not be staged: its change must not be taken for shown */
};

/* Must `now` be staged, when the catalog has `before` (NULL: nothing)? */
static bool differs(struct terms_change *c, const struct version *before, const struct version *now)
{
  bool other = c->all || !before || !version_eq(*before, *now);
  c->found += other;
  return other;
}

/* True: `now`, a sector or theme, has to be staged; its edited_us is told then. */
static bool term_differs(struct terms_change *c, const struct catalog_term *before, struct catalog_term *now)
{
  const struct version *version = before ? &before->version : NULL;
  now->edited_us = edited_us(c->w, version, before ? before->edited_us : CLOCK_NEVER, &now->version);
  return differs(c, version, &now->version);
}

/* How many of those that the catalog has may be gone: when all are read, what was not seen is. */
static uint32_t gone_most(const struct terms_change *c, uint32_t (*count)(const struct catalog_pin *))
{
  return c->pinned && !c->all ? count(&c->pin) : 0;
}

static void term_noted(struct terms_change *c, enum err err)
{
  err = watch_staged(c->w, err);
  if (c->err == ERR_OK)
    c->err = err;
}

static bool among(const struct catalog_term *terms, size_t n, uint64_t id)
{
  for (size_t i = 0; i < n; i++)
    if (terms[i].id == id)
      return true;
  return false;
}

static void sectors_apply(struct terms_change *c, const struct rows_terms *t)
{
  struct catalog_term had;
  for (size_t i = 0; i < t->n_sectors; i++) {
    bool known = c->pinned && catalog_sector_id(&c->pin, t->sectors[i].id, &had);
    if (term_differs(c, known ? &had : NULL, &t->sectors[i]))
      term_noted(c, catalog_put_sector(c->w->writer, &t->sectors[i]));
  }
  for (uint32_t i = 0, n = gone_most(c, catalog_sectors); i < n; i++)
    if (catalog_sector(&c->pin, i, &had) && !among(t->sectors, t->n_sectors, had.id)) {
      catalog_remove_sector(c->w->writer, had.id);
      c->found++;
    }
}

static void themes_apply(struct terms_change *c, const struct rows_terms *t)
{
  struct catalog_term had;
  for (size_t i = 0; i < t->n_themes; i++) {
    bool known = c->pinned && catalog_theme_id(&c->pin, t->themes[i].id, &had);
    if (term_differs(c, known ? &had : NULL, &t->themes[i]))
      term_noted(c, catalog_put_theme(c->w->writer, &t->themes[i]));
  }
  for (uint32_t i = 0, n = gone_most(c, catalog_themes); i < n; i++)
    if (catalog_theme(&c->pin, i, &had) && !among(t->themes, t->n_themes, had.id)) {
      catalog_remove_theme(c->w->writer, had.id);
      c->found++;
    }
}

static void pages_apply(struct terms_change *c, const struct rows_terms *t)
{
  struct catalog_page had;
  uint32_t n = gone_most(c, catalog_pages);
  for (size_t i = 0; i < t->n_pages; i++) {
    bool known = false;
    for (uint32_t k = 0; k < n && !known; k++)
      known = catalog_page_at(&c->pin, k, &had) && had.id == t->pages[i].id;
    if (differs(c, known ? &had.version : NULL, &t->pages[i].version))
      term_noted(c, catalog_put_page(c->w->writer, &t->pages[i]));
  }
  for (uint32_t k = 0; k < n; k++) {
    bool stays = !catalog_page_at(&c->pin, k, &had);
    for (size_t i = 0; i < t->n_pages && !stays; i++)
      stays = t->pages[i].id == had.id;
    if (!stays) {
      catalog_remove_page(c->w->writer, had.id);
      c->found++;
    }
  }
}

static void site_apply(struct terms_change *c, const struct version *now)
{
  struct version had = c->pinned ? catalog_site_version(&c->pin) : (struct version){0};
  const struct version *before = c->pinned ? &had : NULL;
  int64_t us = edited_us(c->w, before, c->pinned ? catalog_site_edited(&c->pin) : CLOCK_NEVER, now);
  if (differs(c, before, now))
    catalog_put_site(c->w->writer, *now, us);
}

enum err watch_terms(struct watch *w, bool all, size_t *found)
{
  struct rows_terms t;
  struct terms_change c = {.w = w, .all = all};
  c.pinned = catalog_pin_current(w->catalog, &c.pin);
  arena_reset(w->arena);
  enum err err = rows_terms_read(w->db, w->arena, watch_deadline(), &t);
  if (err != ERR_OK)
    return err;
  sectors_apply(&c, &t);
  themes_apply(&c, &t);
  pages_apply(&c, &t);
  site_apply(&c, &t.site);
  *found = c.found;
  return c.err;
}

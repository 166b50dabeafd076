/* Reads changed rows, stages them and publishes. */
#include "base/log.h"
#include "watch/watch.h"

/* ---- staging and publishing */

/* The older half becomes free once its readers have had their grace; after twice that time no room is expected. */
#define FULL_US (2 * CATALOG_GRACE_S * CLOCK_SECOND)

void watch_limit_note(struct watcher *w, enum err err)
{
  if (err != ERR_LIMIT && err != ERR_NO_MEMORY)
    return;
  w->limit_met = true;
  if (!w->memory_full) {
    log_error("the catalog's memory does not suffice (%s): raise catalog_bytes", err_text(err));
    w->memory_full = true;
    w->memory_full_since_us = clock_mono_us();
  }
}

/* Edit time of version `now`.  before: the catalog's version and its edit time, NULL when it has none.
 * In a full load an unknown row gets CLOCK_NEVER: its own times tell how old it is. */
static int64_t edited_us(const struct watcher *w, const struct version *before, int64_t before_us, const struct version *now)
{
  if (before && version_eq(*before, *now))
    return before_us;
  return !before && w->loading ? CLOCK_NEVER : watch_changed_us(w);
}

static bool ids_same(const uint64_t *a, size_t n_a, const uint64_t *b, size_t n_b)
{
  size_t same = 0;
  for (size_t i = 0; i < n_a; i++)
    for (size_t k = 0; k < n_b; k++)
      same += a[i] == b[k];
  return n_a == n_b && same == n_a;
}

/* Pages that had the product, or something of it, may have it no longer.  before and now may be NULL. */
static void public_note(struct watcher *w, const struct facts *before, const struct facts *now)
{
  bool was = before && before->status == PRODUCT_PUBLISHED, is = now && now->status == PRODUCT_PUBLISHED;
  bool moved = was && is &&
               (!ids_same(before->sectors, before->n_sectors, now->sectors, now->n_sectors) ||
                !ids_same(before->themes, before->n_themes, now->themes, now->n_themes) ||
                now->n_editorials < before->n_editorials || now->activities < before->activities);
  if ((was != is && (before || !w->loading)) || moved)
    catalog_put_public(w->writer, watch_changed_us(w));
}

/* Sets edited_us of a product, and notes what pages lose. */
static void product_compare(struct watcher *w, struct facts *f)
{
  struct catalog_pin pin;
  struct facts before;
  uint32_t ordinal = catalog_pin_current(w->catalog, &pin) ? catalog_find_id(&pin, f->id) : CATALOG_NONE;
  bool known = ordinal != CATALOG_NONE && catalog_facts(&pin, ordinal, &before);
  f->edited_us = edited_us(w, known ? &before.version : NULL, known ? before.edited_us : CLOCK_NEVER, &f->version);
  public_note(w, known ? &before : NULL, f);
}

static enum err product_remove(struct watcher *w, uint64_t id)
{
  struct catalog_pin pin;
  struct facts before;
  uint32_t ordinal = catalog_pin_current(w->catalog, &pin) ? catalog_find_id(&pin, id) : CATALOG_NONE;
  if (ordinal != CATALOG_NONE && catalog_facts(&pin, ordinal, &before))
    public_note(w, &before, NULL);
  return catalog_remove_product(w->writer, id);
}

enum err watch_staging_result(struct watcher *w, enum err err)
{
  watch_limit_note(w, err);
  bool skip = w->loading || clock_mono_us() - w->memory_full_since_us > FULL_US;
  if (err != ERR_LIMIT || !skip)
    return err;
  w->outdated = true;
  return ERR_OK;
}

enum err watch_product_stage(struct watcher *w, const struct product *p)
{
  struct facts facts = p->facts;
  uint64_t *pairs = ARENA_ARRAY(w->arena, p->n_pairs + 1, uint64_t);
  struct written_pair *written = ARENA_ARRAY(w->arena, p->n_pairs + 1, struct written_pair);
  if (!pairs || !written)
    return ERR_NO_MEMORY;
  facts.written = written;
  for (size_t i = 0; i < p->n_pairs; i++) {
    pairs[i] = p->pairs[i].other_id;
    if (p->pairs[i].text_id)
      written[facts.n_written++] = (struct written_pair){pairs[i], p->pairs[i].text_id};
  }
  product_compare(w, &facts);
  return watch_staging_result(w, catalog_put_product(w->writer, &facts, p->aliases, p->n_aliases, pairs, p->n_pairs));
}

enum err watch_publish(struct watcher *w, const struct catalog_position *position)
{
  enum err err = catalog_writer_publish(w->writer, position);
  if (err == ERR_OK) {
    METRICS_ADD(w->metrics, publishes, 1);
    w->memory_full = w->limit_met || w->outdated;
    w->limit_met = false;
    w->unsaved = true;
  }
  watch_limit_note(w, err);
  return err;
}

/* ---- products */

static enum err batch_apply(struct watcher *w, const uint64_t *ids, size_t n)
{
  struct rows_batch batch;
  size_t at = 0;
  arena_reset(w->arena);
  struct rows_list list = {ids, n, watch_past_us(w)};
  enum err err = rows_batch_list(w->db, &list, w->arena, watch_deadline(), &batch);
  for (size_t i = 0; err == ERR_OK && i < n; i++) {
    if (at < batch.n && batch.products[at].facts.id == ids[i])
      err = watch_product_stage(w, &batch.products[at++]);
    else
      err = product_remove(w, ids[i]);
  }
  return err;
}

/* A recount that moves the past months runs, and what is read must be read again at its end. */
static bool reads_old_months(const struct watcher *w)
{
  return w->recount.month_ended && !w->past_us;
}

enum err watch_products(struct watcher *w, const uint64_t *ids, size_t n)
{
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < n; i += WATCH_BATCH) {
    if (watch_stopping(w))
      return ERR_UNAVAILABLE;
    err = batch_apply(w, ids + i, n - i < WATCH_BATCH ? n - i : WATCH_BATCH);
    for (size_t k = i; err == ERR_OK && reads_old_months(w) && k < n && k < i + WATCH_BATCH; k++)
      err = watch_ids_add(&w->recount.read, ids[k]) ? ERR_OK : ERR_NO_MEMORY;
  }
  return err;
}

/* ---- sectors, themes, pages, attributes, the site's questions: small tables, read and compared whole */

struct terms_change {
  struct watcher *w;
  struct catalog_pin pin;
  bool pinned, all, dry; /* dry: differences are counted and not staged */
  size_t found;
  enum err err; /* of the first row that could not be staged: the position must not advance beyond its change */
};

/* A sector, theme or page came or went. */
static void public_change(struct terms_change *c)
{
  if (!c->dry && !c->all)
    catalog_put_public(c->w->writer, watch_changed_us(c->w));
}

/* True: `now` must be staged, since the catalog has `before` (NULL: nothing). */
static bool differs(struct terms_change *c, const struct version *before, const struct version *now)
{
  bool stage = c->all || !before || !version_eq(*before, *now);
  c->found += stage;
  return stage && !c->dry;
}

/* The same for a sector or theme; sets its edited_us. */
static bool term_differs(struct terms_change *c, const struct catalog_term *before, struct term *now)
{
  const struct version *version = before ? &before->version : NULL;
  now->edited_us = edited_us(c->w, version, before ? before->edited_us : CLOCK_NEVER, &now->version);
  if (!before)
    public_change(c);
  return differs(c, version, &now->version);
}

/* How many entries of the catalog to look for among the rows.  A full load removes what it does not stage by itself. */
static uint32_t known_count(const struct terms_change *c, uint32_t (*count)(const struct catalog_pin *))
{
  return c->pinned && !c->all ? count(&c->pin) : 0;
}

static void staging_note(struct terms_change *c, enum err err)
{
  err = watch_staging_result(c->w, err);
  if (c->err == ERR_OK)
    c->err = err;
}

static bool terms_hold(const struct term *terms, size_t n, uint64_t id)
{
  for (size_t i = 0; i < n; i++)
    if (terms[i].id == id)
      return true;
  return false;
}

static void sectors_apply(struct terms_change *c, const struct rows_terms *t)
{
  struct catalog_term before;
  for (size_t i = 0; i < t->n_sectors; i++) {
    bool known = c->pinned && catalog_sector_id(&c->pin, t->sectors[i].id, &before);
    if (term_differs(c, known ? &before : NULL, &t->sectors[i]))
      staging_note(c, catalog_put_sector(c->w->writer, &t->sectors[i]));
  }
  for (uint32_t i = 0, n = known_count(c, catalog_sectors); i < n; i++)
    if (catalog_sector(&c->pin, i, &before) && !terms_hold(t->sectors, t->n_sectors, before.id)) {
      if (!c->dry)
        catalog_remove_sector(c->w->writer, before.id);
      public_change(c);
      c->found++;
    }
}

static void themes_apply(struct terms_change *c, const struct rows_terms *t)
{
  struct catalog_term before;
  for (size_t i = 0; i < t->n_themes; i++) {
    bool known = c->pinned && catalog_theme_id(&c->pin, t->themes[i].id, &before);
    if (term_differs(c, known ? &before : NULL, &t->themes[i]))
      staging_note(c, catalog_put_theme(c->w->writer, &t->themes[i]));
  }
  for (uint32_t i = 0, n = known_count(c, catalog_themes); i < n; i++)
    if (catalog_theme(&c->pin, i, &before) && !terms_hold(t->themes, t->n_themes, before.id)) {
      if (!c->dry)
        catalog_remove_theme(c->w->writer, before.id);
      public_change(c);
      c->found++;
    }
}

static void pages_apply(struct terms_change *c, const struct rows_terms *t)
{
  struct page_head before;
  uint32_t n = known_count(c, catalog_pages);
  for (size_t i = 0; i < t->n_pages; i++) {
    bool known = false;
    for (uint32_t k = 0; k < n && !known; k++)
      known = catalog_page_at(&c->pin, k, &before) && before.id == t->pages[i].id;
    if ((known ? before.status : PRODUCT_DRAFT) != t->pages[i].status)
      public_change(c);
    if (differs(c, known ? &before.version : NULL, &t->pages[i].version))
      staging_note(c, catalog_put_page(c->w->writer, &t->pages[i]));
  }
  for (uint32_t k = 0; k < n; k++) {
    bool stays = !catalog_page_at(&c->pin, k, &before);
    for (size_t i = 0; i < t->n_pages && !stays; i++)
      stays = t->pages[i].id == before.id;
    if (!stays) {
      if (!c->dry)
        catalog_remove_page(c->w->writer, before.id);
      public_change(c);
      c->found++;
    }
  }
}

/* The attributes of the catalog, in its order; *n is 0 when nothing is pinned or memory ran out. */
static struct attribute *attributes_known(struct terms_change *c, size_t *n)
{
  uint32_t count = c->pinned ? catalog_attributes(&c->pin) : 0;
  struct attribute *known = ARENA_ARRAY(c->w->arena, count, struct attribute);
  *n = 0;
  for (uint32_t i = 0; known && i < count; i++)
    *n += catalog_attribute(&c->pin, i, c->w->arena, &known[*n]);
  return known;
}

static const struct attribute *attribute_among(const struct attribute *v, size_t n, uint64_t id)
{
  for (size_t i = 0; i < n; i++)
    if (v[i].id == id)
      return &v[i];
  return NULL;
}

static void attributes_apply(struct terms_change *c, const struct rows_terms *t)
{
  size_t n_known;
  const struct attribute *known = attributes_known(c, &n_known);
  for (size_t i = 0; i < t->n_attributes; i++) {
    struct attribute *now = &t->attributes[i];
    const struct attribute *before = attribute_among(known, n_known, now->id);
    const struct version *version = before ? &before->version : NULL;
    now->edited_us = edited_us(c->w, version, before ? before->edited_us : CLOCK_NEVER, &now->version);
    if (differs(c, version, &now->version))
      staging_note(c, catalog_put_attribute(c->w->writer, now));
  }
  for (size_t i = 0; i < n_known && !c->all; i++)
    if (!attribute_among(t->attributes, t->n_attributes, known[i].id)) {
      if (!c->dry)
        catalog_remove_attribute(c->w->writer, known[i].id);
      c->found++;
    }
}

static void site_apply(struct terms_change *c, const struct version *now)
{
  struct version known = c->pinned ? catalog_site_version(&c->pin) : (struct version){0};
  const struct version *before = c->pinned ? &known : NULL;
  int64_t us = edited_us(c->w, before, c->pinned ? catalog_site_edited(&c->pin) : CLOCK_NEVER, now);
  if (differs(c, before, now))
    catalog_put_site(c->w->writer, *now, us);
}

enum err watch_terms(struct watcher *w, enum watch_staging staging, size_t *found)
{
  struct rows_terms t;
  struct terms_change c = {.w = w, .all = staging == STAGE_ALL, .dry = staging == STAGE_NOTHING};
  c.pinned = catalog_pin_current(w->catalog, &c.pin);
  arena_reset(w->arena);
  enum err err = rows_terms_read(w->db, w->arena, watch_deadline(), &t);
  if (err != ERR_OK)
    return err;
  sectors_apply(&c, &t);
  themes_apply(&c, &t);
  pages_apply(&c, &t);
  attributes_apply(&c, &t);
  site_apply(&c, &t.site);
  *found = c.found;
  return c.err;
}

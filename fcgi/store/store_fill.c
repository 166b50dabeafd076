/* From rows to stored fragments.  Everything that one read of a product can make is made and stored at
 * once, since a product that is asked for in one form is soon asked for in the others. */
#include <stdlib.h>
#include <time.h>

#include "cache/envelope.h"
#include "store/store_live.h"

#define BEHIND_PAUSE_US 20000
#define EARLIER_TRIES 3
#define PAGE_US (300 * INT64_C(1000)) /* for putting a page together, on a busy machine */
#define FILL_BATCH (ROWS_PRODUCTS_MAX / 2) /* leaves room for the partners of pairs */

static const enum fragment_kind product_kinds[] = {FRAGMENT_PROFILE, FRAGMENT_CARD, FRAGMENT_TIMELINE,
                                                   FRAGMENT_QUESTIONS, FRAGMENT_SOURCE};
#define PRODUCT_KINDS (sizeof product_kinds / sizeof *product_kinds)

static void store_body(struct store_live *s, const struct want *named, struct span body)
{
  char key[FRAGMENT_KEY_MAX + 1];
  struct buf value = BUF_INIT;
  size_t n = store_want_key(s, named, key);
  envelope_wrap(&value, span_of(key, n), body, s->secret);
  if (!value.failed)
    cache_set(s->cache, span_of(key, n), buf_view(&value));
  buf_free(&value);
}

/* The fragment becomes the value of every want that it answers. */
static void want_answer(struct want *wants, size_t n, const struct want *named, const void *value)
{
  for (size_t i = 0; i < n; i++) {
    struct want *w = &wants[i];
    if (w->kind != named->kind || w->id != named->id || w->other_id != named->other_id ||
        (w->kind == FRAGMENT_TIMELINE && w->page > 1 && w->page != named->page))
      continue;
    w->value = value;
    w->got = named->version;
    w->cut = named->cut;
    w->err = ERR_OK;
    w->stale = false;
  }
}

static bool wanted(const struct want *wants, size_t n, const struct want *named)
{
  for (size_t i = 0; i < n; i++)
    if (wants[i].kind == named->kind && wants[i].id == named->id && wants[i].other_id == named->other_id)
      return true;
  return false;
}

/* The wants to answer, and whether what is made for them is stored as well. */
struct filling {
  struct want *wants;
  size_t n;
  bool store;
  struct fragment_maker maker;
};

/* Bodies are rendered until a moment before the page's deadline, which is left for the page itself. */
static struct fragment_maker maker_of(struct store_live *s, const struct store_context *x)
{
  int64_t left_us = (x->deadline_us - clock_mono_us()) / 4;
  return (struct fragment_maker){s->config, &s->slow, x->deadline_us - (left_us < PAGE_US ? left_us : PAGE_US), false};
}

/* Stores a packed body and answers with it. */
static enum err finish(struct store_live *s, const struct store_context *x, const struct filling *f,
                       const struct want *named, struct buf *packed)
{
  struct want *wants = f->wants;
  size_t n = f->n;
  enum err e = packed->failed ? ERR_NO_MEMORY : ERR_OK;
  if (e == ERR_OK) {
    if (f->store && !named->cut)
      store_body(s, named, buf_view(packed));
    if (wanted(wants, n, named)) {
      const void *value = fragment_unpack(named->kind, arena_copy(x->arena, buf_view(packed)), x->arena);
      if (value)
        want_answer(wants, n, named, value);
      else
        e = ERR_NO_MEMORY;
    }
  }
  buf_free(packed);
  return e;
}

/* The kinds that are asked for, or the others. */
static enum err make_kinds(struct store_live *s, const struct store_context *x, const struct product *p, struct filling *f,
                           bool asked)
{
  enum err e = ERR_OK;
  stage_set(x->stage, STAGE_MARKDOWN);
  for (size_t k = 0; k < PRODUCT_KINDS && e == ERR_OK; k++) {
    struct buf packed = BUF_INIT;
    struct want named = {.kind = product_kinds[k], .id = p->facts.id, .version = p->facts.version};
    if (wanted(f->wants, f->n, &named) != asked)
      continue;
    bool cut = f->maker.cut;
    f->maker.cut = false;
    (void)fragment_pack_product(&f->maker, named.kind, p, &packed); /* packed.failed says the same */
    named.cut = f->maker.cut;
    f->maker.cut = f->maker.cut || cut;
    e = finish(s, x, f, &named, &packed);
  }
  return e;
}

/* What nobody asks for is made last, so that it does not take the time of what the page needs. */
static enum err make_rest(struct store_live *s, const struct store_context *x, const struct product *p, struct filling *f)
{
  enum err e = make_kinds(s, x, p, f, false);
  uint32_t ordinal = catalog_find_id(x->pin, p->facts.id);
  METRICS_ADD(s->metrics, fills, f->store);
  if (e == ERR_OK && ordinal != CATALOG_NONE) {
    if (f->store && !f->maker.cut)
      catalog_stored_set(x->pin, ordinal, p->facts.version);
    catalog_floor_raise(x->pin, ordinal, p->facts.version);
  }
  return e;
}

static const struct product *product_of(const struct product *v, size_t n, uint64_t id)
{
  for (size_t i = 0; i < n; i++)
    if (v[i].facts.id == id)
      return &v[i];
  return NULL;
}

/* A pair's fragment from its two products, both read in this snapshot. */
static enum err make_pair(struct store_live *s, const struct store_context *x, const struct want *w,
                          const struct product *a, const struct product *b, struct filling *f)
{
  struct buf packed = BUF_INIT;
  struct pair_source words = {.other_id = b->facts.id};
  struct want named = {.kind = FRAGMENT_PAIR,
                       .id = w->id,
                       .other_id = w->other_id,
                       .version = a->facts.version,
                       .other_version = b->facts.version};
  for (size_t i = 0; i < a->n_pairs; i++)
    if (a->pairs[i].other_id == b->facts.id)
      words = a->pairs[i];
  bool cut = f->maker.cut;
  f->maker.cut = false;
  (void)fragment_pack_pair(&f->maker, &words, a->facts.id, &packed);
  named.cut = f->maker.cut;
  f->maker.cut = named.cut || cut;
  return finish(s, x, f, &named, &packed);
}

/* May a snapshot with this version be used?  Not while the catalog already knows a newer one: then the
 * snapshot comes from a replica that lags, or a restore has just turned the counters back and the
 * watcher is about to notice (OLDER); or it was begun just before something fell due, unless the
 * database's clock was set back, which is not waited for (EARLIER). */
enum behind { NOT_BEHIND, EARLIER, OLDER };

static enum behind behind(struct store_live *s, const struct product *p)
{
  struct catalog_pin now;
  if (p->facts.id == 0 || !catalog_pin_current(s->catalog, &now))
    return NOT_BEHIND;
  uint32_t ordinal = catalog_find_id(&now, p->facts.id);
  struct version known = ordinal == CATALOG_NONE ? (struct version){0} : catalog_newest_version(&now, ordinal);
  return known.rev > p->facts.version.rev ? OLDER : version_newer(known, p->facts.version) ? EARLIER : NOT_BEHIND;
}

static bool behind_pause(const struct store_context *x)
{
  struct timespec t = {0, BEHIND_PAUSE_US * 1000};
  if (clock_mono_us() + BEHIND_PAUSE_US > x->deadline_us)
    return false;
  nanosleep(&t, NULL);
  return true;
}

/* The watcher tries that reading itself, and tells the operators. */
static void refused(struct store_live *s, uint64_t id)
{
  atomic_store_explicit(&s->database->refused, id ? id : UINT64_MAX, memory_order_release);
}

static enum err read_products(struct store_live *s, const struct store_context *x, const uint64_t *ids, size_t n,
                              struct product *out)
{
  for (int tries = 1;; tries++) {
    struct rows_snapshot snap;
    enum behind most = NOT_BEHIND;
    stage_set(x->stage, STAGE_DATABASE);
    enum err e = rows_products(s->db, ids, n, x->arena, x->deadline_us, out, &snap);
    if (e == ERR_INVALID)
      refused(s, ids[0]);
    if (e != ERR_OK)
      return e;
    for (size_t i = 0; i < n; i++) {
      enum behind one = behind(s, &out[i]);
      most = one > most ? one : most;
    }
    if (most == NOT_BEHIND || (most == EARLIER && tries == EARLIER_TRIES))
      return ERR_OK;
    if (!behind_pause(x))
      return most == EARLIER ? ERR_OK : ERR_UNAVAILABLE;
  }
}

static void gone(struct want *wants, size_t n, uint64_t id)
{
  for (size_t i = 0; i < n; i++)
    if (want_concerns(&wants[i], id))
      wants[i].err = ERR_NOT_FOUND;
}

/* The other products of the pairs that these ids have to make; they are read in the same snapshot, but
 * stored only by whoever fills them.  Returns how many ids there are then. */
static size_t add_partners(const struct want *wants, size_t n_wants, uint64_t *ids, size_t n)
{
  size_t all = n;
  for (size_t i = 0; i < n_wants; i++) {
    const struct want *w = &wants[i];
    bool ours = false, there = w->kind != FRAGMENT_PAIR || !want_open(w);
    for (size_t k = 0; k < all && !there; k++) {
      ours = ours || (k < n && ids[k] == w->id);
      there = ids[k] == w->other_id;
    }
    if (!there && ours && all < ROWS_PRODUCTS_MAX)
      ids[all++] = w->other_id;
  }
  return all;
}

static enum err fill_batch(struct store_live *s, const struct store_context *x, const uint64_t *leased, size_t n,
                           struct want *wants, size_t n_wants)
{
  uint64_t ids[ROWS_PRODUCTS_MAX];
  memcpy(ids, leased, n * sizeof *ids);
  size_t all = add_partners(wants, n_wants, ids, n);
  struct product *v = ARENA_ARRAY(x->arena, all, struct product);
  struct filling f = {wants, n_wants, true, maker_of(s, x)};
  enum err e = v ? read_products(s, x, ids, all, v) : ERR_NO_MEMORY;
  for (size_t i = 0; i < all && e == ERR_OK; i++) {
    f.store = i < n;
    if (v[i].facts.id)
      e = make_kinds(s, x, &v[i], &f, true);
    else
      gone(wants, n_wants, ids[i]);
  }
  f.store = true;
  for (size_t i = 0; i < n_wants && e == ERR_OK; i++) {
    const struct want *w = &wants[i];
    const struct product *a = w->kind == FRAGMENT_PAIR ? product_of(v, all, w->id) : NULL;
    const struct product *b = a ? product_of(v, all, w->other_id) : NULL;
    if (b)
      e = make_pair(s, x, w, a, b, &f);
  }
  for (size_t i = 0; i < all && e == ERR_OK; i++) {
    f.store = i < n;
    if (v[i].facts.id)
      e = make_rest(s, x, &v[i], &f);
  }
  return e;
}

enum err store_fill_products(struct store_live *s, const struct store_context *x, const uint64_t *ids, size_t n,
                             struct want *wants, size_t n_wants)
{
  enum err e = ERR_OK;
  for (size_t at = 0; at < n && e == ERR_OK; at += FILL_BATCH)
    e = fill_batch(s, x, ids + at, n - at < FILL_BATCH ? n - at : FILL_BATCH, wants, n_wants);
  return e;
}

/* As in `behind`, of what is not a product. */
static bool older(const struct want *w, struct version read)
{
  return read.rev < w->version.rev;
}

static enum err fill_site(struct store_live *s, const struct store_context *x, struct want *w)
{
  struct buf packed = BUF_INIT;
  struct rows_site rows;
  struct want named = *w;
  enum err e = rows_site_read(s->db, x->arena, x->deadline_us, &rows);
  if (e != ERR_OK || older(w, rows.version))
    return e != ERR_OK ? e : ERR_RETRY;
  catalog_floor_raise_page(s->catalog, 0, w->version, rows.version);
  named.version = rows.version;
  struct fragment_maker maker = maker_of(s, x);
  (void)fragment_pack_site(&maker, rows.questions, rows.n, &packed);
  named.cut = maker.cut;
  return finish(s, x, &(struct filling){w, 1, true, maker}, &named, &packed);
}

static enum err fill_page(struct store_live *s, const struct store_context *x, struct want *w)
{
  struct buf packed = BUF_INIT;
  struct rows_page rows;
  struct want named = *w;
  enum err e = rows_page_read(s->db, w->id, x->arena, x->deadline_us, &rows);
  if (e != ERR_OK || older(w, rows.version))
    return e != ERR_OK ? e : ERR_RETRY;
  catalog_floor_raise_page(s->catalog, w->id, w->version, rows.version);
  if (rows.status != PRODUCT_PUBLISHED) /* withdrawn since the catalog was published */
    return ERR_NOT_FOUND;
  named.version = rows.version;
  struct fragment_maker maker = maker_of(s, x);
  (void)fragment_pack_page(&maker, w->id, rows.title, rows.body_md, rows.updated_us, &packed);
  named.cut = maker.cut;
  return finish(s, x, &(struct filling){w, 1, true, maker}, &named, &packed);
}

static enum err fill_timeline(struct store_live *s, const struct store_context *x, struct want *w)
{
  struct buf packed = BUF_INIT;
  struct rows_timeline rows;
  struct want named = *w;
  enum err e = rows_timeline_read(s->db, w->id, w->page, x->arena, x->deadline_us, &rows);
  if (e != ERR_OK || older(w, rows.version))
    return e != ERR_OK ? e : ERR_RETRY;
  named.version = rows.version;
  fragment_pack_timeline(rows.total, rows.activities, rows.n, &packed);
  return finish(s, x, &(struct filling){w, 1, true, maker_of(s, x)}, &named, &packed);
}

static enum err fill_one(struct store_live *s, const struct store_context *x, struct want *w)
{
  enum err e;
  do
    e = w->kind == FRAGMENT_SITE   ? fill_site(s, x, w)
        : w->kind == FRAGMENT_PAGE ? fill_page(s, x, w)
                                   : fill_timeline(s, x, w);
  while (e == ERR_RETRY && behind_pause(x));
  return e == ERR_RETRY ? ERR_UNAVAILABLE : e;
}

enum err store_fill_other(struct store_live *s, const struct store_context *x, struct want *w, struct want *wants,
                          size_t n)
{
  stage_set(x->stage, STAGE_DATABASE);
  enum err e = fill_one(s, x, w);
  if (e == ERR_INVALID)
    refused(s, w->id);
  if (e == ERR_NOT_FOUND) {
    w->err = e;
    return ERR_OK;
  }
  if (e != ERR_OK || w->kind != FRAGMENT_TIMELINE)
    return e;
  for (size_t i = 0; i < n; i++) /* the rest of this product must be of the same version */
    if (want_concerns(&wants[i], w->id) && wants[i].err == ERR_OK && wants[i].kind != FRAGMENT_PAIR &&
        !version_eq(wants[i].got, w->got))
      return store_fill_products(s, x, &w->id, 1, wants, n);
  return ERR_OK;
}

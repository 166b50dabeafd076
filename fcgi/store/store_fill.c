/* From rows to stored fragments.
 *
 * A page that shows a product in a list makes the fragment of that list only: a leaderboard renders no Markdown.  A page about
 * the product makes and stores all of its fragments, because other representations are likely to be requested soon, and so
 * that all of them are there when the database goes away.  For the same reason a list makes all fragments of a product that
 * was edited since they were stored: else catalog_last_stored would name an older version than one that was shown. */
#include <stdlib.h>

#include "cache/envelope.h"
#include "store/store_lag.h"
#include "store/store_live.h"

#define LAG_TRIES 3
#define RENDER_RESERVE_US (300 * INT64_C(1000)) /* enough to build and render a page on a busy machine */
#define AHEAD_US (100 * INT64_C(1000)) /* for the bodies of products that the page does not show */
#define FILL_BATCH (ROWS_PRODUCTS_MAX / 2) /* leaves room for the partners of pairs */

static const enum fragment_kind product_kinds[] = {FRAGMENT_PROFILE, FRAGMENT_CARD, FRAGMENT_NEWS, FRAGMENT_SPARKS,
                                                   FRAGMENT_TIMELINE, FRAGMENT_QUESTIONS, FRAGMENT_SOURCE, FRAGMENT_PREDICTIONS};
#define PRODUCT_KINDS (sizeof product_kinds / sizeof *product_kinds)

static void store_body(struct store_live *s, const struct want *made, struct span body)
{
  char key[FRAGMENT_KEY_MAX + 1];
  struct buf value = BUF_INIT;
  size_t n = store_want_key(s, made, key);
  if (cache_key_down(s->cache, span_of(key, n)))
    (void)fragment_cache_put(s->fragments, made->kind, span_of(key, n), body);
  envelope_wrap(&value, span_of(key, n), body, s->secret);
  if (!value.failed)
    cache_set(s->cache, span_of(key, n), buf_view(&value));
  buf_free(&value);
}

/* Sets the value of all wants that ask for this fragment. */
static void want_answer(struct want *wants, size_t n, const struct want *made, const void *value)
{
  for (size_t i = 0; i < n; i++) {
    struct want *w = &wants[i];
    if (w->kind != made->kind || w->id != made->id || w->other_id != made->other_id ||
        (fragment_made_alone(w->kind, w->page) && w->page != made->page))
      continue;
    w->value = value;
    w->got = made->version;
    w->incomplete = made->incomplete;
    w->err = ERR_OK;
    w->stale = false;
  }
}

static bool wanted(const struct want *wants, size_t n, const struct want *made)
{
  for (size_t i = 0; i < n; i++)
    if (wants[i].kind == made->kind && wants[i].id == made->id && wants[i].other_id == made->other_id)
      return true;
  return false;
}

struct filling {
  struct want *wants; /* to be answered */
  size_t n;
  bool store; /* the fragments are also stored */
  bool whole; /* those that no want asks for are made, too */
  struct fragment_renderer renderer;
};

/* Bodies are rendered until shortly before the page's deadline; the rest of the time is for the page itself. */
static struct fragment_renderer renderer_of(struct store_live *s, const struct store_context *x)
{
  int64_t left_us = (x->deadline_us - clock_mono_us()) / 4;
  int64_t reserve_us = left_us < RENDER_RESERVE_US ? left_us : RENDER_RESERVE_US;
  return (struct fragment_renderer){.config = s->config, .metrics = s->metrics, .slow = &s->slow, .arena = x->arena,
                                    .deadline_us = x->deadline_us - reserve_us};
}

/* Stores a packed body and answers the wants for it. */
static enum err fragment_finish(struct store_live *s, const struct store_context *x, const struct filling *f,
                                const struct want *made, struct buf *packed)
{
  struct want *wants = f->wants;
  size_t n = f->n;
  enum err e = packed->failed ? ERR_NO_MEMORY : ERR_OK;
  if (e == ERR_OK) {
    if (f->store && !made->incomplete) {
      stage_set(x->stage, STAGE_CACHE);
      store_body(s, made, buf_view(packed));
    }
    if (wanted(wants, n, made)) {
      const void *value = fragment_unpack(made->kind, arena_copy(x->arena, buf_view(packed)), x->arena);
      if (value)
        want_answer(wants, n, made, value);
      else
        e = ERR_NO_MEMORY;
    }
  }
  buf_free(packed);
  return e;
}

/* Makes the kinds that the page wants, or the other kinds. */
static enum err make_kinds(struct store_live *s, const struct store_context *x, const struct product *p, struct filling *f,
                           bool wanted_only)
{
  enum err e = ERR_OK;
  for (size_t k = 0; k < PRODUCT_KINDS && e == ERR_OK; k++) {
    struct buf packed = BUF_INIT;
    struct want made = {.kind = product_kinds[k], .id = p->facts.id, .version = p->facts.version};
    if (wanted(f->wants, f->n, &made) != wanted_only)
      continue;
    bool incomplete = f->renderer.incomplete;
    f->renderer.incomplete = false;
    stage_set(x->stage, STAGE_MARKDOWN);
    (void)fragment_pack_product(&f->renderer, made.kind, p, &packed); /* packed.failed has the result */
    made.incomplete = f->renderer.incomplete;
    f->renderer.incomplete = f->renderer.incomplete || incomplete;
    e = fragment_finish(s, x, f, &made, &packed);
  }
  return e;
}

static bool is_list_kind(enum fragment_kind kind)
{
  return kind == FRAGMENT_CARD || kind == FRAGMENT_NEWS || kind == FRAGMENT_SPARKS || kind == FRAGMENT_PREDICTIONS;
}

/* True: all fragments of the product are made. */
static bool is_whole(const struct store_context *x, const struct want *wants, size_t n, uint64_t id)
{
  uint32_t ordinal = catalog_find_id(x->pin, id);
  struct version stored = catalog_last_stored(x->pin, ordinal);
  if (stored.rev && !version_eq(stored, catalog_newest_version(x->pin, ordinal)))
    return true;
  for (size_t i = 0; i < n; i++)
    if (want_concerns(&wants[i], id) && !is_list_kind(wants[i].kind))
      return true;
  return false;
}

/* True: the wants of these products are cards, and nothing else is made. */
static bool are_cards(const struct store_context *x, const struct want *wants, size_t n_wants, const uint64_t *ids, size_t n)
{
  bool cards = true;
  for (size_t k = 0; k < n && cards; k++)
    cards = !is_whole(x, wants, n_wants, ids[k]);
  for (size_t i = 0; i < n_wants && cards; i++)
    for (size_t k = 0; k < n && cards; k++)
      cards = !want_concerns(&wants[i], ids[k]) || wants[i].kind == FRAGMENT_CARD;
  return cards;
}

/* The kinds that the page does not want are made last: the page's own fragments need the time first.  Without memcached nobody
 * would find them. */
static enum err make_rest(struct store_live *s, const struct store_context *x, const struct product *p, struct filling *f)
{
  enum err e = f->whole && cache_usable(s->cache) ? make_kinds(s, x, p, f, false) : ERR_OK;
  uint32_t ordinal = catalog_find_id(x->pin, p->facts.id);
  METRICS_ADD(s->metrics, fills, f->store);
  if (e == ERR_OK && ordinal != CATALOG_NONE) {
    if (f->store && !f->renderer.incomplete)
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

/* Makes the fragment of a pair.  Both products were read in this snapshot. */
static enum err make_pair(struct store_live *s, const struct store_context *x, const struct want *w,
                          const struct product *a, const struct product *b, struct filling *f)
{
  struct buf packed = BUF_INIT;
  struct pair_source text = {.other_id = b->facts.id};
  struct want made = {.kind = FRAGMENT_PAIR,
                       .id = w->id,
                       .other_id = w->other_id,
                       .version = a->facts.version,
                       .other_version = b->facts.version};
  for (size_t i = 0; i < a->n_pairs; i++)
    if (a->pairs[i].other_id == b->facts.id)
      text = a->pairs[i];
  bool incomplete = f->renderer.incomplete;
  f->renderer.incomplete = false;
  f->renderer.cited[0] = a->cited;
  f->renderer.cited[1] = b->cited;
  (void)fragment_pack_pair(&f->renderer, &text, a->facts.id, &packed);
  made.incomplete = f->renderer.incomplete;
  f->renderer.incomplete = made.incomplete || incomplete;
  return fragment_finish(s, x, f, &made, &packed);
}

/* The first n must be as new as the catalog; others are left out when they are not. */
static enum err read_products(struct store_live *s, const struct store_context *x, const struct rows_wanted *wanted, size_t n,
                              struct product *out)
{
  const uint64_t *ids = wanted->ids;
  for (int tries = 1;; tries++) {
    struct rows_snapshot snap;
    enum store_lag most = LAG_NONE;
    stage_set(x->stage, STAGE_DATABASE);
    enum err e = rows_products(s->db, wanted, x->arena, x->deadline_us, out, &snap);
    if (e == ERR_INVALID)
      store_refusal_report(s, ids[0]);
    if (e != ERR_OK)
      return e;
    for (size_t i = 0; i < n; i++) {
      enum store_lag one = store_lag_of(s, ids[i], &out[i], snap.db_now_us);
      most = one > most ? one : most;
      if (one == LAG_UNLOGGED)
        store_suspect_report(s, ids[i]);
    }
    for (size_t i = n; i < wanted->n; i++)
      if (store_lag_of(s, ids[i], &out[i], snap.db_now_us) != LAG_NONE)
        out[i].facts.id = 0;
    if (most == LAG_NONE || (most == LAG_EARLIER && tries == LAG_TRIES))
      return ERR_OK;
    if (most >= LAG_OLDER && db_older(s->db))
      continue;
    if (most >= LAG_OLDER && store_doubted(s)) /* no wait would help */
      return ERR_UNAVAILABLE;
    if (!store_lag_pause(x))
      return most == LAG_EARLIER ? ERR_OK : ERR_UNAVAILABLE;
  }
}

static void not_found_set(struct want *wants, size_t n, uint64_t id)
{
  for (size_t i = 0; i < n; i++)
    if (want_concerns(&wants[i], id))
      wants[i].err = ERR_NOT_FOUND;
}

/* Adds the other products of the pairs to the ids and returns the new count.  They are read in the same snapshot, but
 * this call does not store them. */
static size_t add_partners(const struct want *wants, size_t n_wants, uint64_t *ids, size_t n)
{
  size_t all = n;
  for (size_t i = 0; i < n_wants; i++) {
    const struct want *w = &wants[i];
    bool leased_here = false, present = w->kind != FRAGMENT_PAIR || !want_open(w);
    for (size_t k = 0; k < all && !present; k++) {
      leased_here = leased_here || (k < n && ids[k] == w->id);
      present = ids[k] == w->other_id;
    }
    if (!present && leased_here && all < ROWS_PRODUCTS_MAX)
      ids[all++] = w->other_id;
  }
  return all;
}

/* Adds those to fill ahead that are not there. */
static size_t add_ahead(const struct store_filled *filled, uint64_t *ids, size_t n)
{
  size_t all = n;
  for (size_t i = 0; i < filled->n_ahead && all < ROWS_PRODUCTS_MAX; i++) {
    size_t k = 0;
    while (k < n && ids[k] != filled->ahead[i].id)
      k++;
    if (k == n)
      ids[all++] = filled->ahead[i].id;
  }
  return all;
}

/* Their bodies get AHEAD_US at most, since the page does not show them.  What was not done by then waits for its own page: each
 * page would lose that time. */
static void make_ahead(struct store_live *s, const struct store_context *x, const struct product *v, size_t n)
{
  struct filling f = {NULL, 0, true, true, renderer_of(s, x)};
  int64_t until_us = clock_mono_us() + AHEAD_US;
  f.renderer.ahead = true;
  if (f.renderer.deadline_us > until_us)
    f.renderer.deadline_us = until_us;
  for (size_t i = 0; i < n && clock_mono_us() < f.renderer.deadline_us; i++) {
    f.renderer.incomplete = false;
    if (v[i].facts.id && make_rest(s, x, &v[i], &f) != ERR_OK)
      return;
    if (f.renderer.incomplete)
      s->late[s->n_late++ % STORE_AHEAD_LATE] = (struct catalog_moved){v[i].facts.id, v[i].facts.version};
  }
}

static enum err fill_batch(struct store_live *s, const struct store_context *x, const struct store_filled *filled,
                           struct want *wants, size_t n_wants)
{
  uint64_t ids[ROWS_PRODUCTS_MAX];
  size_t n = filled->n;
  memcpy(ids, filled->ids, n * sizeof *ids);
  size_t all = add_partners(wants, n_wants, ids, n);
  bool cards = are_cards(x, wants, n_wants, ids, all);
  size_t read = cards ? all : add_ahead(filled, ids, all);
  struct product *v = ARENA_ARRAY(x->arena, read, struct product);
  struct filling f = {wants, n_wants, true, true, renderer_of(s, x)};
  enum err e = v ? read_products(s, x, &(struct rows_wanted){ids, read, cards}, all, v) : ERR_NO_MEMORY;
  if (e != ERR_OK && read > all && v) { /* what the page does not need does no harm */
    read = all;
    e = read_products(s, x, &(struct rows_wanted){ids, read, cards}, all, v);
  }
  for (size_t i = 0; i < all && e == ERR_OK; i++) {
    f.store = i < n;
    if (v[i].facts.id)
      e = make_kinds(s, x, &v[i], &f, true);
    else
      not_found_set(wants, n_wants, ids[i]);
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
    f.whole = is_whole(x, wants, n_wants, ids[i]);
    if (v[i].facts.id)
      e = make_rest(s, x, &v[i], &f);
  }
  if (e == ERR_OK && read > all)
    make_ahead(s, x, v + all, read - all);
  return e;
}

enum err store_fill_products(struct store_live *s, const struct store_context *x, const struct store_filled *filled,
                             struct want *wants, size_t n_wants)
{
  enum err e = ERR_OK;
  struct store_filled batch = *filled;
  for (size_t at = 0; at < filled->n && e == ERR_OK; at += FILL_BATCH) {
    batch.ids = filled->ids + at;
    batch.n = filled->n - at < FILL_BATCH ? filled->n - at : FILL_BATCH;
    e = fill_batch(s, x, &batch, wants, n_wants);
    batch.n_ahead = 0;
  }
  return e;
}

/* A timeline or a past editorial, not a page or the site's questions. */
static bool is_of_product(const struct want *w)
{
  return w->kind != FRAGMENT_SITE && w->kind != FRAGMENT_PAGE;
}

static bool page_now(const struct catalog_pin *now, uint64_t id, struct version *version)
{
  struct page_head head;
  for (uint32_t i = 0, n = catalog_pages(now); i < n; i++)
    if (catalog_page_at(now, i, &head) && head.id == id) {
      *version = head.version;
      return true;
    }
  return false;
}

/* The newest version that the catalog knows of the want's page, site or product.  false: there is no such row. */
static bool version_now(const struct store_live *s, const struct want *w, struct version *version)
{
  struct catalog_pin now;
  if (!catalog_pin_current(s->catalog, &now))
    return false;
  if (is_of_product(w)) {
    uint32_t ordinal = catalog_find_id(&now, w->id);
    *version = catalog_newest_version(&now, ordinal);
    return ordinal != CATALOG_NONE;
  }
  bool known = true;
  if (w->kind == FRAGMENT_SITE)
    *version = catalog_site_version(&now);
  else
    known = page_now(&now, w->id, version);
  *version = catalog_newest_page_version(s->catalog, w->id, *version);
  return known;
}

/* As store_lag_of.  RETRY: the rows must not be used; e: of their reading. */
static enum err reading_check(struct store_live *s, const struct want *w, enum err e, struct version read)
{
  struct version known;
  if ((e != ERR_OK && e != ERR_NOT_FOUND) || !version_now(s, w, &known))
    return e;
  if (e == ERR_NOT_FOUND && w->kind == FRAGMENT_PAST && version_eq(known, read)) /* no editorial of that number */
    return e;
  bool dated = is_of_product(w); /* only products change with time alone */
  bool differs = e == ERR_NOT_FOUND || store_unlogged(known, read, dated ? clock_now_us() : CLOCK_NEVER);
  if (differs)
    store_suspect_report(s, dated ? w->id : UINT64_MAX);
  return differs || read.rev < known.rev || (!version_eq(known, read) && store_doubted(s)) ? ERR_RETRY : e;
}

static enum err fill_site(struct store_live *s, const struct store_context *x, struct want *w)
{
  struct buf packed = BUF_INIT;
  struct rows_site rows;
  struct want made = *w;
  enum err e = rows_site_read(s->db, x->arena, x->deadline_us, &rows);
  if ((e = reading_check(s, w, e, rows.version)) != ERR_OK)
    return e;
  catalog_floor_raise_page(s->catalog, 0, w->version, rows.version);
  made.version = rows.version;
  struct fragment_renderer renderer = renderer_of(s, x);
  (void)fragment_pack_site(&renderer, rows.questions, rows.n, &packed);
  made.incomplete = renderer.incomplete;
  return fragment_finish(s, x, &(struct filling){w, 1, true, false, renderer}, &made, &packed);
}

static enum err fill_page(struct store_live *s, const struct store_context *x, struct want *w)
{
  struct buf packed = BUF_INIT;
  struct rows_page rows;
  struct want made = *w;
  enum err e = rows_page_read(s->db, w->id, x->arena, x->deadline_us, &rows);
  if ((e = reading_check(s, w, e, rows.version)) != ERR_OK)
    return e;
  catalog_floor_raise_page(s->catalog, w->id, w->version, rows.version);
  if (rows.status != PRODUCT_PUBLISHED) /* withdrawn since the catalog was published */
    return ERR_NOT_FOUND;
  made.version = rows.version;
  struct fragment_renderer renderer = renderer_of(s, x);
  (void)fragment_pack_page(&renderer, w->id,
                           &(struct page_source){rows.title, rows.body_md, rows.format, rows.updated_us}, &packed);
  made.incomplete = renderer.incomplete;
  return fragment_finish(s, x, &(struct filling){w, 1, true, false, renderer}, &made, &packed);
}

static enum err fill_timeline(struct store_live *s, const struct store_context *x, struct want *w)
{
  struct buf packed = BUF_INIT;
  struct rows_timeline rows;
  struct want made = *w;
  enum err e = rows_timeline_read(s->db, w->id, w->page, x->arena, x->deadline_us, &rows);
  if ((e = reading_check(s, w, e, rows.version)) != ERR_OK)
    return e;
  made.version = rows.version;
  (void)fragment_pack_timeline(&(struct timeline){.total = rows.total,
                                                  .newer_us = rows.newer_us,
                                                  .older_us = rows.older_us,
                                                  .activities = rows.activities,
                                                  .n_activities = rows.n},
                               &packed);
  return fragment_finish(s, x, &(struct filling){w, 1, true, false, renderer_of(s, x)}, &made, &packed);
}

static enum err fill_past(struct store_live *s, const struct store_context *x, struct want *w)
{
  struct buf packed = BUF_INIT;
  struct rows_past rows;
  struct want made = *w;
  enum err e = rows_past_read(s->db, w->id, w->page, x->arena, x->deadline_us, &rows);
  if ((e = reading_check(s, w, e, rows.version)) != ERR_OK)
    return e;
  made.version = rows.version;
  struct fragment_renderer renderer = renderer_of(s, x);
  renderer.cited[0] = rows.cited;
  (void)fragment_pack_past(&renderer, &rows.past, &rows.next, &packed);
  made.incomplete = renderer.incomplete;
  return fragment_finish(s, x, &(struct filling){w, 1, true, false, renderer}, &made, &packed);
}

static enum err fill_one(struct store_live *s, const struct store_context *x, struct want *w)
{
  enum err e;
  do
    e = w->kind == FRAGMENT_SITE   ? fill_site(s, x, w)
        : w->kind == FRAGMENT_PAGE ? fill_page(s, x, w)
        : w->kind == FRAGMENT_PAST ? fill_past(s, x, w)
                                   : fill_timeline(s, x, w);
  while (e == ERR_RETRY && (db_older(s->db) || (!store_doubted(s) && store_lag_pause(x))));
  return e == ERR_RETRY ? ERR_UNAVAILABLE : e;
}

enum err store_fill_other(struct store_live *s, const struct store_context *x, struct want *w, struct want *wants,
                          size_t n)
{
  stage_set(x->stage, STAGE_DATABASE);
  enum err e = fill_one(s, x, w);
  if (e == ERR_INVALID)
    store_refusal_report(s, w->id);
  if (e == ERR_NOT_FOUND) {
    w->err = e;
    return ERR_OK;
  }
  if (e != ERR_OK || !fragment_made_alone(w->kind, w->page))
    return e;
  for (size_t i = 0; i < n; i++) /* all wants of a product must have the same version */
    if (want_concerns(&wants[i], w->id) && wants[i].err == ERR_OK && wants[i].kind != FRAGMENT_PAIR &&
        !version_eq(wants[i].got, w->got))
      return store_fill_products(s, x, &(struct store_filled){.ids = &w->id, .n = 1}, wants, n);
  return ERR_OK;
}

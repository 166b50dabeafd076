/* From rows to stored fragments.  One read of a product makes and stores all of its fragments, because other
 * representations of a page are likely to be requested soon. */
#include <stdlib.h>
#include <time.h>

#include "cache/envelope.h"
#include "store/store_live.h"

#define LAG_PAUSE_US 20000
#define LAG_TRIES 3
#define RENDER_RESERVE_US (300 * INT64_C(1000)) /* enough to build and render a page on a busy machine */
#define FILL_BATCH (ROWS_PRODUCTS_MAX / 2) /* leaves room for the partners of pairs */

static const enum fragment_kind product_kinds[] = {FRAGMENT_PROFILE, FRAGMENT_CARD, FRAGMENT_NEWS, FRAGMENT_TIMELINE,
                                                   FRAGMENT_QUESTIONS, FRAGMENT_SOURCE, FRAGMENT_PREDICTIONS};
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
  struct fragment_renderer renderer;
};

/* Bodies are rendered until shortly before the page's deadline; the rest of the time is for the page itself. */
static struct fragment_renderer renderer_of(struct store_live *s, const struct store_context *x)
{
  int64_t left_us = (x->deadline_us - clock_mono_us()) / 4;
  int64_t reserve_us = left_us < RENDER_RESERVE_US ? left_us : RENDER_RESERVE_US;
  return (struct fragment_renderer){s->config, s->metrics, &s->slow, x->deadline_us - reserve_us, false};
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

/* The kinds that the page does not want are made last: the page's own fragments need the time first. */
static enum err make_rest(struct store_live *s, const struct store_context *x, const struct product *p, struct filling *f)
{
  enum err e = make_kinds(s, x, p, f, false);
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
  (void)fragment_pack_pair(&f->renderer, &text, a->facts.id, &packed);
  made.incomplete = f->renderer.incomplete;
  f->renderer.incomplete = made.incomplete || incomplete;
  return fragment_finish(s, x, f, &made, &packed);
}

/* Compares the version that was read with the newest version that the catalog knows.
 * LAG_OLDER: the rev is lower.  The replica lags, or a restore has just reset the counters and the watcher has not yet
 * noticed.  The snapshot must not be used.
 * LAG_UNLOGGED: the rows differ, or are gone, and no change-log entry says so: a dump is being restored, for example, and
 * the table is half full.  Only the watcher decides whether that is believed (watch_doubt.c), and publishes it.
 * LAG_EARLIER: the rev is the same, but the snapshot began before a change fell due, or the database's clock was set
 * back.  The store tries LAG_TRIES times and then uses the snapshot. */
enum lag { LAG_NONE, LAG_EARLIER, LAG_OLDER, LAG_UNLOGGED };

/* A version of the same rev with another hash, although nothing fell due. */
static bool unlogged(struct version known, struct version read, int64_t db_now_us)
{
  return known.rev == read.rev && known.hash != read.hash && known.due_us > db_now_us;
}

static bool is_doubted(const struct store_live *s)
{
  struct catalog_state state;
  catalog_state_get(s->catalog, &state);
  return state.doubted;
}

static enum lag snapshot_lag(struct store_live *s, uint64_t id, const struct product *p, int64_t db_now_us)
{
  struct catalog_pin now;
  uint32_t ordinal = catalog_pin_current(s->catalog, &now) ? catalog_find_id(&now, id) : CATALOG_NONE;
  if (ordinal == CATALOG_NONE)
    return LAG_NONE;
  struct version known = catalog_newest_version(&now, ordinal), read = p->facts.version;
  if (p->facts.id == 0 || unlogged(known, read, db_now_us))
    return LAG_UNLOGGED;
  if (known.rev > read.rev)
    return LAG_OLDER;
  if (version_newer(known, read))
    return LAG_EARLIER;
  return !version_eq(known, read) && is_doubted(s) ? LAG_UNLOGGED : LAG_NONE;
}

static bool lag_pause(const struct store_context *x)
{
  struct timespec t = {0, LAG_PAUSE_US * 1000};
  if (clock_mono_us() + LAG_PAUSE_US > x->deadline_us)
    return false;
  nanosleep(&t, NULL);
  return true;
}

/* The watcher repeats the read and reports the fault to the operators. */
static void refusal_report(struct store_live *s, uint64_t id)
{
  atomic_store_explicit(&s->database->refused, id ? id : UINT64_MAX, memory_order_release);
}

/* The watcher compares these rows with the catalog at once. */
static void suspect_report(struct store_live *s, uint64_t id)
{
  atomic_store_explicit(&s->database->suspect, id, memory_order_release);
}

static enum err read_products(struct store_live *s, const struct store_context *x, const uint64_t *ids, size_t n,
                              struct product *out)
{
  for (int tries = 1;; tries++) {
    struct rows_snapshot snap;
    enum lag most = LAG_NONE;
    stage_set(x->stage, STAGE_DATABASE);
    enum err e = rows_products(s->db, ids, n, x->arena, x->deadline_us, out, &snap);
    if (e == ERR_INVALID)
      refusal_report(s, ids[0]);
    if (e != ERR_OK)
      return e;
    for (size_t i = 0; i < n; i++) {
      enum lag one = snapshot_lag(s, ids[i], &out[i], snap.db_now_us);
      most = one > most ? one : most;
      if (one == LAG_UNLOGGED)
        suspect_report(s, ids[i]);
    }
    if (most == LAG_NONE || (most == LAG_EARLIER && tries == LAG_TRIES))
      return ERR_OK;
    if (most >= LAG_OLDER && is_doubted(s)) /* no wait would help */
      return ERR_UNAVAILABLE;
    if (!lag_pause(x))
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

static enum err fill_batch(struct store_live *s, const struct store_context *x, const uint64_t *leased, size_t n,
                           struct want *wants, size_t n_wants)
{
  uint64_t ids[ROWS_PRODUCTS_MAX];
  memcpy(ids, leased, n * sizeof *ids);
  size_t all = add_partners(wants, n_wants, ids, n);
  struct product *v = ARENA_ARRAY(x->arena, all, struct product);
  struct filling f = {wants, n_wants, true, renderer_of(s, x)};
  enum err e = v ? read_products(s, x, ids, all, v) : ERR_NO_MEMORY;
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

/* As snapshot_lag.  RETRY: the rows must not be used; e: of their reading. */
static enum err reading_check(struct store_live *s, const struct want *w, enum err e, struct version read)
{
  struct version known;
  if ((e != ERR_OK && e != ERR_NOT_FOUND) || !version_now(s, w, &known))
    return e;
  if (e == ERR_NOT_FOUND && w->kind == FRAGMENT_PAST && version_eq(known, read)) /* no editorial of that number */
    return e;
  bool dated = is_of_product(w); /* only products change with time alone */
  bool differs = e == ERR_NOT_FOUND || unlogged(known, read, dated ? clock_now_us() : CLOCK_NEVER);
  if (differs)
    suspect_report(s, dated ? w->id : UINT64_MAX);
  return differs || read.rev < known.rev || (!version_eq(known, read) && is_doubted(s)) ? ERR_RETRY : e;
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
  return fragment_finish(s, x, &(struct filling){w, 1, true, renderer}, &made, &packed);
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
  return fragment_finish(s, x, &(struct filling){w, 1, true, renderer}, &made, &packed);
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
  return fragment_finish(s, x, &(struct filling){w, 1, true, renderer_of(s, x)}, &made, &packed);
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
  (void)fragment_pack_past(&renderer, &rows.past, &rows.next, &packed);
  made.incomplete = renderer.incomplete;
  return fragment_finish(s, x, &(struct filling){w, 1, true, renderer}, &made, &packed);
}

static enum err fill_one(struct store_live *s, const struct store_context *x, struct want *w)
{
  enum err e;
  do
    e = w->kind == FRAGMENT_SITE   ? fill_site(s, x, w)
        : w->kind == FRAGMENT_PAGE ? fill_page(s, x, w)
        : w->kind == FRAGMENT_PAST ? fill_past(s, x, w)
                                   : fill_timeline(s, x, w);
  while (e == ERR_RETRY && !is_doubted(s) && lag_pause(x));
  return e == ERR_RETRY ? ERR_UNAVAILABLE : e;
}

enum err store_fill_other(struct store_live *s, const struct store_context *x, struct want *w, struct want *wants,
                          size_t n)
{
  stage_set(x->stage, STAGE_DATABASE);
  enum err e = fill_one(s, x, w);
  if (e == ERR_INVALID)
    refusal_report(s, w->id);
  if (e == ERR_NOT_FOUND) {
    w->err = e;
    return ERR_OK;
  }
  if (e != ERR_OK || !fragment_made_alone(w->kind, w->page))
    return e;
  for (size_t i = 0; i < n; i++) /* all wants of a product must have the same version */
    if (want_concerns(&wants[i], w->id) && wants[i].err == ERR_OK && wants[i].kind != FRAGMENT_PAIR &&
        !version_eq(wants[i].got, w->got))
      return store_fill_products(s, x, &w->id, 1, wants, n);
  return ERR_OK;
}

/* The real store's inside, shared by its two halves: store.c (cache, leases, order of steps) and
 * store_fill.c (from rows to stored fragments). */
#ifndef DIPTYCH_STORE_STORE_LIVE_H
#define DIPTYCH_STORE_STORE_LIVE_H

#include "cache/cache.h"
#include "cache/envelope.h"
#include "rows/rows.h"
#include "store/fragment_cache.h"
#include "store/store.h"

struct store_live {
  struct store base;
  const struct config *config;
  const struct catalog *catalog;
  struct metrics *metrics;
  struct breaker *database;
  struct cache *cache;
  struct fragment_cache *fragments;
  struct db *db;
  uint32_t rendering;
  struct fragment_slow slow;
  unsigned char secret[ENVELOPE_SECRET];
};

size_t store_want_key(const struct store_live *s, const struct want *w, char out[FRAGMENT_KEY_MAX + 1]);

/* Is this want answered? */
static inline bool want_open(const struct want *w)
{
  return w->err == ERR_RETRY;
}

/* Is this want about product `id` (as itself or as one of a pair)? */
static inline bool want_concerns(const struct want *w, uint64_t id)
{
  return w->kind != FRAGMENT_SITE && w->kind != FRAGMENT_PAGE &&
         (w->id == id || (w->kind == FRAGMENT_PAIR && w->other_id == id));
}

/* Reads the products ids[0..n) in one snapshot, stores all their fragments, and answers every want
 * about them, also those that were answered at another version before. */
MUST_USE enum err store_fill_products(struct store_live *s, const struct store_context *x, const uint64_t *ids, size_t n,
                             struct want *wants, size_t n_wants);
/* SITE, PAGE, and TIMELINE beyond the first page: answers w; the other wants of the same product are
 * made anew when w turns out to be of another version. */
MUST_USE enum err store_fill_other(struct store_live *s, const struct store_context *x, struct want *w, struct want *wants,
                          size_t n);

#endif

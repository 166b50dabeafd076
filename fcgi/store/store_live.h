/* The state of the real store, shared by store.c (cache, leases, order of steps) and store_fill.c (from rows to
 * stored fragments). */
#ifndef DIPTYCH_STORE_STORE_LIVE_H
#define DIPTYCH_STORE_STORE_LIVE_H

#include "cache/cache.h"
#include "cache/envelope.h"
#include "rows/rows.h"
#include "store/fragment_cache.h"
#include "store/store.h"

#define STORE_AHEAD_MOST 24
#define STORE_AHEAD_LATE 8

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
  struct catalog_moved late[STORE_AHEAD_LATE]; /* that took too long ahead of their requests; the oldest is overwritten */
  unsigned n_late;
  unsigned char secret[ENVELOPE_SECRET];
};

size_t store_want_key(const struct store_live *s, const struct want *w, char out[FRAGMENT_KEY_MAX + 1]);

/* True: the want has no answer yet. */
static inline bool want_open(const struct want *w)
{
  return w->err == ERR_RETRY;
}

/* True: the want is a fragment of product `id`, or of a pair with it. */
static inline bool want_concerns(const struct want *w, uint64_t id)
{
  return w->kind != FRAGMENT_SITE && w->kind != FRAGMENT_PAGE &&
         (w->id == id || (w->kind == FRAGMENT_PAIR && w->other_id == id));
}

struct store_filled {
  const uint64_t *ids; /* of products that the wants concern */
  size_t n;
  struct catalog_moved ahead[STORE_AHEAD_MOST]; /* others, whose fragments are stored, if that costs no further reading */
  size_t n_ahead;
};

/* Reads the products in one snapshot, stores all their fragments and answers all wants of these products, including wants that
 * already have an answer at another version. */
MUST_USE enum err store_fill_products(struct store_live *s, const struct store_context *x, const struct store_filled *filled,
                                      struct want *wants, size_t n_wants);
/* Answers `w`, which is a SITE, a PAGE, a PAST or a later page of a TIMELINE.  If w's product has another version in the
 * database than in its other wants, these are filled again. */
MUST_USE enum err store_fill_other(struct store_live *s, const struct store_context *x, struct want *w, struct want *wants,
                                   size_t n);

#endif

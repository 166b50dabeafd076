/* The store: fragments by name, from wherever they are.  Pages say what they want, all at once, and
 * never see memcached, SQL or leases: this header is all of it that they include.  The real store works so:
 *
 *   1. one multi-get for everything wanted, under the versions that the catalog knows; a worker that has
 *      requests waiting leaves out what it verified itself a moment ago (fragment_cache.h);
 *   2. what is missing is read from the database in one snapshot, by one filler per product and
 *      version (a short lease); the others wait a bounded time for its values;
 *   3. what was read is stored under the version it was read at, and a version that is newer than the
 *      catalog's is raised there before anybody answers with it;
 *   4. while the database is away: the last version known to be stored.
 *
 * All wants of one product are answered at one version.  Nothing made under an error is stored.
 * Values live until the arena is reset or the next store_fetch, whichever comes first.
 * One store per worker; not shared between processes. */
#ifndef DIPTYCH_STORE_STORE_H
#define DIPTYCH_STORE_STORE_H

#include "base/metrics.h"
#include "base/stage.h"
#include "catalog/catalog.h"
#include "store/fragment.h"

struct want {
  enum fragment_kind kind;
  uint32_t page;                  /* TIMELINE: from 1; else 0 */
  uint64_t id, other_id;          /* of the product or page; SITE: 0; PAIR: the smaller and the larger id */
  struct version version;         /* as the catalog has it; PAIR: of id */
  struct version other_version;   /* PAIR: of other_id */
  struct version planned;         /* of the facts that the page was planned with; rev 0: does not matter */
  uint32_t ordinal;               /* in the pin; CATALOG_NONE for SITE and PAGE */

  /* filled by store_fetch */
  enum err err;      /* OK; NOT_FOUND: no such row now; UNAVAILABLE: no backend could tell */
  struct version got;
  bool cut;          /* a body of it was not rendered since the deadline came: nobody may keep it */
  bool stale;        /* older than the catalog's version, since the database is away */
  const void *value; /* struct profile *, card *, timeline *, answers *, source *, pair_text *, page_text * */
};

struct store_context {
  struct arena *arena;
  struct stage *stage;
  int64_t deadline_us; /* monotonic */
  const struct catalog_pin *pin;
  bool under_load; /* requests wait behind this one */
};

#define STORE_WANTS_MAX 256 /* wants that one call of `fetch` is given at most */

/* What pages know of a store.  There are two: the real one (store_open.h) and the one of the page tests,
 * which answers from memory.  `fetch` leaves no want with ERR_RETRY, and a value with each that is OK. */
struct store {
  void (*fetch)(struct store *s, const struct store_context *x, struct want *wants, size_t n);
  void (*tidy)(struct store *s); /* no value of an earlier fetch is used any longer */
  void (*close)(struct store *s);
};

void store_close(struct store **s);

/* Fetches all wants; each has its own err afterwards.  OK: all are OK. */
enum err store_fetch(struct store *s, const struct store_context *x, struct want *wants, size_t n);

#endif

/* The store gives pages their fragments.  A page passes all of its wants in one call and does not know memcached, SQL
 * or leases; this is the only header of the store that pages include.  The real store works in these steps:
 *
 *   1. One multi-get asks memcached for all fragments under the versions of the catalog.  A worker under load first
 *      looks in its fragment cache (fragment_cache.h).
 *   2. Missing fragments are read from the database in one snapshot.  A short lease elects one filler per product and
 *      version; other workers wait a bounded time for its values.  The filler of a whole product also fills others that were
 *      edited since this pool stored them: after a publication with many edits, few readings serve all pages.
 *   3. Each fragment is stored under the version that was read.  If this version is newer than the catalog's, the
 *      store raises the version floor before the page is answered.
 *   4. While the database is unavailable, the store answers with the last version that is known to be stored.
 *
 * All wants of one product are answered at the same version.  A fragment that was made under an error is not stored.
 * Values are valid until the arena is reset or until the next store_fetch.  Each worker has its own store. */
#ifndef DIPTYCH_STORE_STORE_H
#define DIPTYCH_STORE_STORE_H

#include "base/metrics.h"
#include "base/stage.h"
#include "catalog/catalog.h"
#include "store/fragment.h"

struct want {
  enum fragment_kind kind;
  uint32_t page;                  /* TIMELINE: from 1; PAST: the index in facts.editorials, from 1; else 0 */
  uint64_t id, other_id;          /* of the product or page; SITE: 0; PAIR: the smaller and the larger product id */
  struct version version;         /* in the catalog; PAIR: of id */
  struct version other_version;   /* PAIR: in the catalog, of other_id */
  struct version planned;         /* of the facts in the page's plan; rev 0: the plan does not depend on them */
  uint32_t ordinal;               /* in the pin; CATALOG_NONE for SITE and PAGE */

  /* filled by store_fetch */
  enum err err;      /* OK; NOT_FOUND: there is no such row; UNAVAILABLE: no backend answered; DEFERRED: see may_defer;
                        NO_MEMORY */
  struct version got;
  bool incomplete;   /* a body was not rendered because of the deadline: the value must not be cached */
  bool stale;        /* older than the catalog's version, because the database is unavailable */
  const void *value; /* struct profile *, card *, timeline *, answers *, source *, pair_text *, page_text *,
                        predictions *, past * */
};

struct store_context {
  struct arena *arena;
  struct waiter *waiter; /* what the process does while it waits; NULL: nothing */
  struct stage *stage;
  int64_t deadline_us; /* monotonic */
  const struct catalog_pin *pin;
  bool under_load; /* other requests wait for this worker, or did a moment ago */
  bool may_defer;  /* wants whose fragments another worker is filling may get ERR_DEFERRED; only the first fetch of a request */
  /* The wants of an earlier fetch of this request.  Incomplete values are in no cache, so they are taken from here. */
  const struct want *earlier;
  size_t n_earlier;
};

#define STORE_WANTS_MAX 256 /* most wants in one call of `fetch` */

/* The interface of a store.  There are two implementations: the real one (store_open.h) and one for the page tests,
 * which answers from memory.  After `fetch`, each want is OK with a value, or has an error other than RETRY. */
struct store {
  void (*fetch)(struct store *s, const struct store_context *x, struct want *wants, size_t n);
  void (*tidy)(struct store *s); /* frees values of earlier fetches; the caller no longer uses them */
  void (*close)(struct store *s);
};

void store_close(struct store **s);

/* Fetches all wants and sets the err of each.  Any number of wants.  OK: all are OK.  DEFERRED: try again in STORE_AGAIN_US. */
#define STORE_AGAIN_US 4000
enum err store_fetch(struct store *s, const struct store_context *x, struct want *wants, size_t n);

/* For how long rows may be out of date that are shown because the database cannot be read.  With other_pools, another pool may
 * have shown newer ones: beyond ready_lag the answer is 503, and the proxy asks that pool.  This ends when the proxy must know that
 * this pool is not ready: if it then asks this pool, there is no other. */
MUST_USE int64_t store_older_most_us(const struct catalog *catalog, const struct config *c);

#endif

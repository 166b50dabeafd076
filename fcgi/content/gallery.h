/* Finished pictures: from memcached under their version, else from a painter, then kept there.
 *
 * Drawing holds a worker up, so only as many workers as there are pens may do it at once, half of the
 * pool: the others answer pages, and say "come back" to who wants a picture.  A pen is taken for the
 * time of a deadline and free again after it, so that a worker which dies with one takes nothing
 * along.  One gallery per worker. */
#ifndef DIPTYCH_CONTENT_GALLERY_H
#define DIPTYCH_CONTENT_GALLERY_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/metrics.h"
#include "base/stage.h"
#include "content/breaker.h"
#include "text/config.h"

#define GALLERY_PENS 16

struct gallery_pens { /* in shared memory, zero at first */
  _Atomic int64_t until_us[GALLERY_PENS]; /* monotonic; past: free */
};

struct gallery;

struct gallery_request {
  struct span packed; /* of picture_pack */
  int64_t deadline_us;
  struct arena *arena;
  struct stage *stage;
};

/* NULL: no memory. */
struct gallery *gallery_open(const struct config *c, struct metrics *m, struct breaker *cache, struct gallery_pens *pens);
void gallery_close(struct gallery **g);

/* UNAVAILABLE: not now. */
enum err gallery_get(struct gallery *g, const struct gallery_request *rq, struct span *png);

/* Between requests. */
void gallery_tidy(struct gallery *g);

#endif

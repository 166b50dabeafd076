/* Finished pictures: from memcached under their version, else from a painter, then kept there.
 *
 * Nobody waits for a picture here.  One that must be drawn first is put into a queue, and whoever asked
 * is told "later" (base/deferred.h); gallery_work, called whenever gallery_fd is readable, begins the next
 * one, takes what the painter has drawn, and says to whom it matters that it is done.  A picture that
 * several want is drawn once: in one worker they share its place in the queue; in a pool, or in several,
 * one of them holds a short lease in memcached and the others look there for a while.
 *
 * Everything is bounded.  The queue has GALLERY_QUEUE places and at most GALLERY_WAITERS requests may wait
 * for them; beyond that the answer is "not now".  A painter that has not drawn a picture in two thirds of the time
 * that was left to whoever asked for it first is ended: that picture is given up, and the next one gets
 * another painter, in time for those who wait for it.  One gallery per worker. */
#ifndef DIPTYCH_IMAGE_IMAGE_QUEUE_H
#define DIPTYCH_IMAGE_IMAGE_QUEUE_H

#include "base/arena.h"
#include "base/breaker.h"
#include "base/deferred.h"
#include "base/err.h"
#include "base/metrics.h"
#include "base/stage.h"
#include "config/config.h"

#define GALLERY_QUEUE 16
#define GALLERY_WAITERS 256

struct gallery;

struct gallery_request {
  struct span packed; /* of picture_pack */
  bool patient;       /* LATER is an answer too */
  int64_t deadline_us;
  struct arena *arena;
  struct stage *stage;
};

/* NULL: no memory, or no descriptors. */
struct gallery *gallery_open(const struct config *c, struct metrics *m, struct breaker *cache);
void gallery_close(struct gallery **g);

/* OK: *png is valid as long as the request's arena and until the next gallery_work.  LATER: *later is what
 * to wait for; ask again when it is done.  UNAVAILABLE: not now. */
enum err gallery_get(struct gallery *g, const struct gallery_request *rq, struct span *png, struct later **later);

/* Readable (also for poll and epoll): call gallery_work, which never blocks for longer than memcached may. */
int gallery_fd(const struct gallery *g);
void gallery_work(struct gallery *g);

/* Between requests. */
void gallery_tidy(struct gallery *g);

#endif

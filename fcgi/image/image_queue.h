/* Finished pictures: from memcached under their version, else from a image worker, then kept there.
 *
 * Nobody waits for a picture here.  One that must be drawn first is put into a queue, and whoever asked
 * is told "later" (base/deferred.h); image_queue_work, called whenever image_queue_fd is readable, begins the next
 * one, takes what the image worker has drawn, and says to whom it matters that it is done.  A picture that
 * several want is drawn once: in one worker they share its place in the queue; in a pool, or in several,
 * one of them holds a short lease in memcached and the others look there for a while.
 *
 * Everything is bounded.  The queue has IMAGE_QUEUE_PLACES places and at most IMAGE_QUEUE_WAITERS requests may wait
 * for them; beyond that the answer is "not now".  A image worker that has not drawn a picture in two thirds of the time
 * that was left to whoever asked for it first is ended: that picture is given up, and the next one gets
 * another image worker, in time for those who wait for it.  One image queue per worker. */
#ifndef DIPTYCH_IMAGE_IMAGE_QUEUE_H
#define DIPTYCH_IMAGE_IMAGE_QUEUE_H

#include "base/breaker.h"
#include "base/metrics.h"
#include "config/config.h"
#include "image/image_source.h"

#define IMAGE_QUEUE_PLACES 16
#define IMAGE_QUEUE_WAITERS 256

struct image_queue;

/* NULL: no memory, or no descriptors. */
struct image_queue *image_queue_open(const struct config *c, struct metrics *m, struct breaker *cache);
void image_queue_close(struct image_queue **g);

/* How pages ask it; the same as long as the image queue lives. */
struct image_source *image_queue_source(struct image_queue *g);

/* Readable (also for poll and epoll): call image_queue_work, which never blocks for longer than memcached may. */
int image_queue_fd(const struct image_queue *g);
void image_queue_work(struct image_queue *g);

/* Between requests. */
void image_queue_tidy(struct image_queue *g);

#endif

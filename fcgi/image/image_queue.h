/* The image queue gets pictures from memcached, or has an image worker draw them and stores them there.
 *
 * No call waits for a drawing.  A picture that must be drawn becomes a job in the queue, and its request is deferred
 * (base/deferred.h).  image_queue_work is called whenever image_queue_fd is readable: it starts the next job, takes
 * the finished picture from the image worker and marks the job's `deferred` as done.  Each picture is drawn once:
 * requests of one worker share a job; among workers, one holds a short lease in memcached and the others poll
 * memcached.
 *
 * The queue is bounded: it has IMAGE_QUEUE_PLACES jobs and at most IMAGE_QUEUE_WAITERS deferred requests; further
 * requests get UNAVAILABLE.  An image worker that has not drawn a picture in two thirds of the time that its first
 * request had left is killed.  This job fails, and the next job gets a new image worker.  Each worker has its own
 * image queue. */
#ifndef DIPTYCH_IMAGE_IMAGE_QUEUE_H
#define DIPTYCH_IMAGE_IMAGE_QUEUE_H

#include "base/metrics.h"
#include "cache/cache.h"
#include "config/config.h"
#include "image/image_source.h"

#define IMAGE_QUEUE_PLACES 16
#define IMAGE_QUEUE_WAITERS 256

struct image_queue;

/* The caller owns the queue.  The cache must outlive it.  NULL: no memory or no descriptors. */
struct image_queue *image_queue_open(const struct config *c, struct metrics *m, struct cache *cache);
void image_queue_close(struct image_queue **q);

/* The interface for pages; valid as long as the image queue. */
struct image_source *image_queue_source(struct image_queue *q);

/* When the descriptor is readable (poll, epoll), call image_queue_work.  It blocks only for calls to memcached. */
int image_queue_fd(const struct image_queue *q);
void image_queue_work(struct image_queue *q);

/* Reaps image workers that ended; call it between requests. */
void image_queue_tidy(struct image_queue *q);

#endif

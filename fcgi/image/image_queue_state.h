/* What the parts of the image queue share, and nobody else: image_queue.c (asking, and what is kept) and
 * image_queue_work.c (the queue's way through the image worker). */
#ifndef DIPTYCH_IMAGE_IMAGE_QUEUE_STATE_H
#define DIPTYCH_IMAGE_IMAGE_QUEUE_STATE_H

#include "cache/cache.h"
#include "cache/envelope.h"
#include "image/image_queue.h"
#include "image/image_worker.h"

#define IMAGE_QUEUE_KEY 48 /* bytes, more than any key has */

struct image_job {
  struct deferred deferred;
  enum { JOB_FREE, JOB_QUEUED, JOB_DRAWING, JOB_DRAWN, JOB_FAILED } state;
  char key[IMAGE_QUEUE_KEY];
  size_t key_n;
  struct buf packed, png;
  uint64_t number;     /* its turn comes before those with higher ones */
  unsigned tries;      /* image workers that had it */
  bool leased;         /* we hold its lease */
  bool elsewhere;      /* another worker holds it */
  int64_t look_us;     /* monotonic: when to look again whether that one has finished */
  int64_t draw_anyway_us;    /* from when on it is drawn whoever holds the lease */
  int64_t patience_us; /* for the image worker */
};

struct image_queue {
  struct image_source source; /* first: a page knows no more of it */
  struct cache *cache;
  struct image_worker *painter;
  struct metrics *metrics;
  struct arena *arena;         /* of one look into memcached, outside of any request */
  int epoll_fd, timer_fd;
  uint64_t numbers;            /* given so far */
  struct image_job jobs[IMAGE_QUEUE_PLACES];
  struct image_job *drawing; /* NULL: the image worker has nothing to do */
  int64_t until_us;            /* when it is taken for hung */
  unsigned char secret[ENVELOPE_SECRET];
};

static inline struct span image_queue_key(const struct image_job *j)
{
  return span_of(j->key, j->key_n);
}

/* image_queue_cache.c */
bool image_queue_kept(struct image_queue *g, struct span key, struct arena *arena, struct span *png); /* in memcached */
void image_queue_keep(struct image_queue *g, struct span key, struct span png);

/* image_queue_work.c */
void image_queue_reap(struct image_queue *g); /* forgets what nobody waits for any longer */
void image_queue_wake(struct image_queue *g, int64_t us); /* image_queue_fd is readable at that time at the latest */

#endif

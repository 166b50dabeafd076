/* The private state of the image queue, shared by image_queue.c (requests), image_queue_work.c (jobs) and
 * image_queue_cache.c (memcached). */
#ifndef DIPTYCH_IMAGE_IMAGE_QUEUE_STATE_H
#define DIPTYCH_IMAGE_IMAGE_QUEUE_STATE_H

#include "cache/cache.h"
#include "cache/envelope.h"
#include "image/image_queue.h"
#include "image/image_worker.h"

#define IMAGE_QUEUE_KEY 48 /* bytes; longer than any key */

struct image_job {
  struct deferred deferred;
  enum { JOB_FREE, JOB_QUEUED, JOB_DRAWING, JOB_DRAWN, JOB_FAILED } state;
  char key[IMAGE_QUEUE_KEY];
  size_t key_n;
  struct buf packed, png;
  uint64_t number;        /* jobs run in this order */
  unsigned tries;         /* image workers that have had the job */
  bool leased;            /* this worker holds the job's lease */
  bool drawn_by_other;    /* another worker holds the lease */
  int64_t poll_us;        /* monotonic: when to ask memcached again for the other worker's picture */
  int64_t draw_anyway_us; /* monotonic: from this time on, the job runs without the lease */
  int64_t draw_limit_us;  /* time that the image worker gets for the job */
};

struct image_queue {
  struct image_source source; /* first, so that a pointer to it is a pointer to the queue */
  struct cache *cache;
  struct image_worker *worker;
  struct metrics *metrics;
  struct arena *arena;        /* of one read from memcached outside of a request */
  int epoll_fd, timer_fd;
  uint64_t next_number;
  struct image_job jobs[IMAGE_QUEUE_PLACES];
  struct image_job *drawing; /* the job of the image worker; NULL: it is idle */
  int64_t draw_deadline_us;  /* monotonic: when the image worker counts as hung */
  unsigned char secret[ENVELOPE_SECRET];
};

static inline struct span image_queue_key(const struct image_job *j)
{
  return span_of(j->key, j->key_n);
}

/* image_queue_cache.c */
/* From memcached; *png points into the arena.  False: a miss. */
MUST_USE bool image_queue_load(struct image_queue *q, struct span key, struct arena *arena, struct span *png);
void image_queue_store(struct image_queue *q, struct span key, struct span png);

/* image_queue_work.c */
void image_queue_reap(struct image_queue *q); /* frees finished and queued jobs for which no request waits */
void image_queue_wake(struct image_queue *q, int64_t us); /* makes image_queue_fd readable at this monotonic time */

#endif

/* What the parts of the gallery share, and nobody else: gallery.c (asking, and what is kept) and
 * gallery_work.c (the queue's way through the painter). */
#ifndef DIPTYCH_IMAGE_IMAGE_QUEUE_STATE_H
#define DIPTYCH_IMAGE_IMAGE_QUEUE_STATE_H

#include "cache/cache.h"
#include "cache/envelope.h"
#include "image/image_queue.h"
#include "image/image_worker.h"

#define GALLERY_KEY 48 /* bytes, more than any key has */

struct gallery_job {
  struct later later;
  enum { JOB_FREE, JOB_QUEUED, JOB_DRAWING, JOB_DRAWN, JOB_FAILED } state;
  char key[GALLERY_KEY];
  size_t key_n;
  struct buf packed, png;
  uint64_t number;     /* its turn comes before those with higher ones */
  unsigned tries;      /* painters that had it */
  bool leased;         /* we hold its lease */
  bool elsewhere;      /* another worker holds it */
  int64_t look_us;     /* monotonic: when to look again whether that one has finished */
  int64_t alone_us;    /* from when on it is drawn whoever holds the lease */
  int64_t patience_us; /* for the painter */
};

struct gallery {
  struct cache *cache;
  struct painter *painter;
  struct metrics *metrics;
  struct arena *arena;         /* of one look into memcached, outside of any request */
  int epoll_fd, timer_fd;
  uint64_t numbers;            /* given so far */
  struct gallery_job jobs[GALLERY_QUEUE];
  struct gallery_job *drawing; /* NULL: the painter has nothing to do */
  int64_t until_us;            /* when it is taken for hung */
  unsigned char secret[ENVELOPE_SECRET];
};

static inline struct span gallery_key(const struct gallery_job *j)
{
  return span_of(j->key, j->key_n);
}

/* gallery.c */
bool gallery_kept(struct gallery *g, struct span key, struct arena *arena, struct span *png); /* in memcached */
void gallery_keep(struct gallery *g, struct span key, struct span png);

/* gallery_work.c */
void gallery_reap(struct gallery *g); /* forgets what nobody waits for any longer */
void gallery_wake(struct gallery *g, int64_t us); /* gallery_fd is readable at that time at the latest */

#endif

#include "image/image_queue.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "image/image_queue_state.h"

#define ARENA_MAX ((size_t)4 << 20)

static bool descriptors_open(struct image_queue *q)
{
  struct epoll_event e = {.events = EPOLLIN};
  q->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  q->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  return q->epoll_fd >= 0 && q->timer_fd >= 0 && epoll_ctl(q->epoll_fd, EPOLL_CTL_ADD, q->timer_fd, &e) == 0;
}

void image_queue_close(struct image_queue **q)
{
  if (!*q)
    return;
  image_worker_free(&(*q)->worker);
  arena_free(&(*q)->arena);
  for (size_t i = 0; i < IMAGE_QUEUE_PLACES; i++) {
    buf_free(&(*q)->jobs[i].packed);
    buf_free(&(*q)->jobs[i].png);
  }
  if ((*q)->timer_fd >= 0)
    close((*q)->timer_fd);
  if ((*q)->epoll_fd >= 0)
    close((*q)->epoll_fd);
  free(*q);
  *q = NULL;
}

int image_queue_fd(const struct image_queue *q)
{
  return q->epoll_fd;
}

void image_queue_tidy(struct image_queue *q)
{
  image_worker_tidy(q->worker);
}

static struct span key_of(struct span packed, char out[IMAGE_QUEUE_KEY])
{
  unsigned char hash[crypto_generichash_BYTES_MIN];
  crypto_generichash(hash, sizeof hash, (const unsigned char *)packed.p, packed.n, NULL, 0);
  out[0] = 'i';
  out[1] = ':';
  sodium_bin2hex(out + 2, IMAGE_QUEUE_KEY - 2, hash, sizeof hash);
  return span_of(out, 2 + 2 * sizeof hash);
}

static struct image_job *job_find(struct image_queue *q, struct span key)
{
  for (size_t i = 0; i < IMAGE_QUEUE_PLACES; i++)
    if (q->jobs[i].state != JOB_FREE && span_eq(image_queue_key(&q->jobs[i]), key))
      return &q->jobs[i];
  return NULL;
}

/* NULL: the queue is full, or no memory. */
static struct image_job *job_new(struct image_queue *q, struct span key, const struct image_request *rq)
{
  int64_t now_us = clock_mono_us(), most_us = (rq->deadline_us - now_us) * 2 / 3;
  for (size_t i = 0; i < IMAGE_QUEUE_PLACES; i++) {
    struct image_job *j = &q->jobs[i];
    if (j->state != JOB_FREE)
      continue;
    *j = (struct image_job){.state = JOB_QUEUED,
                            .key_n = key.n,
                            .number = q->next_number++,
                            .draw_anyway_us = now_us + most_us,
                            .draw_limit_us = most_us};
    memcpy(j->key, key.p, key.n);
    buf_span(&j->packed, rq->packed);
    image_queue_wake(q, now_us);
    return j;
  }
  return NULL;
}

static unsigned waiters(const struct image_queue *q)
{
  unsigned n = 0;
  for (size_t i = 0; i < IMAGE_QUEUE_PLACES; i++)
    n += q->jobs[i].deferred.waiters;
  return n;
}

static enum err image_queue_get(struct image_source *s, const struct image_request *rq, struct span *png,
                                struct deferred **deferred)
{
  struct image_queue *q = (struct image_queue *)s;
  char text[IMAGE_QUEUE_KEY];
  struct span key = key_of(rq->packed, text);
  bool may_defer = rq->may_defer && waiters(q) < IMAGE_QUEUE_WAITERS;
  image_queue_reap(q);
  struct image_job *j = job_find(q, key);
  if (!j) {
    stage_set(rq->stage, STAGE_CACHE);
    if (image_queue_load(q, key, rq->arena, png))
      return ERR_OK;
    j = may_defer ? job_new(q, key, rq) : NULL;
  }
  if (j && j->state == JOB_DRAWN) {
    *png = buf_view(&j->png);
    return ERR_OK;
  }
  if (!j || j->state == JOB_FAILED || !may_defer) {
    METRICS_ADD(q->metrics, pictures_refused, 1);
    return ERR_UNAVAILABLE;
  }
  *deferred = &j->deferred;
  return ERR_DEFERRED;
}

struct image_queue *image_queue_open(const struct config *c, struct metrics *m, struct cache *cache)
{
  struct image_queue *q = calloc(1, sizeof *q);
  if (!q)
    return NULL;
  q->source.get = image_queue_get;
  q->metrics = m;
  envelope_secret(q->secret, span_z(c->cache_secret));
  bool opened = descriptors_open(q);
  q->cache = cache;
  q->worker = image_worker_new(q->epoll_fd);
  q->arena = arena_new(ARENA_MAX);
  if (!opened || !q->worker || !q->arena)
    image_queue_close(&q);
  return q;
}

struct image_source *image_queue_source(struct image_queue *q)
{
  return &q->source;
}

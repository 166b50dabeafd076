#include "image/image_queue.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "image/image_queue_state.h"

#define ARENA_MOST ((size_t)4 << 20)

static bool descriptors_open(struct image_queue *g)
{
  struct epoll_event e = {.events = EPOLLIN};
  g->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  g->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  return g->epoll_fd >= 0 && g->timer_fd >= 0 && epoll_ctl(g->epoll_fd, EPOLL_CTL_ADD, g->timer_fd, &e) == 0;
}

void image_queue_close(struct image_queue **g)
{
  if (!*g)
    return;
  image_worker_free(&(*g)->painter);
  cache_free(&(*g)->cache);
  arena_free(&(*g)->arena);
  for (size_t i = 0; i < IMAGE_QUEUE_PLACES; i++) {
    buf_free(&(*g)->jobs[i].packed);
    buf_free(&(*g)->jobs[i].png);
  }
  if ((*g)->timer_fd >= 0)
    close((*g)->timer_fd);
  if ((*g)->epoll_fd >= 0)
    close((*g)->epoll_fd);
  free(*g);
  *g = NULL;
}

int image_queue_fd(const struct image_queue *g)
{
  return g->epoll_fd;
}

void image_queue_tidy(struct image_queue *g)
{
  image_worker_tidy(g->painter);
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

static struct image_job *job_find(struct image_queue *g, struct span key)
{
  for (size_t i = 0; i < IMAGE_QUEUE_PLACES; i++)
    if (g->jobs[i].state != JOB_FREE && span_eq(image_queue_key(&g->jobs[i]), key))
      return &g->jobs[i];
  return NULL;
}

/* NULL: the queue is full, or no memory. */
static struct image_job *job_new(struct image_queue *g, struct span key, const struct image_request *rq)
{
  int64_t now_us = clock_mono_us(), most_us = (rq->deadline_us - now_us) * 2 / 3;
  for (size_t i = 0; i < IMAGE_QUEUE_PLACES; i++) {
    struct image_job *j = &g->jobs[i];
    if (j->state != JOB_FREE)
      continue;
    *j = (struct image_job){.state = JOB_QUEUED,
                              .key_n = key.n,
                              .number = g->numbers++,
                              .draw_anyway_us = now_us + most_us,
                              .patience_us = most_us};
    memcpy(j->key, key.p, key.n);
    buf_span(&j->packed, rq->packed);
    image_queue_wake(g, now_us);
    return j;
  }
  return NULL;
}

static unsigned waiters(const struct image_queue *g)
{
  unsigned n = 0;
  for (size_t i = 0; i < IMAGE_QUEUE_PLACES; i++)
    n += g->jobs[i].deferred.waiters;
  return n;
}

static enum err image_queue_get(struct image_source *s, const struct image_request *rq, struct span *png,
                            struct deferred **deferred)
{
  struct image_queue *g = (struct image_queue *)s;
  char text[IMAGE_QUEUE_KEY];
  struct span key = key_of(rq->packed, text);
  bool may_defer = rq->may_defer && waiters(g) < IMAGE_QUEUE_WAITERS;
  image_queue_reap(g);
  struct image_job *j = job_find(g, key);
  if (!j) {
    stage_set(rq->stage, STAGE_CACHE);
    if (image_queue_kept(g, key, rq->arena, png))
      return ERR_OK;
    j = patient ? job_new(g, key, rq) : NULL;
  }
  if (j && j->state == JOB_DRAWN) {
    *png = buf_view(&j->png);
    return ERR_OK;
  }
  if (!j || j->state == JOB_FAILED || !patient) {
    METRICS_ADD(g->metrics, pictures_refused, 1);
    return ERR_UNAVAILABLE;
  }
  *deferred = &j->deferred;
  return ERR_DEFERRED;
}

struct image_queue *image_queue_open(const struct config *c, struct metrics *m, struct breaker *cache)
{
  struct image_queue *g = calloc(1, sizeof *g);
  if (!g)
    return NULL;
  g->source.get = image_queue_get;
  g->metrics = m;
  envelope_secret(g->secret, span_z(c->cache_secret));
  bool opened = descriptors_open(g);
  g->cache = cache_new(c, m, cache);
  g->painter = image_worker_new(g->epoll_fd);
  g->arena = arena_new(ARENA_MOST);
  if (!opened || !g->cache || !g->painter || !g->arena)
    image_queue_close(&g);
  return g;
}

struct image_source *image_queue_source(struct image_queue *g)
{
  return &g->source;
}

/* The queue of pictures.  A job is queued, being drawn, and drawn or failed; its place is free again when
 * nobody waits for it, unless the image worker is at it: then it is at least kept for the next who asks. */
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "image/image_queue_state.h"

#define LOOK_US (20 * INT64_C(1000)) /* between looks for what another worker draws */
#define TRIES 2                      /* a image worker may end by itself in the moment that it is asked */

static struct span lease_key(const struct image_job *j, char out[IMAGE_QUEUE_KEY])
{
  memcpy(out, j->key, j->key_n);
  out[0] = 'l';
  return span_of(out, j->key_n);
}

static void lease_release(struct image_queue *g, struct image_job *j)
{
  char key[IMAGE_QUEUE_KEY];
  if (j->leased)
    cache_release(g->cache, lease_key(j, key));
  j->leased = false;
}

/* false: another worker is drawing it. */
static bool lease_take(struct image_queue *g, struct image_job *j, int64_t now_us)
{
  char key[IMAGE_QUEUE_KEY];
  if (j->leased || now_us >= j->draw_anyway_us)
    return true;
  enum err e = cache_lease(g->cache, lease_key(j, key));
  j->leased = e == ERR_OK;
  return e != ERR_LIMIT;
}

void image_queue_reap(struct image_queue *g)
{
  for (size_t i = 0; i < IMAGE_QUEUE_PLACES; i++) {
    struct image_job *j = &g->jobs[i];
    if (j->state == JOB_FREE || j->state == JOB_DRAWING || j->deferred.waiters)
      continue;
    lease_release(g, j);
    buf_free(&j->packed);
    buf_free(&j->png);
    *j = (struct image_job){.state = JOB_FREE};
  }
}

void image_queue_wake(struct image_queue *g, int64_t us)
{
  struct itimerspec at = {.it_value = {us / CLOCK_SECOND, us % CLOCK_SECOND * 1000 + 1}};
  timerfd_settime(g->timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

static void finish(struct image_queue *g, struct image_job *j, bool drawn)
{
  lease_release(g, j);
  j->state = drawn ? JOB_DRAWN : JOB_FAILED;
  j->deferred.done = true;
}

static void drawn(struct image_queue *g, struct image_job *j)
{
  bool whole = !j->png.failed;
  if (whole) {
    METRICS_ADD(g->metrics, pictures_drawn, 1);
    image_queue_keep(g, image_queue_key(j), buf_view(&j->png));
  }
  finish(g, j, whole);
}

/* What has become of the picture that the image worker has? */
static void image_worker_turn(struct image_queue *g, int64_t now_us)
{
  struct image_job *j = g->drawing;
  struct buf none = BUF_INIT;
  enum image_worker_result result = image_worker_look(g->painter, j ? &j->png : &none);
  if (!j || (result == IMAGE_WORKER_WORKS && now_us < g->until_us))
    return;
  g->drawing = NULL;
  if (result == IMAGE_WORKER_WORKS) {
    log_warn("a picture was not drawn in time: replacing the image worker");
    image_worker_end(g->painter);
  }
  if (result == IMAGE_WORKER_GONE && j->tries < TRIES)
    j->state = JOB_QUEUED;
  else if (result == IMAGE_WORKER_DRAWN)
    drawn(g, j);
  else
    finish(g, j, false);
}

static bool kept_meanwhile(struct image_queue *g, struct image_job *j)
{
  struct span png;
  bool found = image_queue_kept(g, image_queue_key(j), g->arena, &png);
  if (found)
    buf_span(&j->png, png);
  arena_reset(g->arena);
  return found && !j->png.failed;
}

static void begin(struct image_queue *g, struct image_job *j, int64_t now_us)
{
  j->elsewhere = !lease_take(g, j, now_us);
  if (j->elsewhere)
    j->look_us = now_us + LOOK_US;
  else if (j->leased && kept_meanwhile(g, j)) /* by whoever had the lease before us */
    finish(g, j, true);
  else if (j->packed.failed || !image_worker_begin(g->painter, buf_view(&j->packed)))
    finish(g, j, false);
  else {
    j->state = JOB_DRAWING;
    j->tries++;
    g->drawing = j;
    g->until_us = now_us + j->patience_us;
  }
}

static void job_turn(struct image_queue *g, struct image_job *j, int64_t now_us)
{
  if (j->elsewhere && now_us < j->look_us)
    return;
  if (j->elsewhere && kept_meanwhile(g, j))
    finish(g, j, true);
  else if (!g->drawing)
    begin(g, j, now_us);
  else
    j->look_us = now_us + LOOK_US;
}

/* The job that has waited longest, of those behind `after`; NULL: none. */
static struct image_job *next_queued(struct image_queue *g, const struct image_job *after)
{
  struct image_job *next = NULL;
  for (size_t i = 0; i < IMAGE_QUEUE_PLACES; i++) {
    struct image_job *j = &g->jobs[i];
    if (j->state == JOB_QUEUED && (!after || j->number > after->number) && (!next || j->number < next->number))
      next = j;
  }
  return next;
}

/* The next time that something happens without the image worker's doing. */
static void timer_set(struct image_queue *g)
{
  int64_t at_us = g->drawing ? g->until_us : INT64_MAX;
  for (size_t i = 0; i < IMAGE_QUEUE_PLACES; i++) {
    const struct image_job *j = &g->jobs[i];
    if (j->state == JOB_QUEUED && j->elsewhere && j->look_us < at_us)
      at_us = j->look_us;
  }
  if (at_us != INT64_MAX)
    image_queue_wake(g, at_us);
}

void image_queue_work(struct image_queue *g)
{
  uint64_t ticks;
  int64_t now_us = clock_mono_us();
  ssize_t n = read(g->timer_fd, &ticks, sizeof ticks); /* EAGAIN: it was the image worker */
  (void)n;
  image_worker_turn(g, now_us);
  image_queue_reap(g);
  for (struct image_job *j = next_queued(g, NULL); j; j = next_queued(g, j))
    job_turn(g, j, now_us);
  timer_set(g);
}

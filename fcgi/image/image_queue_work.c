/* Runs the jobs of the image queue.  A job is queued, then drawing, then drawn or failed.  A job without waiting
 * requests is freed.  If it is drawing, the drawing first ends, and the picture is stored in memcached. */
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "image/image_queue_state.h"

#define POLL_US (20 * INT64_C(1000)) /* between two polls of memcached for another worker's picture */
#define TRIES_MAX 2                  /* an idle image worker may exit just when it gets a job */

static struct span lease_key(const struct image_job *j, char out[IMAGE_QUEUE_KEY])
{
  memcpy(out, j->key, j->key_n);
  out[0] = 'l';
  return span_of(out, j->key_n);
}

static void lease_release(struct image_queue *q, struct image_job *j)
{
  char key[IMAGE_QUEUE_KEY];
  if (j->leased) {
    cache_release(q->cache, lease_key(j, key));
    cache_settle(q->cache);
  }
  j->leased = false;
}

/* False: another worker holds the lease. */
static bool lease_take(struct image_queue *q, struct image_job *j, int64_t now_us)
{
  char key[IMAGE_QUEUE_KEY];
  if (j->leased || now_us >= j->draw_anyway_us)
    return true;
  enum err e = cache_lease(q->cache, lease_key(j, key));
  j->leased = e == ERR_OK;
  return e != ERR_LIMIT;
}

void image_queue_reap(struct image_queue *q)
{
  for (size_t i = 0; i < IMAGE_QUEUE_PLACES; i++) {
    struct image_job *j = &q->jobs[i];
    if (j->state == JOB_FREE || j->state == JOB_DRAWING || j->deferred.waiters)
      continue;
    lease_release(q, j);
    buf_free(&j->packed);
    buf_free(&j->png);
    *j = (struct image_job){.state = JOB_FREE};
  }
}

void image_queue_wake(struct image_queue *q, int64_t us)
{
  struct itimerspec at = {.it_value = {us / CLOCK_SECOND, us % CLOCK_SECOND * 1000 + 1}};
  timerfd_settime(q->timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

static void job_finish(struct image_queue *q, struct image_job *j, bool drawn)
{
  lease_release(q, j);
  j->state = drawn ? JOB_DRAWN : JOB_FAILED;
  j->deferred.done = true;
}

static void job_drawn(struct image_queue *q, struct image_job *j)
{
  bool complete = !j->png.failed;
  if (complete) {
    METRICS_ADD(q->metrics, pictures_drawn, 1);
    image_queue_store(q, image_queue_key(j), buf_view(&j->png));
  }
  job_finish(q, j, complete);
}

/* Checks the job of the image worker: drawn, failed, hung, or still drawing. */
static void drawing_check(struct image_queue *q, int64_t now_us)
{
  struct image_job *j = q->drawing;
  struct buf none = BUF_INIT;
  enum image_worker_result result = image_worker_poll(q->worker, j ? &j->png : &none);
  if (!j || (result == IMAGE_WORKER_WORKS && now_us < q->draw_deadline_us))
    return;
  q->drawing = NULL;
  if (result == IMAGE_WORKER_WORKS) {
    log_warn("a picture was not drawn in time: replacing the image worker");
    image_worker_end(q->worker);
  }
  if (result == IMAGE_WORKER_GONE && j->tries < TRIES_MAX)
    j->state = JOB_QUEUED;
  else if (result == IMAGE_WORKER_DRAWN)
    job_drawn(q, j);
  else
    job_finish(q, j, false);
}

/* Takes the picture from memcached, if another worker has stored it. */
static bool load_stored(struct image_queue *q, struct image_job *j)
{
  struct span png;
  bool found = image_queue_load(q, image_queue_key(j), q->arena, &png);
  if (found)
    buf_span(&j->png, png);
  arena_reset(q->arena);
  return found && !j->png.failed;
}

static void job_begin(struct image_queue *q, struct image_job *j, int64_t now_us)
{
  j->drawn_by_other = !lease_take(q, j, now_us);
  if (j->drawn_by_other)
    j->poll_us = now_us + POLL_US;
  else if (j->leased && load_stored(q, j)) /* stored by the previous holder of the lease */
    job_finish(q, j, true);
  else if (j->packed.failed || !image_worker_begin(q->worker, buf_view(&j->packed)))
    job_finish(q, j, false);
  else {
    j->state = JOB_DRAWING;
    j->tries++;
    q->drawing = j;
    q->draw_deadline_us = now_us + j->draw_limit_us;
  }
}

static void job_step(struct image_queue *q, struct image_job *j, int64_t now_us)
{
  if (j->drawn_by_other && now_us < j->poll_us)
    return;
  if (j->drawn_by_other && load_stored(q, j))
    job_finish(q, j, true);
  else if (!q->drawing)
    job_begin(q, j, now_us);
  else
    j->poll_us = now_us + POLL_US;
}

/* The queued job with the lowest number above that of `after`; NULL: none. */
static struct image_job *next_queued(struct image_queue *q, const struct image_job *after)
{
  struct image_job *next = NULL;
  for (size_t i = 0; i < IMAGE_QUEUE_PLACES; i++) {
    struct image_job *j = &q->jobs[i];
    if (j->state == JOB_QUEUED && (!after || j->number > after->number) && (!next || j->number < next->number))
      next = j;
  }
  return next;
}

/* Sets the timer to the next poll of memcached or to the deadline of the drawing. */
static void timer_set(struct image_queue *q)
{
  int64_t at_us = q->drawing ? q->draw_deadline_us : INT64_MAX;
  for (size_t i = 0; i < IMAGE_QUEUE_PLACES; i++) {
    const struct image_job *j = &q->jobs[i];
    if (j->state == JOB_QUEUED && j->drawn_by_other && j->poll_us < at_us)
      at_us = j->poll_us;
  }
  if (at_us != INT64_MAX)
    image_queue_wake(q, at_us);
}

void image_queue_work(struct image_queue *q)
{
  uint64_t ticks;
  int64_t now_us = clock_mono_us();
  ssize_t n = read(q->timer_fd, &ticks, sizeof ticks); /* EAGAIN: the image worker's socket was readable */
  (void)n;
  drawing_check(q, now_us);
  image_queue_reap(q);
  for (struct image_job *j = next_queued(q, NULL); j; j = next_queued(q, j))
    job_step(q, j, now_us);
  timer_set(q);
}

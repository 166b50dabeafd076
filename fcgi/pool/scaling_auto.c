#include "pool/scaling_auto.h"

#include <sched.h>

#include "pool/processor_time.h"
#include "pool/scaling.h"

#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)
#define TURN_US (180 * INT64_C(1000)) /* between two samples: the master turns every 200 ms when nothing happens */

/* The time that workers did not wait for events.  That is more than the time of their requests: when pages are small, much of
 * the work of a worker is reading, accepting and the system's part of both. */
static uint64_t occupied_us(const struct scoreboard *b, int64_t now_us)
{
  uint64_t sum = 0;
  unsigned used = LOAD(b->used);
  for (unsigned i = 0; i < used && i < SCOREBOARD_SLOTS; i++) {
    const struct scoreboard_slot *s = &b->slots[i];
    int64_t since = LOAD(s->pid) ? LOAD(s->turn_us) : 0;
    sum += LOAD(s->occupied_us) + (uint64_t)(since && since < now_us ? now_us - since : 0);
  }
  return sum;
}

static int processors_count(void)
{
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

/* The greatest number up to `count` that the backends admit, at least the present one. */
static int admitted_most(const struct workers *w, int count)
{
  static struct log_limit limit;
  struct buf why = BUF_INIT;
  int most = count;
  for (; w->app->admitted && most > w->wanted; most--) {
    size_t n = why.n;
    if (w->app->admitted(w->app->context, most, &why))
      break;
    if (n)
      buf_truncate(&why, n); /* the reason that refuses `count` */
  }
  if (most < count)
    log_limited(&limit, 60, LOG_LEVEL_WARN, "auto: %s; the pool grows to %d workers at most", buf_z(&why), most);
  buf_free(&why);
  return most;
}

static enum scaling_reason reason_write(const struct autoscale_decision *d, const struct workers *w, char *out, size_t n)
{
  switch (d->reason) {
  case AUTOSCALE_BUSY:
    snprintf(out, n, "auto, workers were %u%% busy", d->busy_percent);
    return SCALING_busy;
  case AUTOSCALE_QUEUE:
    snprintf(out, n, "auto, %u connections waited", (unsigned)LOAD(w->board->listen_queue));
    return SCALING_queue;
  case AUTOSCALE_QUIET:
    snprintf(out, n, "auto, workers were idle");
    return SCALING_quiet;
  case AUTOSCALE_NONE:
    break;
  }
  return SCALING_none;
}

static void decision_take(struct workers *w, const struct autoscale_decision *d)
{
  int from = w->wanted;
  char text[sizeof w->board->scaled.text];
  enum scaling_reason reason = reason_write(d, w, text, sizeof text);
  workers_want(w, d->wanted > from ? admitted_most(w, d->wanted) : d->wanted);
  if (w->wanted == from)
    return;
  log_info("%s: %d workers wanted, previously %d", text, w->wanted, from);
  scaling_note(w, from, reason, text);
}

void scaling_auto_turn(struct workers *w, int64_t now_us)
{
  static struct log_limit limit;
  if (!w->automatic || now_us - w->sampled_us < TURN_US)
    return;
  const struct config *c = w->config;
  struct autoscale_limits limits = {.least = (int)c->workers_min,
                                    .most = (int)c->workers_max,
                                    .delay_us = c->workers_shrink_delay * CLOCK_SECOND,
                                    .processors = processors_count()};
  struct autoscale_sample sample = {.now_us = now_us,
                                    .wanted = w->wanted,
                                    .ready = (int)workers_ready(w, w->generation),
                                    .waiting = (unsigned)LOAD(w->board->listen_queue),
                                    .busy_us = occupied_us(w->board, now_us)};
  if (w->wanted >= 2 * limits.processors) /* fewer workers are never bound by the processors: see autoscale.h */
    sample.processor_us = processor_time_us(w->board);
  w->sampled_us = now_us;
  struct autoscale_decision d = autoscale_decide(&w->autoscale, &limits, &sample);
  if (d.processor_bound)
    log_limited(&limit, 60, LOG_LEVEL_INFO,
                "auto: workers are %u%% busy, but more would only share the processors; the pool keeps %d", d.busy_percent,
                w->wanted);
  if (d.reason != AUTOSCALE_NONE)
    decision_take(w, &d);
}

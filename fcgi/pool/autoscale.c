#include "pool/autoscale.h"

#include "base/clock.h"

#define WINDOW_US (500 * INT64_C(1000))
#define QUEUE_US (250 * INT64_C(1000)) /* a listen queue that is not empty for so long means load */
#define GROW_PERCENT 80
#define TARGET_PERCENT 60              /* busy share after growing */
#define SHRINK_PERCENT 50              /* greatest busy share of the workers that remain */
#define PROCESSOR_PERCENT 80           /* of the busy time: from here on the processors are the limit */
#define DOUBLINGS_MOST 3
#define SOON 4                         /* growing within so many delays after shrinking doubles the delay */
#define FORGET 64                      /* after so many delays without growth, one doubling is undone */

/* What a window shows, in thousandths of a worker. */
struct load {
  int64_t busy, processor;
};

static int64_t patience_us(const struct autoscale *a, const struct autoscale_limits *l)
{
  return l->delay_us << a->doublings;
}

static void window_begin(struct autoscale *a, const struct autoscale_sample *s)
{
  a->window_us = s->now_us;
  a->window_busy_us = s->busy_us;
  a->window_processor_us = s->processor_us;
}

static void watch_begin(struct autoscale *a, const struct autoscale_limits *l, const struct autoscale_sample *s)
{
  window_begin(a, s);
  a->wanted = s->wanted;
  a->waiting_since_us = 0;
  a->shrink_us = s->now_us + patience_us(a, l);
}

static int64_t per_mille(uint64_t now, uint64_t before, int64_t elapsed_us)
{
  return now > before ? (int64_t)(now - before) * 1000 / elapsed_us : 0;
}

static struct load load_of(const struct autoscale *a, const struct autoscale_sample *s, int64_t elapsed_us)
{
  bool known = s->processor_us && a->window_processor_us;
  return (struct load){.busy = per_mille(s->busy_us, a->window_busy_us, elapsed_us),
                       .processor = known ? per_mille(s->processor_us, a->window_processor_us, elapsed_us) : 0};
}

static int grown(const struct autoscale_limits *l, const struct autoscale_sample *s, const struct load *load, bool queued)
{
  int64_t n = (load->busy + 10 * TARGET_PERCENT - 1) / (10 * TARGET_PERCENT);
  int64_t waiting = s->waiting < (unsigned)s->wanted ? (int64_t)s->waiting : s->wanted;
  if (queued && n < s->wanted + waiting)
    n = s->wanted + waiting;
  if (n <= s->wanted)
    n = s->wanted + 1;
  if (n > 2 * (int64_t)s->wanted)
    n = 2 * (int64_t)s->wanted;
  return (int)(n < l->most ? n : l->most);
}

static bool processor_bound(const struct autoscale_limits *l, const struct autoscale_sample *s, const struct load *load)
{
  return l->processors && s->wanted >= 2 * l->processors && load->processor * 100 >= load->busy * PROCESSOR_PERCENT;
}

static void grow(struct autoscale *a, const struct autoscale_limits *l, const struct autoscale_sample *s, int wanted)
{
  if (a->shrunk_us && s->now_us - a->shrunk_us < SOON * patience_us(a, l) && a->shrunk_us > a->grown_us &&
      a->doublings < DOUBLINGS_MOST)
    a->doublings++;
  a->grown_us = s->now_us;
  a->wanted = wanted;
  a->waiting_since_us = 0;
}

/* The number after the next step down. */
static int shrunk(const struct autoscale_limits *l, int wanted)
{
  int n = wanted - 1 - wanted / 8;
  return n > l->least ? n : l->least;
}

static void shrink_turn(struct autoscale *a, const struct autoscale_limits *l, const struct autoscale_sample *s,
                        const struct load *load, struct autoscale_decision *d)
{
  int left = shrunk(l, s->wanted);
  if (left >= s->wanted || s->waiting || load->busy > (int64_t)left * 10 * SHRINK_PERCENT)
    a->shrink_us = s->now_us + patience_us(a, l);
  else if (s->now_us >= a->shrink_us) {
    d->wanted = a->wanted = left;
    d->reason = AUTOSCALE_QUIET;
    a->shrunk_us = s->now_us;
    a->shrink_us = s->now_us + patience_us(a, l) / 4;
  }
}

/* Workers that are leaving are busy, too, so the share may exceed the whole. */
static unsigned percent(int64_t busy, int ready)
{
  int64_t share = busy / (10 * ready);
  return share < 100 ? (unsigned)share : 100;
}

struct autoscale_decision autoscale_decide(struct autoscale *a, const struct autoscale_limits *l, const struct autoscale_sample *s)
{
  struct autoscale_decision d = {.wanted = s->wanted};
  if (!a->window_us || s->wanted != a->wanted)
    watch_begin(a, l, s);
  if (a->doublings && s->now_us - a->grown_us > FORGET * l->delay_us) {
    a->doublings--;
    a->grown_us = s->now_us;
  }
  if (s->ready < s->wanted) {
    window_begin(a, s);
    return d;
  }
  if (!s->waiting || !a->waiting_since_us)
    a->waiting_since_us = s->waiting ? s->now_us : 0;
  bool queued = a->waiting_since_us && s->now_us - a->waiting_since_us >= QUEUE_US;
  int64_t elapsed_us = s->now_us - a->window_us;
  if (elapsed_us < (queued ? QUEUE_US : WINDOW_US))
    return d;
  struct load load = load_of(a, s, elapsed_us);
  window_begin(a, s);
  d.busy_percent = percent(load.busy, s->ready);
  bool busy = load.busy >= (int64_t)s->ready * 10 * GROW_PERCENT, loaded = busy || queued;
  d.processor_bound = loaded && s->wanted < l->most && processor_bound(l, s, &load);
  if (loaded && s->wanted < l->most && !d.processor_bound) {
    d.wanted = grown(l, s, &load, queued);
    d.reason = busy ? AUTOSCALE_BUSY : AUTOSCALE_QUEUE;
    grow(a, l, s, d.wanted);
  }
  if (loaded)
    a->shrink_us = s->now_us + patience_us(a, l);
  else
    shrink_turn(a, l, s, &load, &d);
  return d;
}

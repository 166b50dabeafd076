#include "pool/scaling.h"

#include <stdlib.h>

enum verdict { ALLOWED, WRONG, REFUSED };

/* 0: not a number from 1 to 999999. */
static int number_read(struct span s)
{
  char digits[8] = "";
  if (!s.n || s.n >= sizeof digits - 1)
    return 0;
  memcpy(digits, s.p, s.n);
  return strspn(digits, "0123456789") == s.n ? atoi(digits) : 0;
}

static enum verdict count_check(const struct workers *w, int count, struct buf *why)
{
  const struct config *c = w->config;
  if (count < c->workers_min || count > c->workers_max) {
    bool high = count > c->workers_max;
    buf_printf(why, "%s = %lld allows no %s", high ? "workers_max" : "workers_min",
               (long long)(high ? c->workers_max : c->workers_min), high ? "more" : "fewer");
    return WRONG;
  }
  return count <= w->wanted || !w->app->admitted || w->app->admitted(w->app->context, count, why) ? ALLOWED : REFUSED;
}

static void count_set(struct workers *w, int count, const char *source)
{
  if (count != w->wanted)
    log_info("%s: %d workers wanted, previously %d", source, count, w->wanted);
  workers_want(w, count);
}

static void verdict_answer(struct control_client *client, enum verdict verdict, const struct buf *text)
{
  if (verdict == WRONG)
    control_answer_invalid(client, buf_view(text));
  else
    control_answer(client, verdict == ALLOWED, buf_view(text));
}

void scaling_command(struct workers *w, struct control_client *client, struct span argument)
{
  struct buf text = BUF_INIT, why = BUF_INIT;
  int count = number_read(argument);
  enum verdict verdict = count ? count_check(w, count, &why) : WRONG;
  if (!count)
    buf_printf(&why, "scale needs a number of workers, 1 or more");
  if (verdict == ALLOWED) {
    count_set(w, count, "control");
    buf_printf(&text, "%d worker%s wanted", count, count == 1 ? "" : "s");
  } else
    buf_printf(&text, "%.*s; the pool keeps %d worker%s", SPAN_ARG(buf_view(&why)), w->wanted, w->wanted == 1 ? "" : "s");
  verdict_answer(client, verdict, &text);
  buf_free(&why);
  buf_free(&text);
}

void scaling_signal(struct workers *w, int step, const char *source)
{
  static struct log_limit limits[2];
  struct buf why = BUF_INIT;
  if (count_check(w, w->wanted + step, &why) == ALLOWED)
    count_set(w, w->wanted + step, source);
  else
    log_limited(&limits[step > 0], 10, LOG_LEVEL_WARN, "%s: %s; the pool keeps %d workers", source, buf_z(&why), w->wanted);
  buf_free(&why);
}

void scaling_watch(const struct workers *w)
{
  static struct log_limit limit;
  struct buf why = BUF_INIT;
  if (w->app->admitted && !w->app->admitted(w->app->context, w->wanted, &why))
    log_limited(&limit, 60, LOG_LEVEL_WARN, "%s; workers without a connection serve only what is cached", buf_z(&why));
  buf_free(&why);
}

int scaling_after_reload(const struct workers *w, const struct config *next)
{
  int64_t count = next->workers != w->config->workers ? next->workers : w->wanted;
  count = count < next->workers_min ? next->workers_min : count;
  return (int)(count > next->workers_max ? next->workers_max : count);
}

void scaling_explain(const struct workers *w, int was, int previous_configured, struct buf *out)
{
  const struct config *c = w->config;
  bool live = was != previous_configured;
  if (w->wanted == was && w->wanted != c->workers)
    buf_printf(out, "the pool keeps %d workers, as set while it ran; the configuration has workers = %lld\n", was,
               (long long)c->workers);
  else if (live && w->wanted == c->workers && w->wanted != was)
    buf_printf(out, "workers = %lld of the configuration replaces %d, which was set while the pool ran\n",
               (long long)c->workers, was);
  else if (live && w->wanted != was)
    buf_printf(out, "%s = %lld replaces %d workers, which were set while the pool ran\n",
               w->wanted < was ? "workers_max" : "workers_min", (long long)w->wanted, was);
}

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

static bool admits(const struct workers *w, int count, struct buf *why)
{
  return !w->app->admitted || w->app->admitted(w->app->context, count, why);
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
  return count <= w->wanted || admits(w, count, why) ? ALLOWED : REFUSED;
}

static void mode_set(struct workers *w, bool automatic)
{
  if (automatic != w->automatic)
    w->autoscale = (struct autoscale){0};
  w->automatic = automatic;
  atomic_store(&w->board->workers_auto, automatic);
  atomic_store(&w->board->workers_configured, (uint64_t)w->config->workers);
  atomic_store(&w->board->workers_min, (uint64_t)w->config->workers_min);
  atomic_store(&w->board->workers_max, (uint64_t)w->config->workers_max);
}

static void change_count(struct scoreboard *b, enum scaling_reason reason)
{
  switch (reason) {
  case SCALING_command:
    SCOREBOARD_COUNT(b, scaled_command);
    break;
  case SCALING_reload:
    SCOREBOARD_COUNT(b, scaled_reload);
    break;
  case SCALING_busy:
    SCOREBOARD_COUNT(b, scaled_busy);
    break;
  case SCALING_queue:
    SCOREBOARD_COUNT(b, scaled_queue);
    break;
  case SCALING_quiet:
    SCOREBOARD_COUNT(b, scaled_quiet);
    break;
  case SCALING_none:
  case SCALING_REASON_COUNT:
    break;
  }
}

void scaling_note(struct workers *w, int from, enum scaling_reason reason, const char *text)
{
  struct scaling_change *s = &w->board->scaled;
  change_count(w->board, reason);
  atomic_store(&s->from, from);
  atomic_store(&s->to, w->wanted);
  atomic_store(&s->at_us, clock_mono_us());
  snprintf(s->text, sizeof s->text, "%s", text);
  atomic_store(&s->reason, reason);
}

static void count_set(struct workers *w, int count, const char *source)
{
  int from = w->wanted;
  if (w->automatic)
    log_info("%s: workers = auto is suspended until `diptych scale auto`", source);
  mode_set(w, false);
  workers_want(w, count);
  if (count != from) {
    log_info("%s: %d workers wanted, previously %d", source, count, from);
    scaling_note(w, from, SCALING_command, source);
  }
}

struct scaling scaling_now(const struct workers *w)
{
  return (struct scaling){w->wanted, w->automatic};
}

void scaling_restore(struct workers *w, const struct scaling *s)
{
  mode_set(w, s->automatic);
  workers_want(w, s->wanted);
}

int scaling_most(const struct config *c, const struct scaling *s)
{
  return s->automatic ? (int)c->workers_max : s->wanted;
}

/* The scaling with `next`, when it was `now` with workers = `configured` in the file. */
static struct scaling scaling_kept(const struct config *next, int64_t configured, const struct scaling *now)
{
  bool automatic = next->workers != configured ? next->workers == CONFIG_WORKERS_AUTO : now->automatic;
  int64_t count = next->workers != configured && !automatic ? next->workers : now->wanted;
  count = count < next->workers_min ? next->workers_min : count;
  return (struct scaling){(int)(count > next->workers_max ? next->workers_max : count), automatic};
}

struct scaling scaling_after_reload(const struct workers *w, const struct config *next)
{
  struct scaling now = scaling_now(w);
  return scaling_kept(next, w->config->workers, &now);
}

/* workers of the file, the number, and 1 when it is automatic. */
void scaling_pass(const struct workers *w, char *out)
{
  snprintf(out, HANDOVER_SCALING, "%lld:%d:%d", (long long)w->config->workers, w->wanted, w->automatic);
}

void scaling_begin(struct workers *w, const char *kept)
{
  const struct config *c = w->config;
  bool automatic = c->workers == CONFIG_WORKERS_AUTO;
  struct scaling s = {(int)(automatic ? c->workers_min : c->workers), automatic}, passed;
  long long configured;
  int passed_automatic;
  if (kept && sscanf(kept, "%lld:%d:%d", &configured, &passed.wanted, &passed_automatic) == 3) {
    passed.automatic = passed_automatic == 1;
    s = scaling_kept(c, configured, &passed);
  }
  scaling_restore(w, &s);
}

/* ---- commands and signals */

static void verdict_answer(struct control_client *client, enum verdict verdict, const struct buf *text)
{
  if (verdict == WRONG)
    control_answer_invalid(client, buf_view(text));
  else
    control_answer(client, verdict == ALLOWED, buf_view(text));
}

static enum verdict auto_begin(struct workers *w, struct buf *why)
{
  if (!w->automatic && !admits(w, (int)w->config->workers_max, why))
    return REFUSED;
  if (!w->automatic)
    log_info("control: workers = auto, between %lld and %lld, now %d", (long long)w->config->workers_min,
             (long long)w->config->workers_max, w->wanted);
  mode_set(w, true);
  return ALLOWED;
}

static enum verdict count_begin(struct workers *w, struct span argument, struct buf *why)
{
  int count = number_read(argument);
  enum verdict verdict = count ? count_check(w, count, why) : WRONG;
  if (!count)
    buf_puts(why, "scale needs a number of workers, 1 or more, or auto");
  if (verdict == ALLOWED)
    count_set(w, count, "control");
  return verdict;
}

void scaling_command(struct workers *w, struct control_client *client, struct span argument)
{
  struct buf text = BUF_INIT, why = BUF_INIT;
  bool automatic = span_eq(argument, SPAN("auto")), suspends = !automatic && w->automatic;
  enum verdict verdict = automatic ? auto_begin(w, &why) : count_begin(w, argument, &why);
  if (verdict != ALLOWED)
    buf_printf(&text, "%.*s; the pool keeps %d worker%s", SPAN_ARG(buf_view(&why)), w->wanted, w->wanted == 1 ? "" : "s");
  else if (automatic)
    buf_printf(&text, "auto: between %lld and %lld workers, now %d", (long long)w->config->workers_min,
               (long long)w->config->workers_max, w->wanted);
  else
    buf_printf(&text, "%d worker%s wanted%s", w->wanted, w->wanted == 1 ? "" : "s",
               suspends ? "; auto is suspended until `diptych scale auto`" : "");
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
  if (!admits(w, w->wanted, &why))
    log_limited(&limit, 60, LOG_LEVEL_WARN, "%s; workers without a connection serve only what is cached", buf_z(&why));
  buf_free(&why);
}

/* ---- reload */

/* `workers = auto` begins or ends with this reload, or was set while the pool ran. */
static void auto_explain(const struct workers *w, const struct scaling *was, const struct config *previous, struct buf *out)
{
  bool was_configured = previous->workers == CONFIG_WORKERS_AUTO, is_configured = w->config->workers == CONFIG_WORKERS_AUTO;
  if (w->automatic && !is_configured)
    buf_printf(out, "the pool keeps workers = auto, as set while it ran; the configuration has workers = %lld\n",
               (long long)w->config->workers);
  else if (w->automatic && !was->automatic && was->wanted != previous->workers)
    buf_printf(out, "workers = auto of the configuration replaces %d, which was set while the pool ran\n", was->wanted);
  else if (!w->automatic && was->automatic && !was_configured)
    buf_printf(out, "workers = %lld of the configuration replaces auto, which was set while the pool ran\n",
               (long long)w->config->workers);
}

static void count_explain(const struct workers *w, int was, const struct config *previous, struct buf *out)
{
  const struct config *c = w->config;
  char number[24] = "auto";
  bool live = was != previous->workers;
  if (c->workers != CONFIG_WORKERS_AUTO)
    snprintf(number, sizeof number, "%lld", (long long)c->workers);
  if (w->wanted == was && w->wanted != c->workers)
    buf_printf(out, "the pool keeps %d workers, as set while it ran; the configuration has workers = %s\n", was, number);
  else if (live && w->wanted == c->workers && w->wanted != was)
    buf_printf(out, "workers = %s of the configuration replaces %d, which was set while the pool ran\n", number, was);
  else if (live && w->wanted != was)
    buf_printf(out, "%s = %lld replaces %d workers, which were set while the pool ran\n",
               w->wanted < was ? "workers_max" : "workers_min", (long long)w->wanted, was);
}

void scaling_explain(struct workers *w, const struct scaling *was, const struct config *previous, struct buf *out)
{
  if (w->wanted != was->wanted)
    scaling_note(w, was->wanted, SCALING_reload, "reload");
  if (w->automatic || was->automatic)
    auto_explain(w, was, previous, out);
  else
    count_explain(w, was->wanted, previous, out);
}

#include "pool/readiness.h"

#define MASTER_US (10 * CLOCK_SECOND) /* the master's loop turns at least every 200 ms */
#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)

static bool any_worker_ready(const struct scoreboard *b)
{
  unsigned used = LOAD(b->used);
  for (unsigned i = 0; i < used && i < SCOREBOARD_SLOTS; i++)
    if (scoreboard_slot_state(&b->slots[i]) == SCOREBOARD_READY)
      return true;
  return false;
}

bool readiness_of(const struct scoreboard *b, const struct app *app, const struct config *c, struct buf *why)
{
  const char *trouble = NULL;
  if (LOAD(b->stopping))
    trouble = "the pool is stopping";
  else if (LOAD(b->watcher_failures) >= WATCHER_FAILURES_DOWN)
    trouble = "the watcher dies again and again: see the log";
  else if (!any_worker_ready(b))
    trouble = "no worker takes requests";
  if (trouble)
    buf_puts(why, trouble);
  return !trouble && (!app->serves || app->serves(app->context, c, why));
}

bool readiness_master_runs(const struct scoreboard *b, int64_t now_us, struct buf *why)
{
  int64_t silent_us = now_us - LOAD(b->master_us);
  if (silent_us <= MASTER_US)
    return true;
  buf_printf(why, "the master has not run for %lld s", (long long)(silent_us / CLOCK_SECOND));
  return false;
}

/* Asks the server every few seconds how many connections it admits, for `diptych scale` and `diptych status`.  A server or
 * a proxy that does not tell is no fault. */
#include "db/db_limits.h"
#include "watch/watch.h"

#define LIMITS_EVERY_US (5 * CLOCK_SECOND)

enum err watch_limits(struct watcher *w)
{
  struct db_limits limits;
  int64_t now_us = clock_mono_us();
  if (now_us < w->limits_after_us)
    return ERR_OK;
  w->limits_after_us = now_us + LIMITS_EVERY_US;
  enum err err = db_limits_ask(w->db, watch_soon(w), &limits);
  if (err == ERR_OK)
    db_limits_share(w->breaker, &limits);
  return err == ERR_INVALID ? ERR_OK : err;
}

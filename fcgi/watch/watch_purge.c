/* Asks once in a minute how old the change log is: nothing else notices that no server purges it. */
#include "base/log.h"
#include "db/db_purge.h"
#include "watch/watch.h"

#define EVERY_US (60 * CLOCK_SECOND)
#define OVERDUE_US (5 * CLOCK_SECOND) /* the same while the purge is overdue */

enum err watch_purge(struct watcher *w)
{
  static struct log_limit limit;
  uint64_t age_s;
  if (clock_mono_us() < w->purge_after_us)
    return ERR_OK;
  enum err err = db_purge_ask(w->db, watch_soon(w), &age_s);
  if (err != ERR_OK)
    return err;
  w->state.log_age_s = age_s;
  if (*db_purge_trouble(age_s, w->purge_trouble, sizeof w->purge_trouble))
    log_limited(&limit, 86400, LOG_LEVEL_WARN, "%s", w->purge_trouble);
  w->purge_after_us = clock_mono_us() + (w->purge_trouble[0] ? OVERDUE_US : EVERY_US);
  return ERR_OK;
}

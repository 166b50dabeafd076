/* With mysql_hosts: follows the primary.  It asks once in a second whether its server still takes writes, and looks for the
 * primary when it does not.  While there is none, as in the middle of a failover, a replica is followed, and nothing is
 * confirmed.  It also asks servers that failed, once in DB_SERVER_HOLD_US, so that no visitor waits for them. */
#include <stdio.h>

#include "base/log.h"
#include "watch/watch.h"

#define EVERY_US CLOCK_SECOND
#define EXPLORE_US (300 * INT64_C(1000))

static enum err explore(struct watcher *w)
{
  if (!w->explorer && !(w->explorer = db_new(w->config, w->metrics, &w->explorer_breaker)))
    return ERR_NO_MEMORY;
  db_quiet(w->explorer);
  db_persist(w->explorer, 0);
  db_explore(w->db, w->explorer, clock_mono_us() + EXPLORE_US);
  return ERR_OK;
}

void watch_primary_end(struct watcher *w)
{
  db_free(&w->explorer);
}

enum err watch_primary(struct watcher *w)
{
  bool primary;
  int64_t now_us = clock_mono_us();
  if (!db_several(w->db) || now_us < w->primary_after_us)
    return ERR_OK;
  enum err err = db_primary(w->db, now_us + w->config->mysql_timeout * 1000, &primary);
  if (err != ERR_OK)
    return err;
  w->primary_after_us = now_us + EVERY_US;
  snprintf(w->state.primary, sizeof w->state.primary, "%s", primary ? db_server_name(w->db) : "");
  if (!primary && !w->primary_trouble[0])
    log_warn("%s", "no server of mysql_hosts takes writes: nothing new can be confirmed until one has read_only = 0");
  snprintf(w->primary_trouble, sizeof w->primary_trouble, "%s",
           primary ? "" : "no server of mysql_hosts takes writes (read_only = 0)");
  if (!w->galera.on)
    watch_replica_lag(w, primary ? 0 : WATCH_LAG_UNKNOWN);
  return explore(w);
}

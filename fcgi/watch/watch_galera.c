/* A node of a Galera cluster: whether it has everything that the cluster committed, and when gaps must be asked for.
 *
 * A node applies what others committed a moment later, or much later: while it gives its data to a joining node, is
 * desynchronized, stands under FLUSH TABLES WITH READ LOCK, or was frozen.  A node that was frozen or cut off reports itself as
 * synced for seconds, so its own word is not asked.  Instead a causal read (wsrep_sync_wait) is sent about once in a second:
 * it is answered when the node has applied everything that was committed before.  It has a connection of its own, because it
 * may have no answer.  Until it is answered, the node counts as a replica whose lag is unknown.
 *
 * With mysql_hosts, the list is in the order of preference.  When the node that is followed is not in step, the watcher asks
 * another one by a causal read and moves all processes there if it is.  While the whole cluster stands still, as for seconds
 * after a node is lost, no node answers and none is left; the first commit after that is a reason to ask again at once.  The
 * watcher moves back to an earlier node that has been in step when asked.
 *
 * Every commit in the cluster moves WSREP_LAST_SEEN_GTID.  Nothing appears in a gap while it stands still.  Gaps are asked for
 * when it moved, for a few polls more since it may move before the commit is visible, and once in GAPS_US in any case. */
#include <stdio.h>

#include "base/log.h"
#include "watch/watch.h"

#define ASK_US (60 * CLOCK_SECOND)           /* how often a server is asked whether it is a node */
#define SYNC_US CLOCK_SECOND                 /* pause between causal reads */
#define SYNC_MOST_US (5 * CLOCK_SECOND)      /* the same while they fail, since each occupies a connection for 30 s */
#define SYNC_WAIT_US (300 * INT64_C(1000))   /* a node in step answers within a few milliseconds */
#define STALL_US CLOCK_SECOND                /* without a commit; then the next one is a reason to try a causal read again */
#define BACK_US (10 * CLOCK_SECOND)          /* pause between two tries to move back */
#define GAPS_US CLOCK_SECOND
#define STILL_POLLS 3

static enum err node_ask(struct watcher *w)
{
  struct watch_galera *g = &w->galera;
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  bool on = false, mariadb = false;
  if (clock_mono_us() < g->ask_after_us)
    return ERR_OK;
  buf_puts(&sql, "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('wsrep_on', 'version')");
  enum err err = db_query(w->db, &sql, watch_soon(w), &rows);
  buf_free(&sql);
  if (err != ERR_OK)
    return err;
  while (db_next(&rows)) {
    on |= span_eq(db_text(&rows, 1), SPAN("ON"));
    mariadb |= strstr(rows.cells[1] ? rows.cells[1] : "", "MariaDB") != NULL;
  }
  db_rows_free(&rows);
  g->ask_after_us = clock_mono_us() + ASK_US;
  if (!g->on && on && mariadb)
    log_info("the database is a node of a Galera cluster");
  g->on = on && mariadb;
  db_cluster(w->db, g->on);
  return ERR_OK;
}

static void trouble_set(struct watcher *w)
{
  struct watch_galera *g = &w->galera;
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  if (g->trouble[0])
    return;
  buf_puts(&sql, "SHOW GLOBAL STATUS LIKE 'wsrep_local_state_comment'");
  enum err err = db_query(w->db, &sql, watch_soon(w), &rows);
  buf_free(&sql);
  struct span says = err == ERR_OK && db_next(&rows) ? db_text(&rows, 1) : SPAN("unknown");
  snprintf(g->trouble, sizeof g->trouble,
           "the Galera node does not have everything that its cluster committed (its state: %.60s): pages may be old",
           says.n ? says.p : "");
  db_rows_free(&rows);
  log_warn("%s", g->trouble);
}

/* One causal read of the server to which g->db is bound. */
static bool in_step(struct watch_galera *g)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  buf_puts(&sql, "SET STATEMENT wsrep_sync_wait = 1 FOR SELECT @@GLOBAL.wsrep_on");
  enum err err = db_query(g->db, &sql, clock_mono_us() + SYNC_WAIT_US, &rows);
  buf_free(&sql);
  bool yes = err == ERR_OK && db_next(&rows) && db_uint(&rows, 0) == 1;
  db_rows_free(&rows);
  return yes;
}

/* Asks one other node.  left: the present one is not in step; otherwise only an earlier one in the list is asked. */
static void move_try(struct watcher *w, bool left)
{
  struct watch_galera *g = &w->galera;
  unsigned at = db_place(w->db), n = left ? db_servers_count(w->db) : at;
  int64_t now_us = clock_mono_us();
  if (n < (left ? 2 : 1) || (!left && now_us < g->back_after_us))
    return;
  g->back_after_us = now_us + BACK_US;
  g->candidate = (g->candidate + 1) % n;
  if (g->candidate == at)
    g->candidate = (g->candidate + 1) % n;
  db_only(g->db, g->candidate);
  if (!in_step(g))
    return;
  db_move(w->db, g->candidate, left);
  log_info("the database is read from %s from now on: %s", db_server_name(g->db),
           left ? "the node before does not have everything" : "it comes earlier in mysql_hosts");
  g->sync_after_us = w->primary_after_us = 0;
}

static enum err sync_check(struct watcher *w)
{
  struct watch_galera *g = &w->galera;
  int64_t asked_us = clock_now_us();
  if (!g->db && !(g->db = db_new(w->config, w->metrics, &g->breaker)))
    return ERR_NO_MEMORY;
  db_quiet(g->db);
  db_persist(g->db, 0);
  db_beside(g->db, w->db);
  enum err err = in_step(g) ? ERR_OK : ERR_UNAVAILABLE;
  g->pause_us = err == ERR_OK ? SYNC_US : !g->pause_us || 2 * g->pause_us > SYNC_MOST_US ? SYNC_MOST_US : 2 * g->pause_us;
  g->sync_after_us = clock_mono_us() + g->pause_us;
  if (err == ERR_OK)
    w->replica.asked_us = asked_us;
  else
    trouble_set(w);
  if (err == ERR_OK && g->trouble[0]) {
    log_info("the Galera node has everything that its cluster committed");
    g->trouble[0] = 0;
  }
  watch_replica_lag(w, err == ERR_OK ? 0 : WATCH_LAG_UNKNOWN);
  move_try(w, err != ERR_OK);
  return ERR_OK;
}

enum err watch_galera_check(struct watcher *w)
{
  enum err err = node_ask(w);
  if (err != ERR_OK || !w->galera.on || clock_mono_us() < w->galera.sync_after_us)
    return err;
  return sync_check(w);
}

void watch_galera_end(struct watcher *w)
{
  db_free(&w->galera.db);
}

/* ---- gaps */

bool watch_galera_gaps_due(struct watcher *w)
{
  struct watch_galera *g = &w->galera;
  return !g->on || g->still < STILL_POLLS || clock_mono_us() >= g->gaps_after_us;
}

void watch_galera_polled(struct watcher *w, struct span gtid)
{
  struct watch_galera *g = &w->galera;
  if (w->gaps.asked)
    g->gaps_after_us = clock_mono_us() + GAPS_US;
  if (!g->on || span_eq(gtid, span_z(g->gtid))) {
    g->still += w->gaps.asked && !w->gaps.turn;
    return;
  }
  if (g->trouble[0] && clock_mono_us() - g->moved_us > STALL_US) /* the cluster goes on */
    g->sync_after_us = 0;
  g->moved_us = clock_mono_us();
  snprintf(g->gtid, sizeof g->gtid, "%.*s", SPAN_ARG(gtid));
  g->still = 0;
  w->behind |= !w->gaps.asked && w->position->n_gaps;
}

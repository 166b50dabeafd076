#include "watch/watch_loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "watch/watch.h"

#define BACKOFF_LEAST_US (100 * INT64_C(1000))
#define BACKOFF_MOST_US (2000 * INT64_C(1000))

/* A random time between half of the interval and all of it: machines that lost the same database do not come back
 * to it at the same moment. */
static int64_t jittered(int64_t us)
{
  return us / 2 + (int64_t)((uint64_t)rand() % (uint64_t)(us / 2 + 1));
}

/* ---- state */

static void state_publish(struct watcher *w)
{
  const char *sentence = "";
  if (w->memory_full)
    sentence = "the catalog's memory does not suffice: raise catalog_bytes";
  else if (!w->state.database_up && w->down_since_us)
    db_failure(w->db, &sentence);
  else if (watch_doubted(w))
    sentence = w->doubt.trouble;
  else if (w->try_failure[0])
    sentence = w->try_failure;
  else if (*watch_replica_trouble(w))
    sentence = watch_replica_trouble(w);
  else if (w->sweep.trouble[0])
    sentence = w->sweep.trouble;
  else if (w->schema_trouble[0])
    sentence = w->schema_trouble;
  else if (w->purge_trouble[0])
    sentence = w->purge_trouble;
  else if (w->file_trouble[0])
    sentence = w->file_trouble;
  snprintf(w->state.trouble, sizeof w->state.trouble, "%s", sentence);
  w->state.doubted = watch_doubted(w);
  w->state.replica = watch_replica_is(w);
  w->state.galera = w->galera.on;
  w->state.lag_us = w->replica.lag_us;
  catalog_state_put(w->writer, &w->state);
}

/* all_published: no change waits for room. */
static void database_up(struct watcher *w, bool all_published)
{
  if (w->down_since_us)
    log_info("the database is back after %.1f s", (double)(clock_mono_us() - w->down_since_us) / 1e6);
  w->down_since_us = 0;
  w->state.database_up = true;
  w->state.reading_fails = w->try_failure[0] != 0;
  if (w->load_needed || w->behind || w->replica.waits || watch_doubted(w) || !all_published)
    return;
  if (!w->state.ready)
    log_info("caught up with the database at change %llu", (unsigned long long)w->position->cursor);
  w->state.ready = true;
  w->state.from_file = false;
  w->state.confirmed_us = watch_replica_confirmed_us(w);
}

static void database_down(struct watcher *w, enum err err)
{
  if (!w->down_since_us) {
    log_warn("%s: %s", /* db.c has logged the reason */
             err == ERR_INVALID ? "the database refuses the watcher" : "the database is away",
             catalog_publication(w->catalog) ? "pages show what was last read"
                                             : "nothing was read before, so pages answer 503 until then");
    w->down_since_us = clock_mono_us();
  }
  w->galera.ask_after_us = w->galera.sync_after_us = w->primary_after_us = 0; /* it may come back as another server */
  w->state.database_up = false;
  w->state.reading_fails = err == ERR_INVALID;
}

/* ---- the loop */

static void alive(void *watcher)
{
  watch_beat(watcher);
}

static bool writer_open(struct watcher *w)
{
  w->writer = catalog_writer_open(w->catalog);
  if (w->writer)
    catalog_writer_alive(w->writer, alive, w);
  return w->writer;
}

static enum err writer_renew(struct watcher *w)
{
  catalog_writer_close(&w->writer);
  if (!writer_open(w))
    return ERR_NO_MEMORY;
  catalog_position_get(w->writer, w->position);
  return ERR_OK;
}

/* A worker reads rows that no change-log entry announced (store_fill.c). */
static enum err suspect_compare(struct watcher *w)
{
  uint64_t id = atomic_exchange_explicit(&w->breaker->suspect, 0, memory_order_acq_rel);
  return id ? watch_sweep_suspect(w, id) : ERR_OK;
}

static enum err step(struct watcher *w)
{
  enum err err = watch_primary(w);
  if (err == ERR_OK)
    err = watch_galera_check(w);
  if (err == ERR_OK)
    err = watch_replica_check(w);
  if (err == ERR_OK && w->load_needed) {
    err = watch_load(w);
    if (err == ERR_OK && w->load_needed) /* it is not believed */
      return err;
  }
  if (err == ERR_OK)
    err = watch_limits(w);
  if (err == ERR_OK)
    err = watch_poll(w);
  if (err != ERR_OK || w->load_needed || w->behind || w->replica.waits)
    return err;
  if ((err = watch_clock(w)) == ERR_OK)
    err = watch_try(w);
  if (err == ERR_OK)
    err = watch_purge(w);
  if (err == ERR_OK && w->state.ready)
    err = suspect_compare(w);
  if (err == ERR_OK && w->state.ready)
    err = watch_sweep_step(w);
  return err;
}

static int loop_run(struct watcher *w)
{
  int64_t backoff_us = BACKOFF_LEAST_US, wait_us = 0;
  while (!watch_wait(w, wait_us)) {
    enum err err = step(w);
    if (err == ERR_OK) {
      database_up(w, true);
      backoff_us = BACKOFF_LEAST_US;
      bool more = (w->behind || w->load_needed || w->recount.running) && !watch_doubted(w);
      wait_us = more ? 0 : w->config->poll_interval * 1000;
    } else if (err == ERR_LIMIT) {
      database_up(w, false);
      wait_us = BACKOFF_MOST_US;
    } else if (err == ERR_NO_MEMORY) {
      log_error("the watcher ran out of memory: it opens the catalog again");
      if (writer_renew(w) != ERR_OK)
        return 1;
      wait_us = BACKOFF_MOST_US;
    } else {
      database_down(w, err);
      wait_us = jittered(backoff_us);
      backoff_us = 2 * backoff_us < BACKOFF_MOST_US ? 2 * backoff_us : BACKOFF_MOST_US;
    }
    state_publish(w);
    watch_file_unmark(w);
    if (err == ERR_OK) /* the file records confirmed_us, so only a good round is saved */
      watch_file_save(w, false);
  }
  watch_file_unmark(w);
  watch_file_save(w, true);
  return 0;
}

/* Continues from what an earlier watcher published, or from the state file, or with a full load.  The state that an earlier
 * watcher left stands until this one has asked the database: a reload makes no pool unready. */
static void catalog_continue(struct watcher *w)
{
  struct catalog_pin pin;
  bool inherited = catalog_pin_current(w->catalog, &pin), published = inherited;
  catalog_state_get(w->catalog, &w->state);
  if (!published && watch_file_load(w)) {
    published = true;
    catalog_state_get(w->catalog, &w->state);
    w->state.from_file = true;
    w->state.ready = false;
    log_info("the catalog was read from its file: it was confirmed %.0f s ago",
             (double)(clock_now_us() - w->state.confirmed_us) / 1e6);
  }
  if (published) {
    catalog_position_get(w->writer, w->position);
  } else {
    w->load_needed = true;
    snprintf(w->load_reason, sizeof w->load_reason, "the catalog is empty");
  }
  if (!inherited)
    state_publish(w);
}

static bool watcher_open(struct watcher *w, struct breaker *breaker)
{
  w->position = calloc(1, sizeof *w->position);
  w->next_position = calloc(1, sizeof *w->next_position);
  w->arena = arena_new(0);
  w->breaker = breaker;
  w->db = db_new(w->config, w->metrics, breaker);
  if (w->db)
    db_persist(w->db, WATCH_ANSWER_MS);
  return w->position && w->next_position && w->arena && w->db && writer_open(w);
}

static void watcher_close(struct watcher *w)
{
  catalog_writer_close(&w->writer);
  watch_galera_end(w);
  watch_primary_end(w);
  db_free(&w->db);
  arena_free(&w->arena);
  watch_recount_end(w);
  free(w->changed.v);
  free(w->next_position);
  free(w->position);
}

int watcher_run(const struct config *config, struct catalog *catalog, struct breaker *db_breaker,
                struct metrics *metrics, int stop_fd, _Atomic int64_t *heartbeat_us)
{
  struct watcher w = {.config = config, .catalog = catalog, .metrics = metrics, .stop_fd = stop_fd, .heartbeat_us = heartbeat_us};
  int status = 1;
  srand((unsigned)clock_mono_us() ^ (unsigned)getpid());
  if (watcher_open(&w, db_breaker)) {
    catalog_continue(&w);
    status = loop_run(&w);
  } else {
    log_error("the watcher cannot start: out of memory");
  }
  watcher_close(&w);
  return status;
}

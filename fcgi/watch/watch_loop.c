#include "watch/watch_loop.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "rows/rows_values.h"
#include "watch/watch.h"

#define BACKOFF_LEAST_US (100 * INT64_C(1000))
#define BACKOFF_MOST_US (2000 * INT64_C(1000))

/* ---- waiting */

static bool stop_within(const struct watch *w, int64_t us)
{
  int64_t until_us = clock_mono_us() + us;
  for (;;) {
    struct pollfd fd = {.fd = w->stop_fd, .events = POLLIN};
    int64_t left_us = until_us - clock_mono_us();
    if (w->heartbeat_us)
      atomic_store_explicit(w->heartbeat_us, clock_mono_us(), memory_order_relaxed);
    int n = poll(&fd, 1, left_us > 0 ? (int)((left_us + 999) / 1000) : 0);
    if (n > 0)
      return true;
    if (n == 0 && clock_mono_us() >= until_us)
      return false;
  }
}

bool watch_stopping(const struct watch *w)
{
  return stop_within(w, 0);
}

int64_t watch_deadline(void)
{
  return clock_mono_us() + WATCH_ANSWER_MS * 1000;
}

/* Between half of the interval and the whole, so that machines which lost the same database don't
 * come back to it in step. */
static int64_t jittered(int64_t us)
{
  return us / 2 + (int64_t)((uint64_t)rand() % (uint64_t)(us / 2 + 1));
}

/* ---- identity */

void watch_incarnation(const struct watch *w, char out[64], struct span word)
{
  uint64_t rules = rows_hash(ROWS_HASH_START, (uint64_t)w->config->as_of_us);
  snprintf(out, 64, "%.*s+%016llx", (int)(word.n < 40 ? word.n : 40), word.n ? word.p : "",
           (unsigned long long)rules);
}

/* ---- state */

static void state_tell(struct watch *w)
{
  const char *sentence = "";
  if (w->full)
    sentence = "the catalog's memory does not suffice: raise catalog_bytes";
  else if (!w->state.database_up && w->down_since_us)
    db_failure(w->db, &sentence);
  else if (w->failing[0])
    sentence = w->failing;
  else if (*watch_replica_trouble(w))
    sentence = watch_replica_trouble(w);
  else if (w->sweep.trouble[0])
    sentence = w->sweep.trouble;
  snprintf(w->state.trouble, sizeof w->state.trouble, "%s", sentence);
  w->state.replica = w->config->mysql_replica;
  w->state.lag_us = w->replica.lag_us;
  catalog_state_put(w->writer, &w->state);
}

/* `current`: all that was found is published. */
static void up(struct watch *w, bool current)
{
  if (w->down_since_us)
    log_info("the database is back after %.1f s", (double)(clock_mono_us() - w->down_since_us) / 1e6);
  w->down_since_us = 0;
  w->state.database_up = true;
  w->state.reading_fails = w->failing[0] != 0;
  if (w->load_wanted || w->behind || w->replica.waits || !current)
    return;
  if (!w->state.ready)
    log_info("caught up with the database at change %llu", (unsigned long long)w->follow->cursor);
  w->state.ready = true;
  w->state.from_file = false;
  w->state.confirmed_us = watch_replica_confirms(w);
}

static void down(struct watch *w, enum err err)
{
  if (!w->down_since_us) {
    const char *sentence;
    db_failure(w->db, &sentence);
    log_warn("the database is away: %s", *sentence ? sentence : err_text(err));
    w->down_since_us = clock_mono_us();
  }
  w->state.database_up = false;
  w->state.reading_fails = err == ERR_INVALID;
}

/* ---- the loop */

static enum err writer_renew(struct watch *w)
{
  catalog_writer_close(&w->writer);
  w->writer = catalog_writer_open(w->catalog);
  if (!w->writer)
    return ERR_NO_MEMORY;
  catalog_follow_get(w->writer, w->follow);
  return ERR_OK;
}

static enum err step(struct watch *w)
{
  enum err err = watch_replica_check(w);
  if (err == ERR_OK && w->load_wanted)
    err = watch_load(w);
  if (err == ERR_OK)
    err = watch_poll(w);
  if (err != ERR_OK || w->load_wanted || w->behind || w->replica.waits)
    return err;
  if ((err = watch_clock(w)) == ERR_OK)
    err = watch_try(w);
  if (err == ERR_OK && w->state.ready)
    err = watch_sweep_step(w);
  return err;
}

static int run(struct watch *w)
{
  int64_t backoff_us = BACKOFF_LEAST_US, rest_us = 0;
  while (!stop_within(w, rest_us)) {
    enum err err = step(w);
    if (err == ERR_OK) {
      up(w, true);
      backoff_us = BACKOFF_LEAST_US;
      rest_us = w->behind || w->load_wanted || w->recount.running ? 0 : w->config->poll_interval * 1000;
    } else if (err == ERR_LIMIT) {
      up(w, false);
      rest_us = BACKOFF_MOST_US;
    } else if (err == ERR_NO_MEMORY) {
      log_error("the watcher ran out of memory: it begins again");
      if (writer_renew(w) != ERR_OK)
        return 1;
      rest_us = BACKOFF_MOST_US;
    } else {
      down(w, err);
      rest_us = jittered(backoff_us);
      backoff_us = 2 * backoff_us < BACKOFF_MOST_US ? 2 * backoff_us : BACKOFF_MOST_US;
    }
    state_tell(w);
    watch_file_lived(w);
    if (err == ERR_OK) /* the file tells of the same moment */
      watch_file_save(w, false);
  }
  watch_file_lived(w);
  watch_file_save(w, true);
  return 0;
}

/* What a former watcher published goes on; else the file; else everything is read. */
static void begin(struct watch *w)
{
  struct catalog_pin pin;
  bool published = catalog_pin_current(w->catalog, &pin);
  catalog_state_get(w->catalog, &w->state);
  w->state.database_up = false;
  if (!published && watch_file_load(w)) {
    published = true;
    catalog_state_get(w->catalog, &w->state);
    w->state.from_file = true;
    w->state.ready = false;
    log_info("the catalog was read from its file: it shows what was known %.0f s ago",
             (double)(clock_now_us() - w->state.confirmed_us) / 1e6);
  }
  if (published) {
    catalog_follow_get(w->writer, w->follow);
  } else {
    w->load_wanted = true;
    snprintf(w->reason, sizeof w->reason, "nothing is known yet");
  }
  state_tell(w);
}

static bool open_all(struct watch *w, struct breaker *breaker)
{
  w->follow = calloc(1, sizeof *w->follow);
  w->next = calloc(1, sizeof *w->next);
  w->arena = arena_new(0);
  w->breaker = breaker;
  w->db = db_new(w->config, w->metrics, breaker);
  w->writer = catalog_writer_open(w->catalog);
  if (w->db)
    db_persist(w->db, WATCH_ANSWER_MS);
  return w->follow && w->next && w->arena && w->db && w->writer;
}

static void close_all(struct watch *w)
{
  catalog_writer_close(&w->writer);
  db_free(&w->db);
  arena_free(&w->arena);
  free(w->recount.v);
  free(w->changed.v);
  free(w->next);
  free(w->follow);
}

int watcher_run(const struct config *config, struct catalog *catalog, struct breaker *db_breaker,
                struct metrics *metrics, int stop_fd, _Atomic int64_t *heartbeat_us)
{
  struct watch w = {.config = config, .catalog = catalog, .metrics = metrics, .stop_fd = stop_fd, .heartbeat_us = heartbeat_us};
  int status = 1;
  srand((unsigned)clock_mono_us() ^ (unsigned)getpid());
  if (open_all(&w, db_breaker)) {
    begin(&w);
    status = run(&w);
  } else {
    log_error("the watcher has no memory to start");
  }
  close_all(&w);
  return status;
}

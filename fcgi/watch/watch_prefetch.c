/* A reader has one batch ready at most, and reads on when the watcher has finished with it.  What the
 * threads share is struct watch_prefetch, under its lock; connection, arena and batch are a reader's own
 * until `ready`, the watcher's from then on until it gives them back. */
#include "watch/watch_prefetch.h"

#include <mysql.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "watch/watch.h"

#define READERS 2
#define SMALL 20000 /* ids; so few are read by one */
#define ATTEMPTS 3
#define BATCH_LEAST 100
#define BATCH_MOST 4000
#define BATCH_US (250 * INT64_C(1000)) /* how long a batch should take */
#define LOOK_US (100 * INT64_C(1000))  /* how often the watcher looks whether it should stop */

struct reader {
  struct watch_prefetch *all;
  pthread_t thread;
  bool started;
  struct db *db; /* its own when it has a thread, else the watcher's; so is the arena */
  struct arena *arena;
  uint64_t after, until; /* ids */
  size_t most;
  struct rows_batch batch;
  enum err err;
  bool ready, ended; /* a batch or an error waits for the watcher; there will be no more */
};

struct watch_prefetch {
  struct watch *w;
  struct reader readers[READERS];
  size_t n;
  struct reader *taken; /* whose batch the watcher has */
  pthread_mutex_t lock;
  pthread_cond_t moved;
  atomic_bool stop;
};

/* ---- one reader */

static size_t batch_next(size_t most, int64_t took_us)
{
  if (took_us > 2 * BATCH_US && most > BATCH_LEAST)
    return most / 2;
  return took_us < BATCH_US / 2 && most < BATCH_MOST ? most * 2 : most;
}

/* True: there will be no more. */
static bool batch_read(struct reader *r)
{
  int64_t began_us = clock_mono_us();
  r->err = ERR_UNAVAILABLE;
  for (int attempt = 0; attempt < ATTEMPTS && r->err == ERR_UNAVAILABLE && !r->all->stop; attempt++) {
    arena_reset(r->arena);
    r->err = rows_batch_range(r->db, &(struct rows_range){r->after, r->until, r->most}, r->arena, watch_deadline(),
                              &r->batch);
  }
  r->after = r->batch.last;
  r->most = batch_next(r->most, clock_mono_us() - began_us);
  return r->err != ERR_OK || r->batch.ended;
}

static void *reader_run(void *arg)
{
  struct reader *r = arg;
  struct watch_prefetch *a = r->all;
  mysql_thread_init();
  pthread_mutex_lock(&a->lock);
  while (!a->stop && !r->ended) {
    pthread_mutex_unlock(&a->lock);
    bool last = batch_read(r);
    pthread_mutex_lock(&a->lock);
    r->ready = true;
    r->ended = last; /* not before: an end without a batch would be taken for the end of all */
    pthread_cond_broadcast(&a->moved);
    while (r->ready && !a->stop)
      pthread_cond_wait(&a->moved, &a->lock);
  }
  pthread_mutex_unlock(&a->lock);
  mysql_thread_end();
  return NULL;
}

/* Signals are for the watcher's own thread. */
static bool reader_start(struct reader *r)
{
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  r->started = pthread_create(&r->thread, NULL, reader_run, r) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return r->started;
}

/* ---- all of them */

static enum err ids_read(struct watch *w, uint64_t *least, uint64_t *most)
{
  struct db_rows rows;
  struct buf sql = BUF_INIT;
  buf_puts(&sql, "SELECT MIN(id), MAX(id) FROM site_product");
  enum err err = db_query(w->db, &sql, watch_deadline(), &rows);
  buf_free(&sql);
  if (err == ERR_OK && db_next(&rows)) {
    *least = db_uint(&rows, 0);
    *most = db_uint(&rows, 1);
  }
  db_rows_free(&rows);
  return err;
}

static bool reader_open(struct watch_prefetch *a, uint64_t after, uint64_t until)
{
  struct reader *r = &a->readers[a->n++];
  struct watch *w = a->w;
  *r = (struct reader){.all = a, .after = after, .until = until, .most = WATCH_BATCH};
  r->db = db_new(w->config, w->metrics, w->breaker);
  r->arena = arena_new(0);
  if (!r->db || !r->arena)
    return false;
  db_persist(r->db, WATCH_ANSWER_MS);
  return reader_start(r);
}

/* Even parts of the ids; the last one is open, for rows that come meanwhile. */
static bool readers_open(struct watch_prefetch *a, uint64_t least, uint64_t most)
{
  uint64_t part = (most - least) / READERS, after = 0;
  if (most - least < SMALL) {
    a->readers[a->n++] = (struct reader){
        .all = a, .db = a->w->db, .arena = a->w->arena, .until = UINT64_MAX, .most = WATCH_BATCH};
    return true;
  }
  for (size_t i = 0; i < READERS; i++) {
    uint64_t until = i + 1 < READERS ? least + part * (i + 1) : UINT64_MAX;
    if (!reader_open(a, after, until))
      return false;
    after = until;
  }
  return true;
}

struct watch_prefetch *watch_prefetch_open(struct watch *w, enum err *err)
{
  struct watch_prefetch *a = calloc(1, sizeof *a);
  uint64_t least = 0, most = 0;
  *err = a ? ids_read(w, &least, &most) : ERR_NO_MEMORY;
  if (!a)
    return NULL;
  a->w = w;
  pthread_mutex_init(&a->lock, NULL);
  pthread_cond_init(&a->moved, NULL);
  if (*err == ERR_OK && !readers_open(a, least, most))
    *err = ERR_NO_MEMORY;
  if (*err != ERR_OK)
    watch_prefetch_close(&a);
  return a;
}

void watch_prefetch_close(struct watch_prefetch **at)
{
  struct watch_prefetch *a = *at;
  if (!a)
    return;
  pthread_mutex_lock(&a->lock);
  a->stop = true;
  pthread_cond_broadcast(&a->moved);
  pthread_mutex_unlock(&a->lock);
  for (size_t i = 0; i < a->n; i++) {
    struct reader *r = &a->readers[i];
    if (r->started)
      pthread_join(r->thread, NULL);
    if (r->db != a->w->db)
      db_free(&r->db);
    if (r->arena != a->w->arena)
      arena_free(&r->arena);
  }
  pthread_cond_destroy(&a->moved);
  pthread_mutex_destroy(&a->lock);
  free(a);
  *at = NULL;
}

static bool others_run(const struct watch_prefetch *a)
{
  for (size_t i = 0; i < a->n; i++)
    if (!a->readers[i].ended || a->readers[i].ready)
      return true;
  return false;
}

static struct reader *ready_one(struct watch_prefetch *a)
{
  for (size_t i = 0; i < a->n; i++)
    if (a->readers[i].ready)
      return &a->readers[i];
  return NULL;
}

/* Until a reader has something; NULL: none ever will, or the watcher should stop. */
static struct reader *wait_ready(struct watch_prefetch *a)
{
  struct reader *r;
  while (!(r = ready_one(a)) && others_run(a)) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += LOOK_US * 1000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&a->moved, &a->lock, &until);
    if (watch_stopping(a->w))
      return NULL;
  }
  return r;
}

/* The one reader has no thread. */
static enum err take_here(struct watch_prefetch *a, struct rows_batch *out, bool *end)
{
  struct reader *r = &a->readers[0];
  a->stop = watch_stopping(a->w);
  *end = r->ended;
  if (!r->ended)
    r->ended = batch_read(r);
  *out = r->batch;
  return r->err;
}

enum err watch_prefetch_take(struct watch_prefetch *a, struct rows_batch *out, bool *end)
{
  if (!a->readers[0].started)
    return take_here(a, out, end);
  pthread_mutex_lock(&a->lock);
  if (a->taken) {
    a->taken->ready = false;
    pthread_cond_broadcast(&a->moved);
  }
  struct reader *r = a->taken = wait_ready(a);
  *end = !r && !others_run(a);
  pthread_mutex_unlock(&a->lock);
  if (!r)
    return *end ? ERR_OK : ERR_UNAVAILABLE;
  *out = r->batch;
  return r->err;
}

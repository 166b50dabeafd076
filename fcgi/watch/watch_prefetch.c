/* A reader has at most one batch ready and continues when the watcher is done with it.  The threads share struct
 * watch_prefetch under its lock.  Connection, arena and batch belong to the reader until `ready` is set, then to the
 * watcher until it clears `ready`. */
#include "watch/watch_prefetch.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "watch/watch.h"

#define READERS 2
#define SMALL 20000 /* ids; a range up to this size has one reader */
#define ATTEMPTS 3
#define BATCH_LEAST 100
#define BATCH_MOST 4000
#define BATCH_US (250 * INT64_C(1000))      /* how long a batch should take */
#define STOP_CHECK_US (100 * INT64_C(1000)) /* interval at which a waiting watcher checks for a stop request */

struct reader {
  struct watch_prefetch *prefetch;
  pthread_t thread;
  bool started;
  struct db *db; /* its own when it has a thread, otherwise the watcher's; the same holds for the arena */
  struct arena *arena;
  uint64_t after, until; /* ids */
  size_t most;
  struct rows_batch batch;
  enum err err;
  bool ready; /* a batch or an error waits for the watcher */
  bool ended; /* there will be no more */
};

struct watch_prefetch {
  struct watcher *w;
  int64_t past_us;
  struct reader readers[READERS];
  size_t n;
  struct reader *taken; /* the watcher has its batch */
  pthread_mutex_t lock;
  pthread_cond_t changed;
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
  for (int attempt = 0; attempt < ATTEMPTS && r->err == ERR_UNAVAILABLE && !r->prefetch->stop; attempt++) {
    struct rows_range range = {.after = r->after, .until = r->until, .most = r->most, .past_us = r->prefetch->past_us};
    arena_reset(r->arena);
    r->err = rows_batch_range(r->db, &range, r->arena, watch_deadline(), &r->batch);
  }
  r->after = r->batch.last;
  r->most = batch_next(r->most, clock_mono_us() - began_us);
  return r->err != ERR_OK || r->batch.ended;
}

static void *reader_run(void *arg)
{
  struct reader *r = arg;
  struct watch_prefetch *p = r->prefetch;
  db_thread_begin();
  pthread_mutex_lock(&p->lock);
  while (!p->stop && !r->ended) {
    pthread_mutex_unlock(&p->lock);
    bool last = batch_read(r);
    pthread_mutex_lock(&p->lock);
    r->ready = true;
    r->ended = last; /* set after `ready`, otherwise the watcher would see an end without the last batch */
    pthread_cond_broadcast(&p->changed);
    while (r->ready && !p->stop)
      pthread_cond_wait(&p->changed, &p->lock);
  }
  pthread_mutex_unlock(&p->lock);
  db_thread_end();
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

/* ---- all readers */

static enum err ids_read(struct watcher *w, uint64_t *least, uint64_t *most)
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

static bool reader_open(struct watch_prefetch *p, uint64_t after, uint64_t until)
{
  struct reader *r = &p->readers[p->n++];
  struct watcher *w = p->w;
  *r = (struct reader){.prefetch = p, .after = after, .until = until, .most = WATCH_BATCH};
  r->db = db_new(w->config, w->metrics, w->breaker);
  r->arena = arena_new(0);
  if (!r->db || !r->arena)
    return false;
  db_persist(r->db, WATCH_ANSWER_MS);
  return reader_start(r);
}

/* Divides the ids into equal ranges.  The last range has no end: rows may be added meanwhile. */
static bool readers_open(struct watch_prefetch *p, uint64_t least, uint64_t most)
{
  uint64_t part = (most - least) / READERS, after = 0;
  if (most - least < SMALL) {
    p->readers[p->n++] = (struct reader){
        .prefetch = p, .db = p->w->db, .arena = p->w->arena, .until = UINT64_MAX, .most = WATCH_BATCH};
    return true;
  }
  for (size_t i = 0; i < READERS; i++) {
    uint64_t until = i + 1 < READERS ? least + part * (i + 1) : UINT64_MAX;
    if (!reader_open(p, after, until))
      return false;
    after = until;
  }
  return true;
}

struct watch_prefetch *watch_prefetch_open(struct watcher *w, enum err *err)
{
  struct watch_prefetch *p = calloc(1, sizeof *p);
  uint64_t least = 0, most = 0;
  *err = p ? ids_read(w, &least, &most) : ERR_NO_MEMORY;
  if (!p)
    return NULL;
  p->w = w;
  p->past_us = watch_past_us(w);
  pthread_mutex_init(&p->lock, NULL);
  pthread_cond_init(&p->changed, NULL);
  if (*err == ERR_OK && !readers_open(p, least, most))
    *err = ERR_NO_MEMORY;
  if (*err != ERR_OK)
    watch_prefetch_close(&p);
  return p;
}

void watch_prefetch_close(struct watch_prefetch **prefetch)
{
  struct watch_prefetch *p = *prefetch;
  if (!p)
    return;
  pthread_mutex_lock(&p->lock);
  p->stop = true;
  pthread_cond_broadcast(&p->changed);
  pthread_mutex_unlock(&p->lock);
  for (size_t i = 0; i < p->n; i++) {
    struct reader *r = &p->readers[i];
    if (r->started)
      pthread_join(r->thread, NULL);
    if (r->db != p->w->db)
      db_free(&r->db);
    if (r->arena != p->w->arena)
      arena_free(&r->arena);
  }
  pthread_cond_destroy(&p->changed);
  pthread_mutex_destroy(&p->lock);
  free(p);
  *prefetch = NULL;
}

static bool batches_left(const struct watch_prefetch *p)
{
  for (size_t i = 0; i < p->n; i++)
    if (!p->readers[i].ended || p->readers[i].ready)
      return true;
  return false;
}

static struct reader *reader_ready(struct watch_prefetch *p)
{
  for (size_t i = 0; i < p->n; i++)
    if (p->readers[i].ready)
      return &p->readers[i];
  return NULL;
}

/* Waits until a reader is ready.  NULL: all ended, or a stop was requested. */
static struct reader *reader_wait(struct watch_prefetch *p)
{
  struct reader *r;
  while (!(r = reader_ready(p)) && batches_left(p)) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += STOP_CHECK_US * 1000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&p->changed, &p->lock, &until);
    if (watch_stopping(p->w))
      return NULL;
  }
  return r;
}

/* For a single reader without a thread. */
static enum err batch_take(struct watch_prefetch *p, struct rows_batch *out, bool *end)
{
  struct reader *r = &p->readers[0];
  p->stop = watch_stopping(p->w);
  *end = r->ended;
  if (!r->ended)
    r->ended = batch_read(r);
  *out = r->batch;
  return r->err;
}

enum err watch_prefetch_take(struct watch_prefetch *p, struct rows_batch *out, bool *end)
{
  if (!p->readers[0].started)
    return batch_take(p, out, end);
  pthread_mutex_lock(&p->lock);
  if (p->taken) {
    p->taken->ready = false;
    pthread_cond_broadcast(&p->changed);
  }
  struct reader *r = p->taken = reader_wait(p);
  *end = !r && !batches_left(p);
  pthread_mutex_unlock(&p->lock);
  if (!r)
    return *end ? ERR_OK : ERR_UNAVAILABLE;
  *out = r->batch;
  return r->err;
}

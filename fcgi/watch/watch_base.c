/* What all parts of the watcher share: waiting and stop requests, deadlines, the identity of the database, lists of
 * ids.  It calls no other part. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/log.h"
#include "rows/rows_format.h"
#include "watch/watch.h"

#define LATE_US (2 * CLOCK_SECOND)

/* ---- waiting */

void watch_beat(const struct watcher *w)
{
  if (w->heartbeat_us)
    atomic_store_explicit(w->heartbeat_us, clock_mono_us(), memory_order_relaxed);
}

bool watch_wait(const struct watcher *w, int64_t us)
{
  int64_t until_us = clock_mono_us() + us;
  for (;;) {
    struct pollfd fd = {.fd = w->stop_fd, .events = POLLIN};
    int64_t left_us = until_us - clock_mono_us();
    watch_beat(w);
    int n = poll(&fd, 1, left_us > 0 ? (int)((left_us + 999) / 1000) : 0);
    if (n > 0)
      return true;
    if (n == 0 && clock_mono_us() >= until_us)
      return false;
  }
}

bool watch_stopping(const struct watcher *w)
{
  return watch_wait(w, 0);
}

int64_t watch_deadline(void)
{
  return clock_mono_us() + WATCH_ANSWER_MS * 1000;
}

int64_t watch_soon(const struct watcher *w)
{
  return clock_mono_us() + w->config->mysql_timeout * 1000;
}

/* ---- the change log */

int64_t watch_past_us(const struct watcher *w)
{
  struct catalog_pin pin;
  if (w->past_us)
    return w->past_us;
  return catalog_pin_current(w->catalog, &pin) && pin.window_us > 0 ? pin.window_us : clock_hour_floor(w->site_now_us);
}

void watch_incarnation(const struct watcher *w, char out[64], struct span incarnation)
{
  uint64_t settings = hash_mix(rows_hash_start(), (uint64_t)w->config->as_of_us);
  snprintf(out, 64, "%.*s+%016llx", (int)(incarnation.n < 40 ? incarnation.n : 40), incarnation.n ? incarnation.p : "",
           (unsigned long long)settings);
}

int64_t watch_changed_us(const struct watcher *w)
{
  bool recent = w->newest_change_us >= w->db_now_us - LATE_US && w->newest_change_us <= w->db_now_us;
  return recent ? w->newest_change_us : w->db_now_us;
}

void watch_sweep_hurry(struct watcher *w, int64_t us)
{
  int64_t now_us = clock_mono_us();
  w->sweep.fast = true;
  w->sweep.next_us = 0;
  if (w->sweep.fast_until_us < now_us + us)
    w->sweep.fast_until_us = now_us + us;
}

/* ---- lists of ids */

bool watch_ids_add(struct watch_ids *ids, uint64_t id)
{
  if (ids->n && ids->v[ids->n - 1] == id)
    return true;
  if (ids->n == ids->cap) {
    size_t cap = ids->cap ? 2 * ids->cap : 256;
    uint64_t *v = realloc(ids->v, cap * sizeof *v);
    if (!v)
      return false;
    ids->v = v;
    ids->cap = cap;
  }
  ids->v[ids->n++] = id;
  return true;
}

static int id_cmp(const void *x, const void *y)
{
  uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
  return (a > b) - (a < b);
}

void watch_ids_sort(struct watch_ids *ids)
{
  size_t kept = 0;
  if (ids->n)
    qsort(ids->v, ids->n, sizeof *ids->v, id_cmp);
  for (size_t i = 0; i < ids->n; i++)
    if (i == 0 || ids->v[i] != ids->v[kept - 1])
      ids->v[kept++] = ids->v[i];
  ids->n = kept;
}

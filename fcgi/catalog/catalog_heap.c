/* Memory of the half that is being written: records grow up from its snapshots, tables grow down from its end.
 * Memory of the live snapshot is never written.  The range between the two ends is free, also when an earlier writer
 * died while it was writing there. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "catalog/catalog_private.h"

#define HEAP_START ((sizeof(struct catalog_snapshot) * CATALOG_SNAPSHOTS + 63) / 64 * 8)

uint32_t catalog_heap_start(void)
{
  return HEAP_START;
}

bool catalog_grow(void **array, size_t *cap, size_t need, size_t size)
{
  if (need <= *cap)
    return true;
  size_t want = *cap * 2 < need ? need + 16 : *cap * 2;
  void *p = reallocarray(*array, want, size);
  if (!p)
    return false;
  *array = p;
  *cap = want;
  return true;
}

bool catalog_vector_put(struct catalog_vector *v, uint32_t value)
{
  if (!catalog_grow((void **)&v->at, &v->cap, v->n + 1, sizeof *v->at))
    return false;
  v->at[v->n++] = value;
  return true;
}

static bool half_free(const struct catalog_writer *w, unsigned half)
{
  uint64_t live = atomic_load(&w->c->live);
  int64_t retired_us = atomic_load(&w->c->control[half].retired_us);
  return (live == 0 || (live & 1) != half) && (retired_us == 0 || clock_mono_us() - retired_us >= w->c->grace_us);
}

static void half_empty(struct catalog_writer *w, unsigned half)
{
  struct catalog_control *k = &w->c->control[half];
  char *base = catalog_half(w->c, half);
  atomic_store(&k->building, UINT64_MAX);
  atomic_store(&k->first, w->step + 1);
  atomic_thread_fence(memory_order_seq_cst);
  if (!atomic_load(&k->clean) && madvise(base, w->c->half_bytes, MADV_REMOVE) != 0) {
    memset(base, 0, sizeof(struct catalog_snapshot) * CATALOG_SNAPSHOTS);
    char *end = (char *)catalog_index_directory(w->c, base);
    memset(end, 0, (size_t)(base + w->c->half_bytes - end));
  }
  atomic_store(&k->clean, 1);
}

bool catalog_half_begin(struct catalog_writer *w)
{
  uint64_t live = atomic_load(&w->c->live);
  unsigned half = live ? !(live & 1) : 0;
  if (!half_free(w, half))
    return false;
  half_empty(w, half);
  atomic_store(&w->c->control[half].clean, 0);
  atomic_store(&w->c->control[half].retired_us, 0);
  atomic_store(&w->c->control[half].ring, CATALOG_RING);
  w->half = half;
  w->base = catalog_half(w->c, half);
  w->switched = true;
  w->next = (struct catalog_snapshot){.window_us = w->next.window_us, .site = w->next.site,
                                   .site_edited_us = w->next.site_edited_us, .public_us = w->next.public_us,
                                   .publication = w->next.publication, .heap_top = HEAP_START};
  w->next.tables_low = (uint32_t)(((char *)catalog_index_directory(w->c, w->base) - w->base) / 8);
  memset(w->published, 0, sizeof w->published);
  return true;
}

void catalog_half_clean(struct catalog_writer *w)
{
  unsigned other = !w->half;
  if (!w->switched && !atomic_load(&w->c->control[other].clean) && half_free(w, other))
    half_empty(w, other);
}

void *catalog_heap_alloc(struct catalog_writer *w, size_t bytes, uint32_t *at)
{
  size_t units = (bytes + 7) / 8;
  MUST(w->next.heap_top <= w->next.tables_low, "the catalog's records and tables overlap");
  if (units > w->next.tables_low - w->next.heap_top)
    return NULL;
  *at = w->next.heap_top;
  w->next.heap_top += (uint32_t)units;
  return w->base + (size_t)*at * 8;
}

void *catalog_table_alloc(struct catalog_writer *w, size_t bytes, uint32_t *at)
{
  size_t units = (bytes + 7) / 8;
  MUST(w->next.heap_top <= w->next.tables_low, "the catalog's records and tables overlap");
  if (units > w->next.tables_low - w->next.heap_top)
    return NULL;
  w->next.tables_low -= (uint32_t)units;
  *at = w->next.tables_low;
  return w->base + (size_t)*at * 8;
}

/* Its whole pages; the space is not used again. */
void catalog_table_drop(const struct catalog_writer *w, uint32_t at, size_t bytes)
{
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = (uintptr_t)w->base + (uintptr_t)at * 8;
  uintptr_t from = (start + page - 1) & ~(page - 1), to = (start + bytes) & ~(page - 1);
  if (from < to && madvise((void *)from, to - from, MADV_REMOVE) != 0)
    log_debug("catalog: a table that was replaced keeps its memory");
}

/* The slot after the published one.  Pins of the snapshots that used it stop being valid when `building` is set to this
 * step. */
void *catalog_table_next(struct catalog_writer *w, enum catalog_table t, uint32_t n, size_t bytes, bool *fresh)
{
  struct catalog_table_ring *p = &w->next.tables[t];
  uint32_t ring = atomic_load_explicit(&w->c->control[w->half].ring, memory_order_relaxed);
  uint32_t next = (w->published[t].current + 1) % ring;
  struct catalog_slot *s = &p->slot[next];
  *fresh = false;
  if ((size_t)s->units * 8 < bytes || s->units == 0) {
    size_t want = bytes + bytes / 4 + 64;
    void *taken = catalog_table_alloc(w, want, &s->at);
    s->units = taken ? (uint32_t)((want + 7) / 8) : 0;
    *fresh = true;
    if (!taken)
      return NULL;
  }
  MUST(bytes <= (size_t)s->units * 8 && (size_t)(s->at + s->units) * 8 <= w->c->half_bytes,
       "a table of the catalog is longer than its slot");
  p->current = next;
  p->n = n;
  return w->base + (size_t)s->at * 8;
}

#include "cache/cache_health.h"

#include <string.h>

#include "base/clock.h"

static struct cache_health *entry_of(struct cache_health_table *t, struct span name)
{
  for (unsigned i = 0; i < CACHE_HEALTH_ENTRIES; i++)
    if (t->v[i].users && span_eq(span_z(t->v[i].name), name))
      return &t->v[i];
  for (unsigned i = 0; i < CACHE_HEALTH_ENTRIES; i++) {
    struct cache_health *h = &t->v[(t->next + i) % CACHE_HEALTH_ENTRIES];
    if (h->users)
      continue;
    t->next = (unsigned)(h - t->v) + 1;
    memset(h, 0, sizeof *h);
    memcpy(h->name, name.p, name.n);
    return h;
  }
  return NULL;
}

bool cache_healths_open(struct cache_healths *h, struct cache_health_table *t, struct span list)
{
  h->n = 0;
  while (list.p) {
    struct span server = span_trim(span_split(&list, ','));
    struct cache_health *entry = server.n && server.n < CACHE_HEALTH_NAME && h->n < CACHE_SERVERS_MAX ? entry_of(t, server) : NULL;
    if (!server.n)
      continue;
    if (!entry) {
      cache_healths_close(h);
      return false;
    }
    entry->users++;
    h->v[h->n++] = entry;
  }
  return true;
}

void cache_healths_close(struct cache_healths *h)
{
  while (h->n)
    h->v[--h->n]->users--;
}

bool cache_health_update(struct cache_health *h, int64_t *was_us)
{
  int down = !breaker_closed(&h->breaker);
  int64_t changed_us = atomic_load_explicit(&h->changed_us, memory_order_relaxed);
  if (changed_us && atomic_load_explicit(&h->down, memory_order_relaxed) == down)
    return false;
  int64_t now_us = clock_now_us();
  bool changed = atomic_exchange(&h->down, down) != down;
  if (changed || !changed_us)
    atomic_store(&h->changed_us, now_us);
  *was_us = changed_us ? now_us - changed_us : 0;
  return changed;
}

#include "app/app_cache.h"

#include "base/clock.h"
#include "text/json.h"
#include "text/prometheus.h"

#define LOAD(field) ((unsigned long long)atomic_load_explicit(&(field), memory_order_relaxed))

/* The first configured server at or after *i; NULL: none. */
static const struct cache_health *server_from(const struct cache_health_table *t, unsigned *i)
{
  while (*i < CACHE_HEALTH_ENTRIES && !t->v[*i].users)
    ++*i;
  return *i < CACHE_HEALTH_ENTRIES ? &t->v[*i] : NULL;
}

static bool is_up(const struct cache_health *h)
{
  return !LOAD(h->down);
}

/* "2026-08-22T12:00:00Z", or "" when the server was never asked. */
static void since(const struct cache_health *h, char out[CLOCK_ISO_MAX])
{
  int64_t us = atomic_load_explicit(&h->changed_us, memory_order_relaxed);
  *out = 0;
  if (us)
    clock_iso(out, us, 0);
}

struct tally {
  unsigned servers, up;
};

static struct tally servers_count(const struct cache_health_table *t)
{
  struct tally n = {0};
  const struct cache_health *h;
  for (unsigned i = 0; (h = server_from(t, &i)); i++) {
    n.servers++;
    n.up += is_up(h);
  }
  return n;
}

bool app_cache_up(const struct cache_health_table *t)
{
  struct tally n = servers_count(t);
  return n.up == n.servers;
}

void app_cache_text(const struct cache_health_table *t, struct buf *out)
{
  struct tally n = servers_count(t);
  const struct cache_health *h;
  char at[CLOCK_ISO_MAX];
  if (!n.servers)
    buf_puts(out, "cache: none\n");
  else
    buf_printf(out, "cache: %u of %u server%s up\n", n.up, n.servers, n.servers == 1 ? "" : "s");
  for (unsigned i = 0; (h = server_from(t, &i)); i++) {
    since(h, at);
    buf_printf(out, "cache server %s: %s%s%s", h->name, is_up(h) ? *at ? "up" : "not asked yet" : "down", *at ? " since " : "", at);
#define HEALTH_TEXT(name, help) buf_printf(out, ", %llu " #name, LOAD(h->name));
    CACHE_HEALTH_COUNTERS(HEALTH_TEXT)
#undef HEALTH_TEXT
    buf_putc(out, '\n');
  }
}

void app_cache_json(const struct cache_health_table *t, struct buf *out)
{
  const struct cache_health *h;
  char at[CLOCK_ISO_MAX];
  bool first = true;
  for (unsigned i = 0; (h = server_from(t, &i)); i++, first = false) {
    since(h, at);
    buf_puts(out, first ? "{\"server\":" : ",{\"server\":");
    json_write_string(out, span_z(h->name));
    buf_printf(out, ",\"up\":%s,\"since\":", is_up(h) ? "true" : "false");
    if (*at)
      json_write_string(out, span_z(at));
    else
      buf_puts(out, "null");
#define HEALTH_JSON(name, help) buf_printf(out, ",\"" #name "\":%llu", LOAD(h->name));
    CACHE_HEALTH_COUNTERS(HEALTH_JSON)
#undef HEALTH_JSON
    buf_putc(out, '}');
  }
}

static void family(struct buf *out, const char *name, const char *type, const char *help)
{
  buf_printf(out, "# HELP diptych_cache_server_%s %s\n# TYPE diptych_cache_server_%s %s\n", name, help, name, type);
}

static void sample(struct buf *out, const char *name, const struct cache_health *h, unsigned long long value)
{
  buf_printf(out, "diptych_cache_server_%s", name);
  prometheus_label(out, true, "server", h->name);
  buf_printf(out, "} %llu\n", value);
}

void app_cache_metrics(const struct cache_health_table *t, struct buf *out)
{
  const struct cache_health *h;
  family(out, "up", "gauge", "1 while the memcached server answers");
  for (unsigned i = 0; (h = server_from(t, &i)); i++)
    sample(out, "up", h, is_up(h));
  family(out, "changed_timestamp_seconds", "gauge", "when the memcached server came up or went down; 0 before its first use");
  for (unsigned i = 0; (h = server_from(t, &i)); i++)
    sample(out, "changed_timestamp_seconds", h, LOAD(h->changed_us) / CLOCK_SECOND);
#define HEALTH_METRIC(name, help)                                                                                      \
  family(out, #name "_total", "counter", help);                                                                        \
  for (unsigned i = 0; (h = server_from(t, &i)); i++)                                                                  \
    sample(out, #name "_total", h, LOAD(h->name));
  CACHE_HEALTH_COUNTERS(HEALTH_METRIC)
#undef HEALTH_METRIC
}

#include "app/app_metrics.h"

#include "app/app_cache.h"
#include "base/clock.h"
#include "config.h"
#include "db/db_limits.h"
#include "text/prometheus.h"


/* X(name, Prometheus help, value from st (struct catalog_state) and ranked (products)) -> diptych_<name> */
#define SITE_GAUGES(X)                                                                                                 \
  X(database_up, "1 when the last poll of the database succeeded", st.database_up)                                     \
  X(database_connections_limit, "connections that the database admits for the pool; 0: no limit, or unknown",          \
    db_limits_most(&limits))                                                                                           \
  X(catalog_ready, "1 when the catalog has caught up with the database since the pool started", st.ready)              \
  X(catalog_products, "published products in the catalog", products)                                                   \
  X(catalog_behind_entries, "change-log entries that the catalog does not have yet", st.behind)                        \
  X(catalog_gaps, "missing numbers of the change log that are looked up again", st.gaps)                               \
  X(change_log_age_seconds, "age of the oldest entry of the change log, which is purged after seven days; 0: none", st.log_age_s) \
  X(catalog_doubted, "1 while what the database says is not believed", st.doubted)                                     \
  X(catalog_reading_fails, "1 while the database refuses a statement that pages need", st.reading_fails)               \
  X(catalog_from_file, "1 while the catalog is that of the state file, and not confirmed yet", st.from_file)           \
  X(catalog_sweep_timestamp_seconds, "when the sweep last compared all products; 0: not yet",                          \
    st.sweep_us == CLOCK_NEVER ? 0 : st.sweep_us / CLOCK_SECOND)                                                       \
  X(database_replica_lag_seconds, "lag of the replica behind its primary; 0: none, or no replica",                     \
    st.replica && st.lag_us > 0 ? (st.lag_us + CLOCK_SECOND - 1) / CLOCK_SECOND : 0)

/* +Inf before the catalog was confirmed, so that an alert on its age fires then too. */
static void age(const struct catalog_state *st, struct buf *out)
{
  const char *name = "diptych_catalog_age_seconds";
  prometheus_family(out, name, "gauge", "time since the catalog was known to be that of the database; +Inf: never");
  buf_printf(out, "%s ", name);
  if (st->confirmed_us > 0) {
    int64_t us = clock_now_us() - st->confirmed_us;
    prometheus_seconds(out, us > 0 ? (uint64_t)us : 0); /* the clock may have been set back */
  } else
    buf_puts(out, "+Inf");
  buf_putc(out, '\n');
}

static void breaker_write(struct buf *out, const struct breaker *b, const char *backend, const char *server)
{
  buf_puts(out, "diptych_breaker_open");
  prometheus_label(out, true, "backend", backend);
  prometheus_label(out, false, "server", server);
  buf_puts(out, breaker_closed(b) ? "} 0\n" : "} 1\n");
}

static void breakers(const struct app_shared *s, struct buf *out)
{
  const struct cache_health_table *t = &s->backends->caches;
  prometheus_family(out, "diptych_breaker_open", "gauge", "1 while the breaker holds back calls of the backend, or lets one try");
  breaker_write(out, &s->backends->database, "database", "");
  for (unsigned i = 0; i < CACHE_HEALTH_ENTRIES; i++)
    if (t->v[i].users)
      breaker_write(out, &t->v[i].breaker, "memcached", t->v[i].name);
}

void app_metrics(const struct app_shared *s, struct buf *out)
{
  struct catalog_state st;
  struct catalog_pin pin;
  struct db_limits limits = db_limits_shared(&s->backends->database);
  catalog_state_get(s->catalog, &st);
  uint32_t products = catalog_pin_current(s->catalog, &pin) ? catalog_ranking(&pin).n : 0;
  prometheus_family(out, "diptych_build_info", "gauge", "1; the label is the version of the program");
  buf_puts(out, "diptych_build_info{version=\"" PACKAGE_VERSION "\"} 1\n");
#define GAUGE(name, help, value) prometheus_gauge(out, "diptych_" #name, help, (uint64_t)(value));
  SITE_GAUGES(GAUGE)
#undef GAUGE
  age(&st, out);
  breakers(s, out);
  app_cache_metrics(&s->backends->caches, out);
}

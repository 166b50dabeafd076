/* Reports of the scoreboard: as plain text, as JSON and as Prometheus text.  They read shared memory only, so the
 * master can report while all workers are busy, and a worker can serve /metrics by itself. */
#ifndef DIPTYCH_POOL_REPORT_H
#define DIPTYCH_POOL_REPORT_H

#include "pool/app.h"
#include "pool/scoreboard.h"

/* app->status adds its own part; app may be NULL.  c: the configuration in force.  The master calls it. */
void report_text(const struct scoreboard *b, const struct app *app, const struct config *c, struct buf *out);
void report_json(const struct scoreboard *b, const struct app *app, const struct config *c, struct buf *out);

/* Prometheus text exposition format 0.0.4: the counters and gauges of metrics.h and scoreboard.h, those by route, and those
 * of the app. */
struct report_pool {
  const struct scoreboard *board;
  const struct app *app;       /* may be NULL */
  const struct config *config; /* in force, for readiness; NULL: it is left out */
};
void report_metrics(const struct report_pool *p, struct buf *out);

/* Sums over all workers and the watcher. */
struct report_sums {
#define REPORT_FIELD(name, help) uint64_t name;
  METRICS_LIST(REPORT_FIELD)
#undef REPORT_FIELD
#define REPORT_LEVEL(name) uint64_t level_##name;
  METRICS_LEVELS(REPORT_LEVEL)
#undef REPORT_LEVEL
#define REPORT_TIME(name, help) uint64_t name##_us;
  METRICS_TIMES(REPORT_TIME)
#undef REPORT_TIME
};
struct report_sums report_sum(const struct scoreboard *b);

#endif

/* What the scoreboard says, in three forms: for people, as JSON, and as Prometheus text.  All read
 * shared memory only, so the master answers while every worker is busy, and a worker can serve
 * /metrics without asking anybody. */
#ifndef DIPTYCH_POOL_REPORT_H
#define DIPTYCH_POOL_REPORT_H

#include "pool/app.h"
#include "pool/scoreboard.h"

/* `app` adds its own part; may be NULL. */
void report_text(const struct scoreboard *b, const struct app *app, struct buf *out);
void report_json(const struct scoreboard *b, const struct app *app, struct buf *out);

/* Prometheus text exposition format 0.0.4: counters of metrics.h and scoreboard.h, and gauges. */
void report_metrics(const struct scoreboard *b, struct buf *out);

/* Sums over all workers and the watcher. */
struct report_sums {
#define REPORT_FIELD(name, help) uint64_t name;
  METRICS_LIST(REPORT_FIELD)
#undef REPORT_FIELD
};
struct report_sums report_sum(const struct scoreboard *b);

#endif

#include "pool/report.h"

#include "pool/confinement.h"
#include "pool/readiness.h"
#include "pool/report_routes.h"
#include "pool/report_workers.h"
#include "pool/scaling_report.h"
#include "text/json.h"
#include "text/prometheus.h"

#define SECONDS "%llu.%06llu"
#define SECONDS_ARG(us) (unsigned long long)((us) / CLOCK_SECOND), (unsigned long long)((us) % CLOCK_SECOND)
#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)

struct counts {
  unsigned alive, busy, leaving, deferred;
};

static void sums_add(struct report_sums *sums, const struct metrics *m)
{
#define SUM_ADD(name, help) sums->name += LOAD(m->name);
  METRICS_LIST(SUM_ADD)
#undef SUM_ADD
#define SUM_LEVEL(name) sums->level_##name += LOAD(m->level_##name);
  METRICS_LEVELS(SUM_LEVEL)
#undef SUM_LEVEL
#define SUM_TIME(name, help) sums->name##_us += LOAD(m->name##_us);
  METRICS_TIMES(SUM_TIME)
#undef SUM_TIME
}

static unsigned slots_used(const struct scoreboard *b)
{
  unsigned used = LOAD(b->used);
  return used < SCOREBOARD_SLOTS ? used : SCOREBOARD_SLOTS;
}

struct report_sums report_sum(const struct scoreboard *b)
{
  struct report_sums sums = {0};
  for (unsigned i = 0; i < slots_used(b); i++)
    sums_add(&sums, &b->slots[i].metrics);
  sums_add(&sums, &b->watcher.metrics);
  return sums;
}

static struct counts count(const struct scoreboard *b)
{
  struct counts n = {0};
  for (unsigned i = 0; i < slots_used(b); i++) {
    const struct scoreboard_slot *s = &b->slots[i];
    if (!LOAD(s->pid))
      continue;
    n.alive++;
    n.busy += LOAD(s->request_us) != 0;
    n.leaving += LOAD(s->leaving) != 0;
    n.deferred += LOAD(s->deferred);
  }
  return n;
}

/* "ready: yes", "ready: yes, but ..." or "ready: no: ...". */
static void readiness_text(const struct scoreboard *b, const struct app *app, const struct config *c, struct buf *out)
{
  struct buf why = BUF_INIT;
  bool ready = readiness_of(b, app, c, &why);
  buf_printf(out, "ready: %s%s%s\n", ready ? "yes" : "no", why.n ? ready ? ", but " : ": " : "", buf_z(&why));
  buf_free(&why);
}

static void readiness_json(const struct scoreboard *b, const struct app *app, const struct config *c, struct buf *out)
{
  struct buf why = BUF_INIT;
  bool ready = readiness_of(b, app, c, &why);
  buf_printf(out, "\"ready\":%s,\"ready_why\":", ready ? "true" : "false");
  json_write_string(out, buf_view(&why));
  buf_putc(out, ',');
  buf_free(&why);
}

void report_text(const struct scoreboard *b, const struct app *app, const struct config *c, struct buf *out)
{
  int64_t now_us = clock_mono_us();
  struct counts n = count(b);
  struct report_sums sums = report_sum(b);
  buf_printf(out, "up %lld s, configuration %llu\n", (long long)((now_us - LOAD(b->started_us)) / CLOCK_SECOND),
             (unsigned long long)LOAD(b->generation));
  if (app)
    readiness_text(b, app, c, out);
  buf_printf(out, "workers: %llu wanted, %u alive, %u busy, %u leaving\n", (unsigned long long)LOAD(b->workers_wanted),
             n.alive, n.busy, n.leaving);
  scaling_report_text(b, now_us, out);
  if (LOAD(b->restart_keys))
    buf_printf(out, "changed in the configuration, and waiting for a restart: %s\n", b->restart_names);
  buf_printf(out, "listen queue: %llu of %llu\n", (unsigned long long)LOAD(b->listen_queue),
             (unsigned long long)LOAD(b->listen_queue_limit));
  report_watcher_text(&b->watcher, now_us, out);
  if (LOAD(b->watcher_failures) >= WATCHER_FAILURES_DOWN)
    buf_printf(out, "watcher: died %llu times in a row: see the log\n", (unsigned long long)LOAD(b->watcher_failures));
  buf_printf(out, "requests: %llu answered (%llu with 5xx), %llu malformed\n", (unsigned long long)sums.requests,
             (unsigned long long)sums.responses_5xx, (unsigned long long)sums.requests_bad);
  buf_printf(out, "ended: %llu killed, %llu exited, %llu hung; %llu recycled\n",
             (unsigned long long)LOAD(b->deaths_killed), (unsigned long long)LOAD(b->deaths_exited),
             (unsigned long long)LOAD(b->deaths_hung), (unsigned long long)LOAD(b->recycled));
  if (LOAD(b->log_lines_lost))
    buf_printf(out, "log: %llu lines could not be written\n", (unsigned long long)LOAD(b->log_lines_lost));
  if (sums.request_log_lost)
    buf_printf(out, "request log: %llu lines could not be written\n", (unsigned long long)sums.request_log_lost);
  confinement_text(b, out);
  refused_paths_text(&b->refused, now_us, out);
  if (app && app->status)
    app->status(app->context, out, false);
  report_workers_text(b, now_us, out);
}

static void numbers_json(const struct scoreboard *b, struct buf *out)
{
  struct report_sums sums = report_sum(b);
#define POOL_JSON(name, ...) buf_printf(out, "\"" #name "\":%llu,", (unsigned long long)LOAD(b->name));
  SCOREBOARD_GAUGES(POOL_JSON)
  buf_puts(out, "\"pool\":{");
  SCOREBOARD_COUNTERS(POOL_JSON)
  SCOREBOARD_RESTARTS(POOL_JSON)
#undef POOL_JSON
  buf_truncate(out, out->n - 1);
  buf_puts(out, "},\"metrics\":{");
#define SUM_JSON(name, help) buf_printf(out, "\"" #name "\":%llu,", (unsigned long long)sums.name);
  METRICS_LIST(SUM_JSON)
#undef SUM_JSON
#define TIME_JSON(name, help) buf_printf(out, "\"" #name "_seconds\":" SECONDS ",", SECONDS_ARG(sums.name##_us));
  METRICS_TIMES(TIME_JSON)
#undef TIME_JSON
  buf_truncate(out, out->n - 1);
  buf_puts(out, "},");
}

void report_json(const struct scoreboard *b, const struct app *app, const struct config *c, struct buf *out)
{
  int64_t now_us = clock_mono_us();
  struct counts n = count(b);
  buf_printf(out, "{\"uptime_ms\":%lld,\"workers_alive\":%u,\"workers_busy\":%u,\"workers_leaving\":%u,",
             (long long)((now_us - LOAD(b->started_us)) / 1000), n.alive, n.busy, n.leaving);
  if (app)
    readiness_json(b, app, c, out);
  numbers_json(b, out);
  if (app && app->status) {
    size_t before = out->n;
    app->status(app->context, out, true);
    buf_puts(out, out->n > before ? "," : "");
  }
  buf_puts(out, "\"scaling\":");
  scaling_report_json(b, now_us, out);
  buf_puts(out, ",\"restart_key_names\":");
  json_write_string(out, span_z(b->restart_names));
  buf_putc(out, ',');
  confinement_json(b, out);
  buf_puts(out, ",\"refused_paths\":[");
  refused_paths_json(&b->refused, now_us, out);
  buf_puts(out, "],");
  report_processes_json(b, now_us, out);
  buf_puts(out, "}\n");
}

static void metric_seconds(struct buf *out, const char *name, const char *help, uint64_t us)
{
  prometheus_family(out, name, "counter", help);
  buf_printf(out, "%s ", name);
  prometheus_seconds(out, us);
  buf_putc(out, '\n');
}

static void levels_write(const struct report_sums *sums, struct buf *out)
{
  prometheus_family(out, "diptych_page_answers_total", "counter", "pages answered, by the farthest level that they needed");
#define LEVEL(name)                                                                                                    \
  buf_printf(out, "diptych_page_answers_total{level=\"" #name "\"} %llu\n", (unsigned long long)sums->level_##name);
  METRICS_LEVELS(LEVEL)
#undef LEVEL
}

static void restarts_write(const struct scoreboard *b, struct buf *out)
{
  prometheus_family(out, "diptych_pool_restarts_total", "counter", "processes replaced, by what they were and why they ended");
#define RESTARTS(name, process, reason)                                                                                \
  buf_printf(out, "diptych_pool_restarts_total{process=\"" process "\",reason=\"" reason "\"} %llu\n",               \
             (unsigned long long)LOAD(b->name));
  SCOREBOARD_RESTARTS(RESTARTS)
#undef RESTARTS
}

/* The gauges that are no row of SCOREBOARD_GAUGES. */
static void gauges_write(const struct report_pool *p, struct buf *out)
{
  const struct scoreboard *b = p->board;
  struct counts n = count(b);
  int64_t now_us = clock_mono_us();
#define GAUGE(name, help, value) prometheus_gauge(out, "diptych_" name, help, (uint64_t)(value))
  GAUGE("pool_workers_alive", "worker processes", n.alive);
  GAUGE("pool_workers_busy", "workers that have a request", n.busy);
  GAUGE("pool_workers_leaving", "workers that end after the requests that they have accepted", n.leaving);
  GAUGE("pool_requests_deferred", "deferred requests: their answers need the work of another process", n.deferred);
  GAUGE("pool_watcher_up", "1 when the watcher runs", LOAD(b->watcher.pid) != 0);
  GAUGE("refused_paths", "paths that are refused for a while because they ended workers", refused_paths_count(&b->refused, now_us));
  GAUGE("pool_uptime_seconds", "seconds since the master started", (now_us - LOAD(b->started_us)) / CLOCK_SECOND);
  if (p->config && p->app) {
    struct buf why = BUF_INIT;
    GAUGE("pool_ready", "1 when the pool can serve pages that follow the database, as /readyz says",
          readiness_of(b, p->app, p->config, &why));
    buf_free(&why);
  }
#undef GAUGE
}

void report_metrics(const struct report_pool *p, struct buf *out)
{
  const struct scoreboard *b = p->board;
  struct report_sums sums = report_sum(b);
  report_routes(b, p->app, out);
  levels_write(&sums, out);
#define METRIC_SUM(name, help) prometheus_count(out, "diptych_" #name "_total", help, sums.name);
  METRICS_LIST(METRIC_SUM)
#undef METRIC_SUM
#define METRIC_TIME(name, help) metric_seconds(out, "diptych_" #name "_seconds_total", help, sums.name##_us);
  METRICS_TIMES(METRIC_TIME)
#undef METRIC_TIME
  restarts_write(b, out);
#define METRIC_COUNTER(name, help) prometheus_count(out, "diptych_pool_" #name "_total", help, LOAD(b->name));
  SCOREBOARD_COUNTERS(METRIC_COUNTER)
#undef METRIC_COUNTER
#define METRIC_GAUGE(name, help) prometheus_gauge(out, "diptych_pool_" #name, help, LOAD(b->name));
  SCOREBOARD_GAUGES(METRIC_GAUGE)
#undef METRIC_GAUGE
  scaling_report_metrics(b, out);
  gauges_write(p, out);
  if (p->app && p->app->metrics)
    p->app->metrics(p->app->context, out);
}

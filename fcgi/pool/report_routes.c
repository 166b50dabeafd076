#include "pool/report_routes.h"

#include "text/prometheus.h"

#define REQUESTS "diptych_http_requests_total"
#define DURATION "diptych_http_request_duration_seconds"
#define BYTES "diptych_http_response_bytes_total"

struct sums {
  const char *name;
  uint64_t answers[ROUTE_COUNTS_CLASS][ROUTE_COUNTS_BUCKETS], us, bytes;
};

struct table {
  unsigned n;
  struct sums v[ROUTE_COUNTS_ROUTES];
};

static struct sums *row_of(struct table *t, const char *name)
{
  for (unsigned i = 0; i < t->n; i++)
    if (strcmp(t->v[i].name, name) == 0)
      return &t->v[i];
  t->v[t->n].name = name;
  return &t->v[t->n++];
}

static void add(struct sums *s, const struct route_counts *c)
{
  for (unsigned i = 0; i < ROUTE_COUNTS_CLASS; i++)
    for (unsigned j = 0; j < ROUTE_COUNTS_BUCKETS; j++)
      s->answers[i][j] += atomic_load_explicit(&c->answers[i][j], memory_order_relaxed);
  s->us += atomic_load_explicit(&c->us, memory_order_relaxed);
  s->bytes += atomic_load_explicit(&c->bytes, memory_order_relaxed);
}

static void table_fill(struct table *t, const struct scoreboard *b, const struct app *app)
{
  unsigned routes = app && app->n_routes ? app->n_routes : 1;
  unsigned used = atomic_load_explicit(&b->used, memory_order_relaxed);
  for (unsigned r = 0; r < routes && r < ROUTE_COUNTS_ROUTES; r++) {
    struct sums *s = row_of(t, app && app->n_routes ? app->routes[r] : "none");
    for (unsigned i = 0; i < used && i < SCOREBOARD_SLOTS; i++)
      add(s, &b->routes[i][r]);
  }
}

static void sample(struct buf *out, const char *name, const struct sums *s, uint64_t value)
{
  buf_puts(out, name);
  prometheus_label(out, true, "route", s->name);
  buf_puts(out, "} ");
  buf_uint(out, value);
  buf_putc(out, '\n');
}

static void requests_write(struct buf *out, const struct sums *s)
{
#define CLASS(name) #name,
  static const char *const classes[] = {ROUTE_COUNTS_CLASSES(CLASS)};
#undef CLASS
  for (unsigned i = 0; i < ROUTE_COUNTS_CLASS; i++) {
    uint64_t n = 0;
    for (unsigned j = 0; j < ROUTE_COUNTS_BUCKETS; j++)
      n += s->answers[i][j];
    buf_puts(out, REQUESTS);
    prometheus_label(out, true, "route", s->name);
    prometheus_label(out, false, "status", classes[i]);
    buf_puts(out, "} ");
    buf_uint(out, n);
    buf_putc(out, '\n');
  }
}

/* Only of routes that have been asked for: a histogram has 15 lines. */
static void duration_write(struct buf *out, const struct sums *s)
{
#define LE(us, le) le,
  static const char *const bounds[] = {ROUTE_COUNTS_BOUNDS(LE) "+Inf"};
#undef LE
  uint64_t total = 0, n = 0;
  for (unsigned i = 0; i < ROUTE_COUNTS_CLASS; i++)
    for (unsigned j = 0; j < ROUTE_COUNTS_BUCKETS; j++)
      total += s->answers[i][j];
  if (!total)
    return;
  for (unsigned j = 0; j < ROUTE_COUNTS_BUCKETS; j++) {
    for (unsigned i = 0; i < ROUTE_COUNTS_CLASS; i++)
      n += s->answers[i][j];
    buf_puts(out, DURATION "_bucket");
    prometheus_label(out, true, "route", s->name);
    prometheus_label(out, false, "le", bounds[j]);
    buf_puts(out, "} ");
    buf_uint(out, n);
    buf_putc(out, '\n');
  }
  buf_puts(out, DURATION "_sum");
  prometheus_label(out, true, "route", s->name);
  buf_puts(out, "} ");
  prometheus_seconds(out, s->us);
  buf_putc(out, '\n');
  sample(out, DURATION "_count", s, total);
}

void report_routes(const struct scoreboard *b, const struct app *app, struct buf *out)
{
  static struct table t; /* too large for the stack of a worker that serves /metrics deep in a page */
  memset(&t, 0, sizeof t);
  table_fill(&t, b, app);
  prometheus_family(out, REQUESTS, "counter", "requests answered, by route and class of the status");
  for (unsigned i = 0; i < t.n; i++)
    requests_write(out, &t.v[i]);
  prometheus_family(out, DURATION, "histogram", "time from the arrival of a request to its written answer");
  for (unsigned i = 0; i < t.n; i++)
    duration_write(out, &t.v[i]);
  prometheus_family(out, BYTES, "counter", "bytes of headers and bodies sent");
  for (unsigned i = 0; i < t.n; i++)
    sample(out, BYTES, &t.v[i], t.v[i].bytes);
}

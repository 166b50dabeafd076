#include "app/status_frame.h"

#include <string.h>

#include "base/amount.h"
#include "base/clock.h"

#define LABEL 11 /* columns of the names at the left */
#define CHART 30
#define SERVERS_SHOWN 3
#define REQUEST_LEAST 16 /* columns of a request, or its stage is left out */

/* ---- reading reports */

static double number(const json_t *v, const char *group, const char *name)
{
  return json_number_value(json_object_get(group ? json_object_get(v, group) : v, name));
}

static const char *word(const json_t *v, const char *name)
{
  const char *text = json_string_value(json_object_get(v, name));
  return text ? text : "";
}

static double seconds_between(const json_t *before, const json_t *now)
{
  return (number(now, NULL, "uptime_ms") - number(before, NULL, "uptime_ms")) / 1000;
}

bool status_frame_continues(const json_t *before, const json_t *now)
{
  return before && now && seconds_between(before, now) > 0 &&
         number(json_object_get(before, "master"), NULL, "pid") == number(json_object_get(now, "master"), NULL, "pid");
}

/* -1: not known. */
static double rate(const struct status_frame *f, const char *name)
{
  double s = f->before ? seconds_between(f->before, f->now) : 0;
  double grown = s > 0 ? number(f->now, "metrics", name) - number(f->before, "metrics", name) : -1;
  return grown < 0 ? -1 : grown / s;
}

double status_frame_rate(const json_t *before, const json_t *now)
{
  struct status_frame f = {.now = now, .before = before};
  return status_frame_continues(before, now) ? rate(&f, "requests") : -1;
}

/* ---- parts of lines */

static void label(struct screen *s, const char *name)
{
  screen_text(s, SCREEN_DIM, "%s", name);
  screen_to(s, LABEL);
}

static void rate_text(struct screen *s, enum screen_style style, double v, const char *unit)
{
  char text[AMOUNT_MAX] = "-";
  if (v >= 0)
    amount_rate(text, v);
  screen_text(s, style, "%s%s", text, unit);
}

/* Of a part and another part: "93 %". */
static void share_text(struct screen *s, double part, double rest)
{
  if (part < 0 || part + rest <= 0)
    screen_text(s, SCREEN_PLAIN, "-");
  else
    screen_text(s, SCREEN_PLAIN, "%.0f %%", 100 * part / (part + rest));
}

/* The text ends at the right border. */
static void right_text(struct screen *s, enum screen_style style, const char *text)
{
  screen_to(s, s->columns - (int)strlen(text));
  screen_text(s, style, "%s", text);
}

/* A path in `room` columns: its end tells more than its beginning. */
static void tail_text(struct screen *s, struct span path, int room)
{
  if ((int)path.n > room && room > 3) {
    screen_text(s, SCREEN_PLAIN, "..");
    path = span_from(path, path.n - (size_t)room + 2);
  }
  screen_foreign(s, SCREEN_PLAIN, path);
}

/* ---- lines */

static void head_line(const struct status_frame *f, struct screen *s)
{
  char right[96], age[AMOUNT_MAX] = "";
  if (f->now) {
    amount_age(age, (int64_t)number(f->now, NULL, "uptime_ms") * 1000);
    snprintf(right, sizeof right, "  up %s   %s", age, f->clock);
  } else
    snprintf(right, sizeof right, "  %s", f->clock);
  screen_text(s, SCREEN_BOLD, "diptych");
  screen_to(s, LABEL);
  tail_text(s, span_z(f->control), s->columns - (int)strlen(right) - s->column);
  right_text(s, SCREEN_PLAIN, right);
  screen_line(s);
}

static void ready_line(const struct status_frame *f, struct screen *s)
{
  bool known = json_object_get(f->now, "ready"), ready = json_is_true(json_object_get(f->now, "ready"));
  double wanted = number(f->now, NULL, "workers_wanted"), alive = number(f->now, NULL, "workers_alive");
  double leaving = number(f->now, NULL, "workers_leaving");
  const char *why = word(f->now, "ready_why");
  if (known && !ready)
    screen_text(s, SCREEN_BAD, "not ready");
  else
    screen_text(s, *why ? SCREEN_WARN : SCREEN_GOOD, known ? "ready" : "serving");
  screen_to(s, LABEL);
  screen_text(s, alive - leaving < wanted ? SCREEN_WARN : SCREEN_PLAIN, "%.0f of %.0f workers", alive - leaving, wanted);
  screen_text(s, SCREEN_PLAIN, "%s, %.0f busy, %.0f leaving, configuration %.0f",
              number(f->now, NULL, "workers_auto") > 0 ? " (auto)" : "", number(f->now, NULL, "workers_busy"), leaving,
              number(f->now, NULL, "generation"));
  if (f->interactive)
    right_text(s, SCREEN_DIM, "   q ends");
  screen_line(s);
  if (*why) {
    screen_to(s, LABEL);
    screen_foreign(s, ready ? SCREEN_WARN : SCREEN_BAD, span_z(why));
    screen_line(s);
  }
}

static void requests_line(const struct status_frame *f, struct screen *s)
{
  double failed = rate(f, "responses_5xx");
  label(s, "requests");
  rate_text(s, SCREEN_BOLD, rate(f, "requests"), "/s");
  screen_to(s, LABEL + 10);
  screen_chart(s, SCREEN_GOOD, f->history, f->n_history, CHART);
  screen_text(s, SCREEN_PLAIN, "  5xx ");
  rate_text(s, failed > 0 ? SCREEN_BAD : SCREEN_PLAIN, failed, "/s");
  screen_text(s, SCREEN_PLAIN, "  4xx ");
  rate_text(s, SCREEN_PLAIN, rate(f, "responses_4xx"), "/s");
  screen_line(s);
}

static void busy_line(const struct status_frame *f, struct screen *s)
{
  double workers = number(f->now, NULL, "workers_alive"), busy = rate(f, "busy_seconds");
  double share = busy < 0 || workers < 1 ? -1 : busy / workers > 1 ? 1 : busy / workers;
  double queue = number(f->now, NULL, "listen_queue"), most = number(f->now, NULL, "listen_queue_limit");
  double took = rate(f, "requests") > 0 ? 1000 * busy / rate(f, "requests") : -1;
  label(s, "busy");
  screen_text(s, SCREEN_BOLD, share < 0 ? "-" : "%.0f %%", share * 100);
  screen_to(s, LABEL + 10);
  screen_bar(s, share > 0.9 ? SCREEN_BAD : share > 0.7 ? SCREEN_WARN : SCREEN_GOOD, share < 0 ? 0 : share, CHART);
  screen_text(s, SCREEN_PLAIN, took < 0 ? "  - ms each" : took < 10 ? "  %.2f ms each" : "  %.0f ms each", took);
  screen_text(s, queue > 0 ? queue >= most ? SCREEN_BAD : SCREEN_WARN : SCREEN_PLAIN, "  queue %.0f", queue);
  screen_line(s);
}

static void caches_line(const struct status_frame *f, struct screen *s)
{
  label(s, "caches");
  screen_text(s, SCREEN_PLAIN, "page ");
  share_text(s, rate(f, "pages_hit"), rate(f, "pages_rendered"));
  screen_text(s, SCREEN_PLAIN, "   memcached ");
  share_text(s, rate(f, "cache_hits"), rate(f, "cache_misses"));
  screen_text(s, SCREEN_PLAIN, "   SQL ");
  rate_text(s, SCREEN_PLAIN, rate(f, "db_statements"), "/s");
  screen_text(s, SCREEN_PLAIN, "   fills ");
  rate_text(s, SCREEN_PLAIN, rate(f, "fills"), "/s");
  if (rate(f, "pages_stale") > 0) {
    screen_text(s, SCREEN_WARN, "   stale ");
    rate_text(s, SCREEN_WARN, rate(f, "pages_stale"), "/s");
  }
  screen_line(s);
}

static void catalog_lines(const struct status_frame *f, struct screen *s)
{
  const json_t *c = json_object_get(f->now, "catalog");
  double ago = number(c, NULL, "confirmed_ms_ago"), most = number(c, NULL, "connections_limit");
  double lag = number(c, NULL, "replica_lag_ms");
  bool up = json_is_true(json_object_get(c, "database_up"));
  const char *down = json_is_true(json_object_get(c, "reading_fails")) ? "refuses a statement" : "away";
  char age[AMOUNT_MAX];
  if (!c)
    return;
  label(s, "catalog");
  screen_text(s, SCREEN_PLAIN, "%.0f products, %.0f changes behind, ", number(c, NULL, "products"), number(c, NULL, "behind"));
  amount_age(age, (int64_t)ago * 1000);
  if (ago < 0)
    screen_text(s, SCREEN_WARN, "never confirmed");
  else if (ago < 10000)
    screen_text(s, SCREEN_PLAIN, "confirmed %.0f ms ago", ago);
  else
    screen_text(s, SCREEN_WARN, "confirmed %s ago", age);
  screen_line(s);
  label(s, "database");
  if (up && json_is_true(json_object_get(c, "doubted")))
    screen_text(s, SCREEN_WARN, "up, and not believed yet");
  else
    screen_text(s, up ? SCREEN_GOOD : SCREEN_BAD, "%s", up ? "up" : down);
  if (most > 0)
    screen_text(s, SCREEN_PLAIN, ", admits %.0f connections", most);
  if (lag > 0)
    screen_text(s, SCREEN_PLAIN, ", replica %.0f ms behind", lag);
  screen_line(s);
}

static const json_t *server_before(const struct status_frame *f, const char *name)
{
  size_t i;
  json_t *server;
  json_array_foreach(json_object_get(f->before, "cache_servers"), i, server)
    if (strcmp(word(server, "server"), name) == 0)
      return server;
  return NULL;
}

static void server_line(const struct status_frame *f, const json_t *server, struct screen *s)
{
  const json_t *before = server_before(f, word(server, "server"));
  double t = before ? seconds_between(f->before, f->now) : 0, hits = -1, misses = 0, errors = 0;
  bool up = json_is_true(json_object_get(server, "up"));
  if (t > 0) {
    hits = (number(server, NULL, "hits") - number(before, NULL, "hits")) / t;
    misses = (number(server, NULL, "misses") - number(before, NULL, "misses")) / t;
    errors = (number(server, NULL, "errors") - number(before, NULL, "errors")) / t;
  }
  label(s, "memcached");
  screen_text(s, up ? SCREEN_GOOD : SCREEN_BAD, up ? "up    " : "down  ");
  tail_text(s, span_z(word(server, "server")), 28);
  screen_to(s, LABEL + 36);
  rate_text(s, SCREEN_PLAIN, hits < 0 ? -1 : hits + misses, "/s");
  screen_text(s, SCREEN_PLAIN, ", hits ");
  share_text(s, hits, misses);
  if (errors > 0) {
    screen_text(s, SCREEN_BAD, ", errors ");
    rate_text(s, SCREEN_BAD, errors, "/s");
  }
  screen_line(s);
}

/* All servers when they are few; otherwise those that are down. */
static void server_lines(const struct status_frame *f, struct screen *s)
{
  const json_t *servers = json_object_get(f->now, "cache_servers");
  size_t i, n = json_array_size(servers), up = 0, shown = 0;
  json_t *server;
  json_array_foreach(servers, i, server)
    up += json_is_true(json_object_get(server, "up"));
  if (n > SERVERS_SHOWN) {
    label(s, "memcached");
    screen_text(s, up < n ? SCREEN_BAD : SCREEN_GOOD, "%zu of %zu servers up", up, n);
    screen_line(s);
  }
  json_array_foreach(servers, i, server)
    if ((n <= SERVERS_SHOWN || !json_is_true(json_object_get(server, "up"))) && shown++ < SERVERS_SHOWN)
      server_line(f, server, s);
}

static void ended_line(const struct status_frame *f, struct screen *s)
{
  double killed = number(f->now, "pool", "deaths_killed"), exited = number(f->now, "pool", "deaths_exited");
  double hung = number(f->now, "pool", "deaths_hung"), watcher = number(f->now, "pool", "watcher_restarts");
  size_t refused = json_array_size(json_object_get(f->now, "refused_paths"));
  label(s, "ended");
  screen_text(s, killed + exited + hung > 0 ? SCREEN_WARN : SCREEN_PLAIN, "%.0f killed, %.0f exited, %.0f hung", killed, exited,
              hung);
  screen_text(s, SCREEN_PLAIN, ", %.0f recycled, watcher %.0f", number(f->now, "pool", "recycled"), watcher);
  if (refused)
    screen_text(s, SCREEN_BAD, "   %zu path%s refused", refused, refused == 1 ? "" : "s");
  screen_line(s);
}

static void trouble_line(const struct status_frame *f, struct screen *s)
{
  const char *trouble = word(json_object_get(f->now, "catalog"), "trouble");
  if (!*trouble || strcmp(trouble, word(f->now, "ready_why")) == 0)
    return;
  label(s, "trouble");
  screen_foreign(s, SCREEN_BAD, span_z(trouble));
  screen_line(s);
}

/* ---- workers */

static double worker_rate(const struct status_frame *f, const json_t *worker)
{
  size_t i;
  json_t *w;
  double t = f->before ? seconds_between(f->before, f->now) : 0;
  json_array_foreach(json_object_get(f->before, "workers"), i, w)
    if (t > 0 && number(w, NULL, "pid") == number(worker, NULL, "pid"))
      return (number(worker, NULL, "requests") - number(w, NULL, "requests")) / t;
  return -1;
}

/* "waiting for the database" -> "database". */
static struct span stage_short(const json_t *w)
{
  struct span stage = span_z(word(w, "stage"));
  if (span_starts(stage, SPAN("waiting for ")))
    stage = span_from(stage, 12);
  return span_starts(stage, SPAN("the ")) ? span_from(stage, 4) : stage;
}

/* "24 ms /compare/a-vs-b, memcached".  The request is cut before the stage, and the stage is left out on narrow screens. */
static void request_text(const json_t *w, struct span request, struct screen *s)
{
  double ms = number(w, NULL, "ms");
  enum screen_style style = ms >= 1000 ? SCREEN_BAD : ms >= 100 ? SCREEN_WARN : SCREEN_PLAIN;
  struct span stage = stage_short(w);
  if (span_starts(request, SPAN("GET ")))
    request = span_from(request, 4);
  screen_text(s, style, "%.0f ms ", ms);
  int room = s->columns - s->column - (int)stage.n - 2;
  bool fits = room >= REQUEST_LEAST;
  screen_foreign_cut(s, style, request, fits ? room : s->columns);
  if (fits)
    screen_text(s, SCREEN_DIM, ", %.*s", SPAN_ARG(stage));
}

static void doing_text(const json_t *w, struct screen *s)
{
  const char *request = json_string_value(json_object_get(w, "request")), *state = word(w, "state");
  double deferred = number(w, NULL, "deferred");
  if (strcmp(state, "ready") != 0)
    screen_text(s, SCREEN_WARN, "%s ", state);
  if (deferred > 0)
    screen_text(s, SCREEN_PLAIN, "%.0f deferred, ", deferred);
  if (request)
    request_text(w, span_z(request), s);
  else
    screen_text(s, SCREEN_DIM, "idle");
}

static void worker_line(const struct status_frame *f, const json_t *w, struct screen *s)
{
  char age[AMOUNT_MAX], memory[AMOUNT_MAX], served[AMOUNT_MAX] = "-";
  double per_second = worker_rate(f, w), restarts = number(w, NULL, "restarts");
  const json_t *bytes = json_object_get(w, "memory_bytes");
  amount_age(age, (int64_t)number(w, NULL, "age_ms") * 1000);
  amount_bytes(memory, json_is_integer(bytes) ? json_integer_value(bytes) : -1);
  if (per_second >= 0)
    amount_rate(served, per_second);
  screen_text(s, SCREEN_PLAIN, "%4.0f %7.0f %6s %8s ", number(w, NULL, "worker"), number(w, NULL, "pid"), age, memory);
  screen_text(s, restarts > 0 ? SCREEN_WARN : SCREEN_PLAIN, "%5.0f", restarts);
  screen_text(s, SCREEN_PLAIN, " %6s  ", served);
  doing_text(w, s);
  screen_line(s);
}

static bool is_busy(const json_t *w)
{
  return json_is_true(json_object_get(w, "busy"));
}

static double busy_all(const struct status_frame *f)
{
  double n = 0;
  size_t i;
  json_t *w;
  json_array_foreach(json_object_get(f->now, "workers"), i, w)
    n += is_busy(w);
  return n;
}

/* All in their order when there is room for them; otherwise the busy ones first. */
static void worker_lines(const struct status_frame *f, struct screen *s)
{
  json_t *workers = json_object_get(f->now, "workers"), *w;
  size_t i, n = json_array_size(workers), shown = 0, busy = 0;
  screen_text(s, SCREEN_DIM, "  no     pid    age   memory ended  req/s  doing");
  screen_line(s);
  int left = screen_rows_left(s);
  bool all = left >= 0 && n <= (size_t)left;
  size_t room = all ? n : left > 1 ? (size_t)left - 1 : 0;
  for (int round = 0; round < 2; round++)
    json_array_foreach(workers, i, w)
      if ((all ? round == 0 : is_busy(w) == (round == 0)) && shown < room) {
        worker_line(f, w, s);
        busy += is_busy(w);
        shown++;
      }
  if (!all && left > 0) {
    screen_text(s, SCREEN_DIM, "%zu more, %.0f busy", n - shown, busy_all(f) - (double)busy);
    screen_line(s);
  }
}

static void notice_line(const struct status_frame *f, struct screen *s)
{
  if (!*f->notice)
    return;
  screen_foreign(s, f->now ? SCREEN_WARN : SCREEN_BAD, span_z(f->notice));
  screen_line(s);
}

void status_frame_write(const struct status_frame *f, struct screen *s)
{
  screen_begin(s);
  head_line(f, s);
  notice_line(f, s);
  if (f->now) {
    ready_line(f, s);
    requests_line(f, s);
    busy_line(f, s);
    caches_line(f, s);
    catalog_lines(f, s);
    server_lines(f, s);
    ended_line(f, s);
    trouble_line(f, s);
    screen_line(s);
    worker_lines(f, s);
  }
  screen_end(s);
}

#include "app/standalone.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/app_site.h"
#include "base/log.h"
#include "base/title.h"
#include "cache/cache.h"
#include "watch/watch_loop.h"

#define READY_US (10 * CLOCK_SECOND)
#define RENDER_US (10 * CLOCK_SECOND)
#define NAMES_US (5 * CLOCK_SECOND)
#define WATCHER_END_US (2 * CLOCK_SECOND)
#define PAUSE_NS 5000000
#define WARM_BATCH 20
#define WARM_KINDS 7

struct standalone {
  struct app_shared shared;
  struct metrics metrics;
  struct app_resources *resources;
  struct app_worker *worker;
  pid_t watcher;
  int stop[2]; /* closing stop[1] ends the watcher */
};

static void pause_ns(long ns)
{
  struct timespec t = {ns / 1000000000, ns % 1000000000};
  nanosleep(&t, NULL);
}

static bool watcher_start(struct standalone *s, const struct config *c, FILE *why)
{
  static struct metrics unread;
  struct config own = *c;
  char none[] = "";
  own.state_dir = none; /* do not write the catalog file of the pool */
  if (pipe(s->stop) != 0 || (s->watcher = fork()) < 0) {
    fprintf(why, "cannot start the watcher: %s\n", strerror(errno));
    return false;
  }
  if (s->watcher == 0) {
    close(s->stop[1]);
    log_open("watcher", LOG_LEVEL_NONE); /* the command itself reports the trouble of the catalog's state */
    title_set("watcher of a command");
    _exit(watcher_run(&own, s->shared.catalog, &s->shared.backends->database, &unread, s->stop[0], NULL));
  }
  close(s->stop[0]);
  return true;
}

/* true: the watcher has exited, because memory ran out. */
static bool watcher_ended(struct standalone *s)
{
  if (waitpid(s->watcher, NULL, WNOHANG) != s->watcher)
    return false;
  s->watcher = 0;
  return true;
}

/* Waits until the catalog is ready.  false: the reason is written to why. */
static bool ready_wait(struct standalone *s, FILE *why)
{
  struct catalog_state st;
  int64_t until = clock_mono_us() + READY_US;
  do {
    catalog_state_get(s->shared.catalog, &st);
    if (st.ready)
      return true;
    pause_ns(PAUSE_NS);
  } while (clock_mono_us() < until && !watcher_ended(s));
  if (!s->watcher)
    fputs("the catalog could not be read: the watcher has exited: is there memory left?\n", why);
  else
    fprintf(why, "the catalog could not be read from the database in %d s%s%s\n", (int)(READY_US / CLOCK_SECOND),
            st.trouble[0] ? ": " : "", st.trouble);
  return false;
}

static bool standalone_open(struct standalone *s, const struct config *c, FILE *why)
{
  if (app_shared_create(&s->shared, c, why) != 0 || !(s->resources = app_resources_open(&s->shared, c, why)) ||
      !watcher_start(s, c, why))
    return false;
  s->worker = app_worker_open(&s->shared, s->resources, c, &s->metrics, NULL);
  if (s->worker)
    cache_names_wait(app_worker_cache(s->worker), NAMES_US);
  return s->worker && ready_wait(s, why);
}

/* The watcher is killed when it does not end: libcrypto 3.5 waits for itself for ever when memory runs out while it is
 * initialized. */
static void watcher_end(struct standalone *s)
{
  int64_t until = clock_mono_us() + WATCHER_END_US;
  close(s->stop[1]);
  while (!watcher_ended(s) && clock_mono_us() < until)
    pause_ns(PAUSE_NS);
  if (s->watcher) {
    kill(s->watcher, SIGKILL);
    waitpid(s->watcher, NULL, 0);
  }
}

static void standalone_close(struct standalone *s)
{
  app_worker_close(&s->worker);
  app_resources_close(&s->resources);
  if (s->watcher > 0)
    watcher_end(s);
}

static void response_print(const struct response *r, FILE *out)
{
  fprintf(out, "Status: %d\n", r->status);
  for (size_t i = 0; i < r->headers.n; i++)
    if (r->headers.p[i] != '\r')
      fputc(r->headers.p[i], out);
  fprintf(out, "Content-Length: %zu\n\n", r->body.n);
  fwrite(r->body.p, 1, r->body.n, out);
}

int standalone_render(const struct config *c, const char *path, FILE *out, FILE *why)
{
  struct standalone s = {0};
  struct stage stage = {0};
  int code = 1;
  struct arena *arena = arena_new(0);
  if (!arena)
    fputs("no memory for a request\n", why);
  else if (standalone_open(&s, c, why)) {
    struct response r = {0};
    struct request rq = {.method = SPAN("GET"),
                         .target = span_z(path),
                         .id = SPAN("render"),
                         .deadline_us = clock_mono_us() + RENDER_US,
                         .arena = arena,
                         .stage = &stage};
    app_worker_handle(s.worker, &rq, &r);
    response_print(&r, out);
    code = r.status >= 400;
    buf_free(&r.headers);
  }
  standalone_close(&s);
  arena_free(&arena);
  return code;
}

/* Fetches the fragments of up to WARM_BATCH products.  Returns the number of products that failed. */
static size_t warm_batch(struct standalone *s, const struct catalog_pin *pin, const uint32_t *ordinals, size_t n, FILE *out)
{
  static const enum fragment_kind kinds[WARM_KINDS] = {FRAGMENT_PROFILE, FRAGMENT_CARD, FRAGMENT_NEWS, FRAGMENT_TIMELINE,
                                                       FRAGMENT_QUESTIONS, FRAGMENT_SOURCE, FRAGMENT_PREDICTIONS};
  struct want wants[WARM_BATCH * WARM_KINDS];
  struct stage stage = {0};
  size_t m = 0, failed = 0;
  struct arena *arena = arena_new(0);
  for (size_t i = 0; i < n && arena; i++) {
    struct facts f;
    for (size_t k = 0; k < WARM_KINDS && catalog_facts(pin, ordinals[i], &f); k++)
      wants[m++] = (struct want){.kind = kinds[k],
                                 .page = kinds[k] == FRAGMENT_TIMELINE,
                                 .id = f.id,
                                 .version = catalog_newest_version(pin, ordinals[i]),
                                 .ordinal = ordinals[i]};
  }
  struct store_context x = {arena, &stage, clock_mono_us() + RENDER_US, pin, false, NULL, 0};
  if (m)
    store_fetch(app_worker_store(s->worker), &x, wants, m);
  for (size_t i = 0; i < m; i++)
    if (wants[i].kind == FRAGMENT_PROFILE && wants[i].err != ERR_OK) {
      fprintf(out, "\nproduct %llu: %s\n", (unsigned long long)wants[i].id, err_text(wants[i].err));
      failed++;
    }
  if (!arena)
    fputs("\nout of memory\n", out);
  failed += arena ? 0 : n;
  arena_free(&arena);
  return failed;
}

static void progress(FILE *out, size_t done, size_t all)
{
  char bar[41];
  size_t filled = all ? done * 40 / all : 40;
  for (size_t i = 0; i < 40; i++)
    bar[i] = i < filled ? '#' : '.';
  bar[40] = 0;
  if (isatty(fileno(out))) {
    fprintf(out, "\r[%s] %zu of %zu products", bar, done, all);
    fflush(out);
  }
}

/* false: no fragment was stored in memcached, because its operations failed. */
static bool warm_stored(const struct standalone *s, FILE *out)
{
  uint64_t lost = s->metrics.cache_errors + s->metrics.cache_skipped;
  if (lost)
    fprintf(out, "%llu operations of the cache failed: check that memcached runs, and warm again\n", (unsigned long long)lost);
  return !lost || s->metrics.cache_stores;
}

static size_t warm_all(struct standalone *s, const struct catalog_pin *pin, unsigned rate, FILE *out)
{
  struct catalog_list all = catalog_ranking(pin);
  size_t failed = 0;
  int64_t began = clock_mono_us();
  for (uint32_t i = 0; i < all.n; i += WARM_BATCH) {
    uint32_t n = all.n - i < WARM_BATCH ? all.n - i : WARM_BATCH;
    failed += warm_batch(s, pin, all.ordinals + i, n, out);
    progress(out, i + n, all.n);
    while (rate && clock_mono_us() - began < (int64_t)(i + n) * CLOCK_SECOND / rate)
      pause_ns(PAUSE_NS);
  }
  fprintf(out, "%s%u products in %.1f s; %llu had to be rendered, %zu could not be, %llu Markdown bodies are over a limit\n",
          isatty(fileno(out)) ? "\n" : "", all.n, (double)(clock_mono_us() - began) / 1e6,
          (unsigned long long)s->metrics.fills, failed, (unsigned long long)s->metrics.markdown_refused);
  return failed;
}

int standalone_warm(const struct config *c, unsigned rate, FILE *out)
{
  struct standalone s = {0};
  struct catalog_pin pin;
  int code = 1;
  if (!*c->memcached)
    fputs("no memcached is configured: there is nothing to warm\n", out);
  else {
    if (standalone_open(&s, c, stderr) && catalog_pin_current(s.shared.catalog, &pin))
      code = warm_all(&s, &pin, rate, out) > 0 || !warm_stored(&s, out);
    standalone_close(&s);
  }
  return code;
}

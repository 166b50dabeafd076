#include "app/standalone.h"
#include "app/output.h"
#include "app/standalone_process.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/title.h"
#include "cache/cache.h"
#include "watch/watch_loop.h"

#define READY_US (10 * CLOCK_SECOND)
#define RENDER_US (10 * CLOCK_SECOND)
#define NAMES_US (5 * CLOCK_SECOND)
#define WATCHER_END_US (2 * CLOCK_SECOND)
#define PAUSE_NS 5000000
#define POLL_MS 200

void standalone_pause(void)
{
  nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
}

static bool watcher_start(struct standalone *s, const struct config *c, FILE *why)
{
  static struct metrics unread;
  struct config own = *c;
  char none[] = "";
  own.state_dir = none; /* do not write the catalog file of the pool */
  if (own.poll_interval > POLL_MS)
    own.poll_interval = POLL_MS; /* `warm` waits for a poll */
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
    standalone_pause();
  } while (clock_mono_us() < until && !watcher_ended(s));
  if (!s->watcher)
    fputs("the catalog could not be read: the watcher has exited: is there memory left?\n", why);
  else
    fprintf(why, "the catalog could not be read from the database in %d s%s%s\n", (int)(READY_US / CLOCK_SECOND),
            st.trouble[0] ? ": " : "", st.trouble);
  return false;
}

bool standalone_open(struct standalone *s, const struct config *c, FILE *why)
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
    standalone_pause();
  if (s->watcher) {
    kill(s->watcher, SIGKILL);
    waitpid(s->watcher, NULL, 0);
  }
}

void standalone_close(struct standalone *s)
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
  output_note(out);
}

/* The path of the site may be left out. */
static struct span target_of(const struct config *c, const char *path, struct arena *a)
{
  struct span base = config_base_path(c), typed = span_z(path);
  bool whole = span_starts(typed, base) && (typed.n == base.n || typed.p[base.n] == '/' || typed.p[base.n] == '?');
  return whole ? typed : ARENA_JOIN(a, base, typed);
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
                         .target = target_of(c, path, arena),
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

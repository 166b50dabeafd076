/* A pool whose pages do what no real page does: hang, die, answer with megabytes.  Usage: pool_probe CONFIG.
 * Master, workers and gateway are those of diptych.  This file replaces only struct app, and sendmsg, so that a
 * worker can die in the middle of an answer.
 *
 *   /echo            the fields of the request           /config        site_name
 *   /sleep/MS        answers after MS ms, stage DATABASE  /big/N         N bytes
 *   /spin            never answers, uses CPU             /torn/N        dies after N written bytes
 *   /abort           dies before it answers              /broken        an answer that cannot be sent
 *   /wait/NAME       answers when the file NAME appears in state_dir
 *   /defer/NAME      the same, but deferred; 503 at the deadline, or when WAITS_MOST files are waited for
 *   /try/NAME        see fence_try.h; /try-child/NAME in a child
 *
 * The environment variable PROBE_SENDS is the maximum of bytes that one sendmsg writes.  The site_name "no-open" makes
 * worker_open fail; "slow-open" makes it wait for a file open-fails in state_dir, and then fail; "no-check" makes check fail; "no-check-at-all" makes it fail with many faults; "no-resources" lets
 * check pass and makes resources_open fail with many faults.  The watcher hangs, exits or crashes while state_dir has
 * a file watcher-hang, watcher-exit or watcher-crash.  A file admits in state_dir has the greatest number of workers that the
 * database is said to admit. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "fence_try.h"
#include "base/title.h"
#include "pool/app.h"
#include "pool/master.h"
#include "pool/report.h"

#define WAITS_MOST 3

static const struct app probe_app;

struct probe {
  const struct config *config;
  struct app_process process;
  int timer_fd; /* fires while a file is waited for */
  struct {
    struct deferred deferred;
    char name[64];
  } waits[WAITS_MOST];
};

static size_t torn_bytes; /* bytes; 0: never */
static char admits_path[512];

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
  if (torn_bytes) {
    for (size_t i = 0; i < message->msg_iovlen && torn_bytes; i++) {
      struct span part = span_head(span_of(message->msg_iov[i].iov_base, message->msg_iov[i].iov_len), torn_bytes);
      ssize_t sent = send(fd, part.p, part.n, MSG_NOSIGNAL);
      torn_bytes -= sent > 0 ? (size_t)sent : torn_bytes;
    }
    kill(getpid(), SIGKILL);
  }
  const char *most = getenv("PROBE_SENDS");
  if (most && message->msg_iovlen && !message->msg_control) { /* a partial write, as the kernel may do it */
    size_t n = message->msg_iov->iov_len, least = (size_t)atol(most);
    return send(fd, message->msg_iov->iov_base, n < least ? n : least, flags);
  }
  return syscall(SYS_sendmsg, fd, message, flags);
}

static bool file_exists(const struct config *c, const char *name)
{
  char path[512];
  snprintf(path, sizeof path, "%s/%s", c->state_dir, name);
  return access(path, F_OK) == 0;
}

static void sleep_ms(long ms)
{
  struct timespec t = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&t, &t) != 0 && errno == EINTR)
    ;
}

static struct span echo(const struct request *rq)
{
  return arena_printf(rq->arena,
                      "method %.*s\ntarget %.*s\nid %.*s\nif_none_match %.*s\nif_modified_since %.*s\n"
                      "accept_encoding %.*s\ndeadline_ms %lld\npid %d\n",
                      SPAN_ARG(rq->method), SPAN_ARG(rq->target), SPAN_ARG(rq->id), SPAN_ARG(rq->if_none_match),
                      SPAN_ARG(rq->if_modified_since), SPAN_ARG(rq->accept_encoding),
                      (long long)(rq->deadline_us - clock_mono_us()) / 1000, (int)getpid());
}

static struct span big(const struct request *rq, size_t n)
{
  char *p = arena_alloc(rq->arena, n);
  if (p)
    memset(p, 'x', n);
  return span_of(p, p ? n : 0);
}

static struct span metrics(const struct probe *p, const struct request *rq)
{
  struct buf out = BUF_INIT;
  report_metrics(&(struct report_pool){p->process.board, &probe_app, p->config}, &out);
  struct span copy = arena_copy(rq->arena, buf_view(&out));
  buf_free(&out);
  return copy;
}

static void wait_for(const struct probe *p, const char *name)
{
  while (!file_exists(p->config, name))
    sleep_ms(2);
}

/* The wait for the same file, or a free one; NULL: none is free. */
static struct deferred *wait_find(struct probe *p, const char *name)
{
  for (int free = 0; free < 2; free++)
    for (int i = 0; i < WAITS_MOST; i++)
      if (free ? !p->waits[i].deferred.waiters : p->waits[i].deferred.waiters && strcmp(p->waits[i].name, name) == 0) {
        p->waits[i].deferred.done = false;
        snprintf(p->waits[i].name, sizeof p->waits[i].name, "%s", name);
        return &p->waits[i].deferred;
      }
  return NULL;
}

static void tick(const struct probe *p, bool on)
{
  struct itimerspec t = {.it_value = {0, on ? 2000000 : 0}};
  timerfd_settime(p->timer_fd, 0, &t, NULL);
}

static void defer(struct probe *p, const struct request *rq, const char *name, struct response *out)
{
  if (file_exists(p->config, name))
    return;
  out->deferred = rq->may_defer ? wait_find(p, name) : NULL;
  if (out->deferred)
    tick(p, true);
  out->status = 503;
}

static int probe_fd(void *self)
{
  return ((struct probe *)self)->timer_fd;
}

static void probe_work(void *self)
{
  struct probe *p = self;
  bool any = false;
  for (int i = 0; i < WAITS_MOST; i++) {
    any = any || p->waits[i].deferred.waiters;
    p->waits[i].deferred.done = p->waits[i].deferred.waiters && file_exists(p->config, p->waits[i].name);
  }
  tick(p, any); /* setting the timer clears timer_fd */
}

static const char *const probe_routes[] = {"none", "sleep", "wait", "defer", "big", "wait"}; /* two rows of one name */

static unsigned route_of(struct span word, struct span rest)
{
  for (unsigned i = 1; i < sizeof probe_routes / sizeof *probe_routes; i++)
    if (span_eq(word, span_z(probe_routes[i])) && !(i == 2 && span_eq(rest, SPAN("other"))))
      return i;
  return span_eq(word, SPAN("far")) ? 1000 : 0;
}

static void probe_handle(void *self, const struct request *rq, struct response *out)
{
  struct probe *p = self;
  struct span path = span_head(rq->target, span_find(rq->target, '?'));
  struct span rest = span_from(path, 1), word = span_split(&rest, '/');
  long n = rest.n ? strtol(arena_z(rq->arena, rest), NULL, 10) : 0;
  out->status = 200;
  response_header(out, "Content-Type", SPAN("text/plain"));
  out->body = SPAN("ok\n");
  out->route = route_of(word, rest);
  stage_set(rq->stage, STAGE_DATABASE);
  if (span_eq(word, SPAN("sleep")))
    sleep_ms(n);
  else if (span_eq(word, SPAN("wait")))
    wait_for(p, arena_z(rq->arena, rest));
  else if (span_eq(word, SPAN("defer")))
    defer(p, rq, arena_z(rq->arena, rest), out);
  else if (span_eq(word, SPAN("try")) || span_eq(word, SPAN("try-child")))
    out->body = span_z(fence_try(arena_z(rq->arena, rest), p->config->state_dir, word.n > 3));
  else if (span_eq(word, SPAN("spin")))
    for (volatile int burn = 0;; burn = !burn)
      ;
  else if (span_eq(word, SPAN("abort")))
    abort();
  else if (span_eq(word, SPAN("torn"))) {
    out->body = big(rq, 100000);
    torn_bytes = (size_t)n;
  } else if (span_eq(word, SPAN("big")))
    out->body = big(rq, (size_t)n);
  else if (span_eq(word, SPAN("echo")))
    out->body = echo(rq);
  else if (span_eq(word, SPAN("config")))
    out->body = span_z(p->config->site_name);
  else if (span_eq(word, SPAN("metrics")))
    out->body = metrics(p, rq);
  else if (span_eq(word, SPAN("broken")))
    out->status = 0;
  else if (span_eq(word, SPAN("empty"))) {
    out->status = 304;
    out->no_body = true;
  }
}

static void *probe_open(void *context, const struct config *c, const struct app_process *process)
{
  if (strcmp(c->site_name, "slow-open") == 0)
    while (!file_exists(c, "open-fails"))
      sleep_ms(2);
  if (strcmp(c->site_name, "no-open") == 0 || strcmp(c->site_name, "slow-open") == 0) {
    log_error("the probe does not open");
    return NULL;
  }
  struct probe *p = malloc(sizeof *p);
  if (p)
    *p = (struct probe){.config = c, .process = *process, .timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)};
  return p;
}

static void probe_close(void *self)
{
  close(((struct probe *)self)->timer_fd);
  free(self);
}

/* Tries what the file watcher-try names, and logs the result once. */
static void watcher_try(const struct config *c)
{
  static char last[64];
  char path[512], name[64] = "";
  snprintf(path, sizeof path, "%s/watcher-try", c->state_dir);
  FILE *f = fopen(path, "re");
  if (f && fgets(name, sizeof name, f) && strcmp(name, last) != 0) {
    char folder[512], *at = strchr(name, ' ');
    snprintf(last, sizeof last, "%s", name);
    snprintf(folder, sizeof folder, "%s%s", c->state_dir, at ? at + 1 : "");
    if (at)
      *at = 0;
    log_info("tried %s: %s", last, fence_try(name, folder, 0));
  }
  if (f)
    fclose(f);
}

static int probe_watch(void *context, const struct config *c, const struct app_process *process)
{
  struct pollfd stop = {.fd = process->stop_fd, .events = POLLIN};
  log_info("watching for %s", c->site_name);
  while (poll(&stop, 1, 10) == 0) {
    if (!file_exists(c, "watcher-hang"))
      app_heartbeat(process);
    if (file_exists(c, "watcher-try"))
      watcher_try(c);
    if (file_exists(c, "watcher-exit"))
      return 3;
    if (file_exists(c, "watcher-crash"))
      abort();
    METRICS_ADD(process->metrics, polls, 1);
  }
  return 0;
}

static int faults_write(int n, FILE *why)
{
  for (int i = 0; i < n; i++)
    fprintf(why, "templates/page.mustache:%d:7: the probe refuses\n", 3 + i);
  return n;
}

static int probe_check(void *context, const struct config *c, FILE *why)
{
  return faults_write(strcmp(c->site_name, "no-check") == 0 ? 1 : strcmp(c->site_name, "no-check-at-all") == 0 ? 500 : 0, why);
}

/* The files may change between the check and resources_open. */
static void *probe_resources(const struct config *c, FILE *why)
{
  return strcmp(c->site_name, "no-resources") == 0 && faults_write(500, why) ? NULL : malloc(1);
}

static bool probe_admitted(void *context, int workers, struct buf *why)
{
  FILE *file = fopen(admits_path, "r");
  int most = 0;
  bool limited = file && fscanf(file, "%d", &most) == 1 && workers > most;
  if (file)
    fclose(file);
  if (limited)
    buf_printf(why, "the probe admits %d workers", most);
  return !limited;
}

static void probe_status(void *context, struct buf *out, bool json)
{
  buf_puts(out, json ? "\"probe\":{\"lag_ms\":7}" : "probe: 7 ms behind\n");
}

static const struct app probe_app = {.routes = probe_routes,
                                     .n_routes = sizeof probe_routes / sizeof *probe_routes,
                                     .resources_open = probe_resources,
                                     .resources_close = free,
                                     .worker_open = probe_open,
                                     .worker_handle = probe_handle,
                                     .worker_fd = probe_fd,
                                     .worker_work = probe_work,
                                     .worker_close = probe_close,
                                     .watcher_run = probe_watch,
                                     .check = probe_check,
                                     .admitted = probe_admitted,
                                     .status = probe_status};

int main(int argc, char **argv)
{
  title_open(argc, argv);
  struct config *config = argc > 1 ? config_read(argv[argc - 1], stderr) : NULL; /* FILE, or "serve --config FILE" of an upgrade */
  snprintf(admits_path, sizeof admits_path, "%s/admits", config ? config->state_dir : "");
  return config ? master_run(&config, &probe_app) : 1;
}

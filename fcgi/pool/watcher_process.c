#include "pool/watcher_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "pool/confinement.h"
#include "pool/process.h"
#include "pool/restart_delay.h"

#define ABORT_US (500 * INT64_C(1000))
#define HUNG_LEAST_US (30 * CLOCK_SECOND)
#define HUNG_FIRST_US (120 * CLOCK_SECOND)
#define STABLE_US (10 * CLOCK_SECOND)

static _Noreturn void watcher_become(struct workers *workers, int stop_fd)
{
  struct scoreboard_slot *slot = &workers->board->watcher;
  log_file_close(workers->log); /* it would keep a removed file on the disk */
  process_child_signals();
  process_child_unblock();
  if (!confinement_enter(workers->config, FENCE_WATCHER, slot))
    exit(1);
  exit(workers->app->watcher_run(workers->app->context, workers->config,
                           &(struct app_process){.index = -1,
                                              .metrics = &slot->metrics,
                                              .stage = &slot->stage,
                                              .heartbeat_us = &slot->heartbeat_us,
                                              .board = workers->board,
                                              .stop_fd = stop_fd}));
}

static void failure_log(void)
{
  static struct log_limit limit;
  log_limited(&limit, 10, LOG_LEVEL_ERROR, "cannot start the watcher: %s; trying again", strerror(errno));
}

static void watcher_start(struct watcher *w, struct workers *workers, int64_t now_us)
{
  int ends[2] = {-1, -1};
  w->after_us = now_us + CLOCK_SECOND; /* when to try again if the start fails */
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    failure_log();
    return;
  }
  scoreboard_slot_clear(&workers->board->watcher, workers->generation, now_us);
  pid_t pid = workers_fork(workers, "watcher");
  if (pid == 0) {
    close(ends[1]);
    watcher_become(workers, ends[0]);
  }
  if (pid < 0)
    failure_log();
  close(ends[0]);
  if (pid < 0) {
    close(ends[1]);
    return;
  }
  *w = (struct watcher){.pid = pid, .stop_fd = ends[1], .started_us = now_us, .failures = w->failures};
  atomic_store(&workers->board->watcher.pid, pid);
}

void watcher_stop(struct watcher *w, int64_t now_us)
{
  if (!w->pid || w->stop_requested_us)
    return;
  w->stop_requested_us = now_us;
  close(w->stop_fd);
  w->stop_fd = -1;
}

static void watcher_kill(struct watcher *w, const char *why, int64_t now_us)
{
  if (w->killed)
    return;
  if (!w->aborted_us) {
    log_error("the watcher (%d) %s: ending it", (int)w->pid, why);
    w->aborted_us = now_us;
    kill(w->pid, SIGABRT);
  } else if (now_us - w->aborted_us >= ABORT_US) {
    w->killed = true;
    kill(w->pid, SIGKILL);
  }
}

/* Before its first heartbeat the watcher may have to read a large site. */
static bool hangs(const struct watcher *w, const struct workers *workers, int64_t now_us)
{
  int64_t heartbeat = atomic_load(&workers->board->watcher.heartbeat_us), limit = workers->config->request_timeout * 1000;
  int64_t least = heartbeat ? HUNG_LEAST_US : HUNG_FIRST_US;
  return workers_silent_us(workers, heartbeat ? heartbeat : w->started_us, now_us) > (limit > least ? limit : least);
}

void watcher_turn(struct watcher *w, struct workers *workers, int64_t now_us)
{
  if (!workers->app->watcher_run)
    return;
  if (!w->pid) {
    if (!workers->stopping && now_us >= w->after_us)
      watcher_start(w, workers, now_us);
    return;
  }
  if (now_us - w->started_us > STABLE_US)
    atomic_store(&workers->board->watcher_failures, 0);
  if (w->stop_requested_us && workers_silent_us(workers, w->stop_requested_us, now_us) >= workers->config->stop_grace * 1000)
    watcher_kill(w, "did not end in time", now_us);
  else if (w->aborted_us || hangs(w, workers, now_us))
    watcher_kill(w, "hangs", now_us);
}

bool watcher_reap(struct watcher *w, struct workers *workers, pid_t pid, int status, int64_t now_us)
{
  char ending[WORKERS_ENDING];
  if (pid != w->pid)
    return false;
  workers_ending(ending, pid, status);
  if (w->stop_fd >= 0)
    close(w->stop_fd);
  bool stop_requested = w->stop_requested_us != 0;
  unsigned failures = now_us - w->started_us > STABLE_US ? 0 : w->failures;
  int64_t delay_us = stop_requested || !failures ? 0 : restart_delay_us(failures);
  *w = (struct watcher){.stop_fd = -1, .failures = stop_requested ? 0 : failures + 1, .after_us = now_us + delay_us};
  atomic_store(&workers->board->watcher.pid, 0);
  atomic_store(&workers->board->watcher_failures, w->failures);
  if (!stop_requested) {
    SCOREBOARD_COUNT(workers->board, watcher_restarts);
    log_error("the watcher %s", ending);
  }
  return true;
}

#include "pool/metrics_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pool/confinement.h"
#include "pool/metrics_server.h"
#include "pool/process.h"
#include "pool/restart_delay.h"

#define STABLE_US (10 * CLOCK_SECOND)
#define HUNG_US (10 * CLOCK_SECOND)     /* its loop turns at least once a second */
#define LEAVE_MOST_US (3 * CLOCK_SECOND) /* it leaves within a second */

bool metrics_process_open(struct metrics_process *p, const struct config *c, FILE *why)
{
  return !*c->metrics_listen || p->listener.fd >= 0 || listener_open_metrics(&p->listener, c, why);
}

void metrics_process_close(struct metrics_process *p)
{
  if (p->stop_fd >= 0)
    close(p->stop_fd);
  p->stop_fd = -1;
  listener_close(&p->listener);
}

void metrics_process_disown(struct metrics_process *p)
{
  listener_disown(&p->listener);
  metrics_process_close(p);
}

static _Noreturn void server_become(struct workers *w, int listen_fd, int stop_fd)
{
  close(w->listen_fd); /* only workers accept there */
  log_file_close(w->log);
  process_child_signals();
  process_child_unblock();
  if (!confinement_enter(w->config, FENCE_WORKER, NULL))
    exit(1);
  exit(metrics_server_run(&(struct metrics_server_setup){
      .app = w->app, .config = w->config, .board = w->board, .listen_fd = listen_fd, .stop_fd = stop_fd}));
}

static void server_start(struct metrics_process *p, struct workers *w, int64_t now_us)
{
  static struct log_limit limit;
  int ends[2] = {-1, -1}, listen_fd = fcntl(p->listener.fd, F_DUPFD_CLOEXEC, 0); /* the child closes what its master has */
  pid_t pid = listen_fd >= 0 && pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0 ? workers_fork(w, "metrics") : -1;
  if (pid == 0) {
    close(ends[1]);
    server_become(w, listen_fd, ends[0]);
  }
  int error = errno;
  close(listen_fd);
  if (ends[0] >= 0)
    close(ends[0]);
  if (pid < 0) {
    log_limited(&limit, 10, LOG_LEVEL_ERROR, "cannot start the metrics process: %s; trying again", strerror(error));
    if (ends[1] >= 0)
      close(ends[1]);
    p->after_us = now_us + CLOCK_SECOND;
    return;
  }
  p->pid = pid;
  p->stop_fd = ends[1];
  p->started_us = now_us;
  p->stop_requested_us = 0;
  atomic_store(&w->board->metrics_heartbeat_us, now_us);
}

void metrics_process_turn(struct metrics_process *p, struct workers *w, int64_t now_us)
{
  if (metrics_process_missing(p) && now_us >= p->after_us)
    server_start(p, w, now_us);
  else if (p->pid && (p->stop_requested_us
                          ? workers_silent_us(w, p->stop_requested_us, now_us) > LEAVE_MOST_US
                          : workers_silent_us(w, atomic_load(&w->board->metrics_heartbeat_us), now_us) > HUNG_US))
    kill(p->pid, SIGKILL);
}

void metrics_process_stop(struct metrics_process *p, int64_t now_us)
{
  if (!p->pid || p->stop_requested_us)
    return;
  p->stop_requested_us = now_us;
  close(p->stop_fd);
  p->stop_fd = -1;
}

void metrics_process_end(struct metrics_process *p, int64_t now_us)
{
  p->ended = true;
  metrics_process_stop(p, now_us);
}

bool metrics_process_reap(struct metrics_process *p, struct workers *w, pid_t pid, int status, int64_t now_us)
{
  char ending[WORKERS_ENDING];
  if (!pid || pid != p->pid)
    return false;
  if (p->stop_fd >= 0)
    close(p->stop_fd);
  p->stop_fd = -1;
  p->pid = 0;
  if (p->stop_requested_us) {
    p->after_us = 0;
    return true;
  }
  p->failures = now_us - p->started_us > STABLE_US ? 0 : p->failures + 1;
  p->after_us = now_us + (p->failures ? restart_delay_us(p->failures) : 0);
  SCOREBOARD_COUNT(w->board, metrics_restarts);
  workers_ending(ending, pid, status);
  log_error("the metrics process %s", ending);
  return true;
}

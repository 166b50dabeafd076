#include "pool/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "pool/handover.h"

#define READY_US (180 * CLOCK_SECOND) /* a new pool may have to read a large site from the database */

static _Noreturn void program_become(const struct upgrade_program *next, int ready_fd)
{
  const char *argv[] = {next->program, "serve", "--config", next->config_path, NULL};
  if (fcntl(next->listener->fd, F_SETFD, 0) == 0 && fcntl(ready_fd, F_SETFD, 0) == 0 &&
      handover_offer(next->listener, ready_fd, next->scaling) && handover_offer_metrics(next->metrics) &&
      handover_offer_files(next->pid_file, next->control->path))
    execvp(next->program, (char *const *)(uintptr_t)argv);
  fprintf(stderr, "diptych: upgrade: %s: %s\n", next->program, strerror(errno));
  _exit(127);
}

bool upgrade_begin(struct upgrade *u, const struct upgrade_program *next, int64_t now_us)
{
  int ends[2];
  if (getpid() == 1) {
    snprintf(u->why, sizeof u->why, "the pool is the first process of its container: replace the container instead");
    return false;
  }
  if (pipe2(ends, O_CLOEXEC) != 0) {
    snprintf(u->why, sizeof u->why, "%s", strerror(errno));
    return false;
  }
  *u = (struct upgrade){.fd = ends[0], .since_us = now_us, .status = -1};
  u->pid = fork();
  if (u->pid == 0)
    program_become(next, ends[1]);
  close(ends[1]);
  fcntl(u->fd, F_SETFL, O_NONBLOCK);
  if (u->pid > 0)
    return true;
  snprintf(u->why, sizeof u->why, "%s", strerror(errno));
  u->pid = 0;
  upgrade_abandon(u);
  return false;
}

bool upgrade_reap(struct upgrade *u, pid_t pid, int status)
{
  if (!pid || pid != u->pid)
    return false;
  u->pid = 0;
  u->status = status;
  return true;
}

void upgrade_abandon(struct upgrade *u)
{
  if (u->pid && upgrade_goes_on(u))
    kill(u->pid, SIGTERM);
  if (u->fd >= 0)
    close(u->fd);
  u->fd = -1;
}

static enum upgrade_result refuse(struct upgrade *u)
{
  upgrade_abandon(u);
  return UPGRADE_REFUSED;
}

static void ending_explain(struct upgrade *u)
{
  if (WIFEXITED(u->status))
    snprintf(u->why, sizeof u->why, "the new program ended with status %d before it was ready: see the log",
             WEXITSTATUS(u->status));
  else
    snprintf(u->why, sizeof u->why, "the new program was ended by signal %d before it was ready: see the log",
             WTERMSIG(u->status));
}

enum upgrade_result upgrade_turn(struct upgrade *u, int64_t now_us)
{
  char byte;
  if (!upgrade_goes_on(u))
    return UPGRADE_NOTHING;
  ssize_t n = read(u->fd, &byte, 1);
  if (n == 1) {
    close(u->fd);
    u->fd = -1;
    return UPGRADE_DONE;
  }
  if (!u->pid) {
    ending_explain(u);
    return refuse(u);
  }
  if (now_us - u->since_us < READY_US)
    return UPGRADE_NOTHING; /* also at the end of the pipe: the new program has not been reaped yet */
  snprintf(u->why, sizeof u->why, "the new program was not ready after %d s: see the log", (int)(READY_US / CLOCK_SECOND));
  return refuse(u);
}

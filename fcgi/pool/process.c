#include "pool/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/title.h"

#define POLL_FAILED_MS 50

void process_standard_open(void)
{
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) < 0)
      open("/dev/null", O_RDWR); /* open returns the lowest free descriptor, which is fd */
}

int process_signals_open(void)
{
  static const int taken[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2, SIGTTIN, SIGTTOU, SIGCHLD};
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
    sigaddset(&set, taken[i]);
  sigprocmask(SIG_BLOCK, &set, NULL);
  sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

enum log_level process_log_level(const struct config *c)
{
  static const char *const names[] = {"error", "warn", "info", "debug"};
  for (int i = 0; i < 4; i++)
    if (strcmp(c->log_level, names[i]) == 0)
      return (enum log_level)i;
  return LOG_LEVEL_INFO;
}

void process_poll_failed(struct log_limit *limit)
{
  log_limited(limit, 10, LOG_LEVEL_ERROR, "cannot wait for events: %s; checking for them every %d ms", strerror(errno),
              POLL_FAILED_MS);
  nanosleep(&(struct timespec){.tv_nsec = POLL_FAILED_MS * 1000000L}, NULL);
}

void process_child_begin(const char *role, enum log_level level, pid_t master)
{
  sigset_t all;
  sigfillset(&all);
  sigdelset(&all, SIGABRT); /* the master ends a hung worker with it, which writes a core */
  sigprocmask(SIG_SETMASK, &all, NULL);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  prctl(PR_SET_NAME, role);
  title_set(role);
  log_open(role, level);
  if (getppid() != master)
    _exit(0);
}

void process_child_signals(void)
{
  static const int ignored[] = {SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGTTIN, SIGTTOU, SIGPIPE};
  static const int restored[] = {SIGTERM, SIGQUIT, SIGCHLD};
  for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
    sigaction(ignored[i], &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
  for (size_t i = 0; i < sizeof restored / sizeof *restored; i++)
    sigaction(restored[i], &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
}

void process_child_unblock(void)
{
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

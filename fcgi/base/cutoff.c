#include "base/cutoff.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define EVERY_LEAST_US 25000

/* Globals of the process, because a signal handler gets no context. */
static timer_t timer;
static pid_t timer_pid; /* the process that created the timer: a child does not inherit it */
static cutoff_cut *volatile cut_now; /* NULL: no limit is set */
static void *volatile cut_context;
static volatile sig_atomic_t cut_done;

static void timer_fired(int signo)
{
  int saved_errno = errno;
  (void)signo;
  if (cut_now && cut_now(cut_context))
    cut_done = 1;
  errno = saved_errno;
}

static bool timer_open(void)
{
  struct sigaction on = {.sa_handler = timer_fired, .sa_flags = SA_RESTART};
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
  sigset_t set;
  timer_pid = getpid();
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN);
  if (sigaction(SIGRTMIN, &on, NULL) == 0 && timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 &&
      sigprocmask(SIG_UNBLOCK, &set, NULL) == 0)
    return true;
  log_error("cannot create a timer for backend calls: %s: a server that sends byte by byte can block this process",
            strerror(errno));
  return false;
}

static struct timespec timespec_of(int64_t us)
{
  return (struct timespec){us / CLOCK_SECOND, us % CLOCK_SECOND * 1000};
}

/* A shorter interval leaves the process no time between two signals: it would hang in the handler.  On a busy virtual
 * machine a signal has cost more than 10 ms, so 1 ms was too short. */
static void timer_set(int64_t us)
{
  int64_t every_us = us > 0 && us < EVERY_LEAST_US ? EVERY_LEAST_US : us;
  struct itimerspec at = {.it_value = timespec_of(us), .it_interval = timespec_of(every_us)};
  timer_settime(timer, 0, &at, NULL); /* fails without a timer; timer_open has logged that */
}

void cutoff_start(int64_t us, cutoff_cut *cut, void *context)
{
  static bool open;
  if (timer_pid != getpid())
    open = timer_open();
  cut_done = 0;
  cut_context = context;
  cut_now = cut;
  if (open)
    timer_set(us > 0 ? us : 1);
}

bool cutoff_stop(void)
{
  cut_now = NULL;
  timer_set(0);
  return cut_done;
}

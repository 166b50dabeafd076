#include "base/cutoff.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define AGAIN_LEAST_US 1000
#define AGAIN_MOST_US 64000

/* Globals of the process, because a signal handler gets no context. */
static timer_t timer;
static pid_t timer_pid; /* the process that created the timer: a child does not inherit it */
static cutoff_cut *volatile cut_now; /* NULL: no limit is set */
static void *volatile cut_context;
static volatile sig_atomic_t cut_done;
static volatile int again_us;

static struct timespec timespec_of(int64_t us)
{
  return (struct timespec){us / CLOCK_SECOND, us % CLOCK_SECOND * 1000};
}

static void timer_set(int64_t us)
{
  struct itimerspec at = {.it_value = timespec_of(us)};
  timer_settime(timer, 0, &at, NULL); /* fails without a timer; timer_open has logged that */
}

/* Each signal sets the next one, later and later.  A timer with an interval can be over again before a process that waits for
 * the processor goes on: it would do nothing but take signals. */
static void timer_fired(int signo)
{
  int saved_errno = errno;
  (void)signo;
  if (cut_now) {
    if (cut_now(cut_context))
      cut_done = 1;
    timer_set(again_us);
    again_us = again_us < AGAIN_MOST_US / 2 ? again_us * 2 : AGAIN_MOST_US;
  }
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

void cutoff_start(int64_t us, cutoff_cut *cut, void *context)
{
  static bool open;
  if (timer_pid != getpid())
    open = timer_open();
  cut_done = 0;
  again_us = AGAIN_LEAST_US;
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

#include "base/cutoff.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"

#define AGAIN_LEAST_US 1000
#define AGAIN_MOST_US 64000

/* Globals of the process, because a signal handler gets no context. */
static timer_t timer;
static bool timer_made; /* a child does not inherit timers */
static cutoff_cut *volatile cut_now; /* NULL: no limit is set */
static void *volatile cut_context;
static volatile sig_atomic_t cut_done;
static volatile int again_us;
static volatile int64_t due_us; /* monotonic, of the limit */
/* When the timer sends its signal; 0: it is not set.  A stop leaves it set, and a start sets it only when it would come too late:
 * a page begins dozens of limits, and each of them would cost two system calls. */
static volatile int64_t set_us;

static struct timespec timespec_of(int64_t us)
{
  return (struct timespec){us / CLOCK_SECOND, us % CLOCK_SECOND * 1000};
}

static void timer_set(int64_t now_us, int64_t us)
{
  struct itimerspec at = {.it_value = timespec_of(us)};
  set_us = now_us + us;
  timer_settime(timer, 0, &at, NULL); /* fails without a timer; timer_open has logged that */
}

/* Each signal sets the next one, later and later.  A timer with an interval can be over again before a process that waits for
 * the processor goes on: it would do nothing but take signals. */
static void timer_fired(int signo)
{
  int saved_errno = errno;
  int64_t now_us = clock_mono_us();
  (void)signo;
  set_us = 0;
  if (cut_now && now_us < due_us) /* it was set for an earlier limit */
    timer_set(now_us, due_us - now_us);
  else if (cut_now) {
    if (cut_now(cut_context))
      cut_done = 1;
    timer_set(now_us, again_us);
    again_us = again_us < AGAIN_MOST_US / 2 ? again_us * 2 : AGAIN_MOST_US;
  }
  errno = saved_errno;
}

static void timer_lost(void)
{
  timer_made = false;
}

static bool timer_open(void)
{
  struct sigaction on = {.sa_handler = timer_fired, .sa_flags = SA_RESTART};
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
  static bool watched;
  sigset_t set;
  watched = watched || pthread_atfork(NULL, NULL, timer_lost) == 0;
  timer_made = true;
  set_us = 0;
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN);
  if (watched && sigaction(SIGRTMIN, &on, NULL) == 0 && timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 &&
      sigprocmask(SIG_UNBLOCK, &set, NULL) == 0)
    return true;
  log_error("cannot create a timer for backend calls: %s: a server that sends byte by byte can block this process",
            strerror(errno));
  return false;
}

void cutoff_start(int64_t us, cutoff_cut *cut, void *context)
{
  static bool open;
  int64_t now_us = clock_mono_us();
  if (us < 1)
    us = 1;
  if (!timer_made)
    open = timer_open();
  cut_done = 0;
  again_us = AGAIN_LEAST_US;
  cut_context = context;
  due_us = now_us + us;
  cut_now = cut; /* before set_us is read: from here on a signal sets the timer for this limit */
  if (open && (!set_us || set_us > now_us + us))
    timer_set(now_us, us);
}

bool cutoff_stop(void)
{
  cut_now = NULL;
  return cut_done;
}

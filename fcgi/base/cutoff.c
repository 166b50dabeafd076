#include "base/cutoff.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

/* The process's own: a handler has no other way to what it works on. */
static timer_t timer;
static pid_t timer_of; /* a timer does not survive fork */
static cutoff_cut *volatile cut_now; /* NULL: no limit is running */
static void *volatile cut_of;
static volatile sig_atomic_t was_cut;

static void over(int signo)
{
  int kept = errno;
  (void)signo;
  if (cut_now && cut_now(cut_of))
    was_cut = 1;
  errno = kept;
}

static bool timer_open(void)
{
  struct sigaction on = {.sa_handler = over, .sa_flags = SA_RESTART};
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
  sigset_t set;
  timer_of = getpid();
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN);
  if (sigaction(SIGRTMIN, &on, NULL) == 0 && timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 &&
      sigprocmask(SIG_UNBLOCK, &set, NULL) == 0)
    return true;
  log_error("no timer for the backends: %s: a server that answers byte by byte can hold this process", strerror(errno));
  return false;
}

static void timer_set(int64_t us)
{
  struct timespec every = {us / CLOCK_SECOND, us % CLOCK_SECOND * 1000};
  struct itimerspec at = {.it_value = every, .it_interval = every};
  timer_settime(timer, 0, &at, NULL); /* fails for no timer, which was said */
}

void cutoff_start(int64_t us, cutoff_cut *cut, void *of)
{
  static bool open;
  if (timer_of != getpid())
    open = timer_open();
  was_cut = 0;
  cut_of = of;
  cut_now = cut;
  if (open)
    timer_set(us > 0 ? us : 1);
}

bool cutoff_stop(void)
{
  cut_now = NULL;
  timer_set(0);
  return was_cut;
}

#include "pool/admission.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool/process.h"
#include "pool/scaling.h"

#define WAIT_US (3 * CLOCK_SECOND)

static _Noreturn void child_run(const struct workers *w, int fd)
{
  FILE *why = fdopen(fd, "w");
  process_child_signals();
  process_child_unblock();
  struct scaling now = scaling_now(w);
  struct app_admission a = {.next = w->config, .workers = scaling_most(w->config, &now)};
  int refused = why && w->app->admit(w->app->context, &a, why) != 0;
  if (why)
    fclose(why);
  exit(refused);
}

/* Copies what the child writes, up to its end or the deadline.  false: the deadline came. */
static bool answer_copy(int fd, FILE *why)
{
  int64_t until_us = clock_mono_us() + WAIT_US;
  char part[1024];
  for (;;) {
    int64_t left_us = until_us - clock_mono_us();
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (left_us <= 0)
      return false;
    if (poll(&p, 1, (int)(left_us / 1000) + 1) <= 0)
      continue;
    ssize_t n = read(fd, part, sizeof part);
    if (n == 0 || (n < 0 && errno != EINTR))
      return true;
    if (n > 0)
      fwrite(part, 1, (size_t)n, why);
  }
}

bool admission_at_start(struct workers *w, FILE *why)
{
  int ends[2], status = 0;
  if (!w->app->admit || pipe2(ends, O_CLOEXEC) != 0)
    return true;
  pid_t pid = workers_fork(w, "checker");
  if (pid == 0) {
    close(ends[0]);
    child_run(w, ends[1]);
  }
  close(ends[1]);
  if (pid > 0 && !answer_copy(ends[0], why))
    kill(pid, SIGKILL);
  close(ends[0]);
  while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
    ;
  return pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) == 0;
}

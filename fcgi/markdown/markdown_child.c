/* A body that might take long is rendered by a child, so that it can be ended.  The kernel counts the
 * child's CPU time and ends it; the parent waits at most four times as long, as the machine may be
 * busy with others.  When it was so busy that the child had hardly run by then, that says nothing
 * about the body: the result is the machine's fault and nobody keeps it.  What the child found comes
 * through a pipe: one byte of result, then the output.  A deadline of the parent's own that comes earlier ends
 * the child too, and says nothing about the body either. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "markdown/markdown_tree.h"

static void child_limit(int cpu_ms)
{
  struct itimerval budget = {.it_value = {cpu_ms / 1000, cpu_ms % 1000 * 1000}};
  sigset_t ended_by;
  signal(SIGPROF, SIG_DFL);
  sigemptyset(&ended_by);
  sigaddset(&ended_by, SIGPROF);
  sigprocmask(SIG_UNBLOCK, &ended_by, NULL);
  setitimer(ITIMER_PROF, &budget, NULL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void child_send(int fd, const char *p, size_t n)
{
  while (n) {
    ssize_t sent = write(fd, p, n);
    if (sent < 0 && errno != EINTR)
      _exit(1);
    if (sent > 0) {
      p += sent;
      n -= (size_t)sent;
    }
  }
}

static _Noreturn void child_run(int fd, const struct markdown_limits *l, struct span source, markdown_writer *writer)
{
  struct buf out = BUF_INIT;
  signal(SIGPIPE, SIG_IGN);
  child_limit(l->cpu_ms);
  enum markdown_result result = markdown_tree_write(l, source, writer, &out);
  child_send(fd, (char[]){(char)result}, 1);
  if (result == MARKDOWN_OK)
    child_send(fd, out.p, out.n);
  _exit(0);
}

/* Everything until the end of file.  False: the deadline passed, or memory ran out. */
static bool parent_receive(int fd, int64_t deadline_us, struct buf *got)
{
  for (;;) {
    int64_t left = deadline_us - clock_mono_us();
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    if (left <= 0 || poll(&wait, 1, (int)(left / 1000) + 1) == 0)
      return false;
    if (!wait.revents)
      continue;
    if (!buf_reserve(got, 65536))
      return false;
    ssize_t n = read(fd, got->p + got->n, 65536);
    if (n == 0)
      return true;
    if (n > 0)
      got->n += (size_t)n;
    else if (errno != EINTR && errno != EAGAIN)
      return false;
  }
}

static int64_t cpu_us(const struct rusage *u)
{
  return (u->ru_utime.tv_sec + u->ru_stime.tv_sec) * CLOCK_SECOND + u->ru_utime.tv_usec + u->ru_stime.tv_usec;
}

/* `slow`: the child used a good part of its budget. */
static enum markdown_result parent_judge(bool whole, bool slow, int status, const struct buf *got)
{
  if (got->failed)
    return MARKDOWN_NO_MEMORY;
  if ((!whole && slow) || (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF))
    return MARKDOWN_TOO_SLOW;
  if (!whole)
    return MARKDOWN_NO_MEMORY;
  if (!got->n || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return MARKDOWN_NO_MEMORY;
  return (enum markdown_result)got->p[0];
}

enum markdown_result markdown_child_write(const struct markdown_limits *l, struct span source, markdown_writer *writer,
                                          struct buf *out)
{
  int ends[2];
  int64_t deadline_us = clock_mono_us() + (int64_t)l->cpu_ms * 4000;
  bool hurried = l->deadline_us && l->deadline_us < deadline_us; /* the page's time ends first */
  if (hurried)
    deadline_us = l->deadline_us;
  if (pipe2(ends, O_CLOEXEC) != 0)
    return MARKDOWN_NO_MEMORY;
  pid_t child = fork();
  if (child == 0)
    child_run(ends[1], l, source, writer);
  close(ends[1]);
  enum markdown_result result = MARKDOWN_NO_MEMORY;
  if (child > 0) {
    struct buf got = BUF_INIT;
    int status = 0;
    bool whole = parent_receive(ends[0], deadline_us, &got);
    if (!whole)
      kill(child, SIGKILL);
    struct rusage used = {0};
    while (wait4(child, &status, 0, &used) < 0 && errno == EINTR)
      ;
    result = !whole && hurried && !got.failed && clock_mono_us() >= deadline_us
                 ? MARKDOWN_NO_TIME
                 : parent_judge(whole, cpu_us(&used) * 8 >= (int64_t)l->cpu_ms * 1000, status, &got);
    if (result == MARKDOWN_OK)
      buf_put(out, got.p + 1, got.n - 1);
    buf_free(&got);
  }
  close(ends[0]);
  return result;
}

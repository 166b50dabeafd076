/* Renders a body in a child process, which can be killed.  The kernel kills the child when its CPU time is used up.
 * The parent waits up to four times as long, because the machine may be busy.  If the child has hardly run by then, the
 * result is MARKDOWN_NO_MEMORY: the machine is at fault, not the body.  If the caller's deadline comes first, the
 * parent kills the child, and the result is MARKDOWN_NO_TIME.  The child sends its answer through a pipe: one byte of
 * result, then the output. */
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
#include "base/title.h"
#include "markdown/markdown_tree.h"

static void child_limit(int cpu_ms)
{
  struct itimerval budget = {.it_value = {cpu_ms / 1000, cpu_ms % 1000 * 1000}};
  sigset_t signals;
  signal(SIGPROF, SIG_DFL);
  sigemptyset(&signals);
  sigaddset(&signals, SIGPROF);
  sigprocmask(SIG_UNBLOCK, &signals, NULL);
  setitimer(ITIMER_PROF, &budget, NULL);
  setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, 0}); /* it opens nothing; open descriptors stay */
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

/* Reads until the end of file.  False: the deadline passed, the pipe failed, or there is no memory. */
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

/* The body makes the parser fail every time. */
static bool is_fault(int signal)
{
  return signal == SIGABRT || signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL;
}

/* `slow`: the child used at least an eighth of its CPU time. */
static enum markdown_result parent_result(bool complete, bool slow, int status, const struct buf *got)
{
  if (got->failed)
    return MARKDOWN_NO_MEMORY;
  if ((!complete && slow) || (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF))
    return MARKDOWN_TOO_SLOW;
  if (!complete)
    return MARKDOWN_NO_MEMORY;
  if (WIFSIGNALED(status) && is_fault(WTERMSIG(status)))
    return MARKDOWN_FAILED;
  if (!got->n || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return MARKDOWN_NO_MEMORY;
  return (enum markdown_result)got->p[0];
}

enum markdown_result markdown_child_write(const struct markdown_limits *l, struct span source, markdown_writer *writer,
                                          struct buf *out)
{
  int ends[2];
  int64_t deadline_us = clock_mono_us() + (int64_t)l->cpu_ms * 4000;
  bool page_limited = l->deadline_us && l->deadline_us < deadline_us; /* the caller's deadline comes first */
  if (page_limited)
    deadline_us = l->deadline_us;
  if (pipe2(ends, O_CLOEXEC) != 0)
    return MARKDOWN_NO_MEMORY;
  pid_t child = fork();
  if (child == 0) {
    title_set("Markdown");
    child_run(ends[1], l, source, writer);
  }
  close(ends[1]);
  enum markdown_result result = MARKDOWN_NO_MEMORY;
  if (child > 0) {
    struct buf got = BUF_INIT;
    int status = 0;
    bool complete = parent_receive(ends[0], deadline_us, &got);
    if (!complete)
      kill(child, SIGKILL);
    struct rusage used = {0};
    while (wait4(child, &status, 0, &used) < 0 && errno == EINTR)
      ;
    result = !complete && page_limited && !got.failed && clock_mono_us() >= deadline_us
                 ? MARKDOWN_NO_TIME
                 : parent_result(complete, cpu_us(&used) * 8 >= (int64_t)l->cpu_ms * 1000, status, &got);
    if (result == MARKDOWN_OK)
      buf_put(out, got.p + 1, got.n - 1);
    buf_free(&got);
  }
  close(ends[0]);
  return result;
}

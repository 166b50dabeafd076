/* The log on a pipe or a socket whose reader is slow, stuck or gone: no process blocks, no line is cut, and the number
 * of lost lines is logged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"

#define WRITERS 8
#define LINES 20000
#define READ_BYTES ((size_t)2 << 20)
#define HUNG_S 60 /* a process that still writes after this time hangs */

enum { PIPE, SOCKET, PIPE_NOT_TO_BE_OPENED, KINDS };

struct ends {
  int read, write;
};

static struct ends ends_open(int kind)
{
  int fds[2];
  assert_int_equal(kind == SOCKET ? socketpair(AF_UNIX, SOCK_STREAM, 0, fds) : pipe(fds), 0);
  return (struct ends){fds[0], fds[1]};
}

/* In a child: makes fd its standard error. */
static void log_onto(int kind, int fd)
{
  if (fd != STDERR_FILENO)
    dup2(fd, STDERR_FILENO);
  signal(SIGPIPE, SIG_IGN);
  alarm(HUNG_S);
  if (kind == PIPE_NOT_TO_BE_OPENED) /* it can open no other descriptor */
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){3, 3});
}

static _Noreturn void writer(int kind, int fd, int lines)
{
  char text[3900];
  log_onto(kind, fd);
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = 0;
  for (int i = 0; i < lines; i++)
    log_warn("%.*s.", i % 4 ? 3800 : 50, text);
  _exit(0);
}

static void read_all(int fd, struct buf *out, size_t most)
{
  struct pollfd wait = {.fd = fd, .events = POLLIN};
  while (out->n < most && poll(&wait, 1, 0) > 0 && buf_reserve(out, 4096)) {
    ssize_t n = read(fd, out->p + out->n, 4096);
    if (n <= 0)
      return;
    out->n += (size_t)n;
  }
}

static bool ended_well(pid_t pid)
{
  int status;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
    ;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void lines_are_whole(struct span text)
{
  while (text.n) {
    struct span line = span_split(&text, '\n');
    assert_true(span_ends(line, SPAN(".")) || span_ends(line, SPAN("could not be written")));
    assert_true(span_starts(span_from(line, 25), SPAN("WARN ")));
  }
}

/* The state letter of ps: 'S' is a process that waits.  A writer can wait only for the log. */
static char state_of(pid_t pid)
{
  char path[64], state = 0;
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  FILE *f = fopen(path, "r");
  if (f && fscanf(f, "%*d %*s %c", &state) != 1)
    state = 0;
  if (f)
    fclose(f);
  return state;
}

static void a_stopped_reader_blocks_no_process(void **state)
{
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    struct ends e = ends_open(kind);
    struct buf got = BUF_INIT;
    pid_t writers[WRITERS];
    for (int i = 0; i < WRITERS; i++)
      if ((writers[i] = fork()) == 0)
        writer(kind, e.write, LINES);
    while (got.n < READ_BYTES) { /* one page at a time, so that the writers compete for each; then the reader stops */
      struct pollfd wait = {.fd = e.read, .events = POLLIN};
      if (poll(&wait, 1, 1000) <= 0)
        break; /* all lines are written */
      read_all(e.read, &got, got.n + 1);
      for (int i = 0; i < WRITERS; i++)
        assert_int_not_equal(state_of(writers[i]), 'S');
    }
    for (int i = 0; i < WRITERS; i++)
      assert_true(ended_well(writers[i]));
    assert_false(fcntl(e.write, F_GETFL) & O_NONBLOCK);
    read_all(e.read, &got, SIZE_MAX);
    lines_are_whole(buf_view(&got));
    buf_free(&got);
    close(e.read);
    close(e.write);
  }
}

static unsigned lost_lines(struct span text)
{
  unsigned lost = 0;
  while (text.n) {
    struct span line = span_split(&text, '\n');
    size_t at = span_find_span(line, SPAN("] "));
    if (span_ends(line, SPAN("could not be written")))
      lost += (unsigned)strtoul(line.p + at + 2, NULL, 10);
  }
  return lost;
}

static size_t lines_of(struct span text)
{
  size_t n = 0;
  while (text.n && span_split(&text, '\n').p)
    n++;
  return n;
}

/* A process fills the pipe and goes on.  When there is room again, its next line is preceded by the number of lost
 * lines. */
static void the_number_of_lost_lines_is_logged(void **state)
{
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    struct ends e = ends_open(kind);
    struct buf got = BUF_INIT;
    pid_t pid = fork();
    if (pid == 0) {
      log_onto(kind, e.write);
      for (int i = 0; i < LINES; i++)
        log_warn("line %d.", i);
      if (kill(getpid(), SIGSTOP) != 0)
        _exit(1);
      log_warn("after it.");
      _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    read_all(e.read, &got, SIZE_MAX);
    size_t before = lines_of(buf_view(&got));
    kill(pid, SIGCONT);
    assert_true(ended_well(pid));
    read_all(e.read, &got, SIZE_MAX);
    assert_true(before < LINES);
    assert_int_equal(before + lost_lines(buf_view(&got)), LINES);
    assert_true(span_ends(buf_view(&got), SPAN("after it.\n")));
    buf_free(&got);
    close(e.read);
    close(e.write);
  }
}

/* Standard error is replaced by another file while the process runs. */
static void it_follows_a_new_standard_error(void **state)
{
  struct ends first = ends_open(PIPE), second = ends_open(PIPE);
  struct buf got = BUF_INIT;
  pid_t pid = fork();
  (void)state;
  if (pid == 0) {
    log_onto(PIPE, first.write);
    log_warn("one.");
    dup2(second.write, STDERR_FILENO);
    log_warn("two.");
    close_range(3, ~0u, 0);
    log_warn("three.");
    _exit(0);
  }
  assert_true(ended_well(pid));
  read_all(first.read, &got, SIZE_MAX);
  assert_int_equal(lines_of(buf_view(&got)), 1);
  buf_clear(&got);
  read_all(second.read, &got, SIZE_MAX);
  assert_int_equal(lines_of(buf_view(&got)), 2);
  buf_free(&got);
}

/* May the next line be written before the minute is over? */
static bool is_news(struct log_limit *limit, unsigned number, const char *message)
{
  int64_t later_us = limit->last_us + 60 * INT64_C(1000000);
  limit->next_us = later_us;
  log_limit_news(limit, number, message);
  return limit->next_us < later_us;
}

static void other_figures_are_no_news(void **state)
{
  struct log_limit limit = {.last_us = 1000000};
  (void)state;
  log_limit_news(&limit, 0, "no answer within 1003 ms");
  assert_false(is_news(&limit, 0, "no answer within 1004 ms"));
  assert_false(is_news(&limit, 0, "no answer within 10 ms"));
  assert_true(is_news(&limit, 2013, "no answer within 10 ms"));
  assert_true(is_news(&limit, 2013, "lost connection (110)"));
  assert_false(is_news(&limit, 2013, "lost connection (104)"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_stopped_reader_blocks_no_process),
      cmocka_unit_test(the_number_of_lost_lines_is_logged),
      cmocka_unit_test(it_follows_a_new_standard_error),
      cmocka_unit_test(other_figures_are_no_news),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

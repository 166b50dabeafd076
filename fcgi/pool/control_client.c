#include "pool/control_client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

static int connect_to(const char *path, FILE *err)
{
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof a.sun_path) {
    fprintf(err, "diptych: control = \"%s\" is longer than a UNIX socket's path may be\n", path);
    return -1;
  }
  strcpy(a.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
    return fd;
  int why = errno;
  if (fd >= 0)
    close(fd);
  if (why == ENOENT || why == ECONNREFUSED)
    fprintf(err, "diptych: no pool runs on %s: start one with `diptych serve`, or name its --config\n", path);
  else
    fprintf(err, "diptych: %s: %s%s\n", path, strerror(why),
            why == EACCES ? ": only the pool's own account and root may use it (sudo)" : "");
  return -1;
}

static bool answer_read(int fd, int wait_ms, struct buf *answer)
{
  int64_t until_us = clock_mono_us() + (int64_t)wait_ms * 1000;
  char part[8192];
  for (;;) {
    int64_t left_us = until_us - clock_mono_us();
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int ready = left_us > 0 ? poll(&p, 1, (int)(left_us / 1000) + 1) : 0;
    if (ready < 0 && errno == EINTR)
      continue;
    if (ready <= 0)
      return false;
    ssize_t n = read(fd, part, sizeof part);
    if (n == 0)
      return true;
    if (n < 0 && errno != EINTR)
      return answer->n > 0;
    if (n > 0)
      buf_put(answer, part, (size_t)n);
  }
}

bool control_client_reaches(const char *control)
{
  char *ignored = NULL;
  size_t n = 0;
  FILE *err = open_memstream(&ignored, &n);
  int fd = err ? connect_to(control, err) : -1;
  if (fd >= 0)
    close(fd);
  if (err)
    fclose(err);
  free(ignored);
  return fd >= 0;
}

/* The pool that runs may be on the socket that the file named before. */
static void absence_explain(const char *control, FILE *err)
{
  if (access(control, F_OK) != 0 && errno == ENOENT)
    fputs("diptych: after a change of control, a pool keeps its socket until it restarts: a signal to its master still "
          "reloads it (HUP), upgrades it (USR2) or stops it (TERM)\n", err);
}

int control_client_call(const char *control, const struct control_call *call)
{
  struct buf answer = BUF_INIT;
  char line[256];
  int n = snprintf(line, sizeof line, "%s\n", call->line), fd = connect_to(control, call->err), status = 1;
  if (fd < 0) {
    absence_explain(control, call->err);
    return 1;
  }
  if (n >= (int)sizeof line || send(fd, line, (size_t)n, MSG_NOSIGNAL) != n)
    fprintf(call->err, "diptych: the pool on %s does not take the command\n", control);
  else if (!answer_read(fd, call->wait_ms, &answer))
    fprintf(call->err, "diptych: no answer from the pool on %s within %d ms; its log may say why\n", control,
            call->wait_ms);
  else {
    struct span rest = buf_view(&answer), first = span_split(&rest, '\n');
    status = span_eq(first, SPAN("ok")) ? 0 : span_eq(first, SPAN("invalid")) ? 2 : 1;
    if (!first.n)
      fprintf(call->err, "diptych: the pool on %s closed without an answer\n", control);
    fwrite(rest.p ? rest.p : "", 1, rest.n, status ? call->err : call->out);
  }
  buf_free(&answer);
  close(fd);
  return status;
}

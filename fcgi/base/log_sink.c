#include "base/log_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <stdint.h>
#include <sys/uio.h>
#include <unistd.h>

/* Our own file description of standard error; a child inherits it.  fd -1: none. */
static struct {
  int fd;
  dev_t dev;
  ino_t ino;
} own = {.fd = -1};

static bool is_same(int fd)
{
  struct stat s;
  return fd >= 0 && fstat(fd, &s) == 0 && s.st_dev == own.dev && s.st_ino == own.ino;
}

/* Opens it again when standard error is another file now, or when other code has closed our descriptor. */
static int own_open(const struct stat *of)
{
  if (own.dev == of->st_dev && own.ino == of->st_ino && is_same(own.fd))
    return own.fd;
  if (is_same(own.fd))
    close(own.fd);
  own.dev = of->st_dev;
  own.ino = of->st_ino;
  own.fd = -1;
  int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd >= 0) {
    own.fd = fcntl(fd, F_DUPFD_CLOEXEC, 3); /* never 0, 1 or 2, which may be closed */
    close(fd);
  }
  return own.fd;
}

static bool is_reopened(const struct stat *s)
{
  return S_ISFIFO(s->st_mode) || S_ISCHR(s->st_mode);
}

void log_sink_open(void)
{
  struct stat s;
  if (fstat(STDERR_FILENO, &s) == 0 && is_reopened(&s))
    (void)own_open(&s);
}

static ssize_t write_now(const struct stat *s, const char *line, size_t n)
{
  struct iovec whole = {(void *)(uintptr_t)line, n};
  struct pollfd room = {.fd = STDERR_FILENO, .events = POLLOUT};
  if (S_ISSOCK(s->st_mode))
    return send(STDERR_FILENO, line, n, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (!is_reopened(s))
    return write(STDERR_FILENO, line, n);
  int fd = own_open(s);
  if (fd >= 0)
    return write(fd, line, n);
  ssize_t written = pwritev2(STDERR_FILENO, &whole, 1, -1, RWF_NOWAIT);
  if (written >= 0 || errno == EAGAIN)
    return written;
  return poll(&room, 1, 0) > 0 && !(room.revents & POLLERR) ? write(STDERR_FILENO, line, n) : -1;
}

bool log_sink_write(const char *line, size_t n)
{
  struct stat s;
  ssize_t written;
  if (fstat(STDERR_FILENO, &s) != 0)
    return false;
  do
    written = write_now(&s, line, n);
  while (written < 0 && errno == EINTR);
  return written == (ssize_t)n;
}

#include "pool/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pool/descriptor.h"

#define LOAD(field) atomic_load_explicit(&(field), memory_order_acquire)

const char *log_file_path(const struct config *c)
{
  return *c->request_log == '/' ? c->request_log : NULL;
}

/* O_NONBLOCK: a pipe without a reader is a fault, not a wait. */
int log_file_open_path(const struct config *c, FILE *why)
{
  const char *path = log_file_path(c);
  int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
  if (fd < 0) {
    config_blame(c, "request_log", why);
    fprintf(why, "request_log = \"%s\": %s: let the account of the pool write to the file and its folder\n", path, strerror(errno));
  }
  return fd;
}

static void fd_close(int *fd)
{
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

bool log_file_open(struct log_file *l, const struct config *c, FILE *why)
{
  const char *path = log_file_path(c);
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, l->queue) != 0) {
    fprintf(why, "cannot start: %s\n", strerror(errno));
    return false;
  }
  return !path || (l->fd = log_file_open_path(c, why)) >= 0;
}

void log_file_close(struct log_file *l)
{
  fd_close(&l->fd);
  fd_close(&l->held_fd);
  fd_close(&l->queue[0]);
  fd_close(&l->queue[1]);
}

bool log_file_try(struct log_file *l, const struct config *next, FILE *why)
{
  const char *path = log_file_path(next);
  int fd = path ? log_file_open_path(next, why) : -1;
  if (path && fd < 0)
    return false;
  l->held_fd = l->fd;
  l->fd = fd;
  l->trying = true;
  return true;
}

void log_file_keep(struct log_file *l)
{
  fd_close(&l->held_fd);
  l->trying = false;
}

void log_file_return(struct log_file *l)
{
  if (!l->trying)
    return;
  fd_close(&l->fd);
  l->fd = l->held_fd;
  l->held_fd = -1;
  l->trying = false;
}

static unsigned workers_behind(const struct log_file *l, const struct scoreboard *b)
{
  unsigned n = 0, used = LOAD(b->used);
  for (unsigned i = 0; i < used && i < SCOREBOARD_SLOTS; i++)
    n += LOAD(b->slots[i].pid) && LOAD(b->slots[i].log_number) != l->number;
  return n;
}

static bool queue_empty(const struct log_file *l)
{
  struct pollfd p = {.fd = l->queue[1], .events = POLLIN};
  return poll(&p, 1, 0) == 0;
}

/* When the queue is full, the rest follows after the workers have taken some. */
static void copies_send(const struct log_file *l, unsigned n)
{
  while (n && descriptor_send(l->queue[0], l->fd, l->number, 0))
    n--;
}

static void queue_drain(const struct log_file *l)
{
  unsigned number;
  for (int fd; (fd = descriptor_receive(l->queue[1], &number)) >= 0;)
    close(fd);
}

static enum log_file_result reopen(struct log_file *l, const struct config *c, struct scoreboard *b, FILE *why)
{
  const char *path = log_file_path(c);
  int fd = path && l->fd >= 0 ? log_file_open_path(c, why) : -1;
  l->wanted = false;
  if (!path)
    fprintf(why, "request_log = %s: there is no file to reopen\n", c->request_log);
  if (fd < 0)
    return LOG_FILE_FAILED;
  close(l->fd);
  l->fd = fd;
  l->number++;
  l->pending = true;
  copies_send(l, workers_behind(l, b));
  atomic_store(&b->log_number, l->number);
  return LOG_FILE_NOTHING;
}

enum log_file_result log_file_turn(struct log_file *l, const struct config *c, struct scoreboard *b, FILE *why)
{
  if (l->wanted && !l->trying)
    return reopen(l, c, b, why);
  if (!l->pending)
    return LOG_FILE_NOTHING;
  unsigned behind = workers_behind(l, b);
  if (behind && !l->trying && queue_empty(l))
    copies_send(l, behind);
  if (behind)
    return LOG_FILE_NOTHING;
  queue_drain(l);
  l->pending = false;
  return LOG_FILE_DONE;
}

void log_file_enter(struct log_file *l, struct scoreboard_slot *slot)
{
  fd_close(&l->held_fd);
  fd_close(&l->queue[0]);
  atomic_store(&slot->log_number, l->number);
}

void log_file_take(struct log_file *l, const struct scoreboard *b, struct scoreboard_slot *slot)
{
  unsigned wanted = LOAD(b->log_number), number = 0;
  if (l->fd < 0) /* the configuration of this worker has no file */
    l->number = wanted;
  while (l->number != wanted) {
    int fd = descriptor_receive(l->queue[1], &number);
    if (fd < 0)
      return; /* none is left for now: the master sends more */
    if (number == wanted && dup3(fd, l->fd, O_CLOEXEC) >= 0)
      l->number = number;
    close(fd);
  }
  atomic_store(&slot->log_number, l->number);
}

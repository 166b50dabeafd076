#include "image/image_worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "image/image_worker_child.h"

struct image_worker {
  int epoll_fd;
  pid_t pid;        /* 0: none */
  pid_t ending_pid; /* was killed and is not reaped yet; 0: none */
  int fd;           /* this end of the socket pair; -1: none */
  bool busy;        /* a picture was begun and has no result yet */
  struct buf out;   /* the request */
  size_t sent;      /* bytes of the request */
  struct buf in;    /* the answer, with its length */
};

struct image_worker *image_worker_new(int epoll_fd)
{
  struct image_worker *w = calloc(1, sizeof *w);
  if (w)
    *w = (struct image_worker){.epoll_fd = epoll_fd, .fd = -1};
  return w;
}

static void reap(struct image_worker *w, int options)
{
  pid_t ended = 0;
  while (w->ending_pid && (ended = waitpid(w->ending_pid, NULL, options)) < 0 && errno == EINTR)
    ;
  if (ended != 0)
    w->ending_pid = 0;
}

void image_worker_free(struct image_worker **w)
{
  if (!*w)
    return;
  image_worker_end(*w);
  reap(*w, 0);
  buf_free(&(*w)->out);
  buf_free(&(*w)->in);
  free(*w);
  *w = NULL;
}

/* A killed process may take some time to exit.  It is reaped later, so that this call need not wait for it. */
void image_worker_end(struct image_worker *w)
{
  if (w->fd >= 0) {
    epoll_ctl(w->epoll_fd, EPOLL_CTL_DEL, w->fd, NULL);
    close(w->fd);
  }
  if (w->pid > 0) {
    reap(w, 0);
    kill(w->pid, SIGKILL);
    w->ending_pid = w->pid;
  }
  w->fd = -1;
  w->pid = 0;
  w->busy = false;
}

void image_worker_tidy(struct image_worker *w)
{
  reap(w, WNOHANG);
  if (w->pid > 0 && waitpid(w->pid, NULL, WNOHANG) == w->pid)
    w->pid = 0; /* the pid may be reused; the end of file on the socket reports the exit */
}

static bool socket_watch(struct image_worker *w, int operation)
{
  struct epoll_event e = {.events = w->busy && w->sent < w->out.n ? EPOLLIN | EPOLLOUT : EPOLLIN};
  return epoll_ctl(w->epoll_fd, operation, w->fd, &e) == 0;
}

static bool process_start(struct image_worker *w)
{
  int ends[2];
  if (w->fd >= 0)
    return true;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return false;
  w->pid = fork();
  if (w->pid == 0)
    image_worker_child_run(ends[1]);
  close(ends[1]);
  w->fd = ends[0];
  return w->pid > 0 && socket_watch(w, EPOLL_CTL_ADD);
}

/* False: the child is gone. */
static bool request_send(struct image_worker *w)
{
  while (w->sent < w->out.n) {
    ssize_t n = send(w->fd, w->out.p + w->sent, w->out.n - w->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno != EINTR)
      return errno == EAGAIN;
    w->sent += n > 0 ? (size_t)n : 0;
  }
  return socket_watch(w, EPOLL_CTL_MOD);
}

bool image_worker_begin(struct image_worker *w, struct span packed)
{
  uint32_t n = (uint32_t)packed.n;
  buf_clear(&w->out);
  buf_put(&w->out, &n, sizeof n);
  buf_span(&w->out, packed);
  if (packed.n > IMAGE_WORKER_PACKED_MAX || w->out.failed)
    return false;
  if (!process_start(w)) {
    log_error("cannot start an image worker: %s", strerror(errno));
    image_worker_end(w);
    return false;
  }
  buf_clear(&w->in);
  w->sent = 0;
  w->busy = true;
  return socket_watch(w, EPOLL_CTL_MOD); /* image_worker_poll sends the request when the socket is writable */
}

/* Bytes of the answer that have not arrived; SIZE_MAX: the answer is too long. */
static size_t answer_missing(const struct image_worker *w)
{
  uint32_t n;
  if (w->in.n < sizeof n)
    return sizeof n - w->in.n;
  memcpy(&n, w->in.p, sizeof n);
  return n > IMAGE_WORKER_PNG_MAX ? SIZE_MAX : sizeof n + n - w->in.n;
}

/* Without a request under way, any byte and an end of file mean that the child is gone. */
static enum image_worker_result answer_receive(struct image_worker *w)
{
  size_t most;
  char none;
  while ((most = w->busy ? answer_missing(w) : 1) > 0) {
    if (most == SIZE_MAX || (w->busy && !buf_reserve(&w->in, most)))
      return IMAGE_WORKER_GONE;
    ssize_t n = recv(w->fd, w->busy ? w->in.p + w->in.n : &none, most, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
      return IMAGE_WORKER_WORKS;
    if (n == 0 || !w->busy || (n < 0 && errno != EINTR))
      return IMAGE_WORKER_GONE;
    w->in.n += n > 0 ? (size_t)n : 0;
  }
  return w->in.n > sizeof(uint32_t) ? IMAGE_WORKER_DRAWN : IMAGE_WORKER_REFUSED;
}

enum image_worker_result image_worker_poll(struct image_worker *w, struct buf *png)
{
  bool busy = w->busy;
  if (w->fd < 0)
    return busy ? IMAGE_WORKER_GONE : IMAGE_WORKER_WORKS;
  enum image_worker_result result = busy && !request_send(w) ? IMAGE_WORKER_GONE : answer_receive(w);
  if (result == IMAGE_WORKER_GONE) {
    image_worker_end(w);
    return busy ? IMAGE_WORKER_GONE : IMAGE_WORKER_WORKS;
  }
  if (result == IMAGE_WORKER_DRAWN)
    buf_span(png, span_from(buf_view(&w->in), sizeof(uint32_t)));
  if (result != IMAGE_WORKER_WORKS)
    w->busy = false;
  return result;
}

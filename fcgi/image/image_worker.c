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
  pid_t pid;   /* 0: none */
  pid_t dying; /* was told to end and is not buried yet; 0: none */
  int fd;    /* our end of a pair of sockets */
  bool asked;
  struct buf out; /* of the question: what has been sent is `sent` */
  size_t sent;
  struct buf in;  /* of the answer, with its length */
};

struct image_worker *image_worker_new(int epoll_fd)
{
  struct image_worker *p = calloc(1, sizeof *p);
  if (p)
    *p = (struct image_worker){.epoll_fd = epoll_fd, .fd = -1};
  return p;
}

static void reap(struct image_worker *p, int how)
{
  pid_t ended = 0;
  while (p->dying && (ended = waitpid(p->dying, NULL, how)) < 0 && errno == EINTR)
    ;
  if (ended != 0)
    p->dying = 0;
}

void image_worker_free(struct image_worker **p)
{
  if (!*p)
    return;
  image_worker_end(*p);
  reap(*p, 0);
  buf_free(&(*p)->out);
  buf_free(&(*p)->in);
  free(*p);
  *p = NULL;
}

/* Even an end may take its time, which is nobody's to wait for: it is buried later. */
void image_worker_end(struct image_worker *p)
{
  if (p->fd >= 0) {
    epoll_ctl(p->epoll_fd, EPOLL_CTL_DEL, p->fd, NULL);
    close(p->fd);
  }
  if (p->pid > 0) {
    reap(p, 0);
    kill(p->pid, SIGKILL);
    p->dying = p->pid;
  }
  p->fd = -1;
  p->pid = 0;
  p->asked = false;
}

void image_worker_tidy(struct image_worker *p)
{
  reap(p, WNOHANG);
  if (p->pid > 0 && waitpid(p->pid, NULL, WNOHANG) == p->pid)
    p->pid = 0; /* a number that may soon be somebody else's; its socket tells the rest */
}

static bool socket_watch(struct image_worker *p, int how)
{
  struct epoll_event e = {.events = p->asked && p->sent < p->out.n ? EPOLLIN | EPOLLOUT : EPOLLIN};
  return epoll_ctl(p->epoll_fd, how, p->fd, &e) == 0;
}

static bool start(struct image_worker *p)
{
  int ends[2];
  if (p->fd >= 0)
    return true;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return false;
  p->pid = fork();
  if (p->pid == 0)
    image_worker_child_run(ends[1]);
  close(ends[1]);
  p->fd = ends[0];
  return p->pid > 0 && socket_watch(p, EPOLL_CTL_ADD);
}

/* false: it is gone. */
static bool ask(struct image_worker *p)
{
  while (p->sent < p->out.n) {
    ssize_t n = send(p->fd, p->out.p + p->sent, p->out.n - p->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno != EINTR)
      return errno == EAGAIN;
    p->sent += n > 0 ? (size_t)n : 0;
  }
  return socket_watch(p, EPOLL_CTL_MOD);
}

bool image_worker_begin(struct image_worker *p, struct span packed)
{
  uint32_t n = (uint32_t)packed.n;
  buf_clear(&p->out);
  buf_put(&p->out, &n, sizeof n);
  buf_span(&p->out, packed);
  if (packed.n > PAINTER_PACKED_MOST || p->out.failed)
    return false;
  if (!start(p)) {
    log_error("cannot start an image worker: %s", strerror(errno));
    image_worker_end(p);
    return false;
  }
  buf_clear(&p->in);
  p->sent = 0;
  p->asked = true;
  return socket_watch(p, EPOLL_CTL_MOD); /* it is told as soon as its socket can take it */
}

/* Of the answer, as far as it has come. */
static size_t missing(const struct image_worker *p)
{
  uint32_t n;
  if (p->in.n < sizeof n)
    return sizeof n - p->in.n;
  memcpy(&n, p->in.p, sizeof n);
  return n > PAINTER_PNG_MOST ? SIZE_MAX : sizeof n + n - p->in.n;
}

/* Without an open question any byte or end means that it is gone. */
static enum image_worker_result hear(struct image_worker *p)
{
  size_t most;
  char none;
  while ((most = p->asked ? missing(p) : 1) > 0) {
    if (most == SIZE_MAX || (p->asked && !buf_reserve(&p->in, most)))
      return IMAGE_WORKER_GONE;
    ssize_t n = recv(p->fd, p->asked ? p->in.p + p->in.n : &none, most, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
      return IMAGE_WORKER_WORKS;
    if (n == 0 || !p->asked || (n < 0 && errno != EINTR))
      return IMAGE_WORKER_GONE;
    p->in.n += n > 0 ? (size_t)n : 0;
  }
  return p->in.n > sizeof(uint32_t) ? IMAGE_WORKER_DRAWN : IMAGE_WORKER_REFUSED;
}

enum image_worker_result image_worker_look(struct image_worker *p, struct buf *png)
{
  bool asked = p->asked;
  if (p->fd < 0)
    return asked ? IMAGE_WORKER_GONE : IMAGE_WORKER_WORKS;
  enum image_worker_result result = asked && !ask(p) ? IMAGE_WORKER_GONE : hear(p);
  if (result == IMAGE_WORKER_GONE) {
    image_worker_end(p);
    return asked ? IMAGE_WORKER_GONE : IMAGE_WORKER_WORKS;
  }
  if (result == IMAGE_WORKER_DRAWN)
    buf_span(png, span_from(buf_view(&p->in), sizeof(uint32_t)));
  if (result != IMAGE_WORKER_WORKS)
    p->asked = false;
  return result;
}

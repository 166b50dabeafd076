/* Handing kept connections over: what a leaving worker no longer serves goes, as a descriptor, through
 * one socket pair of the pool to whichever worker comes for it.
 *
 * The peer notices nothing, and a request that it sends meanwhile waits in the connection's own buffer.
 * Closing such a connection instead would race with that request: nginx reads of the end only after it
 * has chosen the connection, and answers 502.  When the whole pool ends, or the master is dead, there
 * is nobody to hand over to, and gateway.c does what is left to do.
 *
 * A descriptor under way belongs to nobody.  So a worker that leaves because the pool stops looks once
 * more after the last that it could have handed over itself: whoever sent later will do the same. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pool/gateway_state.h"

#define FULL_MS 50 /* that the others have to take some, when too many are under way */

union descriptor {
  struct cmsghdr head;
  char room[CMSG_SPACE(sizeof(int))];
};

static bool master_lives(const struct gateway *g)
{
  struct pollfd life = {.fd = g->s->life_fd, .events = POLLIN};
  return poll(&life, 1, 0) == 0;
}

static bool descriptor_send(int to, int fd)
{
  union descriptor control = {.head = {.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
  char letter = 'c';
  struct iovec byte = {.iov_base = &letter, .iov_len = 1};
  struct msghdr m = {.msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  struct pollfd room = {.fd = to, .events = POLLOUT};
  ssize_t n;
  memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
  do
    n = sendmsg(to, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && (errno == EINTR || (errno == EAGAIN && poll(&room, 1, FULL_MS) > 0)));
  return n > 0;
}

static int descriptor_receive(int from)
{
  union descriptor control;
  char byte;
  struct iovec part = {.iov_base = &byte, .iov_len = 1};
  struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t n;
  int fd = -1;
  do
    n = recvmsg(from, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  while (n < 0 && errno == EINTR);
  if (n > 0 && m.msg_controllen && control.head.cmsg_type == SCM_RIGHTS)
    memcpy(&fd, CMSG_DATA(&control.head), sizeof fd);
  return fd;
}

bool gateway_send_fd(struct gateway *g, struct connection *c)
{
  if (atomic_load(&g->s->board->stopping) || !master_lives(g) ||
      !descriptor_send(g->s->transfer_fds[0], c->fd))
    return false;
  gateway_drop(g, c);
  return true;
}

void gateway_send_all_fds(struct gateway *g)
{
  for (struct connection *c = g->oldest, *newer; c; c = newer) {
    newer = c->newer;
    if (gateway_kept_idle(c))
      gateway_send_fd(g, c);
  }
}

bool gateway_receive_fd(struct gateway *g)
{
  int fd = descriptor_receive(g->s->transfer_fds[1]);
  if (fd < 0)
    return false;
  gateway_room(g);
  struct connection *c = connection_new(fd);
  if (c) {
    gateway_add(g, c);
    gateway_turn(g, c, (struct gateway_event){.waited = false});
  }
  return true;
}

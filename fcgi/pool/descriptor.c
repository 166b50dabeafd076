#include "pool/descriptor.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

union descriptor {
  struct cmsghdr head;
  char room[CMSG_SPACE(sizeof(int))];
};

bool descriptor_send(int to, int fd, unsigned number, int wait_ms)
{
  union descriptor control = {.head = {.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
  struct iovec data = {.iov_base = &number, .iov_len = sizeof number};
  struct msghdr m = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  struct pollfd room = {.fd = to, .events = POLLOUT};
  ssize_t n;
  memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
  do
    n = sendmsg(to, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && (errno == EINTR || (errno == EAGAIN && wait_ms && poll(&room, 1, wait_ms) > 0)));
  return n > 0;
}

int descriptor_receive(int from, unsigned *number)
{
  union descriptor control;
  struct iovec data = {.iov_base = number, .iov_len = sizeof *number};
  struct msghdr m = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t n;
  int fd = -1;
  do
    n = recvmsg(from, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  while (n < 0 && errno == EINTR);
  if (n > 0 && m.msg_controllen && control.head.cmsg_type == SCM_RIGHTS)
    memcpy(&fd, CMSG_DATA(&control.head), sizeof fd);
  return fd;
}

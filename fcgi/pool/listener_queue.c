/* The length of the listen queue.  For TCP it is in TCP_INFO.  For UNIX sockets only the kernel's socket diagnostics
 * report it (sock_diag(7), NETLINK_SOCK_DIAG with UDIAG_SHOW_RQLEN); ss -xl shows the same numbers.  On a kernel
 * without socket diagnostics the length is unknown, and nothing else depends on it. */
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pool/listener.h"
#include "pool/scoreboard.h"

static bool queue_tcp(int fd, unsigned *waiting, unsigned *most)
{
  struct tcp_info info;
  socklen_t n = sizeof info;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0)
    return false;
  *waiting = info.tcpi_unacked; /* on a listening socket: the length of the queue and its limit */
  *most = info.tcpi_sacked;
  return true;
}

static bool answer_read(const char *p, size_t n, unsigned *waiting, unsigned *most)
{
  struct nlmsghdr head;
  struct nlattr attr;
  struct unix_diag_rqlen lengths;
  size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct unix_diag_msg));
  if (n < sizeof head)
    return false;
  memcpy(&head, p, sizeof head);
  if (head.nlmsg_type != SOCK_DIAG_BY_FAMILY || head.nlmsg_len > n)
    return false;
  for (; at + sizeof attr <= head.nlmsg_len; at += NLA_ALIGN(attr.nla_len)) {
    memcpy(&attr, p + at, sizeof attr);
    if (attr.nla_type == UNIX_DIAG_RQLEN && at + NLA_HDRLEN + sizeof lengths <= head.nlmsg_len) {
      memcpy(&lengths, p + at + NLA_HDRLEN, sizeof lengths);
      *waiting = lengths.udiag_rqueue;
      *most = lengths.udiag_wqueue;
      return true;
    }
    if (attr.nla_len < sizeof attr)
      return false;
  }
  return false;
}

static bool queue_unix(int fd, unsigned *waiting, unsigned *most)
{
  struct stat st;
  char buffer[1024];
  struct {
    struct nlmsghdr head;
    struct unix_diag_req ask;
  } q = {.head = {.nlmsg_len = sizeof q, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST},
         .ask = {.sdiag_family = AF_UNIX,
                 .udiag_states = ~0u,
                 .udiag_show = UDIAG_SHOW_RQLEN,
                 .udiag_cookie = {~0u, ~0u}}};
  int diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
  bool found = false;
  if (diag >= 0 && fstat(fd, &st) == 0) {
    q.ask.udiag_ino = (unsigned)st.st_ino;
    ssize_t n = send(diag, &q, sizeof q, 0) == (ssize_t)sizeof q ? recv(diag, buffer, sizeof buffer, MSG_DONTWAIT) : -1;
    found = n > 0 && answer_read(buffer, (size_t)n, waiting, most);
  }
  if (diag >= 0)
    close(diag);
  return found;
}

void listener_queue_record(const struct listener *l, struct scoreboard *b)
{
  unsigned waiting = 0, most = 0;
  if (!(l->is_unix ? queue_unix(l->fd, &waiting, &most) : queue_tcp(l->fd, &waiting, &most)))
    return;
  atomic_store(&b->listen_queue, waiting);
  atomic_store(&b->listen_queue_limit, most);
  if (most && waiting >= most)
    SCOREBOARD_COUNT(b, listen_full);
}

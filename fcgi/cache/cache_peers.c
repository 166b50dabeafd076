#include "cache/cache_peers.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define FDS_MAX 4096 /* more than a worker opens */

bool cache_peers_add(struct cache_peers *p, const char *path, uint16_t port)
{
  if (p->n == CACHE_PEERS_MAX || (path && strlen(path) >= CACHE_PEERS_PATH))
    return false;
  snprintf(p->v[p->n].path, CACHE_PEERS_PATH, "%s", path ? path : "");
  p->v[p->n++].port = port;
  return true;
}

/* The server may use another path to the same file, or run in another mount namespace. */
static bool is_same_socket(const char *peer, const char *configured)
{
  struct stat a, b;
  const char *peer_name = strrchr(peer, '/'), *name = strrchr(configured, '/');
  if (strcmp(peer, configured) == 0)
    return true;
  if (stat(peer, &a) == 0)
    return stat(configured, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
  return peer_name && name && strcmp(peer_name, name) == 0;
}

static bool is_peer(const struct cache_peers *p, int fd)
{
  union {
    struct sockaddr any;
    struct sockaddr_un un;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    char bytes[sizeof(struct sockaddr_un) + 1];
  } at;
  socklen_t n = sizeof(struct sockaddr_un);
  memset(&at, 0, sizeof at); /* also terminates a path that fills sun_path */
  if (getpeername(fd, &at.any, &n) != 0)
    return false;
  for (size_t i = 0; i < p->n; i++)
    if (p->v[i].path[0] ? at.any.sa_family == AF_UNIX && at.un.sun_path[0] && is_same_socket(at.un.sun_path, p->v[i].path)
                        : (at.any.sa_family == AF_INET && ntohs(at.in.sin_port) == p->v[i].port) ||
                              (at.any.sa_family == AF_INET6 && ntohs(at.in6.sin6_port) == p->v[i].port))
      return true;
  return false;
}

bool cache_peers_readable(const struct cache_peers *p)
{
  for (int fd = 0; fd < FDS_MAX; fd++) {
    struct pollfd pfd = {.fd = fd, .events = POLLIN};
    if (is_peer(p, fd) && poll(&pfd, 1, 0) > 0 && (pfd.revents & POLLIN))
      return true;
  }
  return false;
}

void cache_peers_shut(const struct cache_peers *p)
{
  for (int fd = 0; fd < FDS_MAX; fd++)
    if (is_peer(p, fd))
      shutdown(fd, SHUT_RDWR);
}

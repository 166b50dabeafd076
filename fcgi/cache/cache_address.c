#include "cache/cache_address.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/name_lookup.h"

#define FDS_MAX 4096 /* more than a worker opens */
#define PORT_USUAL 11211

static bool port_parse(struct span text, uint16_t *port)
{
  unsigned n = 0;
  for (size_t i = 0; i < text.n && n < 65536; i++)
    n = text.p[i] >= '0' && text.p[i] <= '9' ? n * 10 + (unsigned)(text.p[i] - '0') : 65536;
  *port = (uint16_t)n;
  return text.n && n > 0 && n < 65536;
}

/* Splits "host:port", "host" and "[host]:port". */
static bool host_parse(struct cache_address *a, struct span server)
{
  struct span host = server;
  size_t colon = server.n;
  while (colon && server.p[colon - 1] != ':' && server.p[colon - 1] != ']')
    colon--;
  a->port = PORT_USUAL;
  if (colon && server.p[colon - 1] == ':') {
    host = span_head(server, colon - 1);
    if (!port_parse(span_from(server, colon), &a->port))
      return false;
  }
  if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
    host = span_of(host.p + 1, host.n - 2);
  if (!host.n || host.n >= sizeof a->host)
    return false;
  memcpy(a->host, host.p, host.n);
  a->host[host.n] = 0;
  return true;
}

static void port_set(union cache_sockaddr *s, uint16_t port)
{
  if (s->any.sa_family == AF_INET)
    ((struct sockaddr_in *)&s->room)->sin_port = htons(port);
  else
    ((struct sockaddr_in6 *)&s->room)->sin6_port = htons(port);
}

/* Keeps using the same address when it is still in the list. */
static void list_take(struct cache_address *a, const struct addrinfo *list)
{
  union cache_sockaddr used = a->v[a->at];
  a->n = a->at = 0;
  for (; list && a->n < CACHE_ADDRESS_CHOICES; list = list->ai_next) {
    union cache_sockaddr *s = &a->v[a->n];
    if (list->ai_family != AF_INET && list->ai_family != AF_INET6)
      continue;
    memset(s, 0, sizeof *s);
    memcpy(s, list->ai_addr, list->ai_addrlen);
    port_set(s, a->port);
    if (memcmp(s, &used, sizeof used) == 0)
      a->at = a->n;
    a->n++;
  }
}

bool cache_address_parse(struct cache_address *a, struct span server)
{
  struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *list;
  *a = (struct cache_address){.port = 0};
  if (server.n && server.p[0] == '/') {
    if (server.n >= sizeof a->v[0].un.sun_path)
      return false;
    a->v[0].un.sun_family = AF_UNIX;
    memcpy(a->v[0].un.sun_path, server.p, server.n);
    memcpy(a->host, server.p, server.n);
    a->n = 1;
    return true;
  }
  if (!host_parse(a, server))
    return false;
  a->is_name = getaddrinfo(a->host, NULL, &hints, &list) != 0;
  if (!a->is_name) {
    list_take(a, list);
    freeaddrinfo(list);
  }
  return true;
}

void cache_address_close(struct cache_address *a)
{
  name_lookup_end(&a->lookup);
}

void cache_address_look_up(struct cache_address *a)
{
  if (a->is_name && !a->lookup)
    a->lookup = name_lookup_start(a->host);
}

enum cache_lookup_result cache_address_settle(struct cache_address *a, int64_t wait_us)
{
  enum name_lookup_state state = a->lookup ? name_lookup_wait(a->lookup, wait_us) : NAME_LOOKUP_FAILED;
  if (state == NAME_LOOKUP_RUNS)
    return a->n ? CACHE_LOOKUP_DONE : CACHE_LOOKUP_RUNS;
  if (state == NAME_LOOKUP_DONE)
    list_take(a, name_lookup_list(a->lookup));
  name_lookup_end(&a->lookup);
  return a->n ? CACHE_LOOKUP_DONE : CACHE_LOOKUP_FAILED; /* after a failure, the last known addresses are used */
}

static socklen_t length_of(const union cache_sockaddr *s)
{
  return s->any.sa_family == AF_UNIX    ? sizeof(struct sockaddr_un)
         : s->any.sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                        : sizeof(struct sockaddr_in);
}

int cache_address_connect(const struct cache_address *a)
{
  const union cache_sockaddr *to = &a->v[a->at];
  int fd = socket(to->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd >= 0 && connect(fd, &to->any, length_of(to)) != 0 && errno != EINPROGRESS) {
    int why = errno;
    close(fd);
    errno = why;
    return -1;
  }
  return fd;
}

void cache_address_next(struct cache_address *a)
{
  a->at = a->n ? (a->at + 1) % a->n : 0;
}

static bool writable_until(int fd, int64_t until_us)
{
  struct pollfd p = {.fd = fd, .events = POLLOUT};
  int n;
  do {
    int64_t left_us = until_us - clock_mono_us();
    n = poll(&p, 1, left_us > 0 ? (int)(left_us / 1000) : 0);
  } while (n < 0 && errno == EINTR);
  return n > 0;
}

void cache_address_choose(struct cache_address *a, int64_t wait_us)
{
  int64_t until_us = clock_mono_us() + wait_us;
  for (size_t tries = 0; a->n > 1 && tries < a->n; tries++, cache_address_next(a)) {
    int fd = cache_address_connect(a), error = 0;
    socklen_t n = sizeof error;
    bool connected = fd >= 0 && writable_until(fd, until_us) && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 && error == 0;
    if (fd >= 0)
      close(fd);
    if (connected)
      return;
  }
}

void cache_address_number(const struct cache_address *a, char out[CACHE_ADDRESS_HOST])
{
  const union cache_sockaddr *s = &a->v[a->at];
  snprintf(out, CACHE_ADDRESS_HOST, "%s", a->host);
  if (a->is_name)
    (void)getnameinfo(&s->any, length_of(s), out, CACHE_ADDRESS_HOST, NULL, 0, NI_NUMERICHOST);
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

static bool is_same_host(const union cache_sockaddr *a, const union cache_sockaddr *b)
{
  if (a->any.sa_family == AF_INET) {
    const struct sockaddr_in *x = (const struct sockaddr_in *)&a->room, *y = (const struct sockaddr_in *)&b->room;
    return x->sin_port == y->sin_port && x->sin_addr.s_addr == y->sin_addr.s_addr;
  }
  const struct sockaddr_in6 *x = (const struct sockaddr_in6 *)&a->room, *y = (const struct sockaddr_in6 *)&b->room;
  return x->sin6_port == y->sin6_port && memcmp(&x->sin6_addr, &y->sin6_addr, sizeof x->sin6_addr) == 0;
}

static bool is_peer(const struct cache_address *a, int fd)
{
  const union cache_sockaddr *own = &a->v[a->at];
  union {
    union cache_sockaddr s;
    char bytes[sizeof(union cache_sockaddr) + 1];
  } peer;
  socklen_t n = sizeof peer.s;
  memset(&peer, 0, sizeof peer); /* also terminates a path that fills sun_path */
  if (!a->n || getpeername(fd, &peer.s.any, &n) != 0 || peer.s.any.sa_family != own->any.sa_family)
    return false;
  if (own->any.sa_family == AF_UNIX)
    return peer.s.un.sun_path[0] && is_same_socket(peer.s.un.sun_path, own->un.sun_path);
  return is_same_host(&peer.s, own);
}

bool cache_address_readable(const struct cache_address *a)
{
  for (int fd = 0; fd < FDS_MAX; fd++) {
    struct pollfd pfd = {.fd = fd, .events = POLLIN};
    if (is_peer(a, fd) && poll(&pfd, 1, 0) > 0 && (pfd.revents & POLLIN))
      return true;
  }
  return false;
}

void cache_address_shut(const struct cache_address *a)
{
  for (int fd = 0; fd < FDS_MAX; fd++)
    if (is_peer(a, fd))
      shutdown(fd, SHUT_RDWR);
}

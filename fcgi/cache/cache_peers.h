/* The connections of this process to the configured memcached servers.  A signal handler shuts them down to end a
 * wait inside libmemcached.
 *
 * libmemcached does not expose its descriptors.  They are found by the address of the peer: the path of a UNIX socket,
 * the port of a TCP socket.  All functions except cache_peers_add are async-signal-safe. */
#ifndef DIPTYCH_CACHE_CACHE_PEERS_H
#define DIPTYCH_CACHE_CACHE_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define CACHE_PEERS_MAX 64
#define CACHE_PEERS_PATH 108

struct cache_peers {
  size_t n;
  struct {
    char path[CACHE_PEERS_PATH]; /* of a UNIX socket; "": TCP, see `port` */
    uint16_t port;
  } v[CACHE_PEERS_MAX];
};

/* path: NULL for TCP.  False: too many servers, or the path is too long. */
MUST_USE bool cache_peers_add(struct cache_peers *p, const char *path, uint16_t port);
MUST_USE bool cache_peers_readable(const struct cache_peers *p); /* a connection has unread bytes */
void cache_peers_shut(const struct cache_peers *p); /* ends every read and write on the connections */

#endif

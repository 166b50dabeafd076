/* The process's connections to the configured memcached servers, for ending a wait from outside.
 *
 * libmemcached keeps its descriptors to itself, so they are found by whom they lead to: a UNIX socket by the
 * file that its peer is bound to, any other by the peer's port.  All functions but cache_peers_add are
 * async-signal-safe. */
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
    char path[CACHE_PEERS_PATH]; /* "": reached by `port` */
    uint16_t port;
  } v[CACHE_PEERS_MAX];
};

/* path: NULL for a server that is reached by its port.  false: too many, or the path is too long. */
MUST_USE bool cache_peers_add(struct cache_peers *p, const char *path, uint16_t port);
MUST_USE bool cache_peers_sent(const struct cache_peers *p); /* bytes of theirs wait to be read */
void cache_peers_shut(const struct cache_peers *p); /* every read and write on them ends now */

#endif

/* The address of one memcached server, and the connections of this process to it.
 *
 * A server is configured as "/path/to/socket", "host:port", "host" or "[IPv6]:port".  A host name is looked up in the
 * background (base/name_lookup.h), so a name server that does not answer costs no request more than the wait that the caller
 * allows.  libmemcached gets numbers only: it would look a name up at each connection, without a time limit.
 *
 * libmemcached does not expose its descriptors.  They are found by the address of their peer.  cache_address_readable and
 * cache_address_shut are async-signal-safe: a signal handler ends a wait inside libmemcached with them. */
#ifndef DIPTYCH_CACHE_CACHE_ADDRESS_H
#define DIPTYCH_CACHE_CACHE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/err.h"
#include "base/span.h"

#define CACHE_ADDRESS_HOST 256
#define CACHE_ADDRESS_CHOICES 8 /* addresses of one name that are tried */

struct name_lookup;

struct cache_address {
  char host[CACHE_ADDRESS_HOST]; /* without brackets; or the path of a UNIX socket */
  uint16_t port;                 /* 0: UNIX socket */
  size_t n, at;                  /* number of known addresses, and the one in use */
  union cache_sockaddr {
    struct sockaddr any;
    struct sockaddr_un un;
    struct sockaddr_storage room;
  } v[CACHE_ADDRESS_CHOICES];
  struct name_lookup *lookup; /* a lookup that runs; NULL: none */
  bool is_name;
};

/* false: not an address. */
MUST_USE bool cache_address_parse(struct cache_address *a, struct span server);
void cache_address_close(struct cache_address *a);

enum cache_lookup_result { CACHE_LOOKUP_DONE, CACHE_LOOKUP_RUNS, CACHE_LOOKUP_FAILED };

/* Starts a lookup of a name; does nothing for numbers and paths, and while a lookup runs. */
void cache_address_look_up(struct cache_address *a);
/* Waits up to wait_us for the lookup and takes its result.  DONE: at least one address is known. */
MUST_USE enum cache_lookup_result cache_address_settle(struct cache_address *a, int64_t wait_us);

/* Of several addresses of a name: uses the first one that accepts a connection within wait_us. */
void cache_address_choose(struct cache_address *a, int64_t wait_us);
void cache_address_next(struct cache_address *a); /* uses the next address, after the last one the first */

/* A non-blocking socket on its way to the address in use.  -1: errno says why. */
MUST_USE int cache_address_connect(const struct cache_address *a);

/* Writes the host as a number, or the path, for libmemcached. */
void cache_address_number(const struct cache_address *a, char out[CACHE_ADDRESS_HOST]);

MUST_USE bool cache_address_readable(const struct cache_address *a); /* a connection has unread bytes */
void cache_address_shut(const struct cache_address *a); /* ends every read and write on the connections */

#endif

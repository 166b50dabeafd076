/* What libmemcached's return codes say about the server: the one table of them. */
#ifndef DIPTYCH_CACHE_CACHE_ANSWER_H
#define DIPTYCH_CACHE_CACHE_ANSWER_H

#include <libmemcached/memcached.h>

#include "base/breaker.h"
#include "base/err.h"

enum cache_answer {
  CACHE_DONE,    /* found, or stored, or deleted */
  CACHE_REFUSED, /* a miss, or not stored because of what is there */
  CACHE_FULL,    /* the server has no room for this value */
  CACHE_TROUBLE  /* no answer, or none that makes sense: the connection is good for nothing more */
};

MUST_USE enum cache_answer cache_answer_of(memcached_return_t rc);

/* The same, and tells the breaker: whatever the server verifiably answered closes it. */
MUST_USE enum cache_answer cache_answer_settle(struct breaker *b, memcached_return_t rc, int64_t hold_us);

#endif

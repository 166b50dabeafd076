/* The meaning of libmemcached's return codes.  cache.c ends an operation that takes too long, and acts on the answer. */
#ifndef DIPTYCH_CACHE_CACHE_ANSWER_H
#define DIPTYCH_CACHE_CACHE_ANSWER_H

#include <libmemcached/memcached.h>

#include "base/breaker.h"
#include "base/err.h"

enum cache_answer {
  CACHE_DONE,    /* found, stored or deleted */
  CACHE_REFUSED, /* a miss, or not stored because the key exists */
  CACHE_FULL,    /* the server has no room for this value */
  CACHE_TROUBLE  /* no answer, or a malformed one: the connection must be closed */
};

MUST_USE enum cache_answer cache_answer_of(memcached_return_t rc);

/* Like cache_answer_of, and updates the breaker: CACHE_TROUBLE is a strike, any other answer is a success. */
MUST_USE enum cache_answer cache_answer_settle(struct breaker *b, memcached_return_t rc, int64_t hold_us);

#endif

#include "cache/cache_answer.h"

enum cache_answer cache_answer_of(memcached_return_t rc)
{
  switch (rc) {
  case MEMCACHED_SUCCESS:
  case MEMCACHED_STORED:
  case MEMCACHED_DELETED:
  case MEMCACHED_END: /* the end of a list of values */
    return CACHE_DONE;
  case MEMCACHED_NOTFOUND:
  case MEMCACHED_NOTSTORED:
  case MEMCACHED_DATA_EXISTS:
    return CACHE_REFUSED;
  case MEMCACHED_E2BIG:
  case MEMCACHED_SERVER_ERROR:
  case MEMCACHED_SERVER_MEMORY_ALLOCATION_FAILURE:
    return CACHE_FULL;
  case MEMCACHED_TIMEOUT:
  default:
    return CACHE_TROUBLE;
  }
}

enum cache_answer cache_answer_settle(struct breaker *b, memcached_return_t rc, int64_t hold_us)
{
  enum cache_answer answer = cache_answer_of(rc);
  if (answer == CACHE_TROUBLE)
    breaker_struck(b, hold_us);
  else
    breaker_succeeded(b);
  return answer;
}

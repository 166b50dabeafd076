/* What is kept in memory, found by its key, in order of use, and bounded in bytes: under the page cache
 * (site/page_cache.h) and the fragment cache (store/fragment_cache.h).
 *
 * An entry is a part of what its owner keeps; the owner makes it, and frees what lru_over and lru_pop give
 * back.  Nothing here allocates but lru_new, so nothing else fails.
 *
 * With protected bytes there are two queues: an entry that is asked for again moves to the protected one, and
 * only what no longer fits there comes back.  A flood of entries that are asked for once drives out the
 * others of that kind only.  Without, there is one queue in order of use. */
#ifndef DIPTYCH_BASE_LRU_H
#define DIPTYCH_BASE_LRU_H

#include <stdint.h>

#include "base/span.h"

struct lru;

/* The owner sets key, hash and bytes before lru_put, and may set `again`; key and hash stay as they are. */
struct lru_entry {
  struct span key;
  uint64_t hash; /* of the key; its low bits choose the bucket */
  size_t bytes;  /* changed by lru_grow only */
  bool again;    /* it was asked for again: it is protected */
  struct lru_entry *chain, *newer, *older;
};

/* The struct that an entry is the member of; entry is not NULL. */
#define LRU_OWNER(entry, type, member) ((type *)(void *)((char *)(entry) - offsetof(type, member)))

/* usual_bytes of one entry, for the number of buckets.  NULL: no memory. */
struct lru *lru_new(size_t max_bytes, size_t protected_bytes, size_t usual_bytes);
void lru_free(struct lru **l); /* it must be empty: see lru_pop */

struct lru_entry *lru_find(const struct lru *l, struct span key, uint64_t hash); /* NULL: not there */
struct lru_entry *lru_get(struct lru *l, struct span key, uint64_t hash);        /* it was used now */

/* As the newest of its queue, also over max_bytes: lru_over makes room.  No other entry has this key. */
void lru_put(struct lru *l, struct lru_entry *e);
void lru_take(struct lru *l, struct lru_entry *e); /* off; the owner frees it */
void lru_grow(struct lru *l, struct lru_entry *e, size_t bytes);

/* Takes off and returns one that has to leave for the rest to fit; NULL: all fit. */
struct lru_entry *lru_over(struct lru *l);
/* Takes off and returns any; NULL: it is empty. */
struct lru_entry *lru_pop(struct lru *l);

size_t lru_bytes(const struct lru *l);
size_t lru_count(const struct lru *l);

#endif

/* A hash table of entries that evicts those that were not used lately, bounded in bytes.  The page cache
 * (site/page_cache.h), the part memo (site/part_memo.h) and the fragment cache (store/fragment_cache.h) use it.
 *
 * An entry is a member of a struct of its owner.  The owner allocates that struct and frees what lru_over,
 * lru_pop and lru_take remove.  Only lru_new allocates, so nothing else can fail.
 *
 * Entries stand in a queue in the order in which they were added.  A use marks the entry and moves nothing: a page uses some
 * twenty entries, and moving them would write to their neighbours as well.  An entry that is marked when its turn to be evicted
 * comes loses the mark and goes to the other end of its queue (second chance, also called CLOCK).
 *
 * With protected_bytes there are two queues (segmented LRU).  An entry that is used again moves to the protected queue.
 * When the protected queue exceeds protected_bytes, its oldest unmarked entry moves back.  So a scan over many entries evicts
 * only entries that were used once.  Without protected_bytes there is one queue. */
#ifndef DIPTYCH_BASE_LRU_H
#define DIPTYCH_BASE_LRU_H

#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

struct lru;

/* The owner sets key, hash and bytes before lru_put, and may set `again`.  key and hash must not change then.  What a lookup
 * reads comes first. */
struct lru_entry {
  struct lru_entry *chain;
  uint64_t hash; /* of the key; its low bits choose the bucket */
  struct span key;
  size_t bytes;  /* changed by lru_resize only */
  bool again;    /* used again: in the protected queue */
  bool marked;   /* used since it was added, or since its turn to be evicted came last */
  struct lru_entry *newer, *older;
};

/* The struct that contains the entry; entry must not be NULL. */
#define LRU_OWNER(entry, type, member) ((type *)(void *)((char *)(entry) - offsetof(type, member)))

/* usual_bytes: the size of a typical entry; it gives the number of buckets.  NULL: no memory. */
MUST_USE struct lru *lru_new(size_t max_bytes, size_t protected_bytes, size_t usual_bytes);
void lru_free(struct lru **l); /* must be empty: see lru_pop */

struct lru_entry *lru_find(const struct lru *l, struct span key, uint64_t hash); /* NULL: none */
struct lru_entry *lru_get(struct lru *l, struct span key, uint64_t hash);        /* and marks it */

/* Adds the entry as the newest of its queue, even above max_bytes; call lru_over afterwards.  The key must not be
 * in the table. */
void lru_put(struct lru *l, struct lru_entry *e);
void lru_take(struct lru *l, struct lru_entry *e); /* removes it; the owner frees it */
void lru_resize(struct lru *l, struct lru_entry *e, size_t bytes); /* sets e->bytes */

/* Removes and returns one entry to evict; call it until it returns NULL: the rest fits into max_bytes. */
struct lru_entry *lru_over(struct lru *l);
/* Removes and returns any entry; NULL: the table is empty. */
struct lru_entry *lru_pop(struct lru *l);

size_t lru_bytes(const struct lru *l);
size_t lru_count(const struct lru *l);

#endif

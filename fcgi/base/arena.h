/* An arena owns everything of one request (or one batch) and frees it in one call.
 * Memory is zeroed, aligned for any type.  When it runs out or passes its limit, arena_alloc
 * returns NULL and `arena_failed` stays true until arena_reset: callers may go on with NULL-safe
 * helpers and look once at the end.  arena_reset keeps the first block for the next request. */
#ifndef DIPTYCH_BASE_ARENA_H
#define DIPTYCH_BASE_ARENA_H

#include <stdarg.h>
#include <stdint.h>

#include "base/span.h"

struct arena;
struct buf;

struct arena *arena_new(size_t max_bytes); /* NULL: no memory.  max_bytes 0: no limit */
struct arena *arena_new_sized(size_t first_bytes, size_t max_bytes); /* for one that lives long and stays small */
void arena_free(struct arena **a);
void arena_reset(struct arena *a);
bool arena_failed(const struct arena *a);
void arena_fail(struct arena *a); /* what belongs to it had no memory elsewhere */
size_t arena_held(const struct arena *a); /* bytes taken from the system, used or not */

void *arena_alloc(struct arena *a, size_t n);
void *arena_array(struct arena *a, size_t count, size_t size); /* overflow-checked */
struct span arena_copy(struct arena *a, struct span s);        /* empty span when failed */
char *arena_z(struct arena *a, struct span s);                 /* NUL-terminated copy; NULL when failed */
/* A copy of what was written, and the end of the buffer.  That its memory ran out is the arena's failure. */
struct span arena_take(struct arena *a, struct buf *b);
/* One after the other; ARENA_JOIN(a, SPAN("/products/"), slug) is the short way to call it. */
struct span arena_joined(struct arena *a, const struct span *parts, size_t n);
struct span arena_uint(struct arena *a, uint64_t v, int digits);             /* decimal, zeros before it up to `digits` */
struct span arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_JOIN(a, ...)                                                                                             \
  arena_joined((a), (const struct span[]){__VA_ARGS__}, sizeof((const struct span[]){__VA_ARGS__}) / sizeof(struct span))
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, count, type) ((type *)arena_array((a), (count), sizeof(type)))

#endif

/* An arena owns all memory of one request (or one batch) and frees it in one call.
 *
 * Memory from arena_alloc is zeroed and aligned for any type.  When memory runs out or the limit is
 * reached, arena_alloc returns NULL and arena_failed returns true until arena_reset.  Callers may go on
 * with NULL-safe helpers and check arena_failed once at the end.  arena_reset keeps the first block for
 * the next request. */
#ifndef DIPTYCH_BASE_ARENA_H
#define DIPTYCH_BASE_ARENA_H

#include <stdarg.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

struct arena;
struct buf;

MUST_USE struct arena *arena_new(size_t max_bytes); /* NULL: no memory.  max_bytes 0: no limit */
MUST_USE struct arena *arena_new_sized(size_t first_bytes, size_t max_bytes); /* for a long-lived, small arena */
void arena_free(struct arena **a);
void arena_reset(struct arena *a);
bool arena_failed(const struct arena *a);
void arena_fail(struct arena *a); /* an allocation outside of the arena failed for the same request */
size_t arena_held(const struct arena *a); /* bytes taken from the system, used or not */

void *arena_alloc(struct arena *a, size_t n);
void *arena_array(struct arena *a, size_t count, size_t size); /* overflow-checked */
struct span arena_copy(struct arena *a, struct span s);        /* empty span when failed */
char *arena_z(struct arena *a, struct span s);                 /* NUL-terminated copy; NULL when failed */
/* Copies the bytes of the buffer and frees the buffer.  A failed buffer makes the arena fail. */
struct span arena_take(struct arena *a, struct buf *b);
/* Concatenates n spans.  ARENA_JOIN(a, SPAN("/products/"), slug) is the short form. */
struct span arena_joined(struct arena *a, const struct span *spans, size_t n);
struct span arena_uint(struct arena *a, uint64_t v, int digits);             /* decimal, zero-padded to `digits` */
struct span arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_JOIN(a, ...)                                                                                             \
  arena_joined((a), (const struct span[]){__VA_ARGS__}, sizeof((const struct span[]){__VA_ARGS__}) / sizeof(struct span))
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, count, type) ((type *)arena_array((a), (count), sizeof(type)))

#endif

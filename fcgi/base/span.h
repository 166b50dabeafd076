/* A span borrows bytes: a pointer and a length, never owned, never NUL-terminated by promise.
 * Strings travel through diptych as spans; whoever made the bytes (an arena, a buffer, a row)
 * decides how long they live.  The empty span may have a null pointer. */
#ifndef DIPTYCH_BASE_SPAN_H
#define DIPTYCH_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
  const char *p;
  size_t n;
};

#define SPAN(literal) ((struct span){"" literal, sizeof(literal) - 1})
/* for printf("%.*s", SPAN_ARG(s)).  A call in it runs twice, and memory may run out in between: what stands for
 * the bytes is a string in any case. */
#define SPAN_ARG(s) (int)(s).n, span_chars(s)

static inline const char *span_chars(struct span s)
{
  return s.n ? s.p : "";
}

static inline struct span span_of(const char *p, size_t n)
{
  return (struct span){p, n};
}

/* z may be NULL: the empty span. */
static inline struct span span_z(const char *z)
{
  return (struct span){z, z ? strlen(z) : 0};
}

static inline bool span_eq(struct span a, struct span b)
{
  return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Byte order: <0, 0, >0; a prefix comes first. */
static inline int span_cmp(struct span a, struct span b)
{
  size_t n = a.n < b.n ? a.n : b.n;
  int c = n ? memcmp(a.p, b.p, n) : 0;
  return c ? c : (a.n > b.n) - (a.n < b.n);
}

static inline bool span_starts(struct span s, struct span prefix)
{
  return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool span_ends(struct span s, struct span suffix)
{
  return s.n >= suffix.n && (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

/* From byte `at` to the end; empty when `at` is past it. */
static inline struct span span_from(struct span s, size_t at)
{
  return at >= s.n ? (struct span){s.p, 0} : (struct span){s.p + at, s.n - at};
}

/* At most the first n bytes. */
static inline struct span span_head(struct span s, size_t n)
{
  return (struct span){s.p, n < s.n ? n : s.n};
}

/* Index of the first c, or s.n. */
static inline size_t span_find(struct span s, char c)
{
  const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
  return at ? (size_t)(at - s.p) : s.n;
}

/* Index of the first occurrence of `what`, or s.n. */
size_t span_find_span(struct span s, struct span what);

/* Without ASCII white space at both ends. */
struct span span_trim(struct span s);

/* Cuts the part before the first `sep` off *rest and returns it; the whole rest when there is none,
 * leaving *rest empty with a null pointer.  Loop while (rest.p). */
struct span span_split(struct span *rest, char sep);

#endif

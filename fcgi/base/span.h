/* A span is a pointer and a length.  It does not own its bytes, and they need not be NUL-terminated.  The
 * bytes live as long as their owner (an arena, a buffer, a row).  The pointer of an empty span may be NULL. */
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
/* For printf("%.*s", SPAN_ARG(s)).  It evaluates its argument twice.  When the argument is a call that fails the
 * second time, the pointer is still a valid string. */
#define SPAN_ARG(s) (int)(s).n, span_chars(s)

static inline const char *span_chars(struct span s)
{
  return s.n ? s.p : "";
}

static inline struct span span_of(const char *p, size_t n)
{
  return (struct span){p, n};
}

/* z may be NULL, which gives the empty span. */
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

/* Removes ASCII white space at both ends. */
struct span span_trim(struct span s);

/* Returns the bytes before the first `sep` and removes them and `sep` from *rest.  Without a `sep` it returns all
 * of *rest and leaves *rest empty with a NULL pointer.  Loop while (rest.p). */
struct span span_split(struct span *rest, char sep);

#endif

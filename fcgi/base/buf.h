/* A growing byte buffer with a sticky error.
 *
 * When memory runs out or the limit is exceeded, `failed` is set and further writes do nothing.  Writers
 * need no checks; the owner checks `failed` once at the end.  A buffer starts as BUF_INIT, owns heap memory
 * and is freed by buf_free.  Its bytes are NUL-terminated only after buf_z. */
#ifndef DIPTYCH_BASE_BUF_H
#define DIPTYCH_BASE_BUF_H

#include <stdarg.h>
#include <stdint.h>

#include "base/span.h"

struct buf {
  char *p;
  size_t n, cap;
  size_t max; /* bytes; 0: no limit */
  bool failed;
};

#define BUF_INIT {NULL, 0, 0, 0, false}

void buf_free(struct buf *b);                 /* the buffer can be used again; max stays */
void buf_clear(struct buf *b);                /* keeps the memory; clears the bytes and `failed` */
bool buf_reserve(struct buf *b, size_t more); /* false: failed */
void buf_put_slow(struct buf *b, const void *p, size_t n); /* out-of-line half of buf_put */
void buf_span(struct buf *b, struct span s);
void buf_puts(struct buf *b, const char *z);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
void buf_uint(struct buf *b, uint64_t v); /* decimal */
void buf_int(struct buf *b, int64_t v);
void buf_truncate(struct buf *b, size_t n);
/* The bytes as a C string; "" when failed or empty.  Valid until the next write. */
const char *buf_z(struct buf *b);

static inline void buf_put(struct buf *b, const void *p, size_t n)
{
  if (n == 0)
    return;
  if (n > b->cap - b->n || b->failed) {
    buf_put_slow(b, p, n);
    return;
  }
  memcpy(b->p + b->n, p, n);
  b->n += n;
}

static inline void buf_putc(struct buf *b, char c)
{
  if (b->n < b->cap && !b->failed)
    b->p[b->n++] = c;
  else
    buf_put(b, &c, 1);
}

static inline struct span buf_view(const struct buf *b)
{
  return (struct span){b->p, b->failed ? 0 : b->n};
}

#endif

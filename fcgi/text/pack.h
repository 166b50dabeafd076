/* A packed sequence of numbers and byte strings, the format of fragment bodies.  It has no field names: the reader
 * reads the fields in the order in which the writer wrote them.  Reads are bounds-checked and set a sticky failure, so
 * a decoder reads all fields and checks `failed` once.  Numbers are little-endian, most of
 * them base-128. */
#ifndef DIPTYCH_TEXT_PACK_H
#define DIPTYCH_TEXT_PACK_H

#include <endian.h>
#include <stdint.h>

#include "base/buf.h"

void pack_uint(struct buf *b, uint64_t v);
void pack_int(struct buf *b, int64_t v); /* zigzag: numbers near zero are short */
void pack_fixed(struct buf *b, uint64_t v); /* 8 bytes, for numbers that are long nearly always: times, hashes */
void pack_span(struct buf *b, struct span s);

struct unpack {
  struct span rest;
  bool failed;
};

uint64_t unpack_uint_long(struct unpack *u); /* the slow path of unpack_uint */
int64_t unpack_int(struct unpack *u);
struct span unpack_span(struct unpack *u); /* points into the packed bytes */
/* A count of elements of at least `least` packed bytes each.  A count that exceeds the rest of the bytes fails. */
size_t unpack_count(struct unpack *u, size_t least);

static inline uint64_t unpack_uint(struct unpack *u)
{
  if (u->rest.n == 0 || (unsigned char)u->rest.p[0] >= 0x80)
    return unpack_uint_long(u);
  u->rest.n--;
  return (unsigned char)*u->rest.p++;
}

static inline uint64_t unpack_fixed(struct unpack *u)
{
  uint64_t v;
  if (u->rest.n < sizeof v) {
    u->failed = true;
    u->rest.n = 0;
    return 0;
  }
  memcpy(&v, u->rest.p, sizeof v);
  u->rest.p += sizeof v;
  u->rest.n -= sizeof v;
  return le64toh(v);
}

#endif

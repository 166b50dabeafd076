/* 16 bytes at once: most text of a page has no byte that must be escaped, and is only looked through.  A mask has 0xff for
 * each byte that meets a condition.  The compiler makes SSE2 or NEON of these. */
#ifndef DIPTYCH_TEXT_BYTE_BLOCK_H
#define DIPTYCH_TEXT_BYTE_BLOCK_H

#include <stdint.h>

#include "base/span.h"

typedef unsigned char byte_block __attribute__((vector_size(16), aligned(1), may_alias));

static inline byte_block byte_block_at(const char *p)
{
  return *(const byte_block *)(const void *)p;
}

static inline bool byte_block_any(byte_block mask)
{
  uint64_t half[2];
  memcpy(half, &mask, sizeof half);
  return half[0] | half[1];
}

/* low <= byte < low + n */
static inline byte_block byte_block_within(byte_block b, unsigned char low, unsigned char n)
{
  return (byte_block)((b - low) < (byte_block){} + n);
}

static inline byte_block byte_block_letters(byte_block b)
{
  return byte_block_within(b | 0x20, 'a', 26);
}

/* All bytes of a text of up to 15 bytes, some of them twice, and bytes 'a'. */
static inline byte_block byte_block_short(struct span s)
{
  char both[16] = "aaaaaaaaaaaaaaa";
  size_t half = s.n >= 8 ? 8 : 4;
  both[15] = 'a';
  if (s.n >= 4) {
    memcpy(both, s.p, half);
    memcpy(both + 8, s.p + s.n - half, half);
  } else if (s.n) {
    both[0] = s.p[0];
    both[1] = s.p[s.n / 2];
    both[2] = s.p[s.n - 1];
  }
  return byte_block_at(both);
}

/* The length of a prefix in which no byte is in the mask.  It is looked for in blocks, so the longest such prefix may be
 * longer. */
static inline __attribute__((always_inline)) size_t byte_block_clean(struct span s, byte_block (*mask_of)(byte_block))
{
  size_t n = 0;
  if (s.n < sizeof(byte_block))
    return byte_block_any(mask_of(byte_block_short(s))) ? 0 : s.n;
  while (n + sizeof(byte_block) <= s.n && !byte_block_any(mask_of(byte_block_at(s.p + n))))
    n += sizeof(byte_block);
  if (n + sizeof(byte_block) > s.n && !byte_block_any(mask_of(byte_block_at(s.p + s.n - sizeof(byte_block)))))
    n = s.n;
  return n;
}

#endif

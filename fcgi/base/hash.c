#include "base/hash.h"

/* The finalizer of MurmurHash3 over a running sum: every bit of both inputs reaches every bit of the result. */
uint64_t hash_mix(uint64_t hash, uint64_t value)
{
  uint64_t x = hash * UINT64_C(0x9fb21c651e98df25) + value + UINT64_C(0x9e3779b97f4a7c15);
  x = (x ^ (x >> 33)) * UINT64_C(0xff51afd7ed558ccd);
  x = (x ^ (x >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
  return x ^ (x >> 33);
}

uint64_t hash_span(uint64_t hash, struct span s)
{
  hash = hash_mix(hash, s.n);
  for (size_t i = 0; i < s.n; i += 8) {
    uint64_t word = 0;
    for (size_t k = 0; k < 8 && i + k < s.n; k++)
      word |= (uint64_t)(unsigned char)s.p[i + k] << (8 * k);
    hash = hash_mix(hash, word);
  }
  return hash;
}

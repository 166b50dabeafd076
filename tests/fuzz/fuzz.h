/* A small fuzzer.  It builds inputs from a list of tokens of the tested syntax, with random bytes between them.  It runs
 * FUZZ_ROUNDS rounds (default 2000) with the seeds FUZZ_SEED (default 1) and up, so that each failure is
 * reproducible. */
#ifndef DIPTYCH_TESTS_FUZZ_H
#define DIPTYCH_TESTS_FUZZ_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"

struct fuzz {
  uint64_t state;
};

/* splitmix64 */
static inline uint64_t fuzz_next(struct fuzz *f)
{
  uint64_t z = f->state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return z ^ z >> 31;
}

static inline size_t fuzz_below(struct fuzz *f, size_t n)
{
  return n ? fuzz_next(f) % n : 0;
}

static inline long fuzz_setting(const char *name, long fallback)
{
  const char *z = getenv(name);
  return z ? atol(z) : fallback;
}

/* Up to `most` pieces; one in 16 is a random byte instead. */
static inline void fuzz_input(struct fuzz *f, const char *const *pieces, size_t n, size_t most, struct buf *out)
{
  buf_clear(out);
  for (size_t i = fuzz_below(f, most + 1); i > 0; i--)
    if (fuzz_below(f, 16) == 0)
      buf_putc(out, (char)fuzz_next(f));
    else
      buf_puts(out, pieces[fuzz_below(f, n)]);
}

/* A copy that ends where its memory ends, so that sanitizers see a read past it; the caller frees. */
static inline struct span fuzz_exact(struct span s)
{
  char *p = malloc(s.n ? s.n : 1);
  assert_non_null(p);
  if (s.n)
    memcpy(p, s.p, s.n);
  return span_of(p, s.n);
}

/* The seed of the current round, for core files and reports of sanitizers. */
static volatile long fuzz_seed;

static inline void fuzz_rounds(void (*round)(struct fuzz *f))
{
  long first = fuzz_setting("FUZZ_SEED", 1), rounds = fuzz_setting("FUZZ_ROUNDS", 2000);
  for (fuzz_seed = first; fuzz_seed < first + rounds; fuzz_seed++) {
    struct fuzz f = {(uint64_t)fuzz_seed};
    round(&f);
  }
}

#define fuzz_true(condition)                                                                                           \
  do                                                                                                                   \
    if (!(condition))                                                                                                  \
      fail_msg("FUZZ_SEED=%ld FUZZ_ROUNDS=1: %s", fuzz_seed, #condition);                                              \
  while (0)

#endif

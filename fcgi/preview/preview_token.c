#include "preview/preview_token.h"

#include <sodium.h>
#include <string.h>

#define BUCKET_US (PREVIEW_WRONG_MOST * PREVIEW_WRONG_US)

_Static_assert(crypto_shorthash_KEYBYTES == sizeof((struct preview_limits *)0)->key, "the key has the size of SipHash's");

void preview_limits_init(struct preview_limits *l)
{
  memset(l, 0, sizeof *l);
  randombytes_buf(l->key, sizeof l->key);
}

bool preview_token_valid(struct span token)
{
  if (token.n != PREVIEW_TOKEN)
    return false;
  for (size_t i = 0; i < token.n; i++)
    if (!strchr("0123456789abcdef", token.p[i]) || !token.p[i])
      return false;
  return true;
}

bool preview_token_same(struct span a, struct span b)
{
  return a.n == PREVIEW_TOKEN && b.n == PREVIEW_TOKEN && sodium_memcmp(a.p, b.p, PREVIEW_TOKEN) == 0;
}

/* Never 0, which is a free place. */
static uint64_t token_hash(const struct preview_limits *l, struct span token)
{
  unsigned char out[crypto_shorthash_BYTES];
  uint64_t hash;
  crypto_shorthash(out, (const unsigned char *)token.p, token.n, l->key);
  memcpy(&hash, out, sizeof hash);
  return hash ? hash : 1;
}

int preview_token_wait(const struct preview_limits *l, struct span token, int64_t now_us)
{
  uint64_t hash = token_hash(l, token);
  int64_t over_us = atomic_load_explicit(&l->full_us, memory_order_relaxed) - now_us - (BUCKET_US - PREVIEW_WRONG_US);
  if (over_us <= 0 || atomic_load_explicit(&l->right[hash % PREVIEW_RIGHT], memory_order_relaxed) == hash)
    return 0;
  return (int)((over_us + CLOCK_SECOND - 1) / CLOCK_SECOND);
}

/* The generic cell rate algorithm: one time says how full the bucket is. */
void preview_token_wrong(struct preview_limits *l, struct span token, int64_t now_us)
{
  uint64_t hash = token_hash(l, token);
  int64_t full_us = atomic_load_explicit(&l->full_us, memory_order_relaxed), next_us;
  do
    next_us = (full_us > now_us ? full_us : now_us) + PREVIEW_WRONG_US;
  while (!atomic_compare_exchange_weak_explicit(&l->full_us, &full_us, next_us, memory_order_relaxed, memory_order_relaxed));
  atomic_compare_exchange_strong_explicit(&l->right[hash % PREVIEW_RIGHT], &hash, 0, memory_order_relaxed,
                                          memory_order_relaxed);
}

void preview_token_right(struct preview_limits *l, struct span token)
{
  uint64_t hash = token_hash(l, token);
  atomic_store_explicit(&l->right[hash % PREVIEW_RIGHT], hash, memory_order_relaxed);
}

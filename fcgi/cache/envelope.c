#include "cache/envelope.h"

#include <sodium.h>

#define MAGIC "dpt1"
#define HEAD 10
#define SUM crypto_shorthash_siphashx24_BYTES

_Static_assert(crypto_shorthash_siphashx24_KEYBYTES == ENVELOPE_SECRET, "the secret is SipHash's key");
_Static_assert(SUM == 2 * sizeof(uint64_t), "sum_eq compares two words");

static void head_make(unsigned char head[HEAD], struct span key, struct span body)
{
  memcpy(head, MAGIC, 4);
  for (int i = 0; i < 2; i++)
    head[4 + i] = (unsigned char)(key.n >> 8 * i);
  for (int i = 0; i < 4; i++)
    head[6 + i] = (unsigned char)(body.n >> 8 * i);
}

void envelope_secret(unsigned char secret[ENVELOPE_SECRET], struct span text)
{
  crypto_generichash(secret, ENVELOPE_SECRET, (const unsigned char *)text.p, text.n, NULL, 0);
}

void envelope_wrap(struct buf *out, struct span key, struct span body, const unsigned char secret[ENVELOPE_SECRET])
{
  unsigned char head[HEAD], sum[SUM];
  size_t from = out->n;
  if (key.n > UINT16_MAX || body.n > UINT32_MAX)
    out->failed = true;
  if (!buf_reserve(out, HEAD + key.n + body.n + SUM))
    return;
  head_make(head, key, body);
  buf_put(out, head, HEAD);
  buf_span(out, key);
  buf_span(out, body);
  crypto_shorthash_siphashx24(sum, (const unsigned char *)out->p + from, out->n - from, secret);
  buf_put(out, sum, SUM);
}

/* In constant time, like sodium_memcmp, which compares byte by byte. */
static bool sum_eq(const unsigned char sum[SUM], const char *stored)
{
  uint64_t a[2], b[2];
  memcpy(a, sum, sizeof a);
  memcpy(b, stored, sizeof b);
  return ((a[0] ^ b[0]) | (a[1] ^ b[1])) == 0;
}

bool envelope_open(struct span value, struct span key, const unsigned char secret[ENVELOPE_SECRET], struct span *body)
{
  unsigned char head[HEAD], sum[SUM];
  if (value.n < HEAD + key.n + SUM)
    return false;
  struct span inside = {value.p + HEAD + key.n, value.n - HEAD - key.n - SUM};
  head_make(head, key, inside);
  if (memcmp(value.p, head, HEAD) != 0 || !span_eq(span_of(value.p + HEAD, key.n), key))
    return false;
  crypto_shorthash_siphashx24(sum, (const unsigned char *)value.p, value.n - SUM, secret);
  if (!sum_eq(sum, value.p + value.n - SUM))
    return false;
  *body = inside;
  return true;
}

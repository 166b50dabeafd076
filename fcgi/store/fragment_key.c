/* Keys and versions of fragments. */
#include "store/fragment.h"

#include <sodium.h>

const struct facts *fragment_facts(enum fragment_kind kind, const void *value)
{
  if (kind == FRAGMENT_PROFILE)
    return &((const struct profile *)value)->facts;
  if (kind == FRAGMENT_NEWS)
    return &((const struct news *)value)->facts;
  return kind == FRAGMENT_CARD ? &((const struct card *)value)->facts : NULL;
}

/* ---- keys */

/* The digits of v before `end`, in base 10 or 36; returns where they begin. */
static inline char *digits(char *end, uint64_t v, unsigned base)
{
  char *at = end;
  do
    *--at = "0123456789abcdefghijklmnopqrstuvwxyz"[v % base];
  while (v /= base);
  return at;
}

static inline char *hex(char *end, uint64_t v, int n)
{
  for (int i = 1; i <= n; i++, v >>= 4)
    end[-i] = "0123456789abcdef"[v & 15];
  return end - n;
}

size_t fragment_key(char out[FRAGMENT_KEY_MAX + 1], enum fragment_kind kind, uint32_t page, uint64_t id,
                    struct version v, uint32_t rendering)
{
#define FRAGMENT_LETTER(name, letter) letter,
  static const char letters[] = {FRAGMENT_LIST(FRAGMENT_LETTER)};
#undef FRAGMENT_LETTER
  char text[FRAGMENT_KEY_MAX + 1], *end = text + FRAGMENT_KEY_MAX, *at = hex(end, rendering, 8);
  *end = 0;
  *--at = ':';
  at = hex(at, v.hash, 16);
  *--at = ':';
  at = digits(at, v.rev, 36);
  *--at = ':';
  at = digits(at, id, 36);
  *--at = ':';
  if (page > 1)
    at = digits(at, page % 1000000, 10);
  *--at = letters[kind];
  size_t n = (size_t)(end - at);
  memcpy(out, at, n + 1);
  return n;
}

struct version fragment_pair_version(struct version a, struct version b, uint64_t other_id)
{
  static const unsigned char key[crypto_shorthash_KEYBYTES + 1] = "pair of versions"; /* gcc 15 warns without room for the NUL */
  unsigned char hash[crypto_shorthash_BYTES];
  uint64_t parts[4] = {a.hash, b.rev, b.hash, other_id};
  struct version v = {.rev = a.rev};
  crypto_shorthash(hash, (const unsigned char *)parts, sizeof parts, key);
  memcpy(&v.hash, hash, sizeof v.hash);
  return v;
}

/* Keys and versions of fragments. */
#include "store/fragment.h"

#include <sodium.h>

#include "base/format.h"

const struct facts *fragment_facts(enum fragment_kind kind, const void *value)
{
  if (kind == FRAGMENT_PROFILE)
    return &((const struct profile *)value)->facts;
  if (kind == FRAGMENT_NEWS)
    return &((const struct news *)value)->facts;
  return kind == FRAGMENT_CARD ? &((const struct card *)value)->facts : NULL;
}

/* ---- keys */

uint32_t fragment_rendering(const struct config *c)
{
  char shape[512];
  unsigned char key[crypto_shorthash_KEYBYTES] = "rendering", hash[crypto_shorthash_BYTES];
  int n = format_print(shape, sizeof shape, "%d %s %lld %lld %lld %.300s", FRAGMENT_FORMAT, c->body_format,
                   (long long)c->markdown_bytes, (long long)c->markdown_output_bytes, (long long)c->markdown_cpu, c->base_url);
  crypto_shorthash(hash, (const unsigned char *)shape, (unsigned long long)n, key);
  return (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
}

/* Digits of v before `end`, at least `least` of them; returns where they begin. */
static char *digits(char *end, uint64_t v, unsigned base, int least)
{
  char *at = end;
  do
    *--at = "0123456789abcdefghijklmnopqrstuvwxyz"[v % base];
  while ((v /= base) || end - at < least);
  return at;
}

size_t fragment_key(char out[FRAGMENT_KEY_MAX + 1], enum fragment_kind kind, uint32_t page, uint64_t id,
                    struct version v, uint32_t rendering)
{
#define FRAGMENT_LETTER(name, letter) letter,
  static const char letters[] = {FRAGMENT_LIST(FRAGMENT_LETTER)};
#undef FRAGMENT_LETTER
  char text[FRAGMENT_KEY_MAX + 1], *end = text + FRAGMENT_KEY_MAX, *at = digits(end, rendering, 16, 8);
  *end = 0;
  *--at = ':';
  at = digits(at, v.hash, 16, 16);
  *--at = ':';
  at = digits(at, v.rev, 36, 1);
  *--at = ':';
  at = digits(at, id, 36, 1);
  *--at = ':';
  if (page > 1)
    at = digits(at, page % 1000000, 10, 1);
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

/* How names are ordered: by their folded texts (text/utf8.h), byte by byte.  What is neither a letter nor a digit counts as
 * a blank, because a record whose folded name equals its slug except for separators stores only the slug.  Such characters
 * do not count at the beginning (".NET" stands at N). */
#ifndef DIPTYCH_CATALOG_CATALOG_NAME_H
#define DIPTYCH_CATALOG_CATALOG_NAME_H

#include <stdint.h>

#include "base/span.h"

static inline unsigned char catalog_name_char(char c)
{
  unsigned char u = (unsigned char)c;
  return (u >= 'a' && u <= 'z') || (u >= '0' && u <= '9') || u >= 0x80 ? u : ' ';
}

static inline struct span catalog_name_start(struct span fold)
{
  while (fold.n && catalog_name_char(fold.p[0]) == ' ')
    fold = span_from(fold, 1);
  return fold;
}

/* Of texts without their separators at the beginning (catalog_name_start): <0, 0, >0. */
static inline int catalog_name_compare(struct span a, struct span b)
{
  size_t n = a.n < b.n ? a.n : b.n;
  for (size_t i = 0; i < n; i++) {
    unsigned char x = catalog_name_char(a.p[i]), y = catalog_name_char(b.p[i]);
    if (x != y)
      return x < y ? -1 : 1;
  }
  return (a.n > b.n) - (a.n < b.n);
}

/* The eight characters from `skip` on as a number: names with different numbers are in the order of the numbers. */
static inline uint64_t catalog_name_key(struct span start, size_t skip)
{
  uint64_t key = 0;
  struct span s = span_from(start, skip);
  for (size_t i = 0; i < 8; i++)
    key = key << 8 | (i < s.n ? catalog_name_char(s.p[i]) : 0);
  return key;
}

#endif

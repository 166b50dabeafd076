#include "template/template_program.h"

#include <stdlib.h>

/* FNV-1a. */
static uint64_t hash_add(uint64_t h, const void *p, size_t n)
{
  const unsigned char *at = p;
  while (n--)
    h = (h ^ *at++) * UINT64_C(0x100000001B3);
  return h;
}

/* Hashes field by field, because padding is indeterminate and the machines of a site must have the same hash. */
uint64_t template_program_hash(const struct template *t)
{
  uint64_t h = hash_add(UINT64_C(0xCBF29CE484222325), t->pool, t->pool_n);
  h = hash_add(h, t->base.p, t->base.n);
  h = hash_add(h, t->decimal.p, t->decimal.n);
  for (size_t i = 0; i < t->n; i++) {
    const struct template_op *op = &t->ops[i];
    const uint32_t words[] = {op->kind,        op->escape,   op->level,      op->jump,       op->stride,
                              op->literal.at,  op->literal.n, op->ref.level, op->ref.hops,   op->ref.hop[0],
                              op->ref.hop[1],  op->ref.hop[2], op->ref.offset};
    h = hash_add(h, words, sizeof words);
  }
  return h;
}

uint64_t template_hash(const struct template *t)
{
  return t->hash;
}

void template_free(struct template **t)
{
  if (!*t)
    return;
  free((*t)->ops);
  free((*t)->pool);
  free(*t);
  *t = NULL;
}

/* Each text is remembered by a hash of its folded letters and by its first words, whatever its length. */
#include "lint/lint_texts.h"

#include <stdlib.h>

#include "base/hash.h"
#include "text/utf8.h"

#define LEAST 24 /* characters */
#define WORDS 60 /* characters that are kept for the finding */

struct seen {
  uint64_t hash, product, id;
  const char *column;
  char table[16], words[WORDS * 4];
  uint16_t n;
};

struct lint_texts {
  struct seen *v;
  size_t n, cap;
  bool failed;
};

struct lint_texts *lint_texts_new(void)
{
  return calloc(1, sizeof(struct lint_texts));
}

void lint_texts_free(struct lint_texts **t)
{
  if (*t)
    free((*t)->v);
  free(*t);
  *t = NULL;
}

static struct seen *room(struct lint_texts *t)
{
  if (t->n == t->cap) {
    size_t cap = t->cap ? 2 * t->cap : 1024;
    struct seen *v = reallocarray(t->v, cap, sizeof *v);
    t->failed = t->failed || !v;
    if (!v)
      return NULL;
    t->v = v;
    t->cap = cap;
  }
  return &t->v[t->n++];
}

static uint64_t text_hash(struct span text)
{
  uint64_t hash = 1;
  struct arena *a = arena_new(0);
  if (a)
    hash = hash_span(1, utf8_fold(a, text));
  arena_free(&a);
  return hash;
}

void lint_texts_add(struct lint_texts *t, const struct lint_place *at, struct span text)
{
  text = utf8_trim(text);
  if (!at->product || utf8_count(text) < LEAST)
    return;
  struct seen *s = room(t);
  if (!s)
    return;
  struct span words = utf8_cut(text, WORDS);
  *s = (struct seen){.hash = text_hash(text), .product = at->product, .id = at->id, .column = at->column,
                     .n = (uint16_t)(words.n < sizeof s->words ? words.n : 0)};
  memcpy(s->words, words.p, s->n);
  memcpy(s->table, at->table.p, at->table.n < sizeof s->table ? at->table.n : sizeof s->table - 1);
}

static int seen_cmp(const void *x, const void *y)
{
  const struct seen *a = x, *b = y;
  if (a->hash != b->hash)
    return a->hash < b->hash ? -1 : 1;
  if (a->product != b->product)
    return a->product < b->product ? -1 : 1;
  return (a->id > b->id) - (a->id < b->id);
}

static void group_report(struct lint *l, const struct seen *v, size_t n)
{
  if (v[0].product == v[n - 1].product)
    return;
  for (size_t i = 0; i < n; i++) {
    struct lint_place at = {.table = span_z(v[i].table), .id = v[i].id, .product = v[i].product, .column = v[i].column};
    uint64_t other = v[i].product == v[0].product ? v[n - 1].product : v[0].product;
    char id[24];
    snprintf(id, sizeof id, "%llu", (unsigned long long)other);
    lint_found(l, LINT_text_repeated, &at, span_of(v[i].words, v[i].n),
               LINT_SAYING(N_("the same text as that of product %1$s"), id));
  }
}

enum err lint_texts_compare(struct lint_texts *t, struct lint *l)
{
  size_t from = 0;
  if (t->n)
    qsort(t->v, t->n, sizeof *t->v, seen_cmp);
  for (size_t i = 1; i <= t->n; i++)
    if (i == t->n || t->v[i].hash != t->v[from].hash) {
      group_report(l, t->v + from, i - from);
      from = i;
    }
  return t->failed ? ERR_NO_MEMORY : ERR_OK;
}

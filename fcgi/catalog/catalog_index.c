/* The bits of texts and needles, and the test of the products of a chunk. */
#include "catalog/catalog_index.h"

#define NAME_BITS (INDEX_NAME_WORDS * 64)
#define TEXT_BITS (INDEX_TEXT_WORDS * 64)
#define START 0x110000 /* as the first character of a pair: the text begins with the second one */

/* Fibonacci hashing: the upper bits of a product with 2^64 divided by the golden ratio. */
static uint64_t hash_of(uint64_t key)
{
  return key * UINT64_C(0x9e3779b97f4a7c15);
}

static void bit_set(uint64_t *words, uint32_t bit)
{
  words[bit / 64] |= UINT64_C(1) << bit % 64;
}

/* The next character of a word; bytes of ASCII without a call. */
static inline size_t word_char(struct span word, size_t at, uint32_t *c)
{
  if (at >= word.n)
    return 0;
  *c = (unsigned char)word.p[at];
  return *c < 0x80 ? 1 : match_char(span_from(word, at), c);
}

/* ---- names */

/* Two bits for each pair. */
static struct catalog_index_pair pair_of(uint32_t a, uint32_t b)
{
  uint64_t h = hash_of((uint64_t)a << 21 | b);
  return (struct catalog_index_pair){(uint8_t)(h >> 56), (uint8_t)(h >> 48)};
}

static void pair_set(uint32_t a, uint32_t b, uint64_t *names)
{
  struct catalog_index_pair pair = pair_of(a, b);
  bit_set(names, pair.first);
  bit_set(names, pair.second);
}

/* The pairs of a word, with those of its start and end if they are wanted. */
static void word_pairs(struct span word, bool start, bool end, uint64_t *names)
{
  uint32_t before = '-', c = 0;
  for (size_t at = 0, n; (n = word_char(word, at, &c)); at += n) {
    if (at || start)
      pair_set(before, c, names);
    before = c;
  }
  if (end)
    pair_set(before, '-', names);
}

/* The first two characters of a text. */
static void start_pairs(struct span text, uint64_t *names)
{
  uint32_t a = 0, b = 0;
  size_t n = match_char(text, &a);
  pair_set(START, a, names);
  if (match_char(span_from(text, n), &b) && b != '-')
    pair_set(START + a, b, names);
}

/* ---- texts */

static void text_bits(uint64_t key, uint64_t salt, int bits, uint64_t *texts)
{
  uint64_t h = hash_of(key ^ salt << 56);
  for (int i = 0; i < bits; i++, h <<= 9)
    bit_set(texts, (uint32_t)(h >> 55));
}

/* Words that nearly every summary has, and their beginnings, which a needle may be.  Their bits would be set everywhere and
 * stand for other words too. */
static bool is_common(struct span word)
{
  static const char *const words[] = {"a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "is", "it", "its", "of",
                                      "on", "or", "that", "the", "to", "which", "with"};
  for (size_t i = 0; word.n < 6 && i < sizeof words / sizeof *words; i++) {
    struct span common = span_z(words[i]);
    if (word.p[0] == *common.p && (word.n < 3 ? span_eq(word, common) : span_starts(common, word)))
      return true;
  }
  return false;
}

/* The beginnings of three, five and eight characters, or the whole word if it has less than three. */
static void word_starts(const struct match_word *w, uint64_t *texts)
{
  uint64_t key = 0;
  uint32_t c = 0;
  size_t chars = 0;
  if (is_common(w->text))
    return;
  for (size_t at = 0, n; chars < 8 && (n = word_char(w->text, at, &c)); at += n) {
    key = (key << 13 | key >> 51) ^ c;
    if (++chars == 3 || chars == 5 || chars == 8)
      text_bits(key, chars, 2, texts);
  }
  if (chars < 3)
    text_bits(key, chars, 3, texts);
}

/* Of a script without blanks, a word begins at each character. */
static void unspaced_pairs(const struct match_word *w, uint64_t *texts)
{
  uint32_t before = 0, c = 0;
  for (size_t at = 0, n; (n = word_char(w->text, at, &c)); at += n) {
    if (at)
      text_bits((uint64_t)before << 21 | c, 6, 2, texts);
    before = c;
  }
}

static void word_text(const struct match_word *w, uint64_t *texts)
{
  if (w->unspaced)
    unspaced_pairs(w, texts);
  else
    word_starts(w, texts);
}

void catalog_index_text(struct span folded, uint64_t names[INDEX_NAME_WORDS], uint64_t texts[INDEX_TEXT_WORDS])
{
  struct match_word w;
  const char *end = NULL;
  while (match_word_next(&folded, &w)) {
    if (names && end == w.text.p) { /* two scripts without a separator: also the pair across */
      uint32_t last = 0, first = 0;
      const char *p = end - 1;
      while (((unsigned char)*p & 0xc0) == 0x80)
        p--;
      match_char(span_of(p, (size_t)(end - p)), &last);
      match_char(w.text, &first);
      pair_set(last, first, names);
    }
    if (names && !end)
      start_pairs(w.text, names);
    if (names)
      word_pairs(w.text, true, true, names);
    word_text(&w, texts);
    end = w.text.p + w.text.n;
  }
}

void catalog_index_attribute(uint64_t id, uint64_t texts[INDEX_TEXT_WORDS])
{
  text_bits(catalog_hash_id(id), 7, 2, texts);
}

/* ---- needles */

/* An error changes at most two pairs: those on both sides of a character that is another, or that is missing here, the one
 * around a character that is missing there.  A transposition changes those on its sides and turns round the one between, so
 * a pair counts in either direction.  Only those at the ends of the text cannot be turned round. */
static void near_make(struct span text, const struct match_needle *m, struct catalog_index_near *out)
{
  uint32_t before = '-', c = 0;
  out->n = out->least = 0;
  if (!m->chars)
    return;
  for (size_t at = 0, n; (n = match_char(span_from(text, at), &c)); at += n) {
    if (before != '-' || c != '-') {
      out->turned[out->n] = at ? pair_of(c, before) : pair_of(before, c);
      out->pairs[out->n++] = pair_of(before, c);
    }
    before = c;
  }
  out->turned[out->n] = out->pairs[out->n] = pair_of(before, '-');
  out->n++;
  out->least = out->n > 2 * m->errors ? out->n - 2 * m->errors : 0;
}

void catalog_index_need_make(const struct match_search *s, struct catalog_index_need *out)
{
  *out = (struct catalog_index_need){.n_words = s->n_words};
  for (size_t i = 0; i < s->n_words; i++) {
    const struct match_word *w = &s->words[i];
    bool start = !w->unspaced && (s->n_words > 1 || w->chars < 3);
    word_pairs(w->text, start, false, out->names);
    word_text(w, out->words[i].all);
    near_make(w->text, &s->near[i], &out->near[i]);
  }
  near_make(s->text, &s->whole, &out->whole);
  memcpy(out->starts, out->names, sizeof out->starts);
  if (s->text.n)
    start_pairs(s->text, out->starts);
}

/* ---- the test.  Each array of INDEX_COLUMN_WORDS has a bit for each product of a chunk. */

#define COUNTER_BITS 7 /* a needle has at most MATCH_CHARS + 1 pairs */
_Static_assert(MATCH_CHARS + 1 < 1 << COUNTER_BITS, "a counter has room for all pairs of a needle");

static bool is_none(const uint64_t *products)
{
  uint64_t any = 0;
  for (size_t k = 0; k < INDEX_COLUMN_WORDS; k++)
    any |= products[k];
  return any == 0;
}

/* Keeps the products that have all of the bits. */
static void columns_and(const uint64_t (*columns)[INDEX_COLUMN_WORDS], const uint64_t *bits, size_t words, uint64_t *products)
{
  for (size_t w = 0; w < words; w++)
    for (uint64_t rest = bits[w]; rest; rest &= rest - 1) {
      const uint64_t *column = columns[w * 64 + (unsigned)__builtin_ctzll(rest)];
      for (size_t k = 0; k < INDEX_COLUMN_WORDS; k++)
        products[k] &= column[k];
      if (is_none(products))
        return;
    }
}

/* Adds the products that have one of the bits. */
static void columns_or(const uint64_t (*columns)[INDEX_COLUMN_WORDS], const uint64_t *bits, size_t words, uint64_t *products)
{
  for (size_t w = 0; w < words; w++)
    for (uint64_t rest = bits[w]; rest; rest &= rest - 1) {
      const uint64_t *column = columns[w * 64 + (unsigned)__builtin_ctzll(rest)];
      for (size_t k = 0; k < INDEX_COLUMN_WORDS; k++)
        products[k] |= column[k];
    }
}

static void texts_possible(const struct catalog_index_need *need, const struct catalog_index_chunk *chunk, uint64_t *products)
{
  for (size_t i = 0; i < need->n_words; i++) {
    uint64_t word[INDEX_COLUMN_WORDS];
    memset(word, 0xff, sizeof word);
    columns_and(chunk->texts, need->words[i].all, INDEX_TEXT_WORDS, word);
    columns_or(chunk->texts, need->words[i].any, INDEX_TEXT_WORDS, word);
    for (size_t k = 0; k < INDEX_COLUMN_WORDS; k++)
      products[k] &= word[k];
  }
  if (!need->n_words)
    memset(products, 0, INDEX_COLUMN_WORDS * sizeof *products);
}

/* Adds one to the counters of some products.  Plane b of the counters has bit b of each. */
static void counters_add(uint64_t counters[COUNTER_BITS][INDEX_COLUMN_WORDS], uint64_t *products, uint64_t *overflow)
{
  for (size_t b = 0; b < COUNTER_BITS; b++)
    for (size_t k = 0; k < INDEX_COLUMN_WORDS; k++) {
      uint64_t carry = counters[b][k] & products[k];
      counters[b][k] ^= products[k];
      products[k] = carry;
    }
  for (size_t k = 0; k < INDEX_COLUMN_WORDS; k++)
    overflow[k] |= products[k];
}

/* Adds the products with at least `least` of the pairs.  The counters begin so that they overflow at `least`. */
static void near_possible(const struct catalog_index_near *near, const struct catalog_index_chunk *chunk, uint64_t *products)
{
  uint64_t counters[COUNTER_BITS][INDEX_COLUMN_WORDS], pair[INDEX_COLUMN_WORDS];
  unsigned first = (1u << COUNTER_BITS) - near->least;
  if (near->n && !near->least)
    memset(products, 0xff, INDEX_COLUMN_WORDS * sizeof *products);
  for (size_t b = 0; b < COUNTER_BITS; b++)
    memset(counters[b], first >> b & 1 ? 0xff : 0, sizeof counters[b]);
  for (unsigned i = 0; i < near->n && near->least; i++) {
    const uint64_t *a = chunk->names[near->pairs[i].first], *b = chunk->names[near->pairs[i].second];
    const uint64_t *c = chunk->names[near->turned[i].first], *d = chunk->names[near->turned[i].second];
    for (size_t k = 0; k < INDEX_COLUMN_WORDS; k++)
      pair[k] = (a[k] & b[k]) | (c[k] & d[k]);
    counters_add(counters, pair, products);
  }
}

/* The whole needle, or each of several words. */
static void all_near_possible(const struct catalog_index_need *need, const struct catalog_index_chunk *chunk, uint64_t *products)
{
  uint64_t whole[INDEX_COLUMN_WORDS] = {0};
  near_possible(&need->whole, chunk, whole);
  for (size_t i = 0; i < need->n_words && need->n_words > 1; i++) {
    uint64_t word[INDEX_COLUMN_WORDS] = {0};
    near_possible(&need->near[i], chunk, word);
    for (size_t k = 0; k < INDEX_COLUMN_WORDS; k++)
      products[k] &= word[k];
  }
  for (size_t k = 0; k < INDEX_COLUMN_WORDS; k++)
    products[k] = whole[k] | (need->n_words > 1 ? products[k] : 0);
}

void catalog_index_possible(const struct catalog_index_need *need, enum catalog_index_test test,
                            const struct catalog_index_chunk *chunk, uint64_t out[INDEX_COLUMN_WORDS])
{
  memset(out, 0xff, INDEX_COLUMN_WORDS * sizeof *out);
  switch (test) {
  case INDEX_NAMES:
    columns_and(chunk->names, need->names, INDEX_NAME_WORDS, out);
    break;
  case INDEX_STARTS:
    columns_and(chunk->names, need->starts, INDEX_NAME_WORDS, out);
    break;
  case INDEX_TEXTS:
    texts_possible(need, chunk, out);
    break;
  case INDEX_NEAR:
    all_near_possible(need, chunk, out);
    break;
  }
}

/* The bits of texts and needles, and the test of a product. */
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

static bool bit_is_set(const uint64_t *words, uint32_t bit)
{
  return words[bit / 64] >> bit % 64 & 1;
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

/* An error changes two pairs, a transposition three. */
static void near_make(struct span text, const struct match_needle *m, struct catalog_index_near *out)
{
  uint32_t before = '-', c = 0;
  out->n = out->least = 0;
  if (!m->chars)
    return;
  for (size_t at = 0, n; (n = match_char(span_from(text, at), &c)); at += n) {
    if (before != '-' || c != '-')
      out->pairs[out->n++] = pair_of(before, c);
    before = c;
  }
  out->pairs[out->n++] = pair_of(before, '-');
  out->least = out->n > 3 * m->errors ? out->n - 3 * m->errors : 0;
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

bool catalog_index_text_possible(const struct catalog_index_need *need, const uint64_t texts[INDEX_TEXT_WORDS])
{
  for (size_t i = 0; i < need->n_words; i++) {
    uint64_t missing = 0, some = 0;
    for (int k = 0; k < INDEX_TEXT_WORDS; k++) {
      missing |= need->words[i].all[k] & ~texts[k];
      some |= need->words[i].any[k] & texts[k];
    }
    if (missing && !some)
      return false;
  }
  return need->n_words > 0;
}

static bool near_possible(const struct catalog_index_near *near, const uint64_t *names)
{
  unsigned have = 0;
  for (unsigned i = 0; i < near->n; i++)
    have += bit_is_set(names, near->pairs[i].first) && bit_is_set(names, near->pairs[i].second);
  return near->n && have >= near->least;
}

bool catalog_index_near_possible(const struct catalog_index_need *need, const uint64_t names[INDEX_NAME_WORDS])
{
  if (near_possible(&need->whole, names))
    return true;
  for (size_t i = 0; i < need->n_words; i++)
    if (!near_possible(&need->near[i], names))
      return false;
  return need->n_words > 1;
}

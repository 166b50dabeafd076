/* Searches products: tests the index of all of them and reads the records of those that pass, in the order of memory.  A
 * small sorted list keeps the best matches; equal ones are in the order of the ranking.
 *
 * A word such as "database" is in the texts of very many products.  Once that is known, the products are read in the order of
 * the ranking until there are enough. */
#include "catalog/catalog_index.h"
#include "model/texts.h"
#include "text/utf8.h"

#define FETCHED 16     /* records that are fetched from memory at a time */
#define RECORD_LINES 6 /* of 64 bytes that most records have */
#define MANY 2000 /* products with the words in their texts: from here on those with the best ranks are taken */

struct search {
  const struct catalog_pin *pin;
  struct match_search needle;
  struct catalog_index_need need;
  uint64_t *possible; /* products that passed the last test of the index, a bit for each ordinal */
  struct shown_attribute {
    struct attribute attribute;
    uint32_t words; /* of the needle, in its name */
  } *attributes; /* by index; those that pages show */
  size_t n_attributes;
  uint32_t license_words;
  struct arena *arena, *scratch; /* scratch: of one product */
  size_t n_texts; /* products with the words in their texts, as far as they were read */
  struct catalog_match *out;
  size_t n, max;
};

/* ---- results */

static struct span slug_of(const struct catalog_pin *pin, uint32_t ordinal)
{
  struct catalog_record r;
  const void *body = catalog_record_read(pin, ordinal, &r);
  return body ? catalog_record_slug(&r, body) : (struct span){NULL, 0};
}

/* By cost, then by rank. */
static bool before(const struct catalog_pin *pin, const struct catalog_match *a, const struct catalog_match *b)
{
  if (a->cost != b->cost)
    return a->cost < b->cost;
  int x = catalog_score(pin, a->ordinal), y = catalog_score(pin, b->ordinal);
  return x != y ? x > y : span_cmp(slug_of(pin, a->ordinal), slug_of(pin, b->ordinal)) < 0;
}

static void result_put(struct search *s, uint32_t ordinal, uint32_t cost)
{
  struct catalog_match m = {ordinal, cost};
  if (cost >= MATCH_NONE || (s->n == s->max && !before(s->pin, &m, &s->out[s->n - 1])))
    return;
  size_t i = s->n < s->max ? s->n++ : s->n - 1;
  for (; i > 0 && before(s->pin, &m, &s->out[i - 1]); i--)
    s->out[i] = s->out[i - 1];
  s->out[i] = m;
}

/* ---- the index */

const struct catalog_index_chunk *catalog_index_chunk_read(const struct catalog_pin *pin, uint32_t number)
{
  const uint32_t *directory = catalog_index_directory(pin->catalog, pin->half);
  uint32_t at = __atomic_load_n(&directory[number], __ATOMIC_ACQUIRE);
  return catalog_at(pin->catalog, pin->half, at, sizeof(struct catalog_index_chunk));
}

/* Products that passed the test.  Their records are far apart in memory, so several are fetched at a time. */
struct passed {
  uint32_t ordinals[FETCHED], n;
};

static void record_prefetch(const struct catalog_pin *pin, uint32_t ordinal)
{
  uint32_t n;
  const uint32_t *records = catalog_table_read(pin, TABLE_RECORDS, sizeof *records, &n);
  const char *record = ordinal < n ? catalog_at(pin->catalog, pin->half, records[ordinal], sizeof(struct catalog_record)) : NULL;
  for (size_t line = 0; record && line < RECORD_LINES; line++)
    __builtin_prefetch(record + 64 * line);
}

static bool passed_read(struct search *s, struct passed *p, bool (*found)(struct search *, uint32_t))
{
  bool more = true;
  for (uint32_t i = 0; i < p->n && more; i++)
    more = found(s, p->ordinals[i]);
  p->n = 0;
  return more;
}

/* Tests the bits of all products.  False: there is no memory for the result. */
static bool index_test(struct search *s, enum catalog_index_test test)
{
  uint32_t chunks = (s->pin->products + CATALOG_INDEX_CHUNK - 1) / CATALOG_INDEX_CHUNK;
  if (!s->possible)
    s->possible = ARENA_ARRAY(s->arena, chunks * INDEX_COLUMN_WORDS, uint64_t);
  for (uint32_t i = 0; i < chunks && s->possible; i++) {
    const struct catalog_index_chunk *chunk = catalog_index_chunk_read(s->pin, i);
    uint64_t *out = s->possible + (size_t)i * INDEX_COLUMN_WORDS;
    if (chunk)
      catalog_index_possible(&s->need, test, chunk, out);
    else
      memset(out, 0, INDEX_COLUMN_WORDS * sizeof *out);
  }
  return s->possible;
}

/* Calls `found` for each product whose bits in the index pass the test, until it returns false. */
static void index_scan(struct search *s, enum catalog_index_test test, bool (*found)(struct search *, uint32_t))
{
  struct passed passed = {.n = 0};
  uint32_t words = index_test(s, test) ? (s->pin->products + 63) / 64 : 0;
  for (uint32_t w = 0; w < words; w++)
    for (uint64_t rest = s->possible[w]; rest; rest &= rest - 1) {
      uint32_t ordinal = w * 64 + (unsigned)__builtin_ctzll(rest);
      record_prefetch(s->pin, ordinal);
      passed.ordinals[passed.n++] = ordinal;
      if (passed.n == FETCHED && !passed_read(s, &passed, found))
        return;
    }
  passed_read(s, &passed, found);
}

static const void *published_read(const struct search *s, uint32_t ordinal, struct catalog_record *head)
{
  const void *body = catalog_record_read(s->pin, ordinal, head);
  return body && catalog_record_status(head) == PRODUCT_PUBLISHED ? body : NULL;
}

/* ---- names */

/* Calls `cost` for slug, name and aliases and returns the least. */
static uint32_t names_cost(const struct search *s, const struct catalog_record *r, const void *body,
                           uint32_t (*cost)(const struct match_search *, struct span))
{
  struct span rest = catalog_record_aliases(r, body), alias;
  uint32_t best = cost(&s->needle, catalog_record_slug(r, body)), other;
  if (best && !(r->flags & FLAG_FOLD_IS_SLUG) && (other = cost(&s->needle, catalog_record_fold(r, body))) < best)
    best = other;
  while (best && (alias = catalog_record_alias_take(&rest)).n)
    if ((other = cost(&s->needle, alias)) < best)
      best = other;
  return best;
}

static uint32_t names_words(const struct search *s, const struct catalog_record *r, const void *body)
{
  struct span rest = catalog_record_aliases(r, body), alias;
  uint32_t found = match_words(&s->needle, catalog_record_slug(r, body)) | match_words(&s->needle, catalog_record_fold(r, body));
  while ((alias = catalog_record_alias_take(&rest)).n)
    found |= match_words(&s->needle, alias);
  return found;
}

/* What match_words finds of a single long word, match_text has found inside of the text. */
static bool words_find_more(const struct match_search *s)
{
  return s->n_words > 1 || (s->n_words == 1 && s->words[0].chars < 3 && !s->words[0].unspaced);
}

static uint32_t name_cost(const struct search *s, const struct catalog_record *r, const void *body)
{
  uint32_t cost = names_cost(s, r, body, match_text);
  return cost == MATCH_NONE && words_find_more(&s->needle) && names_words(s, r, body) == s->needle.all ? MATCH_WORDS : cost;
}

static bool name_found(struct search *s, uint32_t ordinal)
{
  struct catalog_record head;
  const void *body = published_read(s, ordinal, &head);
  if (body)
    result_put(s, ordinal, name_cost(s, &head, body));
  return true;
}

static bool start_found(struct search *s, uint32_t ordinal)
{
  struct catalog_record head;
  const void *body = published_read(s, ordinal, &head);
  uint32_t cost = body ? names_cost(s, &head, body, match_text) : MATCH_NONE;
  if (cost <= MATCH_PREFIX)
    result_put(s, ordinal, cost);
  return true;
}

/* Very many names may have a short needle.  When enough begin with it, the others are not read. */
static void names_search(struct search *s)
{
  index_scan(s, INDEX_STARTS, start_found);
  if (s->n == s->max)
    return;
  s->n = 0;
  index_scan(s, INDEX_NAMES, name_found);
}

static bool near_found(struct search *s, uint32_t ordinal)
{
  struct catalog_record head;
  const void *body = published_read(s, ordinal, &head);
  if (body)
    result_put(s, ordinal, names_cost(s, &head, body, match_near));
  return true;
}

/* Two errors are tried only when one finds nothing: they pass for very many names. */
static void near_search(struct search *s, struct span needle)
{
  bool limited = match_errors_limit(&s->needle, 1);
  catalog_index_need_make(&s->needle, &s->need);
  index_scan(s, INDEX_NEAR, near_found);
  if (s->n || !limited)
    return;
  match_prepare(&s->needle, needle);
  catalog_index_need_make(&s->needle, &s->need);
  index_scan(s, INDEX_NEAR, near_found);
}

/* ---- texts */

static void attribute_words_find(struct search *s, uint64_t id, struct span name, uint32_t *words)
{
  *words = match_words(&s->needle, name);
  for (size_t i = 0; i < s->needle.n_words; i++)
    if (*words >> i & 1)
      catalog_index_attribute(id, s->need.words[i].any);
}

static void attributes_find(struct search *s)
{
  uint32_t n = catalog_attributes(s->pin);
  s->attributes = ARENA_ARRAY(s->arena, n, struct shown_attribute);
  for (uint32_t i = 0; i < n && s->attributes; i++) {
    struct shown_attribute *a = &s->attributes[s->n_attributes];
    if (!catalog_attribute(s->pin, i, s->arena, &a->attribute) || !attribute_shown(&a->attribute))
      continue;
    attribute_words_find(s, a->attribute.id, utf8_fold(s->arena, a->attribute.name), &a->words);
    s->n_attributes++;
  }
  attribute_words_find(s, TEXTS_LICENSE, SPAN("licence license"), &s->license_words);
}

/* False: no page shows the fact.  *words: those of the needle that its attribute's name has. */
static bool fact_is_shown(const struct search *s, const struct catalog_record *r, const struct texts_line *line, uint32_t *words)
{
  *words = line->attribute == TEXTS_LICENSE ? s->license_words : 0;
  if (line->attribute == TEXTS_LICENSE)
    return true;
  const uint64_t *sectors = catalog_at(s->pin->catalog, s->pin->half, r->sectors, r->n_sectors * sizeof *sectors);
  for (size_t i = 0; i < s->n_attributes; i++) {
    const struct attribute *a = &s->attributes[i].attribute;
    if (a->id != line->attribute)
      continue;
    *words = attribute_denied(a, line->text) ? 0 : s->attributes[i].words;
    return attribute_asked(a, sectors, sectors ? r->n_sectors : 0);
  }
  return false;
}

static bool has_phrase(const struct search *s, struct span text)
{
  return s->needle.n_words > 1 && match_text(&s->needle, text) <= MATCH_WORD_PREFIX;
}

static uint32_t texts_cost(const struct search *s, const struct catalog_record *r, const void *body)
{
  struct texts_reader reader = {.rest = catalog_record_texts(r, body)};
  struct texts_line line;
  uint32_t all = s->needle.all, found = 0, labels = 0, best = MATCH_NONE;
  uint32_t names = s->needle.n_words > 1 ? names_words(s, r, body) : 0;
  arena_reset(s->scratch);
  while (texts_next(&reader, &line)) {
    uint32_t named = 0, words;
    if (line.fact && !fact_is_shown(s, r, &line, &named))
      continue;
    struct span text = utf8_fold(s->scratch, line.text);
    words = match_words(&s->needle, text);
    if (words == all && !line.fact && has_phrase(s, text))
      return MATCH_PHRASE;
    uint32_t cost = (words | named) != all ? MATCH_NONE : !words ? MATCH_LABEL : line.fact ? MATCH_FACT : MATCH_SUMMARY;
    best = cost < best ? cost : best;
    found |= words;
    labels |= named;
  }
  if (names && (names | found | labels) == all)
    return MATCH_NAMED;
  return best > MATCH_LINES && found && (found | labels) == all ? MATCH_LINES : best;
}

/* False: the product has no such text, or its name was found already. */
static bool text_try(struct search *s, uint32_t ordinal)
{
  struct catalog_record head;
  const void *body = published_read(s, ordinal, &head);
  bool named = !body || !head.texts_n || name_cost(s, &head, body) < MATCH_NONE;
  uint32_t cost = named ? MATCH_NONE : texts_cost(s, &head, body);
  if (cost == MATCH_NONE)
    return false;
  result_put(s, ordinal, cost);
  return true;
}

static bool text_found(struct search *s, uint32_t ordinal)
{
  s->n_texts += text_try(s, ordinal);
  return s->n_texts < MANY;
}

static void ranking_read(struct search *s)
{
  struct catalog_list ranking = catalog_ranking(s->pin);
  size_t room = s->max - s->n;
  for (uint32_t i = 0; i < ranking.n && room; i++) {
    uint32_t ordinal = ranking.ordinals[i];
    if (ordinal < s->pin->products && s->possible[ordinal / 64] >> ordinal % 64 & 1)
      room -= text_try(s, ordinal);
  }
}

static void texts_search(struct search *s)
{
  size_t named = s->n;
  if (named == s->max || !s->needle.n_words)
    return;
  s->scratch = arena_new(0);
  attributes_find(s);
  if (!s->scratch) {
    arena_fail(s->arena);
    return;
  }
  index_scan(s, INDEX_TEXTS, text_found);
  if (s->n_texts == MANY) {
    s->n = named; /* results by name are before the others */
    ranking_read(s);
  }
  arena_free(&s->scratch);
}

size_t catalog_search(const struct catalog_pin *pin, enum catalog_searched what, struct span needle, struct arena *arena,
                      struct catalog_match *out, size_t max)
{
  struct search *s = ARENA_NEW(arena, struct search);
  if (!s || max == 0)
    return 0;
  *s = (struct search){.pin = pin, .arena = arena, .out = out, .max = max};
  match_prepare(&s->needle, needle);
  if (match_empty(&s->needle))
    return 0;
  catalog_index_need_make(&s->needle, &s->need);
  if (what == SEARCH_NEAR)
    near_search(s, needle);
  else
    names_search(s);
  if (what == SEARCH_ALL)
    texts_search(s);
  return s->n;
}

/* ---- sectors and themes */

static uint32_t term_cost(const struct match_search *s, struct arena *arena, const struct catalog_term *t, bool near)
{
  uint32_t cost = near ? match_near(s, t->slug) : match_text(s, t->slug);
  if (cost == MATCH_EXACT)
    return cost;
  struct span name = span_eq(t->name, t->slug) ? t->slug : utf8_fold(arena, t->name);
  uint32_t other = near ? match_near(s, name) : match_text(s, name);
  cost = other < cost ? other : cost;
  bool words = !near && cost == MATCH_NONE && words_find_more(s) && (match_words(s, t->slug) | match_words(s, name)) == s->all;
  return words ? MATCH_WORDS : cost;
}

size_t catalog_search_terms(const struct catalog_pin *pin, const struct catalog_terms_search *search, struct arena *arena,
                            struct catalog_match *out, size_t max)
{
  uint32_t n = search->themes ? catalog_themes(pin) : catalog_sectors(pin);
  struct match_search *needle = ARENA_NEW(arena, struct match_search);
  struct catalog_term t;
  size_t found = 0;
  if (!needle || max == 0)
    return 0;
  match_prepare(needle, search->needle);
  for (uint32_t i = 0; i < n && !match_empty(needle); i++) {
    if (!(search->themes ? catalog_theme(pin, i, &t) : catalog_sector(pin, i, &t)))
      continue;
    uint32_t cost = term_cost(needle, arena, &t, search->near);
    if (cost == MATCH_NONE || (found == max && cost >= out[found - 1].cost))
      continue;
    size_t at = found < max ? found++ : found - 1;
    for (; at > 0 && out[at - 1].cost > cost; at--)
      out[at] = out[at - 1];
    out[at] = (struct catalog_match){i, cost};
  }
  return found;
}

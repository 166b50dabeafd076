/* Writes the search index.  A chunk is allocated with the first product in it.  The directory names it at once; readers
 * look only at ordinals of their snapshot, so they see it when its products are published.  After the death of a writer,
 * entries of chunks that no snapshot covers are dropped (catalog_index_repair). */
#include "catalog/catalog_index.h"
#include "catalog/catalog_private.h"
#include "model/texts.h"
#include "text/utf8.h"

struct product_bits {
  uint64_t names[INDEX_NAME_WORDS], texts[INDEX_TEXT_WORDS];
};

static uint32_t *directory(const struct catalog_writer *w)
{
  return catalog_index_directory(w->c, w->base);
}

static struct catalog_index_chunk *chunk_of(const struct catalog_writer *w, uint32_t ordinal)
{
  uint32_t at = directory(w)[ordinal / CATALOG_INDEX_CHUNK];
  return at ? (struct catalog_index_chunk *)(w->base + (size_t)at * 8) : NULL;
}

struct catalog_index_chunk *catalog_index_chunk_make(struct catalog_writer *w, uint32_t ordinal)
{
  MUST(ordinal < w->c->max_ordinals, "a product of the search index has no ordinal in the catalog");
  struct catalog_index_chunk *chunk = chunk_of(w, ordinal);
  uint32_t at;
  if (chunk)
    return chunk;
  chunk = catalog_table_alloc(w, sizeof *chunk, &at);
  if (!chunk)
    return NULL;
  memset(chunk, 0, sizeof *chunk);
  chunk->mark = INDEX_CHUNK_MARK + ordinal / CATALOG_INDEX_CHUNK;
  __atomic_store_n(&directory(w)[ordinal / CATALOG_INDEX_CHUNK], at, __ATOMIC_RELEASE);
  return chunk;
}

static enum err bits_make(struct catalog_writer *w, const struct catalog_record *r, struct product_bits *out)
{
  struct span aliases = catalog_record_aliases(r, r), alias;
  struct texts_reader reader = {.rest = catalog_record_texts(r, r)};
  struct texts_line line;
  *out = (struct product_bits){0};
  arena_reset(w->arena);
  catalog_index_text(catalog_record_slug(r, r), out->names, out->texts);
  if (!(r->flags & FLAG_FOLD_IS_SLUG))
    catalog_index_text(catalog_record_fold(r, r), out->names, out->texts);
  while ((alias = catalog_record_alias_take(&aliases)).n)
    catalog_index_text(alias, out->names, out->texts);
  while (texts_next(&reader, &line)) {
    catalog_index_text(utf8_fold(w->arena, line.text), NULL, out->texts);
    if (line.fact)
      catalog_index_attribute(line.attribute, out->texts);
  }
  return arena_failed(w->arena) ? ERR_NO_MEMORY : ERR_OK;
}

static uint64_t *column_word(uint64_t (*columns)[INDEX_COLUMN_WORDS], size_t bit, uint32_t ordinal)
{
  return &columns[bit][ordinal % CATALOG_INDEX_CHUNK / 64];
}

static void bits_add(uint64_t (*columns)[INDEX_COLUMN_WORDS], uint32_t ordinal, const uint64_t *bits, size_t words)
{
  for (size_t w = 0; w < words; w++)
    for (uint64_t rest = bits[w]; rest; rest &= rest - 1) {
      uint64_t *word = column_word(columns, w * 64 + (unsigned)__builtin_ctzll(rest), ordinal);
      __atomic_store_n(word, *word | UINT64_C(1) << ordinal % 64, __ATOMIC_RELAXED);
    }
}

/* True: a product has all of these bits (`is_set`), or none of the others. */
static bool bits_are(const uint64_t (*columns)[INDEX_COLUMN_WORDS], uint32_t ordinal, const uint64_t *bits, size_t words,
                     bool is_set)
{
  uint32_t i = ordinal % CATALOG_INDEX_CHUNK;
  for (size_t b = 0; b < 64 * words; b++)
    if ((bits[b / 64] >> b % 64 & 1) == is_set && (columns[b][i / 64] >> i % 64 & 1) != is_set)
      return false;
  return true;
}

static bool bits_surplus(const struct catalog_index_chunk *chunk, uint32_t ordinal, const struct product_bits *bits)
{
  return !bits_are(chunk->names, ordinal, bits->names, INDEX_NAME_WORDS, false) ||
         !bits_are(chunk->texts, ordinal, bits->texts, INDEX_TEXT_WORDS, false);
}

enum err catalog_index_put(struct catalog_writer *w, uint32_t ordinal)
{
  struct product_bits bits;
  struct catalog_index_chunk *chunk = catalog_index_chunk_make(w, ordinal);
  enum err e = chunk ? bits_make(w, catalog_record_of(w, w->records[ordinal]), &bits) : ERR_LIMIT;
  if (e != ERR_OK)
    return e;
  uint64_t *filled = &chunk->filled[ordinal % CATALOG_INDEX_CHUNK / 64], bit = UINT64_C(1) << ordinal % 64;
  if (*filled & bit && bits_surplus(chunk, ordinal, &bits))
    w->marks[ordinal] |= MARK_SURPLUS;
  *filled |= bit;
  bits_add(chunk->names, ordinal, bits.names, INDEX_NAME_WORDS);
  bits_add(chunk->texts, ordinal, bits.texts, INDEX_TEXT_WORDS);
  return ERR_OK;
}

static enum err range_put(struct catalog_writer *w, uint32_t from, uint32_t to)
{
  enum err e = ERR_OK;
  for (uint32_t i = from; i < to && e == ERR_OK; i++)
    if (w->records[i])
      e = catalog_index_put(w, i);
  return e;
}

/* ---- the state file */

/* A chunk is missing when there was no room for its first product. */
bool catalog_index_part_find(struct catalog_writer *w, uint32_t from, bool make, struct catalog_index_part *out)
{
  static struct catalog_index_chunk none;
  struct catalog_index_chunk *chunk = make ? catalog_index_chunk_make(w, from) : chunk_of(w, from);
  if (!chunk && make)
    return false;
  if (!chunk)
    chunk = &none;
  uint32_t left = w->next.products - from;
  out->columns = chunk->filled;
  out->n = INDEX_COLUMNS;
  out->words = left < CATALOG_INDEX_CHUNK ? (left + 63) / 64 : INDEX_COLUMN_WORDS;
  return true;
}

static bool bits_valid(struct catalog_writer *w, uint32_t ordinal)
{
  struct product_bits bits;
  const struct catalog_index_chunk *chunk = chunk_of(w, ordinal);
  return chunk && bits_make(w, catalog_record_of(w, w->records[ordinal]), &bits) == ERR_OK &&
         bits_are(chunk->names, ordinal, bits.names, INDEX_NAME_WORDS, true) &&
         bits_are(chunk->texts, ordinal, bits.texts, INDEX_TEXT_WORDS, true);
}

bool catalog_index_valid(struct catalog_writer *w)
{
  for (uint32_t i = 0; i < w->next.products; i += i < 16 ? 1 : CATALOG_INDEX_CHUNK / 4)
    if (w->records[i] && !bits_valid(w, i))
      return false;
  return true;
}

/* ---- takeover */

static bool chunk_valid(const struct catalog_writer *w, uint32_t number)
{
  uint32_t at = directory(w)[number];
  size_t end = (size_t)((char *)directory(w) - w->base);
  if (at < w->next.tables_low || (size_t)at * 8 + sizeof(struct catalog_index_chunk) > end)
    return false;
  return ((const struct catalog_index_chunk *)(w->base + (size_t)at * 8))->mark == INDEX_CHUNK_MARK + number;
}

enum err catalog_index_repair(struct catalog_writer *w)
{
  enum err e = ERR_OK;
  uint32_t n = w->next.products, chunks = w->c->max_ordinals / CATALOG_INDEX_CHUNK + 1;
  for (uint32_t i = 0; i < chunks; i++)
    if (directory(w)[i] && !chunk_valid(w, i))
      directory(w)[i] = 0;
  for (uint32_t i = 0; i < n && e == ERR_OK; i += CATALOG_INDEX_CHUNK)
    if (!chunk_of(w, i))
      e = range_put(w, i, n - i < CATALOG_INDEX_CHUNK ? n : i + CATALOG_INDEX_CHUNK);
  return e;
}

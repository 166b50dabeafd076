/* Moves the search index to the other half.  The columns of 64 products are turned into rows, those of the products that are
 * left are put together, and 64 of them are turned into columns again. */
#include "catalog/catalog_index.h"
#include "catalog/catalog_private.h"

#define ROW_WORDS (INDEX_NAME_WORDS + INDEX_TEXT_WORDS)

struct index_block { /* of 64 products: word w of product i */
  uint64_t rows[ROW_WORDS][64];
};

/* Bit j of word i becomes bit i of word j (H. S. Warren, "Hacker's Delight", 7-3). */
static void transpose(uint64_t a[64])
{
  uint64_t mask = UINT64_C(0x00000000ffffffff);
  for (unsigned j = 32; j; j >>= 1, mask ^= mask << j)
    for (unsigned k = 0; k < 64; k = ((k | j) + 1) & ~j) {
      uint64_t t = (a[k] >> j ^ a[k | j]) & mask;
      a[k] ^= t << j;
      a[k | j] ^= t;
    }
}

static const uint64_t *column_of(const struct catalog_index_chunk *chunk, size_t bit)
{
  return bit < INDEX_NAME_WORDS * 64 ? chunk->names[bit] : chunk->texts[bit - INDEX_NAME_WORDS * 64];
}

/* All zero: there is no such chunk. */
static void block_read(const struct catalog_writer *w, const char *half, uint32_t ordinal, struct index_block *b)
{
  uint32_t at = catalog_index_directory(w->c, half)[ordinal / CATALOG_INDEX_CHUNK];
  const struct catalog_index_chunk *chunk = (const void *)(half + (size_t)at * 8);
  for (size_t word = 0; word < ROW_WORDS; word++) {
    for (size_t bit = 0; bit < 64; bit++)
      b->rows[word][bit] = at ? column_of(chunk, word * 64 + bit)[ordinal % CATALOG_INDEX_CHUNK / 64] : 0;
    transpose(b->rows[word]);
  }
}

/* The products of the block are those of [from, from + n); the block is empty afterwards. */
static bool block_write(struct catalog_writer *w, uint32_t from, uint32_t n, struct index_block *b)
{
  struct catalog_index_chunk *chunk = n ? catalog_index_chunk_make(w, from) : NULL;
  size_t at = from % CATALOG_INDEX_CHUNK / 64;
  if (!chunk)
    return n == 0;
  for (size_t word = 0; word < ROW_WORDS; word++) {
    transpose(b->rows[word]);
    for (size_t bit = 0; bit < 64; bit++) {
      uint64_t *to = (uint64_t *)(uintptr_t)column_of(chunk, word * 64 + bit) + at;
      *to |= b->rows[word][bit];
    }
  }
  chunk->filled[at] |= n < 64 ? (UINT64_C(1) << n) - 1 : UINT64_MAX;
  memset(b, 0, sizeof *b);
  return true;
}

static bool is_surplus(struct catalog_writer *w, uint32_t ordinal)
{
  bool surplus = w->marks[ordinal] & MARK_SURPLUS;
  w->marks[ordinal] &= (uint8_t)~MARK_SURPLUS;
  return surplus;
}

/* Products with surplus bits get those of their records. */
static enum err surplus_put(struct catalog_writer *w, uint32_t products)
{
  enum err e = ERR_OK;
  for (uint32_t i = 0; i < products && e == ERR_OK; i++)
    if (is_surplus(w, i))
      e = catalog_index_put(w, i);
  return e;
}

enum err catalog_index_move(struct catalog_writer *w, const char *from, const uint32_t *map, uint32_t products)
{
  struct index_block old, new = {0};
  uint32_t n = 0;
  for (uint32_t i = 0; i < products; i++) {
    if (i % 64 == 0)
      block_read(w, from, i, &old);
    if (map[i] == CATALOG_NONE)
      continue;
    for (size_t word = 0; word < ROW_WORDS && !(w->marks[n] & MARK_SURPLUS); word++)
      new.rows[word][n % 64] = old.rows[word][i % 64];
    if (++n % 64 == 0 && !block_write(w, n - 64, 64, &new))
      return ERR_LIMIT;
  }
  return block_write(w, n - n % 64, n % 64, &new) ? surplus_put(w, n) : ERR_LIMIT;
}

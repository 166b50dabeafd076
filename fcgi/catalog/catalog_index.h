/* The search index: which letters and words occur in the names and texts of a product, as bits of a hash (a Bloom filter
 * for each product).  Private to this room.
 *
 *   names   bits for each pair of neighbouring characters in slug, folded name and aliases; `-` stands for a separator and
 *           for either end; and bits for their first two characters
 *   texts   bits for the first characters of each word in the names, the summary and the facts, and a bit for each attribute
 *
 * A search tests the bits of all products and reads the records of those that pass.  A text that matches has all bits of the
 * needle; others may have them too.  So bits are only ever set: an edit adds those of the new text, readers of older
 * snapshots still find theirs, and the surplus is gone when the writer moves to the other half.
 *
 * The index of a half lies in chunks of CATALOG_INDEX_CHUNK products, which a directory beside the stored versions names.  A
 * chunk has a column for each bit of the hash, with one bit for each product (bit-sliced signatures: C. Faloutsos and R. Chan,
 * "Fast Text Access Methods for Optical and Large Magnetic Disks", 1988).  A search reads only the columns of the needle's
 * bits, and each instruction tests 64 products. */
#ifndef DIPTYCH_CATALOG_CATALOG_INDEX_H
#define DIPTYCH_CATALOG_CATALOG_INDEX_H

#include "catalog/catalog_layout.h"
#include "catalog/catalog_match.h"

#define INDEX_NAME_WORDS 4 /* of 64 bits */
#define INDEX_TEXT_WORDS 8
#define INDEX_COLUMN_WORDS (CATALOG_INDEX_CHUNK / 64)
#define INDEX_COLUMNS ((INDEX_NAME_WORDS + INDEX_TEXT_WORDS) * 64 + 1)

#define INDEX_CHUNK_MARK UINT64_C(0x69646e6978656463)

struct catalog_index_chunk {
  uint64_t mark; /* INDEX_CHUNK_MARK + its number: proves to the next writer that this is the chunk */
  uint64_t filled[INDEX_COLUMN_WORDS]; /* products whose bits were set */
  uint64_t names[INDEX_NAME_WORDS * 64][INDEX_COLUMN_WORDS];
  uint64_t texts[INDEX_TEXT_WORDS * 64][INDEX_COLUMN_WORDS];
};
_Static_assert(sizeof(struct catalog_index_chunk) == (INDEX_COLUMNS * INDEX_COLUMN_WORDS + 1) * sizeof(uint64_t),
               "the columns of a chunk follow each other");

/* NULL: there is none, or its place is not valid. */
const struct catalog_index_chunk *catalog_index_chunk_read(const struct catalog_pin *pin, uint32_t number);

/* Adds the bits of a folded text; `names` may be NULL. */
void catalog_index_text(struct span folded, uint64_t names[INDEX_NAME_WORDS], uint64_t texts[INDEX_TEXT_WORDS]);
void catalog_index_attribute(uint64_t id, uint64_t texts[INDEX_TEXT_WORDS]);

struct catalog_index_pair { /* the bits of two neighbouring characters */
  uint8_t first, second;
};
_Static_assert(INDEX_NAME_WORDS * 64 == UINT8_MAX + 1 && INDEX_TEXT_WORDS * 64 == 1 << 9, "hashes have this many bits");

/* What a product must have to be read for a needle. */
struct catalog_index_need {
  uint64_t names[INDEX_NAME_WORDS], starts[INDEX_NAME_WORDS]; /* starts: of a name that begins with the needle */
  struct {
    uint64_t all[INDEX_TEXT_WORDS]; /* of the word itself */
    uint64_t any[INDEX_TEXT_WORDS]; /* or one bit of these: attributes whose names have the word */
  } words[MATCH_WORDS_MAX];
  size_t n_words;
  struct catalog_index_near { /* at least `least` of these pairs of `names`, each in one of two directions */
    struct catalog_index_pair pairs[MATCH_CHARS + 1], turned[MATCH_CHARS + 1];
    unsigned n, least;
  } whole, near[MATCH_WORDS_MAX];
};

void catalog_index_need_make(const struct match_search *s, struct catalog_index_need *out);

enum catalog_index_test { INDEX_NAMES, INDEX_STARTS, INDEX_TEXTS, INDEX_NEAR };

/* The products of a chunk that may match, a bit for each. */
void catalog_index_possible(const struct catalog_index_need *need, enum catalog_index_test test,
                            const struct catalog_index_chunk *chunk, uint64_t out[INDEX_COLUMN_WORDS]);

#endif

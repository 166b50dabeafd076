/* The part memo: views of single products that many pages show, built and rendered once in a worker.
 *
 * N products make N*N comparisons.  What a comparison shows of one product (its column at a glance, its panel, its rows of the
 * timeline) does not depend on the other one.  A part is such a view, copied out of the page that built it, with the texts
 * of its blocks (template/template_block.h).  A page that was never requested is then mostly copied.
 *
 * The key of a part holds all that the part shows: the digest of what the plan read for the product, the version of its
 * fragment, its place on the page, the query's day.  Not in the key are relative times and the products that its texts
 * link to.  The part records both, and is used only while they hold.
 *
 * A part may be evicted only between requests, because pages point into it. */
#ifndef DIPTYCH_SITE_PART_MEMO_H
#define DIPTYCH_SITE_PART_MEMO_H

#include "site/planned_product.h"
#include "template/template_block.h"

#define PART_KEY_WORDS 9
#define PART_ALONE 4 /* a place */

struct part_memo;

struct part_memo *part_memo_new(size_t max_bytes); /* NULL: no memory */
void part_memo_free(struct part_memo **m);
/* Evicts what exceeds the bound.  No page that was built before is used any more. */
void part_memo_tidy(struct part_memo *m);
size_t part_memo_bytes(const struct part_memo *m);

struct part_key {
  bool none; /* nothing is found or kept under it */
  uint64_t words[PART_KEY_WORDS];
};

/* The kind of view of a key. */
enum part_kind {
  PART_COLUMN,
  PART_CARD,
  PART_DAYS,
  PART_FACTS,
  PART_COUNTS,
  PART_LANE,
  PART_HISTORY,
  PART_MONTHS, /* of no product, like those below: of the window of the counts */
  PART_GRID,
  PART_PAST_MONTHS,
};

/* The place of a part: the i-th of n products.  A page of one product has another template than a comparison. */
static inline size_t part_place(size_t i, size_t n)
{
  return n == 1 ? PART_ALONE : i;
}

/* The key of a part of this product, complete but for what the kind adds.  read: the facts in its fragment; NULL: none. */
struct part_key part_key_of(const struct page *p, enum part_kind kind, const struct planned_product *g, const struct facts *read,
                            size_t place);
/* The key of a part that depends on the window of the counts alone. */
struct part_key part_key_window(const struct page *p, enum part_kind kind, size_t place);
/* Once for a key.  Of more than 16 bytes, a keyed hash of 128 bits is added: the text may come from a query. */
void part_key_add(const struct page *p, struct part_key *k, struct span s);

struct page_part {
  struct part_memo *memo; /* NULL: the page does without, and nothing is found or kept */
  struct part_key key;
  int64_t changed_us, label_us, next_change_us; /* of the page, while the part is built */
  struct span linked;
  bool uncacheable;
  bool kept; /* the view is in the memo */
};

/* Returns the view under the key, and lets the page expire with it.  NULL: build it with the functions of build.h, and then
 * call part_end.  Only build calls this. */
void *part_begin(struct page *p, const struct part_key *key, struct page_part *out);
/* Keeps a copy of the view that was built since part_begin, with room for `blocks` blocks.  Returns the copy; the view
 * itself, when it was not kept. */
void *part_end(struct page *p, struct page_part *part, const struct shape *shape, void *view, size_t blocks);
/* The i-th block of a view that part_begin or part_end returned; NULL: it was not kept. */
struct block_draw *part_block(const struct page_part *part, const void *view, size_t i);

#endif

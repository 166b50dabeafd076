/* Monograms: letters that stand for a product without a logo.
 *
 * A monogram is made from the name alone: the initials of its first two parts, or the first two letters of a single
 * part.  Where another product of the same page has these letters already, the second one is replaced by a later letter
 * of the name, or by a number when the name has no letter left.  Letters that differ only in case are the same.  The
 * product that comes first on the page keeps its own letters. */
#ifndef DIPTYCH_MODEL_MONOGRAM_H
#define DIPTYCH_MODEL_MONOGRAM_H

#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

struct monogram {
  uint64_t id; /* of the product */
  struct span letters;
};

struct monograms { /* the monograms of a page; zero: none yet */
  struct monogram *v;
  size_t n, cap;
};

/* The letters by the name alone; "?" for a name without letters. */
struct span monogram_of(struct arena *a, struct span name);
/* The letters that no other product of the set has.  A product that is in the set keeps its letters. */
struct span monogram_take(struct arena *a, struct monograms *set, uint64_t id, struct span name);

#endif

/* Sectors, themes and editors' pages, without their texts.
 *
 * This is what the database gives and what the catalog takes.  Spans belong to whoever filled the struct. */
#ifndef DIPTYCH_MODEL_TERM_H
#define DIPTYCH_MODEL_TERM_H

#include "model/product.h"

struct term { /* a sector or a theme */
  uint64_t id;
  struct version version;
  struct span slug, name;
  int64_t sort;      /* 0 for themes */
  int64_t edited_us; /* as in struct facts */
};

struct page_head { /* an editors' page */
  uint64_t id;
  struct version version;
  struct span slug, title;
  enum product_status status;
  int64_t changed_us; /* CLOCK_NEVER: unknown */
};

#endif

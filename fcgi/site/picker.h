/* The compare picker's form, on /compare and on the home page; and products by what people type. */
#ifndef DIPTYCH_SITE_PICKER_H
#define DIPTYCH_SITE_PICKER_H

#include "site/build.h"
#include "site/view_picker.h"

#define PICKER_FIELDS 4
#define PICKER_OPTIONS 200
#define PICKER_NEAR 3

struct pick { /* one field */
  struct span value; /* as given; null pointer: not given */
  bool known;
  struct member member;
  struct member near[PICKER_NEAR];
  size_t n_near;
};

struct picker {
  struct pick fields[PICKER_FIELDS];
  size_t n_fields;
  struct member *options; /* best ranked first */
  size_t n_options;
};

/* Plan: what one field's value names: a product by slug or alias, or by its whole name in any spelling;
 * else what comes near. */
void picker_find(struct page *p, struct pick *k);
/* Plan: so many empty fields, and the options. */
void picker_plan(struct page *p, size_t fields, struct picker *out);
/* Plan: reads a, b, c, d from the query and finds what they name.  Only where the query means something
 * (ROUTE_QUERY): other pages are kept, and what one visitor asked for would be shown to all. */
void picker_fill(struct page *p, struct picker *k);
/* Build. */
struct picker_view *picker_build(struct page *p, const struct picker *k);

#endif

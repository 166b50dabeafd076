/* The form of the compare picker, on /compare and on the home page, and the search for a typed product name. */
#ifndef DIPTYCH_SITE_PICKER_H
#define DIPTYCH_SITE_PICKER_H

#include "site/build.h"
#include "site/view_picker.h"

#define PICKER_FIELDS 4
#define PICKER_OPTIONS 200
#define PICKER_NEAR 3

struct pick { /* one field */
  struct span value; /* as given; value.p is NULL when it was not given */
  bool known;
  struct member member;
  struct member near[PICKER_NEAR];
  size_t n_near;
};

struct picker {
  struct pick fields[PICKER_FIELDS];
  size_t n_fields;
  struct pick_option_view *options; /* top ranked first */
  size_t n_options;
};

/* Plan.  Finds the product with this slug, alias or full name.  The caller folds the name (text/utf8.h). */
bool picker_find_exact(struct page *p, struct span folded, struct member *out);
/* Plan.  Finds the product that a field names, in any spelling; otherwise the products with similar names. */
void picker_find(struct page *p, struct pick *k);
/* Plan.  Makes empty fields and the options. */
void picker_plan(struct page *p, size_t fields, struct picker *out);
/* Plan.  Reads a, b, c, d from the query and finds their products.  Only for routes with ROUTE_QUERY: other pages are
 * cached, and would show one visitor's input to all. */
void picker_fill(struct page *p, struct picker *k);
/* "Two of these names are not on our list: “foo” and “bar”." */
struct span picker_unknown(struct page *p, const struct span *unknown, size_t n, size_t given);
/* Build. */
struct picker_view *picker_build(struct page *p, const struct picker *k);

#endif

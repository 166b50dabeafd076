/* The groups of /products: "0–9", A to Z and "Other", in the order of names (catalog/catalog_name.h). */
#ifndef DIPTYCH_SITE_LETTERS_H
#define DIPTYCH_SITE_LETTERS_H

#include "site/listing.h"

#define LETTERS_MAX 28

struct letters {
  size_t n;
  struct letter {
    char initial;   /* of catalog_initial */
    uint32_t first; /* index of its first product in the whole list */
  } v[LETTERS_MAX];
  uint32_t from; /* index of the first product on the page */
};

struct span letters_text(char initial); /* "K", "0–9", "Other" */
struct span letters_id(char initial);   /* "k", "digits", "other" */

/* Plan.  Finds where each letter begins, by binary search.  l: the list by name. */
void letters_plan(struct page *p, const struct listing *l, struct letters *out);
/* Build. */
void letters_mark(const struct letters *l, struct card_view *v, size_t n); /* also the first product of the page */
struct link_view *letters_links(struct page *p, const struct letters *l);

#endif

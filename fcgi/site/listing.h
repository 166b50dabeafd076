/* Lists of products with 50 on a page: the shown part, its cards and its pager.  Used by rankings, alternatives and
 * search. */
#ifndef DIPTYCH_SITE_LISTING_H
#define DIPTYCH_SITE_LISTING_H

#include "site/build.h"

#define LISTING_PAGE 50

struct listing {
  struct planned_product *cards; /* the products of the shown part, with CARD wants */
  uint32_t n;
  unsigned page, pages;
  uint32_t each; /* items on a page */
  uint32_t first, total; /* first: index of the first shown item */
};

/* Plan.  Finds the part of `total` items that ?page= asks for; NOT_FOUND beyond the end.  Sets p->page_number, and
 * p->noindex on later pages. */
enum plan listing_page(struct page *p, uint32_t total, struct listing *out);
enum plan listing_page_of(struct page *p, uint32_t total, uint32_t each, struct listing *out); /* `each` on a page */
/* Plan.  Plans the shown part of a catalog list. */
enum plan listing_plan(struct page *p, struct catalog_list list, struct listing *out);
/* Plan.  Adds a card with the rank of its product in the list. */
void listing_add(struct page *p, struct listing *l, uint32_t ordinal, uint32_t rank);

/* Build. */
struct card_view *listing_cards(struct page *p, const struct listing *l);
struct span listing_href(struct page *p, unsigned number); /* of another page of the same list, in the same order */
struct pager_view *listing_pager(struct page *p, const struct listing *l); /* NULL: one page */
/* The frame of a page that lists something, with the JSON-LD of a collection and of its first n cards.  NULL: no memory. */
struct page_view *listing_collection(struct page *p, const struct page_frame *in, const struct pager_view *pager,
                                     const struct card_view *cards, size_t n);
void listing_frame(struct page_view *frame, const struct pager_view *pager); /* prev and next in the head */

#endif

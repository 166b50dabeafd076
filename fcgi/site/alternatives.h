/* The alternatives of one product.  The first are those that the editors picked, in their order, and those close to it,
 * closest first, at most ALTERNATIVES_CLOSE: only these are named in sentences, notices and JSON-LD.  Then follow the other
 * published products that share a sector with it, by velocity.  Used by the trajectory and the questions (the first part),
 * by /alternatives/{slug} (both), by comparisons and by the picker. */
#ifndef DIPTYCH_SITE_ALTERNATIVES_H
#define DIPTYCH_SITE_ALTERNATIVES_H

#include "site/build.h"
#include "site/close_products.h"

#define ALTERNATIVES_TOP 3
#define ALTERNATIVES_CLOSE 12

/* The first part: picks, then close products. */
struct alternatives_list {
  size_t n, n_picks;
  uint32_t ordinals[PRODUCT_PICKS_MAX + ALTERNATIVES_CLOSE];
};

/* ---- for plan; results of the first two feed no digest */

/* Puts the published picks of f before the products close to it. */
void alternatives_merge(const struct catalog_pin *pin, const struct facts *f, const struct close_list *close,
                        struct alternatives_list *out);
void alternatives_search(const struct catalog_pin *pin, const struct facts *f, struct alternatives_list *out);
void alternatives_find(struct page *p, const struct planned_product *g, struct alternatives_list *out);
/* Writes the ordinals of the alternatives first + 1 to first + max, and their number to *n.  Returns the number of
 * all alternatives.  `g` must have its sectors. */
uint32_t alternatives_take(struct page *p, const struct planned_product *g, const struct alternatives_list *list, uint32_t first,
                           uint32_t max, uint32_t *ordinals, uint32_t *n);
/* Plans cards of the first alternatives, at most `most`; fetch: with CARD wants.  Returns their number.
 * A pick that was withdrawn since is taken out of list->n_picks. */
size_t alternatives_plan_cards(struct page *p, struct alternatives_list *list, size_t most, bool fetch,
                               struct planned_product *out);

/* ---- for build */

/* The alternatives that sentences and notices about a product name: the first ALTERNATIVES_TOP. */
struct alternatives_named {
  const struct facts *of;
  const struct catalog_term *sector; /* its first sector; NULL: none */
  const struct facts *others[ALTERNATIVES_TOP];
  size_t n, n_picks; /* the first n_picks are the editors' */
};
/* others: cards of the first part, n of them, the first n_picks the editors'. */
struct alternatives_named alternatives_name(const struct planned_product *g, const struct planned_product *others, size_t n,
                                            size_t n_picks);

struct link_view *alternatives_sector(struct page *p, const struct alternatives_named *a); /* NULL: it has no sector */
/* The notice of a discontinued product. */
void alternatives_notice(struct page *p, const struct alternatives_named *a, size_t position, struct ended_view *out);
/* The same; NULL unless the product is discontinued. */
struct ended_view *alternatives_ended(struct page *p, const struct alternatives_named *a);
/* Sets the card's link to its comparison with the page's product. */
void alternatives_versus(struct page *p, const struct facts *with, struct card_view *card);
/* The name of the first sector of the members that the product of the card has, too.  Empty: none. */
struct span alternatives_shared(const struct planned_product *members, size_t n, const struct card_view *card);
/* Gives the card of `other` the editors' sentence, if it is one of their picks.  f: the profile of the product, or NULL. */
void alternatives_reason(struct page *p, const struct profile *f, const struct planned_product *other, struct card_view *card);
/* Answers which alternatives are best, and says how they were found. */
struct span alternatives_sentence(struct page *p, const struct alternatives_named *a);
/* The links below that sentence: to all alternatives and, when it names none, to the sector. */
void alternatives_links(struct page *p, const struct alternatives_named *a, struct qa_view *q);
void alternatives_member(struct page *p, const struct facts *f, size_t position, struct member_view *out);

#endif

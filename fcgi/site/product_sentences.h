/* The generated sentences and questions about a product, for its trajectory and its FAQ. */
#ifndef DIPTYCH_SITE_PRODUCT_SENTENCES_H
#define DIPTYCH_SITE_PRODUCT_SENTENCES_H

#include "site/build.h"

/* Plan.  The rank among all products and in the first sector; rank 0: unknown. */
struct product_standing {
  uint32_t rank, of, sector_rank, sector_of;
};
void product_sentences_rank(struct page *p, const struct planned_product *g, struct product_standing *out);

/* Build. */
struct span product_sentences_standing(struct page *p, const struct planned_product *g, const struct product_standing *s);
struct span product_sentences_sectors(struct page *p, const struct planned_product *g, const char *last); /* names joined */
/* How often the product shipped in 90 days, its velocity and, unless active, its state. */
struct span product_sentences_lede(struct page *p, const struct product_view *v, const struct planned_product *g);

/* The generated questions, then the editors' questions. */
struct product_sentences_input {
  const struct product_view *product;
  const struct planned_product *g;
  const struct planned_product *others; /* its first alternatives */
  size_t n_others, n_picks;
  const struct answers *answers; /* NULL: none */
  bool include_definition;                /* add "What is ...?", which the trajectory page answers in its other parts */
};
void product_sentences_questions(struct page *p, const struct product_sentences_input *in, struct qa_view **v, size_t *n);

#endif

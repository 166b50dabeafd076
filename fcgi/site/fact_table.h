/* The facts of the products of a page, compared row by row.
 *
 * The attributes come from the catalog and the values from the fragments, so an edit of an attribute needs no fragment.
 * An attribute is shown when it is published, when a product that is asked for it has a value, and when the page does
 * not say the same already (attribute_reserved). */
#ifndef DIPTYCH_SITE_FACT_TABLE_H
#define DIPTYCH_SITE_FACT_TABLE_H

#include "model/sentences.h"
#include "site/planned_product.h"
#include "site/view_facts.h"

#define FACT_COLUMNS_MAX SENTENCES_SET_MAX

struct fact_attributes { /* of the site, in the order in which they are shown */
  const struct attribute *v;
  size_t n;
  uint64_t digest; /* of all of them */
};

/* A site has one.  NULL: no memory. */
struct attribute_memo *attribute_memo_new(void);
void attribute_memo_free(struct attribute_memo **m);

/* Plan: reads the attributes; they are part of the page's digest.  Valid until the site plans a page with another snapshot of
 * the catalog (fact_attributes.c). */
void fact_attributes_plan(struct page *p, struct fact_attributes *out);

/* True: pages of this product show its value of the attribute, when it has one. */
bool fact_shown(const struct attribute *a, const struct facts *f);

/* Build: of n products, whose i-th has the position i.  NULL: there is nothing to show, or memory ran out. */
struct facts_view *fact_table_build(struct page *p, const struct fact_attributes *a, const struct planned_product *g,
                                    const struct profile *const *f, size_t n);

#endif

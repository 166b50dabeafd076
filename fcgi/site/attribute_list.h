/* The list of the editors' attributes on /methodology: what each means and of which products it is asked. */
#ifndef DIPTYCH_SITE_ATTRIBUTE_LIST_H
#define DIPTYCH_SITE_ATTRIBUTE_LIST_H

#include "site/fact_table.h"
#include "site/view_static.h"

struct attribute_list {
  struct fact_attributes attributes;
  struct span *sectors; /* the names of the sectors of each, joined; empty: asked of all products */
};

void attribute_list_plan(struct page *p, struct attribute_list *out);
/* Fills `to`, which has room for out->attributes.n; returns the number of published attributes. */
size_t attribute_list_build(struct page *p, const struct attribute_list *list, struct attribute_view *to);

#endif

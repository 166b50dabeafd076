/* The products that a query names for a comparison: "kafka vs nats", "kafka, nats or redis", "kafka nats". */
#ifndef DIPTYCH_SITE_SEARCH_SET_H
#define DIPTYCH_SITE_SEARCH_SET_H

#include "site/picker.h"

#define SEARCH_SET_MAX PICKER_FIELDS

struct search_set {
  struct member v[SEARCH_SET_MAX]; /* in canonical order */
  size_t n;       /* 0: the query names no set; otherwise at least two */
  bool inexact;   /* a name is near only */
  bool more;      /* the query names further products; these are its first */
};

/* Plan.  A query of names alone, with separators between them or none, is a set.  With "vs" between the names, one that
 * is not known stands for the product with the nearest name.  A query that is the name of one product is no set. */
void search_set_find(struct page *p, struct span folded, struct search_set *out);

#endif

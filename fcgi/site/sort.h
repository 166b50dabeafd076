/* ?sort= of lists of products: velocity, moves, latest, name.  A list has one usual order, at its plain address.  Its other
 * orders are not for search engines, and their canonical address is the plain one.  An unknown word is ignored, like an
 * unknown parameter. */
#ifndef DIPTYCH_SITE_SORT_H
#define DIPTYCH_SITE_SORT_H

#include "site/routes.h"
#include "site/view_ranking.h"

enum catalog_order sort_usual(const struct route *r);
/* The order that the query asks for, or the route's usual one. */
enum catalog_order sort_order(const struct target *t, const struct route *r, struct arena *a);
/* A part of the page cache's key, "&moves"; empty for the usual order. */
struct span sort_key(const struct target *t, const struct route *r, struct arena *a);
/* The query in its canonical spelling: "sort=name&page=2", then all other parameters as they were.  It has neither page=1
 * nor the name of the usual order.  false: the query has this spelling already. */
bool sort_query_respell(const struct target *t, const struct route *r, struct arena *a, struct span *query);

/* Plan.  For another than the usual order: noindex, and the parameter is part of the page's address. */
void sort_plan(struct page *p);
bool sort_changed(const struct page *p); /* the order is another than the usual one */

/* Build. */
struct span sort_sentence(enum catalog_order order); /* "fastest first" */
struct span sort_name(enum catalog_order order);     /* "velocity", "latest release" */
struct order_view *sort_links(struct page *p);       /* CATALOG_ORDERS of them; NULL: no memory */

#endif

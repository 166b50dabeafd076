/* The one table of routes.  A route is a pattern over the stem of the path and the page behind it.
 * Patterns: literal segments, and one {} that takes a whole segment. */
#ifndef DIPTYCH_SITE_ROUTES_H
#define DIPTYCH_SITE_ROUTES_H

#include "site/page.h"
#include "template/shape.h"

/* Which forms of a page there are. */
#define ROUTE_HTML 1u
#define ROUTE_JSON 2u
#define ROUTE_MD 4u
#define ROUTE_ATOM 8u
#define ROUTE_OTHER 16u /* a file of its own: sitemap, badge */
/* And how its address is read. */
#define ROUTE_PAGED 32u /* ?page= means something */
#define ROUTE_QUERY 64u /* other parameters mean something: never kept in the table */
#define ROUTE_VERSIONED 128u /* the address names the content's version: never changes, compressed already */

/* X(name, pattern, forms, shape, template): plan_<name> and build_<name> are its functions,
 * <template>.html.mustache, .md.mustache, .atom.xml.mustache its faces. */
struct route {
  const char *pattern, *template;
  unsigned forms;
  const struct shape *shape;
  enum plan (*plan)(struct page *p, struct span param); /* word: what {} stands for */
  enum err (*build)(struct page *p);
  const char *content_type; /* of the OTHER form */
};

const struct route *route_find(const struct target *t, struct span *param);
size_t route_count(void);
const struct route *route_at(size_t i);

#endif

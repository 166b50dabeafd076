/* The table of routes.  A route maps a pattern of paths, without their form suffix, to a page.
 * A pattern has literal segments and one or two {}, each of which matches within one segment, or one {/}, which also
 * matches over several segments. */
#ifndef DIPTYCH_SITE_ROUTES_H
#define DIPTYCH_SITE_ROUTES_H

#include "site/page.h"
#include "template/shape.h"

/* The forms of a page. */
#define ROUTE_HTML 1u
#define ROUTE_JSON 2u
#define ROUTE_MD 4u
#define ROUTE_ATOM 8u
#define ROUTE_OTHER 16u /* another file format: sitemap, badge */
/* Properties of its address. */
#define ROUTE_PAGED 32u /* the page uses ?page= */
#define ROUTE_QUERY 64u /* the page uses other parameters; it is never put into the page cache */
#define ROUTE_SORTED 256u /* the page uses ?sort= */
#define ROUTE_BY_NAME 512u /* its usual order is by name; otherwise by velocity */
#define ROUTE_SINCE 2048u /* the page uses ?since= */
#define ROUTE_VERSIONED 128u /* the address contains a version of the content, which never changes and is compressed already */

/* Made from PAGES_LIST: plan_<name> and build_<name> are the functions of a page; <template>.html.mustache,
 * .md.mustache and .atom.xml.mustache its templates. */
struct route {
  const char *pattern, *template;
  unsigned forms;
  const struct shape *shape;
  enum plan (*plan)(struct page *p, struct span param); /* param: what the placeholders matched, from the first to the last */
  enum err (*build)(struct page *p);
  const char *content_type; /* of the OTHER form */
};

const struct route *route_find(const struct target *t, struct span *param);
unsigned route_number(const struct route *r); /* for metrics: 1 to route_count(); see site_route_names */
size_t route_count(void);
const struct route *route_at(size_t i);

#endif

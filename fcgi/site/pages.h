/* The list of pages: each is one file (page_<name>.c) with a plan and a build function.
 * X(name, pattern, forms, shape, template, content type of the OTHER form)
 * Order matters where patterns overlap: the first that fits wins. */
#ifndef DIPTYCH_SITE_PAGES_H
#define DIPTYCH_SITE_PAGES_H

#include "site/page.h"
#include "site/view_compare.h"

#define PAGES_LIST(X) X(compare, "/compare/{}", CONTENT, &compare_view_shape, "compare", NULL)

#define PAGES_DECLARE(name, pattern, forms, shape, template, type)                                                     \
  enum plan plan_##name(struct page *p, struct span word);                                                             \
  enum err build_##name(struct page *p);
PAGES_LIST(PAGES_DECLARE)
#undef PAGES_DECLARE

#endif

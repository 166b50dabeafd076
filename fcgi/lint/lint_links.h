/* The pages of this site, to tell which paths lead nowhere. */
#ifndef DIPTYCH_LINT_LINT_LINKS_H
#define DIPTYCH_LINT_LINT_LINKS_H

#include "lint/lint_findings.h"

/* Reads the slugs of all pages.  NULL: see *err. */
MUST_USE struct lint_links *lint_links_read(struct lint *l, struct arena *a, enum err *err);

/* The message that says what is wrong with a path of this site; NULL: nothing.  The path may have a query and a fragment.  *rule
 * is set with it. */
const char *lint_links_fault(const struct lint_links *k, struct span path, enum lint_rule *rule);

#endif

/* What the error page of an unknown set says: which of its names are unknown, what they may have meant, and where the others
 * are.  It costs no SQL.  Similar names are searched only for up to MISSING_SEARCHES names, and not under load. */
#ifndef DIPTYCH_SITE_MISSING_SET_H
#define DIPTYCH_SITE_MISSING_SET_H

#include "site/page.h"

#define MISSING_SEARCHES 2

/* Plan.  Sets reason and links of the page.  slugs: "kafka-vs-nuts", of which at least one is unknown. */
void missing_set_plan(struct page *p, struct span slugs);

#endif

/* /preview/{token} and the pages below it: rows that readers do not see yet, on the pages where they will.
 *
 *   /preview/{token}                     the page of the row
 *   /preview/{token}/compare/a-vs-b      another page on which it stands, by its public path
 *   /preview/{token}/alternatives        short for /alternatives/{slug} of the row's product
 *
 * The plan and the build are those of the public page, over the catalog and the store of the preview
 * (preview/preview_source.h).  The page cache is neither asked nor filled.  A row that is public by now redirects.  Only this
 * exact spelling of an address is answered, so that nginx can tell it by its beginning. */
#ifndef DIPTYCH_SITE_PREVIEW_ANSWER_H
#define DIPTYCH_SITE_PREVIEW_ANSWER_H

#include "site/page_request.h"

bool preview_addressed(const struct target *t);
void preview_answer(struct page_request *v, struct response *out);

#endif

/* Slugs: the names in addresses.  [a-z0-9]+(-[a-z0-9]+)*, at most 64 bytes, without "-vs-", which
 * joins two of them.  The table's CHECK says the same; rows of a foreign CMS are tested here. */
#ifndef DIPTYCH_TEXT_SLUG_H
#define DIPTYCH_TEXT_SLUG_H

#include "base/span.h"

#define SLUG_MAX 64

bool slug_valid(struct span s);

/* For editors' pages, which live at /{slug}: also none of the site's own first path words. */
bool slug_valid_page(struct span s);

#endif

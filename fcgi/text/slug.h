/* Slugs are the names in addresses: [a-z0-9]+(-[a-z0-9]+)*, at most 64 bytes, without "-vs-", which joins the slugs of
 * a set.  The CHECK of the tables has the same rule; rows of another CMS are checked here. */
#ifndef DIPTYCH_TEXT_SLUG_H
#define DIPTYCH_TEXT_SLUG_H

#include "base/span.h"

#define SLUG_MAX 64

bool slug_valid(struct span s);

/* For static pages at /{slug}: a valid slug that is not a first path segment of the site itself. */
bool slug_valid_page(struct span s);

#endif

/* Slugs are the names in addresses: [a-z0-9]+(-[a-z0-9]+)*, at most 64 bytes.  "-vs-" joins the slugs of a set, so that no slug
 * contains it, begins with "vs-" or ends with "-vs": a joined set is split in one way only.  The CHECKs of the tables have the
 * same rule; rows of another CMS are checked here. */
#ifndef DIPTYCH_TEXT_SLUG_H
#define DIPTYCH_TEXT_SLUG_H

#include "base/span.h"

#define SLUG_MAX 64

bool slug_valid(struct span s);

/* For static pages at /{slug}: a valid slug that is not a first path segment of the site itself. */
bool slug_valid_page(struct span s);

#endif

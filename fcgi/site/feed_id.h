/* Ids of entries in feeds and of events in calendars.  They are made from ids of rows, never from slugs, so that an entry
 * keeps its id when a product is renamed, and has the same id in every feed.  Build only. */
#ifndef DIPTYCH_SITE_FEED_ID_H
#define DIPTYCH_SITE_FEED_ID_H

#include "site/page.h"

/* A tag: URI (RFC 4151): "tag:compare.example.org,2026-01-01:activity/12". */
struct span feed_id_tag(struct page *p, struct span what);
/* A UID (RFC 5545 section 3.8.4.7): "editorial-12@compare.example.org". */
struct span feed_id_uid(struct page *p, struct span what);

#endif

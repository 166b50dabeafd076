/* Facts that are newer than the catalog's.  A fragment may have been read at a newer version than the catalog has.
 * The page would then show old names and scores next to new texts.  It is planned again when the catalog has the new
 * version.  When the catalog does not change (the watcher may have just died), it is planned again with the facts
 * that were read, so that everything the page shows of a product has one version. */
#ifndef DIPTYCH_SITE_NEWER_FACTS_H
#define DIPTYCH_SITE_NEWER_FACTS_H

#include "site/page.h"

bool newer_facts_read(const struct page *p);

/* Waits for the next publication.  False: no watcher is likely to publish one, or it did not come in time. */
bool newer_facts_wait_catalog(const struct catalog *c, const struct catalog_pin *pin, int64_t deadline_us);

/* Writes the page's newer facts and those of its fragments to *out, in the request's arena; returns their number.
 * Products whose fragments hold no facts have their card fetched; the values of the page's wants are invalid after
 * that.  Slugs stay the catalog's, because no page finds the product under a newer slug yet. */
size_t newer_facts_collect(const struct page *p, struct store *store, const struct store_context *x, struct facts **out);

#endif

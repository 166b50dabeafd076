/* A page whose fragments were read at a newer version than the catalog's: names and scores would be older
 * than texts.  It is planned again as soon as the catalog has that version; when the catalog does not
 * move (the watcher was just lost, say), with the facts that were read themselves, so that whatever the
 * page says of a product is of one version. */
#ifndef DIPTYCH_SITE_NEWER_FACTS_H
#define DIPTYCH_SITE_NEWER_FACTS_H

#include "site/page.h"

bool newer_facts_read(const struct page *p);

/* Waits for the next publication, while there is a watcher that will make one; false: not in time. */
bool newer_facts_wait_catalog(const struct catalog *c, const struct catalog_pin *pin, int64_t deadline_us);

/* The newer facts that were read, behind those that the page has; in the request's arena; returns how many.
 * Of a product whose wants say none its card is fetched, so the wants' values are none afterwards.  Slugs
 * stay the catalog's: under a newer one nobody finds the product yet. */
size_t newer_facts_collect(const struct page *p, struct store *store, const struct store_context *x, struct facts **out);

#endif

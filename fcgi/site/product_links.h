/* Links to products that editors write as [[kafka]] (markdown/markdown.h).  The page makes them from the catalog: an old
 * slug leads to the new address, the text is the product's name of today, and an unknown product is text.  The names
 * that a page resolved are kept with the page in the page cache, which compares what they mean now. */
#ifndef DIPTYCH_SITE_PRODUCT_LINKS_H
#define DIPTYCH_SITE_PRODUCT_LINKS_H

#include "site/page.h"

/* The body with its links made; the body itself when it has none. */
struct span product_links_html(struct page *p, struct span html);
struct span product_links_markdown(struct page *p, struct span markdown);

/* A hash of what the names (page.linked) mean now; 0: there are none. */
uint64_t product_links_digest(struct page *p, struct span names);

#endif

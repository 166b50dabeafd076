/* JSON-LD (schema.org) made from a page's view, one @graph for each page.  text/json.h escapes it for a script
 * element.  Build only. */
#ifndef DIPTYCH_SITE_JSONLD_H
#define DIPTYCH_SITE_JSONLD_H

#include "base/buf.h"
#include "site/page.h"

struct jsonld {
  struct page *page;
  const struct page_view *frame;
  struct buf out;
  size_t nodes;
};

void jsonld_begin(struct jsonld *j, struct page *p, const struct page_view *frame);
void jsonld_web_page(struct jsonld *j, const char *type); /* "WebPage", "CollectionPage", "AboutPage", ... */
void jsonld_image(struct jsonld *j, const char *name); /* adds the page's link picture to the open node, if there is one */
void jsonld_breadcrumb(struct jsonld *j);
void jsonld_questions(struct jsonld *j, const struct qa_view *v, size_t n);
/* What an editor wrote.  Times are ISO 8601; those that are empty, and an empty author, are left out. */
struct jsonld_editorial {
  struct span headline, author, published, updated;
};
void jsonld_article(struct jsonld *j, const struct jsonld_editorial *a);
void jsonld_cards(struct jsonld *j, struct span name, const struct card_view *v, size_t n); /* ItemList */
void jsonld_node(struct jsonld *j, const char *type);            /* opens { "@type": type */
void jsonld_text(struct jsonld *j, const char *name, struct span s); /* writes `, "name": "s"`, or nothing when s is empty */
void jsonld_node_end(struct jsonld *j);
struct span jsonld_end(struct jsonld *j); /* the document, in the arena; empty when memory ran out */

#endif

/* Links whose text says too little: "Go", "Here", "More".
 *
 * A product, sector or theme may have a name that readers and programs take for a generic word when it is the whole text
 * of a link.  The link then gets hidden words that say what the name is: "Go trajectory", "go theme".  Links that always
 * have such words, like those of rankings, need none of this. */
#ifndef DIPTYCH_SITE_LINK_WORDS_H
#define DIPTYCH_SITE_LINK_WORDS_H

#include "site/page.h"
#include "site/view.h"

/* NULL: the text is not generic, or no memory.  words: what the text names, with static memory. */
struct kind_draw *link_words(struct page *p, struct span text, const char *words);
/* A link to a product's trajectory with its name as text. */
struct link_view link_words_product(struct page *p, struct span name, struct span href);

#endif

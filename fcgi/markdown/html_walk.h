/* Walks gumbo's tree without recursion: a hostile body nests 100,000 elements. */
#ifndef DIPTYCH_MARKDOWN_HTML_WALK_H
#define DIPTYCH_MARKDOWN_HTML_WALK_H

#include <gumbo.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct html_step {
  const GumboNode *node;
  unsigned next; /* child */
};

struct html_walk {
  struct html_step *v; /* the way down to the current node */
  size_t n, room;
  bool leaving; /* the node was returned before: its children are done */
  bool skip;    /* set by the caller: go past the children of the node that was returned */
};

/* The next node, first `root`; NULL: all are done.  Each node is returned twice: before its children and after
 * them.  The memory is
 * markdown_memory's. */
const GumboNode *html_walk_next(struct html_walk *w, const GumboNode *root);

/* NULL: the node is no element, or one of SVG or MathML. */
const GumboElement *html_element(const GumboNode *n);
bool html_is(const GumboNode *n, GumboTag tag);
/* The attribute without blanks at its ends; NULL: there is none. */
const char *html_attribute(const GumboElement *e, const char *name);
bool html_has(const GumboElement *e, const char *name);
/* A word of the attribute, as in class="a b". */
bool html_has_word(const GumboElement *e, const char *name, struct span word);
/* A number of at most `most`, or 0. */
unsigned html_number(const GumboElement *e, const char *name, unsigned most);
/* The text in the node, with a line end for each <br>. */
char *html_text(const GumboNode *n);

#endif

/* The state of the builder, and what its two files share.  Private to html_builder.c and html_inlines.c. */
#ifndef DIPTYCH_MARKDOWN_HTML_BUILDER_STATE_H
#define DIPTYCH_MARKDOWN_HTML_BUILDER_STATE_H

#include "markdown/html_builder.h"

#define HTML_BLOCKS_MOST 40  /* quotes, lists and items in each other.  libcmark walks up the tree for every node */
#define HTML_INLINES_MOST 16

/* White space between the last text and the next one.  The later one of two wins. */
enum html_gap { GAP_NONE, GAP_BLANK, GAP_LINE, GAP_BREAK };

struct html_inline_open {
  enum html_inline kind;
  unsigned id; /* of the element */
  const char *url, *title;
};

struct html_builder {
  bool lines, press; /* as html_builder_new says */
  bool explicit_p;   /* the next paragraph is a <p> */
  int line;
  cmark_node *root, *blocks[HTML_BLOCKS_MOST];
  size_t n_blocks;
  struct html_inline_open open[HTML_INLINES_MOST];
  size_t n_open;
  unsigned last_id, code_id; /* the second: of the last node of code */
  cmark_node *leaf;          /* the paragraph or heading that text goes to; NULL: none */
  bool line_only;            /* the leaf is an element of the source, which boundaries do not end */
  bool cell;                 /* and a cell, in which lines may break */
  cmark_node *table;         /* the open one: its rows */
  unsigned columns;
  bool begun, shown;         /* the leaf has a node; and something to see */
  enum html_gap gap;
  struct {
    unsigned id;
    cmark_node *at; /* the node that holds the content of the inline element */
  } made[HTML_INLINES_MOST]; /* in the leaf */
  size_t n_made;
};

cmark_node *html_node_new(struct html_builder *b, cmark_node_type type);
cmark_node *html_block_last(const struct html_builder *b); /* the innermost open block, or the document */
cmark_node *html_block_place(struct html_builder *b);     /* where the next block goes */
void html_leaf_close(struct html_builder *b);
void html_paragraph_open(struct html_builder *b);
void html_gap_raise(struct html_builder *b, enum html_gap gap);

#endif

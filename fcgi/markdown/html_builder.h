/* Builds libcmark's tree from the events of an HTML body.
 *
 * HTML nests what Markdown keeps apart: blocks in emphasis, paragraphs beside text, links around headings.  The builder
 * keeps the inline elements that are open in a list.  It makes their nodes when text comes, in the paragraph, heading or
 * cell that is open then, and makes them again in the next one.  So no inline node is empty or holds a block, and no
 * blank stands at its inner edges, where Markdown cannot write it.
 *
 * White space collapses as in a browser.  A blank line of breaks ends a paragraph.  A paragraph that shows nothing is
 * left out.  Elements beyond a depth are left out, and their content stays.
 *
 * All memory is libcmark's; nothing is freed one by one (markdown/markdown_tree.c). */
#ifndef DIPTYCH_MARKDOWN_HTML_BUILDER_H
#define DIPTYCH_MARKDOWN_HTML_BUILDER_H

#include "markdown/markdown_nodes.h"

enum html_inline { HTML_EMPH, HTML_STRONG, HTML_STRIKE, HTML_LINK, HTML_CODE, HTML_SUP, HTML_SUB };

struct html_builder;

/* `press`: a paragraph that is only an address becomes a link, as WordPress embeds what is there.  `lines`: a line end in a
 * text is a line break, and a blank line ends the paragraph, as in WordPress's classic editor. */
struct html_builder *html_builder_new(bool press, bool lines);
cmark_node *html_builder_finish(struct html_builder *b); /* the document */
void html_builder_line(struct html_builder *b, int line); /* of the source, for the next nodes */

void html_builder_text(struct html_builder *b, struct span s);
void html_builder_space(struct html_builder *b);
void html_builder_break(struct html_builder *b);

struct html_picture {
  const char *url, *title;
  struct span alt;
  unsigned width, height; /* CSS pixels; 0: unknown */
};
void html_builder_image(struct html_builder *b, const struct html_picture *p);
void html_builder_inline(struct html_builder *b, cmark_node *n); /* without children; nothing in a link */
void html_builder_task(struct html_builder *b, bool done); /* nothing unless an item begins here */
/* HTML that is left out, for the notes: the beginning of its tag. */
void html_builder_left_out(struct html_builder *b, struct span words);

/* Opens an inline element.  *depth goes to html_builder_inline_close, which closes it and what was opened in it. */
void html_builder_inline_open(struct html_builder *b, enum html_inline kind, const char *url, const char *title, size_t *depth);
void html_builder_inline_close(struct html_builder *b, size_t depth);

/* The start or end of a block without a node of its own: ends the open paragraph. */
void html_builder_boundary(struct html_builder *b);
void html_builder_paragraph(struct html_builder *b); /* the start of <p> */

/* Open a block that holds blocks.  False: it is too deep here, or stands where only text may be; do not close it. */
bool html_builder_quote_open(struct html_builder *b);
bool html_builder_list_open(struct html_builder *b, bool ordered, int start);
bool html_builder_item_open(struct html_builder *b); /* false also outside of a list */
void html_builder_close(struct html_builder *b);

/* Open a block that holds text only.  False: as above. */
bool html_builder_heading_open(struct html_builder *b, int level);
void html_builder_heading_close(struct html_builder *b);

/* Tables: rows in a table, cells in a row.  False: as above.  A cell is closed by html_builder_heading_close.  `columns`: the
 * cells of the row; a row without cells is left out. */
bool html_builder_table_open(struct html_builder *b);
bool html_builder_row_open(struct html_builder *b, bool *header); /* only the first row stays a header */
bool html_builder_cell_open(struct html_builder *b, enum markdown_align align);
void html_builder_row_close(struct html_builder *b, unsigned columns);
void html_builder_table_close(struct html_builder *b);
void html_builder_caption(struct html_builder *b, struct span s); /* of the open table */

/* Blocks without content of their own. */
void html_builder_rule(struct html_builder *b);
void html_builder_code(struct html_builder *b, const char *text, const char *language);

bool html_builder_in_code(const struct html_builder *b); /* the next text is code */
bool html_builder_in_line(const struct html_builder *b); /* in a heading or a cell, which hold text only */

/* A copy of s with runs of white space as one blank and none at the ends. */
char *html_builder_collapsed(struct span s);

#endif

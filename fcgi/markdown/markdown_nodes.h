/* Nodes that CommonMark has not: tables, struck text, boxes of tasks, footnotes.  They are custom nodes of libcmark that
 * carry a struct markdown_extra as user data; a picture may carry one with its size.  Any parser may build them, and all
 * writers know them.  Private to this room.
 *
 *   TABLE      block, in any block    its children are rows, the header row first if there is one
 *   ROW        block, in a table      its children are cells; a row may have fewer cells than the table has columns
 *   CELL       inline, in a row       its children are inlines
 *   STRIKE     inline                 its children are inlines
 *   TASK       inline, no children    the first inline of the first paragraph of an item
 *   REFERENCE  inline, no children    the number of a footnote, in the text
 *   PRODUCT    inline                 "[[kafka]]": its children are the text of the link
 *   FOOTNOTE   block, at the end of the document, in the order of their numbers; its children are blocks
 *
 * The constructors never return NULL: the memory is the area of the tree (markdown_area.h).  A new node has no parent. */
#ifndef DIPTYCH_MARKDOWN_MARKDOWN_NODES_H
#define DIPTYCH_MARKDOWN_MARKDOWN_NODES_H

#include <stdint.h>

#include "markdown/markdown_tree.h"

enum markdown_kind {
  MARKDOWN_PLAIN, /* a node of CommonMark */
  MARKDOWN_TABLE,
  MARKDOWN_ROW,
  MARKDOWN_CELL,
  MARKDOWN_STRIKE,
  MARKDOWN_TASK,
  MARKDOWN_REFERENCE,
  MARKDOWN_FOOTNOTE,
  MARKDOWN_PRODUCT,
};

enum markdown_align { MARKDOWN_ALIGN_NONE, MARKDOWN_ALIGN_LEFT, MARKDOWN_ALIGN_CENTER, MARKDOWN_ALIGN_RIGHT };

struct markdown_extra {
  enum markdown_kind kind;
  bool set;                  /* ROW: it is the header; TASK: done; PRODUCT: the text is the editor's */
  const char *slugs;         /* PRODUCT: "kafka" or "kafka-vs-nats" */
  const char *written;       /* PRODUCT: "[[kafka | the broker]]", as it stands in the source */
  enum markdown_align align; /* CELL */
  unsigned number;           /* REFERENCE, FOOTNOTE: from 1 on; 0: of an activity that is unknown, nothing is written */
  uint64_t activity;         /* REFERENCE: the id of such an activity */
  struct footnote_definition *definition; /* REFERENCE: of the parser */
  unsigned count;            /* TABLE: columns; REFERENCE: which one of its footnote, from 1 on; FOOTNOTE: its references */
  int line;                  /* of the source, of a block that libcmark did not make; 0: unknown */
  unsigned width, height;    /* of a picture, in CSS pixels; 0: unknown */
};

/* The extra of any node; one of MARKDOWN_PLAIN when it has none. */
const struct markdown_extra *markdown_extra_of(cmark_node *n);
enum markdown_kind markdown_kind_of(cmark_node *n);

cmark_node *markdown_node_new(cmark_node_type type); /* a node of CommonMark */
cmark_node *markdown_text_new(struct span text);     /* a text; it must not have a NUL */

cmark_node *markdown_table_new(unsigned columns, int line);
cmark_node *markdown_row_new(bool header, int line);
cmark_node *markdown_cell_new(enum markdown_align align);
cmark_node *markdown_strike_new(void);
cmark_node *markdown_task_new(bool done);
/* text NULL: the name of the product, which the page knows.  slugs: "[a-z0-9-]+". */
cmark_node *markdown_product_new(struct span slugs, const struct span *text, struct span written);
cmark_node *markdown_reference_new(unsigned number, unsigned which);
cmark_node *markdown_footnote_new(unsigned number, unsigned references);

/* Sets the line of the source. */
void markdown_line_set(cmark_node *n, int line);

/* Sets the size of a picture, an IMAGE of libcmark. */
void markdown_picture_size(cmark_node *image, unsigned width, unsigned height);

/* ---- for the writers */

/* Writes the beginning or the end of a custom node as HTML. */
void markdown_extra_html(struct buf *out, const struct markdown_limits *l, cmark_node *n, bool entering);
/* The links from a footnote back to its references, when the paragraph is the last of a footnote. */
void markdown_footnote_links(struct buf *out, const struct markdown_limits *l, cmark_node *paragraph);
/* True: the item begins with the box of a task. */
bool markdown_is_task(cmark_node *item);

#endif

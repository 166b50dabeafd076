/* A parsed body and the memory that all of libcmark's doings take.  Only markdown_*.c include this. */
#ifndef DIPTYCH_MARKDOWN_MARKDOWN_TREE_H
#define DIPTYCH_MARKDOWN_MARKDOWN_TREE_H

#include <cmark.h>

#include "markdown/markdown.h"

/* Writes something from the tree.  It may use libcmark, whose memory stays guarded. */
typedef void markdown_writer(cmark_node *root, const struct markdown_limits *l, struct buf *out);

/* Parses and writes, with the memory limited to what a body of this size may need.  Takes as long as
 * it takes; a writer may stop when `out` is past l->output_bytes.  But for MARKDOWN_OK, `out` has no
 * promised content. */
enum markdown_result markdown_tree_write(const struct markdown_limits *l, struct span source, markdown_writer *writer,
                                         struct buf *out);

/* The same in a child process, which may use l->cpu_ms. */
enum markdown_result markdown_child_write(const struct markdown_limits *l, struct span source, markdown_writer *writer,
                                          struct buf *out);

markdown_writer markdown_write_html, markdown_write_source, markdown_write_plain;

/* Whether a link or picture may lead there, and whether it leaves the site. */
bool markdown_url_ok(struct span url);
bool markdown_url_external(struct span url, struct span base_url);

/* Headings go down so that the highest is at heading_base, deepening by at most one at a time. */
void markdown_headings_shift(cmark_node *root, int base);

#endif

/* The parsed body, its memory and its writers.  Private: only markdown_*.c and the unit test include this. */
#ifndef DIPTYCH_MARKDOWN_MARKDOWN_TREE_H
#define DIPTYCH_MARKDOWN_MARKDOWN_TREE_H

#include "markdown/markdown_area.h"

/* Writes output from the tree.  It may call libcmark, whose memory is limited. */
typedef void markdown_writer(cmark_node *root, const struct markdown_limits *l, struct buf *out);

/* Parses and writes.  The memory is limited in proportion to the source; the time is not limited.  A writer may stop
 * when `out` is over l->output_bytes.  Unless the result is MARKDOWN_OK, the content of `out` is undefined. */
MUST_USE enum markdown_result markdown_tree_write(const struct markdown_limits *l, struct span source, markdown_writer *writer,
                                         struct buf *out);

/* Like markdown_tree_write, in a child process with a CPU time of l->cpu_ms. */
MUST_USE enum markdown_result markdown_child_write(const struct markdown_limits *l, struct span source, markdown_writer *writer,
                                          struct buf *out);

/* One of the two, whichever suits the body. */
MUST_USE enum markdown_result markdown_write(const struct markdown_limits *l, struct span source, markdown_writer *writer,
                                             struct buf *out);

markdown_writer markdown_write_html, markdown_write_source, markdown_write_plain, markdown_write_lines;

/* Whether the address may be written, and whether it leaves the site. */
bool markdown_url_ok(struct span url);
bool markdown_url_external(struct span url, struct span base_url);

/* Completes the addresses of links and pictures (text/address.h).  A picture that pages do not ask for gets none. */
void markdown_addresses_complete(cmark_node *root, struct span base_url);
bool markdown_image_ok(cmark_node *n); /* of a completed address; false: its text is written in its place */

/* Shifts headings so that the highest has level `base`, and each is at most one level below its predecessor. */
void markdown_headings_shift(cmark_node *root, int base);

#endif

/* Reads an HTML body, as editors' tools write it, onto libcmark's tree, so that all writers and limits are those of Markdown.
 *
 * gumbo parses the body by the rules of HTML (the fragment of a <div>).  Elements of a list become nodes.  The content of
 * any other element stays, without the element; scripts, frames, forms, foreign content and the like go with their content.
 * Of attributes only addresses, texts of pictures, sizes, starts of lists, alignments and languages of code are read.
 * Comments go.  Footnotes become those of Markdown (markdown/html_notes.h), and "[^activity:7]" is read.
 *
 * The format "wordpress" also reads what WordPress's own program does when it shows a post: without block comments, line
 * ends are line breaks and blank lines end paragraphs; shortcodes are not shown.
 *
 * gumbo has assertions.  A body with markup is therefore read in a child process only (markdown/markdown.c). */
#ifndef DIPTYCH_MARKDOWN_HTML_READER_H
#define DIPTYCH_MARKDOWN_HTML_READER_H

#include "markdown/markdown_nodes.h"

/* The document.  All memory is markdown_memory's, also gumbo's; it leaves by longjmp when that is used up. */
cmark_node *html_reader_tree(const struct markdown_limits *l, struct span source);

/* True: the body has no markup and no reference, so that gumbo has nothing to do. */
bool html_reader_is_plain(struct span source);

#endif

/* The footnotes of an HTML body, as WordPress's block, GitHub, pandoc and other programs write them.
 *
 * A list of notes is an element with role="doc-endnotes" or one of the classes wp-block-footnotes and footnotes.  Each <li> in
 * it that has an id is a note.  <a href="#id"> refers to it, and so does WordPress's <sup data-fn="id">.  A note that nothing
 * refers to is no note: it stays where it stands.  Links from a note back to the text are left out, because the writers make
 * their own.
 *
 * All memory is markdown_memory's. */
#ifndef DIPTYCH_MARKDOWN_HTML_NOTES_H
#define DIPTYCH_MARKDOWN_HTML_NOTES_H

#include <gumbo.h>

#include "markdown/markdown_parse.h"

#define HTML_NOTE_NONE SIZE_MAX

struct html_notes;

struct html_notes *html_notes_find(const GumboNode *root);
size_t html_notes_count(const struct html_notes *n);
const GumboNode *html_note(const struct html_notes *n, size_t i); /* the <li> */

/* The note that this element refers to; HTML_NOTE_NONE: it refers to none. */
size_t html_notes_referred(const struct html_notes *n, const GumboElement *e);
/* True: the element is a note, or a list of nothing but notes. */
bool html_notes_has(const struct html_notes *n, const GumboNode *element);
/* True: a link inside of a note that leads back to the text. */
bool html_notes_leads_back(const GumboElement *e);

#endif

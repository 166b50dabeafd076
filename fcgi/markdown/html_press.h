/* What WordPress's own program makes of a post when it shows it: shortcodes, and blocks whose content it fills in.
 *
 * A shortcode is "[name]" of WordPress's own names, or "[name key=...]" of any name.  The marks of a caption go and its text
 * stays, as a legend; an address in [embed] becomes a link.  Of other shortcodes nothing is shown.  "[[name]]" shows
 * "[name]".  What is not shown is left to the notes. */
#ifndef DIPTYCH_MARKDOWN_HTML_PRESS_H
#define DIPTYCH_MARKDOWN_HTML_PRESS_H

#include "markdown/html_builder.h"

struct html_press;

struct html_press *html_press_new(void); /* markdown_memory's */
void html_press_text(struct html_press *p, struct html_builder *b, struct span s);
void html_press_comment(struct html_builder *b, struct span s);

#endif

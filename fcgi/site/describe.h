/* `diptych template --describe`: the names that a template may use, from the descriptions that its compiler checks. */
#ifndef DIPTYCH_SITE_DESCRIBE_H
#define DIPTYCH_SITE_DESCRIBE_H

#include <stdio.h>

#include "template/shape.h"

/* page: "compare", "compare.md" or "compare.html.mustache"; NULL: writes the list of templates.  Returns the exit code; for 1,
 * the reason is written to `why`. */
int describe_page(const char *page, FILE *out, FILE *why);
/* The page diptych-templates(7), with all views. */
void describe_manual(FILE *out);

/* NULL: the field has no meaning; a test finds it. */
const char *describe_meaning(const struct shape *s, const struct shape_field *f);

/* The views of all templates and all that they contain; returns their number. */
#define DESCRIBE_SHAPES_MAX 160
size_t describe_shapes(const struct shape **out);

/* The names of VIEW_WORDS that no field has, for a test; NULL: there is none. */
const char *describe_unused(void);

#endif

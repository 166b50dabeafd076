/* From a template's text to its tokens: the one place that knows Mustache's syntax.  Tags that stand
 * alone on a line take the line with them, delimiters are followed, comments are gone, sections are
 * matched.  Both ways of using a template start here.
 * Memory is the arena's; tokens point into the source. */
#ifndef DIPTYCH_TEMPLATE_TEMPLATE_SCAN_H
#define DIPTYCH_TEMPLATE_TEMPLATE_SCAN_H

#include <stdio.h>

#include "base/arena.h"

enum template_token_kind {
  TEMPLATE_TEXT,
  TEMPLATE_NAME,     /* {{x}} */
  TEMPLATE_RAW,      /* {{{x}}}, {{&x}} */
  TEMPLATE_SECTION,  /* {{#x}} */
  TEMPLATE_INVERTED, /* {{^x}} */
  TEMPLATE_END,      /* {{/x}} */
  TEMPLATE_PARTIAL,  /* {{>x}} */
};

struct template_token {
  enum template_token_kind kind;
  struct span text;   /* the text, or the tag's name */
  struct span indent; /* PARTIAL alone on its line: what stands before it */
  size_t at;          /* byte of the source, for messages */
  size_t match;       /* SECTION, INVERTED: index of its END, and back */
};

struct template_source {
  const char *path; /* as messages name it */
  struct span text;
  size_t indent; /* bytes that were put before each line; columns in messages leave them out */
  const struct template_token *tokens;
  size_t n;
};

/* Fills tokens and n from text.  False: said on `why`. */
bool template_scan(struct template_source *s, struct arena *a, FILE *why);

/* "file:line:column: sentence\n" */
void template_fault(const struct template_source *s, size_t at, FILE *why, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Reads DIR/FILE.  False when it can't, with errno; says nothing. */
bool template_read(struct template_source *s, struct arena *a, const char *dir, const char *file);

/* Finds and reads partial `name` for a template of the kind `ext` (".html", or ""), each line led by
 * `indent`.  False when there is none. */
bool template_read_partial(struct template_source *s, struct arena *a, const char *dir, const char *ext,
                           const struct template_token *tag);

/* ".html" of "page.html.mustache"; "" when there is none. */
const char *template_ext(struct arena *a, const char *file);

#endif

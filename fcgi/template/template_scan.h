/* Splits the text of a template into tokens.  Only this file knows the syntax of Mustache.  A tag alone on its line removes
 * the line.  Changes of delimiters are applied, comments are removed, and sections are matched with their ends.  Strict
 * and lenient templates both use it.  Memory belongs to the arena; tokens point into the source. */
#ifndef DIPTYCH_TEMPLATE_TEMPLATE_SCAN_H
#define DIPTYCH_TEMPLATE_TEMPLATE_SCAN_H

#include <stdio.h>

#include "base/arena.h"
#include "template/template.h"

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
  struct span text;   /* the text, or the name of the tag */
  struct span indent; /* PARTIAL alone on its line: the blanks before it */
  size_t at;          /* offset in the source, for messages */
  size_t match;       /* SECTION, INVERTED: index of its END; END: index of its section */
};

struct template_source {
  const char *path; /* for messages */
  struct span text;
  size_t indent; /* bytes of indentation added to each line; columns in messages do not count them */
  const struct template_token *tokens;
  size_t n;
};

/* Sets tokens and n from text.  False: the reason is written to `why`. */
bool template_scan(struct template_source *s, struct arena *a, FILE *why);

/* Writes "file:line:column: sentence\n". */
void template_fault(const struct template_source *s, size_t at, FILE *why, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Reads FILE.  False: errno has the reason; nothing is written. */
bool template_read(struct template_source *s, struct arena *a, const struct template_folders *f, const char *file);

/* Reads the partial of a tag for a template with the extension `ext` (".html", or ""), with each line indented by
 * tag->indent.  False: errno has the reason, ENOENT when there is no such partial. */
bool template_read_partial(struct template_source *s, struct arena *a, const struct template_folders *f, const char *ext,
                           const struct template_token *tag);

/* ".html" of "page.html.mustache"; "" when there is none. */
const char *template_ext(struct arena *a, const char *file);

#endif

/* Mustache templates, in two modes.
 *
 * STRICT, for the pages of the site.  template_compile reads FILE and its partials from DIR once, at start, and checks
 * them against the shape of the page's view: every name must be a visible field, every section must be closed, and every
 * tag must be where its value can be escaped.  Each fault is written to `why` as "file:line:column: sentence", and the
 * result is NULL.  Otherwise the result is a flat program in which names are resolved to offsets, so rendering needs no
 * lookups and cannot fail on a name.  A compiled template never changes; workers share it after fork.
 *
 * LENIENT, for authors of templates.  template_command renders any Mustache file with any JSON value, byte for byte as
 * the public Mustache specification requires (core modules: interpolation, sections, inverted sections, partials,
 * comments, delimiters).
 *
 * Names in strict templates:
 *   {{x}}     TEXT or INT, escaped for its context       {{{x}}}  HTML, unescaped; no other kind
 *   {{#x}}    TEXT: when not empty, {{.}} is the text inside; FLAG: when true; INT: always;
 *             RECORD: when not NULL, its fields become visible; LIST, TEXTS: once per element
 *   {{^x}}    the opposite       {{a.b}}  field b of RECORD a       {{>p}}  partial p, see below
 *   A name is searched in the innermost record first, then in the enclosing records.
 *
 * An address that begins with one slash is one of the site.  {{href}} and a literal, where an address begins in an attribute,
 * and ]({{&href}}) in Markdown are written below the path of the site (template_folders.base).
 *
 * The extension selects the output language, and with it the escaping:
 *   .html.mustache   by context: text, quoted attribute values, URLs (http, https, mailto and relative URLs; others
 *                    become "#").  A tag in an unquoted attribute, a tag name, a comment, a style or a script is a
 *                    fault.  Exception: the whole content of <script type="application/ld+json"> may be one {{{x}}}.
 *   .xml.mustache, .svg.mustache   by context too.  {{x}} over HTML is escaped markup, as Atom requires; {{{x}}} is a
 *                    fault.
 *   .md.mustache     {{x}} is one line with Markdown punctuation escaped.  {{&x}} over TEXT includes Markdown source
 *                    unescaped: only for an editor's body, and only in text/markdown.  It must not become HTML without
 *                    markdown.h.
 *   .txt.mustache    nothing is escaped
 *
 * The partial {{>p}} of page.html.mustache is p.html.mustache, or p.mustache if no folder has the first.  The
 * lines of a partial are indented like its tag, when the tag is alone on its line.  Strict partials are compiled in
 * place, so recursion is a fault.  Lenient partials may nest TEMPLATE_DEPTH deep. */
#ifndef DIPTYCH_TEMPLATE_TEMPLATE_H
#define DIPTYCH_TEMPLATE_TEMPLATE_H

#include <stdio.h>

#include "base/buf.h"
#include "template/shape.h"

#define TEMPLATE_DEPTH 64
#define TEMPLATE_FOLDERS_MAX 8

struct template;

/* Where templates are read: a file is taken from the first folder that has it, and so is each partial.
 * {{static/logo.svg}} is the address of the static file logo.svg.  It is a literal of the program: a file that is missing is
 * a fault of the template. */
struct template_folders {
  const char *dirs[TEMPLATE_FOLDERS_MAX];
  size_t n;
  struct span (*asset)(const void *context, struct span name); /* empty: there is no such file; NULL: there are none */
  const void *context;
  struct span base; /* the path of the site, "/tools": see below; empty: none */
};

struct template *template_compile(const char *dir, const char *file, const struct shape *shape, FILE *why);
struct template *template_compile_in(const struct template_folders *f, const char *file, const struct shape *shape, FILE *why);
void template_free(struct template **t);

/* Appends to `out`.  False: `out` failed (memory ran out, or its limit was reached). */
bool template_render(const struct template *t, const void *view, struct buf *out);

/* A hash of the compiled program, partials included; it changes when the output could change. */
uint64_t template_hash(const struct template *t);

/* `diptych template FILE DATA.json`.  Returns the exit code; the reason for 1 is written to `why`. */
int template_command(const char *file, const char *json_file, FILE *out, FILE *why);

#endif

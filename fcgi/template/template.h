/* Templates: Mustache, in two ways.
 *
 * STRICT, for the site's own pages.  template_compile reads FILE and its partials from DIR once, at
 * start, and checks everything against the shape of the page's view: every name must be a field in
 * reach, every section closed, every tag in a place where its value can be escaped.  What is wrong is
 * written to `why`, one "file:line:column: sentence" a fault, and no template comes back.  What comes
 * back is a flat program in which names have become offsets: rendering looks nothing up and cannot
 * meet a surprise.  A compiled template is never changed, so workers share it after fork.
 *
 * LENIENT, for people who write templates: template_command renders any Mustache file with any JSON
 * value, byte for byte as the public Mustache specification says (core: interpolation, sections,
 * inverted sections, partials, comments, delimiters).
 *
 * Names, in strict templates:
 *   {{x}}     TEXT or INT, escaped for where it stands       {{{x}}}  HTML, as it is; nothing else
 *   {{#x}}    TEXT: when not empty, {{.}} is the text inside; FLAG: when true; INT: always;
 *             RECORD: when there, its fields come into reach; LIST, TEXTS: once per element
 *   {{^x}}    the opposite       {{a.b}}  field b of RECORD a       {{>p}}  partial p, see below
 *   A name is looked for in the innermost record first, then outwards.
 *
 * The file's name says what it makes, and so how text is escaped:
 *   .html.mustache   by context: text, quoted attribute values, URLs (only http, https, mailto and
 *                    relative ones pass, others become "#"); a tag in an unquoted attribute, a tag
 *                    name, a comment, a style or a script is a fault, except that a whole
 *                    <script type="application/ld+json"> may be one {{{x}}}
 *   .xml.mustache, .svg.mustache   by context likewise; {{x}} over HTML is escaped markup, as Atom
 *                    wants it, and {{{x}}} is a fault
 *   .md.mustache     {{x}} with Markdown's punctuation escaped, on one line; {{&x}} over TEXT includes
 *                    Markdown source as it is: only for an editor's body, and only for readers of
 *                    text/markdown, never to become HTML without markdown.h
 *   .txt.mustache    nothing is escaped
 *
 * Partial {{>p}} of page.html.mustache is DIR/p.html.mustache or else DIR/p.mustache; one that stands
 * alone on its line is indented as it is.  Strict partials are compiled in place, so recursion is a
 * fault; lenient ones may nest TEMPLATE_DEPTH deep. */
#ifndef DIPTYCH_TEMPLATE_TEMPLATE_H
#define DIPTYCH_TEMPLATE_TEMPLATE_H

#include <stdio.h>

#include "base/buf.h"
#include "template/shape.h"

#define TEMPLATE_DEPTH 64

struct template;

struct template *template_compile(const char *dir, const char *file, const struct shape *shape, FILE *why);
void template_free(struct template **t);

/* Appends; false when `out` failed (no memory, or past its limit). */
bool template_render(const struct template *t, const void *view, struct buf *out);

/* The checksum of everything that was compiled, partials included: changes when the output could. */
uint64_t template_hash(const struct template *t);

/* `diptych template FILE DATA.json`: the exit code, the reason for 1 on `why`. */
int template_command(const char *file, const char *json_file, FILE *out, FILE *why);

#endif

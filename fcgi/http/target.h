/* The request target taken apart: RFC 9112 section 3.2 origin-form (or absolute-form, whose
 * authority is ignored), RFC 3986 percent-encoding.
 *
 * `path` is the normal spelling: decoded, lower case, single slashes, none at the end.  Whether the
 * client spelled it so is `plain`; pages are looked up by the normal spelling, and a page that exists
 * is redirected to from any other. */
#ifndef DIPTYCH_HTTP_TARGET_H
#define DIPTYCH_HTTP_TARGET_H

#include "base/arena.h"
#include "base/span.h"

#define TARGET_MAX 2048 /* bytes of path; longer is 414 */

enum form { FORM_HTML, FORM_JSON, FORM_MD, FORM_ATOM, FORM_OTHER };

enum target_fault { TARGET_OK, TARGET_BAD, TARGET_TOO_LONG };

struct target {
  struct span raw_path; /* as sent */
  struct span path;     /* "/compare/a-vs-b.json" */
  struct span stem;     /* path without a form's suffix: "/compare/a-vs-b" */
  struct span query;    /* as sent, without "?"; empty: none */
  enum form form;       /* by suffix; FORM_OTHER: another file name (.xml, .txt, .svg) */
  bool plain;           /* raw_path is path */
};

enum target_fault target_parse(struct span uri, struct arena *a, struct target *out);

struct span target_suffix(enum form f); /* ".json"; empty for a form without one */

/* Is this for other sites' pages too: a representation, a feed, a badge, any file but those that dress our pages? */
bool target_embeddable(const struct target *t);

/* The decoded value of the first `name` in the query ('+' is a space); a null pointer: not there.
 * Invalid UTF-8 and control characters come back replaced. */
struct span target_query(const struct target *t, const char *name, struct arena *a);

/* Decimal page number of ?page=: 1 when absent, 0 when it is there but no number from 1 to 999999. */
unsigned target_page(const struct target *t, struct arena *a);

#endif

/* Parses the request target: RFC 9112 section 3.2, origin-form or absolute-form (the authority is ignored); RFC 3986
 * percent-encoding.
 *
 * `path` is the normalized path: decoded, lower case, single slashes, no slash at the end.  `plain` tells whether the
 * client sent it in this spelling.  Routes match the normalized path; any other spelling of a page that exists is
 * redirected to it. */
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

/* Makes the target relative to the path of the site: "/tools/products/kafka" becomes "/products/kafka".  False: the target is
 * not below that path.  base: of config_base_path. */
bool target_mount(struct target *t, struct span base);

struct span target_suffix(enum form f); /* ".json"; empty for a form without one */

/* The target for a log: "/preview/..." in place of the address of a preview, which opens it, below any path. */
struct span target_logged(struct span uri);

/* True: pages of other sites may read it (CORS): a representation, a feed, a badge and any other file except the
 * assets below /static/. */
bool target_embeddable(const struct target *t);

/* The decoded value of the first parameter `name` in the query ("+" is a space).  A null pointer: not present.
 * Invalid UTF-8 and control characters are replaced. */
struct span target_query(const struct target *t, const char *name, struct arena *a);

/* The page number of ?page=, 1 to 999999.  1: absent; 0: not such a number. */
unsigned target_page(const struct target *t, struct arena *a);

#endif

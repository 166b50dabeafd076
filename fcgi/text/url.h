/* Percent-encoding (RFC 3986), and the rule that decides which addresses pages may link to. */
#ifndef DIPTYCH_TEXT_URL_H
#define DIPTYCH_TEXT_URL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* Encodes all bytes except unreserved characters: for one path segment or one query value. */
void url_percent_encode(struct buf *out, struct span s);

/* Makes a string that should be a URL, or a part of one, safe in an attribute.  Keeps reserved characters and
 * well-formed escapes; encodes quotes, angle brackets, blanks, controls and bytes above 0x7F.  url_tidy_part also
 * encodes ":", so that a part can never complete a scheme. */
void url_tidy(struct buf *out, struct span s);
struct span url_tidied(struct arena *a, struct span s); /* returns s if nothing must be encoded */
void url_tidy_part(struct buf *out, struct span s);

/* Makes a query valid by RFC 3986 section 3.4: keeps well-formed escapes and encodes all other bytes that a query must
 * not contain.  Returns s if nothing must be encoded. */
struct span url_query_tidied(struct arena *a, struct span s);

/* Decodes a path; with `plus` a query value, where "+" is a blank.  False: a malformed escape, a NUL, or the arena
 * failed.  Does not check UTF-8: see utf8_valid. */
MUST_USE bool url_percent_decode(struct arena *a, struct span s, bool plus, struct span *decoded);

/* True: a page may link to it: http, https, mailto, or an address without a scheme.  False for anything that a browser
 * could read as another scheme, also after it removes blanks and controls. */
bool url_scheme_ok(struct span url);

/* True: it names a host (http://..., https://..., //...), so the link leaves the site unless it begins with base_url. */
bool url_external(struct span url);

/* True: the text, up to the first "/", "?" or "#", can be a host with a port: it has a letter or a digit, and no blank. */
bool url_host_ok(struct span authority);

/* True: an http or https address with a host.  Pages link to no other addresses of products. */
bool url_web(struct span url);

/* Finds the first parameter `name` in a query string ("a=1&b=2", without "?").  *value is still encoded.
 * False: not present. */
bool url_query_find(struct span query, struct span name, struct span *value);

#endif

/* Percent-encoding (RFC 3986) and the one rule about which addresses may be linked to. */
#ifndef DIPTYCH_TEXT_URL_H
#define DIPTYCH_TEXT_URL_H

#include "base/arena.h"
#include "base/buf.h"

/* Everything but unreserved characters: for one path segment or one query value. */
void url_percent_encode(struct buf *out, struct span s);

/* Makes what is roughly a URL, or a part of one, safe to stand in an attribute: keeps reserved
 * characters and well-formed escapes, encodes quotes, brackets, blanks, controls and bytes above 0x7F.
 * url_tidy_part also encodes ":", so that a part can never complete a scheme. */
void url_tidy(struct buf *out, struct span s);
struct span url_tidied(struct arena *a, struct span s); /* s itself when it is tidy */
void url_tidy_part(struct buf *out, struct span s);

/* A query as RFC 3986 section 3.4 allows it: well-formed escapes stay, all other bytes that may not stand
 * there are encoded.  s itself when there are none. */
struct span url_query_tidied(struct arena *a, struct span s);

/* Decodes a path, or with `plus` a query value, where "+" is a blank.  False: a bad escape, or a NUL;
 * or the arena failed.  Says nothing about UTF-8: see utf8_valid. */
bool url_percent_decode(struct arena *a, struct span s, bool plus, struct span *decoded);

/* Whether a link may lead there: http, https, mailto, or an address without a scheme.  Anything
 * that a browser could read as another scheme, also after dropping blanks and controls, is not. */
bool url_scheme_ok(struct span url);

/* Whether it names a host (http://..., https://..., //...): a link that leaves the site, unless it begins
 * with the site's own base_url. */
bool url_external(struct span url);

/* The value of the first parameter `name` of a query string ("a=1&b=2", without "?"), still encoded.
 * False: it is not there. */
bool url_query_find(struct span query, struct span name, struct span *value);

#endif

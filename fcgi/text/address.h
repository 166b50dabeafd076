/* Addresses as editors type them: with blanks and characters of no width at their ends, and without a scheme. */
#ifndef DIPTYCH_TEXT_ADDRESS_H
#define DIPTYCH_TEXT_ADDRESS_H

#include "base/arena.h"

/* The whole address is `before` followed by `rest`.  before: "", "https:" or "https://".  rest: the typed text without what
 * cannot be seen at its ends. */
struct address {
  struct span before, rest;
};

/* The address in a column, which leads to another site: "x.example", "www.x.example/a" and "//x.example" get a scheme. */
struct address address_of_column(struct span typed);
/* The address of a link in Markdown, where an address without a scheme may be one of this site: only "www.x.example" and
 * "x.example/a" get a scheme.  base_url may be empty. */
struct address address_of_link(struct span typed);
/* The address of a picture: as of a link, and "http:" becomes "https:", because pages allow no other pictures.
 * `rest` is empty when there is no such address: a scheme that pages do not ask for, or a port of http.  Pictures of
 * base_url, which may be empty, stay as they are. */
struct address address_of_picture(struct span typed, struct span base_url);

/* The address of a column; the typed text, when that is no address.  Returns a part of `typed` when nothing is added. */
struct span address_completed(struct arena *a, struct span typed);
/* True: address_completed makes an http or https address of it. */
bool address_is_web(struct span typed);
/* True: it is such an address and names a user before the host, "https://x.example@y.example", which leads to y.example. */
bool address_has_user(struct span typed);

#endif

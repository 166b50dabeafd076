/* UTF-8 (RFC 3629): checking, cleaning, folding.  Everything that diptych shows passes utf8_clean on
 * its way in from rows, and everything a visitor asks for is refused unless utf8_valid. */
#ifndef DIPTYCH_TEXT_UTF8_H
#define DIPTYCH_TEXT_UTF8_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

#define UTF8_REPLACEMENT 0xFFFD
#define UTF8_NEXT_LINE 0x85

/* Bytes of the well-formed character at the start of s, and the character; 0: none is there. */
size_t utf8_next(struct span s, uint32_t *c);
void utf8_put(struct buf *out, uint32_t c); /* what is no character becomes U+FFFD */

bool utf8_valid(struct span s);
size_t utf8_count(struct span s); /* characters of valid UTF-8 */

/* May this character stand in HTML, XML and JSON alike?  No control but tab and line feed (C0, DEL, C1), and no
 * noncharacter (Unicode 15.0 section 23.7; XML 1.0 section 2.2; HTML, "preprocessing the input stream"). */
bool utf8_allowed(uint32_t c);

/* Valid UTF-8 of allowed characters: CR LF and CR become LF, the vertical tab, the form feed and U+0085 a
 * blank; what is malformed and every other character that is not allowed becomes U+FFFD. */
void utf8_clean_put(struct buf *out, struct span s);
bool utf8_is_clean(struct span s);
/* The same span when there was nothing to clean; empty when the arena failed. */
struct span utf8_clean(struct arena *a, struct span s);

/* At most `max` characters, cut at a blank where there is one in the last third, without the blank. */
struct span utf8_cut(struct span s, size_t max);

/* For searching: lower case, and without accents in Latin, Greek and Cyrillic ("Ærø Łódź" -> "aero lodz").
 * Other scripts stay.  Bytes that are no UTF-8 are left out. */
struct span utf8_fold(struct arena *a, struct span s);

#endif

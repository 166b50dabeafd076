/* UTF-8 (RFC 3629): validation, cleaning, folding.  All text from rows passes utf8_clean.  A request whose path is not
 * utf8_valid is refused. */
#ifndef DIPTYCH_TEXT_UTF8_H
#define DIPTYCH_TEXT_UTF8_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

#define UTF8_REPLACEMENT 0xFFFD
#define UTF8_NEXT_LINE 0x85

/* Reads the character at the start of s and returns its length in bytes; 0: s is empty or malformed there. */
size_t utf8_next(struct span s, uint32_t *c);
void utf8_put(struct buf *out, uint32_t c); /* surrogates and numbers over 0x10FFFF become U+FFFD */

bool utf8_valid(struct span s);
size_t utf8_count(struct span s); /* characters of valid UTF-8 */

/* True: the character is valid in HTML, XML and JSON.  Controls (C0, DEL, C1) except tab and line feed are not, nor are
 * noncharacters (Unicode 15.0 section 23.7; XML 1.0 section 2.2; HTML, "preprocessing the input stream"). */
bool utf8_allowed(uint32_t c);

/* Writes valid UTF-8 of allowed characters.  CR LF and CR become LF; controls that separate (the vertical tab,
 * the form feed, U+001C to U+001F and U+0085) become a blank.  Malformed bytes and other characters that are not allowed
 * become U+FFFD. */
void utf8_clean_put(struct buf *out, struct span s);
bool utf8_is_clean(struct span s);
/* Like utf8_clean_put, in the arena; returns s if it is clean.  Empty when the arena failed. */
struct span utf8_clean(struct arena *a, struct span s);

/* True: s shows nothing.  It holds only white space (Unicode White_Space) and characters that are drawn as nothing
 * (Default_Ignorable_Code_Point, and the empty Braille pattern). */
bool utf8_is_blank(struct span s);

bool utf8_unseen(uint32_t c); /* one of these characters */

/* Without white space and blanks of no width at both ends.  Joiners and variation selectors stay: they change the look of
 * the character before them. */
struct span utf8_trim(struct span s);
/* Without any character that shows nothing at both ends. */
struct span utf8_trim_unseen(struct span s);

/* The first character as readers see it (Unicode Standard Annex 29, extended grapheme cluster): a letter with its marks, a flag, a
 * family of emoji.  Of one over 64 bytes the first character alone.  Empty: s is empty; a malformed byte is one. */
struct span utf8_cluster(struct span s);
/* Where the cluster begins that the byte at `at`, the first of a character, belongs to. */
size_t utf8_cluster_begin(struct span s, size_t at);

/* The first `max` characters, or fewer: no cluster is cut.  If the last third of them has a blank, the text ends before
 * that blank. */
struct span utf8_cut(struct span s, size_t max);

/* Folds for search: compatibility forms, case, accents and vowel marks are gone ("Ærø Łódź" -> "aero lodz", "ＫＡ" -> "ka"),
 * blanks of all kinds are one blank each, and none are at the ends.  A folded text folds to itself.  Malformed
 * bytes are left out. */
struct span utf8_fold(struct arena *a, struct span s);

#endif

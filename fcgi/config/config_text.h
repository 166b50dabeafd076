/* The configuration's text, before libconfuse reads it: what is no text, or leaves open what it opens, is
 * told here with the line where that begins.  libconfuse would name the end of the file for a quote, take
 * an open comment for the end without a word, say nothing about what is no text, and end the program when
 * the file cannot be read to its end. */
#ifndef DIPTYCH_CONFIG_CONFIG_TEXT_H
#define DIPTYCH_CONFIG_CONFIG_TEXT_H

#include <stdio.h>

#include "base/buf.h"

#define CONFIG_TEXT_MOST ((size_t)1 << 20) /* bytes */

/* False: it cannot be read, or its faults were written to `why`. */
bool config_text_read(struct buf *text, const char *path, FILE *why);

/* What the last line of the form `key = "value"` gives, also in a text with faults; points into it.  False:
 * there is no such line. */
bool config_text_word(struct span text, struct span key, struct span *value);

#endif

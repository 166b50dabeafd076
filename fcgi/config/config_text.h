/* The reader of the configuration: text in, keys and values out, each with its line.
 *
 * A value stands in the line of its key.  It is a bare word, or in double quotes, or in single quotes;
 * man/diptych.8 describes what a backslash and ${NAME} mean in each.  Comments begin with # or // and end
 * with the line, or stand between slash-star and star-slash.
 *
 * A fault is told as "file:line: sentence" and costs the rest of its line; the reader goes on behind it, so
 * that one look at a file tells all its faults. */
#ifndef DIPTYCH_CONFIG_CONFIG_TEXT_H
#define DIPTYCH_CONFIG_CONFIG_TEXT_H

#include <stdio.h>

#include "base/buf.h"

#define CONFIG_TEXT_MOST ((size_t)1 << 20) /* bytes */

struct config_text {
  struct span text;
  const char *path;
  FILE *why; /* NULL: faults are counted only */
  size_t at;
  size_t line;       /* that `at` stands in, from 1 */
  size_t value_line; /* in which the last value ended */
  unsigned faults;
  struct buf value;
};

struct config_entry {
  struct span key;
  const char *value; /* until the next entry */
  size_t line;       /* of the key */
};

/* False: it cannot be read, or is no UTF-8 text; why was written. */
bool config_text_read(struct buf *text, const char *path, FILE *why);

/* path and text must outlive it. */
struct config_text config_text_of(struct span text, const char *path, FILE *why);
void config_text_free(struct config_text *t);

/* False: there is no more. */
bool config_text_next(struct config_text *t, struct config_entry *e);

void config_text_fault(struct config_text *t, size_t line, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif

/* The reader of the configuration file: it splits text into keys and values, each with its line.  The head of
 * config_text.c describes the grammar; man/diptych.8 describes it for operators.
 *
 * A fault is written as "file:line: sentence".  The reader skips the rest of that line and continues, so that one
 * reading reports all faults of a file. */
#ifndef DIPTYCH_CONFIG_CONFIG_TEXT_H
#define DIPTYCH_CONFIG_CONFIG_TEXT_H

#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

#define CONFIG_TEXT_MOST ((size_t)1 << 20) /* bytes */

struct config_text {
  struct span text;
  const char *path;
  FILE *why; /* NULL: faults are only counted */
  size_t at;
  size_t line;       /* of `at`, from 1 */
  size_t value_line; /* the line in which the last value ended */
  unsigned faults;
  struct span watched; /* a key */
  bool watched_faulty; /* its last value could not be read */
  struct buf value;
};

struct config_entry {
  struct span key;
  const char *value; /* valid until the next entry is read */
  size_t line;       /* of the key */
};

/* Reads a file.  False: it cannot be read or is not UTF-8 text; the reason is written to `why`. */
MUST_USE bool config_text_read(struct buf *text, const char *path, FILE *why);

/* The text after a byte order mark, which some editors write and nobody sees. */
struct span config_text_begin(struct span text);

/* path and text must outlive the reader. */
struct config_text config_text_of(struct span text, const char *path, FILE *why);
void config_text_free(struct config_text *t);

/* False: no more entries. */
MUST_USE bool config_text_next(struct config_text *t, struct config_entry *e);

void config_text_fault(struct config_text *t, size_t line, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif

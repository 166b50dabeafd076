/* Lines of a terminal view, cut at its width and its height.
 *
 * Text is written with a style.  Words that come from elsewhere (addresses of requests, sentences of a server) go through
 * screen_foreign: bytes that are no visible ASCII character become %XX, so that nobody can move the cursor, and each byte of
 * output is one column.  Our own text may have characters of one column beyond ASCII. */
#ifndef DIPTYCH_APP_SCREEN_H
#define DIPTYCH_APP_SCREEN_H

#include "base/buf.h"

enum screen_style { SCREEN_PLAIN, SCREEN_BOLD, SCREEN_DIM, SCREEN_GOOD, SCREEN_WARN, SCREEN_BAD };

struct screen {
  struct buf *out;
  int columns, rows;    /* rows 0: no limit */
  bool colour, unicode;
  bool filling;         /* a terminal: each line clears its rest */
  int row, column;      /* of the next character */
};

void screen_begin(struct screen *s); /* the upper left corner */
void screen_text(struct screen *s, enum screen_style style, const char *format, ...) __attribute__((format(printf, 3, 4)));
void screen_foreign(struct screen *s, enum screen_style style, struct span text);
void screen_foreign_cut(struct screen *s, enum screen_style style, struct span text, int columns); /* at most so many */
void screen_to(struct screen *s, int column);    /* blanks up to this column */
void screen_line(struct screen *s);              /* ends the line */
int screen_rows_left(const struct screen *s);    /* INT_MAX: no limit */
void screen_end(struct screen *s);               /* clears what is below */

/* A bar of `width` columns, filled by `share` (0 to 1). */
void screen_bar(struct screen *s, enum screen_style style, double share, int width);
/* The last `width` of n values as columns of one line, scaled by the largest. */
void screen_chart(struct screen *s, enum screen_style style, const double *v, int n, int width);

#endif

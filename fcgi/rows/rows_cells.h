/* Texts of a row, copied into the arena.  The copy is valid UTF-8, whatever bytes a foreign table contains. */
#ifndef DIPTYCH_ROWS_ROWS_CELLS_H
#define DIPTYCH_ROWS_ROWS_CELLS_H

#include "base/arena.h"
#include "db/db.h"

/* NULL and a missing column give an empty text. */
struct span rows_cell(struct arena *arena, const struct db_rows *rows, unsigned column);
/* On one line, without blanks at its ends, and isolated (text/bidi.h); empty when nothing in it is visible. */
struct span rows_line(struct arena *arena, const struct db_rows *rows, unsigned column);
/* The same, of at most `chars` characters. */
struct span rows_line_cut(struct arena *arena, const struct db_rows *rows, unsigned column, size_t chars);
/* The same; `slug` when the result is empty, because a link needs a text. */
struct span rows_name(struct arena *arena, const struct db_rows *rows, unsigned column, struct span slug);
/* A text of several lines, like rows_line otherwise; an ellipsis follows when it is longer than `chars` characters. */
struct span rows_text(struct arena *arena, struct span clean, size_t chars);
/* An address of another site, completed (text/address.h); what is none is a line, and pages show it as text. */
struct span rows_address(struct arena *arena, const struct db_rows *rows, unsigned column);

#endif

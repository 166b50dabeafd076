/* Texts of a row, copied into the arena.  The copy is valid UTF-8, whatever bytes a foreign table contains. */
#ifndef DIPTYCH_ROWS_ROWS_CELLS_H
#define DIPTYCH_ROWS_ROWS_CELLS_H

#include "base/arena.h"
#include "db/db.h"

/* NULL and a missing column give an empty text. */
struct span rows_cell(struct arena *arena, const struct db_rows *rows, unsigned column);
/* Trimmed; empty when nothing in it is visible. */
struct span rows_line(struct arena *arena, const struct db_rows *rows, unsigned column);
/* The same; `slug` when the result is empty, because a link needs a text. */
struct span rows_name(struct arena *arena, const struct db_rows *rows, unsigned column, struct span slug);

#endif

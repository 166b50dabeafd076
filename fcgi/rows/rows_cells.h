/* Texts of a row as the rest of diptych may have them: copied into the arena, valid UTF-8, for
 * whatever a foreign table holds. */
#ifndef DIPTYCH_ROWS_ROWS_CELLS_H
#define DIPTYCH_ROWS_ROWS_CELLS_H

#include "base/arena.h"
#include "db/db.h"

/* NULL and a column that isn't there are empty. */
struct span rows_cell(struct arena *arena, const struct db_rows *rows, unsigned column);
/* Without white space at its ends; `slug` when nothing is left, since a link without words is none. */
struct span rows_name(struct arena *arena, const struct db_rows *rows, unsigned column, struct span slug);

#endif

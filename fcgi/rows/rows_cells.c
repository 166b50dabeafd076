#include "rows/rows_cells.h"

#include "text/utf8.h"

struct span rows_cell(struct arena *arena, const struct db_rows *rows, unsigned column)
{
  return utf8_clean(arena, arena_copy(arena, db_text(rows, column)));
}

struct span rows_line(struct arena *arena, const struct db_rows *rows, unsigned column)
{
  struct span line = span_trim(rows_cell(arena, rows, column));
  return utf8_is_blank(line) ? SPAN("") : line;
}

struct span rows_name(struct arena *arena, const struct db_rows *rows, unsigned column, struct span slug)
{
  struct span name = rows_line(arena, rows, column);
  return name.n ? name : slug;
}

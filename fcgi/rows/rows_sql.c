#include "rows/rows_sql.h"

void rows_sql_in(struct buf *sql, const char *column, const struct rows_set *set)
{
  if (!set->ids) {
    buf_printf(sql, " %s BETWEEN %llu AND %llu", column, (unsigned long long)set->first,
               (unsigned long long)set->last);
    return;
  }
  buf_printf(sql, " %s IN (", column);
  for (size_t i = 0; i < set->n; i++) {
    if (i)
      buf_putc(sql, ',');
    buf_uint(sql, set->ids[i]);
  }
  buf_puts(sql, set->n ? ")" : "0)");
}

void rows_sql_time(struct buf *sql, int64_t us)
{
  struct clock_civil t = clock_split(us);
  buf_printf(sql, "'%04d-%02d-%02d %02d:%02d:%02d.%06d'", t.year, t.month, t.day, t.hour, t.minute, t.second,
             t.micros);
}

#include "rows/rows_sql.h"

#include "rows/rows.h"

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

#define SIZE_BEFORE "\n<!-- "
#define SIZE_AFTER " bytes -->"

void rows_sql_body(struct buf *sql, const char *column, int64_t most)
{
  buf_printf(sql, "IF(OCTET_LENGTH(%s) > %lld, CONCAT(LEFT(%s, %lld), '\\n<!-- ', OCTET_LENGTH(%s), '" SIZE_AFTER "'), %s)",
             column, (long long)most, column, (long long)most + 1, column, column);
}

size_t rows_body_bytes(struct span body, size_t most)
{
  size_t bytes = 0, digits = 0;
  if (body.n <= most || !span_ends(body, SPAN(SIZE_AFTER)))
    return body.n;
  struct span rest = span_head(body, body.n - (sizeof SIZE_AFTER - 1));
  while (digits < rest.n && digits < 19 && rest.p[rest.n - digits - 1] >= '0' && rest.p[rest.n - digits - 1] <= '9')
    digits++;
  for (size_t i = rest.n - digits; i < rest.n; i++)
    bytes = bytes * 10 + (size_t)(rest.p[i] - '0');
  return digits && span_ends(span_head(rest, rest.n - digits), SPAN(SIZE_BEFORE)) ? bytes : body.n;
}

void rows_sql_time(struct buf *sql, int64_t us)
{
  struct clock_civil t = clock_split(us);
  buf_printf(sql, "'%04d-%02d-%02d %02d:%02d:%02d.%06d'", t.year, t.month, t.day, t.hour, t.minute, t.second,
             t.micros);
}

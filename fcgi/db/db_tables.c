/* Finds the names after FROM and JOIN.  This is enough for diptych's own statements: their keywords are in capitals,
 * and their literals contain no keyword. */
#include "db/db_tables.h"

#include <stdbool.h>
#include <string.h>

static bool is_name(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_listed(const char *out, struct span name)
{
  for (struct span rest = span_z(out); rest.n;)
    if (span_eq(span_trim(span_split(&rest, ',')), name))
      return true;
  return false;
}

void db_tables(struct span sql, char *out, size_t cap)
{
  size_t n = 0;
  out[0] = 0;
  for (size_t i = 0; i + 5 < sql.n; i++) {
    struct span rest = span_from(sql, i);
    if (!span_starts(rest, SPAN("FROM ")) && !span_starts(rest, SPAN("JOIN ")))
      continue;
    struct span name = span_from(rest, 5);
    size_t length = 0;
    while (length < name.n && is_name(name.p[length]))
      length++;
    name = span_head(name, length);
    if (!length || is_listed(out, name) || n + length + 3 > cap)
      continue;
    if (n)
      n += (size_t)(stpcpy(out + n, ", ") - (out + n));
    memcpy(out + n, name.p, length);
    out[n += length] = 0;
  }
}

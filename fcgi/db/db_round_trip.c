#include "db/db_round_trip.h"

#define SNAPSHOT_BEGIN "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"

struct span db_round_trip_statement(const struct db_round_trip *t, size_t i)
{
  if (i < t->begins)
    return SPAN(SNAPSHOT_BEGIN);
  return i - t->begins < t->n ? buf_view(&t->statements[i - t->begins]) : SPAN(DB_SNAPSHOT_END);
}

void db_round_trip_write(struct db_round_trip *t)
{
  for (size_t i = 0; i < db_round_trip_statements(t); i++) {
    if (i)
      buf_putc(&t->text, ';');
    buf_span(&t->text, db_round_trip_statement(t, i));
  }
}

/* Entries of the change log: each names a product whose rows must be read, or something of the small tables. */
#include "watch/watch_entries.h"

bool watch_entry_take(struct watcher *w, struct db_rows *rows)
{
  struct span entity = db_text(rows, C_ENTITY);
  int64_t changed_us = db_time(rows, C_CHANGED);
  METRICS_ADD(w->metrics, changes_applied, 1);
  w->newest_change_us = changed_us > w->newest_change_us ? changed_us : w->newest_change_us;
  if (span_eq(entity, SPAN("product")))
    return watch_ids_add(&w->changed, db_uint(rows, C_ENTITY_ID));
  w->terms_changed = true;
  return true;
}

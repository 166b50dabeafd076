/* Runs every statement that a page may need, for `diptych check` and for the watcher.  The watcher reads no texts, so
 * without this it would not notice that a view lacks a column, and a visitor would. */
#include "rows/rows.h"

enum err rows_try_products(struct db *db, const uint64_t *ids, size_t n, struct arena *arena, int64_t deadline_us)
{
  struct rows_snapshot snapshot;
  struct product *products = ARENA_ARRAY(arena, n + 1, struct product);
  if (!products)
    return ERR_NO_MEMORY;
  return rows_products(db, &(struct rows_wanted){.ids = ids, .n = n}, arena, deadline_us, products, &snapshot);
}

enum err rows_try(struct db *db, const uint64_t *ids, size_t n, struct arena *arena, int64_t deadline_us)
{
  struct rows_timeline timeline;
  struct rows_past past;
  struct rows_site site;
  struct rows_page page;
  enum err err = rows_try_products(db, ids, n, arena, deadline_us);
  if (err == ERR_OK)
    err = rows_timeline_read(db, n ? ids[0] : 0, 2, arena, deadline_us, &timeline);
  if (err == ERR_OK || err == ERR_NOT_FOUND)
    err = rows_past_read(db, n ? ids[0] : 0, 1, arena, deadline_us, &past);
  if (err == ERR_OK || err == ERR_NOT_FOUND)
    err = rows_site_read(db, arena, deadline_us, &site);
  if (err == ERR_OK)
    err = rows_page_read(db, 0, arena, deadline_us, &page);
  return err == ERR_NOT_FOUND ? ERR_OK : err;
}

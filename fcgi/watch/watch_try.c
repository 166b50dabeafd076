/* Checks that the statements of pages work.  The watcher's own statements do not read texts, so after an edit it also
 * tries those of the pages for one product.  When the server refused a worker's statement, it tries all statements
 * for that product until they work.  A failure is published in the state with the views of the statement and the
 * server's words.  Meanwhile the catalog is updated as usual, and pages show the last known texts. */
#include "base/log.h"
#include "watch/watch.h"

#define TRY_EVERY_US (1 * CLOCK_SECOND)

static void result_publish(struct watcher *w, enum err err)
{
  const char *sentence = "";
  bool fails = err == ERR_INVALID;
  if (fails)
    db_failure(w->db, &sentence);
  if (fails && !w->state.reading_fails)
    log_warn("the server refuses a statement that pages need: %s", sentence);
  else if (!fails && w->state.reading_fails)
    log_info("the statements that pages need work again");
  w->state.reading_fails = fails;
  snprintf(w->try_failure, sizeof w->try_failure, "%s", sentence);
}

enum err watch_try(struct watcher *w)
{
  int64_t now_us = clock_mono_us();
  uint64_t refused = atomic_load_explicit(&w->breaker->refused, memory_order_acquire);
  uint64_t id = refused ? refused : w->try_id;
  if (!id || now_us < w->try_after_us)
    return ERR_OK;
  arena_reset(w->arena);
  enum err err = refused ? rows_try(w->db, &id, 1, w->arena, watch_deadline())
                         : rows_try_products(w->db, &id, 1, w->arena, watch_deadline());
  w->try_after_us = clock_mono_us() + TRY_EVERY_US;
  if (err != ERR_OK && err != ERR_INVALID)
    return err;
  result_publish(w, err);
  w->try_id = 0;
  if (err == ERR_INVALID)
    atomic_store_explicit(&w->breaker->refused, id, memory_order_release);
  else if (refused) /* unless a worker reported another product meanwhile */
    atomic_compare_exchange_strong(&w->breaker->refused, &refused, 0);
  return ERR_OK;
}

/* Do the readings of pages work?  The watcher's own leave texts out, so it tries those of the pages too:
 * one product after an edit, and everything for a product whose reading the server refused a worker, again
 * and again until it works.  What fails is told in the state with the statement's views and the server's
 * words; the catalog goes on, and pages show what was last known. */
#include "base/log.h"
#include "watch/watch.h"

#define TRY_EVERY_US (1 * CLOCK_SECOND)

static void told(struct watch *w, enum err err)
{
  const char *sentence = "";
  bool fails = err == ERR_INVALID;
  if (fails)
    db_failure(w->db, &sentence);
  if (fails && !w->state.reading_fails)
    log_warn("a reading for pages fails: %s", sentence);
  else if (!fails && w->state.reading_fails)
    log_info("the readings for pages work again");
  w->state.reading_fails = fails;
  snprintf(w->failing, sizeof w->failing, "%s", sentence);
}

enum err watch_try(struct watch *w)
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
  told(w, err);
  w->try_id = 0;
  if (err == ERR_INVALID)
    atomic_store_explicit(&w->breaker->refused, id, memory_order_release);
  else if (refused) /* unless a worker named another one meanwhile */
    atomic_compare_exchange_strong(&w->breaker->refused, &refused, 0);
  return ERR_OK;
}

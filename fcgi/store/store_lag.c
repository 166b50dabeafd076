#include "store/store_lag.h"

#define LAG_PAUSE_MS 20

bool store_unlogged(struct version known, struct version read, int64_t db_now_us)
{
  return known.rev == read.rev && known.hash != read.hash && known.due_us > db_now_us;
}

bool store_doubted(const struct store_live *s)
{
  struct catalog_state state;
  catalog_state_get(s->catalog, &state);
  return state.doubted;
}

enum store_lag store_lag_of(struct store_live *s, uint64_t id, const struct product *p, int64_t db_now_us)
{
  struct catalog_pin now;
  uint32_t ordinal = catalog_pin_current(s->catalog, &now) ? catalog_find_id(&now, id) : CATALOG_NONE;
  if (ordinal == CATALOG_NONE)
    return LAG_NONE;
  struct version known = catalog_newest_version(&now, ordinal), read = p->facts.version;
  if (p->facts.id == 0 || store_unlogged(known, read, db_now_us))
    return LAG_UNLOGGED;
  if (known.rev > read.rev)
    return LAG_OLDER;
  if (version_newer(known, read))
    return LAG_EARLIER;
  return !version_eq(known, read) && store_doubted(s) ? LAG_UNLOGGED : LAG_NONE;
}

bool store_lag_pause(const struct store_context *x)
{
  if (clock_mono_us() + LAG_PAUSE_MS * 1000 > x->deadline_us)
    return false;
  (void)waiter_poll(x->waiter, NULL, LAG_PAUSE_MS);
  return true;
}

void store_refusal_report(struct store_live *s, uint64_t id)
{
  atomic_store_explicit(&s->database->refused, id ? id : UINT64_MAX, memory_order_release);
}

void store_suspect_report(struct store_live *s, uint64_t id)
{
  atomic_store_explicit(&s->database->suspect, id, memory_order_release);
}

/* The newest activities, sparks, releases and editorials: at most CATALOG_RECENT products each, newest first, equal ones by
 * slug.  A changed product is removed and inserted again.  All products are read only when a product from beyond the end
 * of the list would have to move up. */
#include "catalog/catalog_private.h"
#include "model/editorials.h"

#define PREFETCH 16

struct newest {
  const struct catalog_writer *w;
  enum catalog_newest which;
  uint32_t *ordinals, *n;
  int64_t at_us[CATALOG_RECENT]; /* of ordinals[i] */
};

/* Of an editorial, in whole seconds. */
int64_t catalog_newest_time(const struct catalog_record *r, enum catalog_newest which)
{
  static const uint8_t times[] = {[NEWEST_ACTIVITIES] = TIME_ACTIVITY, [NEWEST_SPARKS] = TIME_SPARK,
                                  [NEWEST_RELEASES] = TIME_RELEASE};
  if (which != NEWEST_EDITORIALS)
    return catalog_record_time(r, r, times[which], CLOCK_NEVER);
  return r->n_editorials ? editorial_brief_us(*catalog_record_editorials(r, r)) : CLOCK_NEVER;
}

static int64_t time_of(const struct newest *l, uint32_t ordinal)
{
  const struct catalog_record *r = catalog_record_of(l->w, l->w->records[ordinal]);
  if (!r || catalog_record_status(r) != PRODUCT_PUBLISHED)
    return CLOCK_NEVER;
  return catalog_newest_time(r, l->which);
}

static struct span slug_of(const struct newest *l, uint32_t ordinal)
{
  const struct catalog_record *r = catalog_record_of(l->w, l->w->records[ordinal]);
  return catalog_record_slug(r, r);
}

/* True: a product with this time comes before the i-th. */
static bool before(const struct newest *l, uint32_t ordinal, int64_t at_us, uint32_t i)
{
  if (at_us != l->at_us[i])
    return at_us > l->at_us[i];
  return span_cmp(slug_of(l, ordinal), slug_of(l, l->ordinals[i])) < 0;
}

static void newest_put(struct newest *l, uint32_t ordinal, int64_t at_us)
{
  if (at_us == CLOCK_NEVER || (*l->n == CATALOG_RECENT && !before(l, ordinal, at_us, *l->n - 1)))
    return;
  uint32_t i = *l->n < CATALOG_RECENT ? (*l->n)++ : *l->n - 1;
  for (; i > 0 && before(l, ordinal, at_us, i - 1); i--) {
    l->ordinals[i] = l->ordinals[i - 1];
    l->at_us[i] = l->at_us[i - 1];
  }
  l->ordinals[i] = ordinal;
  l->at_us[i] = at_us;
}

static void newest_insert(struct newest *l, uint32_t ordinal)
{
  newest_put(l, ordinal, time_of(l, ordinal));
}

static bool newest_remove(struct newest *l, uint32_t ordinal)
{
  for (uint32_t i = 0; i < *l->n; i++)
    if (l->ordinals[i] == ordinal) {
      --*l->n;
      memmove(l->ordinals + i, l->ordinals + i + 1, (*l->n - i) * sizeof *l->ordinals);
      memmove(l->at_us + i, l->at_us + i + 1, (*l->n - i) * sizeof *l->at_us);
      return true;
    }
  return false;
}

/* Fills the lists whose bits are set in one walk over the records.  Most products are older than the last of a full list. */
static void newest_all(struct newest lists[NEWEST_COUNT], unsigned wanted)
{
  const struct catalog_writer *w = lists[0].w;
  for (int k = 0; k < NEWEST_COUNT; k++)
    if (wanted >> k & 1)
      *lists[k].n = 0;
  for (uint32_t i = 0; wanted && i < w->next.products; i++) {
    if (i + PREFETCH < w->next.products)
      __builtin_prefetch(w->base + (size_t)w->records[i + PREFETCH] * 8 + 64);
    const struct catalog_record *r = catalog_record_of(w, w->records[i]);
    if (!r || catalog_record_status(r) != PRODUCT_PUBLISHED)
      continue;
    for (int k = 0; k < NEWEST_COUNT; k++)
      if (wanted >> k & 1)
        newest_put(&lists[k], i, catalog_newest_time(r, lists[k].which));
  }
}

/* Applies the changes.  false: the list is not known to be right, since products may have to move up. */
static bool newest_changed(struct newest *l)
{
  const struct catalog_vector *changed = &l->w->changed;
  bool full = *l->n == CATALOG_RECENT, removed = false;
  for (size_t i = 0; i < changed->n; i++)
    removed |= newest_remove(l, changed->at[i]);
  for (uint32_t i = 0; i < *l->n; i++)
    l->at_us[i] = time_of(l, l->ordinals[i]);
  if (full && *l->n == 0)
    return false;
  uint32_t last = full ? l->ordinals[*l->n - 1] : 0;
  for (size_t i = 0; i < changed->n; i++) {
    newest_remove(l, changed->at[i]);
    newest_insert(l, changed->at[i]);
  }
  return !full || !removed || (*l->n == CATALOG_RECENT && l->ordinals[*l->n - 1] == last);
}

void catalog_recent_write(struct catalog_writer *w, bool all)
{
  struct newest lists[NEWEST_COUNT];
  unsigned wanted = 0;
  for (int i = 0; i < NEWEST_COUNT; i++) {
    lists[i] = (struct newest){.w = w, .which = (enum catalog_newest)i, .ordinals = w->next.newest[i], .n = &w->next.n_newest[i]};
    if (all || w->recent_all || w->changed.n > CATALOG_RECENT * 4 || !newest_changed(&lists[i]))
      wanted |= 1u << i;
  }
  newest_all(lists, wanted);
}

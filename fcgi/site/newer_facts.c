#include "site/newer_facts.h"

#include <time.h>

#define POLL_US 5000
#define CATCH_UP_US (CLOCK_SECOND / 2)

static bool newer(const struct want *w)
{
  return w->err == ERR_OK && w->planned.rev && version_newer(w->got, w->planned);
}

bool newer_facts_read(const struct page *p)
{
  for (size_t i = 0; i < p->n_wants; i++)
    if (newer(&p->wants[i]))
      return true;
  return false;
}

bool newer_facts_wait_catalog(const struct catalog *c, const struct catalog_pin *pin, int64_t deadline_us)
{
  struct timespec t = {0, POLL_US * 1000};
  struct catalog_state state;
  int64_t until = clock_mono_us() + CATCH_UP_US;
  catalog_state_get(c, &state);
  if (!state.database_up || clock_now_us() - state.confirmed_us > 2 * CATCH_UP_US || until > deadline_us - CATCH_UP_US)
    return false;
  while (catalog_publication(c) == pin->publication) {
    if (clock_mono_us() > until)
      return false;
    nanosleep(&t, NULL);
  }
  return true;
}

static const uint64_t *ids_copy(struct arena *a, const uint64_t *ids, uint32_t n)
{
  uint64_t *copy = ARENA_ARRAY(a, n, uint64_t);
  if (copy && n)
    memcpy(copy, ids, n * sizeof *ids);
  return copy;
}

static void facts_copy(const struct page *p, uint32_t ordinal, const struct facts *from, struct facts *to)
{
  struct facts planned;
  *to = *from;
  if (catalog_facts(&p->pin, ordinal, &planned))
    to->slug = planned.slug;
  to->edited_us = clock_now_us(); /* approximate; the catalog will have the exact time */
  to->slug = arena_copy(p->arena, to->slug);
  to->name = arena_copy(p->arena, from->name);
  to->sectors = ids_copy(p->arena, from->sectors, from->n_sectors);
  to->themes = ids_copy(p->arena, from->themes, from->n_themes);
  to->picks = ids_copy(p->arena, from->picks, from->n_picks);
  to->editorials = ids_copy(p->arena, from->editorials, from->n_editorials);
}

/* Was a newer fragment of the product read that holds its facts? */
static bool facts_were_read(const struct page *p, uint64_t id)
{
  for (size_t i = 0; i < p->n_wants; i++)
    if (p->wants[i].id == id && newer(&p->wants[i]) && fragment_facts(p->wants[i].kind, p->wants[i].value))
      return true;
  return false;
}

/* Wants for the cards of products whose newer fragments hold no facts (a timeline or questions). */
static struct want *cards_wanted(const struct page *p, size_t *n)
{
  struct want *cards = ARENA_ARRAY(p->arena, p->n_wants, struct want);
  *n = 0;
  for (size_t i = 0; i < p->n_wants && cards; i++) {
    const struct want *w = &p->wants[i];
    if (newer(w) && !facts_were_read(p, w->id))
      cards[(*n)++] = (struct want){.kind = FRAGMENT_CARD,
                                    .id = w->id,
                                    .version = w->got,
                                    .planned = w->planned,
                                    .ordinal = w->ordinal};
  }
  return cards;
}

static size_t facts_take(const struct page *p, const struct want *wants, size_t n, struct facts *out)
{
  size_t taken = 0;
  for (size_t i = 0; i < n; i++) {
    const struct facts *read = newer(&wants[i]) ? fragment_facts(wants[i].kind, wants[i].value) : NULL;
    if (read)
      facts_copy(p, wants[i].ordinal, read, &out[taken++]);
  }
  return taken;
}

size_t newer_facts_collect(const struct page *p, struct store *store, const struct store_context *x, struct facts **out)
{
  size_t n_cards, n = p->n_newer;
  struct want *cards = cards_wanted(p, &n_cards);
  *out = ARENA_ARRAY(p->arena, n + 2 * p->n_wants, struct facts);
  if (!cards || !*out)
    return 0;
  if (n)
    memcpy(*out, p->newer, n * sizeof **out);
  n += facts_take(p, p->wants, p->n_wants, *out + n);
  if (n_cards) {
    store_fetch(store, x, cards, n_cards);
    n += facts_take(p, cards, n_cards, *out + n);
  }
  return arena_failed(p->arena) ? 0 : n;
}

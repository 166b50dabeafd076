#include "site/build_since.h"

#include "model/moves.h"
#include "model/since_sentence.h"
#include "site/build.h"

#define REFUSED _("Nothing is marked as new: the day must be today or earlier, written like 2026-06-01.")

/* The first day from which the profile has counts of all moves: the day of the page, unless there are older moves than the
 * hourly counts hold. */
static int64_t counts_begin(const struct page *p, const struct profile *f)
{
  int64_t oldest_us = moves_from(f->facts.window_us), past_us = oldest_us % CLOCK_DAY;
  uint64_t all = 0;
  for (size_t i = 0; i < f->n_moves; i++)
    all += f->moves[i].n;
  if (oldest_us <= p->since.us || all >= f->facts.activities)
    return p->since.us;
  return oldest_us - past_us + (past_us ? CLOCK_DAY : 0);
}

static void moves_add(const struct profile *f, int64_t from_us, struct since_member *out)
{
  for (size_t i = 0; i < f->n_moves && f->moves[i].slot >= moves_slot_hour(from_us); i++)
    *(f->moves[i].event ? &out->events : &out->moves) += f->moves[i].n;
}

static void editorial_count(const struct page *p, const struct profile *f, struct since_counts *c)
{
  if (!f->facts.has_editorial)
    return;
  bool added = since_new(p, f->published_us);
  c->editorials += added;
  c->updated += !added && since_new(p, f->facts.editorial_us);
}

static void facts_count(const struct facts_view *facts, struct since_counts *c)
{
  c->has_facts = facts != NULL;
  for (size_t b = 0; facts && b < facts->blocks.n; b++)
    for (size_t r = 0; r < facts->blocks.v[b].rows.n; r++) {
      const struct fact_row_view *row = &facts->blocks.v[b].rows.v[r];
      for (size_t i = 0; i < row->values.n; i++)
        c->facts += row->values.v[i].new;
    }
}

static struct since_product_view product_view_of(struct page *p, const struct facts *f, size_t i, const struct since_member *m)
{
  return (struct since_product_view){.slug = f->slug,
                                     .name = f->name,
                                     .position = build_position(i),
                                     .href = ARENA_JOIN(p->arena, SPAN("/products/"), f->slug, SPAN("?since="),
                                                        since_iso(p->arena, p->since.us), SPAN("#activity")),
                                     .moves = m->moves,
                                     .events = m->events};
}

struct since_view *build_since(struct page *p, const struct planned_product *g, const struct profile *const *f, size_t n,
                               const struct facts_view *facts)
{
  struct since_view *v = p->since.state == SINCE_NONE ? NULL : ARENA_NEW(p->arena, struct since_view);
  struct since_counts c = {.day = since_day(p), .n = n};
  int64_t counted_from = p->since.us;
  if (!v)
    return NULL;
  v->sentence = REFUSED;
  if (p->since.state != SINCE_DAY)
    return v;
  v->products.v = ARENA_ARRAY(p->arena, n, struct since_product_view);
  for (size_t i = 0; i < n && v->products.v; i++) {
    int64_t from = counts_begin(p, f[i]);
    counted_from = from > counted_from ? from : counted_from;
  }
  for (size_t i = 0; i < n && v->products.v; i++) {
    moves_add(f[i], counted_from, &c.members[i]);
    c.members[i].name = g[i].member.facts.name;
    editorial_count(p, f[i], &c);
    v->products.v[v->products.n++] = product_view_of(p, &g[i].member.facts, i, &c.members[i]);
  }
  facts_count(facts, &c);
  if (counted_from > p->since.us)
    c.counted_from = page_day(p, counted_from);
  v->day = since_iso(p->arena, p->since.us);
  v->counted_from = since_iso(p->arena, counted_from);
  v->editorials = c.editorials;
  v->updated_editorials = c.updated;
  v->facts = c.facts;
  v->sentence = since_sentence(p->arena, &c);
  return v;
}

static struct span days_before(struct page *p, int days)
{
  return ARENA_JOIN(p->arena, p->canonical, SPAN("?since="), since_iso(p->arena, p->pin.window_us - days * CLOCK_DAY));
}

static bool on_record(const struct profile *const *f, size_t n, const struct facts_view *facts)
{
  bool any = facts != NULL;
  for (size_t i = 0; i < n; i++)
    any = any || f[i]->facts.activities || f[i]->facts.has_editorial;
  return any;
}

struct since_form_draw *build_since_form(struct page *p, const struct profile *const *f, size_t n, const struct facts_view *facts)
{
  bool useful = p->since.state != SINCE_NONE || on_record(f, n, facts);
  struct since_form_draw *v = useful ? ARENA_NEW(p->arena, struct since_form_draw) : NULL;
  if (v)
    *v = (struct since_form_draw){.action = p->canonical,
                                  .day = p->since.state == SINCE_DAY ? since_iso(p->arena, p->since.us) : SPAN(""),
                                  .latest = since_iso(p->arena, p->pin.window_us),
                                  .month_href = days_before(p, 30),
                                  .quarter_href = days_before(p, 90),
                                  .marked = p->since.state == SINCE_DAY};
  return v;
}

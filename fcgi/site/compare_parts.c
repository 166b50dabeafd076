/* What a comparison shows of each product by itself: its column, its rows of the timeline, the cards of others.  These are
 * parts (part_memo.h).  The rows of all products are then merged by time. */
#include "model/moves.h"
#include "site/build_timeline.h"
#include "site/page_compare.h"
#include "site/part_memo.h"

void compare_column(struct page *p, struct planned_product *g, const struct profile *f, const struct source *s, size_t position,
                    struct product_view *out)
{
  struct page_part part;
  page_member_refresh(&g->member, &f->facts);
  const struct facts *facts = &g->member.facts;
  struct part_key key = part_key_of(p, PART_COLUMN, g, &f->facts, position);
  part_key_add(p, &key, monogram_take(p->arena, &p->monograms, facts->id, facts->name));
  struct product_view *v = part_begin(p, &key, &part);
  if (!v) {
    build_product(p, g, f, s, position, out);
    v = part_end(p, &part, &product_view_shape, out, 1);
  }
  *out = *v;
  out->block = part_block(&part, v, 0);
}

void compare_card(struct page *p, struct planned_product *g, const struct card *c, struct card_view *out)
{
  struct page_part part;
  if (c)
    page_member_refresh(&g->member, &c->facts);
  const struct facts *facts = &g->member.facts;
  struct part_key key = part_key_of(p, PART_CARD, g, c ? &c->facts : NULL, 0);
  part_key_add(p, &key, monogram_take(p->arena, &p->monograms, facts->id, facts->name));
  struct card_view *v = part_begin(p, &key, &part);
  if (!v) {
    build_card(p, g, c, out);
    v = part_end(p, &part, &card_view_shape, out, 1);
  }
  *out = *v;
  out->block = part_block(&part, v, 0);
}

/* ---- timeline */

/* The rows of a product, newest first, and the time of the newest move of each. */
struct rows {
  const struct days_draw *days;
  struct page_part part;
  int64_t newest_us[SENTENCES_TIMELINE_EACH];
  size_t at; /* the next row to show */
};

static size_t moves_shown(const struct profile *f)
{
  return f->n_activities < SENTENCES_TIMELINE_EACH ? f->n_activities : SENTENCES_TIMELINE_EACH;
}

/* The moves of the product on the day of its oldest move in the timeline. */
static size_t moves_of_last_day(const struct profile *f)
{
  size_t n = 0;
  int64_t day = day_rows_day(f->activities[SENTENCES_TIMELINE_EACH - 1].occurred_us);
  for (size_t i = 0; i < f->n_moves && f->moves[i].slot >= moves_slot_hour(day); i++)
    if (f->moves[i].slot < moves_slot_hour(day + CLOCK_DAY))
      n += f->moves[i].n;
  return n;
}

/* The timeline may end within a day of the product. */
static void note_left_out(struct page *p, const struct facts *facts, const struct profile *f, struct days_draw *v)
{
  struct day_draw *last = v->days.n ? &v->days.v[v->days.n - 1] : NULL;
  size_t n = last && f->n_activities >= SENTENCES_TIMELINE_EACH ? moves_of_last_day(f) : 0;
  if (!last || n <= last->moves.n)
    return;
  last->more = SAY(p->arena, _("%1$s more that day"), arena_uint(p->arena, n - last->moves.n, 1));
  last->more_href = ARENA_JOIN(p->arena, SPAN("/products/"), facts->slug, p->parameters, SPAN("#activity"));
}

static struct days_draw *days_build(struct page *p, const struct compare *c, size_t i, const struct profile *f)
{
  struct days_draw *v = ARENA_NEW(p->arena, struct days_draw);
  struct sentences_move moves[SENTENCES_TIMELINE_EACH];
  const struct facts *members[COMPARE_MAX] = {NULL};
  members[i] = &c->set[i].member.facts;
  struct timeline_moves m = {moves, moves_shown(f), members, 0};
  for (size_t k = 0; k < m.n; k++)
    moves[k] = (struct sentences_move){&f->activities[k], i};
  if (!v)
    return NULL;
  v->days.v = build_timeline_days(p, &m, &v->days.n);
  note_left_out(p, members[i], f, v);
  return v;
}

static void rows_take(struct page *p, const struct compare *c, size_t i, const struct profile *f, struct rows *out)
{
  struct part_key key = part_key_of(p, PART_DAYS, &c->set[i], &f->facts, i);
  part_key_add(p, &key, p->parameters);
  struct days_draw *v = part_begin(p, &key, &out->part);
  if (!v && (v = days_build(p, c, i, f)))
    v = part_end(p, &out->part, &days_draw_shape, v, v->days.n);
  out->days = v;
  out->at = 0;
  for (size_t k = 0, row = 0; k < moves_shown(f); k++)
    if (k == 0 || day_rows_day(f->activities[k].occurred_us) != day_rows_day(f->activities[k - 1].occurred_us))
      out->newest_us[row++] = f->activities[k].occurred_us;
}

/* The product whose next row is the newest; n: no product has more rows. */
static size_t newest_row(const struct rows *rows, size_t n)
{
  size_t best = n;
  for (size_t i = 0; i < n; i++)
    if (rows[i].days && rows[i].at < rows[i].days->days.n &&
        (best == n || rows[i].newest_us[rows[i].at] > rows[best].newest_us[rows[best].at]))
      best = i;
  return best;
}

void compare_days(struct page *p, const struct compare *c, const struct profile *const *f, struct compare_view *v)
{
  struct rows rows[COMPARE_MAX];
  size_t count = 0;
  for (size_t i = 0; i < c->n; i++) {
    rows_take(p, c, i, f[i], &rows[i]);
    count += rows[i].days ? rows[i].days->days.n : 0;
  }
  v->days.v = ARENA_ARRAY(p->arena, count + c->n, struct day_draw);
  for (size_t i; v->days.v && (i = newest_row(rows, c->n)) < c->n; rows[i].at++) {
    v->days.v[v->days.n] = rows[i].days->days.v[rows[i].at];
    v->days.v[v->days.n++].block = part_block(&rows[i].part, rows[i].days, rows[i].at);
  }
  for (size_t i = 0; i < c->n && v->days.v && count; i++)
    if (!rows[i].at)
      v->days.v[v->days.n++] = build_day_without(&c->set[i].member.facts, i);
}

/* /predictions: the ledger.  Each prediction of each due editorial, newest first, with how the editors graded it.  The
 * catalog has the order and the counts, so a page reads the products of its 50 rows only. */
#include "model/editorials.h"
#include "site/history.h"
#include "site/listing.h"
#include "site/pages.h"

#define GRADED_FEW 10 /* a rate of fewer graded predictions is called one of few */

struct row {
  struct member member;
  uint32_t index; /* in facts.editorials */
  size_t want;
};

struct ledger {
  struct listing list;
  struct row rows[LISTING_PAGE];
  size_t n;
  uint32_t came_true, failed;
};

/* ---- plan */

static void plan_row(struct page *p, struct ledger *l, uint32_t entry)
{
  struct row *row = &l->rows[l->n];
  row->index = catalog_ledger_index(entry);
  if (!page_member(p, catalog_ledger_ordinal(entry), &row->member))
    return;
  page_digest(p, &row->index, sizeof row->index);
  row->want = page_want_product(p, &row->member, FRAGMENT_PREDICTIONS, 0);
  l->n++;
}

enum plan plan_predictions(struct page *p, struct span param)
{
  struct ledger *l = ARENA_NEW(p->arena, struct ledger);
  struct catalog_list all = catalog_ledger(&p->pin);
  (void)param;
  p->canonical = SPAN("/predictions");
  p->plan = l;
  if (!l)
    return PLAN_OK;
  enum plan result = listing_page(p, all.n, &l->list);
  l->came_true = catalog_ledger_came_true(&p->pin);
  l->failed = catalog_ledger_failed(&p->pin);
  page_digest(p, &l->came_true, sizeof l->came_true);
  page_digest(p, &l->failed, sizeof l->failed);
  for (uint32_t i = l->list.first; result == PLAN_OK && i < all.n && i < l->list.first + LISTING_PAGE; i++)
    plan_row(p, l, all.ordinals[i]);
  return result;
}

/* ---- build */

/* Rounded half up. */
static uint32_t percent(uint32_t part, uint32_t whole)
{
  return (uint32_t)(((uint64_t)part * 200 + whole) / (2 * (uint64_t)whole));
}

static struct span verdict_of(struct page *p, const struct ledger *l)
{
  uint32_t graded = l->came_true + l->failed;
  if (!l->list.total)
    return _("No prediction has been published yet.");
  if (!graded)
    return SAY(p->arena, PLURAL("%1$s prediction on record, none of them graded yet.",
                                "%1$s predictions on record, none of them graded yet.", l->list.total),
               arena_uint(p->arena, l->list.total, 1));
  struct span rate = SAY(p->arena, PLURAL("Hit rate %1$s%%: %2$s of %3$s graded prediction came true.",
                                          "Hit rate %1$s%%: %2$s of %3$s graded predictions came true.", graded),
                         arena_uint(p->arena, percent(l->came_true, graded), 1), arena_uint(p->arena, l->came_true, 1),
                         arena_uint(p->arena, graded, 1));
  return graded < GRADED_FEW ? ARENA_JOIN(p->arena, rate, SPAN(" "), _("So few say little about the next ones.")) : rate;
}

static void frame(struct page *p, struct predictions_view *v)
{
  struct span description = ARENA_JOIN(p->arena, _("What the editors predicted, and what came of it."), SPAN(" "), v->verdict);
  v->page = listing_collection(p, &(struct page_frame){.title = v->title, .description = description, .representations = true},
                               v->pager, NULL, 0);
}

enum err build_predictions(struct page *p)
{
  const struct ledger *l = p->plan;
  struct predictions_view *v = ARENA_NEW(p->arena, struct predictions_view);
  uint32_t graded = l->came_true + l->failed;
  if (!v)
    return ERR_NO_MEMORY;
  v->title = _("Predictions");
  v->verdict = verdict_of(p, l);
  v->total = l->list.total;
  v->several = l->list.total > 1;
  v->came_true = l->came_true;
  v->failed = l->failed;
  v->open = v->total - graded;
  if (graded)
    v->rate = arena_printf(p->arena, "%u%%", percent(l->came_true, graded));
  v->predictions.v = ARENA_ARRAY(p->arena, LISTING_PAGE, struct dated_editorial_view);
  for (size_t i = 0; i < l->n && v->predictions.v; i++)
    v->predictions.n += history_row(p, &l->rows[i].member.facts, page_value(p, l->rows[i].want), l->rows[i].index,
                                    &v->predictions.v[v->predictions.n]);
  v->pager = listing_pager(p, &l->list);
  frame(p, v);
  p->view = v;
  return ERR_OK;
}

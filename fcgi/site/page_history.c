/* /products/{slug}/history: all due editorials of a product, newest first, the current one among them.  Search engines
 * are led to the trajectory. */
#include "model/editorials.h"
#include "site/history.h"
#include "site/link_words.h"
#include "site/listing.h"
#include "site/pages.h"

struct history {
  struct member member;
  size_t predictions; /* want */
  struct listing list;
};

enum plan plan_history(struct page *p, struct span param)
{
  struct history *h = ARENA_NEW(p->arena, struct history);
  struct member m;
  enum plan result = page_product(p, param, &m);
  p->plan = h;
  if (result != PLAN_OK || !h)
    return result;
  p->canonical = history_path(p, &m.facts);
  p->preferred = build_path(p, "/products/", m.facts.slug);
  p->noindex = true;
  h->member = m;
  h->predictions = page_want_product(p, &m, FRAGMENT_PREDICTIONS, 0);
  return listing_page(p, m.facts.n_editorials, &h->list);
}

static struct span intro_of(struct page *p, const struct facts *f)
{
  if (!f->n_editorials)
    return SAY(p->arena, _("The editors have not written about %1$s yet."), f->name);
  if (f->n_editorials == 1)
    return SAY(p->arena, _("One editorial about %1$s has been published. No earlier one is on record."), f->name);
  struct span since = page_day(p, editorial_brief_us(f->editorials[f->n_editorials - 1]));
  return SAY(p->arena, _("%1$s editorials about %2$s since %3$s, and what came of their predictions."),
             arena_uint(p->arena, f->n_editorials, 1), f->name, since);
}

static void frame(struct page *p, const struct facts *f, struct history_view *v)
{
  struct link_view *above = ARENA_NEW(p->arena, struct link_view);
  if (!above)
    return;
  *above = link_words_product(p, f->name, p->preferred);
  v->page = listing_collection(p, &(struct page_frame){.title = v->title,
                                                       .description = v->intro,
                                                       .crumbs = above,
                                                       .n_crumbs = 1,
                                                       .crumb = _("History"),
                                                       .representations = true},
                               v->pager, NULL, 0);
}

enum err build_history(struct page *p)
{
  struct history *h = p->plan;
  const struct facts *f = &h->member.facts;
  const struct predictions *from = page_value(p, h->predictions);
  struct history_view *v = ARENA_NEW(p->arena, struct history_view);
  if (!from)
    return ERR_NOT_FOUND;
  if (!v)
    return ERR_NO_MEMORY;
  v->title = SAY(p->arena, _("%1$s: editorials"), f->name);
  v->intro = intro_of(p, f);
  v->product = f->name;
  v->href = p->preferred;
  v->past = editorials_past(f);
  v->any = f->n_editorials;
  v->several = f->n_editorials > 1;
  v->editorials.v = ARENA_ARRAY(p->arena, LISTING_PAGE, struct dated_editorial_view);
  for (uint32_t i = h->list.first; v->editorials.v && i < f->n_editorials && i < h->list.first + LISTING_PAGE; i++)
    v->editorials.n += history_row(p, f, from, i, &v->editorials.v[v->editorials.n]);
  v->pager = listing_pager(p, &h->list);
  page_changed_at(p, f->changed_us);
  frame(p, f, v);
  p->view = v;
  return ERR_OK;
}

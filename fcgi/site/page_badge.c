/* /badge/{slug}.svg: a product's velocity, for the READMEs of other projects. */
#include "site/build.h"
#include "site/pages.h"
#include "site/view_machine.h"
#include "text/utf8.h"

#define LETTER_PX 7
#define MARGIN_PX 10

enum plan plan_badge(struct page *p, struct span param)
{
  struct member *m = ARENA_NEW(p->arena, struct member);
  enum plan result = m ? page_product(p, param, m) : PLAN_OK;
  p->plan = m;
  if (result == PLAN_OK && m)
    p->canonical = arena_printf(p->arena, "/badge/%.*s.svg", SPAN_ARG(m->facts.slug));
  return result;
}

enum err build_badge(struct page *p)
{
  const struct member *m = p->plan;
  struct badge_view *v = ARENA_NEW(p->arena, struct badge_view);
  if (!v)
    return ERR_NO_MEMORY;
  v->label = _("velocity");
  v->value = sentences_score(p->arena, m->tenths);
  v->title = SAY(p->arena, _("%1$s: velocity %2$s"), m->facts.name, v->value);
  v->label_width = (int64_t)utf8_count(v->label) * LETTER_PX + MARGIN_PX;
  v->value_width = (int64_t)utf8_count(v->value) * LETTER_PX + MARGIN_PX;
  v->width = v->label_width + v->value_width;
  v->label_x = v->label_width / 2;
  v->value_x = v->label_width + v->value_width / 2;
  page_changed_at(p, m->facts.changed_us);
  page_changes_hourly(p);
  p->view = v;
  return ERR_OK;
}

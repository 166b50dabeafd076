#include "site/history.h"

#include "model/editorials.h"
#include "text/utf8.h"

struct span history_path(struct page *p, const struct facts *f)
{
  return ARENA_JOIN(p->arena, SPAN("/products/"), f->slug, SPAN("/history"));
}

struct span history_editorial_path(struct page *p, const struct facts *f, uint32_t i)
{
  char date[EDITORIAL_DATE_MAX];
  size_t n = editorial_date(f, i, date);
  if (i == 0)
    return build_path(p, "/products/", f->slug);
  return n ? ARENA_JOIN(p->arena, history_path(p, f), SPAN("/"), span_of(date, n)) : SPAN("");
}

struct link_view *history_link(struct page *p, const struct facts *f)
{
  uint32_t n = editorials_past(f);
  struct link_view *v = n ? ARENA_NEW(p->arena, struct link_view) : NULL;
  if (v)
    *v = (struct link_view){.text = SAY(p->arena, PLURAL("%1$s earlier editorial", "%1$s earlier editorials", n),
                                        arena_uint(p->arena, n, 1)),
                            .href = history_path(p, f)};
  return v;
}

static struct span iso_text(struct page *p, int64_t us)
{
  char iso[CLOCK_ISO_MAX];
  return us == CLOCK_NEVER ? SPAN("") : arena_copy(p->arena, span_of(iso, clock_iso(iso, us, 0)));
}

/* Both come from one version, unless the plan is older than the fragment and could not be made again. */
static bool belongs(const struct facts *f, const struct predictions *from, uint32_t i)
{
  return from && i < from->n && i < f->n_editorials && from->n == f->n_editorials &&
         editorial_brief_seconds(editorial_brief(from->v[i].published_us, PREDICTION_OPEN, false)) ==
             editorial_brief_seconds(f->editorials[i]);
}

bool history_row(struct page *p, const struct facts *f, const struct predictions *from, uint32_t i,
                 struct dated_editorial_view *out)
{
  if (!belongs(f, from, i))
    return false;
  const struct prediction *e = &from->v[i];
  *out = (struct dated_editorial_view){.datetime = iso_text(p, e->published_us),
                                       .date = e->published_us == CLOCK_NEVER ? SPAN("") : page_day(p, e->published_us),
                                       .product = f->name,
                                       .product_slug = f->slug,
                                       .product_href = build_path(p, "/products/", f->slug),
                                       .headline = e->headline,
                                       .href = history_editorial_path(p, f, i),
                                       .author = e->author,
                                       .current = i == 0,
                                       .text = utf8_is_blank(e->text) ? SPAN("") : e->text,
                                       .grade = build_grade(p, f, &e->grade)};
  page_changed_at(p, e->published_us);
  page_changed_at(p, e->updated_us);
  return true;
}

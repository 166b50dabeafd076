/* The first alternatives of a product, and what pages say of them. */
#include "site/alternatives.h"

#include "site/link_words.h"

static bool list_has(const struct alternatives_list *list, uint32_t ordinal)
{
  for (size_t i = 0; i < list->n; i++)
    if (list->ordinals[i] == ordinal)
      return true;
  return false;
}

static bool is_published(const struct catalog_pin *pin, uint32_t ordinal)
{
  struct facts f;
  return ordinal != CATALOG_NONE && catalog_facts(pin, ordinal, &f) && f.status == PRODUCT_PUBLISHED;
}

void alternatives_merge(const struct catalog_pin *pin, const struct facts *f, const struct close_list *close,
                        struct alternatives_list *out)
{
  *out = (struct alternatives_list){0};
  for (uint32_t i = 0; i < f->n_picks && i < PRODUCT_PICKS_MAX; i++) {
    uint32_t ordinal = catalog_find_id(pin, f->picks[i]);
    if (f->picks[i] != f->id && is_published(pin, ordinal) && !list_has(out, ordinal))
      out->ordinals[out->n++] = ordinal;
  }
  out->n_picks = out->n;
  for (size_t i = 0; i < close->n && out->n < out->n_picks + ALTERNATIVES_CLOSE; i++)
    if (!list_has(out, close->v[i].ordinal))
      out->ordinals[out->n++] = close->v[i].ordinal;
}

void alternatives_search(const struct catalog_pin *pin, const struct facts *f, struct alternatives_list *out)
{
  struct close_list close;
  close_products_of(pin, f, CLOSE_PRODUCTS_MAX, &close);
  alternatives_merge(pin, f, &close, out);
}

void alternatives_find(struct page *p, const struct planned_product *g, struct alternatives_list *out)
{
  alternatives_search(&p->pin, &g->member.facts, out);
  page_digest(p, &out->n, sizeof out->n);
  page_digest(p, &out->n_picks, sizeof out->n_picks);
}

size_t alternatives_plan_cards(struct page *p, struct alternatives_list *list, size_t most, bool fetch,
                               struct planned_product *out)
{
  size_t n = 0, picks = list->n_picks;
  for (size_t i = 0; i < list->n && i < most; i++) {
    struct member *m = &out[n].member;
    if (!planned_product_fill_card(p, list->ordinals[i], &out[n])) {
      list->n_picks -= i < picks;
      continue;
    }
    if (fetch)
      m->want = page_want_product(p, m, FRAGMENT_CARD, 0);
    n++;
  }
  return n;
}

/* ---- build */

struct alternatives_named alternatives_name(const struct planned_product *g, const struct planned_product *others, size_t n,
                                            size_t n_picks)
{
  struct alternatives_named a = {.of = &g->member.facts, .sector = g->n_sectors ? g->sectors : NULL};
  while (a.n < n && a.n < ALTERNATIVES_TOP) {
    a.others[a.n] = &others[a.n].member.facts;
    a.n++;
  }
  a.n_picks = n_picks < a.n ? n_picks : a.n;
  return a;
}

struct link_view *alternatives_sector(struct page *p, const struct alternatives_named *a)
{
  struct link_view *v = a->sector ? ARENA_NEW(p->arena, struct link_view) : NULL;
  if (v)
    *v = (struct link_view){.text = SAY(p->arena, _("See all products in %1$s"), a->sector->name),
                            .href = build_path(p, "/sectors/", a->sector->slug)};
  return v;
}

void alternatives_notice(struct page *p, const struct alternatives_named *a, size_t position, struct ended_view *v)
{
  v->name = a->of->name;
  v->position = build_position(position);
  v->all_href = build_path(p, "/alternatives/", a->of->slug);
  v->best.v = ARENA_ARRAY(p->arena, ALTERNATIVES_TOP, struct listed_link_view);
  for (size_t i = 0; i < a->n && v->best.v; i++) {
    struct link_view link = link_words_product(p, a->others[i]->name, build_path(p, "/products/", a->others[i]->slug));
    if (a->others[i]->lifecycle != LIFECYCLE_DISCONTINUED)
      v->best.v[v->best.n++] = (struct listed_link_view){link.text, link.href, SPAN(","), link.kind};
  }
  if (v->best.n)
    v->best.v[v->best.n - 1].sep = SPAN(".");
  v->lead = v->best.n ? _("Try instead:") : !a->n ? _("No close alternative is tracked here.") : SPAN("");
  v->sector = a->n ? NULL : alternatives_sector(p, a);
}

struct ended_view *alternatives_ended(struct page *p, const struct alternatives_named *a)
{
  struct ended_view *v = a->of->lifecycle == LIFECYCLE_DISCONTINUED ? ARENA_NEW(p->arena, struct ended_view) : NULL;
  if (v)
    alternatives_notice(p, a, 0, v);
  return v;
}

void alternatives_versus(struct page *p, const struct facts *with, struct card_view *card)
{
  card->versus.v = ARENA_NEW(p->arena, struct versus_view);
  if (!card->versus.v)
    return;
  card->versus.v[0] = (struct versus_view){.with = with->name,
                                           .text = SAY(p->arena, _("%1$s vs %2$s"), card->name, with->name),
                                           .position = build_position(0),
                                           .href = build_pair_path(p, card->slug, with->slug)};
  card->versus.n = 1;
}

static bool has_chip(const struct card_view *card, struct span slug)
{
  for (size_t i = 0; i < card->sectors.n; i++)
    if (span_eq(card->sectors.v[i].slug, slug))
      return true;
  return false;
}

struct span alternatives_shared(const struct planned_product *members, size_t n, const struct card_view *card)
{
  for (size_t i = 0; i < n; i++)
    for (uint32_t s = 0; s < members[i].n_sectors; s++)
      if (has_chip(card, members[i].sectors[s].slug))
        return members[i].sectors[s].name;
  return SPAN("");
}

void alternatives_reason(struct page *p, const struct profile *f, const struct planned_product *other, struct card_view *card)
{
  for (uint32_t i = 0; f && i < f->facts.n_picks && !card->reason.n; i++)
    if (f->picks[i].other_id == other->member.facts.id)
      card->reason = f->picks[i].reason;
  struct prose_draw *prose = card->reason.n ? ARENA_NEW(p->arena, struct prose_draw) : NULL;
  if (!prose)
    return;
  *prose = (struct prose_draw){.reason = sentences_stop(p->arena, card->reason),
                               .summary = card->prose ? card->prose->summary : SPAN("")};
  card->prose = prose; /* that of a part belongs to other pages, too */
}

static struct span names_join(struct page *p, const struct facts *const *others, size_t n)
{
  struct span names[ALTERNATIVES_TOP];
  for (size_t i = 0; i < n; i++) {
    bool ended = others[i]->lifecycle == LIFECYCLE_DISCONTINUED;
    names[i] = ended ? ARENA_JOIN(p->arena, others[i]->name, SPAN(" "), _("(discontinued)")) : others[i]->name;
  }
  return sentences_join(p->arena, names, n, "and ");
}

struct span alternatives_sentence(struct page *p, const struct alternatives_named *a)
{
  struct span name = a->of->name, picks = names_join(p, a->others, a->n_picks);
  size_t n_close = a->n - a->n_picks;
  struct span close = names_join(p, a->others + a->n_picks, n_close);
  if (!a->n)
    return SAY(p->arena, _("No close alternative to %1$s is tracked here."), name);
  if (!a->n_picks)
    return sentences_stop(p->arena, SAY(p->arena, PLURAL("By shared sectors and themes, the closest to %1$s is %2$s",
                                                         "By shared sectors and themes, the closest to %1$s are %2$s", n_close),
                                        name, close));
  struct span picked = SAY(p->arena, PLURAL("The editors’ pick as an alternative to %1$s is %2$s",
                                            "The editors’ picks as alternatives to %1$s are %2$s", a->n_picks), name, picks);
  if (n_close)
    picked = SAY(p->arena, PLURAL("%1$s; by shared sectors and themes, the next closest is %2$s",
                                  "%1$s; by shared sectors and themes, the next closest are %2$s", n_close), picked, close);
  return sentences_stop(p->arena, picked);
}

void alternatives_links(struct page *p, const struct alternatives_named *a, struct qa_view *q)
{
  q->links.v = ARENA_ARRAY(p->arena, 2, struct link_view);
  if (!q->links.v)
    return;
  q->links.v[q->links.n++] = (struct link_view){.text = SAY(p->arena, _("See all %1$s alternatives"), a->of->name),
                                                .href = build_path(p, "/alternatives/", a->of->slug)};
  const struct link_view *sector = a->n ? NULL : alternatives_sector(p, a);
  if (sector)
    q->links.v[q->links.n++] = *sector;
}

void alternatives_member(struct page *p, const struct facts *f, size_t position, struct member_view *out)
{
  *out = (struct member_view){.slug = f->slug,
                              .name = f->name,
                              .href = build_path(p, "/products/", f->slug),
                              .position = build_position(position),
                              .sign = build_sign(position),
                              .discontinued = f->lifecycle == LIFECYCLE_DISCONTINUED,
                              .separator = position ? SPAN(" vs ") : SPAN(""),
                              .alternatives_href = build_path(p, "/alternatives/", f->slug),
                              .atom_href = arena_printf(p->arena, "/products/%.*s.atom", SPAN_ARG(f->slug))};
}

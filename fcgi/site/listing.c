#include "site/listing.h"

#include "site/jsonld.h"

enum plan listing_page(struct page *p, uint32_t total, struct listing *out)
{
  return listing_page_of(p, total, LISTING_PAGE, out);
}

enum plan listing_page_of(struct page *p, uint32_t total, uint32_t each, struct listing *out)
{
  unsigned number = target_page(p->target, p->arena);
  *out = (struct listing){.page = number, .each = each, .total = total, .pages = total ? (total - 1) / each + 1 : 1};
  if (number == 0 || number > out->pages)
    return PLAN_NOT_FOUND;
  out->first = (number - 1) * each;
  p->page_number = number;
  p->noindex = p->noindex || number > 1;
  out->cards = ARENA_ARRAY(p->arena, LISTING_PAGE, struct planned_product);
  page_digest(p, &total, sizeof total);
  return PLAN_OK;
}

void listing_add(struct page *p, struct listing *l, uint32_t ordinal, uint32_t rank)
{
  if (!l->cards || l->n == LISTING_PAGE || !planned_product_fill_card(p, ordinal, &l->cards[l->n]))
    return;
  struct planned_product *g = &l->cards[l->n++];
  g->member.rank = rank;
  g->member.want = page_want_product(p, &g->member, FRAGMENT_CARD, 0);
}

enum plan listing_plan(struct page *p, struct catalog_list list, struct listing *out)
{
  enum plan result = listing_page(p, list.n, out);
  for (uint32_t i = out->first; result == PLAN_OK && i < list.n && i < out->first + LISTING_PAGE; i++)
    listing_add(p, out, list.ordinals[i], i + 1);
  return result;
}

struct card_view *listing_cards(struct page *p, const struct listing *l)
{
  struct card_view *v = ARENA_ARRAY(p->arena, l->n, struct card_view);
  for (uint32_t i = 0; i < l->n && v; i++)
    build_card(p, &l->cards[i], page_value(p, l->cards[i].member.want), &v[i]);
  return v;
}

struct span listing_href(struct page *p, unsigned number)
{
  struct span base = ARENA_JOIN(p->arena, p->canonical, p->parameters);
  return number == 1 ? base : arena_printf(p->arena, "%.*s%cpage=%u", SPAN_ARG(base), p->parameters.n ? '&' : '?', number);
}

struct pager_view *listing_pager(struct page *p, const struct listing *l)
{
  struct pager_view *v = l->pages > 1 ? ARENA_NEW(p->arena, struct pager_view) : NULL;
  if (!v)
    return NULL;
  *v = (struct pager_view){.page = l->page,
                           .pages = l->pages,
                           .first = l->first + 1,
                           .last = l->page < l->pages ? l->first + l->each : l->total,
                           .total = l->total,
                           .prev = l->page > 1 ? listing_href(p, l->page - 1) : SPAN(""),
                           .next = l->page < l->pages ? listing_href(p, l->page + 1) : SPAN("")};
  return v;
}

struct page_view *listing_collection(struct page *p, const struct page_frame *in, const struct pager_view *pager,
                                     const struct card_view *cards, size_t n)
{
  struct page_view *frame = build_frame(p, in);
  struct jsonld j;
  if (!frame)
    return NULL;
  listing_frame(frame, pager);
  if (!page_is_html(p))
    return frame;
  jsonld_begin(&j, p, frame);
  jsonld_web_page(&j, "CollectionPage");
  jsonld_breadcrumb(&j);
  jsonld_cards(&j, in->title, cards, n);
  frame->json_ld = jsonld_end(&j);
  return frame;
}

void listing_frame(struct page_view *frame, const struct pager_view *pager)
{
  if (!frame || !pager)
    return;
  frame->prev = pager->prev;
  frame->next = pager->next;
}

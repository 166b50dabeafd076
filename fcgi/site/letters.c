#include "site/letters.h"

struct span letters_text(char initial)
{
  static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  if (initial >= 'a' && initial <= 'z')
    return span_of(capitals + (initial - 'a'), 1);
  return initial ? _("Other") : SPAN("0–9");
}

struct span letters_id(char initial)
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
  if (initial >= 'a' && initial <= 'z')
    return span_of(letters + (initial - 'a'), 1);
  return initial ? SPAN("other") : SPAN("digits");
}

/* The first product from `from` on that has another initial. */
static uint32_t group_end(const struct page *p, struct catalog_list list, uint32_t from, char initial)
{
  uint32_t to = list.n;
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    if (catalog_initial(&p->pin, list.ordinals[middle]) <= initial)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

void letters_plan(struct page *p, const struct listing *l, struct letters *out)
{
  struct catalog_list list = catalog_ordered(&p->pin, CATALOG_BY_NAME);
  *out = (struct letters){.from = l->first};
  for (uint32_t at = 0; at < list.n && out->n < LETTERS_MAX;) {
    struct letter *one = &out->v[out->n++];
    *one = (struct letter){catalog_initial(&p->pin, list.ordinals[at]), at};
    uint32_t end = group_end(p, list, at, one->initial);
    at = end > at ? end : at + 1; /* the catalog may change meanwhile */
  }
  page_digest(p, &out->n, sizeof out->n);
  for (size_t i = 0; i < out->n; i++) {
    uint32_t words[] = {(uint32_t)(unsigned char)out->v[i].initial, out->v[i].first};
    page_digest(p, words, sizeof words);
  }
}

void letters_mark(const struct letters *l, struct card_view *v, size_t n)
{
  for (size_t i = 0; i < l->n; i++) {
    uint32_t end = i + 1 < l->n ? l->v[i + 1].first : UINT32_MAX;
    uint32_t first = l->v[i].first < l->from ? l->from : l->v[i].first;
    if (first < end && first - l->from < n) {
      v[first - l->from].letter = letters_text(l->v[i].initial);
      v[first - l->from].letter_id = letters_id(l->v[i].initial);
    }
  }
}

struct link_view *letters_links(struct page *p, const struct letters *l)
{
  struct link_view *v = ARENA_ARRAY(p->arena, l->n, struct link_view);
  for (size_t i = 0; i < l->n && v; i++) {
    struct span href = listing_href(p, l->v[i].first / LISTING_PAGE + 1);
    v[i] = (struct link_view){.text = letters_text(l->v[i].initial),
                              .href = ARENA_JOIN(p->arena, href, SPAN("#"), letters_id(l->v[i].initial))};
  }
  return v;
}

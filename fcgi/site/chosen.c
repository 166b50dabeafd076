#include "site/chosen.h"

#include <stdlib.h>

#include "model/sentences.h"

#define STRING(n) #n
#define NUMBER(n) STRING(n)

static bool has(const struct chosen *c, uint64_t id)
{
  for (size_t i = 0; i < c->n; i++)
    if (c->members[i].facts.id == id)
      return true;
  return false;
}

static int member_cmp(const void *a, const void *b)
{
  return span_cmp(((const struct member *)a)->facts.slug, ((const struct member *)b)->facts.slug);
}

enum plan chosen_parse(struct page *p, struct span slugs, struct chosen *out)
{
  enum plan result = PLAN_OK;
  out->n = 0;
  while (slugs.p) {
    struct member m;
    enum plan one = page_product(p, span_split(&slugs, '+'), &m);
    if (one == PLAN_NOT_FOUND)
      return one;
    if (one != PLAN_OK)
      result = one;
    else if (has(out, m.facts.id))
      continue;
    else if (out->n == CHOSEN_MAX) {
      p->reason = SAY(p->arena, _("A feed or calendar follows at most %1$s products; this address names more."),
                      SPAN(NUMBER(CHOSEN_MAX)));
      return PLAN_NOT_FOUND;
    } else
      out->members[out->n++] = m;
  }
  qsort(out->members, out->n, sizeof *out->members, member_cmp);
  return result;
}

static struct span joined(struct page *p, const struct span *slugs, size_t n, const char *end)
{
  struct buf path = BUF_INIT;
  buf_puts(&path, "/feeds/");
  for (size_t i = 0; i < n; i++) {
    buf_puts(&path, i ? "+" : "");
    buf_span(&path, slugs[i]);
  }
  buf_puts(&path, end);
  return arena_take(p->arena, &path);
}

struct span chosen_path(struct page *p, const struct chosen *c)
{
  struct span slugs[CHOSEN_MAX];
  for (size_t i = 0; i < c->n; i++)
    slugs[i] = c->members[i].facts.slug;
  return joined(p, slugs, c->n, "");
}

struct span chosen_calendar_path(struct page *p, const struct span *slugs, size_t n)
{
  return joined(p, slugs, n, ".ics");
}

struct span chosen_all_names(struct page *p, const struct chosen *c)
{
  struct span names[CHOSEN_MAX];
  for (size_t i = 0; i < c->n; i++)
    names[i] = c->members[i].facts.name;
  return sentences_join(p->arena, names, c->n, "and ");
}

struct span chosen_names(struct page *p, const struct chosen *c)
{
  struct span names[CHOSEN_NAMED];
  if (c->n <= CHOSEN_NAMED)
    return chosen_all_names(p, c);
  for (size_t i = 0; i < CHOSEN_NAMED - 1; i++)
    names[i] = c->members[i].facts.name;
  names[CHOSEN_NAMED - 1] = SAY(p->arena, _("%1$s more"), arena_uint(p->arena, c->n - (CHOSEN_NAMED - 1), 1));
  return sentences_join(p->arena, names, CHOSEN_NAMED, "and ");
}

#include "site/missing_set.h"

#include <stdlib.h>

#include "site/build.h"
#include "site/picker.h"

#define JOINT SPAN("-vs-")
#define LINKS_MAX (MISSING_SEARCHES * PICKER_NEAR + 2 * PICKER_FIELDS)
#define NAME_MAX_BYTES 64

struct missing {
  struct span names[PICKER_FIELDS];
  struct member members[PICKER_FIELDS];
  bool known[PICKER_FIELDS];
  size_t n, n_unknown;
};

/* false: the path names no set of two to four products. */
static bool names_split(struct page *p, struct span rest, struct missing *m)
{
  for (bool more = true; more;) {
    size_t at = span_find_span(rest, JOINT);
    if (m->n == PICKER_FIELDS)
      return false;
    m->names[m->n] = span_head(rest, at);
    m->known[m->n] = page_product(p, m->names[m->n], &m->members[m->n]) == PLAN_OK;
    m->n_unknown += !m->known[m->n];
    m->n++;
    more = at < rest.n;
    rest = span_from(rest, at + JOINT.n);
  }
  return m->n > 1;
}

static void link_add(struct page *p, struct span text, struct span href)
{
  if (p->links && p->n_links < LINKS_MAX)
    p->links[p->n_links++] = (struct link_view){.text = text, .href = href};
}

static int slug_cmp(const void *a, const void *b)
{
  return span_cmp(((const struct facts *)a)->slug, ((const struct facts *)b)->slug);
}

/* The link to the set with a similar name in place of the unknown one, or to the product alone. */
static void near_link(struct page *p, const struct missing *m, const struct facts *near)
{
  struct facts set[PICKER_FIELDS];
  struct span names[PICKER_FIELDS], slugs[PICKER_FIELDS];
  size_t n = 0;
  set[n++] = *near;
  for (size_t i = 0; i < m->n && m->n_unknown == 1; i++)
    if (m->known[i] && m->members[i].facts.id != near->id)
      set[n++] = m->members[i].facts;
  qsort(set, n, sizeof *set, slug_cmp);
  for (size_t i = 0; i < n; i++)
    names[i] = set[i].name, slugs[i] = set[i].slug;
  struct span text = n > 1 ? sentences_versus(p->arena, names, n) : near->name;
  link_add(p, sentences_once(SAY(p->arena, _("Did you mean %1$s?"), text)),
           n > 1 ? build_set_path(p, slugs, n) : build_path(p, "/products/", near->slug));
}

static void near_links(struct page *p, const struct missing *m, struct span name)
{
  struct pick k = {.value = name};
  if (!name.n || name.n > NAME_MAX_BYTES || p->rq->under_load)
    return;
  picker_find(p, &k);
  if (k.known)
    near_link(p, m, &k.member.facts);
  for (size_t i = 0; i < k.n_near; i++)
    near_link(p, m, &k.near[i].facts);
}

static void known_links(struct page *p, const struct missing *m)
{
  for (size_t i = 0; i < m->n; i++) {
    const struct facts *f = &m->members[i].facts;
    if (!m->known[i])
      continue;
    link_add(p, f->name, build_path(p, "/products/", f->slug));
    link_add(p, SAY(p->arena, _("Alternatives to %1$s"), f->name), build_path(p, "/alternatives/", f->slug));
  }
}

void missing_set_plan(struct page *p, struct span slugs)
{
  struct missing m = {.n = 0};
  struct span unknown[PICKER_FIELDS];
  size_t n = 0;
  if (!names_split(p, slugs, &m) || m.n_unknown == 0)
    return;
  for (size_t i = 0; i < m.n; i++)
    if (!m.known[i])
      unknown[n++] = m.names[i];
  p->reason = picker_unknown(p, unknown, n, m.n);
  p->links = ARENA_ARRAY(p->arena, LINKS_MAX, struct link_view);
  for (size_t i = 0; i < n && i < MISSING_SEARCHES; i++)
    near_links(p, &m, unknown[i]);
  known_links(p, &m);
}

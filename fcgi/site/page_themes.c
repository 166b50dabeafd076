/* /themes: all themes by slug, each with its number of products. */
#include "site/letters.h"
#include "site/listing.h"
#include "site/pages.h"

#define THEMES_PAGE 500 /* a theme is one short line */

struct themes {
  struct listing list;
  struct catalog_term *v;
  uint32_t n;
};

/* A theme without a published product says nothing. */
static bool theme_shown(const struct page *p, uint32_t index, struct catalog_term *out)
{
  return catalog_theme(&p->pin, index, out) && out->ranking.n;
}

enum plan plan_themes(struct page *p, struct span param)
{
  struct themes *t = ARENA_NEW(p->arena, struct themes);
  struct catalog_term one;
  (void)param;
  p->canonical = SPAN("/themes");
  p->plan = t;
  if (!t)
    return PLAN_OK;
  uint32_t all = catalog_themes(&p->pin), shown = 0;
  for (uint32_t i = 0; i < all; i++)
    shown += theme_shown(p, i, &one);
  enum plan result = listing_page_of(p, shown, THEMES_PAGE, &t->list);
  t->v = result == PLAN_OK ? ARENA_ARRAY(p->arena, THEMES_PAGE, struct catalog_term) : NULL;
  shown = 0;
  for (uint32_t i = 0; t->v && i < all && t->n < THEMES_PAGE; i++)
    if (theme_shown(p, i, &t->v[t->n]) && shown++ >= t->list.first) {
      page_digest_term(p, &t->v[t->n]);
      page_digest(p, &t->v[t->n].ranking.n, sizeof t->v[t->n].ranking.n);
      t->n++;
    }
  return result;
}

static char initial_of(struct span slug)
{
  char c = slug.n ? slug.p[0] : 0;
  return c >= 'a' && c <= 'z' ? c : c >= '0' && c <= '9' ? 0 : 0x7f;
}

static void groups(struct page *p, const struct themes *t, struct themes_view *v)
{
  struct theme_view *themes = ARENA_ARRAY(p->arena, t->n, struct theme_view);
  v->groups.v = ARENA_ARRAY(p->arena, LETTERS_MAX, struct theme_group_view);
  for (uint32_t i = 0; i < t->n && themes && v->groups.v; i++) {
    const struct catalog_term *term = &t->v[i];
    char initial = initial_of(term->slug);
    if (i == 0 || (initial != initial_of(term[-1].slug) && v->groups.n < LETTERS_MAX)) {
      v->groups.v[v->groups.n].letter = letters_text(initial);
      v->groups.v[v->groups.n].id = letters_id(initial);
      v->groups.v[v->groups.n++].themes.v = &themes[i];
    }
    themes[i] = (struct theme_view){term->slug, build_path(p, "/themes/", term->slug), term->ranking.n};
    v->groups.v[v->groups.n - 1].themes.n++;
  }
}

static struct span intro_of(struct page *p, uint32_t total)
{
  if (!total)
    return _("No published product has a theme yet.");
  return total == 1 ? _("The only theme so far, with the number of its products.")
                    : SAY(p->arena, _("All %1$s themes from A to Z, each with the number of its products."),
                          arena_uint(p->arena, total, 1));
}

enum err build_themes(struct page *p)
{
  struct themes *t = p->plan;
  struct themes_view *v = ARENA_NEW(p->arena, struct themes_view);
  if (!v)
    return ERR_NO_MEMORY;
  v->title = _("Themes");
  v->intro = intro_of(p, t->list.total);
  v->several = t->list.total > 1;
  groups(p, t, v);
  v->pager = listing_pager(p, &t->list);
  v->page = listing_collection(p, &(struct page_frame){.title = v->title, .description = v->intro, .representations = true},
                               v->pager, NULL, 0);
  p->view = v;
  return ERR_OK;
}

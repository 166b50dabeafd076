/* The frame of every page: title, canonical address, breadcrumb, feeds, and the time in the footer. */
#include "config/config_languages.h"
#include "site/assets.h"
#include "site/build.h"
#include "site/image_link.h"
#include "site/site.h"

static struct time_view *as_of(struct page *p)
{
  struct time_view *v = ARENA_NEW(p->arena, struct time_view);
  char iso[CLOCK_ISO_MAX];
  /* The footer shows the full hour, not the minute: otherwise every page would change every minute. */
  bool frozen = site_config(p->site)->as_of_us != CLOCK_NEVER;
  int64_t us = frozen ? p->now_us : p->pin.window_us;
  if (!v)
    return NULL;
  page_changes_hourly(p);
  clock_iso(iso, us, 0);
  v->datetime = arena_copy(p->arena, span_z(iso));
  v->label = page_hour(p, us);
  v->absolute = day_text_short(p->arena, us);
  return v;
}

static void breadcrumb(struct page *p, const struct page_frame *f, struct page_view *v)
{
  size_t n = f->n_crumbs + 2, at = 0;
  if (p->canonical.n == 1)
    return;
  v->breadcrumb.v = ARENA_ARRAY(p->arena, n, struct link_view);
  if (!v->breadcrumb.v)
    return;
  v->breadcrumb.v[at++] = (struct link_view){.text = _("Home"), .href = SPAN("/")};
  for (size_t i = 0; i < f->n_crumbs; i++)
    v->breadcrumb.v[at++] = f->crumbs[i];
  v->breadcrumb.v[at++] = (struct link_view){.text = f->crumb.n ? f->crumb : f->title};
  v->breadcrumb.n = n;
}

static void sections(struct page *p, struct page_view *v)
{
  struct span c = p->canonical;
  v->on_compare = span_starts(c, SPAN("/compare"));
  v->on_leaderboard = span_eq(c, SPAN("/leaderboard"));
  v->on_products = span_eq(c, SPAN("/products"));
  v->on_sectors = span_starts(c, SPAN("/sectors"));
  v->on_themes = span_starts(c, SPAN("/themes"));
  v->on_faq = span_starts(c, SPAN("/faq"));
  v->about = p->has_about;
  v->on_about = span_eq(c, SPAN("/about"));
  v->on_predictions = span_eq(c, SPAN("/predictions"));
  v->on_methodology = span_eq(c, SPAN("/methodology"));
}

/* A page without its own feed links to the site's feed. */
static void feeds(struct page *p, const struct page_frame *f, struct page_view *v)
{
  v->feeds.v = f->n_feeds ? f->feeds : ARENA_NEW(p->arena, struct link_view);
  v->feeds.n = f->n_feeds ? f->n_feeds : v->feeds.v != NULL;
  if (!f->n_feeds && v->feeds.v)
    *v->feeds.v = (struct link_view){.text = _("Ship moves of all products"), .href = SPAN("/feed.atom")};
  bool own = f->n_feeds || p->canonical.n == 1; /* the site's feed is that of the home page */
  v->follow = f->follow.n ? f->follow : own ? _("Follow") : SPAN("");
  v->calendar_href = f->calendar_href;
}

/* The same slugs name the same rows on each of the sites, so a page has the same path on all of them. */
static void languages(struct page *p, struct span path, struct page_view *v)
{
  struct config_language all[CONFIG_LANGUAGES_MAX + 2];
  size_t n = p->noindex || p->preferred.n || !p->canonical.n ? 0 : config_languages(site_config(p->site), all);
  v->languages.v = n ? ARENA_ARRAY(p->arena, n, struct link_view) : NULL;
  for (size_t i = 0; i < n && v->languages.v; i++)
    v->languages.v[v->languages.n++] = (struct link_view){.text = all[i].tag, .href = ARENA_JOIN(p->arena, all[i].url, path)};
}

struct page_view *build_frame(struct page *p, const struct page_frame *f)
{
  const struct config *c = site_config(p->site);
  struct page_view *v = ARENA_NEW(p->arena, struct page_view);
  struct span stem = p->canonical.n == 1 ? SPAN("/index") : p->canonical, part = page_canonical_query(p);
  if (!v)
    return NULL;
  v->lang = span_z(c->lang);
  v->site_name = span_z(c->site_name);
  v->title = f->title;
  v->head_title = f->head_title.n ? f->head_title
                                  : ARENA_JOIN(p->arena, f->title, SPAN(" · "), v->site_name);
  v->description = f->description;
  if (p->canonical.n)
    v->address = v->canonical = page_absolute(p, ARENA_JOIN(p->arena, p->canonical, part));
  if (p->preferred.n)
    v->canonical = page_absolute(p, p->preferred);
  v->noindex = p->noindex;
  languages(p, ARENA_JOIN(p->arena, p->canonical, part), v);
  v->preview = p->preview;
  v->og_type = f->og_type.n ? f->og_type : SPAN("website");
  if (f->representations && page_links_representations(p)) {
    v->json_path = ARENA_JOIN(p->arena, stem, SPAN(".json"), page_query(p));
    v->md_path = ARENA_JOIN(p->arena, stem, SPAN(".md"), page_query(p));
  }
  feeds(p, f, v);
  v->stylesheet = assets_href(site_assets(p->site), "site.css");
  v->theme_stylesheet = assets_href(site_assets(p->site), "theme.css");
  v->icon = assets_href(site_assets(p->site), "favicon.svg");
  v->as_of = as_of(p);
  v->frozen = c->as_of_us != CLOCK_NEVER;
  v->contact = span_z(c->contact);
  breadcrumb(p, f, v);
  sections(p, v);
  image_link_frame(p, f, v);
  return v;
}

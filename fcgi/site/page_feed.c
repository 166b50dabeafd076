/* Atom feeds (RFC 4287) with the newest 50 ship moves of the site, a product, a set, a chosen set or a sector.
 *
 * The newest 50 moves are on the first timeline pages of the 50 products that moved last.  These timelines are fetched
 * and merged.  Entries have the same ids in every feed (feed_id.h).
 * Feeds contain no relative times.  /feeds/{a}+{b} is the feed of up to 20 products that a reader chose. */
#include <stdlib.h>

#include "site/assets.h"
#include "site/chosen.h"
#include "site/feed_id.h"
#include "site/page_compare.h"
#include "site/pages.h"
#include "site/site.h"
#include "site/view_machine.h"
#include "text/escape.h"

#define ENTRIES 50

struct stream { /* a product whose moves are in the feed */
  struct member member;
  size_t timeline;
  const struct activity *v; /* build: the activities that were not written yet */
  size_t n;
};

struct feed {
  struct stream streams[ENTRIES];
  size_t n;
  bool needs_profiles; /* every stream has a PROFILE want; without the profile there is no feed */
  bool single_product;   /* entries need not name the product */
  struct span id, title, subtitle;
  struct span page; /* the page that shows the same */
};

/* ---- plan */

static void add_stream(struct page *p, struct feed *f, const struct member *m)
{
  struct stream *s = &f->streams[f->n++];
  s->member = *m;
  s->timeline = page_want_product(p, m, FRAGMENT_TIMELINE, 1);
  if (f->needs_profiles)
    s->member.want = page_want_product(p, m, FRAGMENT_PROFILE, 0);
}

static struct feed *feed_new(struct page *p, bool needs_profiles)
{
  struct feed *f = ARENA_NEW(p->arena, struct feed);
  p->plan = f;
  if (f)
    f->needs_profiles = needs_profiles;
  return f;
}

enum plan plan_site_feed(struct page *p, struct span param)
{
  struct feed *f = feed_new(p, false);
  struct catalog_list recent = catalog_recent(&p->pin);
  const char *site = site_config(p->site)->site_name;
  (void)param;
  p->canonical = SPAN("/feed");
  if (!f)
    return PLAN_OK;
  f->page = SPAN("/");
  for (uint32_t i = 0; i < recent.n && f->n < ENTRIES; i++) {
    struct member m;
    if (page_member(p, recent.ordinals[i], &m))
      add_stream(p, f, &m);
  }
  f->id = SPAN("feed/site");
  f->title = SAY(p->arena, _("%1$s: ship moves"), span_z(site));
  f->subtitle = sentences_once(SAY(p->arena, _("The newest ship moves of every product on %1$s."), span_z(site)));
  return PLAN_OK;
}

enum plan plan_product_feed(struct page *p, struct span param)
{
  struct feed *f = feed_new(p, true);
  struct member m;
  enum plan result = page_product(p, param, &m);
  if (result != PLAN_OK || !f)
    return result;
  p->canonical = build_path(p, "/products/", m.facts.slug);
  f->single_product = true;
  add_stream(p, f, &m);
  f->id = arena_printf(p->arena, "feed/product/%llu", (unsigned long long)m.facts.id);
  f->title = SAY(p->arena, _("%1$s: ship moves"), m.facts.name);
  f->subtitle = sentences_stop(p->arena, SAY(p->arena, _("The newest ship moves of %1$s"), m.facts.name));
  return PLAN_OK;
}

static int id_cmp(const void *a, const void *b)
{
  const uint64_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* The products of the set, with the id of its feed, "feed/set/1-2", or of the product's. */
static void feed_of_set(struct page *p, struct feed *f, const struct member *const *members, size_t n)
{
  uint64_t ids[CHOSEN_MAX];
  for (size_t i = 0; i < n; i++) {
    add_stream(p, f, members[i]);
    ids[i] = members[i]->facts.id;
  }
  qsort(ids, n, sizeof *ids, id_cmp);
  f->single_product = n == 1;
  f->id = n == 1 ? SPAN("feed/product") : SPAN("feed/set");
  for (size_t i = 0; i < n; i++)
    f->id = arena_printf(p->arena, "%.*s%c%llu", SPAN_ARG(f->id), i ? '-' : '/', (unsigned long long)ids[i]);
}

enum plan plan_compare_feed(struct page *p, struct span param)
{
  struct feed *f = feed_new(p, true);
  struct compare *c = ARENA_NEW(p->arena, struct compare);
  bool joined = span_find_span(param, SPAN("-vs-")) < param.n;
  enum plan result = !joined ? PLAN_NOT_FOUND : c ? compare_parse(p, param, c) : PLAN_OK;
  const struct member *members[COMPARE_MAX];
  if (result != PLAN_OK || !f || !c)
    return result;
  p->canonical = c->n > 1 ? compare_path(p, c) : build_path(p, "/products/", c->set[0].member.facts.slug);
  for (size_t i = 0; i < c->n; i++)
    members[i] = &c->set[i].member;
  feed_of_set(p, f, members, c->n);
  struct span names = compare_names(p, c, "and ");
  f->title = SAY(p->arena, _("%1$s: ship moves"), names);
  f->subtitle = sentences_stop(p->arena, SAY(p->arena, _("The newest ship moves of %1$s"), names));
  return PLAN_OK;
}

/* The page of a chosen set: the product, the comparison, or, as there is none for more products, the home page. */
static struct span page_of_chosen(struct page *p, const struct chosen *c)
{
  struct span slugs[COMPARE_MAX];
  if (c->n > COMPARE_MAX)
    return SPAN("/");
  for (size_t i = 0; i < c->n; i++)
    slugs[i] = c->members[i].facts.slug;
  return c->n == 1 ? build_path(p, "/products/", slugs[0]) : build_set_path(p, slugs, c->n);
}

enum plan plan_chosen_feed(struct page *p, struct span param)
{
  struct feed *f = feed_new(p, true);
  struct chosen *c = ARENA_NEW(p->arena, struct chosen);
  enum plan result = c ? chosen_parse(p, param, c) : PLAN_OK;
  const struct member *members[CHOSEN_MAX];
  if (result != PLAN_OK || !f || !c)
    return result;
  p->canonical = chosen_path(p, c);
  p->noindex = true;
  for (size_t i = 0; i < c->n; i++)
    members[i] = &c->members[i];
  feed_of_set(p, f, members, c->n);
  f->page = page_of_chosen(p, c);
  f->title = SAY(p->arena, _("%1$s: ship moves"), chosen_names(p, c));
  f->subtitle = sentences_stop(p->arena, SAY(p->arena, _("The newest ship moves of %1$s"), chosen_all_names(p, c)));
  return PLAN_OK;
}

/* The ENTRIES products of a list that moved last, newest first. */
static size_t latest_movers(struct page *p, struct catalog_list list, uint32_t ordinals[ENTRIES])
{
  int64_t at[ENTRIES];
  size_t n = 0;
  for (uint32_t i = 0; i < list.n; i++) {
    struct facts f;
    if (!catalog_facts(&p->pin, list.ordinals[i], &f) || f.activity_us == CLOCK_NEVER ||
        (n == ENTRIES && f.activity_us <= at[n - 1]))
      continue;
    size_t k = n < ENTRIES ? n++ : n - 1;
    for (; k > 0 && at[k - 1] < f.activity_us; k--) {
      at[k] = at[k - 1];
      ordinals[k] = ordinals[k - 1];
    }
    at[k] = f.activity_us;
    ordinals[k] = list.ordinals[i];
  }
  return n;
}

enum plan plan_sector_feed(struct page *p, struct span param)
{
  struct feed *f = feed_new(p, false);
  uint32_t ordinals[ENTRIES];
  struct catalog_term t;
  if (!catalog_sector_slug(&p->pin, param, &t))
    return PLAN_NOT_FOUND;
  page_digest_term(p, &t);
  p->canonical = build_path(p, "/sectors/", t.slug);
  size_t n = f ? latest_movers(p, t.ranking, ordinals) : 0;
  for (size_t i = 0; i < n; i++) {
    struct member m;
    if (page_member(p, ordinals[i], &m))
      add_stream(p, f, &m);
  }
  if (!f)
    return PLAN_OK;
  f->id = arena_printf(p->arena, "feed/sector/%llu", (unsigned long long)t.id);
  f->title = SAY(p->arena, _("%1$s: ship moves"), t.name);
  f->subtitle = sentences_stop(p->arena, SAY(p->arena, _("The newest ship moves of the products in %1$s"), t.name));
  return PLAN_OK;
}

/* ---- build */

static struct span iso(struct page *p, int64_t us)
{
  char text[CLOCK_ISO_MAX];
  clock_iso(text, us, 0);
  return arena_copy(p->arena, span_z(text));
}

/* The stream whose next move is the newest; ties go to the lower slug. */
static struct stream *next_stream(struct feed *f)
{
  struct stream *best = NULL;
  for (size_t i = 0; i < f->n; i++) {
    struct stream *s = &f->streams[i];
    if (!s->n)
      continue;
    int64_t us = s->v[0].occurred_us, best_us = best ? best->v[0].occurred_us : CLOCK_NEVER;
    if (!best || us > best_us ||
        (us == best_us && span_cmp(s->member.facts.slug, best->member.facts.slug) < 0))
      best = s;
  }
  return best;
}

/* TRANSLATORS: the product, as a link */
static struct span kind_sentence(const struct activity_view *v)
{
  if (span_eq(v->kind, SPAN("event")))
    return v->spark ? _("An event of %1$s, marked as a spark: it changes direction or capability.") : _("An event of %1$s.");
  if (span_eq(v->kind, SPAN("post")))
    return v->spark ? _("A post of %1$s, marked as a spark: it changes direction or capability.") : _("A post of %1$s.");
  return v->spark ? _("A release of %1$s, marked as a spark: it changes direction or capability.") : _("A release of %1$s.");
}

/* "Kafka, release 4.3.1." */
static struct span summary_of(struct page *p, const struct activity_view *v)
{
  bool event = span_eq(v->kind, SPAN("event")), post = span_eq(v->kind, SPAN("post"));
  if (!v->version.n)
    return SAY(p->arena, event ? _("%1$s, event.") : post ? _("%1$s, post.") : _("%1$s, release."), v->product);
  return SAY(p->arena, event ? _("%1$s, event %2$s.") : post ? _("%1$s, post %2$s.") : _("%1$s, release %2$s."), v->product,
             v->version);
}

static struct span content(struct page *p, const struct activity_view *v, struct span home)
{
  struct buf link = BUF_INIT;
  buf_puts(&link, "<a href=\"");
  escape_html(&link, home);
  buf_puts(&link, "\">");
  escape_html(&link, v->product);
  buf_puts(&link, "</a>");
  struct buf out = BUF_INIT;
  buf_puts(&out, "<p>");
  escape_html(&out, sentences_stop(p->arena, v->title));
  buf_putc(&out, ' ');
  struct span plain = SAY(p->arena, kind_sentence(v), v->product);
  struct span linked = SAY(p->arena, kind_sentence(v), arena_take(p->arena, &link));
  size_t doubled = plain.n - sentences_once(plain).n; /* the end tag hides the end of the name */
  buf_span(&out, span_head(linked, linked.n > doubled ? linked.n - doubled : 0));
  buf_puts(&out, "</p>");
  return arena_take(p->arena, &out);
}

static void entry_fill(struct page *p, const struct feed *f, const struct stream *s, const struct activity *a,
                       struct feed_entry_view *out)
{
  struct activity_view v;
  struct span when = iso(p, a->occurred_us), home;
  build_move(p, a, &s->member.facts, 0, &v);
  home = page_absolute(p, v.product_href);
  bool named = f->single_product || span_starts(v.title, v.product);
  *out = (struct feed_entry_view){
      .id = feed_id_tag(p, arena_printf(p->arena, "activity/%llu", (unsigned long long)a->id)),
      .title = named ? v.title : arena_printf(p->arena, "%.*s: %.*s", SPAN_ARG(v.product), SPAN_ARG(v.title)),
      .href = v.url.n ? v.url : home,
      .published = when,
      .updated = when,
      .summary = summary_of(p, &v),
      .content = content(p, &v, home)};
  out->categories.v = ARENA_ARRAY(p->arena, 2, struct span);
  if (out->categories.v) {
    out->categories.v[out->categories.n++] = v.kind;
    out->categories.v[out->categories.n++] = v.class;
  }
}

static enum err streams_open(struct page *p, struct feed *f)
{
  for (size_t i = 0; i < f->n; i++) {
    struct stream *s = &f->streams[i];
    const struct timeline *t = page_value(p, s->timeline);
    const struct profile *profile = page_value(p, s->member.want);
    enum err e = f->needs_profiles ? build_check_published(profile) : ERR_OK;
    if (e != ERR_OK)
      return e;
    if (profile)
      page_member_refresh(&s->member, &profile->facts);
    page_changed_at(p, s->member.facts.changed_us);
    s->v = t ? t->activities : NULL;
    s->n = t ? t->n_activities : 0;
  }
  return ERR_OK;
}

/* What the products are, before what the feed has of them; of many products only the latter. */
static struct span subtitle_of(struct page *p, const struct feed *f)
{
  struct span out = SPAN("");
  if (f->n > CHOSEN_NAMED)
    return f->subtitle;
  for (size_t i = 0; i < f->n; i++) {
    const struct profile *profile = page_value(p, f->streams[i].member.want);
    if (profile && profile->summary.n && f->single_product)
      out = ARENA_JOIN(p->arena, sentences_stop(p->arena, profile->summary), SPAN(" "));
    else if (profile && profile->summary.n)
      out = ARENA_JOIN(p->arena, out, profile->facts.name, SPAN(": "), sentences_stop(p->arena, profile->summary),
                       SPAN(" "));
  }
  return ARENA_JOIN(p->arena, out, f->subtitle);
}

static enum err build_feed(struct page *p)
{
  struct feed *f = p->plan;
  const struct config *c = site_config(p->site);
  struct feed_view *v = ARENA_NEW(p->arena, struct feed_view);
  enum err e = streams_open(p, f);
  if (e != ERR_OK)
    return e;
  if (!v || !(v->entries.v = ARENA_ARRAY(p->arena, ENTRIES, struct feed_entry_view)))
    return ERR_NO_MEMORY;
  v->lang = span_z(c->lang);
  v->id = feed_id_tag(p, f->id);
  v->title = f->title;
  v->subtitle = subtitle_of(p, f);
  v->self = page_absolute(p, arena_printf(p->arena, "%.*s.atom", SPAN_ARG(p->canonical)));
  v->alternate = page_absolute(p, f->page.n ? f->page : p->canonical);
  v->icon = page_absolute(p, assets_href(site_assets(p->site), "favicon.svg"));
  v->author = span_z(c->site_name);
  for (struct stream *s; v->entries.n < ENTRIES && (s = next_stream(f)); s->v++, s->n--)
    entry_fill(p, f, s, &s->v[0], &v->entries.v[v->entries.n++]);
  v->updated = v->entries.n ? v->entries.v[0].updated : iso(p, p->changed_us != CLOCK_NEVER ? p->changed_us : 0);
  p->view = v;
  return ERR_OK;
}

enum err build_site_feed(struct page *p)
{
  return build_feed(p);
}

enum err build_product_feed(struct page *p)
{
  return build_feed(p);
}

enum err build_compare_feed(struct page *p)
{
  return build_feed(p);
}

enum err build_chosen_feed(struct page *p)
{
  return build_feed(p);
}

enum err build_sector_feed(struct page *p)
{
  return build_feed(p);
}

#include "site/build.h"

#include <stdio.h>

#include "model/release_line.h"
#include "site/assets.h"
#include "site/link_words.h"
#include "site/product_links.h"
#include "site/since.h"
#include "site/site.h"
#include "text/address.h"
#include "text/bidi.h"
#include "text/url.h"
#include "text/utf8.h"

enum err build_check_published(const struct profile *f)
{
  if (!f)
    return ERR_NOT_FOUND;
  return f->facts.status == PRODUCT_PUBLISHED ? ERR_OK
         : f->facts.status == PRODUCT_ARCHIVED ? ERR_INVALID
                                               : ERR_NOT_FOUND;
}

struct span build_position(size_t i)
{
  static const struct span names[] = {{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}};
  return names[i & 3];
}

struct span build_sign(size_t i)
{
  static const struct span signs[] = {{"●", 3}, {"◆", 3}, {"■", 3}, {"▲", 3}};
  return signs[i & 3];
}

struct span build_path(struct page *p, const char *prefix, struct span slug)
{
  return ARENA_JOIN(p->arena, span_z(prefix), slug);
}

struct span build_cut(struct page *p, struct span text)
{
  return bidi_shortened(p->arena, text, BUILD_CUT_CHARS);
}

struct body_view *build_body(struct page *p, struct body b, struct span source)
{
  struct body_view *v = ARENA_NEW(p->arena, struct body_view);
  if (v)
    *v = (struct body_view){.html = product_links_html(p, b.html),
                            .markdown = product_links_markdown(p, source),
                            .refused = b.refused};
  return v;
}

static void chips(struct page *p, const struct catalog_term *t, uint32_t n, bool sector, struct chip_view *out)
{
  for (uint32_t i = 0; i < n && out; i++)
    out[i] = (struct chip_view){.slug = t[i].slug,
                                .label = sector ? t[i].name : t[i].slug,
                                .href = build_path(p, sector ? "/sectors/" : "/themes/", t[i].slug),
                                .sep = i + 1 < n ? SPAN(", ") : SPAN(""),
                                .kind = link_words(p, sector ? t[i].name : t[i].slug, sector ? N_("sector") : N_("theme"))};
}

#define CHIPS(p, view, terms, count, sector)                                                                           \
  do {                                                                                                                 \
    (view).v = ARENA_ARRAY((p)->arena, (count), struct chip_view);                                                     \
    (view).n = (view).v ? (count) : 0;                                                                                 \
    chips((p), (terms), (uint32_t)(view).n, (sector), (view).v);                                                       \
  } while (0)

struct span build_tenths(struct page *p, int tenths)
{
  char text[8];
  return arena_copy(p->arena, span_of(text, score_text(text, tenths)));
}

/* Cadence, the first part of the formula, with two decimals: 10 * n90 / (n90 + m). */
static struct span cadence_text(struct page *p, uint32_t n90, uint32_t median2)
{
  uint64_t n = n90, m2 = median2 < 2 ? 2 : median2;
  uint64_t hundredths = (4000 * n + 2 * n + m2) / (2 * (2 * n + m2));
  return arena_printf(p->arena, "%llu.%02llu", (unsigned long long)(hundredths / 100),
                      (unsigned long long)(hundredths % 100));
}

struct span build_median(struct page *p, uint32_t median2)
{
  return arena_printf(p->arena, median2 % 2 ? "%u.5" : "%u", median2 / 2);
}

struct velocity_view *build_velocity(struct page *p, const struct planned_product *g, size_t position)
{
  struct velocity_view *v = ARENA_NEW(p->arena, struct velocity_view);
  const struct facts *f = &g->member.facts;
  int tenths = g->member.tenths;
  if (!v)
    return NULL;
  v->scored = tenths != SCORE_NONE;
  v->override = f->override_tenths >= 0;
  v->n90 = f->n90;
  v->s30 = f->s30;
  v->median = build_median(p, g->median2 < 2 ? 2 : g->median2);
  v->floored = planned_product_sector(g) && g->median2 < 2;
  v->as_of = page_hour(p, f->window_us);
  if (planned_product_sector(g)) {
    v->sector = g->sectors[0].name;
    v->sector_median = build_median(p, g->median2);
    v->sector_href = build_path(p, "/sectors/", g->sectors[0].slug);
  }
  if (!v->scored)
    return v;
  v->score = build_tenths(p, tenths);
  v->band = band_name(score_band(tenths));
  v->cadence = cadence_text(p, f->n90, g->median2);
  v->computed = build_tenths(p, score_tenths(f->n90, f->s30, g->median2));
  v->meter = ARENA_NEW(p->arena, struct meter_draw);
  if (v->meter)
    *v->meter = (struct meter_draw){.at = tenths, .position = build_position(position)};
  return v;
}

static struct evidence_view *evidence_of(struct page *p, const struct facts *f, const struct activity *a)
{
  struct evidence_view *v = a ? ARENA_NEW(p->arena, struct evidence_view) : NULL;
  struct activity_view move;
  char iso[CLOCK_ISO_MAX];
  if (!v)
    return NULL;
  build_move(p, a, f, 0, &move);
  *v = (struct evidence_view){.title = move.title,
                              .url = move.url,
                              .href = ARENA_JOIN(p->arena, move.product_href, SPAN("#activity")),
                              .datetime = arena_copy(p->arena, span_of(iso, clock_iso(iso, a->occurred_us, 0))),
                              .date = page_day(p, a->occurred_us)};
  return v;
}

struct grade_view *build_grade(struct page *p, const struct facts *f, const struct grade *g)
{
  static const struct span states[] = {{"open", 4}, {"came_true", 9}, {"failed", 6}};
  struct grade_view *v = ARENA_NEW(p->arena, struct grade_view);
  if (v)
    *v = (struct grade_view){.state = states[g->state],
                             .open = g->state == PREDICTION_OPEN,
                             .came_true = g->state == PREDICTION_CAME_TRUE,
                             .failed = g->state == PREDICTION_FAILED,
                             .note = g->note,
                             .evidence = evidence_of(p, f, g->evidence)};
  return v;
}

struct editorial_view *build_editorial(struct page *p, const struct profile *f, const struct source *s)
{
  static const struct source none;
  struct editorial_view *v = f && f->facts.has_editorial ? ARENA_NEW(p->arena, struct editorial_view) : NULL;
  if (!v)
    return NULL;
  s = s ? s : &none;
  v->headline = f->headline;
  v->author = f->author;
  v->current_state = build_body(p, f->current, s->current_md);
  v->heading = build_body(p, f->heading, s->heading_md);
  v->prediction = build_body(p, f->prediction, s->prediction_md);
  v->grade = build_grade(p, &f->facts, &f->grade);
  v->published = page_time(p, f->published_us);
  v->updated = page_time(p, f->facts.editorial_us);
  v->new = since_new(p, f->published_us);
  v->revised = !v->new && since_new(p, f->facts.editorial_us);
  return v;
}

static struct span lifecycle_name(enum lifecycle l)
{
  static const struct span names[] = {{"active", 6}, {"maintenance", 11}, {"discontinued", 12}};
  return names[l];
}

struct span build_url_display(struct page *p, struct span accepted, struct span written)
{
  if (!accepted.n)
    return written;
  struct span host = span_from(written, span_find_span(written, SPAN("://")) + 3);
  if (span_starts(host, SPAN("www.")))
    host = span_from(host, 4);
  while (span_ends(host, SPAN("/")))
    host.n--;
  return bidi_isolated(p->arena, host);
}

static struct span logo_url(struct page *p, struct span url)
{
  struct address a = address_of_picture(url, SPAN(""));
  return a.before.n ? build_web_url(p, ARENA_JOIN(p->arena, a.before, a.rest)) : build_web_url(p, a.rest);
}

struct span build_web_url(struct page *p, struct span url)
{
  return url_web(url) ? url_tidied(p->arena, url) : SPAN("");
}

struct release_text { /* the view of a release and its time, in one allocation */
  struct release_view view;
  char iso[CLOCK_ISO_MAX];
};

struct release_view *build_release(struct page *p, const struct activity *release)
{
  struct release_text *t = release ? ARENA_NEW(p->arena, struct release_text) : NULL;
  if (!t)
    return NULL;
  t->view.version = release->version;
  t->view.url = build_web_url(p, release->url);
  t->view.datetime = span_of(t->iso, clock_iso(t->iso, release->occurred_us, 0));
  t->view.date = page_day_short(p, release->occurred_us);
  return &t->view;
}

/* "The latest release is 3.11.16 (13 August 2026), on an older line than 3.14.7 (5 August 2026)" */
static struct span outline_release(struct page *p, const struct profile *f)
{
  const struct activity *latest = f->latest_release;
  const struct activity *higher = release_line_higher(f->activities, f->n_activities, latest);
  if (!latest)
    return SPAN("");
  if (higher)
    return SAY(p->arena, _("The latest release is %1$s (%2$s), on an older line than %3$s (%4$s)"), latest->version,
               page_day(p, latest->occurred_us), higher->version, page_day(p, higher->occurred_us));
  return SAY(p->arena, _("The latest release is %1$s (%2$s)"), latest->version, page_day(p, latest->occurred_us));
}

/* A choice of licences as a list: "MIT or Apache-2.0".  Other expressions of SPDX stay as they are. */
static struct span license_words(struct page *p, struct span license)
{
  struct span parts[8], rest = license;
  size_t n = 0, at;
  if (span_find(license, '(') < license.n || span_find_span(license, SPAN(" AND ")) < license.n)
    return license;
  while ((at = span_find_span(rest, SPAN(" OR "))) < rest.n && n < 7) {
    parts[n++] = span_head(rest, at);
    rest = span_from(rest, at + sizeof " OR " - 1);
  }
  parts[n++] = rest;
  for (size_t i = 0; i < n; i++)
    if (span_starts(parts[i], SPAN("LicenseRef-")))
      parts[i] = span_from(parts[i], sizeof "LicenseRef-" - 1);
  return sentences_join(p->arena, parts, n, "or ");
}

/* "the licence is Apache-2.0".  Some licences have the name of the product: "the licence is its own (curl)". */
static struct span outline_license(struct page *p, struct span name, struct span license)
{
  if (!license.n)
    return SPAN("");
  if (span_eq(utf8_fold(p->arena, license), utf8_fold(p->arena, name)))
    return SAY(p->arena, _("the licence is its own (%1$s)"), license);
  return SAY(p->arena, _("the licence is %1$s"), license_words(p, license));
}

/* "The latest release is 4.3.1 (25 June 2026); Kafka shipped 3 times in 90 days; the licence is Apache-2.0." */
static struct span outline_of(struct page *p, const struct facts *facts, const struct profile *f)
{
  struct span release = outline_release(p, f), license = outline_license(p, facts->name, f->license);
  struct span shipped = SAY(p->arena, _("%1$s %2$s in 90 days"), facts->name, sentences_shipped(p->arena, facts->n90));
  return sentences_stop(p->arena, ARENA_JOIN(p->arena, release, release.n ? SPAN("; ") : SPAN(""), shipped,
                                             license.n ? SPAN("; ") : SPAN(""), license));
}

void build_product(struct page *p, struct planned_product *g, const struct profile *f, const struct source *s, size_t position,
                   struct product_view *out)
{
  static const struct profile none;
  if (f)
    page_member_refresh(&g->member, &f->facts);
  const struct facts *facts = &g->member.facts;
  *out = (struct product_view){.slug = facts->slug,
                               .name = facts->name,
                               .href = build_path(p, "/products/", facts->slug),
                               .position = build_position(position),
                               .sign = build_sign(position),
                               .monogram = monogram_take(p->arena, &p->monograms, facts->id, facts->name),
                               .lifecycle = lifecycle_name(facts->lifecycle),
                               .maintenance = facts->lifecycle == LIFECYCLE_MAINTENANCE,
                               .discontinued = facts->lifecycle == LIFECYCLE_DISCONTINUED,
                               .moves = facts->n90,
                               .sparks = facts->s30};
  f = f ? f : &none;
  if ((out->what = ARENA_NEW(p->arena, struct question_draw)))
    out->what->text = sentences_once(SAY(p->arena, _("What is %1$s?"), facts->name));
  out->summary = f->summary;
  out->outline = outline_of(p, facts, f);
  out->latest_release = build_release(p, f->latest_release);
  out->first_release = build_release(p, f->first_release);
  out->license = f->license;
  out->website_url = build_web_url(p, f->website_url);
  out->website_host = build_url_display(p, out->website_url, f->website_url);
  out->repository_url = build_web_url(p, f->repository_url);
  out->repository_host = build_url_display(p, out->repository_url, f->repository_url);
  out->logo = logo_url(p, f->logo_url);
  CHIPS(p, out->sectors, g->sectors, g->n_sectors, true);
  CHIPS(p, out->themes, g->themes, g->n_themes, false);
  CHIPS(p, out->top_themes, g->themes, g->n_themes < SENTENCES_TOP_THEMES ? g->n_themes : SENTENCES_TOP_THEMES, false);
  out->velocity = build_velocity(p, g, position);
  out->editorial = build_editorial(p, f == &none ? NULL : f, s);
  page_changed_at(p, facts->changed_us);
}

void build_card(struct page *p, struct planned_product *g, const struct card *c, struct card_view *out)
{
  if (c)
    page_member_refresh(&g->member, &c->facts);
  const struct facts *f = &g->member.facts;
  int tenths = g->member.tenths;
  *out = (struct card_view){.rank = g->member.rank,
                            .ranked = g->member.rank > 0,
                            .slug = f->slug,
                            .name = f->name,
                            .href = build_path(p, "/products/", f->slug),
                            .monogram = monogram_take(p->arena, &p->monograms, f->id, f->name),
                            .summary = c ? c->summary : SPAN(""),
                            .headline = c ? c->headline : SPAN(""),
                            .scored = tenths != SCORE_NONE,
                            .override = f->override_tenths >= 0,
                            .n90 = f->n90,
                            .s30 = f->s30,
                            .lifecycle = lifecycle_name(f->lifecycle),
                            .discontinued = f->lifecycle == LIFECYCLE_DISCONTINUED};
  if (out->scored) {
    out->score = build_tenths(p, tenths);
    out->band = band_name(score_band(tenths));
  }
  CHIPS(p, out->sectors, g->sectors, g->n_sectors, true);
  if (out->summary.n && (out->prose = ARENA_NEW(p->arena, struct prose_draw)))
    out->prose->summary = sentences_stop(p->arena, out->summary);
  if (c) {
    out->latest_release = build_release(p, c->latest_release);
    build_months(p, &c->months, out);
  }
  page_changed_at(p, f->changed_us);
}

static struct span kind_name(enum activity_kind k)
{
  static const struct span names[] = {{"release", 7}, {"post", 4}, {"event", 5}};
  return names[k];
}

static struct span class_name(enum activity_class c)
{
  static const struct span names[] = {{"trivial", 7}, {"improvement", 11}, {"spark", 5}};
  return names[c];
}

/* Of a move without a title and a version, its kind: "a release". */
static struct span move_title(struct page *p, const struct activity *a, const struct facts *f)
{
  if (a->title.n)
    return a->title;
  if (a->version.n)
    return arena_printf(p->arena, "%.*s %.*s", SPAN_ARG(f->name), SPAN_ARG(a->version));
  if (a->kind == ACTIVITY_EVENT)
    return C_("move", "an event");
  return a->kind == ACTIVITY_POST ? C_("move", "a post") : C_("move", "a release");
}

void build_move(struct page *p, const struct activity *a, const struct facts *f, size_t position,
                struct activity_view *out)
{
  *out = (struct activity_view){
      .product = f->name,
      .product_slug = f->slug,
      .product_href = build_path(p, "/products/", f->slug),
      .position = build_position(position),
      .sign = build_sign(position),
      .title = move_title(p, a, f),
      .url = build_web_url(p, a->url),
      .version = a->version,
      .kind = kind_name(a->kind),
      .class = class_name(a->class),
      .spark = a->class == CLASS_SPARK};
}

void build_activity(struct page *p, const struct activity *a, const struct facts *f, size_t position,
                    struct activity_view *out)
{
  build_move(p, a, f, position, out);
  out->when = page_time(p, a->occurred_us);
  out->new = since_new(p, a->occurred_us);
}

struct span build_set_path(struct page *p, const struct span *slugs, size_t n)
{
  struct span out = ARENA_JOIN(p->arena, SPAN("/compare/"), slugs[0]);
  for (size_t i = 1; i < n; i++)
    out = ARENA_JOIN(p->arena, out, SPAN("-vs-"), slugs[i]);
  return out;
}

struct span build_pair_path(struct page *p, struct span a, struct span b)
{
  struct span slugs[2] = {a, b};
  if (span_cmp(a, b) > 0)
    slugs[0] = b, slugs[1] = a;
  return build_set_path(p, slugs, 2);
}

/* /compare/{a}-vs-{b}[-vs-{c}[-vs-{d}]] */
#include "site/build_since.h"
#include "site/build_timeline.h"
#include "site/chosen.h"
#include "site/image_link.h"
#include "site/missing_set.h"
#include "site/page_compare.h"
#include "site/pages.h"

#include <stdlib.h>

enum plan plan_compare(struct page *p, struct span param)
{
  struct compare *c = ARENA_NEW(p->arena, struct compare);
  /* A path with one product is not a comparison. */
  bool joined = span_find_span(param, SPAN("-vs-")) < param.n;
  enum plan result = !joined ? PLAN_NOT_FOUND : c ? compare_parse(p, param, c) : PLAN_OK;
  p->plan = c;
  if (result == PLAN_NOT_FOUND && joined)
    missing_set_plan(p, param);
  if (result != PLAN_OK || !c)
    return result;
  if (c->n == 1) { /* "a-vs-a": redirect to the product */
    p->canonical = build_path(p, "/products/", c->set[0].member.facts.slug);
    return PLAN_OK;
  }
  p->canonical = compare_path(p, c);
  if (!compare_plan_members(p, c))
    return PLAN_OK; /* memory ran out; the arena remembers it */
  fact_attributes_plan(p, &c->attributes);
  for (size_t i = 0; i < c->n; i++)
    planned_product_past(p, &c->set[i]);
  compare_plan_others(p, c, true);
  since_plan(p);
  return PLAN_OK;
}

/* ---- build */

static void members(struct page *p, const struct compare *c, struct compare_view *v)
{
  struct span slugs[COMPARE_MAX];
  v->members.v = ARENA_ARRAY(p->arena, c->n, struct member_view);
  for (size_t i = 0; i < c->n && v->members.v; i++) {
    const struct facts *f = &c->set[i].member.facts;
    struct member_view *m = &v->members.v[v->members.n++];
    size_t others = 0;
    for (size_t k = 0; k < c->n; k++)
      if (k != i)
        slugs[others++] = c->set[k].member.facts.slug;
    *m = (struct member_view){.slug = f->slug,
                              .name = f->name,
                              .href = build_path(p, "/products/", f->slug),
                              .position = build_position(i),
                              .sign = build_sign(i),
                              .discontinued = f->lifecycle == LIFECYCLE_DISCONTINUED,
                              .separator = i ? SPAN(" vs ") : SPAN(""),
                              .alternatives_href = build_path(p, "/alternatives/", f->slug),
                              .without_href = others > 1 ? build_set_path(p, slugs, others) : SPAN(""),
                              .atom_href = ARENA_JOIN(p->arena, SPAN("/products/"), f->slug, SPAN(".atom"))};
  }
}

static void ended(struct page *p, const struct compare *c, struct compare_view *v)
{
  v->ended.v = ARENA_ARRAY(p->arena, c->n, struct ended_view);
  for (size_t i = 0; i < c->n && v->ended.v; i++) {
    struct alternatives_named named = compare_named(c, i);
    if (named.of->lifecycle == LIFECYCLE_DISCONTINUED)
      alternatives_notice(p, &named, i, &v->ended.v[v->ended.n++]);
  }
}

static void cards(struct page *p, struct compare *c, struct compare_view *v)
{
  v->alternatives.v = ARENA_ARRAY(p->arena, c->n_cards, struct card_view);
  for (size_t i = 0; i < c->n_cards && v->alternatives.v; i++) {
    struct planned_product *g = &c->cards[i];
    struct card_view *card = &v->alternatives.v[v->alternatives.n++];
    compare_card(p, g, page_value(p, g->member.want), card);
    for (size_t k = 0; k < c->n && !card->reason.n; k++) {
      alternatives_reason(p, page_value(p, c->set[k].member.want), g, card);
      card->reason_for = card->reason.n ? c->set[k].member.facts.name : SPAN("");
    }
    card->also_in = i < c->n_first ? SPAN("") : alternatives_shared(c->set, c->n, card);
    card->versus.v = ARENA_ARRAY(p->arena, c->n, struct versus_view);
    for (size_t k = 0; k < c->n && card->versus.v; k++) {
      const struct facts *m = &c->set[k].member.facts;
      card->versus.v[card->versus.n++] =
          (struct versus_view){.with = m->name,
                               .text = SAY(p->arena, _("%1$s vs %2$s"), card->name, m->name),
                               .position = build_position(k),
                               .href = build_pair_path(p, card->slug, m->slug)};
    }
  }
}

static void follow(struct page *p, const struct compare *c, struct compare_view *v)
{
  struct span slugs[COMPARE_MAX];
  for (size_t i = 0; i < c->n; i++)
    slugs[i] = c->set[i].member.facts.slug;
  v->atom_href = ARENA_JOIN(p->arena, p->canonical, SPAN(".atom"));
  v->calendar_href = chosen_calendar_path(p, slugs, c->n);
}

static int span_order(const void *a, const void *b)
{
  return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static void changes(struct page *p, const struct compare *c, struct compare_view *v)
{
  struct span slugs[COMPARE_MAX];
  v->pick_href = build_path(p, "/compare?from=", span_from(p->canonical, sizeof "/compare/" - 1));
  size_t most = c->n < COMPARE_MAX ? (c->n_first < 3 ? c->n_first : 3) : 0;
  v->add.v = ARENA_ARRAY(p->arena, most, struct link_view);
  for (size_t i = 0; i < most && v->add.v; i++) {
    for (size_t k = 0; k < c->n; k++)
      slugs[k] = c->set[k].member.facts.slug;
    slugs[c->n] = c->cards[i].member.facts.slug;
    qsort(slugs, c->n + 1, sizeof *slugs, span_order);
    v->add.v[v->add.n++] = (struct link_view){.text = SAY(p->arena, _("Add %1$s"), c->cards[i].member.facts.name),
                                               .href = build_set_path(p, slugs, c->n + 1)};
  }
}

static void fill_timeline(struct page *p, const struct compare *c, const struct profile *const *f, struct compare_view *v)
{
  struct sentences_list lists[COMPARE_MAX];
  struct sentences_move moves[COMPARE_MAX * SENTENCES_TIMELINE_EACH];
  const struct facts *members[COMPARE_MAX];
  for (size_t i = 0; i < c->n; i++) {
    lists[i] = (struct sentences_list){f[i]->activities, f[i]->n_activities};
    members[i] = &c->set[i].member.facts;
  }
  struct timeline_moves m = {moves, sentences_timeline(lists, c->n, moves), members, c->n};
  v->timeline.v = build_timeline_entries(p, &m, &v->timeline.n);
}

static void mark_shared_list(struct chip_view *v, size_t n, const struct chip_view *w, size_t m)
{
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < m; k++)
      v[i].shared = v[i].shared || span_eq(v[i].slug, w[k].slug);
}

/* For the representations: the HTML page does not show it, and its columns may be those of other pages too. */
static void mark_shared(struct compare_view *v)
{
  for (size_t i = 0; i < v->products.n; i++)
    for (size_t k = 0; k < v->products.n; k++) {
      struct product_view *a = &v->products.v[i], *b = &v->products.v[k];
      if (i == k)
        continue;
      mark_shared_list(a->sectors.v, a->sectors.n, b->sectors.v, b->sectors.n);
      mark_shared_list(a->themes.v, a->themes.n, b->themes.v, b->themes.n);
      mark_shared_list(a->top_themes.v, a->top_themes.n, b->themes.v, b->themes.n);
    }
}

/* Which of the rows that may be left out has a value. */
static void note_rows(struct compare_view *v)
{
  for (size_t i = 0; i < v->products.n; i++) {
    const struct product_view *m = &v->products.v[i];
    v->latest_releases = v->latest_releases || m->latest_release;
    v->first_releases = v->first_releases || m->first_release;
    v->licenses = v->licenses || m->license.n;
    v->repositories = v->repositories || m->repository_host.n;
    v->summaries = v->summaries || m->summary.n;
  }
}

static struct span timeline_intro(const struct profile *const *f, size_t n)
{
  uint64_t moves = 0;
  for (size_t i = 0; i < n; i++)
    moves += f[i]->n_activities;
  if (!moves)
    return SPAN("");
  return moves == 1 ? _("One ship move is on record.") : _("The latest ship moves of each, newest first.");
}

static bool written(const struct pair_text *pair)
{
  return pair->intro.html.n || pair->intro.refused || pair->verdict.html.n || pair->verdict.refused;
}

static void fill_sentences(struct page *p, const struct compare *c, const struct pair_text *pair, struct compare_view *v)
{
  struct sentences_member m[COMPARE_MAX];
  compare_sentence_members(p, c, m);
  v->names = compare_names(p, c, "and ");
  v->eyebrow = compare_eyebrow(p, c);
  v->overlap = sentences_overlap(p->arena, m, c->n);
  v->cadence = sentences_cadence(p->arena, m, c->n);
  v->alternatives_intro = compare_alternatives_intro(p, c);
  if (pair && pair->has_text && written(pair) && (v->comparison = ARENA_NEW(p->arena, struct comparison_view))) {
    v->comparison->intro = build_body(p, pair->intro, pair->intro_md);
    v->comparison->verdict = build_body(p, pair->verdict, pair->verdict_md);
  }
}

static void frame(struct page *p, const struct compare *c, const struct profile *const *f, struct compare_view *v)
{
  static const char *const follow_these[] = {N_("Follow these two"), N_("Follow these three"), N_("Follow these four")};
  struct link_view *crumb = ARENA_NEW(p->arena, struct link_view), *feed = ARENA_NEW(p->arena, struct link_view);
  if (!crumb || !feed)
    return;
  *crumb = (struct link_view){.text = _("Compare"), .href = SPAN("/compare")};
  *feed = (struct link_view){.text = SAY(p->arena, _("Ship moves of %1$s"), v->names),
                             .href = v->atom_href};
  v->page = build_frame(p, &(struct page_frame){.title = v->title,
                                                .description = compare_description(p, v),
                                                .og_type = SPAN("article"),
                                                .crumbs = crumb,
                                                .n_crumbs = 1,
                                                .feeds = feed,
                                                .n_feeds = 1,
                                                .follow = message_of(follow_these[c->n - 2]),
                                                .calendar_href = v->calendar_href,
                                                .representations = true,
                                                .picture = image_link_products(p, c->set, f, c->n)});
  if (!v->page)
    return;
  if (page_is_html(p))
    v->page->json_ld = compare_json_ld(p, v);
}

enum err build_compare(struct page *p)
{
  struct compare *c = p->plan;
  struct compare_view *v = ARENA_NEW(p->arena, struct compare_view);
  const struct profile *f[COMPARE_MAX];
  static const struct span sizes[] = {{"pair", 4}, {"three", 5}, {"four", 4}};
  if (!v)
    return ERR_NO_MEMORY;
  for (size_t i = 0; i < c->n; i++) {
    f[i] = page_value(p, c->set[i].member.want);
    enum err e = build_check_published(f[i]);
    if (e != ERR_OK)
      return e;
  }
  v->products.v = ARENA_ARRAY(p->arena, c->n, struct product_view);
  if (!v->products.v)
    return ERR_NO_MEMORY;
  for (size_t i = 0; i < c->n; i++)
    compare_column(p, &c->set[i], f[i], page_value(p, c->sources[i]), i, &v->products.v[v->products.n++]);
  struct span names[COMPARE_MAX];
  for (size_t i = 0; i < c->n; i++)
    names[i] = v->products.v[i].name;
  v->title = sentences_versus(p->arena, names, c->n);
  v->pair = c->n == 2;
  v->size = sizes[c->n - 2];
  v->as_of = page_hour(p, p->pin.window_us);
  if (p->target->form != FORM_HTML)
    mark_shared(v);
  v->lede = compare_lede(p, c, f);
  v->timeline_intro = timeline_intro(f, c->n);
  note_rows(v);
  v->facts = fact_table_build(p, &c->attributes, c->set, f, c->n);
  v->since = build_since(p, c->set, f, c->n, v->facts);
  v->since_form = build_since_form(p, f, c->n, v->facts);
  members(p, c, v);
  ended(p, c, v);
  cards(p, c, v);
  changes(p, c, v);
  follow(p, c, v);
  v->chart = build_chart(p, c->set, f, c->n);
  v->velocity_history = build_velocity_history(p, c->set, f, c->n);
  if (p->target->form == FORM_JSON)
    fill_timeline(p, c, f, v);
  else
    compare_days(p, c, f, v);
  fill_sentences(p, c, page_value(p, c->pair_want), v);
  compare_questions(p, c, page_value(p, c->pair_want), v);
  frame(p, c, f, v);
  p->view = v;
  return ERR_OK;
}

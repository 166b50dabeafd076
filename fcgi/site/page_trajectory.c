/* /products/{slug}: a product's trajectory.  The timeline has 50 activities on a page; every page repeats the rest. */
#include "site/alternatives.h"
#include "site/build_since.h"
#include "site/build_timeline.h"
#include "site/chosen.h"
#include "site/fact_table.h"
#include "site/history.h"
#include "site/image_link.h"
#include "site/jsonld.h"
#include "site/link_words.h"
#include "site/listing.h"
#include "site/pages.h"
#include "site/product_sentences.h"
#include "text/json.h"

#define RELATED_MAX 6

_Static_assert(LISTING_PAGE == TIMELINE_PAGE, "the timeline pages like every list");

struct trajectory {
  struct planned_product product;
  struct fact_attributes attributes;
  size_t timeline, questions, source; /* wants; SIZE_MAX: none */
  struct listing list;                /* only the pager of the timeline */
  struct product_standing standing;
  struct planned_product related[RELATED_MAX];
  size_t n_related, n_picks;
};

/* ---- plan */

enum plan plan_trajectory(struct page *p, struct span param)
{
  struct trajectory *t = ARENA_NEW(p->arena, struct trajectory);
  struct alternatives_list list;
  struct member m;
  enum plan result = page_product(p, param, &m);
  p->plan = t;
  if (result != PLAN_OK || !t)
    return result;
  p->canonical = build_path(p, "/products/", m.facts.slug);
  result = listing_page(p, m.facts.activities, &t->list);
  if (result != PLAN_OK || !planned_product_fill(p, &m, &t->product))
    return result; /* memory ran out; the arena remembers it */
  planned_product_past(p, &t->product);
  struct member *member = &t->product.member;
  member->want = page_want_product(p, member, FRAGMENT_PROFILE, 0);
  t->timeline = page_want_product(p, member, FRAGMENT_TIMELINE, t->list.page);
  t->questions = page_want_product(p, member, FRAGMENT_QUESTIONS, 0);
  t->source = p->target->form == FORM_HTML ? SIZE_MAX : page_want_product(p, member, FRAGMENT_SOURCE, 0);
  fact_attributes_plan(p, &t->attributes);
  product_sentences_rank(p, &t->product, &t->standing);
  alternatives_find(p, &t->product, &list);
  t->n_related = alternatives_plan_cards(p, &list, RELATED_MAX, true, t->related);
  t->n_picks = list.n_picks;
  since_plan(p);
  return PLAN_OK;
}

/* ---- build */

static bool same_day(int64_t a, int64_t b)
{
  return a != CLOCK_NEVER && b != CLOCK_NEVER && day_rows_day(a) == day_rows_day(b);
}

/* A day may go on on the next page of the timeline. */
static void note_continued(const struct timeline *f, struct trajectory_view *v)
{
  if (!v->days.n || !v->pager)
    return;
  if (same_day(f->newer_us, f->activities[0].occurred_us))
    v->days.v[0].before_href = v->pager->prev;
  if (same_day(f->older_us, f->activities[f->n_activities - 1].occurred_us))
    v->days.v[v->days.n - 1].after_href = v->pager->next;
}

static struct span timeline_intro(struct page *p, uint64_t total)
{
  struct span n = arena_uint(p->arena, total, 1);
  if (!total)
    return SPAN("");
  return total == 1 ? SAY(p->arena, _("On record: %1$s."), n) : SAY(p->arena, _("On record: %1$s, newest first."), n);
}

static void fill_timeline(struct page *p, const struct trajectory *t, const struct timeline *f, struct trajectory_view *v)
{
  const struct facts *member = &t->product.member.facts;
  struct sentences_move *moves = ARENA_ARRAY(p->arena, f->n_activities, struct sentences_move);
  v->moves = (int64_t)f->total;
  v->timeline_intro = timeline_intro(p, f->total);
  for (size_t i = 0; i < f->n_activities && moves; i++)
    moves[i] = (struct sentences_move){&f->activities[i], 0};
  struct timeline_moves m = {moves, moves ? f->n_activities : 0, &member, 1};
  if (p->target->form == FORM_JSON) {
    v->timeline.v = build_timeline_entries(p, &m, &v->timeline.n);
    return;
  }
  v->days.v = build_timeline_days(p, &m, &v->days.n);
  note_continued(f, v);
}

static void related(struct page *p, struct trajectory *t, struct trajectory_view *v)
{
  v->related.v = ARENA_ARRAY(p->arena, t->n_related, struct card_view);
  for (size_t i = 0; i < t->n_related && v->related.v; i++) {
    struct card_view *card = &v->related.v[v->related.n++];
    build_card(p, &t->related[i], page_value(p, t->related[i].member.want), card);
    alternatives_reason(p, page_value(p, t->product.member.want), &t->related[i], card);
    alternatives_versus(p, &t->product.member.facts, card);
  }
}

static void fill_sentences(struct page *p, struct trajectory *t, struct trajectory_view *v)
{
  const struct facts *f = &t->product.member.facts;
  struct product_sentences_input in = {.product = v->product,
                                       .g = &t->product,
                                       .others = t->related,
                                       .n_others = t->n_related,
                                       .n_picks = t->n_picks,
                                       .answers = page_value(p, t->questions)};
  v->title = f->name;
  v->eyebrow = t->product.n_sectors
                   ? SAY(p->arena, _("Trajectory · %1$s"), t->product.sectors[0].name)
                   : _("Trajectory");
  v->lede = product_sentences_lede(p, v->product, &t->product);
  v->standing = product_sentences_standing(p, &t->product, &t->standing);
  v->faq_href = build_path(p, "/faq/", f->slug);
  v->alternatives_href = build_path(p, "/alternatives/", f->slug);
  v->pick_href = build_path(p, "/compare?a=", f->slug);
  v->atom_href = arena_printf(p->arena, "/products/%.*s.atom", SPAN_ARG(f->slug));
  v->calendar_href = chosen_calendar_path(p, &f->slug, 1);
  product_sentences_questions(p, &in, &v->questions.v, &v->questions.n);
}

static struct span description(struct page *p, const struct profile *f, const struct trajectory_view *v)
{
  if (v->product->summary.n)
    return build_cut(p, ARENA_JOIN(p->arena, v->title, SPAN(": "), sentences_stop(p->arena, v->product->summary),
                                   SPAN(" "), v->product->outline));
  if (!v->product->editorial || !f->headline.n)
    return v->ended ? ARENA_JOIN(p->arena, SAY(p->arena, _("%1$s is discontinued."), v->title), SPAN(" "), v->lede) : v->lede;
  return build_cut(p, ARENA_JOIN(p->arena, v->title, SPAN(": "), sentences_stop(p->arena, f->headline), SPAN(" "), f->excerpt));
}

static void json_ld_article(struct jsonld *j, const struct editorial_view *e)
{
  jsonld_article(j, &(struct jsonld_editorial){.headline = e->headline,
                                             .author = e->author,
                                             .published = e->published ? e->published->datetime : SPAN(""),
                                             .updated = e->updated ? e->updated->datetime : SPAN("")});
}

/* A form that programs read, where readers see another one. */
static struct span json_ld_value(const struct fact_row_view *row, const struct fact_view *v)
{
  if (v->datetime.n || v->url.n)
    return v->datetime.n ? v->datetime : v->url;
  bool words = span_eq(row->kind, attribute_kind_name(ATTRIBUTE_NUMBER)) || span_eq(row->kind, attribute_kind_name(ATTRIBUTE_BOOL));
  return words ? v->value : v->text;
}

static void json_ld_fact(struct jsonld *j, bool first, const struct fact_row_view *row)
{
  buf_puts(&j->out, first ? "{\"@type\":\"PropertyValue\"" : ",{\"@type\":\"PropertyValue\"");
  jsonld_text(j, "propertyID", row->slug);
  jsonld_text(j, "name", row->name);
  jsonld_text(j, "value", json_ld_value(row, &row->values.v[0]));
  jsonld_text(j, "unitText", row->unit);
  jsonld_text(j, "description", row->values.v[0].note);
  buf_putc(&j->out, '}');
}

static void json_ld_facts(struct jsonld *j, const struct facts_view *facts)
{
  bool first = true;
  buf_puts(&j->out, ",\"additionalProperty\":[");
  for (size_t i = 0; i < facts->blocks.n; i++)
    for (size_t k = 0; k < facts->blocks.v[i].rows.n; k++) {
      const struct fact_row_view *row = &facts->blocks.v[i].rows.v[k];
      if (row->values.n)
        json_ld_fact(j, first, row);
      first = first && !row->values.n;
    }
  buf_putc(&j->out, ']');
}

/* Search engines require a price and ratings for a SoftwareApplication.  Products have neither here, so the type is
 * CreativeWork and SoftwareApplication only an additional type. */
static void json_ld_product(struct jsonld *j, const struct product_view *v, const struct facts_view *facts)
{
  jsonld_node(j, "CreativeWork");
  jsonld_text(j, "additionalType", SPAN("https://schema.org/SoftwareApplication"));
  jsonld_text(j, "name", v->name);
  jsonld_text(j, "description", v->summary);
  jsonld_text(j, "url", v->website_url);
  if (facts)
    json_ld_facts(j, facts);
  jsonld_node_end(j);
}

static struct span json_ld(struct page *p, const struct trajectory_view *v)
{
  struct jsonld j;
  jsonld_begin(&j, p, v->page);
  jsonld_web_page(&j, "ItemPage");
  jsonld_breadcrumb(&j);
  json_ld_product(&j, v->product, v->facts);
  if (v->product->editorial)
    json_ld_article(&j, v->product->editorial);
  jsonld_questions(&j, v->questions.v, v->questions.n);
  jsonld_cards(&j, SAY(p->arena, _("Alternatives to %1$s"), v->title), v->related.v,
               v->related.n < ALTERNATIVES_TOP ? v->related.n : ALTERNATIVES_TOP);
  return jsonld_end(&j);
}

static void frame(struct page *p, const struct trajectory *t, const struct profile *f, struct trajectory_view *v)
{
  struct link_view *above = ARENA_ARRAY(p->arena, 2, struct link_view), *feed = ARENA_NEW(p->arena, struct link_view);
  if (!above || !feed)
    return;
  above[0] = (struct link_view){.text = _("Sectors"), .href = SPAN("/sectors")};
  if (t->product.n_sectors)
    above[1] = (struct link_view){.text = t->product.sectors[0].name,
                                  .href = build_path(p, "/sectors/", t->product.sectors[0].slug),
                                  .kind = link_words(p, t->product.sectors[0].name, N_("sector"))};
  *feed = (struct link_view){.text = SAY(p->arena, _("Ship moves of %1$s"), v->title), .href = v->atom_href};
  v->page = build_frame(p, &(struct page_frame){.title = v->title,
                                                .description = description(p, f, v),
                                                .og_type = SPAN("article"),
                                                .crumbs = above,
                                                .n_crumbs = t->product.n_sectors ? 2 : 0,
                                                .feeds = feed,
                                                .n_feeds = 1,
                                                .calendar_href = v->calendar_href,
                                                .representations = true,
                                                .picture = image_link_products(p, &t->product, &f, 1)});
  if (!v->page)
    return;
  listing_frame(v->page, v->pager);
  if (page_is_html(p))
    v->page->json_ld = json_ld(p, v);
}

enum err build_trajectory(struct page *p)
{
  struct trajectory *t = p->plan;
  struct trajectory_view *v = ARENA_NEW(p->arena, struct trajectory_view);
  const struct profile *f = page_value(p, t->product.member.want);
  const struct timeline *moves = page_value(p, t->timeline);
  enum err e = build_check_published(f);
  if (e != ERR_OK)
    return e;
  if (!moves || (t->list.page > 1 && !moves->n_activities))
    return ERR_NOT_FOUND;
  if (!v || !(v->product = ARENA_NEW(p->arena, struct product_view)))
    return ERR_NO_MEMORY;
  build_product(p, &t->product, f, page_value(p, t->source), 0, v->product);
  struct alternatives_named named = alternatives_name(&t->product, t->related, t->n_related, t->n_picks);
  v->ended = alternatives_ended(p, &named);
  v->sector = alternatives_sector(p, &named);
  v->facts = fact_table_build(p, &t->attributes, &t->product, &f, 1);
  v->since = build_since(p, &t->product, &f, 1, v->facts);
  v->since_form = build_since_form(p, &f, 1, v->facts);
  v->chart = build_chart(p, &t->product, &f, 1);
  v->velocity_history = build_velocity_history(p, &t->product, &f, 1);
  v->history = history_link(p, &t->product.member.facts);
  v->pager = listing_pager(p, &t->list);
  fill_timeline(p, t, moves, v);
  related(p, t, v);
  fill_sentences(p, t, v);
  frame(p, t, f, v);
  p->view = v;
  return ERR_OK;
}

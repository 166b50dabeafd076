/* /faq, /faq/{slug} and /faq/{a}-vs-{b}: the questions about the site, a product or a pair.  The pages of products and
 * pairs begin with generated questions, so they are never empty.  The site's page has only the editors' questions. */
#include "site/alternatives.h"
#include "site/jsonld.h"
#include "site/missing_set.h"
#include "site/page_compare.h"
#include "site/pages.h"
#include "site/product_sentences.h"
#include "site/site.h"

#define MORE_MOST 50
#define MORE_PAIRS 20
#define MORE_SCAN 500    /* ranked products that are searched for questions */
#define PAIRS_SCAN 10000 /* pairs that are searched for those of a product */

struct more { /* another page with questions */
  struct facts a, b;
  bool pair;
};

struct faq {
  struct compare set; /* 0, 1 or 2 products */
  size_t want;        /* SITE or QUESTIONS; a pair uses set.pair_want */
  struct planned_product top[ALTERNATIVES_TOP];
  size_t n_top, n_picks;
  struct more more[MORE_MOST];
  size_t n_more;
};

/* ---- plan */

static void more_product(struct page *p, struct faq *f, uint32_t ordinal)
{
  struct member m;
  if (f->n_more < MORE_MOST && page_member(p, ordinal, &m))
    f->more[f->n_more++] = (struct more){.a = m.facts};
}

static void more_pair(struct page *p, struct faq *f, uint64_t id, uint64_t other_id)
{
  uint32_t o[2] = {catalog_find_id(&p->pin, id), catalog_find_id(&p->pin, other_id)};
  struct member a, b;
  if (f->n_more == MORE_MOST || o[0] == CATALOG_NONE || o[1] == CATALOG_NONE || !page_member(p, o[0], &a) ||
      !page_member(p, o[1], &b))
    return;
  bool swap = span_cmp(a.facts.slug, b.facts.slug) > 0;
  f->more[f->n_more++] = (struct more){swap ? b.facts : a.facts, swap ? a.facts : b.facts, true};
}

/* Adds links to pairs that the editors wrote about: those of one product, or all (id 0). */
static void plan_pairs(struct page *p, struct faq *f, uint64_t id)
{
  uint32_t n = catalog_pairs(&p->pin);
  for (uint32_t i = 0; i < n && i < PAIRS_SCAN && f->n_more < MORE_PAIRS; i++) {
    uint64_t a, b;
    if (catalog_pair_at(&p->pin, i, &a, &b) && (!id || a == id || b == id))
      more_pair(p, f, a, b);
  }
}

static void plan_products(struct page *p, struct faq *f)
{
  struct catalog_list all = catalog_ranking(&p->pin);
  for (uint32_t i = 0; i < all.n && i < MORE_SCAN && f->n_more < MORE_MOST; i++) {
    struct facts facts;
    if (catalog_facts(&p->pin, all.ordinals[i], &facts) && facts.has_questions)
      more_product(p, f, all.ordinals[i]);
  }
}

enum plan plan_site_faq(struct page *p, struct span param)
{
  struct faq *f = ARENA_NEW(p->arena, struct faq);
  (void)param;
  p->plan = f;
  p->canonical = SPAN("/faq");
  if (!f)
    return PLAN_OK;
  f->want = page_want(p, (struct want){.kind = FRAGMENT_SITE,
                                       .version = catalog_newest_page_version(p->pin.catalog, 0, catalog_site_version(&p->pin)),
                                       .ordinal = CATALOG_NONE});
  page_changed_at(p, catalog_site_edited(&p->pin));
  plan_products(p, f);
  plan_pairs(p, f, 0);
  return PLAN_OK;
}

static void plan_one_product(struct page *p, struct faq *f)
{
  struct alternatives_list list;
  const struct planned_product *g = &f->set.set[0];
  f->want = page_want_product(p, &g->member, FRAGMENT_QUESTIONS, 0);
  alternatives_find(p, g, &list);
  f->n_top = alternatives_plan_cards(p, &list, ALTERNATIVES_TOP, false, f->top);
  f->n_picks = list.n_picks;
  plan_pairs(p, f, g->member.facts.id);
  for (size_t i = 0; i < f->n_top; i++)
    more_product(p, f, f->top[i].member.ordinal);
}

enum plan plan_faq(struct page *p, struct span param)
{
  struct faq *f = ARENA_NEW(p->arena, struct faq);
  p->plan = f;
  if (!f)
    return PLAN_OK; /* the arena remembers */
  struct compare *c = &f->set;
  enum plan result = compare_parse(p, param, c);
  if (result == PLAN_NOT_FOUND)
    missing_set_plan(p, param);
  if (result != PLAN_OK)
    return result;
  if (c->n > 2)
    return PLAN_NOT_FOUND;
  c->base_path = compare_path(p, c);
  p->canonical = build_path(p, "/faq/", span_from(c->base_path, strlen("/compare/")));
  if (c->n == 1) {
    struct member m = c->set[0].member;
    if (!planned_product_fill(p, &m, &c->set[0]))
      return PLAN_OK; /* memory ran out; the arena remembers it */
    c->set[0].member.want = page_want_product(p, &m, FRAGMENT_PROFILE, 0);
    plan_one_product(p, f);
    return PLAN_OK;
  }
  if (!compare_plan_members(p, c))
    return PLAN_OK;
  compare_plan_others(p, c, false);
  for (size_t i = 0; i < c->n; i++)
    more_product(p, f, c->set[i].member.ordinal);
  return PLAN_OK;
}

/* ---- build */

static void more_take(struct page *p, const struct faq *f, struct faq_view *v)
{
  v->more.v = ARENA_ARRAY(p->arena, f->n_more, struct link_view);
  for (size_t i = 0; i < f->n_more && v->more.v; i++) {
    const struct more *m = &f->more[i];
    struct link_view *l = &v->more.v[v->more.n++];
    if (m->pair) {
      l->text = SAY(p->arena, _("Questions about %1$s"), SAY(p->arena, _("%1$s and %2$s"), m->a.name, m->b.name));
      l->href = arena_printf(p->arena, "/faq/%.*s-vs-%.*s", SPAN_ARG(m->a.slug), SPAN_ARG(m->b.slug));
    } else {
      l->text = SAY(p->arena, _("Questions about %1$s"), m->a.name);
      l->href = build_path(p, "/faq/", m->a.slug);
    }
  }
}

static struct span json_ld(struct page *p, const struct faq_view *v)
{
  struct jsonld j;
  jsonld_begin(&j, p, v->page);
  jsonld_web_page(&j, "WebPage");
  jsonld_breadcrumb(&j);
  jsonld_questions(&j, v->questions.v, v->questions.n);
  return jsonld_end(&j);
}

/* The description lists the first questions. */
static struct span description(struct page *p, const struct faq_view *v)
{
  struct span out = arena_printf(p->arena, "%.*s:", SPAN_ARG(v->title));
  for (size_t i = 0; i < v->questions.n && out.n < BUILD_CUT_CHARS; i++)
    out = arena_printf(p->arena, "%.*s %.*s", SPAN_ARG(out), SPAN_ARG(v->questions.v[i].question));
  return build_cut(p, v->questions.n ? out : v->lede);
}

static void frame(struct page *p, struct faq_view *v)
{
  struct link_view *above = ARENA_NEW(p->arena, struct link_view);
  if (!above)
    return;
  *above = (struct link_view){.text = _("Questions"), .href = SPAN("/faq")};
  v->page = build_frame(p, &(struct page_frame){.title = v->title,
                                                .description = description(p, v),
                                                .crumbs = above,
                                                .n_crumbs = v->members.n > 0,
                                                .representations = true});
  if (v->page && page_is_html(p))
    v->page->json_ld = json_ld(p, v);
}

enum err build_site_faq(struct page *p)
{
  struct faq *f = p->plan;
  const struct answers *answers = page_value(p, f->want);
  struct faq_view *v = ARENA_NEW(p->arena, struct faq_view);
  if (!answers)
    return ERR_UNAVAILABLE;
  /* The catalog does not have the time of a newer change yet. */
  if (p->wants[f->want].got.rev > catalog_site_version(&p->pin).rev)
    page_changed_at(p, clock_now_us());
  if (!v || !(v->questions.v = ARENA_ARRAY(p->arena, answers->n, struct qa_view)))
    return ERR_NO_MEMORY;
  v->title = _("Frequently asked questions");
  v->lede = SAY(p->arena, _("What readers ask about %1$s: what it follows, how it measures, and what it leaves out."),
                span_z(site_config(p->site)->site_name));
  for (size_t i = 0; i < answers->n; i++)
    v->questions.v[v->questions.n++] = (struct qa_view){.id = arena_printf(p->arena, "faq-%zu", i + 1),
                                                        .question = answers->v[i].question,
                                                        .body = build_body(p, answers->v[i].body, answers->v[i].md)};
  more_take(p, f, v);
  frame(p, v);
  p->view = v;
  return ERR_OK;
}

static void one_product(struct page *p, struct faq *f, const struct profile *profile, struct faq_view *v)
{
  struct planned_product *g = &f->set.set[0];
  struct product_view *product = ARENA_NEW(p->arena, struct product_view);
  if (!product)
    return;
  build_product(p, g, profile, NULL, 0, product);
  struct product_sentences_input in = {.product = product,
                                       .g = g,
                                       .others = f->top,
                                       .n_others = f->n_top,
                                       .n_picks = f->n_picks,
                                       .answers = page_value(p, f->want),
                                       .include_definition = true};
  product_sentences_questions(p, &in, &v->questions.v, &v->questions.n);
  v->title = SAY(p->arena, _("Questions about %1$s"), product->name);
  v->lede = in.answers && in.answers->n
                ? _("What it is, how fast it ships, and what else there is, with questions that readers ask.")
                : _("What it is, how fast it ships, and what else there is.");
  v->about_text = SAY(p->arena, _("Everything about %1$s"), product->name);
  v->about_href = product->href;
}

static void a_pair(struct page *p, struct faq *f, const struct profile *const *profiles, struct faq_view *v)
{
  struct compare *c = &f->set;
  struct compare_view *all = ARENA_NEW(p->arena, struct compare_view);
  struct sentences_member m[COMPARE_MAX];
  struct span names[COMPARE_MAX];
  if (!all)
    return;
  for (size_t i = 0; i < c->n; i++)
    names[i] = c->set[i].member.facts.name;
  compare_sentence_members(p, c, m);
  all->title = sentences_versus(p->arena, names, c->n);
  all->names = compare_names(p, c, "and ");
  all->overlap = sentences_overlap(p->arena, m, c->n);
  all->cadence = sentences_cadence(p->arena, m, c->n);
  all->as_of = page_hour(p, p->pin.window_us);
  compare_questions(p, c, page_value(p, c->pair_want), all);
  v->questions.v = all->questions.v;
  v->questions.n = all->questions.n;
  v->title = SAY(p->arena, _("Questions about %1$s"), all->names);
  v->lede = compare_lede(p, c, profiles);
  v->about_text = SAY(p->arena, _("See %1$s side by side"), all->title);
  v->about_href = c->base_path;
}

enum err build_faq(struct page *p)
{
  struct faq *f = p->plan;
  struct compare *c = &f->set;
  struct faq_view *v = ARENA_NEW(p->arena, struct faq_view);
  const struct profile *profiles[COMPARE_MAX];
  if (!v)
    return ERR_NO_MEMORY;
  v->members.v = ARENA_ARRAY(p->arena, c->n, struct member_view);
  if (!v->members.v)
    return ERR_NO_MEMORY;
  for (size_t i = 0; i < c->n; i++) {
    profiles[i] = page_value(p, c->set[i].member.want);
    enum err e = build_check_published(profiles[i]);
    if (e != ERR_OK)
      return e;
    page_member_refresh(&c->set[i].member, &profiles[i]->facts);
    page_changed_at(p, c->set[i].member.facts.changed_us);
    alternatives_member(p, &c->set[i].member.facts, i, &v->members.v[v->members.n++]);
  }
  if (c->n == 1)
    one_product(p, f, profiles[0], v);
  else
    a_pair(p, f, profiles, v);
  more_take(p, f, v);
  frame(p, v);
  p->view = v;
  return ERR_OK;
}

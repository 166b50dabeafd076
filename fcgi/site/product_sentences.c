#include "site/product_sentences.h"

#include "site/alternatives.h"

/* ---- planning */

/* The rank of a product in a list (velocity descending, then slug), from 1; 0: the catalog changed. */
static uint32_t rank_in(struct page *p, struct catalog_list list, const struct member *m)
{
  uint32_t low = 0, high = list.n;
  while (low < high) {
    uint32_t mid = low + (high - low) / 2;
    int tenths = catalog_score(&p->pin, list.ordinals[mid]);
    struct facts f;
    bool before = tenths != m->tenths ? tenths > m->tenths
                                      : catalog_facts(&p->pin, list.ordinals[mid], &f) &&
                                            span_cmp(f.slug, m->facts.slug) < 0;
    if (before)
      low = mid + 1;
    else
      high = mid;
  }
  return low < list.n && list.ordinals[low] == m->ordinal ? low + 1 : 0;
}

void product_sentences_rank(struct page *p, const struct planned_product *g, struct product_standing *out)
{
  struct catalog_list all = catalog_ranking(&p->pin);
  *out = (struct product_standing){0};
  if (g->member.tenths == SCORE_NONE)
    return;
  out->rank = rank_in(p, all, &g->member);
  out->of = all.n;
  if (g->n_sectors) {
    out->sector_rank = rank_in(p, g->sectors[0].ranking, &g->member);
    out->sector_of = g->sectors[0].ranking.n;
  }
  page_digest(p, out, sizeof *out);
}

/* ---- building */

struct span product_sentences_standing(struct page *p, const struct planned_product *g, const struct product_standing *s)
{
  if (!s->rank)
    return SPAN("");
  if (!s->sector_rank)
    return arena_printf(p->arena, "Ranked %u of %u.", s->rank, s->of);
  return sentences_stop(p->arena, arena_printf(p->arena, "Ranked %u of %u, and %u of %u in %.*s", s->rank, s->of, s->sector_rank,
                                               s->sector_of, SPAN_ARG(g->sectors[0].name)));
}

struct span product_sentences_sectors(struct page *p, const struct planned_product *g, const char *last)
{
  struct span names[PRODUCT_SECTORS_MAX];
  for (uint32_t i = 0; i < g->n_sectors; i++)
    names[i] = g->sectors[i].name;
  return sentences_join(p->arena, names, g->n_sectors, last);
}

/* "velocity 2.2, slow" */
static struct span velocity(struct page *p, const struct velocity_view *v)
{
  return ARENA_JOIN(p->arena, SPAN("velocity "), v->score, SPAN(", "), v->band,
                    v->override ? SPAN(", set by the editors") : SPAN(""));
}

/* "Kafka shipped 3 times in 90 days (sector median 10.5): velocity 2.2, slow." */
static struct span speed(struct page *p, const struct product_view *v, const struct planned_product *g)
{
  struct arena *a = p->arena;
  if (!v->velocity) /* no memory: the arena remembers */
    return SPAN("");
  struct span shipped = ARENA_JOIN(a, v->name, SPAN(" "), sentences_shipped(a, (uint32_t)v->moves), SPAN(" in 90 days"));
  if (!v->velocity->scored)
    return ARENA_JOIN(a, SPAN("Nothing that "), v->name, SPAN(" shipped is on record yet, so it is not scored."));
  if (v->velocity->sector.n && g->median2 >= 2) /* v->velocity->median is m, which is at least 1 */
    shipped = ARENA_JOIN(a, shipped, SPAN(" (sector median "), v->velocity->median, SPAN(")"));
  return ARENA_JOIN(a, shipped, SPAN(": "), velocity(p, v->velocity), SPAN("."));
}

struct span product_sentences_lede(struct page *p, const struct product_view *v, const struct planned_product *g)
{
  struct span state = v->discontinued  ? ARENA_JOIN(p->arena, SPAN(" "), v->name, SPAN(" is discontinued."))
                      : v->maintenance ? ARENA_JOIN(p->arena, SPAN(" "), v->name, SPAN(" is in maintenance."))
                                       : SPAN("");
  struct span as_of = v->velocity && v->velocity->scored ? ARENA_JOIN(p->arena, SPAN(" As of "), v->velocity->as_of, SPAN("."))
                                                         : SPAN("");
  return ARENA_JOIN(p->arena, speed(p, v, g), state, as_of);
}

/* ---- questions */

struct asking {
  struct page *page;
  const struct product_sentences_input *in;
  struct qa_view *v;
  size_t n;
};

static struct qa_view *ask(struct asking *a, struct span question)
{
  struct qa_view *q = &a->v[a->n++];
  q->id = arena_printf(a->page->arena, "faq-%zu", a->n);
  q->question = question;
  q->position = a->in->product->position;
  return q;
}

static void link_to(struct asking *a, struct qa_view *q, struct span text, struct span href)
{
  q->links.v = ARENA_NEW(a->page->arena, struct link_view);
  if (!q->links.v)
    return;
  q->links.v[0] = (struct link_view){.text = text, .href = href};
  q->links.n = 1;
}

/* "Kafka is tracked in DevOps, with the themes streaming and kraft." */
static struct span tracked_in(struct asking *a, const struct product_view *v)
{
  struct arena *arena = a->page->arena;
  struct span themes[SENTENCES_TOP_THEMES], with = SPAN("");
  for (size_t i = 0; i < v->top_themes.n; i++)
    themes[i] = v->top_themes.v[i].slug;
  if (v->top_themes.n)
    with = ARENA_JOIN(arena, v->top_themes.n == 1 ? SPAN(", with the theme ") : SPAN(", with the themes "),
                      sentences_join(arena, themes, v->top_themes.n, "and "));
  struct span sectors = v->sectors.n ? product_sentences_sectors(a->page, a->in->g, "and ") : SPAN("no sector yet");
  return sentences_stop(arena, ARENA_JOIN(arena, v->name, SPAN(" is tracked in "), sectors, with));
}

static void ask_what(struct asking *a)
{
  struct arena *arena = a->page->arena;
  const struct product_view *v = a->in->product;
  struct qa_view *q = ask(a, ARENA_JOIN(arena, SPAN("What is "), v->name, SPAN("?")));
  struct span headline = v->editorial ? v->editorial->headline : SPAN("");
  q->text = ARENA_JOIN(arena, v->summary.n ? v->summary : tracked_in(a, v), SPAN(" "), v->outline);
  if (headline.n)
    q->text = ARENA_JOIN(arena, q->text, SPAN(" The editors’ headline: "), sentences_stop(arena, headline));
  link_to(a, q, ARENA_JOIN(arena, SPAN("Read the full "), v->name, SPAN(" trajectory")), v->href);
}

/* "3 releases and posts" */
static struct span moves_text(struct arena *a, int64_t n)
{
  if (n < 2)
    return n ? SPAN("one release or post") : SPAN("no release or post");
  return ARENA_JOIN(a, arena_uint(a, (uint64_t)n, 1), SPAN(" releases and posts"));
}

/* What the lede says, in other words: both stand on one page. */
static struct span pace(struct asking *a, const struct product_view *p, const struct velocity_view *v)
{
  struct arena *arena = a->page->arena;
  struct span text = ARENA_JOIN(arena, p->name, SPAN(" made "), moves_text(arena, v->n90), SPAN(" in the 90 days to "), v->as_of,
                                SPAN("."));
  if (v->override)
    return ARENA_JOIN(arena, text, SPAN(" The editors have set its velocity to "), v->score, SPAN(" of 10, which is "), v->band,
                      SPAN("."));
  if (v->sector.n && a->in->g->median2 >= 2) /* v->median is m, which is at least 1 */
    text = ARENA_JOIN(arena, text, SPAN(" The median product of "), v->sector, SPAN(" made "), v->median, SPAN("."));
  if (v->s30)
    text = ARENA_JOIN(arena, text, SPAN(" Its velocity also counts "), arena_uint(arena, (uint64_t)v->s30, 1),
                      v->s30 == 1 ? SPAN(" spark") : SPAN(" sparks"), SPAN(" of the last 30 days."));
  return ARENA_JOIN(arena, text, SPAN(" It stands at "), v->score, SPAN(" of 10, which is "), v->band, SPAN("."));
}

static void ask_speed(struct asking *a)
{
  struct arena *arena = a->page->arena;
  const struct product_view *p = a->in->product;
  const struct velocity_view *v = p->velocity;
  if (!v)
    return;
  struct qa_view *q = ask(a, ARENA_JOIN(arena, SPAN("How fast does "), p->name, SPAN(" ship?")));
  q->text = v->scored ? pace(a, p, v) : speed(a->page, p, a->in->g);
  link_to(a, q, SPAN("How velocity is computed"), SPAN("/methodology"));
}

static void ask_alternatives(struct asking *a)
{
  struct arena *arena = a->page->arena;
  const struct product_view *p = a->in->product;
  struct qa_view *q = ask(a, arena_printf(arena, "What are the best alternatives to %.*s?", SPAN_ARG(p->name)));
  struct alternatives_named named = alternatives_name(a->in->g, a->in->others, a->in->n_others, a->in->n_picks);
  q->text = alternatives_sentence(a->page, &named);
  alternatives_links(a->page, &named, q);
}

void product_sentences_questions(struct page *p, const struct product_sentences_input *in, struct qa_view **v, size_t *n)
{
  size_t n_answers = in->answers ? in->answers->n : 0;
  struct asking a = {.page = p, .in = in, .v = ARENA_ARRAY(p->arena, n_answers + 3, struct qa_view)};
  if (!a.v)
    return;
  if (in->include_definition)
    ask_what(&a);
  ask_speed(&a);
  ask_alternatives(&a);
  for (size_t i = 0; i < n_answers; i++)
    ask(&a, in->answers->v[i].question)->body = build_body(p, in->answers->v[i].body, in->answers->v[i].md);
  *v = a.v;
  *n = a.n;
}

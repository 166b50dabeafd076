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
    return SAY(p->arena, _("Ranked %1$s of %2$s."), arena_uint(p->arena, s->rank, 1),
               arena_uint(p->arena, s->of, 1));
  return sentences_stop(p->arena, SAY(p->arena, _("Ranked %1$s of %2$s, and %3$s of %4$s in %5$s"),
                                      arena_uint(p->arena, s->rank, 1),
                                      arena_uint(p->arena, s->of, 1), arena_uint(p->arena, s->sector_rank, 1),
                                      arena_uint(p->arena, s->sector_of, 1), g->sectors[0].name));
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
  return SAY(p->arena, v->override ? _("velocity %1$s, %2$s, set by the editors") : _("velocity %1$s, %2$s"),
             decimal_text(p->arena, v->score),
             v->band);
}

/* "Kafka shipped 3 times in 90 days (sector median 10.5): velocity 2.2, slow." */
static struct span speed(struct page *p, const struct product_view *v, const struct planned_product *g)
{
  struct arena *a = p->arena;
  if (!v->velocity) /* no memory: the arena remembers */
    return SPAN("");
  struct span shipped = sentences_shipped(a, (uint32_t)v->moves);
  if (!v->velocity->scored)
    return SAY(a, _("Nothing that %1$s shipped is on record yet."), v->name);
  /* TRANSLATORS: the product, "shipped 3 times", "velocity 2.2, slow", the median of the sector */
  return SAY(a, v->velocity->sector.n && g->median2 >= 2 /* v->velocity->median is m, which is at least 1 */
                    ? _("%1$s %2$s in 90 days (sector median %4$s): %3$s.") : _("%1$s %2$s in 90 days: %3$s."),
             v->name, shipped, velocity(p, v->velocity), decimal_text(a, v->velocity->median));
}

struct span product_sentences_lede(struct page *p, const struct product_view *v, const struct planned_product *g)
{
  struct span state = v->maintenance ? ARENA_JOIN(p->arena, SPAN(" "), SAY(p->arena, _("%1$s is in maintenance."), v->name))
                                     : SPAN(""); /* that it is discontinued, a notice says */
  struct span as_of = v->velocity && v->velocity->scored ? SAY(p->arena, _("As of %1$s."), v->velocity->as_of) : SPAN("");
  return ARENA_JOIN(p->arena, speed(p, v, g), state, as_of.n ? SPAN(" ") : SPAN(""), as_of);
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
  struct span themes[SENTENCES_TOP_THEMES];
  for (size_t i = 0; i < v->top_themes.n; i++)
    themes[i] = v->top_themes.v[i].slug;
  struct span sectors = v->sectors.n ? product_sentences_sectors(a->page, a->in->g, "and ") : _("no sector yet");
  if (!v->top_themes.n)
    return sentences_stop(arena, SAY(arena, _("%1$s is tracked in %2$s"), v->name, sectors));
  return sentences_stop(arena, SAY(arena, PLURAL("%1$s is tracked in %2$s, with the theme %3$s",
                                                 "%1$s is tracked in %2$s, with the themes %3$s", v->top_themes.n),
                                   v->name, sectors, sentences_join(arena, themes, v->top_themes.n, "and ")));
}

static void ask_what(struct asking *a)
{
  struct arena *arena = a->page->arena;
  const struct product_view *v = a->in->product;
  struct qa_view *q = ask(a, sentences_once(SAY(arena, _("What is %1$s?"), v->name)));
  struct span headline = v->editorial ? v->editorial->headline : SPAN("");
  q->text = ARENA_JOIN(arena, v->summary.n ? sentences_stop(arena, v->summary) : tracked_in(a, v), SPAN(" "), v->outline);
  if (headline.n)
    q->text = ARENA_JOIN(arena, q->text, SPAN(" "), SAY(arena, _("The editors’ headline: %1$s"), sentences_stop(arena, headline)));
  link_to(a, q, SAY(arena, _("Read the full %1$s trajectory"), v->name), v->href);
}

/* "3 releases and posts" */
static struct span moves_text(struct arena *a, int64_t n)
{
  if (n < 2)
    return n ? _("one release or post") : _("no release or post");
  return SAY(a, PLURAL("%1$s releases and posts", "%1$s releases and posts", (uint64_t)n), arena_uint(a, (uint64_t)n, 1));
}

/* What the lede says, in other words: both stand on one page. */
static struct span pace(struct asking *a, const struct product_view *p, const struct velocity_view *v)
{
  struct arena *arena = a->page->arena;
  struct span score = decimal_text(arena, v->score);
  struct span text = SAY(arena, _("%1$s made %2$s in the 90 days to %3$s."), p->name, moves_text(arena, v->n90), v->as_of);
  if (v->override)
    return ARENA_JOIN(arena, text, SPAN(" "),
                      SAY(arena, _("The editors have set its velocity to %1$s of 10, which is %2$s."), score, v->band));
  if (v->s30)
    text = ARENA_JOIN(arena, text, SPAN(" "),
                      SAY(arena, PLURAL("Its velocity also counts %1$s spark of the last 30 days.",
                                        "Its velocity also counts %1$s sparks of the last 30 days.", (uint64_t)v->s30),
                          arena_uint(arena, (uint64_t)v->s30, 1)));
  if (v->sector.n && a->in->g->median2 >= 2) /* v->median is m, which is at least 1 */
    text = ARENA_JOIN(arena, text, SPAN(" "),
                      SAY(arena, _("The median of %1$s is %2$s."), v->sector, decimal_text(arena, v->median)));
  return ARENA_JOIN(arena, text, SPAN(" "), SAY(arena, _("%1$s stands at %2$s of 10, which is %3$s."), p->name, score, v->band));
}

static void ask_speed(struct asking *a)
{
  struct arena *arena = a->page->arena;
  const struct product_view *p = a->in->product;
  const struct velocity_view *v = p->velocity;
  if (!v)
    return;
  struct qa_view *q = ask(a, SAY(arena, _("How fast does %1$s ship?"), p->name));
  q->text = v->scored ? pace(a, p, v) : _("That cannot be said before its first ship move is on record.");
  link_to(a, q, _("How velocity is computed"), SPAN("/methodology"));
}

static void ask_alternatives(struct asking *a)
{
  struct arena *arena = a->page->arena;
  const struct product_view *p = a->in->product;
  struct qa_view *q = ask(a, sentences_once(SAY(arena, _("What are the best alternatives to %1$s?"), p->name)));
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

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
  return arena_printf(p->arena, "Ranked %u of %u, %u of %u in %.*s.", s->rank, s->of, s->sector_rank, s->sector_of,
                      SPAN_ARG(g->sectors[0].name));
}

struct span product_sentences_sectors(struct page *p, const struct planned_product *g, const char *last)
{
  struct span names[PRODUCT_SECTORS_MAX];
  for (uint32_t i = 0; i < g->n_sectors; i++)
    names[i] = g->sectors[i].name;
  return sentences_join(p->arena, names, g->n_sectors, last);
}

static const char *plural(long long n, const char *one, const char *more)
{
  return n == 1 ? one : more;
}

/* "12 releases and posts in 90 days and 1 spark in 30" */
static struct span inputs(struct page *p, const struct velocity_view *v)
{
  return arena_printf(p->arena, "%lld %s in 90 days and %lld %s in 30", (long long)v->n90,
                      plural(v->n90, "release or post", "releases and posts"), (long long)v->s30,
                      plural(v->s30, "spark", "sparks"));
}

static struct span speed(struct page *p, const struct velocity_view *v)
{
  if (!v) /* no memory: the arena remembers */
    return SPAN("");
  if (!v->scored)
    return SPAN("nothing it shipped is on record yet, so it is not scored");
  return arena_printf(p->arena, "its velocity is %.*s, %.*s%s, with %.*s as of %.*s", SPAN_ARG(v->score),
                      SPAN_ARG(v->band), v->override ? " (set by the editors)" : "", SPAN_ARG(inputs(p, v)),
                      SPAN_ARG(v->as_of));
}

struct span product_sentences_lede(struct page *p, const struct product_view *v, const struct planned_product *g)
{
  struct span where = g->n_sectors ? product_sentences_sectors(p, g, "and ") : SPAN("no sector yet");
  const char *state = v->discontinued ? " and discontinued" : v->maintenance ? " and in maintenance" : "";
  return arena_printf(p->arena, "%.*s is tracked in %.*s%s; %.*s.", SPAN_ARG(v->name), SPAN_ARG(where), state,
                      SPAN_ARG(speed(p, v->velocity)));
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
  q->links.v[0] = (struct link_view){text, href};
  q->links.n = 1;
}

static void ask_what(struct asking *a)
{
  struct arena *arena = a->page->arena;
  const struct product_view *v = a->in->product;
  struct qa_view *q = ask(a, arena_printf(arena, "What is %.*s?", SPAN_ARG(v->name)));
  struct span themes[SENTENCES_TOP_THEMES];
  for (size_t i = 0; i < v->top_themes.n; i++)
    themes[i] = v->top_themes.v[i].slug;
  q->text = arena_printf(arena, "%.*s is tracked here in %.*s", SPAN_ARG(v->name),
                         SPAN_ARG(v->sectors.n ? product_sentences_sectors(a->page, a->in->g, "and ") : SPAN("no sector yet")));
  if (v->top_themes.n)
    q->text = arena_printf(arena, "%.*s, under the %s %.*s", SPAN_ARG(q->text),
                           plural((long long)v->top_themes.n, "theme", "themes"),
                           SPAN_ARG(sentences_join(arena, themes, v->top_themes.n, "and ")));
  if (v->editorial && v->editorial->headline.n)
    q->text = arena_printf(arena, "%.*s. Its editors put it in one line: %.*s", SPAN_ARG(q->text),
                           SPAN_ARG(v->editorial->headline));
  if (!span_ends(q->text, SPAN(".")) && !span_ends(q->text, SPAN("!")) && !span_ends(q->text, SPAN("?")))
    q->text = arena_printf(arena, "%.*s.", SPAN_ARG(q->text));
  link_to(a, q, arena_printf(arena, "Read the full %.*s trajectory", SPAN_ARG(v->name)), v->href);
}

static void ask_speed(struct asking *a)
{
  struct arena *arena = a->page->arena;
  const struct product_view *p = a->in->product;
  const struct velocity_view *v = p->velocity;
  if (!v)
    return;
  struct qa_view *q = ask(a, arena_printf(arena, "How fast does %.*s ship?", SPAN_ARG(p->name)));
  if (!v->scored)
    q->text = arena_printf(arena, "Nothing that %.*s shipped is on record yet, so it is not scored.", SPAN_ARG(p->name));
  else {
    q->text = arena_printf(arena, "Its velocity is %.*s, %.*s%s, as of %.*s: %.*s.", SPAN_ARG(v->score),
                           SPAN_ARG(v->band), v->override ? ", set by the editors" : "", SPAN_ARG(v->as_of),
                           SPAN_ARG(inputs(a->page, v)));
    if (v->sector.n && a->in->g->median2 >= 2) /* v->median is m, which is at least 1 */
      q->text = arena_printf(arena, "%.*s The median product of %.*s shipped %.*s.", SPAN_ARG(q->text),
                             SPAN_ARG(v->sector), SPAN_ARG(v->median));
  }
  link_to(a, q, SPAN("How velocity is computed"), SPAN("/methodology"));
}

static void ask_alternatives(struct asking *a)
{
  struct arena *arena = a->page->arena;
  const struct product_view *p = a->in->product;
  struct qa_view *q = ask(a, arena_printf(arena, "What are the best alternatives to %.*s?", SPAN_ARG(p->name)));
  q->text = alternatives_sentence(a->page, p->name, a->in->others, a->in->n_others);
  link_to(a, q, arena_printf(arena, "See all %.*s alternatives", SPAN_ARG(p->name)),
          build_path(a->page, "/alternatives/", p->slug));
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

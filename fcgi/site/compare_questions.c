/* The generated sentences of a comparison: eyebrow, description, questions and answers, JSON-LD. */
#include "model/release_line.h"
#include "site/jsonld.h"
#include "site/page_compare.h"
#include "site/site.h"

struct span compare_names(struct page *p, const struct compare *c, const char *last)
{
  struct span names[COMPARE_MAX];
  for (size_t i = 0; i < c->n; i++)
    names[i] = c->set[i].member.facts.name;
  return sentences_join(p->arena, names, c->n, last);
}

struct span compare_eyebrow(struct page *p, const struct compare *c)
{
  struct span out = SPAN("");
  if (c->has_shared)
    out = c->shared.name;
  for (size_t i = 0; i < c->n && !c->has_shared; i++) {
    bool again = false;
    for (size_t k = 0; k < i; k++)
      again = again || (c->set[k].n_sectors && c->set[i].n_sectors &&
                        c->set[k].sectors[0].id == c->set[i].sectors[0].id);
    if (c->set[i].n_sectors && !again)
      out = arena_printf(p->arena, "%.*s%s%.*s", SPAN_ARG(out), out.n ? " / " : "",
                         SPAN_ARG(c->set[i].sectors[0].name));
  }
  return ARENA_JOIN(p->arena, _("Comparison"), out.n ? SPAN(" · ") : SPAN(""), out);
}

/* "NATS 2.14.5 (12 August 2026)", "Python 3.11.16 (13 August 2026, on an older line than 3.14.7)" */
static struct span newest_text(struct page *p, const struct profile *f)
{
  const struct activity *latest = f->latest_release, *higher = release_line_higher(f->activities, f->n_activities, latest);
  if (higher)
    return SAY(p->arena, _("%1$s %2$s (%3$s, on an older line than %4$s)"), f->facts.name, latest->version,
               page_day(p, latest->occurred_us), higher->version);
  return ARENA_JOIN(p->arena, f->facts.name, SPAN(" "), latest->version, SPAN(" ("), page_day(p, latest->occurred_us), SPAN(")"));
}

/* "Newest releases: NATS 2.14.5 (12 August 2026) and Kafka 4.3.1 (25 June 2026)."  Empty: no product has one. */
static struct span latest_releases(struct page *p, const struct compare *c, const struct profile *const *f)
{
  const struct profile *newest[COMPARE_MAX];
  struct span parts[COMPARE_MAX];
  size_t n = 0;
  for (size_t i = 0; i < c->n; i++) {
    size_t k = n;
    if (!f[i]->latest_release)
      continue;
    for (; k > 0 && newest[k - 1]->latest_release->occurred_us < f[i]->latest_release->occurred_us; k--)
      newest[k] = newest[k - 1];
    newest[k] = f[i];
    n++;
  }
  if (!n)
    return SPAN("");
  for (size_t i = 0; i < n; i++)
    parts[i] = newest_text(p, newest[i]);
  return SAY(p->arena, PLURAL("Newest release: %1$s.", "Newest releases: %1$s.", n), sentences_join(p->arena, parts, n, "and "));
}

struct span compare_lede(struct page *p, const struct compare *c, const struct profile *const *f)
{
  struct sentences_member m[COMPARE_MAX];
  compare_sentence_members(p, c, m);
  struct span shipped = sentences_counts(p->arena, m, c->n), latest = latest_releases(p, c, f);
  return ARENA_JOIN(p->arena, shipped, latest.n ? SPAN(" ") : SPAN(""), latest);
}

struct span compare_description(struct page *p, const struct compare_view *v)
{
  struct span out = ARENA_JOIN(p->arena, v->title, SPAN(": "), v->lede);
  for (size_t i = 0; i < v->products.n; i++)
    if (v->products.v[i].summary.n)
      out = ARENA_JOIN(p->arena, out, SPAN(" "), v->products.v[i].name, SPAN(": "),
                       sentences_stop(p->arena, v->products.v[i].summary));
  return build_cut(p, out);
}

void compare_sentence_members(struct page *p, const struct compare *c, struct sentences_member *out)
{
  for (size_t i = 0; i < c->n; i++) {
    const struct planned_product *g = &c->set[i];
    struct span *slugs = ARENA_ARRAY(p->arena, g->n_themes, struct span);
    for (uint32_t k = 0; k < g->n_themes && slugs; k++)
      slugs[k] = g->themes[k].slug;
    out[i] = (struct sentences_member){.name = g->member.facts.name,
                                       .tenths = g->member.tenths,
                                       .override = g->member.facts.override_tenths >= 0,
                                       .n90 = g->member.facts.n90,
                                       .sector = planned_product_sector(g),
                                       .median2 = g->median2,
                                       .themes = slugs,
                                       .n_themes = slugs ? g->n_themes : 0,
                                       .theme_borne = g->theme_borne};
  }
}

static struct qa_view *parts_add(struct page *p, struct compare_view *v, struct span question)
{
  struct qa_view *q = &v->questions.v[v->questions.n++];
  q->id = ARENA_JOIN(p->arena, SPAN("faq-"), arena_uint(p->arena, v->questions.n, 1));
  q->question = question;
  return q;
}

static void link_to(struct page *p, struct qa_view *q, struct span text, struct span href)
{
  q->links.v = ARENA_NEW(p->arena, struct link_view);
  if (!q->links.v)
    return;
  q->links.v[0] = (struct link_view){.text = text, .href = href};
  q->links.n = 1;
}

static void ask_difference(struct page *p, const struct compare *c, struct compare_view *v)
{
  struct qa_view *q = parts_add(p, v, sentences_once(SAY(p->arena, _("What is the difference between %1$s?"), v->names)));
  q->text = ARENA_JOIN(p->arena, v->overlap, v->overlap.n ? SPAN(" ") : SPAN(""), v->cadence, SPAN(" "),
                       SAY(p->arena, _("As of %1$s. The table at a glance sets their figures side by side."), v->as_of));
  link_to(p, q, SAY(p->arena, _("See %1$s at a glance"), v->title),
          ARENA_JOIN(p->arena, c->base_path, SPAN("#at-a-glance")));
}

static void ask_better(struct page *p, const struct compare *c, struct compare_view *v)
{
  struct span question =
      c->n == 2 ? SAY(p->arena, _("Is %1$s better than %2$s?"), c->set[0].member.facts.name, c->set[1].member.facts.name)
                : SAY(p->arena, _("Which is better: %1$s?"), compare_names(p, c, "or "));
  struct sentences_member m[COMPARE_MAX];
  struct qa_view *q = parts_add(p, v, sentences_once(question));
  compare_sentence_members(p, c, m);
  q->text = ARENA_JOIN(p->arena,
                       SAY(p->arena, _("%1$s picks no winner: velocity measures how often a product ships compared with its "
                                       "sector, not what it does or how well it fits."), span_z(site_config(p->site)->site_name)),
                       SPAN(" "), sentences_standing(p->arena, m, c->n), SPAN(" "),
                       SAY(p->arena, c->n == 2 ? _("As of %1$s. The best fit may be neither.")
                                               : _("As of %1$s. The best fit may be none of them."), v->as_of));
  link_to(p, q, SAY(p->arena, _("See the alternatives to %1$s"), v->names),
          ARENA_JOIN(p->arena, c->base_path, SPAN("#alternatives")));
}

struct alternatives_named compare_named(const struct compare *c, size_t i)
{
  const struct planned_product *g = &c->set[i];
  struct alternatives_named a = {.of = &g->member.facts,
                                 .sector = g->n_sectors ? g->sectors : NULL,
                                 .n = c->n_alternatives[i],
                                 .n_picks = c->n_picked[i]};
  for (size_t k = 0; k < a.n; k++)
    a.others[k] = &c->alternatives[i][k];
  return a;
}

/* What the cards are and how they are ranked: picks, then close ones, then others of a sector, as far as there are any. */
struct span compare_alternatives_intro(struct page *p, const struct compare *c)
{
  struct span names = compare_names(p, c, "or "), out;
  size_t close = c->n_first - c->n_picks, others = c->n_cards - c->n_first; /* one has no order */
  bool picks = c->n_picks > 0;
  if (!c->n_cards)
    return sentences_stop(p->arena, SAY(p->arena, _("No other product tracked here shares a sector with %1$s"), names));
  if (!picks && !close)
    out = SAY(p->arena, _("Outside this comparison, no close alternative to %1$s is tracked here"), names);
  else
    out = SAY(p->arena,
              !close ? PLURAL("The editors’ pick for %1$s", "The editors’ picks for %1$s", c->n_picks)
              : !picks ? close == 1 ? _("Close to %1$s by shared sectors and themes")
                                    : _("Close to %1$s by shared sectors and themes, closest first")
              : close == 1 ? PLURAL("The editors’ pick, then one product close to %1$s by shared sectors and themes",
                                    "The editors’ picks, then one product close to %1$s by shared sectors and themes", c->n_picks)
                           : PLURAL("The editors’ pick, then products close to %1$s by shared sectors and themes, closest first",
                                    "The editors’ picks, then products close to %1$s by shared sectors and themes, closest first",
                                    c->n_picks), names);
  if (others == 1)
    out = SAY(p->arena, picks || close ? _("%1$s; then one that shares only a sector")
                                       : _("%1$s; this one shares only a sector"), out);
  else if (others)
    out = SAY(p->arena, picks || close ? _("%1$s; then others that share only a sector, ranked by velocity")
                                       : _("%1$s; these share only a sector, ranked by velocity"), out);
  return ARENA_JOIN(p->arena, sentences_stop(p->arena, out), SPAN(" "),
                    c->n == 2 ? _("Each links to its trajectory and to a comparison with either.")
                              : _("Each links to its trajectory and to a comparison with each of them."));
}

static void ask_alternatives(struct page *p, const struct compare *c, size_t i, struct compare_view *v)
{
  struct alternatives_named named = compare_named(c, i);
  struct qa_view *q = parts_add(p, v, sentences_once(SAY(p->arena, _("What are the best alternatives to %1$s?"), named.of->name)));
  q->text = alternatives_sentence(p, &named);
  q->position = build_position(i);
  alternatives_links(p, &named, q);
}

void compare_questions(struct page *p, const struct compare *c, const struct pair_text *pair, struct compare_view *v)
{
  size_t n_answers = pair ? pair->answers.n : 0;
  v->questions.v = ARENA_ARRAY(p->arena, 2 + c->n + n_answers, struct qa_view);
  if (!v->questions.v)
    return;
  ask_difference(p, c, v);
  ask_better(p, c, v);
  for (size_t i = 0; i < c->n; i++)
    ask_alternatives(p, c, i, v);
  for (size_t i = 0; i < n_answers; i++) {
    const struct answer *a = &pair->answers.v[i];
    parts_add(p, v, a->question)->body = build_body(p, a->body, a->md);
  }
}

struct span compare_json_ld(struct page *p, const struct compare_view *v)
{
  struct jsonld j;
  size_t close = 0;
  while (close < v->alternatives.n && close < ALTERNATIVES_TOP && !v->alternatives.v[close].also_in.n)
    close++;
  jsonld_begin(&j, p, v->page);
  jsonld_web_page(&j, "WebPage");
  jsonld_breadcrumb(&j);
  jsonld_questions(&j, v->questions.v, v->questions.n);
  jsonld_cards(&j, SAY(p->arena, _("Alternatives to %1$s"), v->names), v->alternatives.v,
               close);
  return jsonld_end(&j);
}

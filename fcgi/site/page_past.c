/* /products/{slug}/history/{date}: a past editorial, and by words what the one that replaced it changed.  The date of the
 * current editorial leads to the trajectory.  Search engines are led there too. */
#include "model/editorials.h"
#include "site/history.h"
#include "site/jsonld.h"
#include "site/link_words.h"
#include "site/pages.h"

struct past_plan {
  struct member member;
  uint32_t index; /* in facts.editorials */
  size_t want;
};

/* ---- plan */

enum plan plan_past(struct page *p, struct span param)
{
  struct past_plan *t = ARENA_NEW(p->arena, struct past_plan);
  struct member m;
  struct span slug = span_split(&param, '/'), date;
  (void)span_split(&param, '/'); /* "history" */
  date = param;
  enum plan result = page_product(p, slug, &m);
  p->plan = t;
  if (result != PLAN_OK || !t)
    return result;
  t->member = m;
  t->index = editorial_find(&m.facts, date);
  if (t->index == m.facts.n_editorials)
    return PLAN_NOT_FOUND;
  p->preferred = build_path(p, "/products/", m.facts.slug);
  if (t->index == 0) {
    p->location = p->preferred;
    return PLAN_SEE_OTHER;
  }
  p->canonical = history_editorial_path(p, &m.facts, t->index);
  p->noindex = true;
  t->want = page_want_product(p, &m, FRAGMENT_PAST, t->index);
  return PLAN_OK;
}

/* ---- what changed */

static size_t lines_of(const struct word_diff *d)
{
  size_t lines = 1;
  for (size_t i = 0; i < d->n; i++)
    lines += d->v[i].ends_line;
  return lines;
}

/* Removed words and those in their place are apart also where the texts have no blank, as at the end of a line. */
static bool apart(const struct word_run *r, const struct word_run *next)
{
  return r->space || (next && r->op == WORDS_REMOVED && next->op == WORDS_ADDED);
}

static struct words_view run_of(const struct word_run *r, const struct word_run *next)
{
  return (struct words_view){.text = r->text,
                             .removed = r->op == WORDS_REMOVED,
                             .added = r->op == WORDS_ADDED,
                             .left_out = r->op == WORDS_LEFT_OUT,
                             .words = r->words,
                             .space = apart(r, next) ? SPAN(" ") : SPAN("")};
}

/* A line that has no words, because only its break was added or removed, is not shown. */
static void fill_change(struct page *p, const struct change *from, struct span label, struct change_view *v)
{
  const struct word_diff *d = &from->diff;
  *v = (struct change_view){.label = label, .changed = d->changed, .refused = from->refused, .cut = d->cut};
  struct words_view *runs = ARENA_ARRAY(p->arena, d->n, struct words_view);
  v->paragraphs.v = ARENA_ARRAY(p->arena, lines_of(d), struct changed_paragraph_view);
  if (!d->n || !runs || !v->paragraphs.v)
    return;
  struct changed_paragraph_view *line = v->paragraphs.v;
  *line = (struct changed_paragraph_view){{runs, 0}};
  for (size_t i = 0; i < d->n; i++) {
    if (d->v[i].text.n || d->v[i].op == WORDS_LEFT_OUT)
      line->runs.v[line->runs.n++] = run_of(&d->v[i], i + 1 < d->n ? &d->v[i + 1] : NULL);
    if (d->v[i].ends_line && line->runs.n) {
      struct words_view *next = line->runs.v + line->runs.n;
      *++line = (struct changed_paragraph_view){{next, 0}};
    }
  }
  v->paragraphs.n = (size_t)(line - v->paragraphs.v) + (line->runs.n > 0);
}

static void fill_changes(struct page *p, const struct past *f, struct past_view *v)
{
  const struct span labels[CHANGES] = {_("Headline"), _("Current state"), _("Where it’s heading"), _("Prediction")};
  v->changes.v = ARENA_ARRAY(p->arena, CHANGES, struct change_view);
  for (size_t i = 0; i < CHANGES && v->changes.v; i++)
    fill_change(p, &f->changes[i], labels[i], &v->changes.v[v->changes.n++]);
}

/* "On 29 June 2026 the editors rewrote the headline, the current state and the prediction." */
static struct span summary_of(struct page *p, const struct past *f, struct span date)
{
  const struct span names[CHANGES] = {_("the headline"), _("the current state"), _("where it’s heading"), _("the prediction")};
  struct span changed[CHANGES];
  size_t n = 0;
  for (size_t i = 0; i < CHANGES; i++)
    if (f->changes[i].diff.changed)
      changed[n++] = names[i];
  if (!n)
    return SAY(p->arena, _("The editorial of %1$s says the same in the same words."), date);
  return SAY(p->arena, _("The editorial of %1$s changed %2$s."), date, sentences_join(p->arena, changed, n, "and "));
}

/* ---- build */

static struct link_view *link_to(struct page *p, const struct facts *f, uint32_t i)
{
  struct span href = history_editorial_path(p, f, i);
  struct link_view *v = href.n && i < f->n_editorials ? ARENA_NEW(p->arena, struct link_view) : NULL;
  if (v)
    *v = (struct link_view){.text = i == 0 ? _("The current editorial")
                                   : SAY(p->arena, _("Editorial of %1$s"), page_day(p, editorial_brief_us(f->editorials[i]))),
                            .href = href};
  return v;
}

static bool same_day(int64_t a, int64_t b)
{
  char x[CLOCK_ISO_MAX], y[CLOCK_ISO_MAX];
  return span_eq(span_of(x, clock_day(x, a)), span_of(y, clock_day(y, b)));
}

static void fill_texts(struct page *p, const struct past *f, struct past_view *v)
{
  char iso[CLOCK_ISO_MAX];
  v->datetime = arena_copy(p->arena, span_of(iso, clock_iso(iso, f->published_us, 0)));
  v->date = page_day(p, f->published_us);
  v->next_date = page_day(p, f->next_published_us);
  if (f->updated_us > f->published_us && !same_day(f->updated_us, f->published_us))
    v->updated = page_day(p, f->updated_us);
  v->headline = f->headline;
  v->author = f->author;
  v->current_state = build_body(p, f->current, f->source.current_md);
  v->heading = build_body(p, f->heading, f->source.heading_md);
  v->prediction = build_body(p, f->prediction, f->source.prediction_md);
}

/* The second editorial of a day has a title of its own: "Kafka: editorial of 20 March 2026 (2)". */
static struct span title_of(struct page *p, const struct facts *f, uint32_t index, struct span date)
{
  char text[EDITORIAL_DATE_MAX];
  size_t n = editorial_date(f, index, text), plain = strlen("2026-03-20");
  struct span nth = n > plain ? ARENA_JOIN(p->arena, SPAN(" ("), span_of(text + plain + 1, n - plain - 1), SPAN(")")) : SPAN("");
  return ARENA_JOIN(p->arena, SAY(p->arena, _("%1$s: editorial of %2$s"), f->name, date), nth);
}

static struct span json_ld(struct page *p, const struct past_view *v)
{
  struct jsonld j;
  jsonld_begin(&j, p, v->page);
  jsonld_web_page(&j, "WebPage");
  jsonld_breadcrumb(&j);
  if (v->headline.n)
    jsonld_article(&j, &(struct jsonld_editorial){.headline = v->headline, .author = v->author, .published = v->datetime});
  return jsonld_end(&j);
}

static void frame(struct page *p, const struct facts *f, struct past_view *v)
{
  struct link_view *above = ARENA_ARRAY(p->arena, 2, struct link_view);
  if (!above)
    return;
  above[0] = link_words_product(p, f->name, v->href);
  above[1] = (struct link_view){.text = _("History"), .href = v->history_href};
  struct span description = v->headline.n
                                ? SAY(p->arena, _("What the editors wrote about %1$s on %2$s: %3$s"), f->name, v->date, v->headline)
                                : SAY(p->arena, _("What the editors wrote about %1$s on %2$s."), f->name, v->date);
  v->page = build_frame(p, &(struct page_frame){.title = v->title,
                                                .description = build_cut(p, description),
                                                .og_type = SPAN("article"),
                                                .crumbs = above,
                                                .n_crumbs = 2,
                                                .crumb = v->date,
                                                .representations = true});
  if (v->page && page_is_html(p))
    v->page->json_ld = json_ld(p, v);
}

/* Does the fragment hold the editorial that was planned?  It may be newer than the plan. */
static bool belongs(const struct facts *f, uint32_t index, const struct past *from)
{
  return editorial_brief_seconds(editorial_brief(from->published_us, PREDICTION_OPEN, false)) ==
         editorial_brief_seconds(f->editorials[index]);
}

enum err build_past(struct page *p)
{
  struct past_plan *t = p->plan;
  const struct facts *f = &t->member.facts;
  const struct past *from = page_value(p, t->want);
  struct past_view *v = ARENA_NEW(p->arena, struct past_view);
  if (!from || !belongs(f, t->index, from))
    return ERR_NOT_FOUND;
  if (!v)
    return ERR_NO_MEMORY;
  v->product = f->name;
  v->href = p->preferred;
  v->history_href = history_path(p, f);
  fill_texts(p, from, v);
  v->title = title_of(p, f, t->index, v->date);
  v->grade = build_grade(p, f, &from->grade);
  v->previous = link_to(p, f, t->index + 1);
  v->next = link_to(p, f, t->index - 1);
  fill_changes(p, from, v);
  v->summary = summary_of(p, from, v->next_date);
  page_changed_at(p, from->published_us);
  page_changed_at(p, from->updated_us);
  page_changed_at(p, from->next_published_us);
  frame(p, f, v);
  p->view = v;
  return ERR_OK;
}

#include "site/build_preview.h"

#include "site/alternatives.h"

#define TABS_MOST 8
#define TABS_PAIRS 3

static bool entity_is(const struct preview *p, const char *name)
{
  return span_eq(p->entity, span_z(name));
}

static struct span pair_path(struct arena *arena, struct span a, struct span b)
{
  bool first = span_cmp(a, b) < 0;
  return ARENA_JOIN(arena, SPAN("/compare/"), first ? a : b, SPAN("-vs-"), first ? b : a);
}

struct span build_preview_path(const struct preview *p, struct arena *arena)
{
  struct span slug = p->n_products ? p->products[0].slug : SPAN("");
  if (entity_is(p, "page"))
    return ARENA_JOIN(arena, SPAN("/"), p->page_slug);
  if (entity_is(p, "alternative"))
    return ARENA_JOIN(arena, SPAN("/alternatives/"), slug);
  if (p->n_products == 2)
    return pair_path(arena, slug, p->products[1].slug);
  if (entity_is(p, "faq"))
    return p->n_products ? ARENA_JOIN(arena, SPAN("/faq/"), slug) : SPAN("/faq");
  return ARENA_JOIN(arena, SPAN("/products/"), slug);
}

/* ---- words */

/* What the preview is of, as the subject of a sentence. */
static struct span subject(const struct preview *p)
{
  static const char *const subjects[][2] = {{"product", N_("the product")}, {"editorial", N_("the editorial")},
                                            {"comparison", N_("the text on this pair")}, {"page", N_("the page")},
                                            {"faq", N_("the question")}, {"alternative", N_("the pick")}};
  for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
    if (entity_is(p, subjects[i][0]))
      return message_of(subjects[i][1]);
  return _("the row");
}

static bool is_later(const struct preview *p)
{
  return p->due_us != CLOCK_NEVER && p->due_us > p->now_us;
}

static struct span state(const struct preview *p)
{
  if (p->status != PRODUCT_PUBLISHED)
    return C_("preview", "Draft");
  return is_later(p) ? C_("preview", "Scheduled") : C_("preview", "Not public yet");
}

static struct span when_sentence(const struct preview *p, struct arena *arena)
{
  struct span what = subject(p);
  if (p->status != PRODUCT_PUBLISHED && is_later(p))
    return SAY(arena, _("This is the page as readers see it once %1$s is published and its date, %2$s, has come."), what,
               day_text_minute(arena, p->due_us));
  if (p->status != PRODUCT_PUBLISHED)
    return SAY(arena, _("This is the page as readers see it once %1$s is published."), what);
  if (is_later(p))
    return SAY(arena, _("This is the page as readers see it when %1$s appears, on %2$s."), what, day_text_minute(arena, p->due_us));
  return SAY(arena, _("This is the page as readers see it once %1$s is public."), what);
}

/* A product that readers cannot see, beside the row itself. */
static struct span product_sentence(const struct preview *p, const struct preview_product *f, struct arena *arena)
{
  if (f->status == PRODUCT_PUBLISHED || (entity_is(p, "product") && f->id == p->id))
    return SPAN("");
  return SAY(arena, f->status == PRODUCT_ARCHIVED ? _("The product %1$s is archived: publish it, too.")
                                                  : _("The product %1$s is a draft: publish it, too."), f->name);
}

static struct span sentence(const struct preview *p, struct arena *arena)
{
  struct span s = when_sentence(p, arena);
  for (size_t i = 0; i < p->n_products; i++) {
    struct span more = product_sentence(p, &p->products[i], arena);
    s = ARENA_JOIN(arena, s, more.n ? SPAN(" ") : SPAN(""), more);
  }
  if (p->is_past)
    s = ARENA_JOIN(arena, s, SPAN(" "), _("Its date lies before that of the current editorial, which stays: set published_at to a"
                                          " later time to replace it."));
  return s;
}

static struct span lives(const struct preview *p, struct arena *arena)
{
  return p->expires_us == CLOCK_FOREVER ? _("The link to this preview works until then.")
                                        : SAY(arena, _("The link to this preview works until %1$s; saving the row prolongs it."),
                                              day_text_minute(arena, p->expires_us));
}

/* ---- findings */

static struct span verdict(const struct preview *p, struct arena *arena)
{
  size_t n = p->n_findings + p->n_more;
  if (!p->linted)
    return _("The row was not checked: there was no time. Run diptych lint.");
  if (!n)
    return _("Checked: nothing to mend.");
  return SAY(arena, PLURAL("Checked: %1$s thing to look at", "Checked: %1$s things to look at", n), arena_uint(arena, n, 1));
}

static void findings(const struct preview *p, struct arena *arena, struct preview_view *v)
{
  v->findings.v = ARENA_ARRAY(arena, p->n_findings, struct preview_finding_view);
  for (size_t i = 0; i < p->n_findings && v->findings.v; i++) {
    const struct preview_finding *f = &p->findings[i];
    v->findings.v[v->findings.n++] = (struct preview_finding_view){
        .place = arena_printf(arena, "%.*s %llu", SPAN_ARG(f->table), (unsigned long long)f->id),
        .column = f->column,
        .words = f->words,
        .meaning = f->meaning,
        .advice = f->advice};
  }
  if (p->n_more)
    v->more = SAY(arena, _("and %1$s more"), arena_uint(arena, p->n_more, 1));
}

/* ---- tabs */

static void tab_add(const struct preview_banner *b, struct preview_view *v, struct span text, struct span path)
{
  if (!v->tabs.v || v->tabs.n == TABS_MOST)
    return;
  v->tabs.v[v->tabs.n++] =
      (struct preview_tab_view){.text = text,
                                .href = ARENA_JOIN(b->arena, SPAN("/preview/"), b->token, path),
                                .current = span_eq(path, b->path)};
}

static void pair_tab(const struct preview_banner *b, struct preview_view *v, const struct facts *a, const struct facts *other)
{
  tab_add(b, v, SAY(b->arena, _("%1$s vs %2$s"), a->name, other->name), pair_path(b->arena, a->slug, other->slug));
}

/* The pages of one product: the comparisons are those with its first alternatives. */
static void product_tabs(const struct preview_banner *b, struct preview_view *v)
{
  struct catalog_pin pin;
  struct facts f, other;
  struct alternatives_list list;
  if (!catalog_pin_current(b->preview->catalog, &pin) ||
      !catalog_facts(&pin, catalog_find_id(&pin, b->preview->products[0].id), &f))
    return;
  tab_add(b, v, f.name, ARENA_JOIN(b->arena, SPAN("/products/"), f.slug));
  tab_add(b, v, _("Alternatives"), ARENA_JOIN(b->arena, SPAN("/alternatives/"), f.slug));
  tab_add(b, v, _("Questions"), ARENA_JOIN(b->arena, SPAN("/faq/"), f.slug));
  alternatives_search(&pin, &f, &list);
  for (size_t i = 0; i < list.n && i < TABS_PAIRS; i++)
    if (catalog_facts(&pin, list.ordinals[i], &other))
      pair_tab(b, v, &f, &other);
}

/* The page with both products, and each one's own. */
static void pair_tabs(const struct preview_banner *b, struct preview_view *v)
{
  const struct preview_product *p = b->preview->products;
  struct span versus = SAY(b->arena, _("%1$s vs %2$s"), p[0].name, p[1].name);
  tab_add(b, v, versus, pair_path(b->arena, p[0].slug, p[1].slug));
  for (size_t i = 0; i < b->preview->n_products; i++) {
    tab_add(b, v, p[i].name, ARENA_JOIN(b->arena, SPAN("/products/"), p[i].slug));
    tab_add(b, v, SAY(b->arena, _("%1$s alternatives"), p[i].name),
            ARENA_JOIN(b->arena, SPAN("/alternatives/"), p[i].slug));
  }
}

struct preview_view *build_preview(const struct preview_banner *b)
{
  struct preview_view *v = ARENA_NEW(b->arena, struct preview_view);
  if (!v)
    return NULL;
  v->state = state(b->preview);
  v->sentence = sentence(b->preview, b->arena);
  v->lives = lives(b->preview, b->arena);
  v->verdict = verdict(b->preview, b->arena);
  findings(b->preview, b->arena, v);
  v->tabs.v = ARENA_ARRAY(b->arena, TABS_MOST, struct preview_tab_view);
  if (b->preview->n_products == 2)
    pair_tabs(b, v);
  else if (b->preview->n_products)
    product_tabs(b, v);
  v->tabbed = v->tabs.n > 1;
  v->found = v->findings.n > 0;
  return v;
}

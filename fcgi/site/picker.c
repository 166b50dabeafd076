#include "site/picker.h"

#include "catalog/catalog_match.h"
#include "site/search_memo.h"
#include "text/bidi.h"
#include "text/url.h"
#include "text/utf8.h"

static const char *const names[PICKER_FIELDS] = {"a", "b", "c", "d"};
static const char *const labels[PICKER_FIELDS] = {N_("First product"), N_("Second product"), N_("Third product"),
                                                  N_("Fourth product")};

bool picker_find_exact(struct page *p, struct span folded, struct member *out)
{
  char *words = arena_alloc(p->arena, folded.n + 1);
  struct span slug = span_of(words, words ? match_normalize(folded, words) : 0);
  if (!slug.n)
    return false;
  if (page_product(p, slug, out) == PLAN_OK)
    return true;
  uint32_t ordinal = catalog_find_name(&p->pin, folded);
  return ordinal != CATALOG_NONE && page_member(p, ordinal, out);
}

void picker_find(struct page *p, struct pick *k)
{
  struct catalog_match matches[PICKER_NEAR];
  struct search_request plain = {SEARCH_NAMES, utf8_fold(p->arena, k->value), PICKER_NEAR}, near = plain;
  k->known = picker_find_exact(p, plain.needle, &k->member);
  if (k->known || !plain.needle.n)
    return;
  near.what = SEARCH_NEAR;
  size_t n = search_memo_find(p, &plain, matches);
  if (!n)
    n = search_memo_find(p, &near, matches);
  for (size_t i = 0; i < n; i++)
    k->n_near += page_member(p, matches[i].ordinal, &k->near[k->n_near]);
}

void picker_plan(struct page *p, size_t fields, struct picker *out)
{
  struct catalog_list ranking = catalog_ranking(&p->pin);
  size_t most = ranking.n < PICKER_OPTIONS ? ranking.n : PICKER_OPTIONS;
  out->n_fields = fields;
  struct catalog_label *found = ARENA_ARRAY(p->arena, most, struct catalog_label);
  size_t n = found ? page_labels(p, ranking, most, found) : 0;
  out->options = ARENA_ARRAY(p->arena, n, struct pick_option_view);
  for (size_t i = 0; i < n && out->options; i++)
    out->options[out->n_options++] = (struct pick_option_view){found[i].slug, found[i].name};
}

void picker_fill(struct page *p, struct picker *k)
{
  for (size_t i = 0; i < k->n_fields; i++) {
    page_parameter_add(p, names[i]);
    k->fields[i].value = target_query(p->target, names[i], p->arena);
    picker_find(p, &k->fields[i]);
  }
}

struct span picker_unknown(struct page *p, const struct span *unknown, size_t n, size_t given)
{
  static const char *const some[] = {N_("One of these names is not on our list: %1$s."),
                                     N_("Two of these names are not on our list: %1$s."),
                                     N_("Three of these names are not on our list: %1$s.")};
  struct span quoted[PICKER_FIELDS];
  for (size_t i = 0; i < n; i++)
    quoted[i] = SAY(p->arena, _("“%1$s”"), unknown[i]);
  struct span format = given == 1  ? _("This name is not on our list: %1$s.")
                       : n < given ? message_of(some[n - 1])
                                   : _("None of these names is on our list: %1$s.");
  return sentences_once(SAY(p->arena, format, sentences_join(p->arena, quoted, n, "and ")));
}

/* The address of the form with the value of field `at` corrected. */
static struct span corrected_href(struct page *p, const struct picker *k, size_t at, struct span slug)
{
  struct buf out = BUF_INIT;
  buf_puts(&out, "/compare");
  for (size_t i = 0, n = 0; i < k->n_fields; i++) {
    struct span value = i == at ? slug : k->fields[i].known ? k->fields[i].member.facts.slug : k->fields[i].value;
    if (!value.n)
      continue;
    buf_printf(&out, "%c%s=", n++ ? '&' : '?', names[i]);
    url_percent_encode(&out, value);
  }
  return arena_take(p->arena, &out);
}

static void field(struct page *p, const struct picker *k, size_t at, struct pick_field_view *v)
{
  const struct pick *f = &k->fields[at];
  *v = (struct pick_field_view){.name = span_z(names[at]),
                                .label = message_of(labels[at]),
                                .value = f->known ? f->member.facts.slug : f->value,
                                .position = build_position(at)};
  if (!f->value.n || f->known)
    return;
  v->problem = SAY(p->arena, _("No product is called “%1$s”."), bidi_isolated(p->arena, utf8_cut(f->value, 80)));
  v->near.v = ARENA_ARRAY(p->arena, f->n_near, struct link_view);
  for (size_t i = 0; i < f->n_near && v->near.v; i++)
    v->near.v[v->near.n++] =
        (struct link_view){.text = f->near[i].facts.name, .href = corrected_href(p, k, at, f->near[i].facts.slug)};
}

struct picker_view *picker_build(struct page *p, const struct picker *k)
{
  struct picker_view *v = ARENA_NEW(p->arena, struct picker_view);
  if (!v)
    return NULL;
  v->fields.v = ARENA_ARRAY(p->arena, k->n_fields, struct pick_field_view);
  v->options.v = k->options;
  v->options.n = k->n_options;
  for (size_t i = 0; i < k->n_fields && v->fields.v; i++)
    field(p, k, i, &v->fields.v[v->fields.n++]);
  return v;
}

/* Divides the words of the query into names.  Names are looked up in the catalog's hash table, so a query costs few
 * microseconds at any number of products.  Only names of a query with "vs" are searched for. */
#include "site/search_set.h"

#include "catalog/catalog_match.h"
#include "site/search_memo.h"
#include "text/utf8.h"

#define WORDS_MAX 40
#define NAME_WORDS_MAX 8
#define NAMES_MAX 8 /* products of one query */
#define NEAR_CHARS 3 /* a shorter name has no near one */

struct words {
  struct page *p;
  struct span v[WORDS_MAX];
  size_t n;
  bool dead[WORDS_MAX + 1]; /* the words from here on are not all names */
  struct member found[NAMES_MAX];
  size_t n_found;
};

static bool words_take(struct words *w, struct span text)
{
  struct match_word word;
  for (struct span before = {NULL, 0}; match_word_next(&text, &word); before = word.text) {
    bool joined = before.p && before.p + before.n == word.text.p; /* two scripts in one word */
    if (joined)
      w->v[w->n - 1].n += word.text.n;
    else if (w->n == WORDS_MAX)
      return false;
    else
      w->v[w->n++] = word.text;
  }
  return true;
}

static bool is_versus(struct span s)
{
  return span_eq(s, SPAN("vs")) || span_eq(s, SPAN("versus"));
}

static bool is_separator(struct span s)
{
  return is_versus(s) || span_eq(s, SPAN("or")) || span_eq(s, SPAN("and")) || span_eq(s, SPAN("v"));
}

static struct span span_of_words(const struct words *w, size_t from, size_t to)
{
  const struct span *last = &w->v[to - 1];
  return span_of(w->v[from].p, (size_t)(last->p + last->n - w->v[from].p));
}

/* A name has no comma in it, because a comma stands between names. */
static bool name_find(const struct words *w, size_t from, size_t to, struct member *out)
{
  struct span text = span_of_words(w, from, to);
  return span_find(text, ',') == text.n && picker_find_exact(w->p, text, out);
}

/* Divides the words from `at` on, the longest name first. */
static bool divide(struct words *w, size_t at, size_t depth)
{
  if (at == w->n)
    return depth > 0;
  if (w->dead[at] || depth == NAMES_MAX)
    return false;
  size_t most = w->n - at < NAME_WORDS_MAX ? w->n - at : NAME_WORDS_MAX;
  for (size_t words = most; words > 0; words--)
    if (name_find(w, at, at + words, &w->found[depth])) {
      w->n_found = depth + 1;
      if (divide(w, at + words, depth + 1))
        return true;
    }
  if (depth && is_separator(w->v[at]) && at + 1 < w->n && divide(w, at + 1, depth))
    return true;
  w->dead[at] = true;
  return false;
}

static void set_add(struct search_set *s, const struct member *m)
{
  size_t at = s->n;
  for (size_t i = 0; i < s->n; i++)
    if (s->v[i].ordinal == m->ordinal)
      return;
  if (s->n == SEARCH_SET_MAX) {
    s->more = true;
    return;
  }
  for (; at && span_cmp(s->v[at - 1].facts.slug, m->facts.slug) > 0; at--)
    s->v[at] = s->v[at - 1];
  s->v[at] = *m;
  s->n++;
}

/* One name of a query with "vs".  False: no product has such a name. */
static bool side_add(struct words *w, size_t from, size_t to, struct search_set *out)
{
  struct pick k = {0};
  if (to > from)
    k.value = span_of_words(w, from, to);
  if (k.value.n)
    picker_find(w->p, &k);
  bool near = !k.known && k.n_near && utf8_count(k.value) >= NEAR_CHARS;
  if (k.known || near)
    set_add(out, k.known ? &k.member : &k.near[0]);
  out->inexact = out->inexact || near;
  return k.known || near;
}

static bool sides_find(struct words *w, struct search_set *out)
{
  size_t from = 0;
  for (size_t i = 0; i <= w->n; i++)
    if (i == w->n || is_versus(w->v[i])) {
      if ((i == w->n && from == 0) || !side_add(w, from, i, out))
        return false;
      from = i + 1;
    }
  return true;
}

void search_set_find(struct page *p, struct span folded, struct search_set *out)
{
  struct words *w = ARENA_NEW(p->arena, struct words);
  struct member one;
  *out = (struct search_set){.n = 0};
  if (!w)
    return;
  *w = (struct words){.p = p};
  if (!words_take(w, folded) || w->n < 2 || name_find(w, 0, w->n, &one))
    return;
  if (divide(w, 0, 0))
    for (size_t i = 0; i < w->n_found; i++)
      set_add(out, &w->found[i]);
  else if (!sides_find(w, out))
    out->n = 0;
  if (out->n < 2)
    *out = (struct search_set){.n = 0};
}

#include "model/sentences.h"

#include <string.h>

struct span sentences_join(struct arena *a, const struct span *names, size_t n, const char *last)
{
  struct span *parts = n > 1 ? ARENA_ARRAY(a, 2 * n, struct span) : NULL, before_last = span_z(last);
  size_t m = 0;
  if (!parts)
    return n ? names[0] : SPAN("");
  for (size_t i = 0; i + 1 < n; i++) {
    parts[m++] = names[i];
    parts[m++] = i + 2 < n ? SPAN(", ") : SPAN(" ");
  }
  parts[m++] = before_last;
  parts[m++] = names[n - 1];
  return arena_joined(a, parts, m);
}

struct span sentences_stop(struct arena *a, struct span text)
{
  static const struct span stops[] = {{".", 1}, {"!", 1}, {"?", 1}, {"…", 3}, {"。", 3}, {"！", 3}, {"？", 3}};
  struct span seen = text;
  if (span_ends(seen, SPAN("\u2069"))) /* the end of an isolate, which is not seen */
    seen.n -= strlen("\u2069");
  for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
    if (span_ends(seen, stops[i]))
      return text;
  return ARENA_JOIN(a, text, SPAN("."));
}

struct span sentences_versus(struct arena *a, const struct span *names, size_t n)
{
  struct span out = SPAN("");
  for (size_t i = 0; i < n; i++)
    out = i == 0 ? names[0] : ARENA_JOIN(a, out, SPAN(" vs "), names[i]);
  return out;
}

static bool is_among(const struct sentences_member *m, struct span theme, size_t most)
{
  for (size_t i = 0; i < m->n_themes && i < most; i++)
    if (span_eq(m->themes[i], theme))
      return true;
  return false;
}

static bool all_have(const struct sentences_member *m, size_t n, struct span theme, size_t most)
{
  size_t k = 0;
  while (k < n && is_among(&m[k], theme, most))
    k++;
  return k == n;
}

static struct span nothing_shared(struct arena *a, const struct sentences_member *m, size_t n, struct span all)
{
  bool borne = false;
  for (size_t i = 0; i < n; i++)
    borne = borne || m[i].theme_borne;
  return borne ? ARENA_JOIN(a, all, SPAN(" have no top theme in common.")) : SPAN("");
}

struct span sentences_overlap(struct arena *a, const struct sentences_member *m, size_t n)
{
  static const struct span numbers[] = {{"one", 3}, {"two", 3}, {"three", 5}, {"four", 4}};
  struct span shared[PRODUCT_THEMES_MAX], names[SENTENCES_SET_MAX];
  size_t found = 0, top = 0;
  for (size_t i = 0; i < n; i++)
    names[i] = m[i].name;
  for (size_t t = 0; t < m[0].n_themes && found < PRODUCT_THEMES_MAX; t++)
    if (all_have(m, n, m[0].themes[t], SIZE_MAX)) {
      shared[found++] = m[0].themes[t];
      top += all_have(m, n, m[0].themes[t], SENTENCES_TOP_THEMES);
    }
  struct span all = sentences_join(a, names, n, "and ");
  if (found == 0)
    return nothing_shared(a, m, n, all);
  struct span number = found <= 4 ? numbers[found - 1] : arena_uint(a, found, 1);
  return ARENA_JOIN(a, all, SPAN(" share "), number, top == found ? SPAN(" top ") : SPAN(" "),
                    found == 1 ? SPAN("theme: ") : SPAN("themes: "), sentences_join(a, shared, found, "and "), SPAN("."));
}

struct span sentences_score(struct arena *a, int tenths)
{
  char text[8];
  if (tenths == SCORE_NONE)
    return SPAN("not scored");
  score_text(text, tenths);
  return arena_printf(a, "%s, %.*s", text, SPAN_ARG(band_name(score_band(tenths))));
}

/* Is x, of list mx, before y, of list my, in the merged timeline? */
static bool before(const struct activity *x, size_t mx, const struct activity *y, size_t my)
{
  if (x->occurred_us != y->occurred_us)
    return x->occurred_us > y->occurred_us;
  return mx != my ? mx < my : x->id < y->id;
}

size_t sentences_timeline(const struct sentences_list *lists, size_t n, struct sentences_move *out)
{
  size_t at[SENTENCES_SET_MAX] = {0}, count = 0;
  for (;;) {
    size_t best = n;
    for (size_t i = 0; i < n; i++)
      if (at[i] < lists[i].n && at[i] < SENTENCES_TIMELINE_EACH &&
          (best == n || before(&lists[i].v[at[i]], i, &lists[best].v[at[best]], best)))
        best = i;
    if (best == n)
      return count;
    out[count++] = (struct sentences_move){&lists[best].v[at[best]++], best};
  }
}

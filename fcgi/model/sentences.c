#include "model/sentences.h"

#include <string.h>

#include "base/messages.h"
#include "text/decimal.h"

struct span sentences_join(struct arena *a, const struct span *names, size_t n, const char *last)
{
  struct span *parts = n > 2 ? ARENA_ARRAY(a, 2 * n, struct span) : NULL, head = n ? names[0] : SPAN("");
  size_t m = 0;
  if (n < 2 || (n > 2 && !parts))
    return head;
  for (size_t i = 0; n > 2 && i + 1 < n; i++) {
    if (i)
      parts[m++] = SPAN(", ");
    parts[m++] = names[i];
  }
  if (n > 2)
    head = arena_joined(a, parts, m);
  /* TRANSLATORS: the end of a list: "A, B and C" */
  return SAY(a, *last == 'o' ? _("%1$s or %2$s") : _("%1$s and %2$s"), head, names[n - 1]);
}

static bool ends_with_one(struct span text, const struct span *ends, size_t n, size_t *which)
{
  for (*which = 0; *which < n; ++*which)
    if (span_ends(text, ends[*which]))
      return true;
  return false;
}

static bool has_stop(struct span text)
{
  static const struct span stops[] = {{".", 1}, {"!", 1}, {"?", 1}, {"…", 3}, {"。", 3}, {"！", 3}, {"？", 3}, {"؟", 2}};
  /* Quotes and brackets that close, and the end of an isolate, which is not seen. */
  static const struct span closing[] = {{")", 1}, {"]", 1}, {"\"", 1}, {"'", 1}, {"”", 3}, {"’", 3}, {"“", 3}, {"»", 2}, {"«", 2},
                                        {"›", 3}, {"」", 3}, {"』", 3}, {"）", 3}, {"】", 3}, {"\u2069", 3}};
  size_t which;
  while (ends_with_one(text, closing, sizeof closing / sizeof *closing, &which))
    text.n -= closing[which].n;
  return ends_with_one(text, stops, sizeof stops / sizeof *stops, &which);
}

struct span sentences_stop(struct arena *a, struct span text)
{
  return has_stop(text) ? text : ARENA_JOIN(a, text, SPAN("."));
}

struct span sentences_once(struct span text)
{
  static const struct span isolate = {"\u2069", 3}, asking[] = {{"?", 1}, {"？", 3}, {"؟", 2}};
  static const struct span blanks[] = {{" ", 1}, {"\u00a0", 2}, {"\u202f", 3}};
  size_t which;
  bool question = span_ends(text, SPAN("?"));
  if (!question && !span_ends(text, SPAN(".")))
    return text;
  struct span before = span_head(text, text.n - 1);
  while (ends_with_one(before, blanks, sizeof blanks / sizeof *blanks, &which))
    before.n -= blanks[which].n;
  struct span seen = before;
  while (span_ends(seen, isolate))
    seen.n -= isolate.n;
  bool twice = question ? ends_with_one(seen, asking, sizeof asking / sizeof *asking, &which) : has_stop(seen);
  return twice ? before : text;
}

struct span sentences_versus(struct arena *a, const struct span *names, size_t n)
{
  struct span out = SPAN("");
  for (size_t i = 0; i < n; i++)
    out = i == 0 ? names[0] : SAY(a, _("%1$s vs %2$s"), out, names[i]);
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
  return borne ? SAY(a, _("%1$s have no top theme in common."), all) : SPAN("");
}

struct span sentences_overlap(struct arena *a, const struct sentences_member *m, size_t n)
{
  static const char *const numbers[] = {N_("one"), N_("two"), N_("three"), N_("four")};
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
  struct span number = found <= 4 ? message_of(numbers[found - 1]) : arena_uint(a, found, 1);
  /* TRANSLATORS: the products, the number of themes in a word, the themes */
  return SAY(a, top == found ? PLURAL("%1$s share %2$s top theme: %3$s.", "%1$s share %2$s top themes: %3$s.", found)
                             : PLURAL("%1$s share %2$s theme: %3$s.", "%1$s share %2$s themes: %3$s.", found),
             all, number, sentences_join(a, shared, found, "and "));
}

struct span sentences_score(struct arena *a, int tenths)
{
  char text[8];
  if (tenths == SCORE_NONE)
    return _("not scored");
  /* TRANSLATORS: "6.3, active" */
  return SAY(a, C_("score", "%1$s, %2$s"), decimal_text(a, span_of(text, score_text(text, tenths))), band_name(score_band(tenths)));
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

#include "model/sentences.h"

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

struct span sentences_versus(struct arena *a, const struct span *names, size_t n)
{
  struct span out = SPAN("");
  for (size_t i = 0; i < n; i++)
    out = i == 0 ? names[0] : ARENA_JOIN(a, out, SPAN(" vs "), names[i]);
  return out;
}

static bool among_top(const struct sentences_member *m, struct span theme)
{
  for (size_t i = 0; i < m->n_themes && i < SENTENCES_TOP_THEMES; i++)
    if (span_eq(m->themes[i], theme))
      return true;
  return false;
}

struct span sentences_overlap(struct arena *a, const struct sentences_member *m, size_t n)
{
  struct span shared[SENTENCES_TOP_THEMES], names[SENTENCES_SET_MAX];
  size_t found = 0;
  for (size_t i = 0; i < n; i++)
    names[i] = m[i].name;
  for (size_t t = 0; t < m[0].n_themes && t < SENTENCES_TOP_THEMES; t++) {
    size_t k = 1;
    while (k < n && among_top(&m[k], m[0].themes[t]))
      k++;
    if (k == n)
      shared[found++] = m[0].themes[t];
  }
  struct span all = sentences_join(a, names, n, "and ");
  if (found == 0)
    return arena_printf(a, "None of the top themes of %.*s is shared.", SPAN_ARG(all));
  return arena_printf(a, "%.*s share the %s %.*s among their top themes.", SPAN_ARG(all),
                      found == 1 ? "theme" : "themes", SPAN_ARG(sentences_join(a, shared, found, "and ")));
}

struct span sentences_score(struct arena *a, int tenths)
{
  char text[8];
  if (tenths == SCORE_NONE)
    return SPAN("not scored");
  score_text(text, tenths);
  return arena_printf(a, "%s, %.*s", text, SPAN_ARG(band_name(score_band(tenths))));
}

/* "Apache Kafka 5.0 (active), Kubernetes 6.1 (active)" */
static struct span scores(struct arena *a, const struct sentences_member *m, size_t n)
{
  struct span out = SPAN("");
  for (size_t i = 0; i < n; i++) {
    char text[8];
    struct span one;
    if (m[i].tenths == SCORE_NONE)
      one = ARENA_JOIN(a, m[i].name, SPAN(" is not scored"));
    else {
      struct span score = span_of(text, score_text(text, m[i].tenths));
      one = ARENA_JOIN(a, m[i].name, SPAN(" "), score, SPAN(" ("), band_name(score_band(m[i].tenths)), SPAN(")"));
    }
    out = i == 0 ? one : ARENA_JOIN(a, out, SPAN(", "), one);
  }
  return out;
}

struct span sentences_cadence(struct arena *a, const struct sentences_member *m, size_t n)
{
  struct span names[SENTENCES_SET_MAX], leaders[SENTENCES_SET_MAX];
  int low = 1000, high = -1, low_band = BAND_COUNT, high_band = -1;
  size_t scored = 0, ties = 0;
  for (size_t i = 0; i < n; i++) {
    if (m[i].tenths == SCORE_NONE)
      continue;
    int band = (int)score_band(m[i].tenths);
    names[scored++] = m[i].name;
    if (m[i].tenths > high)
      ties = 0;
    if (m[i].tenths >= high)
      leaders[ties++] = m[i].name;
    low = m[i].tenths < low ? m[i].tenths : low;
    high = m[i].tenths > high ? m[i].tenths : high;
    low_band = band < low_band ? band : low_band;
    high_band = band > high_band ? band : high_band;
  }
  struct span list = scores(a, m, n);
  if (scored == 0)
    return arena_printf(a, "Their cadence cannot be compared yet: %.*s.", SPAN_ARG(list));
  if (scored == 1)
    return arena_printf(a, "Only %.*s has a velocity score so far: %.*s.", SPAN_ARG(names[0]), SPAN_ARG(list));
  struct span all = sentences_join(a, names, scored, "and ");
  if (low_band == high_band || high - low < 10)
    return arena_printf(a, "%.*s ship at a similar cadence: %.*s.", SPAN_ARG(all), SPAN_ARG(list));
  return arena_printf(a, "%.*s %s %s: %.*s.", SPAN_ARG(sentences_join(a, leaders, ties, "and ")), ties > 1 ? "ship" : "ships",
                      n == 2 ? "faster" : "fastest", SPAN_ARG(list));
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

/* Bytes of the UTF-8 character at the beginning of s. */
static size_t char_bytes(struct span s)
{
  size_t n = s.n ? 1 : 0;
  while (n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
    n++;
  return n;
}

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

struct span sentences_monogram(struct arena *a, struct span name)
{
  struct span first = SPAN(""), second = SPAN(""), last = SPAN("");
  bool inside = false;
  for (size_t i = 0; i < name.n;) {
    struct span one = span_head(span_from(name, i), char_bytes(span_from(name, i)));
    bool letter = is_letter(name.p[i]);
    if (letter && !inside && (!first.n || !second.n))
      *(first.n ? &second : &first) = one;
    else if (letter && inside && first.n && !last.n && !second.n)
      last = one;
    inside = letter;
    i += one.n;
  }
  struct span out = ARENA_JOIN(a, first, second.n ? second : last);
  for (size_t i = 0; i < out.n; i++)
    if (i == 0 || second.n)
      if (out.p[i] >= 'a' && out.p[i] <= 'z')
        ((char *)out.p)[i] -= 'a' - 'A'; /* the arena's copy */
  return out.n ? out : SPAN("?");
}

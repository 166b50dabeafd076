/* Matches folded texts against a prepared needle. */
#include "catalog/catalog_match.h"

#include "text/utf8.h"

/* ---- characters and words */

/* Of each byte: 0 separates words, 1 is in a word, 2 begins or continues a character outside of ASCII. */
static const uint8_t kinds[256] = {
    ['#'] = 1, ['+'] = 1, ['0' ... '9'] = 1, ['a' ... 'z'] = 1, [0x80 ... 0xff] = 2};

static inline bool in_word(char c)
{
  return kinds[(unsigned char)c];
}

size_t match_char(struct span s, uint32_t *c)
{
  if (!s.n)
    return 0;
  if ((unsigned char)s.p[0] < 0x80) {
    *c = in_word(s.p[0]) ? (unsigned char)s.p[0] : '-';
    return 1;
  }
  size_t n = utf8_next(s, c);
  if (!n)
    *c = UTF8_REPLACEMENT;
  return n ? n : 1;
}

static bool is_unspaced(uint32_t c)
{
  return c >= 0xE00 && (c < 0xF00 || (c >= 0x1000 && c < 0x10A0) || (c >= 0x1780 && c < 0x1800) || (c >= 0x3040 && c < 0x3100) ||
                        (c >= 0x3400 && c < 0xA000) || (c >= 0xF900 && c < 0xFB00) || (c >= 0x20000 && c < 0x40000));
}

/* The end of the word that begins at the start of s, which is not empty. */
static size_t word_end(struct span s, struct match_word *out)
{
  size_t n = 0;
  uint32_t c;
  while (n < s.n && kinds[(unsigned char)s.p[n]] == 1)
    n++;
  out->chars = n;
  out->unspaced = false;
  if (n == s.n || !in_word(s.p[n]))
    return n;
  for (size_t bytes; (bytes = match_char(span_from(s, n), &c)) && c != '-'; n += bytes) {
    bool unspaced = is_unspaced(c);
    if (!n)
      out->unspaced = unspaced;
    else if (out->unspaced != unspaced)
      break;
    out->chars++;
  }
  return n;
}

bool match_word_next(struct span *rest, struct match_word *out)
{
  struct span s = *rest;
  size_t from = 0;
  while (from < s.n && !in_word(s.p[from]))
    from++;
  s = span_from(s, from);
  size_t n = s.n ? word_end(s, out) : 0;
  out->text = span_head(s, n);
  *rest = span_from(s, n);
  return n > 0;
}

size_t match_normalize(struct span text, char *out)
{
  size_t n = 0;
  for (size_t i = 0; i < text.n; i++)
    if (in_word(text.p[i])) {
      if (n && i && !in_word(text.p[i - 1]))
        out[n++] = '-';
      out[n++] = text.p[i];
    }
  return n;
}

/* ---- the needle */

static void needle_init(struct match_needle *m, struct span text)
{
  *m = (struct match_needle){0};
  size_t chars = 0;
  for (size_t at = 0; at < text.n; chars++) {
    uint32_t c = 0;
    if (chars == MATCH_CHARS)
      return;
    at += match_char(span_from(text, at), &c);
    if (c < 128)
      m->ascii[c] |= UINT64_C(1) << chars;
    else
      m->other[chars] = c;
  }
  m->chars = chars;
  m->errors = chars < 4 ? 0 : chars < 8 ? 1 : 2;
}

void match_prepare(struct match_search *s, struct span needle)
{
  struct match_word w;
  struct span rest = needle;
  s->text = (struct span){NULL, 0};
  s->n_words = 0;
  s->all = 0;
  size_t n = 0;
  for (; match_word_next(&rest, &w); n++) {
    if (!s->text.p)
      s->text.p = w.text.p;
    s->text.n = (size_t)(w.text.p + w.text.n - s->text.p);
    if (n >= MATCH_WORDS_MAX)
      continue;
    s->words[n] = w;
    needle_init(&s->near[n], w.text);
    s->all |= UINT32_C(1) << n;
  }
  s->n_words = n > MATCH_WORDS_MAX ? 0 : n;
  needle_init(&s->whole, s->text);
}

static bool errors_limit(struct match_needle *m, unsigned most)
{
  bool more = m->errors > most;
  m->errors = more ? most : m->errors;
  return more;
}

bool match_errors_limit(struct match_search *s, unsigned most)
{
  bool limited = errors_limit(&s->whole, most);
  for (size_t i = 0; i < s->n_words; i++)
    limited |= errors_limit(&s->near[i], most);
  return limited;
}

bool match_empty(const struct match_search *s)
{
  return s->text.n == 0;
}

/* ---- without errors */

/* True: b begins with a.  All separators are equal. */
static bool same_start(struct span a, struct span b)
{
  if (a.n > b.n)
    return false;
  for (size_t i = 0; i < a.n; i++)
    if (a.p[i] != b.p[i] && (in_word(a.p[i]) || in_word(b.p[i])))
      return false;
  return true;
}

static struct span words_only(struct span s)
{
  while (s.n && !in_word(s.p[0]))
    s = span_from(s, 1);
  while (s.n && !in_word(s.p[s.n - 1]))
    s.n--;
  return s;
}

uint32_t match_text(const struct match_search *s, struct span text)
{
  struct span m = s->text, t = words_only(text);
  if (!m.n || m.n > t.n)
    return MATCH_NONE;
  if (same_start(m, t))
    return m.n == t.n ? MATCH_EXACT : MATCH_PREFIX;
  uint32_t best = MATCH_NONE;
  bool inside = s->n_words == 1 && (s->words[0].chars > 2 || s->words[0].unspaced);
  for (size_t at = 1; at + m.n <= t.n; at++) {
    const char *p = memchr(t.p + at, m.p[0], t.n - m.n - at + 1);
    if (!p)
      break;
    at = (size_t)(p - t.p);
    bool word = !in_word(t.p[at - 1]);
    if ((!word && !inside) || !same_start(m, span_from(t, at)))
      continue;
    if (word)
      return MATCH_WORD_PREFIX;
    best = MATCH_INSIDE;
  }
  return best;
}

static bool contains(struct span text, struct span part)
{
  return span_find_span(text, part) < text.n;
}

static bool word_matches(const struct match_word *needle, const struct match_word *w)
{
  if (needle->unspaced || w->unspaced)
    return needle->unspaced && w->unspaced && contains(w->text, needle->text);
  if (needle->chars < 3)
    return span_eq(needle->text, w->text);
  return needle->text.p[0] == w->text.p[0] && needle->text.n <= w->text.n &&
         memcmp(needle->text.p, w->text.p, needle->text.n) == 0;
}

bool match_word_matches(const struct match_search *s, const struct match_word *w)
{
  for (size_t i = 0; i < s->n_words; i++)
    if (word_matches(&s->words[i], w))
      return true;
  return false;
}

uint32_t match_words(const struct match_search *s, struct span text)
{
  struct match_word w;
  uint32_t found = 0;
  while (found != s->all && match_word_next(&text, &w))
    for (size_t i = 0; i < s->n_words; i++)
      if (word_matches(&s->words[i], &w))
        found |= UINT32_C(1) << i;
  return found;
}

/* ---- with errors */

static uint64_t positions_of(const struct match_needle *m, uint32_t c)
{
  uint64_t mask = 0;
  if (c < 128)
    return m->ascii[c];
  for (size_t i = 0; i < m->chars; i++)
    if (m->other[i] == c)
      mask |= UINT64_C(1) << i;
  return mask;
}

/* With e errors allowed, one of the first e + 1 characters must occur near the needle's start. */
static bool start_possible(const struct match_needle *m, struct span text)
{
  uint64_t near = (UINT64_C(1) << (2 * m->errors + 2)) - 1;
  for (size_t i = 0; i <= m->errors; i++) {
    unsigned char c = i < text.n ? (unsigned char)text.p[i] : 0x80;
    if (c >= 0x80 || m->ascii[in_word((char)c) ? c : '-'] & near)
      return true;
  }
  return false;
}

/* The least distance of a part of the text that begins at its start and ends with a word; above m->errors: none. */
static size_t distance_from(const struct match_needle *m, struct span text)
{
  uint64_t vp = UINT64_MAX, vn = 0, d0 = 0, before = 0, last = UINT64_C(1) << (m->chars - 1);
  size_t distance = m->chars, most = m->chars + m->errors, best = m->errors + 1, at = 0;
  for (size_t i = 0; at < text.n && i < most; i++) {
    uint32_t c = 0;
    at += match_char(span_from(text, at), &c);
    uint64_t pm = positions_of(m, c), tr = ((~d0 & pm) << 1) & before;
    d0 = (((pm & vp) + vp) ^ vp) | pm | vn | tr;
    uint64_t hp = vn | ~(d0 | vp), hn = d0 & vp;
    distance = distance + !!(hp & last) - !!(hn & last);
    hp = hp << 1 | 1;
    hn <<= 1;
    vp = hn | ~(d0 | hp);
    vn = hp & d0;
    before = pm;
    if (distance > m->errors + (most - i - 1))
      break; /* each further character reduces the distance by one at most */
    if ((at >= text.n || !in_word(text.p[at])) && distance < best)
      best = distance;
  }
  return best;
}

/* The least distance of words of the text. */
static size_t needle_distance(const struct match_needle *m, struct span text)
{
  size_t best = m->errors + 1;
  struct match_word w;
  if (!m->chars)
    return SIZE_MAX;
  while (best > 0 && match_word_next(&text, &w)) {
    struct span from = span_of(w.text.p, w.text.n + text.n);
    size_t d = start_possible(m, from) ? distance_from(m, from) : best;
    best = d < best ? d : best;
  }
  return best > m->errors ? SIZE_MAX : best;
}

uint32_t match_near(const struct match_search *s, struct span text)
{
  size_t worst = 0, whole = needle_distance(&s->whole, text);
  for (size_t i = 0; i < s->n_words && worst < SIZE_MAX; i++) {
    size_t d = needle_distance(&s->near[i], text);
    worst = d > worst ? d : worst;
  }
  size_t best = s->n_words > 1 && worst < whole ? worst : whole;
  return best == SIZE_MAX ? MATCH_NONE : best < 2 ? MATCH_ONE_ERROR : MATCH_TWO_ERRORS;
}

bool match_same(struct span a, struct span b)
{
  return a.n == b.n && same_start(a, b);
}

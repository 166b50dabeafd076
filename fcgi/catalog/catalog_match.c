/* Matches folded texts against a prepared needle: plain comparison first, then with errors. */
#include "catalog/catalog_match.h"

#include "text/utf8.h"

static bool in_word(char c)
{
  unsigned char u = (unsigned char)c;
  return (u >= 'a' && u <= 'z') || (u >= '0' && u <= '9') || u >= 0x80;
}

static size_t word_end(struct span s, size_t from)
{
  while (from < s.n && in_word(s.p[from]))
    from++;
  return from;
}

static size_t word_start(struct span s, size_t from)
{
  while (from < s.n && !in_word(s.p[from]))
    from++;
  return from;
}

/* Classes of characters: one for each letter, five for digits, one for other characters of words, one for separators. */
static inline unsigned class_of(char c)
{
  if (c >= 'a' && c <= 'z')
    return (unsigned)(c - 'a');
  if (c >= '0' && c <= '9')
    return 26 + (unsigned)(c - '0') % 5;
  return in_word(c) ? MATCH_CLASSES - 2 : MATCH_CLASSES - 1;
}

uint32_t match_letters(struct span s)
{
  uint32_t mask = 0;
  for (size_t i = 0; i < s.n; i++)
    if (in_word(s.p[i]))
      mask |= UINT32_C(1) << class_of(s.p[i]);
  return mask;
}

/* Decodes one character; all separators become `-`. */
static size_t char_next(struct span s, size_t at, uint32_t *c)
{
  if ((unsigned char)s.p[at] < 0x80) {
    *c = in_word(s.p[at]) ? (unsigned char)s.p[at] : '-';
    return 1;
  }
  size_t n = utf8_next(span_from(s, at), c);
  return n ? n : 1;
}

static void needle_init(struct match_needle *m, struct span text)
{
  *m = (struct match_needle){.text = text, .letters = match_letters(text)};
  size_t chars = 0;
  for (size_t at = 0; at < text.n; chars++) {
    uint32_t c = 0;
    if (chars == MATCH_CHARS)
      return;
    m->counts[class_of(text.p[at])]++;
    at += char_next(text, at, &c);
    if (c < 128)
      m->ascii[c] |= UINT64_C(1) << chars;
    else
      m->other[chars] = c;
  }
  m->chars = chars;
  m->errors = chars < 3 ? 0 : chars < 6 ? 1 : 2;
}

void match_prepare(struct match_search *s, struct span needle)
{
  size_t from = word_start(needle, 0), to = needle.n;
  while (to > from && !in_word(needle.p[to - 1]) && needle.p[to - 1] != '+' && needle.p[to - 1] != '#')
    to--;
  needle_init(&s->whole, span_of(needle.p + from, to - from));
  s->n_words = 0;
  for (size_t at = from; at < needle.n; at = word_start(needle, at)) {
    size_t end = word_end(needle, at);
    if (s->n_words == MATCH_WORDS_MAX) {
      s->n_words = 0;
      return;
    }
    needle_init(&s->words[s->n_words++], span_of(needle.p + at, end - at));
    at = end;
  }
  if (s->n_words < 2)
    s->n_words = 0;
}

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
static bool start_possible(const struct match_needle *m, struct span text, size_t at)
{
  uint64_t near = (UINT64_C(1) << (2 * m->errors + 2)) - 1;
  for (size_t i = at; i <= at + m->errors; i++) {
    unsigned char c = i < text.n ? (unsigned char)text.p[i] : 0x80;
    if (c >= 0x80 || m->ascii[in_word((char)c) ? c : '-'] & near)
      return true;
  }
  return false;
}

/* The least cost of a match with errors that begins at `at`, the start of a word. */
static uint32_t cost_from(const struct match_needle *m, struct span text, size_t at)
{
  uint64_t vp = UINT64_MAX, vn = 0, d0 = 0, before = 0, last = UINT64_C(1) << (m->chars - 1);
  size_t distance = m->chars, most = m->chars + m->errors;
  uint32_t best = MATCH_NONE;
  for (size_t i = 0; at < text.n && i < most; i++) {
    uint32_t c = 0;
    at += char_next(text, at, &c);
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
    bool boundary = at >= text.n || !in_word(text.p[at]);
    uint32_t cost = MATCH_NONE;
    if (boundary && distance <= m->errors)
      cost = distance <= 1 ? MATCH_ONE_ERROR : MATCH_TWO_ERRORS;
    else if (m->chars >= 5 && distance <= 1)
      cost = MATCH_PREFIX_ERROR;
    if (cost < best)
      best = cost;
  }
  return best;
}

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

static uint32_t cost_plain(const struct match_needle *m, struct span text)
{
  if (same_start(m->text, text))
    return m->text.n == text.n ? MATCH_EXACT : MATCH_PREFIX;
  uint32_t best = MATCH_NONE;
  for (size_t at = 1; at + m->text.n <= text.n; at++) {
    const char *p = memchr(text.p + at, m->text.p[0], text.n - m->text.n - at + 1);
    if (!p)
      break;
    at = (size_t)(p - text.p);
    if (!same_start(m->text, span_from(text, at)))
      continue;
    if (!in_word(text.p[at - 1]))
      return MATCH_WORD_PREFIX;
    best = MATCH_SUBSTRING;
  }
  return best;
}

/* Each character of the needle that does not occur in the text costs one error. */
static bool letters_suffice(const struct match_needle *m, uint32_t letters)
{
  unsigned missing = 0;
  for (uint32_t bits = m->letters & ~letters; bits; bits &= bits - 1)
    if ((missing += m->counts[__builtin_ctz(bits)]) > m->errors)
      return false;
  return true;
}

static uint32_t needle_cost(const struct match_needle *m, struct match_candidate text, uint32_t worst)
{
  if (m->text.n == 0 || text.text.n == 0 || !letters_suffice(m, text.letters))
    return MATCH_NONE;
  struct span t = in_word(m->text.p[0]) ? span_from(text.text, word_start(text.text, 0)) : text.text;
  uint32_t best = m->letters & ~text.letters ? MATCH_NONE : cost_plain(m, t);
  if (m->errors == 0 || worst <= MATCH_ONE_ERROR)
    return best;
  for (size_t at = word_start(t, 0); at < t.n && best > MATCH_ONE_ERROR; at = word_start(t, word_end(t, at))) {
    uint32_t cost = start_possible(m, t, at) ? cost_from(m, t, at) : MATCH_NONE;
    if (cost < best)
      best = cost;
  }
  return best;
}

uint32_t match_text(const struct match_search *s, struct match_candidate text, uint32_t worst)
{
  uint32_t best = needle_cost(&s->whole, text, worst);
  if (best < MATCH_WORDS || s->n_words == 0 || worst <= MATCH_WORDS)
    return best;
  uint32_t highest = 0;
  for (size_t i = 0; i < s->n_words && highest < MATCH_NONE; i++) {
    uint32_t cost = needle_cost(&s->words[i], text, MATCH_NONE);
    highest = cost > highest ? cost : highest;
  }
  return highest < MATCH_NONE ? MATCH_WORDS + highest : best;
}

bool match_possible(const struct match_search *s, uint32_t letters)
{
  if (letters_suffice(&s->whole, letters))
    return true;
  for (size_t i = 0; i < s->n_words; i++)
    if (!letters_suffice(&s->words[i], letters))
      return false;
  return s->n_words > 0;
}

bool match_same(struct span a, struct span b)
{
  return a.n == b.n && same_start(a, b);
}

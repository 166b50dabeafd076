#include "text/utf8.h"

size_t utf8_next(struct span s, uint32_t *c)
{
  const unsigned char *p = (const unsigned char *)s.p;
  if (!s.n)
    return 0;
  if (p[0] < 0x80) {
    *c = p[0];
    return 1;
  }
  size_t n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
  if (p[0] < 0xC2 || p[0] > 0xF4 || s.n < n)
    return 0;
  uint32_t v = p[0] & (0xFFu >> (n + 1));
  for (size_t i = 1; i < n; i++) {
    if ((p[i] & 0xC0) != 0x80)
      return 0;
    v = v << 6 | (p[i] & 0x3F);
  }
  if ((n == 3 && v < 0x800) || (n == 4 && (v < 0x10000 || v > 0x10FFFF)) || (v >= 0xD800 && v < 0xE000))
    return 0;
  *c = v;
  return n;
}

void utf8_put(struct buf *out, uint32_t c)
{
  if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
    c = UTF8_REPLACEMENT;
  if (c < 0x80)
    buf_putc(out, (char)c);
  else {
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    buf_putc(out, (char)((0xF00 >> (more + 1) & 0xFF) | c >> (6 * more)));
    while (more--)
      buf_putc(out, (char)(0x80 | (c >> (6 * more) & 0x3F)));
  }
}

/* The length of the prefix of printable ASCII, tab and line feed, the fast path for most text. */
static size_t plain_run(struct span s)
{
  size_t i = 0;
  while (i < s.n && (((unsigned char)s.p[i] >= 0x20 && (unsigned char)s.p[i] < 0x7F) || s.p[i] == '\n' || s.p[i] == '\t'))
    i++;
  return i;
}

bool utf8_valid(struct span s)
{
  uint32_t c;
  while (s.n) {
    size_t n = plain_run(s);
    if (!n && !(n = utf8_next(s, &c)))
      return false;
    s = span_from(s, n);
  }
  return true;
}

size_t utf8_count(struct span s)
{
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++)
    n += (s.p[i] & 0xC0) != 0x80;
  return n;
}

bool utf8_allowed(uint32_t c)
{
  bool control = (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c < 0xA0);
  bool nonchar = (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
  return !control && !nonchar;
}

/* The length of the prefix that needs no cleaning. */
static size_t clean_run(struct span s)
{
  size_t done = 0, n;
  uint32_t c;
  do {
    done += plain_run(span_from(s, done));
    n = utf8_next(span_from(s, done), &c);
    if (n && !utf8_allowed(c))
      n = 0;
    done += n;
  } while (n);
  return done;
}

static void clean_one(struct buf *out, struct span *s)
{
  uint32_t c;
  size_t n = utf8_next(*s, &c);
  if (n && c == '\r') {
    buf_putc(out, '\n');
    n += s->n > 1 && s->p[1] == '\n';
  } else if (n && (c == '\v' || c == '\f' || (c >= 0x1C && c <= 0x1F) || c == UTF8_NEXT_LINE))
    buf_putc(out, ' ');
  else
    utf8_put(out, UTF8_REPLACEMENT);
  *s = span_from(*s, n ? n : 1);
}

void utf8_clean_put(struct buf *out, struct span s)
{
  while (s.n) {
    size_t n = clean_run(s);
    buf_put(out, s.p, n);
    s = span_from(s, n);
    if (s.n)
      clean_one(out, &s);
  }
}

struct span utf8_clean(struct arena *a, struct span s)
{
  if (clean_run(s) == s.n)
    return s;
  struct buf out = BUF_INIT;
  utf8_clean_put(&out, s);
  return arena_take(a, &out);
}

bool utf8_is_clean(struct span s)
{
  return clean_run(s) == s.n;
}

struct utf8_range {
  uint32_t first, last;
};

static bool among(uint32_t c, const struct utf8_range *ranges, size_t n)
{
  size_t i = 0;
  while (i < n && c > ranges[i].last)
    i++;
  return i < n && c >= ranges[i].first;
}
#define AMONG(c, ranges) among(c, ranges, sizeof(ranges) / sizeof *(ranges))

/* Unicode 15.0: White_Space and Default_Ignorable_Code_Point, without unassigned characters, and U+2800. */
bool utf8_unseen(uint32_t c)
{
  static const struct utf8_range unseen[] = {
      {0x0009, 0x000D}, {0x0020, 0x0020}, {0x0085, 0x0085}, {0x00A0, 0x00A0}, {0x00AD, 0x00AD},   {0x034F, 0x034F},
      {0x061C, 0x061C}, {0x115F, 0x1160}, {0x1680, 0x1680}, {0x17B4, 0x17B5}, {0x180B, 0x180F},   {0x2000, 0x200F},
      {0x2028, 0x202F}, {0x205F, 0x206F}, {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164},   {0xFE00, 0xFE0F},
      {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFF8}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};
  return AMONG(c, unseen);
}

/* White space and what is drawn as nothing or as a blank at the end of a word, unlike a joiner or a variation selector. */
static bool is_blank(uint32_t c)
{
  static const struct utf8_range blanks[] = {
      {0x0009, 0x000D}, {0x001C, 0x0020}, {0x0085, 0x0085}, {0x00A0, 0x00A0}, {0x00AD, 0x00AD}, {0x1680, 0x1680},
      {0x180E, 0x180E}, {0x2000, 0x200B}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x2060}, {0x2800, 0x2800},
      {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
  return AMONG(c, blanks);
}

bool utf8_is_blank(struct span s)
{
  uint32_t c;
  for (size_t n; s.n; s = span_from(s, n))
    if (!(n = utf8_next(s, &c)) || !utf8_unseen(c))
      return false;
  return true;
}

static struct span trim(struct span s, bool (*goes)(uint32_t c))
{
  uint32_t c;
  for (size_t n; (n = utf8_next(s, &c)) && goes(c);)
    s = span_from(s, n);
  while (s.n) {
    size_t at = s.n - 1;
    while (at && (s.p[at] & 0xC0) == 0x80)
      at--;
    if (utf8_next(span_from(s, at), &c) != s.n - at || !goes(c))
      break;
    s.n = at;
  }
  return s;
}

struct span utf8_trim(struct span s)
{
  return trim(s, is_blank);
}

struct span utf8_trim_unseen(struct span s)
{
  return trim(s, utf8_unseen);
}

/* The length of a prefix of ASCII, a multiple of 8, at most `max`. */
static size_t ascii_run(struct span s, size_t max)
{
  size_t n = 0;
  for (uint64_t word; n + sizeof word <= s.n && n + sizeof word <= max; n += sizeof word) {
    memcpy(&word, s.p + n, sizeof word);
    if (word & UINT64_C(0x8080808080808080))
      break;
  }
  return n;
}

struct span utf8_cut(struct span s, size_t max)
{
  size_t at = ascii_run(s, max - max / 3), n = at, blank = 0; /* no blank so early is where it is cut */
  while (at < s.n && n < max) {
    if (s.p[at] == ' ' && n >= max - max / 3)
      blank = at;
    for (at++; at < s.n && (s.p[at] & 0xC0) == 0x80;)
      at++;
    n++;
  }
  if (at == s.n)
    return s;
  if (s.p[at] == ' ')
    blank = at;
  if (!blank)
    at = utf8_cluster_begin(s, at);
  return span_head(s, blank ? blank : at);
}

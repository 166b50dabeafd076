/* Folding for search: compatibility forms and case by libutf8proc (Unicode's NFKD with full case folding), then the letters
 * and marks that Unicode keeps apart and a reader does not.
 *
 *   marks     dropped in all scripts where they are accents, points or vowel signs that writers leave out: Latin, Greek,
 *             Arabic, Hebrew.  Kept where they make another letter: kana, the scripts of India, Cyrillic except ё
 *   blanks    white space of any kind, controls and zero-width spaces become one blank; none stay at the ends
 *   others    punctuation outside of ASCII becomes a blank or a hyphen
 *
 * The marks that stay are composed with their letters again (NFKC), so that composed and decomposed text fold alike.
 * Folding a folded text gives the same text. */
#include <stdlib.h>
#include <utf8proc.h>

#include "text/utf8.h"

#define DECOMPOSE (UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE)
#define COMPOSE (UTF8PROC_STABLE | UTF8PROC_COMPOSE)

/* ---- before the decomposition: characters whose compatibility form would join a word */

static bool is_blank(uint32_t c)
{
  switch (c) {
  case 0x200B: case 0x2800: case 0x3164: case 0xFEFF: case 0xFFA0: case UTF8_REPLACEMENT: return true;
  case 0x2122: case 0x2120: return true; /* TM and SM, which would become letters */
  default: break;
  }
  utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
  return c <= ' ' || k == UTF8PROC_CATEGORY_ZS || k == UTF8PROC_CATEGORY_ZL || k == UTF8PROC_CATEGORY_ZP ||
         k == UTF8PROC_CATEGORY_CC;
}

/* Valid UTF-8 without blanks other than U+0020.  Malformed bytes are left out. */
static void prepare(struct buf *out, struct span s)
{
  while (s.n) {
    uint32_t c;
    size_t n = utf8_next(s, &c);
    if (n && is_blank(c))
      buf_putc(out, ' ');
    else if (n)
      utf8_put(out, c);
    s = span_from(s, n ? n : 1);
  }
}

/* ---- after it */

static bool is_cyrillic(int32_t c)
{
  return c >= 0x400 && c < 0x530;
}

/* A mark that readers and writers leave out. */
static bool is_accent(int32_t c)
{
  return (c >= 0x300 && c < 0x370) || (c >= 0x483 && c < 0x48A) || (c >= 0x591 && c < 0x5C8) || (c >= 0x610 && c < 0x61B) ||
         c == 0x640 || (c >= 0x64B && c < 0x660) || c == 0x670 || (c >= 0x6D6 && c < 0x6EE && c != 0x6DD) ||
         (c >= 0x730 && c < 0x74B) || (c >= 0x8CA && c < 0x900) || (c >= 0x1AB0 && c < 0x1B00) || (c >= 0x1DC0 && c < 0x1E00) ||
         (c >= 0x20D0 && c < 0x2100) || (c >= 0xFE20 && c < 0xFE30);
}

/* True: with this mark the Cyrillic letter is another letter of its alphabet: й, ї, ў, ќ. */
static bool makes_a_letter(int32_t base, int32_t mark)
{
  if (!is_cyrillic(base) || base == 0x435 /* ё is е */)
    return false;
  return mark == 0x306 || mark == 0x308 || (mark == 0x301 && (base == 0x433 || base == 0x43A));
}

/* Letters that have no decomposition, and Arabic letters and digits of different keyboards. */
static const char *letter_of(int32_t c)
{
  switch (c) {
  case 0xE6: return "ae";
  case 0xF0: case 0x111: return "d";
  case 0xF8: return "o";
  case 0xFE: return "th";
  case 0x127: return "h";
  case 0x131: return "i";
  case 0x138: return "k";
  case 0x142: return "l";
  case 0x14B: return "n";
  case 0x153: return "oe";
  case 0x167: return "t";
  case 0x180: case 0x253: return "b";
  case 0x188: return "c";
  case 0x192: return "f";
  case 0x199: return "k";
  case 0x6CC: return "\xD9\x8A"; /* Farsi yeh */
  case 0x6A9: return "\xD9\x83"; /* keheh */
  default: return NULL;
  }
}

static char digit_of(int32_t c)
{
  if (c >= 0x660 && c < 0x66A)
    return (char)('0' + c - 0x660);
  return c >= 0x6F0 && c < 0x6FA ? (char)('0' + c - 0x6F0) : 0;
}

/* What stands for punctuation and signs outside of ASCII; 0: the character is neither. */
static char sign_of(int32_t c)
{
  switch (c) {
  case 0xA9: case 0xAE: return ' ';
  case 0x2044: case 0x2215: return '/';
  case 0x2212: return '-';
  case 0x2018: case 0x2019: return '\'';
  default: break;
  }
  switch (utf8proc_category(c)) {
  case UTF8PROC_CATEGORY_PD: return '-';
  case UTF8PROC_CATEGORY_PC: case UTF8PROC_CATEGORY_PS: case UTF8PROC_CATEGORY_PE: case UTF8PROC_CATEGORY_PI:
  case UTF8PROC_CATEGORY_PF: case UTF8PROC_CATEGORY_PO: case UTF8PROC_CATEGORY_ZS: return ' ';
  default: return 0;
  }
}

/* Writes the characters that stand for c to `to` (two at most) and returns their number. */
static size_t char_fold(int32_t c, int32_t base, int32_t *to)
{
  const char *letters = letter_of(c);
  char sign = c < 0x80 ? 0 : digit_of(c) ? digit_of(c) : sign_of(c);
  size_t n = 0;
  if (letters && (unsigned char)*letters >= 0x80) {
    utf8proc_iterate((const utf8proc_uint8_t *)letters, 2, &to[0]);
    return 1;
  }
  if (letters)
    for (; *letters; letters++)
      to[n++] = *letters;
  else if (sign)
    to[n++] = sign;
  else if (!is_accent(c) || makes_a_letter(base, c))
    to[n++] = c;
  return n;
}

/* A blank follows a blank nowhere, and none stands at an end. */
static size_t blanks_squeeze(int32_t *c, size_t n)
{
  size_t kept = 0;
  for (size_t i = 0; i < n; i++)
    if (c[i] != ' ' || (kept && c[kept - 1] != ' '))
      c[kept++] = c[i];
  return kept && c[kept - 1] == ' ' ? kept - 1 : kept;
}

/* Composes what is left, and drops marks that met no letter to make another of.  Returns the new length. */
static size_t marks_compose(int32_t *c, size_t n)
{
  utf8proc_ssize_t composed = utf8proc_normalize_utf32(c, (utf8proc_ssize_t)n, COMPOSE);
  size_t kept = 0;
  for (utf8proc_ssize_t i = 0; i < composed; i++)
    if (!is_accent(c[i]))
      c[kept++] = c[i];
  return kept;
}

/* Writes the folded characters of `in` to `to`, which has room for twice as many.  Returns their number. */
static size_t chars_fold(const int32_t *in, size_t n, int32_t *to)
{
  size_t kept = 0;
  for (size_t i = 0; i < n; i++)
    kept += char_fold(in[i], kept ? to[kept - 1] : 0, to + kept);
  return blanks_squeeze(to, marks_compose(to, kept));
}

static struct span fold_any(struct arena *a, struct span s)
{
  struct buf clean = BUF_INIT, out = BUF_INIT;
  prepare(&clean, s);
  const utf8proc_uint8_t *text = (const utf8proc_uint8_t *)clean.p;
  utf8proc_ssize_t bytes = (utf8proc_ssize_t)clean.n, n = utf8proc_decompose(text, bytes, NULL, 0, DECOMPOSE);
  int32_t *in = n < 0 || clean.failed ? NULL : reallocarray(NULL, (size_t)n + 1, 3 * sizeof *in);
  if (in) {
    int32_t *to = in + n + 1;
    size_t kept = utf8proc_decompose(text, bytes, in, n, DECOMPOSE) == n ? chars_fold(in, (size_t)n, to) : 0;
    for (size_t i = 0; i < kept; i++)
      utf8_put(&out, (uint32_t)to[i]);
  } else
    arena_fail(a);
  free(in);
  buf_free(&clean);
  return arena_take(a, &out);
}

static bool is_ascii(struct span s)
{
  uint64_t all = 0, word;
  for (; s.n >= sizeof word; s = span_from(s, sizeof word)) {
    memcpy(&word, s.p, sizeof word);
    all |= word;
  }
  for (size_t i = 0; i < s.n; i++)
    all |= (unsigned char)s.p[i];
  return !(all & UINT64_C(0x8080808080808080));
}

#define SAME(c) [c] = c, [c + 1] = c + 1, [c + 2] = c + 2, [c + 3] = c + 3
#define SAME_16(c) SAME(c), SAME(c + 4), SAME(c + 8), SAME(c + 12)
#define LOWER(c) [c] = c + 32, [c + 1] = c + 33
/* Lower case; blanks and controls are blanks. */
static const char ascii_fold[128] = {
    [0 ... 32] = ' ', SAME('!'), SAME('%'), SAME(')'), SAME('-'), SAME('1'), SAME('5'), SAME('9'), SAME('='),
    LOWER('A'), LOWER('C'), LOWER('E'), LOWER('G'), LOWER('I'), LOWER('K'), LOWER('M'), LOWER('O'), LOWER('Q'), LOWER('S'),
    LOWER('U'), LOWER('W'), LOWER('Y'), ['['] = '[', SAME('\\'), SAME_16('`'), SAME('p'), SAME('t'), SAME('x'), ['|'] = '|',
    ['}'] = '}', ['~'] = '~', [127] = ' ',
};

static struct span fold_ascii(struct arena *a, struct span s)
{
  char *out = arena_z(a, s), before = ' ';
  size_t n = 0;
  for (size_t i = 0; i < s.n && out; i++) {
    char c = ascii_fold[(unsigned char)s.p[i]];
    out[n] = c;
    n += c != ' ' || before != ' ';
    before = c;
  }
  if (n && out[n - 1] == ' ')
    n--;
  return span_of(out, out ? n : 0);
}

struct span utf8_fold(struct arena *a, struct span s)
{
  return is_ascii(s) ? fold_ascii(a, s) : fold_any(a, s);
}

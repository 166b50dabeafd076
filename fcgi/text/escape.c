#include "text/escape.h"

/* The replacement of each byte; NULL: the byte is copied. */
static const char *const html_of[256] = {
    ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
};

#define REPLACED "\xEF\xBF\xBD" /* U+FFFD */

/* All C0 controls except tab, LF and CR are replaced.  (html_of copies a NUL: its callers never pass one.) */
static const char *const xml_of[256] = {
    [0] = REPLACED,  [1] = REPLACED,  [2] = REPLACED,  [3] = REPLACED,   [4] = REPLACED,  [5] = REPLACED,  [6] = REPLACED,
    [7] = REPLACED,  [8] = REPLACED,  [11] = REPLACED, [12] = REPLACED,  [14] = REPLACED, [15] = REPLACED, [16] = REPLACED,
    [17] = REPLACED, [18] = REPLACED, [19] = REPLACED, [20] = REPLACED,  [21] = REPLACED, [22] = REPLACED, [23] = REPLACED,
    [24] = REPLACED, [25] = REPLACED, [26] = REPLACED, [27] = REPLACED,  [28] = REPLACED, [29] = REPLACED, [30] = REPLACED,
    [31] = REPLACED, ['&'] = "&amp;", ['<'] = "&lt;",  ['>'] = "&gt;",   ['"'] = "&quot;", ['\''] = "&#39;",
};

static const char *const md_of[256] = {
    ['\\'] = "\\\\", ['`'] = "\\`", ['*'] = "\\*", ['_'] = "\\_", ['['] = "\\[", [']'] = "\\]",
    ['<'] = "\\<",   ['>'] = "\\>", ['&'] = "\\&", ['#'] = "\\#", ['|'] = "\\|", ['~'] = "\\~",
    ['!'] = "\\!",   ['\n'] = " ",  ['\r'] = " ",  ['\t'] = " ",
};

typedef unsigned char block __attribute__((vector_size(16), aligned(1), may_alias));

/* True: one of these 16 bytes must be escaped.  Most text of a page has no such byte. */
static bool html_in_block(const char *p)
{
  block b = *(const block *)(const void *)p;
  block hit = (block)(b == '&') | (block)(b == '<') | (block)(b == '>') | (block)(b == '"') | (block)(b == '\'');
  uint64_t half[2];
  memcpy(half, &hit, sizeof half);
  return half[0] | half[1];
}

/* The same for up to 15 bytes; the two reads may overlap. */
static bool html_in_short(struct span s)
{
  char both[16] = {0};
  size_t half = s.n >= 8 ? 8 : 4;
  if (s.n >= 4) {
    memcpy(both, s.p, half);
    memcpy(both + 8, s.p + s.n - half, half);
  } else if (s.n) {
    both[0] = s.p[0];
    both[1] = s.p[s.n / 2];
    both[2] = s.p[s.n - 1];
  }
  return html_in_block(both);
}

/* The length of a prefix without bytes to escape.  It is checked in blocks, so the longest such prefix may be longer. */
static size_t html_harmless(struct span s)
{
  size_t n = 0;
  if (s.n < sizeof(block))
    return html_in_short(s) ? 0 : s.n;
  while (n + sizeof(block) <= s.n && !html_in_block(s.p + n))
    n += sizeof(block);
  if (n + sizeof(block) > s.n && !html_in_block(s.p + s.n - sizeof(block)))
    n = s.n;
  return n;
}

/* harmless: length of a prefix without bytes to escape. */
static void escape_by(const char *const table[256], struct buf *out, struct span s, size_t harmless)
{
  size_t from = 0;
  for (size_t i = harmless; i < s.n; i++) {
    const char *with = table[(unsigned char)s.p[i]];
    if (!with)
      continue;
    buf_put(out, s.p + from, i - from);
    buf_puts(out, with);
    from = i + 1;
  }
  if (from < s.n)
    buf_put(out, s.p + from, s.n - from);
}

void escape_html(struct buf *out, struct span s)
{
  escape_by(html_of, out, s, html_harmless(s));
}

void escape_attr(struct buf *out, struct span s)
{
  escape_html(out, s);
}

/* The position of the first U+FFFE (EF BF BE) or U+FFFF (EF BF BF).  Valid UTF-8 has no surrogates. */
static size_t xml_forbidden(struct span s)
{
  for (size_t i = 0; i + 2 < s.n; i++) {
    const char *at = memchr(s.p + i, 0xEF, s.n - i - 2);
    if (!at)
      return s.n;
    i = (size_t)(at - s.p);
    if ((unsigned char)at[1] == 0xBF && (unsigned char)at[2] >= 0xBE)
      return i;
  }
  return s.n;
}

void escape_xml(struct buf *out, struct span s)
{
  size_t bad;
  while ((bad = xml_forbidden(s)) < s.n) {
    escape_by(xml_of, out, span_head(s, bad), 0);
    buf_puts(out, REPLACED);
    s = span_from(s, bad + 3);
  }
  escape_by(xml_of, out, s, 0);
}

/* True: the text begins with a marker of a block: "- ", "---", "+ ", "===", "1. ", "2) ".
 * *digits: the number of digits before the character to escape. */
static bool md_marker(struct span s, size_t *digits)
{
  size_t n = 0;
  while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
    n++;
  *digits = n;
  if (n == s.n || !s.p[n] || !strchr(n ? ".)" : "-+=", s.p[n]))
    return false;
  char next = n + 1 < s.n ? s.p[n + 1] : ' ';
  return next == ' ' || next == '\t' || next == '\n' || next == '\r' || (!n && next == s.p[n]);
}

void escape_md(struct buf *out, struct span s)
{
  size_t digits;
  if (md_marker(s, &digits)) {
    buf_put(out, s.p, digits);
    buf_putc(out, '\\');
    buf_putc(out, s.p[digits]);
    s = span_from(s, digits + 1);
  }
  escape_by(md_of, out, s, 0);
}

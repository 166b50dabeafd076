#include "text/escape.h"

#include "text/byte_block.h"

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

/* ---- masks of bytes that may have a replacement */
static inline byte_block html_mask(byte_block b)
{
  return (byte_block)(b == '&') | (byte_block)(b == '<') | (byte_block)(b == '>') | (byte_block)(b == '"') |
         (byte_block)(b == '\'');
}

static inline byte_block xml_mask(byte_block b)
{
  return html_mask(b) | byte_block_within(b, 0, ' ');
}

/* All but letters, digits, blanks, bytes of longer characters, and the punctuation of most texts. */
static inline byte_block md_mask(byte_block b)
{
  byte_block punctuation = byte_block_within(b, '(', ';' - '(' + 1) & (byte_block)(b != '*');
  return ~(byte_block_letters(b) | punctuation | (byte_block)(b == ' ') | byte_block_within(b, 0x80, 0x80));
}

/* Copies s with replacements.  Blocks without a byte to replace are skipped. */
static inline __attribute__((always_inline)) void escape_by(const char *const table[256], byte_block (*mask_of)(byte_block),
                                                            struct buf *out, struct span s)
{
  size_t from = 0, i = byte_block_clean(s, mask_of);
  while (i < s.n) {
    size_t end = s.n - i > sizeof(byte_block) ? i + sizeof(byte_block) : s.n;
    for (; i < end; i++) {
      const char *with = table[(unsigned char)s.p[i]];
      if (!with)
        continue;
      buf_put(out, s.p + from, i - from);
      buf_puts(out, with);
      from = i + 1;
    }
    i += byte_block_clean(span_from(s, i), mask_of);
  }
  if (from < s.n)
    buf_put(out, s.p + from, s.n - from);
}

void escape_html(struct buf *out, struct span s)
{
  escape_by(html_of, html_mask, out, s);
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

static void xml_write(struct buf *out, struct span s)
{
  escape_by(xml_of, xml_mask, out, s);
}

void escape_xml(struct buf *out, struct span s)
{
  size_t bad;
  while ((bad = xml_forbidden(s)) < s.n) {
    xml_write(out, span_head(s, bad));
    buf_puts(out, REPLACED);
    s = span_from(s, bad + 3);
  }
  xml_write(out, s);
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
  escape_by(md_of, md_mask, out, s);
}

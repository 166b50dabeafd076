/* Folding for search.  Each table has the folded letter of each character, from the first of the block on.  A capital
 * stands for two letters (pair_of); a dot means that the character is copied. */
#include "text/utf8.h"

#define LATIN_FIRST 0xC0
static const char latin[] = /* to U+024F */
    "aaaaaaAceeeeiiiidnooooo.ouuuuyTSaaaaaaAceeeeiiiidnooooo.ouuuuyTy"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiIIjjkkklllllll"
    "lllnnnnnnnnnooooooOOrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"
    "bb....occdddd.ee.ffg...ikkl..nnooo..pp.....ttttuu.vyyzz........."
    "....DDDLLLNNNaaiioouuuuuuuuuueaaaaAAggggkkoooo..jDDDgg..nnaaAAoo"
    "aaaaeeeeiiiioooorrrruuuusstt..hhn.....aaeeooooooooyy.........l.."
    "...b............";

#define LATIN_EXTENDED_FIRST 0x1E00
static const char latin_extended[] = /* to U+1EFF */
    "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
    "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
    "wwwwwwwwwwxxxxyyzzzzzzhtwy.s..S.aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
    "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";

static const char *pair_of(char capital)
{
  switch (capital) {
  case 'A': return "ae";
  case 'D': return "dz";
  case 'I': return "ij";
  case 'L': return "lj";
  case 'N': return "nj";
  case 'O': return "oe";
  case 'S': return "ss";
  default: return "th";
  }
}

static uint32_t greek_fold(uint32_t c)
{
  switch (c) {
  case 0x386: case 0x3AC: return 0x3B1;
  case 0x388: case 0x3AD: return 0x3B5;
  case 0x389: case 0x3AE: return 0x3B7;
  case 0x38A: case 0x390: case 0x3AA: case 0x3AF: case 0x3CA: return 0x3B9;
  case 0x38C: case 0x3CC: return 0x3BF;
  case 0x38E: case 0x3AB: case 0x3B0: case 0x3CB: case 0x3CD: return 0x3C5;
  case 0x38F: case 0x3CE: return 0x3C9;
  case 0x3C2: return 0x3C3;
  default: return c >= 0x391 && c <= 0x3A9 ? c + 0x20 : c;
  }
}

/* Letters like й are kept, because they are letters of their own; ё becomes е. */
static uint32_t cyrillic_fold(uint32_t c)
{
  if (c >= 0x410 && c <= 0x42F)
    c += 0x20;
  else if (c >= 0x400 && c <= 0x40F)
    c += 0x50;
  else if (c == 0x4C0)
    c = 0x4CF;
  else if (c >= 0x4C1 && c <= 0x4CE)
    c += c & 1;
  else if ((c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x52F))
    c |= 1;
  return c == 0x451 ? 0x435 : c;
}

static void fold_one(struct buf *out, uint32_t c)
{
  char to = '.';
  if (c < 0x80) {
    buf_putc(out, (char)(c >= 'A' && c <= 'Z' ? c + 32 : c));
    return;
  }
  if (c >= 0x300 && c < 0x370) /* combining marks */
    return;
  if (c >= LATIN_FIRST && c - LATIN_FIRST < sizeof latin - 1)
    to = latin[c - LATIN_FIRST];
  else if (c >= LATIN_EXTENDED_FIRST && c - LATIN_EXTENDED_FIRST < sizeof latin_extended - 1)
    to = latin_extended[c - LATIN_EXTENDED_FIRST];
  if (to >= 'a')
    buf_putc(out, to);
  else if (to >= 'A')
    buf_puts(out, pair_of(to));
  else if (c >= 0x370 && c < 0x400)
    utf8_put(out, greek_fold(c));
  else if (c >= 0x400 && c < 0x530)
    utf8_put(out, cyrillic_fold(c));
  else
    utf8_put(out, c);
}

struct span utf8_fold(struct arena *a, struct span s)
{
  struct buf out = BUF_INIT;
  while (s.n) {
    uint32_t c;
    size_t n = utf8_next(s, &c);
    if (n)
      fold_one(&out, c);
    s = span_from(s, n ? n : 1);
  }
  return arena_take(a, &out);
}

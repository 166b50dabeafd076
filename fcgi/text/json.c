#include "text/json.h"

#include <stdlib.h>

#include "text/utf8.h"

/* Bytes that are copied: ASCII except controls and the bytes that could end the string or its script element. */
#define TWO(c) [c] = 1, [c + 1] = 1
#define FOUR(c) TWO(c), TWO(c + 2)
#define EIGHT(c) FOUR(c), FOUR(c + 4)
static const unsigned char plain[256] = {
    TWO(' '),  ['#'] = 1, ['$'] = 1, ['%'] = 1, ['\''] = 1, EIGHT('('), EIGHT('0'), TWO('8'),  [':'] = 1, [';'] = 1,
    ['='] = 1, ['?'] = 1, EIGHT('@'), EIGHT('H'), EIGHT('P'), FOUR('X'),  [']'] = 1,  TWO('^'), EIGHT('`'), EIGHT('h'),
    EIGHT('p'), FOUR('x'), TWO('|'), ['~'] = 1,
};

static size_t plain_run(struct span s)
{
  size_t n = 0;
  while (n + 4 <= s.n && (plain[(unsigned char)s.p[n]] & plain[(unsigned char)s.p[n + 1]] &
                          plain[(unsigned char)s.p[n + 2]] & plain[(unsigned char)s.p[n + 3]]))
    n += 4;
  while (n < s.n && plain[(unsigned char)s.p[n]])
    n++;
  return n;
}

static void char_write(struct buf *out, uint32_t c)
{
  static const char shorts[32] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
  char two[2] = {'\\', (char)c};
  if (c < 0x20 && shorts[c])
    two[1] = shorts[c];
  if (c == '"' || c == '\\' || (c < 0x20 && shorts[c]))
    buf_put(out, two, 2);
  else if (c < 0x20 || c == 0x7F || c == '<' || c == '>' || c == '&' || c == 0x2028 || c == 0x2029)
    buf_printf(out, "\\u%04x", (unsigned)c);
  else
    utf8_put(out, utf8_allowed(c) ? c : UTF8_REPLACEMENT);
}

void json_write_text(struct buf *out, struct span s)
{
  while (s.n) {
    size_t run = plain_run(s);
    uint32_t c = UTF8_REPLACEMENT;
    buf_put(out, s.p, run);
    s = span_from(s, run);
    if (s.n) {
      size_t n = utf8_next(s, &c);
      char_write(out, c);
      s = span_from(s, n ? n : 1);
    }
  }
}

void json_write_string(struct buf *out, struct span s)
{
  buf_putc(out, '"');
  json_write_text(out, s);
  buf_putc(out, '"');
}

/* The fewest digits that strtod reads as the same number.  The text always has a "." or an "e". */
static void real_write(struct buf *out, double v)
{
  char text[64];
  int n = 0;
  for (int digits = 15; digits <= 17; digits++) {
    n = snprintf(text, sizeof text - 2, "%.*g", digits, v);
    if (strtod(text, NULL) == v)
      break;
  }
  buf_put(out, text, (size_t)n);
  if (!text[strcspn(text, ".e")])
    buf_puts(out, ".0");
}

static void object_write(struct buf *out, const json_t *v)
{
  json_t *of = (json_t *)v; /* jansson's iterators only read */
  const char *before = "{";
  for (void *at = json_object_iter(of); at; at = json_object_iter_next(of, at)) {
    buf_puts(out, before);
    json_write_string(out, span_of(json_object_iter_key(at), json_object_iter_key_len(at)));
    buf_putc(out, ':');
    json_write_tree(out, json_object_iter_value(at));
    before = ",";
  }
  buf_puts(out, *before == '{' ? "{}" : "}");
}

static void array_write(struct buf *out, const json_t *v)
{
  buf_putc(out, '[');
  for (size_t i = 0; i < json_array_size(v); i++) {
    if (i)
      buf_putc(out, ',');
    json_write_tree(out, json_array_get(v, i));
  }
  buf_putc(out, ']');
}

void json_write_tree(struct buf *out, const json_t *v)
{
  switch (v ? json_typeof(v) : JSON_NULL) {
  case JSON_OBJECT: object_write(out, v); break;
  case JSON_ARRAY: array_write(out, v); break;
  case JSON_STRING: json_write_string(out, span_of(json_string_value(v), json_string_length(v))); break;
  case JSON_INTEGER: buf_int(out, json_integer_value(v)); break;
  case JSON_REAL: real_write(out, json_real_value(v)); break;
  case JSON_TRUE: buf_puts(out, "true"); break;
  case JSON_FALSE: buf_puts(out, "false"); break;
  case JSON_NULL: buf_puts(out, "null"); break;
  }
}

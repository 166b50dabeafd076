#include "template/template_data.h"

#include <errno.h>
#include <stdlib.h>

#include "base/file.h"

#define MARK "\xEF\xB7\x90" /* U+FDD0 */
#define SAFE_DIGITS 18       /* of an integer that surely has 64 bits */

/* Length of the JSON string at the start of s, quotes included. */
static size_t string_length(struct span s)
{
  size_t n = 1;
  while (n < s.n && s.p[n] != '"')
    n += s.p[n] == '\\' ? 2 : 1;
  return n < s.n ? n + 1 : s.n;
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* Length of what looks like a number at the start of s; 0: nothing does. */
static size_t number_length(struct span s)
{
  size_t n = 0;
  while (n < s.n && (is_digit(s.p[n]) || (s.p[n] && strchr("+-.eE", s.p[n]))))
    n++;
  return n && (is_digit(s.p[0]) || s.p[0] == '-') ? n : 0;
}

static bool is_long_integer(struct span s)
{
  struct span digits = span_from(s, s.p[0] == '-');
  for (size_t i = 0; i < digits.n; i++)
    if (!is_digit(digits.p[i]))
      return false;
  return digits.n > SAFE_DIGITS && digits.p[0] != '0';
}

/* The same JSON text with its long integers as marked strings. */
static void integers_mark(struct buf *out, struct span s)
{
  while (s.n) {
    size_t number = number_length(s), n = number ? number : s.p[0] == '"' ? string_length(s) : 1;
    bool marked = number && is_long_integer(span_head(s, n));
    buf_puts(out, marked ? "\"" MARK : "");
    buf_put(out, s.p, n);
    buf_puts(out, marked ? "\"" : "");
    s = span_from(s, n);
  }
}

/* Takes the marks and their quotes away again. */
static void integers_unmark(struct buf *out, struct span s)
{
  const struct span quoted = SPAN("\"" MARK);
  while (s.n) {
    struct span rest = span_starts(s, quoted) ? span_from(s, quoted.n) : SPAN("");
    struct span digits = span_head(rest, number_length(rest));
    bool marked = digits.n && is_long_integer(digits);
    buf_span(out, marked ? digits : span_head(s, 1));
    s = span_from(s, marked ? quoted.n + digits.n + 1 : 1);
  }
}

json_t *template_data_read(const char *path, FILE *why)
{
  const size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
  json_error_t error = {.line = -1};
  struct buf text = BUF_INIT, marked = BUF_INIT;
  json_t *v = NULL;
  if (!file_read(&text, path)) {
    fprintf(why, "%s: %s\n", path, strerror(errno));
    buf_free(&text);
    return NULL;
  }
  v = json_loadb(text.n ? text.p : "", text.n, flags, &error);
  if (!v && json_error_code(&error) == json_error_numeric_overflow) {
    integers_mark(&marked, buf_view(&text));
    v = marked.failed ? NULL : json_loadb(marked.p, marked.n, flags, &error);
  }
  if (!v && error.line < 1)
    fprintf(why, "%s: %s\n", path, error.text);
  else if (!v)
    fprintf(why, "%s:%d:%d: %s\n", path, error.line, error.column, error.text);
  buf_free(&marked);
  buf_free(&text);
  return v;
}

/* The shortest digits that are read back as the same number; a real looks like one. */
static int real_print(char *out, size_t size, double v)
{
  int n = 0;
  for (int digits = 15; digits <= 17; digits++) {
    n = snprintf(out, size - 2, "%.*g", digits, v);
    if (strtod(out, NULL) == v)
      break;
  }
  return out[strcspn(out, ".e")] ? n : n + snprintf(out + n, 3, ".0");
}

static int to_buf(const char *p, size_t n, void *out)
{
  buf_put(out, p, n);
  return 0;
}

static void tree_print(struct buf *out, json_t *v)
{
  struct buf text = BUF_INIT;
  if (json_dump_callback(v, to_buf, &text, JSON_COMPACT | JSON_ENCODE_ANY) != 0 || text.failed)
    out->failed = true;
  integers_unmark(out, buf_view(&text));
  buf_free(&text);
}

static void string_print(struct buf *out, struct span s)
{
  struct span digits = span_from(s, sizeof MARK - 1);
  bool number = span_starts(s, SPAN(MARK)) && digits.n && is_long_integer(digits);
  buf_span(out, number ? digits : s);
}

void template_data_print(struct buf *out, json_t *v)
{
  char digits[64];
  switch (v ? json_typeof(v) : JSON_NULL) {
  case JSON_STRING: string_print(out, span_of(json_string_value(v), json_string_length(v))); break;
  case JSON_INTEGER: buf_int(out, json_integer_value(v)); break;
  case JSON_REAL: buf_put(out, digits, (size_t)real_print(digits, sizeof digits, json_real_value(v))); break;
  case JSON_TRUE: buf_puts(out, "true"); break;
  case JSON_FALSE: buf_puts(out, "false"); break;
  case JSON_NULL: break;
  default: tree_print(out, v); break;
  }
}

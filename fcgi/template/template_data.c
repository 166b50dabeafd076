#include "template/template_data.h"

#include <errno.h>

#include "base/file.h"

#define MARK "\xEF\xB7\x90" /* U+FDD0 */

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

static size_t digits_length(struct span s)
{
  size_t n = 0;
  while (n < s.n && is_digit(s.p[n]))
    n++;
  return n;
}

/* Length of the JSON number at the start of s; 0: there is none. */
static size_t number_length(struct span s)
{
  size_t n = span_starts(s, SPAN("-")), whole = digits_length(span_from(s, n)), more;
  if (!whole || (whole > 1 && s.p[n] == '0'))
    return 0;
  n += whole;
  if (n < s.n && s.p[n] == '.' && (more = digits_length(span_from(s, n + 1))))
    n += 1 + more;
  if (n < s.n && (s.p[n] == 'e' || s.p[n] == 'E')) {
    size_t sign = n + 1 < s.n && (s.p[n + 1] == '+' || s.p[n + 1] == '-');
    if ((more = digits_length(span_from(s, n + 1 + sign))))
      n += 1 + sign + more;
  }
  return n < s.n && (is_digit(s.p[n]) || (s.p[n] && strchr("+-.eE", s.p[n]))) ? 0 : n;
}

/* Length of what may be meant as a number. */
static size_t word_length(struct span s)
{
  size_t n = 0;
  while (n < s.n && (is_digit(s.p[n]) || (s.p[n] && strchr("+-.eE", s.p[n]))))
    n++;
  return n && (is_digit(s.p[0]) || s.p[0] == '-') ? n : 1;
}

/* The same JSON text with its numbers as marked strings. */
static void numbers_mark(struct buf *out, struct span s)
{
  while (s.n) {
    size_t number = number_length(s), n = number ? number : s.p[0] == '"' ? string_length(s) : word_length(s);
    buf_puts(out, number ? "\"" MARK : "");
    buf_put(out, s.p, n);
    buf_puts(out, number ? "\"" : "");
    s = span_from(s, n);
  }
}

/* Takes the marks and their quotes away again. */
static void numbers_unmark(struct buf *out, struct span s)
{
  const struct span quoted = SPAN("\"" MARK);
  while (s.n) {
    struct span rest = span_starts(s, quoted) ? span_from(s, quoted.n) : SPAN("");
    size_t n = number_length(rest);
    bool marked = n && n < rest.n && rest.p[n] == '"';
    buf_span(out, marked ? span_head(rest, n) : span_head(s, 1));
    s = span_from(s, marked ? quoted.n + n + 1 : 1);
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
  /* the text as it is, for the place of a fault; it may have a number that the library has no room for */
  v = json_loadb(text.n ? text.p : "", text.n, flags, &error);
  if (v || json_error_code(&error) == json_error_numeric_overflow) {
    json_decref(v);
    numbers_mark(&marked, buf_view(&text));
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
  numbers_unmark(out, buf_view(&text));
  buf_free(&text);
}

/* The digits of a value that was a number; empty: it was none. */
static struct span number_of(json_t *v)
{
  struct span s = json_is_string(v) ? span_of(json_string_value(v), json_string_length(v)) : SPAN("");
  struct span digits = span_starts(s, SPAN(MARK)) ? span_from(s, sizeof MARK - 1) : SPAN("");
  return digits.n && number_length(digits) == digits.n ? digits : SPAN("");
}

bool template_data_is_zero(json_t *v)
{
  struct span digits = number_of(v);
  for (size_t i = 0; i < digits.n && digits.p[i] != 'e' && digits.p[i] != 'E'; i++)
    if (digits.p[i] >= '1' && digits.p[i] <= '9')
      return false;
  return digits.n > 0;
}

void template_data_print(struct buf *out, json_t *v)
{
  struct span digits = number_of(v);
  if (digits.n) {
    buf_span(out, digits);
    return;
  }
  switch (v ? json_typeof(v) : JSON_NULL) {
  case JSON_STRING: buf_span(out, span_of(json_string_value(v), json_string_length(v))); break;
  case JSON_TRUE: buf_puts(out, "true"); break;
  case JSON_FALSE: buf_puts(out, "false"); break;
  case JSON_NULL: break;
  default: tree_print(out, v); break;
  }
}

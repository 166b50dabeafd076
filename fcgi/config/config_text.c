/* The grammar:
 *   file    = { entry | comment | blank }; several entries may stand in one line
 *   entry   = key "=" value, in one line; blanks and comments may stand between the three
 *   value   = bare, or "double quoted", or 'single quoted'; a quote closes in its line
 *   bare    = bytes other than blanks and # " ' = { } ( ) + , * with ${NAME} and ${NAME:-default} replaced
 *   comment = # or // up to the end of the line, or slash-star up to star-slash; inside a bare value only # begins one
 * In double quotes ${NAME} is replaced too, and a backslash begins an escape: \a \b \e \f \n \r \t \v, \NNN in octal,
 * \xHH, a newline (which is removed); before any other byte, except a digit, it stands for that byte.  In single
 * quotes a backslash escapes only a quote, a backslash and a newline. */
#include "config/config_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "text/utf8.h"

struct span config_text_begin(struct span text)
{
  bool marked = text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0;
  return marked ? span_of(text.p + 3, text.n - 3) : text;
}

struct config_text config_text_of(struct span text, const char *path, FILE *why)
{
  return (struct config_text){.text = config_text_begin(text), .path = path, .why = why, .line = 1, .value = BUF_INIT};
}

void config_text_free(struct config_text *t)
{
  buf_free(&t->value);
}

void config_text_fault(struct config_text *t, size_t line, const char *format, ...)
{
  va_list args;
  t->faults++;
  if (!t->why)
    return;
  fprintf(t->why, "%s:%zu: ", t->path, line);
  va_start(args, format);
  vfprintf(t->why, format, args);
  va_end(args);
  fputc('\n', t->why);
}

static char char_at(const struct config_text *t, size_t ahead)
{
  return t->at + ahead < t->text.n ? t->text.p[t->at + ahead] : 0;
}

static bool is_word(char c)
{
  return c && !strchr(" #\"'\t\n\r={}()+,*", c);
}

static void line_skip(struct config_text *t)
{
  t->at += span_find(span_from(t->text, t->at), '\n');
}

static void comment_skip(struct config_text *t)
{
  size_t line = t->line;
  for (t->at += 2; t->at < t->text.n; t->at++) {
    if (char_at(t, 0) == '*' && char_at(t, 1) == '/') {
      t->at += 2;
      return;
    }
    t->line += char_at(t, 0) == '\n';
  }
  config_text_fault(t, line, "a comment is opened with /* and never closed");
}

/* Skips blanks and comments; `lines`: newlines too. */
static void blank_skip(struct config_text *t, bool lines)
{
  for (;;) {
    char c = char_at(t, 0), next = char_at(t, 1);
    if (c == '#' || (c == '/' && next == '/'))
      line_skip(t);
    else if (c == '/' && next == '*')
      comment_skip(t);
    else if (c == ' ' || c == '\t' || c == '\r' || (c == '\n' && lines)) {
      t->line += c == '\n';
      t->at++;
    } else
      return;
  }
}

/* The length of the ${NAME} or ${NAME:-default} that begins here; 0: there is none. */
static size_t variable_at(const struct config_text *t)
{
  struct span rest = span_from(t->text, t->at);
  size_t end;
  rest = span_head(rest, span_find(rest, '\n'));
  end = span_find(rest, '}');
  return span_starts(rest, SPAN("${")) && end < rest.n ? end + 1 : 0;
}

static bool variable_read(struct config_text *t, size_t n)
{
  struct span inside = span_of(t->text.p + t->at + 2, n - 3);
  size_t colon = span_find_span(inside, SPAN(":-")), from = t->value.n;
  struct span name = span_head(inside, colon), otherwise = span_from(inside, colon + 2);
  buf_span(&t->value, name);
  const char *z = buf_z(&t->value), *value = t->value.failed ? "" : getenv(z + from);
  buf_truncate(&t->value, from);
  t->at += n;
  if (!value && colon == inside.n) {
    config_text_fault(t, t->line, "the environment has no variable %.*s: set it, or write ${%.*s:-a default}", SPAN_ARG(name),
                      SPAN_ARG(name));
    return false;
  }
  buf_span(&t->value, value ? span_z(value) : otherwise);
  return true;
}

static int digit_at(const struct config_text *t)
{
  static const char digits[] = "0123456789abcdef";
  char c = char_at(t, 0);
  const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c) : NULL;
  return at ? (int)(at - digits) : 16;
}

static int number_read(struct config_text *t, int base, int most)
{
  int v = 0;
  for (; most && digit_at(t) < base; most--, t->at++)
    v = v * base + digit_at(t);
  return v;
}

/* Reads what follows a backslash in double quotes. */
static bool escape_read(struct config_text *t)
{
  static const char names[] = "abefnrtv", bytes[] = "\a\b\033\f\n\r\t\v";
  char c = char_at(t, 0);
  const char *named = strchr(names, c);
  int v = named ? bytes[named - names] : (unsigned char)c;
  size_t line = t->line;
  bool octal = c >= '0' && c <= '9';
  t->at += !octal;
  if (octal)
    v = number_read(t, 8, 3);
  else if (c == 'x' && digit_at(t) < 16)
    v = number_read(t, 16, 2);
  if (!v || v > 0xFF || (octal && digit_at(t) < 10)) {
    config_text_fault(t, line, "a backslash before a number: write two backslashes for one");
    return false;
  }
  buf_putc(&t->value, (char)v);
  return true;
}

static bool backslash_read(struct config_text *t, char quote)
{
  char c = char_at(t, 1);
  t->at++;
  if (!c)
    return true;
  if (c == '\n')
    t->line++;
  else if (quote == '"')
    return escape_read(t);
  else if (c == '\'' || c == '\\')
    buf_putc(&t->value, c);
  else
    buf_put(&t->value, t->text.p + t->at - 1, 2);
  t->at++;
  return true;
}

static bool quoted_read(struct config_text *t, char quote)
{
  size_t line = t->line, n;
  t->at++;
  for (char c; (c = char_at(t, 0)) != quote;) {
    if (!c || c == '\n') {
      config_text_fault(t, line, "a quote is opened and never closed in its line");
      return false;
    }
    if (c == '\\') {
      if (!backslash_read(t, quote))
        return false;
    } else if (quote == '"' && (n = variable_at(t))) {
      if (!variable_read(t, n))
        return false;
    } else {
      buf_putc(&t->value, c);
      t->at++;
    }
  }
  t->at++;
  return true;
}

static bool bare_read(struct config_text *t)
{
  for (size_t n; (n = variable_at(t)) || is_word(char_at(t, 0));)
    if (!n)
      buf_putc(&t->value, t->text.p[t->at++]);
    else if (!variable_read(t, n))
      return false;
  return true;
}

static bool value_read(struct config_text *t, const struct config_entry *e)
{
  char c = char_at(t, 0);
  buf_clear(&t->value);
  if (c == '"' || c == '\'')
    return quoted_read(t, c);
  if (is_word(c) || variable_at(t))
    return bare_read(t);
  if (!c || c == '\n')
    config_text_fault(t, e->line, "%.*s has no value: write key = value", SPAN_ARG(e->key));
  else
    config_text_fault(t, e->line, "the value of %.*s begins with %c: put it in quotes", SPAN_ARG(e->key), c);
  return false;
}

static bool key_read(struct config_text *t, struct config_entry *e)
{
  size_t from = t->at;
  while (is_word(char_at(t, 0)))
    t->at++;
  e->key = span_of(t->text.p + from, t->at - from);
  blank_skip(t, false);
  if (e->key.n && char_at(t, 0) == '=') {
    t->at++;
    return true;
  }
  struct span what = e->key.n ? e->key : span_of(t->text.p + from, 1);
  if (e->line == t->value_line)
    config_text_fault(t, e->line, "text follows the value: put a value with blanks or special characters in quotes");
  else
    config_text_fault(t, e->line, "%.*s is not understood: write key = value, and # before a comment", SPAN_ARG(what));
  return false;
}

static bool entry_read(struct config_text *t, struct config_entry *e)
{
  e->line = t->line;
  if (!key_read(t, e))
    return false;
  blank_skip(t, false);
  bool watched = t->watched.n && span_eq(e->key, t->watched), read = value_read(t, e);
  t->watched_faulty = watched ? !read : t->watched_faulty;
  if (!read)
    return false;
  t->value_line = t->line;
  e->value = buf_z(&t->value);
  if (t->value.failed)
    config_text_fault(t, e->line, "out of memory");
  return !t->value.failed;
}

bool config_text_next(struct config_text *t, struct config_entry *e)
{
  for (blank_skip(t, true); t->at < t->text.n; blank_skip(t, true)) {
    if (entry_read(t, e))
      return true;
    line_skip(t);
  }
  return false;
}

static bool is_letter(uint32_t c)
{
  return (c >= ' ' && c != 0x7F) || c == '\t' || c == '\n' || c == '\r';
}

bool config_text_read(struct buf *text, const char *path, FILE *why)
{
  uint32_t c;
  size_t line = 1;
  text->max = CONFIG_TEXT_MOST;
  if (!file_read(text, path)) {
    fprintf(why, "%s: %s: %s\n", path, strerror(errno),
            errno == EACCES   ? "let this account read it, or use another account (sudo)"
            : errno == ENOENT ? "write one with `diptych init`, or name another file with --config FILE"
                              : "name a readable file with --config FILE");
    return false;
  }
  struct span rest = buf_view(text);
  for (size_t n; rest.n && (n = utf8_next(rest, &c)) && is_letter(c); rest = span_from(rest, n))
    line += c == '\n';
  if (rest.n)
    fprintf(why, "%s:%zu: a byte that is not UTF-8 text: is this a configuration file?\n", path, line);
  return !rest.n;
}

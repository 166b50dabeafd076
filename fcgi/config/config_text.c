#include "config/config_text.h"

#include <errno.h>

#include "base/file.h"
#include "text/utf8.h"

/* Walks over the text as libconfuse's lexer does. */
struct walk {
  struct span text;
  size_t at, line;
  const char *why; /* what is wrong in `line` */
};

static char char_at(const struct walk *w, size_t ahead)
{
  return w->at + ahead < w->text.n ? w->text.p[w->at + ahead] : 0;
}

static bool is_word(char c)
{
  return c && !strchr(" #\"'\t\n\r={}()+,*", c);
}

static void line_skip(struct walk *w)
{
  w->at += span_find(span_from(w->text, w->at), '\n');
}

/* ${NAME}, which may hold anything but "}"; true: one was there. */
static bool variable_skip(struct walk *w)
{
  struct span rest = span_from(w->text, w->at);
  size_t end = span_starts(rest, SPAN("${")) ? span_find(rest, '}') : rest.n;
  if (end == rest.n)
    return false;
  for (size_t i = 0; i < end; i++)
    w->line += rest.p[i] == '\n';
  w->at += end + 1;
  return true;
}

static void comment_skip(struct walk *w)
{
  struct span rest = span_from(w->text, w->at);
  size_t end = span_find_span(span_from(rest, 2), SPAN("*/"));
  if (end + 2 >= rest.n) {
    w->why = "a comment is opened with /* and never closed";
    return;
  }
  for (size_t i = 0; i < end + 4; i++)
    w->line += rest.p[i] == '\n';
  w->at += end + 4;
}

/* A backslash and what it stands for: an octal number of one byte at the most. */
static void escape_skip(struct walk *w, char quote)
{
  size_t digits = 1;
  unsigned value = 0;
  w->line += char_at(w, 1) == '\n';
  for (; quote == '"' && char_at(w, digits) >= '0' && char_at(w, digits) <= '9'; digits++)
    value = char_at(w, digits) > '7' || digits > 3 ? 0x100 : value * 8 + (unsigned)(char_at(w, digits) - '0');
  if (value > 0xFF)
    w->why = "a backslash before a number: write two for one";
  w->at += digits > 1 ? digits : 2;
}

static void string_skip(struct walk *w, char quote)
{
  for (w->at++; w->at < w->text.n && char_at(w, 0) != quote && char_at(w, 0) != '\n' && !w->why;) {
    if (char_at(w, 0) == '\\')
      escape_skip(w, quote);
    else if (quote != '"' || !variable_skip(w))
      w->at++;
  }
  if (!w->why && char_at(w, 0) != quote)
    w->why = "a quote is opened and never closed in its line";
  w->at++;
}

static void word_skip(struct walk *w)
{
  while (is_word(char_at(w, 0)))
    w->at++;
}

static void step(struct walk *w)
{
  char c = char_at(w, 0);
  if (c == '"' || c == '\'')
    string_skip(w, c);
  else if (c == '#' || (c == '/' && char_at(w, 1) == '/'))
    line_skip(w);
  else if (c == '/' && char_at(w, 1) == '*')
    comment_skip(w);
  else if (c == '$' && variable_skip(w))
    return;
  else if (is_word(c))
    word_skip(w);
  else {
    w->line += c == '\n';
    w->at++;
  }
}

static bool is_letter(uint32_t c)
{
  return (c >= ' ' && c != 0x7F) || c == '\t' || c == '\n' || c == '\r';
}

/* False: *line is that of the first byte that is none. */
static bool is_text(struct span s, size_t *line)
{
  uint32_t c;
  for (size_t n; s.n && (n = utf8_next(s, &c)) && is_letter(c); s = span_from(s, n))
    *line += c == '\n';
  return !s.n;
}

bool config_text_read(struct buf *text, const char *path, FILE *why)
{
  struct walk w = {.line = 1};
  size_t line = 1;
  text->max = CONFIG_TEXT_MOST;
  if (!file_read(text, path)) {
    fprintf(why, "%s: %s: %s\n", path, strerror(errno),
            errno == EACCES ? "let this account read it, or ask as another (sudo)" : "name a readable file with --config FILE");
    return false;
  }
  w.text = buf_view(text);
  if (!is_text(w.text, &line)) {
    fprintf(why, "%s:%zu: a byte that is no UTF-8 text: is this a configuration?\n", path, line);
    return false;
  }
  while (w.at < w.text.n && !w.why) {
    line = w.line;
    step(&w);
  }
  if (w.why)
    fprintf(why, "%s:%zu: %s\n", path, line, w.why);
  return !w.why;
}

bool config_text_word(struct span text, struct span key, struct span *value)
{
  bool found = false;
  while (text.p) {
    struct span rest = span_trim(span_split(&text, '\n')), name = span_trim(span_split(&rest, '='));
    rest = span_trim(rest);
    if (!span_eq(name, key) || !rest.n)
      continue;
    char quote = *rest.p == '"' || *rest.p == '\'' ? *rest.p : 0;
    size_t end = 0;
    rest = span_from(rest, quote != 0);
    while (end < rest.n && (quote ? rest.p[end] != quote : is_word(rest.p[end])))
      end++;
    *value = span_head(rest, end);
    found = end > 0;
  }
  return found;
}

#include "db/sql_script.h"

#include <strings.h>

static bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static bool starts_nocase(struct span s, const char *word)
{
  size_t n = strlen(word);
  return s.n >= n && strncasecmp(s.p, word, n) == 0;
}

/* Bytes of the line at the start of s, newline included. */
static size_t line_length(struct span s)
{
  size_t n = span_find(s, '\n');
  return n < s.n ? n + 1 : n;
}

static bool is_line_comment(struct span s)
{
  return s.n && (s.p[0] == '#' || (s.n >= 2 && s.p[0] == '-' && s.p[1] == '-' && (s.n == 2 || is_blank(s.p[2]))));
}

static bool is_executed_comment(struct span s)
{
  return span_starts(s, SPAN("/*!")) || span_starts(s, SPAN("/*M!"));
}

static size_t block_comment_length(struct span s)
{
  size_t end = span_find_span(span_from(s, 2), SPAN("*/"));
  return end + 4 < s.n ? end + 4 : s.n;
}

static size_t quoted_length(struct span s)
{
  char quote = s.p[0];
  for (size_t i = 1; i < s.n; i++) {
    if (s.p[i] == '\\' && quote != '`')
      i++;
    else if (s.p[i] == quote)
      return i + 1; /* a doubled quote is two quoted pieces side by side */
  }
  return s.n;
}

/* Bytes of the comment or the quoted piece at the start of s; anything else: one byte. */
static size_t piece_length(struct span s)
{
  if (is_line_comment(s))
    return line_length(s);
  if (span_starts(s, SPAN("/*")))
    return block_comment_length(s);
  if (s.p[0] == '\'' || s.p[0] == '"' || s.p[0] == '`')
    return quoted_length(s);
  return 1;
}

struct sql_script sql_script_open(struct span text)
{
  return (struct sql_script){.text = text, .delimiter = SPAN(";")};
}

/* Skips blanks, comments, empty statements and DELIMITER lines. */
static void skip_between(struct sql_script *script)
{
  struct span rest;
  while ((rest = span_from(script->text, script->at)).n) {
    if (starts_nocase(rest, "delimiter") && rest.n > 9 && is_blank(rest.p[9])) {
      struct span word = span_trim(span_from(span_head(rest, line_length(rest)), 9));
      if (word.n)
        script->delimiter = word;
      script->at += line_length(rest);
    } else if (span_starts(rest, script->delimiter))
      script->at += script->delimiter.n;
    else if (is_blank(rest.p[0]))
      script->at++;
    else if (is_line_comment(rest) || (span_starts(rest, SPAN("/*")) && !is_executed_comment(rest)))
      script->at += piece_length(rest);
    else
      return;
  }
}

static size_t line_of(struct span text, size_t at)
{
  size_t line = 1;
  for (size_t i = 0; i < at; i++)
    line += text.p[i] == '\n';
  return line;
}

bool sql_script_next(struct sql_script *script, struct sql_statement *out)
{
  skip_between(script);
  size_t start = script->at;
  struct span rest;
  while ((rest = span_from(script->text, script->at)).n && !span_starts(rest, script->delimiter))
    script->at += piece_length(rest);
  if (script->at == start)
    return false;
  out->text = span_trim(span_head(span_from(script->text, start), script->at - start));
  out->line = line_of(script->text, start);
  return true;
}

/* Removes the next word from *s and returns it, without its backticks. */
static struct span word_take(struct span *s)
{
  while (s->n && is_blank(s->p[0]))
    *s = span_from(*s, 1);
  size_t n = 0;
  struct span word;
  if (s->n && s->p[0] == '`') {
    n = quoted_length(*s);
    word = n >= 2 ? span_of(s->p + 1, n - 2) : *s;
  } else {
    while (n < s->n && !is_blank(s->p[n]) && s->p[n] != '(')
      n++;
    word = span_head(*s, n);
  }
  *s = span_from(*s, n);
  return word;
}

static bool is_word(struct span s, const char *word)
{
  return s.n == strlen(word) && starts_nocase(s, word);
}

bool sql_script_replaces(struct span statement, struct sql_replacement *out)
{
  *out = (struct sql_replacement){0};
  if (!is_word(word_take(&statement), "CREATE") || !is_word(word_take(&statement), "/*M!") ||
      !is_word(word_take(&statement), "OR") || !is_word(word_take(&statement), "REPLACE") ||
      !is_word(word_take(&statement), "*/"))
    return false;
  out->kind = word_take(&statement);
  out->name = word_take(&statement);
  if (!is_word(out->kind, "TRIGGER"))
    return out->name.n > 0;
  word_take(&statement); /* BEFORE or AFTER */
  word_take(&statement); /* the event */
  if (!is_word(word_take(&statement), "ON"))
    return false;
  out->table = word_take(&statement);
  return out->table.n > 0;
}

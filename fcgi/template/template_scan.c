#include "template/template_scan.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/buf.h"

struct scanner {
  struct template_source *source;
  FILE *why;
  struct buf tokens; /* of struct template_token */
  struct buf open;   /* of size_t: indexes of the open sections */
  struct span left, right;
  size_t pos; /* everything before this byte is scanned */
};

void template_fault(const struct template_source *s, size_t at, FILE *why, const char *format, ...)
{
  size_t line = 1, start = 0;
  for (size_t i = 0; i < at && i < s->text.n; i++)
    if (s->text.p[i] == '\n') {
      line++;
      start = i + 1;
    }
  size_t column = at - start;
  va_list args;
  va_start(args, format);
  fprintf(why, "%s:%zu:%zu: ", s->path, line, (column > s->indent ? column - s->indent : 0) + 1);
  vfprintf(why, format, args);
  fputc('\n', why);
  va_end(args);
}

static struct template_token *token_at(struct scanner *sc, size_t i)
{
  return (struct template_token *)(void *)sc->tokens.p + i;
}

static size_t token_count(const struct scanner *sc)
{
  return sc->tokens.n / sizeof(struct template_token);
}

static void text_add(struct scanner *sc, size_t from, size_t to)
{
  struct template_token t = {.kind = TEMPLATE_TEXT, .text = span_of(sc->source->text.p + from, to - from), .at = from};
  if (to > from)
    buf_put(&sc->tokens, &t, sizeof t);
}

/* A tag as it is written. */
struct tag {
  size_t at, end;      /* its bytes, with delimiters */
  char sigil;          /* one of #^/>!={& or 0 */
  struct span content; /* without sigil and blanks */
};

static bool tag_cut(struct scanner *sc, size_t at, struct tag *tag)
{
  struct span all = sc->source->text;
  size_t from = at + sc->left.n;
  *tag = (struct tag){.at = at};
  if (from < all.n && strchr("#^/>!={&", all.p[from]) && all.p[from])
    tag->sigil = all.p[from++];
  char closer = tag->sigil == '{' ? '}' : tag->sigil == '=' ? '=' : 0;
  struct span rest = span_from(all, from);
  size_t end = span_find_span(rest, sc->right);
  /* {{{x}}} and {{=| |=}} have a closing character before the delimiter. */
  while (closer && end < rest.n && (end == 0 || rest.p[end - 1] != closer)) {
    struct span more = span_from(rest, end + 1);
    size_t next = span_find_span(more, sc->right);
    end = next == more.n ? rest.n : end + 1 + next;
  }
  if (end >= rest.n) {
    template_fault(sc->source, at, sc->why, "this tag is never closed: \"%s%.*s\" is missing",
                   closer == '}' ? "}" : closer ? "=" : "", SPAN_ARG(sc->right));
    return false;
  }
  tag->content = span_trim(span_head(rest, closer ? end - 1 : end));
  tag->end = from + end + sc->right.n;
  return true;
}

static bool is_blank(char c)
{
  return c == ' ' || c == '\t';
}

/* Is the tag alone on its line?  *line_start and *line_end are then the bytes of the line. */
static bool tag_alone(const struct scanner *sc, const struct tag *tag, size_t *line_start, size_t *line_end)
{
  struct span all = sc->source->text;
  size_t start = tag->at, end = tag->end;
  if (!tag->sigil || !strchr("#^/>!=", tag->sigil))
    return false;
  while (start > sc->pos && is_blank(all.p[start - 1]))
    start--;
  if (start > 0 && all.p[start - 1] != '\n')
    return false;
  while (end < all.n && is_blank(all.p[end]))
    end++;
  if (end + 1 < all.n && all.p[end] == '\r' && all.p[end + 1] == '\n')
    end += 2;
  else if (end < all.n && all.p[end] == '\n')
    end++;
  else if (end < all.n)
    return false;
  *line_start = start;
  *line_end = end;
  return true;
}

static bool delimiters_set(struct scanner *sc, const struct tag *tag)
{
  struct span c = tag->content;
  size_t gap = 0;
  while (gap < c.n && c.p[gap] != ' ' && (c.p[gap] < '\t' || c.p[gap] > '\r'))
    gap++;
  struct span left = span_head(c, gap), right = span_trim(span_from(c, gap));
  bool fine = left.n && right.n && span_find(left, '=') == left.n && span_find(right, '=') == right.n;
  for (size_t i = 0; i < right.n; i++)
    if (right.p[i] == ' ' || (right.p[i] >= '\t' && right.p[i] <= '\r'))
      fine = false;
  if (!fine) {
    template_fault(sc->source, tag->at, sc->why,
                   "delimiters are set as {{=LEFT RIGHT=}}, two strings without \"=\" in them");
    return false;
  }
  sc->left = left;
  sc->right = right;
  return true;
}

static bool section_close(struct scanner *sc, struct template_token *end)
{
  size_t n = sc->open.n / sizeof(size_t);
  if (n == 0) {
    template_fault(sc->source, end->at, sc->why, "{{/%.*s}} closes a section that was never opened", SPAN_ARG(end->text));
    return false;
  }
  size_t index;
  memcpy(&index, sc->open.p + (n - 1) * sizeof index, sizeof index);
  struct template_token *begin = token_at(sc, index);
  if (!span_eq(begin->text, end->text)) {
    template_fault(sc->source, end->at, sc->why, "{{/%.*s}} does not close the open section \"%.*s\"",
                   SPAN_ARG(end->text), SPAN_ARG(begin->text));
    return false;
  }
  begin->match = token_count(sc);
  end->match = index;
  buf_truncate(&sc->open, (n - 1) * sizeof index);
  return true;
}

static bool tag_add(struct scanner *sc, const struct tag *tag, struct span indent)
{
  struct template_token t = {.text = tag->content, .at = tag->at, .indent = indent};
  size_t index = token_count(sc);
  if (tag->sigil == '!')
    return true;
  if (tag->sigil == '=')
    return delimiters_set(sc, tag);
  if (!tag->content.n) {
    template_fault(sc->source, tag->at, sc->why, "this tag has no name");
    return false;
  }
  switch (tag->sigil) {
  case '#': t.kind = TEMPLATE_SECTION; break;
  case '^': t.kind = TEMPLATE_INVERTED; break;
  case '/': t.kind = TEMPLATE_END; break;
  case '>': t.kind = TEMPLATE_PARTIAL; break;
  case '{':
  case '&': t.kind = TEMPLATE_RAW; break;
  default: t.kind = TEMPLATE_NAME;
  }
  if (t.kind == TEMPLATE_SECTION || t.kind == TEMPLATE_INVERTED)
    buf_put(&sc->open, &index, sizeof index);
  if (t.kind == TEMPLATE_END && !section_close(sc, &t))
    return false;
  buf_put(&sc->tokens, &t, sizeof t);
  return true;
}

static bool sections_closed(struct scanner *sc)
{
  size_t n = sc->open.n / sizeof(size_t), index;
  for (size_t i = 0; i < n; i++) {
    memcpy(&index, sc->open.p + i * sizeof index, sizeof index);
    const struct template_token *t = token_at(sc, index);
    template_fault(sc->source, t->at, sc->why, "section \"%.*s\" is never closed: {{/%.*s}} is missing",
                   SPAN_ARG(t->text), SPAN_ARG(t->text));
  }
  return n == 0;
}

static bool scan_all(struct scanner *sc)
{
  struct span all = sc->source->text;
  for (;;) {
    size_t at = sc->pos + span_find_span(span_from(all, sc->pos), sc->left);
    if (at >= all.n)
      break;
    struct tag tag;
    size_t start, end;
    if (!tag_cut(sc, at, &tag))
      return false;
    bool alone = tag_alone(sc, &tag, &start, &end);
    if (!alone) {
      start = tag.at;
      end = tag.end;
    }
    text_add(sc, sc->pos, start);
    if (sc->tokens.failed || sc->open.failed)
      return true; /* template_scan reports it */
    if (!tag_add(sc, &tag, alone ? span_of(all.p + start, tag.at - start) : span_of(NULL, 0)))
      return false;
    sc->pos = end;
  }
  text_add(sc, sc->pos, all.n);
  return sections_closed(sc);
}

bool template_scan(struct template_source *s, struct arena *a, FILE *why)
{
  struct scanner sc = {.source = s, .why = why, .tokens = BUF_INIT, .open = BUF_INIT,
                       .left = SPAN("{{"), .right = SPAN("}}")};
  bool fine = scan_all(&sc);
  s->n = token_count(&sc);
  struct template_token *tokens = ARENA_ARRAY(a, s->n, struct template_token);
  if (fine && (sc.tokens.failed || sc.open.failed || !tokens)) {
    fprintf(why, "%s: out of memory\n", s->path);
    fine = false;
  }
  if (fine && s->n)
    memcpy(tokens, sc.tokens.p, s->n * sizeof *tokens);
  s->tokens = tokens;
  buf_free(&sc.tokens);
  buf_free(&sc.open);
  return fine;
}

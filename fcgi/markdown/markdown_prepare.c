/* Replaces marks in the source, so that libcmark sees in their place what it has no rule for:
 *   - escapes of marks that only our own passes read, "\~", which libcmark would decode before those passes;
 *   - "[^label]", which it would read as a link;
 *   - "*", "_" and "~" in bare addresses, which it would read as emphasis;
 *   - a footnote's definition "[^label]: text", which becomes an item of a list, because a list has the same rule for the
 *     lines that continue it: "+   # &#xFDD2;0&#xFDD3;" and, on the next line, "    text".
 * In code all of it is put back as it was.  Most sources have none of it and are used as they are. */
#include "markdown/markdown_parse.h"

#include <stdlib.h>

#define LABEL_MOST 200 /* bytes */
#define ENTITY_BYTES 8 /* "&#xFDD0;" */

static const struct mark {
  char digit[2];
  const char *text, *code;
} marks[] = {
#define MARKDOWN_MARK_ROW(name, digit, text, code) {digit, text, code},
    MARKDOWN_MARKS(MARKDOWN_MARK_ROW)
#undef MARKDOWN_MARK_ROW
};

struct preparing {
  struct markdown_prepared *to;
  struct span source;
  size_t at;      /* in the source */
  size_t copied;  /* what stands before it is in the text */
  int lines;      /* ended in the text so far */
};

static void flush(struct preparing *w)
{
  buf_span(&w->to->text, span_head(span_from(w->source, w->copied), w->at - w->copied));
}

/* Replaces the next n bytes. */
static void put(struct preparing *w, enum markdown_mark mark, size_t n)
{
  flush(w);
  buf_printf(&w->to->text, "&#xFDD%s;", marks[mark].digit);
  w->copied = w->at += n;
}

static struct span rest_of(const struct preparing *w)
{
  return span_from(w->source, w->at);
}

/* The length of a label and "]"; 0: there is none. */
static size_t label_length(struct span s)
{
  for (size_t i = 0; i < s.n && i <= LABEL_MOST; i++) {
    if (s.p[i] == ']')
      return i ? i + 1 : 0;
    if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '[')
      return 0;
  }
  return 0;
}

/* ---- definitions, at the beginning of a line */

static void inserted_add(struct preparing *w)
{
  int line = w->lines + 1;
  buf_put(&w->to->inserted, &line, sizeof line);
}

/* "[^label]: text" with up to three blanks before it. */
static void definition_put(struct preparing *w)
{
  struct span line = rest_of(w);
  size_t lead = 0;
  while (lead < 4 && lead < line.n && line.p[lead] == ' ')
    lead++;
  struct span s = span_from(line, lead);
  size_t label = lead < 4 && span_starts(s, SPAN("[^")) ? label_length(span_from(s, 2)) : 0, end = 2 + label;
  if (!label || end >= s.n || s.p[end] != ':')
    return;
  for (end++; end < s.n && (s.p[end] == ' ' || s.p[end] == '\t'); end++)
    ;
  flush(w);
  buf_printf(&w->to->text, "%.*s+   # &#xFDD2;%u&#xFDD3;%.*s\n%.*s    ", (int)lead, line.p, w->to->definitions++,
             (int)(end - (2 + label + 1)), s.p + 2 + label + 1, (int)lead, line.p);
  buf_put(&w->to->labels, s.p + 2, label - 1);
  buf_putc(&w->to->labels, 0);
  w->copied = w->at += lead + end;
  w->lines++;
  inserted_add(w);
}

/* ---- marks in a line */

static void escape(struct preparing *w)
{
  static const char escaped[] = "~[]:.@^";
  static const enum markdown_mark as[] = {MARK_ESCAPED_TILDE, MARK_ESCAPED_OPEN, MARK_ESCAPED_CLOSE, MARK_ESCAPED_COLON,
                                          MARK_ESCAPED_DOT,   MARK_ESCAPED_AT,   MARK_ESCAPED_CARET};
  struct span s = rest_of(w);
  const char *which = s.n > 1 && s.p[1] ? strchr(escaped, s.p[1]) : NULL;
  if (which)
    put(w, as[which - escaped], 2);
  else if (s.n > 1 && s.p[1] != '\n' && s.p[1] != '\r')
    w->at += 2;
  else
    w->at++;
}

/* "(/x)" or "[x]" behind brackets makes them the text of a link; not so another footnote "[^x]", or a link "[x](/x)". */
static bool links(struct span after)
{
  if (!span_starts(after, SPAN("[")))
    return span_starts(after, SPAN("("));
  size_t end = span_find(span_head(after, LABEL_MOST), ']');
  return !span_starts(after, SPAN("[^")) && !span_starts(span_from(after, end), SPAN("]("));
}

static void bracket(struct preparing *w)
{
  struct span s = rest_of(w);
  size_t label = span_starts(s, SPAN("[^")) ? label_length(span_from(s, 2)) : 0;
  if (!label || links(span_from(s, 2 + label))) {
    w->at++;
    return;
  }
  put(w, MARK_FOOTNOTE, 1);
  w->at += label;
  put(w, MARK_FOOTNOTE_END, 1);
}

static void ampersand(struct preparing *w)
{
  if (span_starts(rest_of(w), SPAN("&#xFDD")))
    put(w, MARK_AMPERSAND, 1);
  else
    w->at++;
}

/* What the path of an address has of emphasis.  An address begins in what is not copied yet. */
static void address_put(struct preparing *w)
{
  struct markdown_autolink link;
  if (!markdown_autolink_at(w->source, w->at, w->copied, &link) || link.mail) {
    w->at++;
    return;
  }
  for (w->at = link.path; w->at < link.end;) {
    char c = w->source.p[w->at];
    if (c == '*' || c == '_' || c == '~')
      put(w, c == '*' ? MARK_STAR : c == '_' ? MARK_UNDERSCORE : MARK_TILDE, 1);
    else if (c == '\\')
      escape(w);
    else if (c == '&')
      ampersand(w);
    else
      w->at++;
  }
}

/* A noncharacter of the editor is none of ours. */
static void noncharacter(struct preparing *w)
{
  struct span s = rest_of(w);
  if (s.n >= 3 && s.p[1] == '\xB7' && ((unsigned char)s.p[2] & 0xF0) == 0x90) {
    flush(w);
    buf_puts(&w->to->text, "\xEF\xBF\xBD");
    w->copied = w->at += 3;
  } else
    w->at++;
}

static void line_end(struct preparing *w)
{
  struct span s = rest_of(w);
  w->at += span_starts(s, SPAN("\r\n")) ? 2 : 1;
  w->lines++;
  definition_put(w);
}

static void one(struct preparing *w)
{
  switch (w->source.p[w->at]) {
  case '\n':
  case '\r': line_end(w); break;
  case '\\': escape(w); break;
  case '[': bracket(w); break;
  case '&': ampersand(w); break;
  case ':':
  case 'w': address_put(w); break;
  case '\xEF': noncharacter(w); break;
  default: w->at++;
  }
}

bool markdown_prepare(struct span source, struct markdown_prepared *p)
{
  struct preparing w = {.to = p, .source = source};
  *p = (struct markdown_prepared){.text = BUF_INIT, .labels = BUF_INIT, .inserted = BUF_INIT, .source = source};
  definition_put(&w);
  while (w.at < source.n)
    one(&w);
  if (w.copied) {
    flush(&w);
    p->source = buf_view(&p->text);
  }
  return !p->text.failed && !p->labels.failed && !p->inserted.failed;
}

void markdown_prepared_free(struct markdown_prepared *p)
{
  buf_free(&p->text);
  buf_free(&p->labels);
  buf_free(&p->inserted);
}

int markdown_prepared_line(const struct markdown_prepared *p, int line)
{
  size_t n = p->inserted.n / sizeof(int), low = 0;
  for (size_t high = n; low < high;) {
    size_t middle = (low + high) / 2;
    int at;
    memcpy(&at, p->inserted.p + middle * sizeof at, sizeof at);
    if (at <= line)
      low = middle + 1;
    else
      high = middle;
  }
  return line - (int)low;
}

/* ---- putting back */

/* A copy of a decoded text; NULL: it has no marks. */
static char *text_restored(const char *z)
{
  if (!z || !strstr(z, "\xEF\xB7"))
    return NULL;
  char *copy = markdown_memory()->calloc(strlen(z) + 1, 1), *to = copy;
  for (struct span s = span_z(z); s.n;) {
    enum markdown_mark mark = markdown_mark_at(s);
    if (mark == MARKDOWN_MARK_COUNT)
      *to++ = s.p[0];
    else
      for (const char *c = marks[mark].text; *c; c++)
        *to++ = *c;
    s = span_from(s, mark == MARKDOWN_MARK_COUNT ? 1 : MARKDOWN_MARK_BYTES);
  }
  return copy;
}

static struct span label_of(const struct markdown_prepared *p, unsigned number)
{
  struct span rest = span_of(p->labels.p, p->labels.n);
  while (number-- && rest.n)
    rest = span_from(rest, span_find(rest, 0) + 1);
  return span_head(rest, span_find(rest, 0));
}

/* In code: "+   # &#xFDD2;0&#xFDD3;" and the beginning of the next line are "[^label]:" again.  `lead`: blanks before. */
static const char *definition_restored(const struct markdown_prepared *p, const char *z, size_t lead, char **to)
{
  char *end;
  struct span label = label_of(p, (unsigned)strtoul(z + strlen("+   # &#xFDD2;"), &end, 10));
  end = strncmp(end, "&#xFDD3;", ENTITY_BYTES) == 0 ? end + ENTITY_BYTES : end;
  memcpy(*to, "[^", 2);
  memcpy(*to + 2, label.p, label.n);
  memcpy(*to + 2 + label.n, "]:", 2);
  *to += label.n + 4;
  while (*end == ' ' || *end == '\t')
    *(*to)++ = *end++;
  end += *end == '\n';
  for (size_t i = 0; i < lead + 4 && *end == ' '; i++)
    end++;
  return end;
}

/* A copy of code, which libcmark did not decode; NULL: it has no marks. */
static char *code_restored(const struct markdown_prepared *p, const char *z)
{
  if (!z || !strstr(z, "&#xFDD"))
    return NULL;
  char *copy = markdown_memory()->calloc(strlen(z) + p->labels.n + 4 * p->definitions + 1, 1), *to = copy;
  size_t lead = 0;
  while (*z) {
    if (strncmp(z, "+   # &#xFDD2;", 6 + ENTITY_BYTES) == 0) {
      z = definition_restored(p, z, lead, &to);
      continue;
    }
    enum markdown_mark mark = MARKDOWN_MARK_COUNT;
    for (unsigned i = 0; *z == '&' && strncmp(z, "&#xFDD", 6) == 0 && i < MARKDOWN_MARK_COUNT; i++)
      if (z[6] == marks[i].digit[0] && z[7] == ';')
        mark = (enum markdown_mark)i;
    lead = *z == ' ' ? lead + 1 : 0;
    if (mark == MARKDOWN_MARK_COUNT)
      *to++ = *z++;
    else {
      for (const char *c = marks[mark].code; *c; c++)
        *to++ = *c;
      z += ENTITY_BYTES;
    }
  }
  return copy;
}

static void node_restore(cmark_node *n, const struct markdown_prepared *p)
{
  char *z;
  switch (cmark_node_get_type(n)) {
  case CMARK_NODE_TEXT:
    if ((z = text_restored(cmark_node_get_literal(n))))
      cmark_node_set_literal(n, z);
    break;
  case CMARK_NODE_CODE_BLOCK:
    if ((z = text_restored(cmark_node_get_fence_info(n))))
      cmark_node_set_fence_info(n, z); /* falls through */
    __attribute__((fallthrough));
  case CMARK_NODE_CODE:
  case CMARK_NODE_HTML_BLOCK:
  case CMARK_NODE_HTML_INLINE:
    if ((z = code_restored(p, cmark_node_get_literal(n))))
      cmark_node_set_literal(n, z);
    break;
  case CMARK_NODE_LINK:
  case CMARK_NODE_IMAGE:
    if ((z = text_restored(cmark_node_get_url(n))))
      cmark_node_set_url(n, z);
    if ((z = text_restored(cmark_node_get_title(n))))
      cmark_node_set_title(n, z);
    break;
  default: break;
  }
}

void markdown_restore(cmark_node *root, const struct markdown_prepared *p)
{
  if (!p->text.n)
    return;
  cmark_iter *i = cmark_iter_new(root);
  for (cmark_event_type e; (e = cmark_iter_next(i)) != CMARK_EVENT_DONE;)
    if (e == CMARK_EVENT_ENTER)
      node_restore(cmark_iter_get_node(i), p);
}

/* Reads responses for the page tests.  It is not an HTML parser: it handles only what the project's own templates
 * write.  The browser tests and the HTML checker parse pages fully. */
#include "page_fixture.h"

#include <ctype.h>
#include <jansson.h>
#include <strings.h>

#define DEPTH_MAX 64

struct span page_header(const struct page_answer *a, const char *name)
{
  struct span rest = buf_view(&a->response.headers);
  while (rest.n) {
    struct span line = span_split(&rest, '\n'), value = line;
    struct span found = span_split(&value, ':');
    if (found.n == strlen(name) && strncasecmp(found.p, name, found.n) == 0)
      return span_trim(value);
  }
  return SPAN("");
}

bool page_has(struct span body, const char *text)
{
  return span_find_span(body, span_z(text)) < body.n;
}

static struct span after(struct span body, const char *text)
{
  size_t at = span_find_span(body, span_z(text));
  return at < body.n ? span_from(body, at + strlen(text)) : SPAN("");
}

void page_seen(struct span body, const char *tag, char *out, size_t size)
{
  char end[32];
  size_t n = 0;
  struct span rest = after(body, tag);
  snprintf(end, sizeof end, "</%s>", tag + 1);
  rest = span_head(rest, span_find_span(rest, span_z(end)));
  rest = span_from(rest, span_find(rest, '>') + 1);
  for (size_t i = 0; i < rest.n && n + 1 < size; i++) {
    if (rest.p[i] == '<')
      i += span_find(span_from(rest, i), '>');
    else if (!isspace((unsigned char)rest.p[i]))
      out[n++] = rest.p[i];
    else if (n && out[n - 1] != ' ')
      out[n++] = ' ';
  }
  while (n && out[n - 1] == ' ')
    n--;
  out[n] = 0;
}

void page_sections(struct span body, char *out, size_t size)
{
  struct span main = after(body, "<main");
  size_t n = 0;
  out[0] = 0;
  while ((main = after(main, "<section ")).n) {
    struct span tag = span_head(main, span_find(main, '>')), id = after(tag, "id=\"");
    id = span_head(id, span_find(id, '"'));
    n += (size_t)snprintf(out + n, size - n, "%s%.*s", n ? " " : "", SPAN_ARG(id));
    assert_true(n < size);
  }
}

static bool endless(struct span name)
{
  static const char *const names[] = {"meta", "link", "input", "br", "hr", "img", "col", "wbr"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (span_eq(name, span_z(names[i])))
      return true;
  return false;
}

static struct span name_of(struct span tag)
{
  size_t n = 0;
  while (n < tag.n && !isspace((unsigned char)tag.p[n]) && tag.p[n] != '/')
    n++;
  return span_head(tag, n);
}

/* Takes the tag at the start of `rest`; the value of an attribute may contain ">". */
static bool tag_take(struct span *rest, struct span *tag)
{
  char quote = 0;
  for (size_t i = 1; i < rest->n; i++) {
    char c = rest->p[i];
    if (quote ? c == quote : c == '"' || c == '\'')
      quote = quote ? 0 : c;
    else if (!quote && c == '>') {
      *tag = span_of(rest->p + 1, i - 1);
      *rest = span_from(*rest, i + 1);
      return true;
    }
  }
  return false;
}

bool page_balanced(struct span body, bool html)
{
  struct span open[DEPTH_MAX], tag;
  size_t depth = 0;
  for (size_t at; (at = span_find(body, '<')) < body.n;) {
    body = span_from(body, at);
    if (!tag_take(&body, &tag))
      return false;
    if (tag.n && (tag.p[0] == '!' || tag.p[0] == '?'))
      continue;
    if (tag.n && tag.p[0] == '/') {
      if (!depth || !span_eq(open[--depth], span_from(tag, 1)))
        return false;
      continue;
    }
    struct span name = name_of(tag);
    if (span_ends(tag, SPAN("/")) || (html && endless(name)))
      continue;
    if (depth == DEPTH_MAX)
      return false;
    open[depth++] = name;
    if (html && span_eq(name, SPAN("script")))
      body = span_from(body, span_find_span(body, SPAN("</script>")));
  }
  return depth == 0;
}

bool page_json(struct span body)
{
  json_error_t why;
  json_t *j = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, &why);
  bool whole = j != NULL;
  json_decref(j);
  return whole;
}

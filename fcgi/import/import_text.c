#include "import/import_text.h"

#include <libxml/HTMLparser.h>
#include <libxml/tree.h>
#include <libxml/uri.h>
#include <strings.h>

#include "text/url.h"
#include "text/utf8.h"

#define TITLE_BYTES 20000 /* of HTML that is read */
#define ADDRESS_MOST 2048 /* the column */
#define DEPTH_MOST 200
#define JOINER 0x200D
#define EMOJI_STYLE 0xFE0F

/* ---- HTML */

static bool is_letter(char c)
{
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* A tag, a comment, or a character reference with its semicolon. */
static bool has_markup(struct span s)
{
  for (size_t i = 0; i + 1 < s.n; i++) {
    char next = s.p[i + 1];
    if (s.p[i] == '<' && (is_letter(next) || next == '/' || next == '!' || next == '?'))
      return true;
    if (s.p[i] == '&' && (is_letter(next) || next == '#')) {
      size_t end = i + 2;
      while (end < s.n && end < i + 34 && (is_letter(s.p[end]) || (s.p[end] >= '0' && s.p[end] <= '9')))
        end++;
      if (end < s.n && s.p[end] == ';')
        return true;
    }
  }
  return false;
}

static void text_collect(struct buf *out, const xmlNode *node, int depth)
{
  for (; node && depth < DEPTH_MOST; node = node->next) {
    const char *name = (const char *)node->name;
    if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
      buf_puts(out, (const char *)node->content);
    else if (node->type == XML_ELEMENT_NODE && strcasecmp(name, "script") != 0 && strcasecmp(name, "style") != 0) {
      bool line = strcasecmp(name, "br") == 0 || strcasecmp(name, "p") == 0 || strcasecmp(name, "div") == 0;
      buf_puts(out, line ? " " : "");
      text_collect(out, node->children, depth + 1);
      buf_puts(out, line ? " " : "");
    }
  }
}

static struct span html_text(struct arena *a, struct span html)
{
  struct buf out = BUF_INIT;
  html = span_head(html, TITLE_BYTES);
  htmlDocPtr doc = htmlReadMemory(html.p, (int)html.n, NULL, "UTF-8",
                                  HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
  if (doc) {
    text_collect(&out, xmlDocGetRootElement(doc), 0);
    xmlFreeDoc(doc);
  }
  return arena_take(a, &out);
}

/* ---- lines */

static bool is_blank(uint32_t c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static struct span one_line(struct arena *a, struct span s)
{
  struct buf out = BUF_INIT;
  bool blank = false;
  for (uint32_t c; s.n;) {
    size_t n = utf8_next(s, &c);
    n = n ? n : (c = UTF8_REPLACEMENT, 1);
    s = span_from(s, n);
    if (is_blank(c))
      blank = out.n > 0;
    else if (!utf8_unseen(c) || ((c == JOINER || c == EMOJI_STYLE) && out.n)) {
      if (blank)
        buf_putc(&out, ' ');
      blank = false;
      utf8_put(&out, c);
    }
  }
  return arena_take(a, &out);
}

struct span import_text_plain(struct arena *a, struct span title)
{
  struct span s = utf8_clean(a, title);
  for (int twice = 0; twice < 2 && has_markup(s); twice++)
    s = utf8_clean(a, html_text(a, s));
  s = one_line(a, s);
  if (utf8_count(s) <= IMPORT_TITLE_CHARS)
    return s;
  return ARENA_JOIN(a, utf8_cut(s, IMPORT_TITLE_CHARS - 1), SPAN("\xE2\x80\xA6"));
}

/* ---- addresses */

struct span import_text_address(struct arena *a, struct span address, const char *base)
{
  struct span typed = utf8_trim_unseen(address), tidy = url_tidied(a, span_head(typed, ADDRESS_MOST + 1));
  char *z = arena_z(a, tidy);
  xmlChar *whole = z && *z ? xmlBuildURI((const xmlChar *)z, (const xmlChar *)base) : NULL;
  struct span out = SPAN("");
  if (whole && url_web(span_z((const char *)whole)) && strlen((const char *)whole) <= ADDRESS_MOST)
    out = url_tidied(a, arena_printf(a, "%s", (const char *)whole));
  xmlFree(whole);
  return out;
}

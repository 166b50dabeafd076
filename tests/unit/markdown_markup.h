/* Checks rendered Markdown: only allowed elements and attributes, attributes in quotes, and addresses of allowed
 * schemes.  It accepts only the exact syntax that the writer uses. */
#ifndef DIPTYCH_TESTS_MARKDOWN_MARKUP_H
#define DIPTYCH_TESTS_MARKDOWN_MARKUP_H

#include <strings.h>

#include "base/span.h"

static inline void element_check(struct span tag)
{
  static const char *const bare[] = {"p", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "br",
                                     "h4", "h5", "h6", "a", "img", "div", "table", "thead", "tbody", "tr",
                                     "th", "td", "del", "span", "sup", "section"};
  bool known = false;
  struct span name = tag;
  if (name.n && name.p[0] == '/')
    name = span_from(name, 1);
  size_t n = 0;
  while (n < name.n && name.p[n] != ' ')
    n++;
  for (size_t i = 0; i < sizeof bare / sizeof *bare; i++)
    known = known || span_eq(span_head(name, n), span_z(bare[i]));
  if (!known)
    fail_msg("foreign element <%.*s>", SPAN_ARG(tag));
}

/* Independent of the code under test. */
static inline bool address_fine(struct span url)
{
  size_t n = strcspn(url.n ? url.p : "\"", ":/?#\"");
  return n >= url.n || url.p[n] != ':' || (n == 4 && strncasecmp(url.p, "http", n) == 0) ||
         (n == 5 && strncasecmp(url.p, "https", n) == 0) || (n == 6 && strncasecmp(url.p, "mailto", n) == 0);
}

static inline void attributes_check(struct span tag)
{
  static const char *const known[] = {"href", "src", "alt", "title", "rel", "loading", "decoding", "class", "tabindex", "start",
                                      "width", "height", "id", "role", "aria-label", "scope", "data-name", "data-text"};
  for (struct span rest = span_from(tag, span_find(tag, ' ')); rest.n;) {
    rest = span_from(rest, 1);
    size_t equals = span_find(rest, '=');
    struct span name = span_head(rest, equals), value = span_from(rest, equals + 2);
    bool fine = false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
      fine = fine || span_eq(name, span_z(known[i]));
    assert_true(fine && rest.p[equals + 1] == '"');
    size_t end = span_find(value, '"');
    value = span_head(value, end);
    if (span_eq(name, SPAN("href")) || span_eq(name, SPAN("src")))
      assert_true(address_fine(value));
    rest = span_from(rest, equals + 2 + end + 1);
  }
}

static inline void markup_check(struct span html)
{
  for (size_t at; (at = span_find(html, '<')) < html.n;) {
    html = span_from(html, at + 1);
    size_t end = span_find(html, '>');
    assert_true(end < html.n);
    struct span tag = span_head(html, end);
    element_check(tag);
    if (tag.p[0] != '!')
      attributes_check(tag);
  }
}

#endif

#include "template/template_places.h"
#include "text/url.h"

static char lower(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_letter(char c)
{
  return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool is_blank(char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool name_in(const char *name, const char *const *list, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (strcmp(name, list[i]) == 0)
      return true;
  return false;
}
#define IN(name, list) name_in(name, list, sizeof(list) / sizeof *(list))

/* Appends what fits.  All names that matter fit; a truncated name is equal to none of them. */
static void append(char *name, size_t size, char c)
{
  size_t n = strlen(name);
  if (n + 1 < size)
    name[n] = lower(c);
}
#define APPEND(name, c) append(name, sizeof(name), c)

static bool is_url_attribute(const char *name)
{
  static const char *const names[] = {"href",   "src",    "action", "formaction", "cite",     "poster", "data",   "ping",
                                      "icon",   "usemap", "manifest", "background", "longdesc", "profile", "codebase",
                                      "classid", "archive", "xlink:href", "xml:base", "lowsrc", "dynsrc"};
  return IN(name, names);
}

void template_context_begin(struct template_context *c, enum template_language language)
{
  *c = (struct template_context){.language = (uint8_t)language, .place = PLACE_TEXT};
}

static void tag_begin(struct template_context *c)
{
  memset(c->element, 0, sizeof c->element);
  c->closing = c->json = false;
  c->matched = 0;
  c->place = PLACE_OPEN;
}

/* After ">" of a tag, the element determines the next place. */
static void tag_end(struct template_context *c)
{
  static const char *const raw[] = {"script", "style", "iframe", "noembed", "noframes", "xmp"};
  static const char *const rcdata[] = {"title", "textarea"};
  bool opening = !c->closing, json = c->json;
  c->place = opening && IN(c->element, raw)                                       ? PLACE_RAW
             : opening && c->language == TEMPLATE_HTML && IN(c->element, rcdata) ? PLACE_RCDATA
                                                                                 : PLACE_TEXT;
  c->closing = c->json = false;
  c->matched = 0;
  if (c->place == PLACE_TEXT)
    memset(c->element, 0, sizeof c->element);
  else
    c->json = json && strcmp(c->element, "script") == 0;
}

static void attribute_begin(struct template_context *c, char first)
{
  memset(c->attribute, 0, sizeof c->attribute);
  APPEND(c->attribute, first);
  c->place = PLACE_ATTR;
}

static const char *value_begin(struct template_context *c, enum template_place place)
{
  memset(c->value, 0, sizeof c->value);
  c->place = (uint8_t)place;
  c->url = is_url_attribute(c->attribute) ? URL_BEGIN : URL_NONE;
  return c->language == TEMPLATE_HTML && strcmp(c->attribute, "http-equiv") == 0
             ? "http-equiv is not used here: the server sends headers"
             : NULL;
}

static void value_end(struct template_context *c)
{
  if (strcmp(c->attribute, "type") == 0)
    c->json = strcmp(c->value, "application/ld+json") == 0;
  memset(c->attribute, 0, sizeof c->attribute);
  memset(c->value, 0, sizeof c->value);
  c->url = URL_NONE;
  c->place = PLACE_QUOTED;
}

/* Advances the state of a URL over a literal character. */
static void url_feed(struct template_context *c, char ch)
{
  bool early = c->url == URL_BEGIN || c->url == URL_UNDECIDED;
  if (c->url == URL_NONE || c->url == URL_FORBIDDEN)
    return;
  if (early && ch == ':') /* a truncated value does not contain the ":" */
    c->url = strchr(c->value, ':') && url_scheme_ok(span_z(c->value)) ? URL_PART : URL_FORBIDDEN;
  else if (ch == '?' && c->url != URL_MIXED)
    c->url = URL_QUERY;
  else if (ch == '#' && c->url != URL_MIXED)
    c->url = URL_PART;
  else if (early)
    c->url = ch == '/' ? URL_PART : URL_UNDECIDED;
}

static void value_feed(struct template_context *c, char ch, char quote)
{
  if (ch == quote) {
    value_end(c);
    return;
  }
  APPEND(c->value, ch);
  url_feed(c, ch);
}

static const char *open_feed(struct template_context *c, char ch)
{
  if (ch == '/' && !c->closing)
    c->closing = true;
  else if (ch == '!' || ch == '?')
    c->place = PLACE_DECLARED;
  else if (is_letter(ch)) {
    APPEND(c->element, ch);
    c->place = PLACE_NAME;
  } else
    return "\"<\" does not begin a tag here: write &lt;";
  return NULL;
}

/* In a tag, outside attribute values. */
static const char *tag_feed(struct template_context *c, char ch)
{
  if (ch == '>')
    tag_end(c);
  else if (is_blank(ch)) {
    if (c->place == PLACE_ATTR || c->place == PLACE_EQUALS)
      c->place = PLACE_EQUALS;
    else
      c->place = PLACE_TAG;
  } else if (ch == '/')
    c->place = PLACE_TAG;
  else if (c->place == PLACE_NAME)
    APPEND(c->element, ch);
  else if (ch == '=' && (c->place == PLACE_ATTR || c->place == PLACE_EQUALS))
    c->place = PLACE_VALUE;
  else if (ch == '=' || ch == '"' || ch == '\'' || ch == '<')
    return "this can't stand between attributes";
  else if (c->place == PLACE_JOINED)
    return "write a blank here: a section that may have written an attribute ends before it";
  else if (c->place == PLACE_ATTR)
    APPEND(c->attribute, ch);
  else
    attribute_begin(c, ch);
  return NULL;
}

static const char *before_value_feed(struct template_context *c, char ch)
{
  if (ch == '"')
    return value_begin(c, PLACE_DOUBLE);
  if (ch == '\'')
    return value_begin(c, PLACE_SINGLE);
  if (ch == '>')
    return "this attribute has no value: remove the \"=\"";
  return is_blank(ch) ? NULL : value_begin(c, PLACE_BARE);
}

/* "</script" ends a script; c->matched is the number of its characters seen so far. */
static void raw_feed(struct template_context *c, char ch)
{
  size_t n = strlen(c->element);
  if (c->matched == n + 2 && (is_blank(ch) || ch == '>' || ch == '/')) {
    c->closing = true;
    c->json = false;
    c->matched = 0;
    c->place = PLACE_TAG;
    if (ch == '>')
      tag_end(c);
    return;
  }
  char next = c->matched == 0 ? '<' : c->matched == 1 ? '/' : c->matched < n + 2 ? c->element[c->matched - 2] : 0;
  c->matched = next && lower(ch) == next ? (uint8_t)(c->matched + 1) : ch == '<';
}

#define COMMENT_BEGINS 3 /* value of c->matched before the first character of a comment */

static const char *declared_feed(struct template_context *c, char ch)
{
  if (ch == '[' && c->matched == 0)
    return "CDATA sections are not used here: values are escaped";
  c->matched = ch == '-' && c->matched < 2 ? (uint8_t)(c->matched + 1) : 3;
  if (c->matched == 2) {
    c->place = PLACE_COMMENT;
    c->matched = COMMENT_BEGINS;
  } else if (ch == '>') {
    c->place = PLACE_TEXT;
    c->matched = 0;
  }
  return NULL;
}

/* Browsers end a comment at "<!-->", "<!--->" and "--!>" too. */
static const char *comment_feed(struct template_context *c, char ch)
{
  if ((c->matched == COMMENT_BEGINS && (ch == '>' || ch == '-')) || (c->matched == 2 && ch == '!'))
    return "write a comment as <!-- text -->";
  if (ch == '>' && c->matched == 2) {
    c->place = PLACE_TEXT;
    c->matched = 0;
  } else
    c->matched = ch != '-' ? 0 : c->matched < 2 ? (uint8_t)(c->matched + 1) : 2;
  return NULL;
}

static const char *feed_one(struct template_context *c, char ch)
{
  switch ((enum template_place)c->place) {
  case PLACE_TEXT:
    if (ch == '<')
      tag_begin(c);
    return NULL;
  case PLACE_RCDATA:
  case PLACE_RAW: raw_feed(c, ch); return NULL;
  case PLACE_OPEN: return open_feed(c, ch);
  case PLACE_NAME:
  case PLACE_TAG:
  case PLACE_ATTR:
  case PLACE_EQUALS:
  case PLACE_QUOTED:
  case PLACE_JOINED: return tag_feed(c, ch);
  case PLACE_VALUE: return before_value_feed(c, ch);
  case PLACE_DOUBLE: value_feed(c, ch, '"'); return NULL;
  case PLACE_SINGLE: value_feed(c, ch, '\''); return NULL;
  case PLACE_BARE:
    if (is_blank(ch) || ch == '>') {
      value_end(c);
      return tag_feed(c, ch);
    }
    value_feed(c, ch, 0);
    return NULL;
  case PLACE_DECLARED: return declared_feed(c, ch);
  case PLACE_COMMENT: return comment_feed(c, ch);
  }
  return NULL;
}

bool template_context_begins_url(const struct template_context *c)
{
  if (c->language == TEMPLATE_MD)
    return c->value[0] == ']' && c->value[1] == '(';
  return c->url == URL_BEGIN && (c->place == PLACE_DOUBLE || c->place == PLACE_SINGLE || c->place == PLACE_BARE);
}

const char *template_context_feed(struct template_context *c, struct span text, size_t *at)
{
  const char *why = NULL;
  if (c->language == TEMPLATE_MD)
    for (size_t i = 0; i < text.n; i++) {
      c->value[0] = c->value[1];
      c->value[1] = text.p[i];
    }
  if (c->language == TEMPLATE_HTML || c->language == TEMPLATE_XML)
    for (*at = 0; *at < text.n && !(why = feed_one(c, text.p[*at]));)
      ++*at;
  return why;
}

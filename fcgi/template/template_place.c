/* The second part of template_context.h: how a value is escaped at a place, and the common context of the two ends of a
 * section. */
#include "template/template_places.h"

#include <string.h>

static const char *attribute_fault(const char *name)
{
  if (strncmp(name, "on", 2) == 0)
    return "a value can't stand in an event handler";
  if (strcmp(name, "style") == 0)
    return "a value can't stand in a style attribute";
  if (strcmp(name, "srcset") == 0 || strcmp(name, "imagesrcset") == 0 || strcmp(name, "srcdoc") == 0)
    return "a value can't stand in this attribute: use src";
  return NULL;
}

static const char *url_value(struct template_context *c, enum template_escape *escape)
{
  switch ((enum template_url)c->url) {
  case URL_BEGIN:
    *escape = TEMPLATE_ESCAPE_URL;
    c->url = URL_PART;
    return NULL;
  case URL_UNDECIDED:
  case URL_PART:
    *escape = TEMPLATE_ESCAPE_URL_PART;
    c->url = URL_PART;
    return NULL;
  case URL_QUERY: *escape = TEMPLATE_ESCAPE_URL_QUERY; return NULL;
  case URL_MIXED:
    return "it depends on the section before this whether the value begins a URL: put whole URLs into the sections";
  default: return "a value can only stand in http, https, mailto and relative URLs";
  }
}

static const char *attribute_value(struct template_context *c, enum template_escape *escape)
{
  const char *why = attribute_fault(c->attribute);
  memset(c->value, 0, sizeof c->value);
  c->value[0] = '{'; /* an impossible first character: the value is not literal */
  return why || c->url == URL_NONE ? why : url_value(c, escape);
}

const char *template_context_value(struct template_context *c, bool markup, enum template_escape *escape)
{
  static const enum template_escape plain[] = {TEMPLATE_ESCAPE_HTML, TEMPLATE_ESCAPE_XML, TEMPLATE_ESCAPE_MD,
                                               TEMPLATE_ESCAPE_NONE};
  *escape = plain[c->language];
  if (c->language == TEMPLATE_MD)
    memset(c->value, 0, sizeof c->value);
  if (markup && c->language == TEMPLATE_HTML && (c->place == PLACE_TEXT || (c->place == PLACE_RAW && c->json))) {
    *escape = TEMPLATE_ESCAPE_NONE;
    return NULL;
  }
  if (markup)
    return c->language == TEMPLATE_HTML ? "markup can only stand in element text" : "markup can only stand in HTML";
  switch ((enum template_place)c->place) {
  case PLACE_TEXT:
  case PLACE_RCDATA: return NULL;
  case PLACE_DOUBLE:
  case PLACE_SINGLE: return attribute_value(c, escape);
  case PLACE_VALUE:
  case PLACE_BARE: return "write this attribute's value in quotes";
  case PLACE_RAW:
    return c->json ? "a script of JSON-LD is one {{{HTML}}} value" : "a value can't stand in a script or style";
  case PLACE_COMMENT: return "a value can't stand in a comment";
  case PLACE_DECLARED: return "a value can't stand in a declaration";
  default: return "a value can't make a tag or an attribute: put it into a quoted attribute value";
  }
}

/* In a tag, where an attribute or ">" may follow. */
static bool in_tag(const struct template_context *c)
{
  switch ((enum template_place)c->place) {
  case PLACE_NAME:
  case PLACE_TAG:
  case PLACE_ATTR:
  case PLACE_EQUALS:
  case PLACE_QUOTED:
  case PLACE_JOINED: return true;
  default: return false;
  }
}

static bool join_tag(struct template_context *c, const struct template_context *end)
{
  if (!in_tag(c) || !in_tag(end) || c->closing != end->closing || strcmp(c->element, end->element) != 0)
    return false;
  c->place = c->place == PLACE_TAG && end->place == PLACE_TAG ? PLACE_TAG : PLACE_JOINED;
  c->json = c->json && end->json;
  memset(c->attribute, 0, sizeof c->attribute);
  return true;
}

static bool join_value(struct template_context *c, const struct template_context *end, bool loop)
{
  if ((c->place != PLACE_DOUBLE && c->place != PLACE_SINGLE) || c->place != end->place ||
      strcmp(c->element, end->element) != 0 || strcmp(c->attribute, end->attribute) != 0)
    return false;
  if (c->url != end->url) {
    if (loop)
      return false;
    c->url = c->url == URL_FORBIDDEN || end->url == URL_FORBIDDEN ? URL_FORBIDDEN : URL_MIXED;
  }
  memset(c->value, 0, sizeof c->value);
  c->value[0] = '{';
  return true;
}

bool template_context_join(struct template_context *c, const struct template_context *end, bool loop)
{
  if (c->language != end->language)
    return false;
  if (memcmp(c, end, sizeof *c) == 0)
    return true;
  if (c->language == TEMPLATE_MD) {
    memset(c->value, 0, sizeof c->value);
    return true;
  }
  return join_tag(c, end) || join_value(c, end, loop);
}

struct span template_context_name(const struct template_context *c, struct arena *a)
{
  switch ((enum template_place)c->place) {
  case PLACE_TEXT: return SPAN("element text");
  case PLACE_RCDATA:
  case PLACE_RAW: return arena_printf(a, "the text of <%s>", c->element);
  case PLACE_DOUBLE:
  case PLACE_SINGLE:
  case PLACE_VALUE:
  case PLACE_BARE: return arena_printf(a, "attribute %s of <%s>", c->attribute, c->element);
  case PLACE_COMMENT: return SPAN("a comment");
  case PLACE_DECLARED: return SPAN("a declaration");
  default: return arena_printf(a, "the tag <%s%s>", c->closing ? "/" : "", c->element);
  }
}

bool template_context_done(const struct template_context *c)
{
  return c->place == PLACE_TEXT;
}

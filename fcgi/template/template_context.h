/* Where in the output a tag stands, and so how its value is escaped.  Literal text is fed through a
 * small state machine of HTML's tokenizer (WHATWG, section 13.2.5) while the template is compiled;
 * nothing of this is left at run time.  It is stricter than browsers are: what it can't follow, or
 * what no value should ever touch, is a fault with a sentence.
 *
 * URLs in attributes: a value that begins the attribute must name an allowed scheme or none; one
 * further on may not complete a scheme (":" is encoded); one after "?" is a query value. */
#ifndef DIPTYCH_TEMPLATE_TEMPLATE_CONTEXT_H
#define DIPTYCH_TEMPLATE_TEMPLATE_CONTEXT_H

#include <stdint.h>

#include "base/arena.h"

enum template_escape {
  TEMPLATE_ESCAPE_NONE,
  TEMPLATE_ESCAPE_HTML,
  TEMPLATE_ESCAPE_XML,
  TEMPLATE_ESCAPE_MD,
  TEMPLATE_ESCAPE_URL,       /* a whole URL, or its beginning */
  TEMPLATE_ESCAPE_URL_PART,  /* within a URL */
  TEMPLATE_ESCAPE_URL_QUERY, /* within its query */
};

enum template_language { TEMPLATE_HTML, TEMPLATE_XML, TEMPLATE_MD, TEMPLATE_PLAIN };

struct template_context {
  uint8_t language, place, url;
  bool closing;      /* an end tag */
  bool json;         /* a script of JSON-LD */
  uint8_t matched;   /* characters of what would end a comment or raw text */
  char element[12];  /* lower case, cut; zeroed when it means nothing */
  char attribute[16];
  char value[24];     /* of a literal attribute value: its beginning */
};

void template_context_begin(struct template_context *c, enum template_language language);

/* Literal text.  NULL, or what is wrong with byte *at of it. */
const char *template_context_feed(struct template_context *c, struct span text, size_t *at);

/* A value here: how it is escaped; and the context is behind it.  `markup` says that it is trusted HTML that asks
 * to be shown as it is.  NULL, or why it may not stand here. */
const char *template_context_value(struct template_context *c, bool markup, enum template_escape *escape);

/* After a section that began in *c and ended in `end`: *c is where both lead.  `loop`: the section may come more
 * than once.  False: no common place, as when a tag is opened but not closed inside. */
bool template_context_join(struct template_context *c, const struct template_context *end, bool loop);

/* "element text", "attribute href of <a>": for messages. */
struct span template_context_name(const struct template_context *c, struct arena *a);

/* Whether a template may end here. */
bool template_context_done(const struct template_context *c);

#endif

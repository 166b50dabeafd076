/* The output context of a tag, which determines how its value is escaped.  While a template is compiled, its literal text
 * runs through a small state machine modelled on the HTML tokenizer (WHATWG HTML, section 13.2.5).  Nothing of this
 * remains at run time.  The state machine is stricter than browsers: markup that it does not understand, and places where
 * no value is safe, are faults.
 *
 * URLs in attributes: a value at the beginning must have an allowed scheme or none; a later value cannot complete a scheme,
 * because ":" is encoded; a value after "?" is encoded as a query value. */
#ifndef DIPTYCH_TEMPLATE_TEMPLATE_CONTEXT_H
#define DIPTYCH_TEMPLATE_TEMPLATE_CONTEXT_H

#include <stdint.h>

#include "base/arena.h"

enum template_escape {
  TEMPLATE_ESCAPE_NONE,
  TEMPLATE_ESCAPE_HTML,
  TEMPLATE_ESCAPE_XML,
  TEMPLATE_ESCAPE_MD,
  TEMPLATE_ESCAPE_URL,       /* a whole URL, or the beginning of one */
  TEMPLATE_ESCAPE_URL_PART,  /* after the beginning of a URL */
  TEMPLATE_ESCAPE_URL_QUERY, /* in the query of a URL */
  TEMPLATE_ESCAPE_PATH,      /* a whole URL in Markdown source */
  TEMPLATE_ESCAPE_DECIMAL,   /* a number with a point, which becomes the mark of the language */
};

enum template_language { TEMPLATE_HTML, TEMPLATE_XML, TEMPLATE_MD, TEMPLATE_PLAIN };

struct template_context {
  uint8_t language, place, url;
  bool closing;      /* an end tag */
  bool json;         /* a script of JSON-LD */
  uint8_t matched;   /* number of matched characters of the end of a comment or of raw text */
  char element[12];  /* lower case, truncated; zeroed outside its use, for memcmp */
  char attribute[16];
  char value[24];     /* the beginning of a literal attribute value; in Markdown, the last two literal characters */
};

void template_context_begin(struct template_context *c, enum template_language language);

/* Advances over literal text.  Returns NULL, or the fault at byte *at of the text. */
const char *template_context_feed(struct template_context *c, struct span text, size_t *at);

/* True: an address of the site may begin here, and is written below the path of the site. */
bool template_context_begins_url(const struct template_context *c);

/* Sets the escaping of a value in this context, and advances over the value.  markup: the value is trusted HTML, written
 * unescaped.  Returns NULL, or why a value is not allowed here. */
const char *template_context_value(struct template_context *c, bool markup, enum template_escape *escape);

/* Sets *c, the context at the beginning of a section, to the context after it; `end` is the context at its end.  loop:
 * the section may be repeated.  False: there is no common context, for example when the section opens a tag and does not
 * close it. */
bool template_context_join(struct template_context *c, const struct template_context *end, bool loop);

/* "element text", "attribute href of <a>"; for messages. */
struct span template_context_name(const struct template_context *c, struct arena *a);

/* May a template end here? */
bool template_context_done(const struct template_context *c);

#endif

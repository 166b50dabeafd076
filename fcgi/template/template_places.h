/* The states of template_context.c and template_place.c: the places of HTML and XML, and the parts of a URL. */
#ifndef DIPTYCH_TEMPLATE_TEMPLATE_PLACES_H
#define DIPTYCH_TEMPLATE_TEMPLATE_PLACES_H

#include "template/template_context.h"

enum template_place {
  PLACE_TEXT,
  PLACE_RCDATA,   /* title, textarea: text without tags */
  PLACE_RAW,      /* script, style */
  PLACE_OPEN,     /* after "<" */
  PLACE_NAME,     /* in a tag's name */
  PLACE_TAG,      /* between attributes */
  PLACE_ATTR,     /* in an attribute's name */
  PLACE_EQUALS,   /* after the name, before "=" */
  PLACE_VALUE,    /* after "=" */
  PLACE_DOUBLE,   /* in "..." */
  PLACE_SINGLE,   /* in '...' */
  PLACE_BARE,     /* in an unquoted value */
  PLACE_QUOTED,   /* after the closing quote */
  PLACE_JOINED,   /* in a tag, after a section that may have written attributes */
  PLACE_DECLARED, /* <!doctype ...>, <?xml ...?> */
  PLACE_COMMENT,
};

enum template_url {
  URL_NONE,
  URL_BEGIN,     /* at the beginning */
  URL_UNDECIDED, /* literal letters that could be a scheme */
  URL_PART,
  URL_QUERY,
  URL_MIXED,     /* one of the above, depending on a section */
  URL_FORBIDDEN, /* a literal scheme that allows no values */
};

#endif

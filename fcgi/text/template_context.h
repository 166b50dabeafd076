/* Where in the output a tag stands, and so how its value is escaped.  Literal text is fed through a
 * small state machine while the template is compiled; nothing of this is left at run time. */
#ifndef DIPTYCH_TEXT_TEMPLATE_CONTEXT_H
#define DIPTYCH_TEXT_TEMPLATE_CONTEXT_H

#include <stdbool.h>

#include "base/span.h"

enum template_escape {
  TEMPLATE_ESCAPE_NONE,
  TEMPLATE_ESCAPE_HTML,
  TEMPLATE_ESCAPE_XML,
  TEMPLATE_ESCAPE_MD,
};

#endif

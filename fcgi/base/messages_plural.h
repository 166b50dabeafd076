/* The rule of plural forms in the header of a catalogue: "nplurals=2; plural=(n != 1);".  The expression is C over unsigned
 * numbers and the variable n (GNU gettext manual, "Plural forms").  It is checked once, when the catalogue is read, and then
 * evaluated from its text: it has about ten characters. */
#ifndef DIPTYCH_BASE_MESSAGES_PLURAL_H
#define DIPTYCH_BASE_MESSAGES_PLURAL_H

#include <stdint.h>

#include "base/span.h"

struct plural_rule {
  struct span expression; /* empty: n != 1 */
  size_t forms;
};

/* Reads the rule from the header of a catalogue; without one, that of English.  false: it is not valid. */
bool plural_rule_read(struct plural_rule *r, struct span header);
/* The form for n; less than r->forms. */
size_t plural_rule_form(const struct plural_rule *r, uint64_t n);

#endif

/* Texts of all products, to find those that say the same. */
#ifndef DIPTYCH_LINT_LINT_TEXTS_H
#define DIPTYCH_LINT_LINT_TEXTS_H

#include "lint/lint_findings.h"

MUST_USE struct lint_texts *lint_texts_new(void); /* NULL: no memory */
void lint_texts_free(struct lint_texts **t);

/* Remembers a text; short ones may be alike and are passed over. */
void lint_texts_add(struct lint_texts *t, const struct lint_place *at, struct span text);
/* Names the texts that two products share.  NO_MEMORY: not all were remembered. */
MUST_USE enum err lint_texts_compare(struct lint_texts *t, struct lint *l);

#endif

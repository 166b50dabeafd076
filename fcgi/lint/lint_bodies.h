/* What lint says of one Markdown body. */
#ifndef DIPTYCH_LINT_LINT_BODIES_H
#define DIPTYCH_LINT_LINT_BODIES_H

#include "lint/lint_findings.h"

/* claims: quantities in it need a source. */
void lint_body(struct lint *l, const struct lint_place *at, struct span md, bool claims);

#endif

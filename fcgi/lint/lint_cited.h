/* The activities that bodies name by "[^activity:7]", to tell those that pages do not show. */
#ifndef DIPTYCH_LINT_LINT_CITED_H
#define DIPTYCH_LINT_LINT_CITED_H

#include "lint/lint_findings.h"

MUST_USE struct lint_cited *lint_cited_new(void); /* NULL: no memory */
void lint_cited_free(struct lint_cited **c);

/* Remembers that the body names this activity. */
void lint_cited_add(struct lint_cited *c, const struct lint_place *at, uint64_t activity);
/* Names those that the body's products do not have, or not yet.  NO_MEMORY: not all were remembered. */
MUST_USE enum err lint_cited_judge(struct lint_cited *c, struct lint *l);

#endif

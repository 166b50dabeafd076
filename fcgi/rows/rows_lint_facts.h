/* The rules of `diptych lint` about attributes and facts. */
#ifndef DIPTYCH_ROWS_ROWS_LINT_FACTS_H
#define DIPTYCH_ROWS_ROWS_LINT_FACTS_H

#include "rows/rows_lint_lines.h"

MUST_USE enum err lint_facts(struct lint *l);

#endif

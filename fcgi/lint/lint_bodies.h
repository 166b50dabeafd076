/* What lint says of one body. */
#ifndef DIPTYCH_LINT_LINT_BODIES_H
#define DIPTYCH_LINT_LINT_BODIES_H

#include "lint/lint_findings.h"
#include "text/body_format.h"

/* claims: quantities in it need a source; answer: of a question, which is not shown without one. */
struct lint_body {
  struct span text;
  enum body_format format;
  bool claims, answer;
};
void lint_body_judge(struct lint *l, const struct lint_place *at, const struct lint_body *body);

#endif

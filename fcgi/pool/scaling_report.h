/* What status and metrics show about the number of workers: who chooses it, its limits, and its last change. */
#ifndef DIPTYCH_POOL_SCALING_REPORT_H
#define DIPTYCH_POOL_SCALING_REPORT_H

#include "base/buf.h"
#include "pool/scoreboard.h"

void scaling_report_text(const struct scoreboard *b, int64_t now_us, struct buf *out);
/* The value of the JSON member "scaling". */
void scaling_report_json(const struct scoreboard *b, int64_t now_us, struct buf *out);
void scaling_report_metrics(const struct scoreboard *b, struct buf *out);

#endif

/* The part of a status report about processes: age, memory, restarts, and what each worker does now. */
#ifndef DIPTYCH_POOL_REPORT_WORKERS_H
#define DIPTYCH_POOL_REPORT_WORKERS_H

#include "base/buf.h"
#include "pool/scoreboard.h"

void report_workers_text(const struct scoreboard *b, int64_t now_us, struct buf *out); /* with a head line */
void report_watcher_text(const struct scoreboard_slot *watcher, int64_t now_us, struct buf *out);
/* The members master, watcher and workers. */
void report_processes_json(const struct scoreboard *b, int64_t now_us, struct buf *out);

#endif

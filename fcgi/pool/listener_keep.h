/* Somebody may remove the file of a UNIX socket while the pool runs: a script that tidies /run, for example.  Then nobody can
 * connect, although everything else works.  The master looks for its files and makes missing ones again. */
#ifndef DIPTYCH_POOL_LISTENER_KEEP_H
#define DIPTYCH_POOL_LISTENER_KEEP_H

#include "pool/listener.h"
#include "pool/metrics_process.h"
#include "pool/workers.h"

/* Call it about every 100 ms, but not while two masters hold the sockets.  Workers and the metrics process are replaced when their
 * socket was made again; they answer the requests that they have. */
void listeners_keep(struct listener *pages, struct listener *control, struct metrics_process *metrics, struct workers *w,
                    int64_t now_us);

#endif

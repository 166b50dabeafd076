/* The process of a standalone command that makes pages: its catalog, the watcher that fills it, and its worker. */
#ifndef DIPTYCH_APP_STANDALONE_PROCESS_H
#define DIPTYCH_APP_STANDALONE_PROCESS_H

#include <stdio.h>
#include <sys/types.h>

#include "app/app_site.h"

struct standalone {
  struct app_shared shared;
  struct metrics metrics;
  struct app_resources *resources;
  struct app_worker *worker;
  pid_t watcher;
  int stop[2]; /* closing stop[1] ends the watcher */
};

/* Starts from {0} and waits until the catalog is ready.  false: the reason is written to why.  Close it in both cases. */
MUST_USE bool standalone_open(struct standalone *s, const struct config *c, FILE *why);
void standalone_close(struct standalone *s);

void standalone_pause(void); /* some milliseconds */

#endif

/* One frame of `diptych status --watch`: a pure function of two reports and the size of the terminal.
 *
 * Rates come from the counters of the last two reports and the time between them, which the pool gives (uptime_ms).  They
 * are left out when there is no earlier report of the same pool: counters begin again when a pool is restarted. */
#ifndef DIPTYCH_APP_STATUS_FRAME_H
#define DIPTYCH_APP_STATUS_FRAME_H

#include <jansson.h>

#include "app/screen.h"

#define STATUS_FRAME_HISTORY 64

struct status_frame {
  const json_t *now;    /* NULL: no pool answers */
  const json_t *before; /* of the same pool; NULL: none */
  const char *control;  /* path of the control socket */
  const char *clock;    /* "13:04:05 UTC" */
  const char *notice;   /* one sentence about the view itself; "" : none */
  bool interactive;     /* keys are read */
  double history[STATUS_FRAME_HISTORY]; /* requests a second, oldest first */
  int n_history;
};

void status_frame_write(const struct status_frame *f, struct screen *s);

/* Requests a second between both reports; -1: not known. */
double status_frame_rate(const json_t *before, const json_t *now);
/* True: `now` continues the counters of `before`. */
bool status_frame_continues(const json_t *before, const json_t *now);

#endif

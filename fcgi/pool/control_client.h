/* The client side of the control socket: diptych status, scale, reload and stop. */
#ifndef DIPTYCH_POOL_CONTROL_CLIENT_H
#define DIPTYCH_POOL_CONTROL_CLIENT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

struct control_call {
  const char *line; /* without a newline */
  int wait_ms;      /* for the whole answer */
  FILE *out, *err;  /* the text of an "ok" answer goes to out, everything else to err */
};
/* Sends one command to the pool on the socket `control` and prints the answer.  Returns the exit status: 0 for "ok",
 * 1 for "failed" or no answer, 2 for "invalid". */
MUST_USE int control_client_call(const char *control, const struct control_call *call);

MUST_USE bool control_client_reaches(const char *control); /* a pool accepts connections there */

#endif

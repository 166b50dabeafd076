/* The operator's side of the control socket: diptych status, scale, reload, stop. */
#ifndef DIPTYCH_POOL_CONTROL_CLIENT_H
#define DIPTYCH_POOL_CONTROL_CLIENT_H

#include <stdio.h>

/* To the pool on the socket `control`: sends one line (without its end), waits at most wait_ms for the whole
 * answer, prints it to out when it is "ok" and to err otherwise.  Returns the exit status: 0 ok, 1 failed or
 * nobody there. */
struct control_call {
  const char *line;
  int wait_ms;
  FILE *out, *err;
};
int control_client_call(const char *control, const struct control_call *call);

#endif

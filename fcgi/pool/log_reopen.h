/* The reopening of the request log in the master's event loop, for USR1 and for clients of the control socket. */
#ifndef DIPTYCH_POOL_LOG_REOPEN_H
#define DIPTYCH_POOL_LOG_REOPEN_H

#include "pool/control.h"
#include "pool/log_file.h"

/* Requests a reopening.  Returns the ticket of a client that waits for it. */
unsigned log_reopen_ask(struct log_file *l);
/* Goes on without blocking; logs the result and answers the clients. */
void log_reopen_turn(struct log_file *l, const struct config *c, struct scoreboard *b, struct control *control);

#endif

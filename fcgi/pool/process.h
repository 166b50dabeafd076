/* What every child of the master does first and last: its own log name, signals of its own, and an
 * end that follows the master's.  Nothing of the master's that could keep a socket or a pipe open
 * stays open in a child. */
#ifndef DIPTYCH_POOL_PROCESS_H
#define DIPTYCH_POOL_PROCESS_H

#include <sys/types.h>

#include "base/log.h"
#include "config/config.h"

enum log_level process_log_level(const struct config *c);

/* In the child, right after fork: ignores what terminals and operators send to whole groups, blocks
 * everything else, asks the kernel for SIGTERM when the master dies.  Exits when it has died already. */
void process_child_begin(const char *role, enum log_level level, pid_t master);

/* No handler of the master's or of a library's stays: SIGTERM and SIGQUIT end the process when they
 * are let in, what is meant for the master is ignored. */
void process_child_signals(void);
/* Lets all signals in. */
void process_child_unblock(void);

#endif

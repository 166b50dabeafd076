/* What the master does first, and what each of its children does after fork: it sets its role in the log and in ps(1), and
 * its signals, and it ends when the master dies. */
#ifndef DIPTYCH_POOL_PROCESS_H
#define DIPTYCH_POOL_PROCESS_H

#include <sys/types.h>

#include "base/err.h"
#include "base/log.h"
#include "config/config.h"

/* In the master: opens closed standard descriptors.  Otherwise a socket could become standard error and receive the log. */
void process_standard_open(void);
/* In the master: blocks the signals that it takes, and ignores SIGPIPE.  Returns a signalfd(2), or -1. */
MUST_USE int process_signals_open(void);

/* poll fails when RLIMIT_NOFILE is less than the number of descriptors to poll.  Each turn of a loop handles all descriptors,
 * so the loop can go on without poll: this logs the reason in errno, and waits a moment. */
void process_poll_failed(struct log_limit *limit);

enum log_level process_log_level(const struct config *c);

/* Call it in the child right after fork.  Blocks all signals but SIGABRT, and asks the kernel to send SIGTERM when
 * the master dies.  Exits if the master has died already. */
void process_child_begin(const char *role, enum log_level level, pid_t master);

/* Resets the handlers of the master and of libraries: SIGTERM and SIGQUIT end the process when they are unblocked;
 * signals for the master, also those that a terminal sends to the whole group, are ignored. */
void process_child_signals(void);
/* Unblocks all signals. */
void process_child_unblock(void);

#endif

/* Writes log lines to standard error without blocking, whatever standard error is.
 *
 * The file description of standard error is shared with other processes, also with the one that started this
 * program.  So O_NONBLOCK must not be set on it, and poll(2) before the write is not enough, because another
 * process may write in between.
 *
 *   socket            send(2) with MSG_DONTWAIT
 *   pipe, terminal    opened again through /proc, which gives a file description of our own with O_NONBLOCK;
 *                     where that is not allowed, pwritev2(2) with RWF_NOWAIT
 *   file              write(2): it has no reader to wait for */
#ifndef DIPTYCH_BASE_LOG_SINK_H
#define DIPTYCH_BASE_LOG_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Opens standard error as above before the process loses the right to.  Otherwise the first line does. */
void log_sink_open(void);

/* Writes one line of at most PIPE_BUF bytes.  false: the line is lost. */
MUST_USE bool log_sink_write(const char *line, size_t n);

#endif

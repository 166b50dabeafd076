/* Where log lines go: standard error, whatever that is, without ever waiting for its reader.
 *
 * Standard error is shared with the other processes and with whoever started us, so O_NONBLOCK must not be
 * set on it, and a poll(2) before the write says nothing about what others write in between.  A socket is
 * written to by send(2) with MSG_DONTWAIT.  A pipe or a terminal is opened once more by way of /proc, which
 * gives a file description of our own.  Where that is not allowed the write itself is asked not to wait
 * (RWF_NOWAIT).  A file is written to as it is: it makes nobody wait for a reader. */
#ifndef DIPTYCH_BASE_LOG_SINK_H
#define DIPTYCH_BASE_LOG_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* One whole line of at most PIPE_BUF bytes.  false: it is lost. */
MUST_USE bool log_sink_write(const char *line, size_t n);

#endif

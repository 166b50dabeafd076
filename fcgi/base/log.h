/* The log: one line an event on standard error, whole lines by one write(2) each, so that lines of
 * many processes never mix.  Format: 2026-08-22T12:00:00.123Z LEVEL role[pid] sentence
 * Control characters in the sentence are escaped, so nothing a visitor sends forges a line; a line has
 * PIPE_BUF bytes at the most, and what is longer is cut.  Writing never waits: a line for which the reader
 * of a pipe has left no room is lost, and the process's next line says how many were.
 * log_limited says a recurring thing at most `most` times (0: once) in `every_s` seconds and place; the next line
 * after those seconds then has the count of what was not said. */
#ifndef DIPTYCH_BASE_LOG_H
#define DIPTYCH_BASE_LOG_H

#include <stdarg.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_open(const char *role, enum log_level most); /* per process; role is copied (15 bytes) */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct log_limit {
  int64_t last_us, next_us; /* monotonic */
  uint64_t what;
  unsigned most, said, held;
};
void log_limited(struct log_limit *limit, int every_s, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* what: a hash of what is to be said.  When it changed, a line may come a second after the last. */
void log_limit_news(struct log_limit *limit, uint64_t what);

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif

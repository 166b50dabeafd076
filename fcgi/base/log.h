/* The log: one line per event on standard error, in this format:
 *
 *   2026-08-22T12:00:00.123Z LEVEL role[pid] sentence
 *
 * Each line is one write(2) of at most PIPE_BUF bytes, so lines of different processes never mix; longer
 * lines are cut.  Control characters in the sentence are escaped, so a request cannot forge a line.  Writing
 * never blocks: when the pipe is full, the line is lost, and the next line of this process is preceded by the
 * number of lost lines.
 *
 * log_limited is for recurring events: it writes at most `most` lines (0: one) per limit in `every_s` seconds.
 * The first line after that time ends with the number of suppressed lines. */
#ifndef DIPTYCH_BASE_LOG_H
#define DIPTYCH_BASE_LOG_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_NONE = -1, LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_open(const char *role, enum log_level most); /* once per process; copies the first 15 bytes of role */
/* Counts lost lines in *lost as well, from now on; children inherit this.  It must outlive the process. */
void log_count_lost(_Atomic uint64_t *lost);
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct log_limit {
  int64_t last_us, next_us; /* monotonic */
  uint64_t topic; /* see log_limit_news */
  unsigned most, written, suppressed;
};
void log_limited(struct log_limit *limit, int every_s, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* number, message: of the fault that the next line reports.  When it is another fault than that of the last call, the next line is
 * allowed one second after the last line.  Messages that differ in their figures only report the same fault. */
void log_limit_news(struct log_limit *limit, unsigned number, const char *message);

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif

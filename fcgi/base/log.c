#include "base/log.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log_sink.h"

#define TOPIC_US (1000 * INT64_C(1000))

/* Set once at the start of a process, before any request. */
static char log_role[16] = "diptych";
static enum log_level log_most = LOG_LEVEL_INFO;
static _Atomic uint64_t *log_lost_count;

void log_open(const char *role, enum log_level most)
{
  snprintf(log_role, sizeof log_role, "%s", role);
  log_most = most;
}

void log_count_lost(_Atomic uint64_t *lost)
{
  log_lost_count = lost;
}

static size_t escape_controls(char *out, size_t cap, const char *in)
{
  size_t n = 0;
  for (; *in && n + 5 < cap; in++) {
    unsigned char c = (unsigned char)*in;
    if (c < 0x20 || c == 0x7f)
      n += (size_t)snprintf(out + n, cap - n, "\\x%02x", c);
    else
      out[n++] = (char)c;
  }
  return n;
}

static size_t line_make(char line[PIPE_BUF], enum log_level level, const char *sentence)
{
  static const char *const names[] = {"ERROR", "WARN", "INFO", "DEBUG"};
  char when[CLOCK_ISO_MAX];
  clock_iso(when, clock_now_us(), 3);
  size_t n = (size_t)snprintf(line, 128, "%s %s %s[%d] ", when, names[level], log_role, (int)getpid());
  n += escape_controls(line + n, PIPE_BUF - n - 1, sentence);
  line[n++] = '\n';
  return n;
}

static void loss_note(unsigned *lost)
{
  ++*lost;
  if (log_lost_count)
    atomic_fetch_add_explicit(log_lost_count, 1, memory_order_relaxed);
}

static void log_write(enum log_level level, const char *sentence)
{
  static unsigned lost;
  char line[PIPE_BUF], loss[64];
  if (lost) {
    snprintf(loss, sizeof loss, "%u log lines before this one could not be written", lost);
    if (!log_sink_write(line, line_make(line, LOG_LEVEL_WARN, loss))) {
      loss_note(&lost);
      return;
    }
    lost = 0;
  }
  if (!log_sink_write(line, line_make(line, level, sentence)))
    loss_note(&lost);
}

static void log_vline(enum log_level level, const char *format, va_list args)
{
  char sentence[4096];
  vsnprintf(sentence, sizeof sentence, format, args);
  log_write(level, sentence);
}

void log_line(enum log_level level, const char *format, ...)
{
  if (level > log_most)
    return;
  va_list args;
  va_start(args, format);
  log_vline(level, format, args);
  va_end(args);
}

static uint64_t topic_of(unsigned number, const char *message)
{
  uint64_t topic = number;
  while (*message) {
    size_t n = strcspn(message, "0123456789");
    topic = hash_span(topic, span_of(message, n));
    message += n;
    message += strspn(message, "0123456789");
  }
  return topic;
}

void log_limit_news(struct log_limit *limit, unsigned number, const char *message)
{
  uint64_t topic = topic_of(number, message);
  if (limit->topic != topic && limit->next_us > limit->last_us + TOPIC_US)
    limit->next_us = limit->last_us + TOPIC_US;
  limit->topic = topic;
}

void log_limited(struct log_limit *limit, int every_s, enum log_level level, const char *format, ...)
{
  int64_t now = clock_mono_us();
  if (level > log_most)
    return;
  if (now >= limit->next_us) {
    limit->next_us = now + (int64_t)every_s * 1000000;
    limit->written = 0;
  }
  if (limit->written && limit->written >= limit->most) {
    limit->suppressed++;
    return;
  }
  limit->written++;
  char sentence[4096];
  va_list args;
  va_start(args, format);
  vsnprintf(sentence, sizeof sentence, format, args);
  va_end(args);
  if (limit->suppressed) {
    size_t n = strlen(sentence);
    snprintf(sentence + n, sizeof sentence - n, " (and %u more like it)", limit->suppressed);
  }
  limit->last_us = now;
  limit->suppressed = 0;
  log_write(level, sentence);
}

/* The request log of a worker: one line for each answered request, with the times of its stages.
 *
 *   request_log          off, stderr or a path.  A path is opened by the master (log_file.h).
 *   request_log_format   keyvalue or json (request_log_line.h)
 *   request_log_slow     requests that take at least this many ms are always logged; 0: there is no such limit
 *   request_log_sample   the share of all other requests that is logged, chosen at random; empty: all of them, or, when
 *                        request_log_slow is set, none
 *
 * A line is one write(2), to a file with O_APPEND.  It is never waited for and never repeated: when the disk is full the
 * line is lost, counted in request_log_lost, and the answer is not affected.  While the log is off, a request costs a
 * few comparisons, and no clock is read.
 *
 * "cache" is the slowest source of the answer: mysql, memcached, fragments (the fragment cache), page (the page cache) or
 * none; stale when an old page was served while a backend was away.  It is found from the counters of this worker, which
 * answers one request at a time. */
#ifndef DIPTYCH_POOL_REQUEST_LOG_H
#define DIPTYCH_POOL_REQUEST_LOG_H

#include "base/log.h"
#include "base/metrics.h"
#include "config/config.h"
#include "http/request.h"
#include "http/response.h"
#include "pool/log_file.h"
#include "pool/request_log_line.h"

/* Counters that tell which caches and backends a request has used. */
#define REQUEST_LOG_SOURCES(X) X(db_statements) X(pages_stale) X(cache_gets) X(fragments_reused) X(pages_hit)

struct request_log_sources {
#define REQUEST_LOG_SOURCE(name) uint64_t name;
  REQUEST_LOG_SOURCES(REQUEST_LOG_SOURCE)
#undef REQUEST_LOG_SOURCE
};

struct request_log {
  bool on, json;
  const struct config *config;
  const struct scoreboard *board;
  struct scoreboard_slot *slot;
  struct log_file *file;
  int worker;
  const char *const *routes;
  int64_t slow_us;
  uint32_t share; /* of the requests that are not slow, in millionths */
  uint64_t random;
  struct stage_times times; /* of the running request */
  struct request_log_sources before;
  struct buf line;
  struct log_limit limit;
};

struct request_log_setup {
  const struct config *config;
  const struct scoreboard *board;
  struct scoreboard_slot *slot;
  struct log_file *file;
  int worker;
  const char *const *routes; /* of struct app; NULL: none */
};

void request_log_open(struct request_log *l, const struct request_log_setup *setup);
void request_log_close(struct request_log *l);

void request_log_start(struct request_log *l); /* use the functions below */
void request_log_write(struct request_log *l, const struct request *rq, const struct response *r, size_t bytes);

/* Before the first stage of a request. */
static inline void request_log_begin(struct request_log *l)
{
  if (l->on)
    request_log_start(l);
}

/* The request has been answered; bytes: of its body, as sent. */
static inline void request_log_end(struct request_log *l, const struct request *rq, const struct response *r, size_t bytes)
{
  if (l->on)
    request_log_write(l, rq, r, bytes);
}

/* The request gets no answer. */
static inline void request_log_drop(struct request_log *l)
{
  l->slot->stage.times = NULL;
}

/* The request is deferred, and goes on later.  Its times are kept in *kept. */
void request_log_pause(struct request_log *l, struct stage_times *kept);
void request_log_resume(struct request_log *l, const struct stage_times *kept);

/* Call it in each turn of the loop: takes the new file after a reopening. */
static inline void request_log_follow(struct request_log *l)
{
  log_file_follow(l->file, l->board, l->slot);
}

#endif

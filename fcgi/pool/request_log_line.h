/* One line of the request log, in two formats with the same keys:
 *
 *   time=2026-08-22T12:00:00.123Z id=4bf9 method=GET path="/compare/a-vs-b" query="" status=200 ...
 *   {"time":"2026-08-22T12:00:00.123Z","id":"4bf9","method":"GET","path":"/compare/a-vs-b","query":"","status":200,...}
 *
 * Words of the client are written like an address: every byte that is no visible ASCII character, a quote and a backslash
 * become %XX (RFC 3986 section 2.1).  So no byte of a request needs another escape, and both formats keep all of them.
 * A path or query over REQUEST_LOG_WORD bytes is cut.  A line has less than REQUEST_LOG_LINE bytes, so that one write(2)
 * to a pipe is never split. */
#ifndef DIPTYCH_POOL_REQUEST_LOG_LINE_H
#define DIPTYCH_POOL_REQUEST_LOG_LINE_H

#include "base/buf.h"
#include "base/stage.h"

#define REQUEST_LOG_LINE 4096
#define REQUEST_LOG_WORD 1024 /* bytes of a path or query, after escaping */

/* X(stage, key): the times of the stages, in milliseconds.  IDLE: the request is deferred. */
#define REQUEST_LOG_STAGES(X)                                                                                          \
  X(READ, "params_ms")                                                                                                 \
  X(ROUTE, "catalog_ms")                                                                                               \
  X(CACHE, "memcached_ms")                                                                                             \
  X(LEASE, "lease_ms")                                                                                                 \
  X(DATABASE, "mysql_ms")                                                                                              \
  X(MARKDOWN, "markdown_ms")                                                                                           \
  X(BUILD, "build_ms")                                                                                                 \
  X(RENDER, "render_ms")                                                                                               \
  X(WRITE, "write_ms")                                                                                                 \
  X(IDLE, "deferred_ms")

struct request_log_entry {
  int64_t now_us; /* real time, of the end of the answer */
  struct span id, method, target;
  const char *route; /* NULL: none */
  const char *cache; /* see request_log.h */
  int status, worker;
  size_t bytes;      /* of the body, as sent */
  uint64_t statements;
  const struct stage_times *times;
};

/* Writes the line with its newline.  out->failed: no memory. */
void request_log_line(const struct request_log_entry *e, bool json, struct buf *out);

#endif

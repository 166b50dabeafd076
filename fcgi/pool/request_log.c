#include "pool/request_log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log_sink.h"
#include "config/config_check.h"
#include "http/target.h"

#define MILLION 1000000u

void request_log_open(struct request_log *l, const struct request_log_setup *setup)
{
  const struct config *c = setup->config;
  *l = (struct request_log){.on = strcmp(c->request_log, "off") != 0,
                            .json = strcmp(c->request_log_format, "json") == 0,
                            .config = c,
                            .board = setup->board,
                            .slot = setup->slot,
                            .file = setup->file,
                            .worker = setup->worker,
                            .routes = setup->routes,
                            .slow_us = c->request_log_slow * 1000,
                            .random = ((uint64_t)clock_now_us() ^ (uint64_t)getpid() << 40) | 1};
  if (!config_share(span_z(c->request_log_sample), &l->share)) /* empty; other faults are found when it is read */
    l->share = c->request_log_slow ? 0 : MILLION;
  log_file_enter(l->file, l->slot);
}

void request_log_close(struct request_log *l)
{
  if (l->slot)
    l->slot->stage.times = NULL;
  buf_free(&l->line);
}

static void sources_read(const struct metrics *m, struct request_log_sources *out)
{
#define SOURCE_READ(name) out->name = atomic_load_explicit(&m->name, memory_order_relaxed);
  REQUEST_LOG_SOURCES(SOURCE_READ)
#undef SOURCE_READ
}

void request_log_start(struct request_log *l)
{
  int64_t now_us = clock_mono_us();
  l->times = (struct stage_times){.begun_us = now_us, .since_us = now_us, .now = STAGE_READ};
  sources_read(&l->slot->metrics, &l->before);
  l->slot->stage.times = &l->times;
}

void request_log_pause(struct request_log *l, struct stage_times *kept)
{
  if (!l->slot->stage.times)
    return;
  stage_times_add(&l->times, l->times.now == STAGE_LEASE ? STAGE_LEASE : STAGE_IDLE);
  *kept = l->times;
  l->slot->stage.times = NULL;
}

void request_log_resume(struct request_log *l, const struct stage_times *kept)
{
  request_log_begin(l);
  if (!l->on || !kept->begun_us)
    return;
  l->times = *kept;
  stage_times_add(&l->times, STAGE_READ);
}

/* xorshift64*: which requests are logged need not be unpredictable. */
static uint32_t random_below_million(struct request_log *l)
{
  l->random ^= l->random >> 12;
  l->random ^= l->random << 25;
  l->random ^= l->random >> 27;
  return (uint32_t)((l->random * UINT64_C(0x2545f4914f6cdd1d) >> 32) * MILLION >> 32);
}

static bool is_logged(struct request_log *l)
{
  bool slow = l->slow_us && l->times.since_us - l->times.begun_us >= l->slow_us;
  return slow || l->share == MILLION || (l->share && random_below_million(l) < l->share);
}

static const char *cache_level(const struct request_log_sources *before, const struct request_log_sources *now)
{
  return now->pages_stale > before->pages_stale           ? "stale"
         : now->db_statements > before->db_statements     ? "mysql"
         : now->cache_gets > before->cache_gets           ? "memcached"
         : now->fragments_reused > before->fragments_reused ? "fragments"
         : now->pages_hit > before->pages_hit             ? "page"
                                                          : "none";
}

static bool file_write(int fd, const char *p, size_t n)
{
  ssize_t written;
  do
    written = write(fd, p, n);
  while (written < 0 && errno == EINTR);
  if (written >= 0 && written != (ssize_t)n)
    errno = ENOSPC; /* a part of the line */
  return written == (ssize_t)n;
}

static void line_write(struct request_log *l)
{
  bool written = false;
  errno = ENOMEM;
  if (!l->line.failed)
    written = l->file->fd >= 0 ? file_write(l->file->fd, l->line.p, l->line.n) : log_sink_write(l->line.p, l->line.n);
  if (written) {
    METRICS_ADD(&l->slot->metrics, request_log_lines, 1);
    return;
  }
  int why = errno;
  METRICS_ADD(&l->slot->metrics, request_log_lost, 1);
  if (l->file->fd >= 0)
    log_limited(&l->limit, 60, LOG_LEVEL_ERROR, "request log: %s: %s: its lines are dropped and counted", l->config->request_log,
                strerror(why));
}

void request_log_write(struct request_log *l, const struct request *rq, const struct response *r, size_t bytes)
{
  struct request_log_sources now;
  stage_times_add(&l->times, STAGE_IDLE);
  l->slot->stage.times = NULL;
  if (!is_logged(l))
    return;
  sources_read(&l->slot->metrics, &now);
  request_log_line(&(struct request_log_entry){.now_us = clock_now_us(),
                                               .id = rq->id,
                                               .method = rq->method,
                                               .target = target_logged(rq->target),
                                               .route = l->routes ? l->routes[r->route] : NULL,
                                               .cache = cache_level(&l->before, &now),
                                               .status = r->status,
                                               .worker = l->worker,
                                               .bytes = bytes,
                                               .statements = now.db_statements - l->before.db_statements,
                                               .times = &l->times},
                   l->json, &l->line);
  log_file_follow(l->file, l->board, l->slot);
  line_write(l);
}

#include "pool/worker.h"

#include "pool/confinement.h"
#include "pool/connection.h"
#include "pool/gateway.h"
#include "pool/process.h"

/* Different for each worker, so that workers that started together do not all leave at the same time. */
static uint64_t requests_most(const struct worker_setup *w)
{
  uint64_t most = (uint64_t)w->config->worker_requests;
  return most ? most + (uint64_t)(w->index % 16) * (most / 16) : 0;
}

enum worker_exit worker_run(const struct worker_setup *w)
{
  static const enum worker_exit exits[] = {WORKER_EXIT_STOPPED, WORKER_EXIT_RECYCLED, WORKER_EXIT_FAILED};
  struct scoreboard_slot *slot = &w->board->slots[w->index];
  struct app_process process = {.index = w->index,
                          .metrics = &slot->metrics,
                          .stage = &slot->stage,
                          .heartbeat_us = &slot->heartbeat_us,
                          .board = w->board,
                          .stop_fd = -1,
                          .resources = w->resources};
  if (!connection_library_open()) {
    log_error("libfcgi did not start: out of memory");
    return WORKER_EXIT_FAILED;
  }
  process_child_signals();
  if (!confinement_enter(w->config, FENCE_WORKER, slot))
    return WORKER_EXIT_FAILED;
  void *self = w->app->worker_open(w->app->context, w->config, &process);
  if (!self)
    return WORKER_EXIT_FAILED;
  enum gateway_end end = gateway_run(&(struct gateway_setup){.app = w->app,
                                                             .self = self,
                                                             .config = w->config,
                                                             .board = w->board,
                                                             .slot = slot,
                                                             .log = w->log,
                                                             .index = w->index,
                                                             .listen_fd = w->listen_fd,
                                                             .alive_fd = w->alive_fd,
                                                             .wakeup_fd = w->wakeup_fd,
                                                             .transfer_fds = w->transfer_fds,
                                                             .requests_most = requests_most(w)});
  if (w->app->worker_close)
    w->app->worker_close(self);
  return exits[end];
}

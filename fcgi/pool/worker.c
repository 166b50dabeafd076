#include "pool/worker.h"

#include "pool/connection.h"
#include "pool/gateway.h"
#include "pool/process.h"

/* Staggered, so that workers which began together do not all leave together. */
static uint64_t requests_most(const struct worker_setup *w)
{
  uint64_t most = (uint64_t)w->config->worker_requests;
  return most ? most + (uint64_t)(w->index % 16) * (most / 16) : 0;
}

enum worker_exit worker_run(const struct worker_setup *w)
{
  static const enum worker_exit exits[] = {WORKER_EXIT_TOLD, WORKER_EXIT_WORN, WORKER_EXIT_FAILED};
  struct scoreboard_slot *slot = &w->board->slots[w->index];
  struct app_seat seat = {.index = w->index,
                          .metrics = &slot->metrics,
                          .stage = &slot->stage,
                          .beat_us = &slot->beat_us,
                          .board = w->board,
                          .stop_fd = -1,
                          .parts = w->parts};
  if (!connection_library_open()) {
    log_error("libfcgi did not start: out of memory");
    return WORKER_EXIT_FAILED;
  }
  process_child_signals();
  void *self = w->app->worker_open(w->app->context, w->config, &seat);
  if (!self)
    return WORKER_EXIT_FAILED;
  enum gateway_end end = gateway_run(&(struct gateway_setup){.app = w->app,
                                                             .self = self,
                                                             .config = w->config,
                                                             .board = w->board,
                                                             .slot = slot,
                                                             .listen_fd = w->listen_fd,
                                                             .life_fd = w->life_fd,
                                                             .nudge_fd = w->nudge_fd,
                                                             .pass_fds = w->pass_fds,
                                                             .requests_most = requests_most(w)});
  if (w->app->worker_close)
    w->app->worker_close(self);
  return exits[end];
}

#include "pool/listener_keep.h"

#include "base/log.h"

/* true: it was made again. */
static bool keep(struct listener *l, mode_t mode, int backlog)
{
  static struct log_limit limit = {.most = 3};
  char why[LISTENER_WHY];
  enum listener_file file = listener_renew(l, mode, backlog, why);
  if (file == LISTENER_RENEWED)
    log_warn("%s: the file of this socket was removed, and nobody could connect: it was made again", l->path);
  else if (file == LISTENER_LOST)
    log_limited(&limit, 60, LOG_LEVEL_ERROR,
                "%s: the file of this socket was removed, and nobody can connect: cannot make it again: %s", l->path, why);
  return file == LISTENER_RENEWED;
}

void listeners_keep(struct listener *pages, struct listener *control, struct metrics_process *metrics, struct workers *w,
                    int64_t now_us)
{
  const struct config *c = w->config;
  (void)keep(control, LISTENER_CONTROL_MODE, LISTENER_CONTROL_BACKLOG);
  if (keep(pages, (mode_t)c->socket_mode, (int)c->backlog))
    workers_retire(w, 0, false, now_us); /* generation 0 does not exist: all workers */
  if (keep(&metrics->listener, (mode_t)c->socket_mode, LISTENER_METRICS_BACKLOG))
    metrics_process_stop(metrics, now_us);
}

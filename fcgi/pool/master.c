#include "pool/master.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/title.h"
#include "pool/admission.h"
#include "pool/confinement.h"
#include "pool/control.h"
#include "pool/handover.h"
#include "pool/listener_keep.h"
#include "pool/log_reopen.h"
#include "pool/metrics_process.h"
#include "pool/notify.h"
#include "pool/pid_file.h"
#include "pool/process.h"
#include "pool/reload.h"
#include "pool/report.h"
#include "pool/scaling.h"
#include "pool/scaling_auto.h"
#include "pool/upgrade.h"
#include "pool/watcher_process.h"
#include "pool/workers.h"

#define WATCH_US (100 * INT64_C(1000))
#define NAMES_US (10 * CLOCK_SECOND) /* an old master gives up its names at once */

struct master {
  struct config *config;
  const struct app *app;
  struct scoreboard *board;
  struct listener listener;
  struct control control;
  struct workers workers;
  struct watcher watcher;
  struct metrics_process metrics;
  struct reload reload;
  struct log_file log;
  struct upgrade upgrade;
  struct handover handover;
  int signal_fd;
  int alive_fds[2]; /* a pipe: workers hold [0]; only the master holds [1], so its death closes it */
  int wakeup_fd;
  int transfer_fds[2]; /* see gateway.h */
  char *pid_file; /* to remove at the end; NULL: not written */
  bool ready_logged, stopping;
  struct log_limit poll_limit, names_limit;
  int64_t watched_us;
};

static void in_child(void *context)
{
  struct master *m = context;
  close(m->signal_fd);
  close(m->alive_fds[1]);
  control_disown(&m->control);
  listener_disown(&m->listener);
  metrics_process_disown(&m->metrics);
  if (m->watcher.stop_fd >= 0)
    close(m->watcher.stop_fd);
  if (m->reload.fd >= 0)
    close(m->reload.fd);
  if (upgrade_goes_on(&m->upgrade))
    close(m->upgrade.fd);
  if (m->handover.state == HANDOVER_STARTING)
    close(m->handover.ready_fd);
}

static void leave(struct master *m, int64_t now_us)
{
  m->stopping = m->workers.stopping = true;
  atomic_store(&m->board->stopping, 1);
  reload_abandon(&m->reload);
  upgrade_abandon(&m->upgrade);
  control_refuse_all(&m->control, SPAN("the pool is stopping"));
  listener_end(&m->listener);
  workers_retire(&m->workers, 0, false, now_us); /* generation 0 does not exist: all workers */
  watcher_stop(&m->watcher, now_us);
}

static void stop_begin(struct master *m, const char *source, int64_t now_us)
{
  if (m->stopping)
    return;
  log_info("%s: stopping; %u workers have %lld ms to end", source, workers_count(&m->workers), (long long)m->config->stop_grace);
  notify_stopping();
  leave(m, now_us);
}

/* The new pool serves.  This one frees the names of its sockets, so that the new one can take them, and leaves. */
static void upgrade_finish(struct master *m, int64_t now_us)
{
  char text[64];
  snprintf(text, sizeof text, "process %d serves", (int)m->upgrade.pid);
  log_info("upgrade: %s; %u workers have %lld ms to end", text, workers_count(&m->workers), (long long)m->config->stop_grace);
  notify_main((int)m->upgrade.pid);
  control_answer_all(&m->control, (struct control_end){CONTROL_upgrade, UINT_MAX, true}, span_z(text));
  listener_disown(&m->listener);
  listener_disown(&m->metrics.listener);
  metrics_process_end(&m->metrics, now_us);
  control_release(&m->control);
  free(m->pid_file);
  m->pid_file = NULL;
  leave(m, now_us);
}

static void upgrade_go_on(struct master *m, int64_t now_us)
{
  enum upgrade_result result = upgrade_turn(&m->upgrade, now_us);
  if (result == UPGRADE_DONE)
    upgrade_finish(m, now_us);
  else if (result == UPGRADE_REFUSED) {
    log_error("upgrade refused, this program goes on: %s", m->upgrade.why);
    control_answer_all(&m->control, (struct control_end){CONTROL_upgrade, UINT_MAX, false}, span_z(m->upgrade.why));
    notify_status("the last upgrade was refused; see the log");
  }
}

/* false: the answer has been given, or logged. */
static bool upgrade_ask(struct master *m, const char *source, struct control_client *client, int64_t now_us)
{
  const char *why = NULL;
  struct upgrade_program next = {.program = program_invocation_name,
                                 .config_path = m->config->path,
                                 .listener = &m->listener,
                                 .metrics = &m->metrics.listener,
                                 .control = &m->control.listener, .pid_file = m->pid_file};
  scaling_pass(&m->workers, next.scaling);
  if (m->stopping)
    why = "the pool is stopping";
  else if (m->reload.state != RELOAD_IDLE || upgrade_goes_on(&m->upgrade) || m->handover.state != HANDOVER_NONE)
    why = "a reload or another upgrade is going on: try again after it";
  else if (!upgrade_begin(&m->upgrade, &next, now_us))
    why = m->upgrade.why;
  if (why && client)
    control_answer(client, false, span_z(why));
  if (why)
    log_warn("%s: no upgrade: %s", source, why);
  else
    log_info("%s: upgrade: process %d starts %s", source, (int)m->upgrade.pid, program_invocation_name);
  return !why;
}

/* false: the old master still has them; try again. */
static bool names_take(struct master *m, int64_t now_us)
{
  char *text = NULL;
  size_t n = 0;
  FILE *why = open_memstream(&text, &n);
  bool taken = why && (m->control.listener.fd >= 0 || control_open(&m->control, m->config, why)) &&
               listener_own(&m->listener, (int)m->config->backlog) &&
               (m->metrics.listener.fd < 0 || listener_own(&m->metrics.listener, LISTENER_METRICS_BACKLOG));
  if (why)
    fclose(why);
  if (!taken && text && n && now_us - m->handover.since_us > NAMES_US)
    log_limited(&m->names_limit, 60, LOG_LEVEL_ERROR, "upgrade: this program serves, but it cannot take over: %s", text);
  free(text);
  return taken;
}

/* The new program's side: it is ready, and then takes the names that the old one gives up. */
static void handover_go_on(struct master *m, int64_t now_us)
{
  if (m->handover.state == HANDOVER_STARTING && m->ready_logged && (!m->app->ready || m->app->ready(m->app->context)))
    handover_ready(&m->handover, now_us);
  if (m->handover.state != HANDOVER_TAKING || m->stopping || !names_take(m, now_us))
    return;
  if (!pid_file_write(m->config, &m->pid_file, stderr))
    log_error("upgrade: the pid file is not written; see the line above");
  handover_end(&m->handover, &m->listener, m->config);
  log_info("upgrade: this program has taken over");
  notify_ready();
}

static unsigned reload_begin(struct master *m, const char *source, int64_t now_us)
{
  if (m->stopping)
    return 0;
  log_info("%s: reload of %s", source, m->config->path);
  notify_reloading();
  return reload_ask(&m->reload, &m->workers, now_us);
}

/* Answers the clients of this reload; clients of a queued reload go on waiting. */
static void reload_answer(struct master *m, bool ok, struct span text)
{
  control_answer_all(&m->control, (struct control_end){CONTROL_reload, m->reload.number, ok}, text);
}

static void signal_take(struct master *m, int signo, int64_t now_us)
{
  char source[32];
  snprintf(source, sizeof source, "SIG%s", sigabbrev_np(signo));
  switch (signo) {
  case SIGHUP:
    reload_begin(m, source, now_us);
    break;
  case SIGINT:
  case SIGTERM:
  case SIGQUIT:
    stop_begin(m, source, now_us);
    break;
  case SIGTTIN:
    scaling_signal(&m->workers, 1, source);
    break;
  case SIGTTOU:
    scaling_signal(&m->workers, -1, source);
    break;
  case SIGUSR1:
    log_reopen_ask(&m->log);
    break;
  case SIGUSR2:
    upgrade_ask(m, source, NULL, now_us);
    break;
  default: /* CHLD: turn calls reap */
    break;
  }
}

static void signals_take(struct master *m, int64_t now_us)
{
  struct signalfd_siginfo info;
  while (read(m->signal_fd, &info, sizeof info) == sizeof info)
    signal_take(m, (int)info.ssi_signo, now_us);
}

static void reap(struct master *m, int64_t now_us)
{
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
    if (!workers_reap(&m->workers, pid, status, now_us) && !watcher_reap(&m->watcher, &m->workers, pid, status, now_us))
      if (!metrics_process_reap(&m->metrics, &m->workers, pid, status, now_us) && !upgrade_reap(&m->upgrade, pid, status))
        reload_reap(&m->reload, pid, status);
}

static void queue_look(struct master *m)
{
  if (!m->stopping)
    listener_queue_record(&m->listener, m->board);
}

static void report_answer(struct master *m, struct control_client *client, struct span argument)
{
  struct buf out = BUF_INIT;
  queue_look(m);
  if (client->command == CONTROL_metrics)
    report_metrics(&(struct report_pool){m->board, m->app, m->config}, &out);
  else if (span_eq(argument, SPAN("json")))
    report_json(m->board, m->app, m->config, &out);
  else
    report_text(m->board, m->app, m->config, &out);
  control_answer(client, !out.failed, buf_view(&out));
  buf_free(&out);
}

static void control_run(void *context, struct control_client *client, struct span argument)
{
  struct master *m = context;
  int64_t now_us = clock_mono_us();
  switch (client->command) {
  case CONTROL_status:
  case CONTROL_metrics:
    report_answer(m, client, argument);
    break;
  case CONTROL_scale:
    scaling_command(&m->workers, client, argument);
    break;
  case CONTROL_reload:
    if (m->stopping || upgrade_goes_on(&m->upgrade))
      control_answer(client, false,
                     m->stopping ? SPAN("the pool is stopping") : SPAN("an upgrade is going on: try again after it"));
    else
      client->ticket = reload_begin(m, "control", now_us);
    break;
  case CONTROL_reopen:
    client->ticket = log_reopen_ask(&m->log);
    break;
  case CONTROL_upgrade:
    upgrade_ask(m, "control", client, now_us);
    break;
  case CONTROL_stop:
    stop_begin(m, "control", now_us);
    break;
  case CONTROL_COMMAND_COUNT:
    break;
  }
}

static void reload_go_on(struct master *m, int64_t now_us)
{
  if (m->stopping)
    return;
  enum reload_result result = reload_turn(&m->reload, &m->workers, &m->config, now_us);
  if (result == RELOAD_DONE) {
    log_open("master", process_log_level(m->config));
    log_info("reload: configuration %u is in force", m->workers.generation);
    refused_paths_clear(&m->board->refused);
    watcher_stop(&m->watcher, now_us); /* the new watcher starts with the new configuration */
    metrics_process_stop(&m->metrics, now_us); /* and so does the new metrics process */
    reload_answer(m, true, span_of(m->reload.why, m->reload.n));
    notify_status("serving");
    notify_ready();
  } else if (result == RELOAD_REFUSED) {
    struct span why = span_of(m->reload.why, m->reload.n);
    for (struct span rest = why; rest.n;) {
      struct span line = span_split(&rest, '\n');
      log_error("reload refused, the previous configuration stays in force: %.*s", SPAN_ARG(line));
    }
    reload_answer(m, false, why);
    notify_status("the last reload was refused; see the log");
    notify_ready();
  }
}

/* It answers until the workers have ended.  In an upgrade, the old pool answers until the new one has taken over. */
static void metrics_go_on(struct master *m, int64_t now_us)
{
  if (m->stopping && !workers_count(&m->workers) && !m->watcher.pid)
    metrics_process_end(&m->metrics, now_us);
  if (m->handover.state == HANDOVER_NONE)
    metrics_process_turn(&m->metrics, &m->workers, now_us);
}

static void turn(struct master *m)
{
  int64_t now_us = clock_mono_us();
  atomic_store_explicit(&m->board->master_us, now_us, memory_order_relaxed);
  notify_alive(now_us);
  workers_turn_begin(&m->workers, now_us);
  signals_take(m, now_us);
  reap(m, now_us);
  control_turn(&m->control, now_us);
  reload_go_on(m, now_us);
  log_reopen_turn(&m->log, m->config, m->board, &m->control);
  upgrade_go_on(m, now_us);
  workers_balance(&m->workers, now_us);
  watcher_turn(&m->watcher, &m->workers, now_us);
  if (now_us - m->watched_us >= WATCH_US) {
    m->watched_us = now_us;
    workers_watch(&m->workers, now_us);
    queue_look(m);
    if (!m->stopping && !upgrade_goes_on(&m->upgrade) && m->handover.state == HANDOVER_NONE)
      listeners_keep(&m->listener, &m->control.listener, &m->metrics, &m->workers, now_us);
    scaling_watch(&m->workers);
    if (!m->stopping && m->reload.state != RELOAD_STARTING)
      scaling_auto_turn(&m->workers, now_us);
  }
  if (!m->ready_logged && workers_started(&m->workers, now_us)) {
    m->ready_logged = true;
    const char *holder = m->listener.holder;
    log_info("serving %s%s%s%s with %d workers", m->listener.address, holder ? ", which " : "", holder ? holder : "",
             holder ? " holds," : "", m->workers.wanted);
    if (m->metrics.listener.fd >= 0)
      log_info("/metrics, /healthz and /readyz are on %s", m->metrics.listener.address);
    notify_ready();
  }
  handover_go_on(m, now_us);
  metrics_go_on(m, now_us);
}

static int wait_ms(const struct master *m)
{
  int64_t now_us = clock_mono_us(), left_us = workers_next_start_us(&m->workers) - now_us;
  if (!m->ready_logged || m->reload.state == RELOAD_STARTING || m->reload.queued || upgrade_goes_on(&m->upgrade) ||
      m->handover.state != HANDOVER_NONE)
    return 5;
  if (!m->stopping && workers_serving(&m->workers, m->workers.generation) != (unsigned)m->workers.wanted && left_us < WATCH_US)
    return left_us > 0 ? (int)(left_us / 1000) + 1 : 20; /* 20: all slots are used */
  if (m->workers.stopping || !m->watcher.pid || metrics_process_missing(&m->metrics))
    return 20;
  return 200;
}

static bool done(const struct master *m)
{
  return m->stopping && !workers_count(&m->workers) && !m->watcher.pid && !m->metrics.pid;
}

static void serve(struct master *m)
{
  struct pollfd polled[2 + 1 + CONTROL_CLIENTS];
  while (!done(m)) {
    nfds_t n = 0;
    polled[n++] = (struct pollfd){.fd = m->signal_fd, .events = POLLIN};
    polled[n++] = (struct pollfd){.fd = m->reload.fd, .events = POLLIN}; /* poll ignores -1 */
    n += control_poll(&m->control, polled + n);
    if (poll(polled, n, wait_ms(m)) < 0 && errno != EINTR)
      process_poll_failed(&m->poll_limit);
    turn(m);
  }
}

static bool master_open(struct master *m, FILE *why)
{
  process_standard_open();
  m->workers.app = m->app;
  bool handed_over = handover_take(&m->handover, &m->listener);
  if (!confinement_begin(m->config, &m->listener, &m->metrics.listener, why))
    return false;
  if (m->app->shared_create && m->app->shared_create(m->app->context, m->config, why) != 0)
    return false;
  if (m->app->resources_open && !(m->workers.resources = m->app->resources_open(m->config, why)))
    return false;
  m->board = scoreboard_new();
  m->wakeup_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
  if (m->board)
    log_count_lost(&m->board->log_lines_lost);
  if (!m->board || pipe2(m->alive_fds, O_CLOEXEC) != 0 || m->wakeup_fd < 0 ||
      socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, m->transfer_fds) != 0 ||
      (m->signal_fd = process_signals_open()) < 0) {
    fprintf(why, "cannot start: %s\n", strerror(errno));
    return false;
  }
  if (!handed_over &&
      (!control_open(&m->control, m->config, why) ||
       (m->listener.fd < 0 && !listener_open(&m->listener, m->config, why)) ||
       !pid_file_write(m->config, &m->pid_file, why)))
    return false;
  if (!handover_take_metrics(&m->handover, &m->metrics.listener, m->config->metrics_listen) &&
      !metrics_process_open(&m->metrics, m->config, why))
    return false;
  m->reload.socket_passed = m->listener.holder;
  m->control.run = control_run;
  m->control.context = m;
  m->workers.config = m->config;
  m->workers.death_limit.most = WORKERS_DEATH_LINES;
  m->workers.board = m->board;
  m->workers.generation = 1;
  m->workers.listen_fd = m->listener.fd;
  m->workers.alive_fd = m->alive_fds[0];
  m->workers.wakeup_fd = m->wakeup_fd;
  m->workers.transfer_fds = m->transfer_fds;
  m->workers.log = &m->log;
  m->workers.in_child = in_child;
  m->workers.in_child_context = m;
  atomic_store(&m->board->generation, 1);
  atomic_store(&m->board->started_us, clock_mono_us());
  scaling_begin(&m->workers, m->handover.scaling);
  return admission_at_start(&m->workers, why) && log_file_open(&m->log, m->config, why);
}

static void master_close(struct master *m)
{
  if (m->pid_file)
    unlink(m->pid_file);
  free(m->pid_file);
  control_answer_all(&m->control, (struct control_end){CONTROL_stop, UINT_MAX, true}, SPAN("stopped"));
  control_close(&m->control);
  listener_close(&m->listener);
  metrics_process_close(&m->metrics);
  log_file_close(&m->log);
  config_free(&m->reload.next);
  if (m->reload.started != m->config)
    config_free(&m->reload.started);
  config_free(&m->config);
  reload_resources_close(&m->workers, &m->workers.resources);
}

int master_run(struct config **config, const struct app *app)
{
  struct master *m = calloc(1, sizeof *m);
  if (!m) {
    fputs("diptych: out of memory\n", stderr);
    return 1;
  }
  *m = (struct master){.config = *config,
                       .app = app,
                       .listener = LISTENER_NONE,
                       .control = {.listener = LISTENER_NONE},
                       .watcher = WATCHER_NONE,
                       .metrics = METRICS_PROCESS_NONE,
                       .reload = RELOAD_NONE,
                       .log = LOG_FILE_NONE,
                       .upgrade = UPGRADE_NONE,
                       .signal_fd = -1,
                       .alive_fds = {-1, -1}};
  *config = NULL;
  char role[256];
  snprintf(role, sizeof role, "master %s", m->config->path);
  title_set(role);
  log_open("master", process_log_level(m->config));
  bool opened = master_open(m, stderr);
  if (opened) {
    serve(m);
    log_info("stopped");
  }
  master_close(m);
  free(m);
  return opened ? 0 : 1;
}

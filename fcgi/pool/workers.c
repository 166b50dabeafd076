#include "pool/workers.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool/process.h"
#include "pool/restart_delay.h"
#include "pool/worker.h"

#define STABLE_US (10 * CLOCK_SECOND)            /* after this time without failures, the count starts again */
#define ABORT_US (500 * INT64_C(1000))         /* from SIGABRT to SIGKILL */
#define DEATHS_US (60 * CLOCK_SECOND)           /* two deaths within this time and request_timeout: see refused_paths.h */
#define IDLE_LEAST_US (3 * CLOCK_SECOND)        /* an idle worker hangs only after this time */
#define STILL_US CLOCK_SECOND                   /* the master turns at least every 200 ms */
#define STILL_SAID_US (2 * CLOCK_SECOND)
#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)

void workers_ending(char *out, pid_t pid, int status)
{
  if (WIFSIGNALED(status))
    snprintf(out, WORKERS_ENDING, "(%d) killed by signal %d%s", (int)pid, WTERMSIG(status),
             WCOREDUMP(status) ? ", core dumped," : "");
  else
    snprintf(out, WORKERS_ENDING, "(%d) exited with status %d", (int)pid, WEXITSTATUS(status));
}

pid_t workers_fork(struct workers *w, const char *role)
{
  pid_t master = getpid(), pid = fork();
  if (pid == 0) {
    w->in_child(w->in_child_context);
    process_child_begin(role, process_log_level(w->config), master);
  } else if (pid > 0)
    SCOREBOARD_COUNT(w->board, forks);
  else
    SCOREBOARD_COUNT(w->board, forks_failed);
  return pid;
}

static struct scoreboard_slot *slot_of(const struct workers *w, int i)
{
  return &w->board->slots[i];
}

static int used(const struct workers *w)
{
  return (int)LOAD(w->board->used);
}

static bool serves(const struct workers *w, int i, unsigned generation)
{
  return w->members[i].pid && !w->members[i].stop_requested_us && LOAD(slot_of(w, i)->generation) == generation;
}

unsigned workers_count(const struct workers *w)
{
  unsigned n = 0;
  for (int i = 0; i < used(w); i++)
    n += w->members[i].pid != 0;
  return n;
}

unsigned workers_serving(const struct workers *w, unsigned generation)
{
  unsigned n = 0;
  for (int i = 0; i < used(w); i++)
    n += serves(w, i, generation);
  return n;
}

unsigned workers_ready(const struct workers *w, unsigned generation)
{
  unsigned n = 0;
  for (int i = 0; i < used(w); i++)
    n += serves(w, i, generation) && LOAD(slot_of(w, i)->ready);
  return n;
}

bool workers_started(const struct workers *w, int64_t now_us)
{
  unsigned ready = workers_ready(w, w->generation);
  return ready >= (unsigned)w->wanted || (ready && now_us - LOAD(w->board->started_us) > CLOCK_SECOND);
}

void workers_want(struct workers *w, int64_t count)
{
  if (count < w->config->workers_min)
    count = w->config->workers_min;
  if (count > w->config->workers_max)
    count = w->config->workers_max;
  w->wanted = (int)count;
  atomic_store(&w->board->workers_wanted, (uint64_t)count);
}

/* Failed forks and deaths during the start delay the next start. */
static void failure_note(struct workers *w, unsigned generation, int64_t now_us)
{
  w->failed_generation = generation;
  w->failures = now_us - w->failed_us > STABLE_US ? 1 : w->failures + 1;
  w->failed_us = now_us;
  w->fork_after_us = now_us + restart_delay_us(w->failures);
}

/* As many deaths as there are workers cost no delay: one request may have reached all of them. */
static void request_death_note(struct workers *w, int64_t now_us)
{
  unsigned free = (unsigned)w->wanted;
  w->request_deaths = now_us - w->request_death_us > STABLE_US ? 1 : w->request_deaths + 1;
  w->request_death_us = now_us;
  w->crowd_after_us = w->request_deaths > free ? now_us + restart_delay_us(w->request_deaths - free) : 0;
}

/* Deaths in requests never delay a start below this number of workers. */
static int floor_of(const struct workers *w)
{
  return w->wanted / 2 > 1 ? w->wanted / 2 : 1;
}

bool workers_all_ready(const struct workers *w, int64_t now_us)
{
  return (int)workers_ready(w, w->generation) >= (now_us < w->crowd_after_us ? floor_of(w) : w->wanted);
}

static int64_t start_after_us(const struct workers *w, int serving)
{
  return serving >= floor_of(w) && w->crowd_after_us > w->fork_after_us ? w->crowd_after_us : w->fork_after_us;
}

int64_t workers_next_start_us(const struct workers *w)
{
  return start_after_us(w, (int)workers_serving(w, w->generation));
}

static int slot_find(const struct workers *w)
{
  for (int i = 0; i < SCOREBOARD_SLOTS; i++)
    if (!w->members[i].pid)
      return i;
  return -1;
}

static _Noreturn void worker_become(struct workers *w, int index)
{
  exit(worker_run(&(struct worker_setup){.app = w->app,
                                         .config = w->config,
                                         .resources = w->resources,
                                         .board = w->board,
                                         .log = w->log,
                                         .index = index,
                                         .listen_fd = w->listen_fd,
                                         .alive_fd = w->alive_fd,
                                         .wakeup_fd = w->wakeup_fd,
                                         .transfer_fds = w->transfer_fds}));
}

static bool worker_start(struct workers *w, int64_t now_us)
{
  char role[24];
  int i = slot_find(w);
  if (i < 0)
    return false; /* a leaving worker frees one later */
  snprintf(role, sizeof role, "worker %d", i);
  scoreboard_slot_clear(slot_of(w, i), w->generation, now_us);
  pid_t pid = workers_fork(w, role);
  if (pid == 0)
    worker_become(w, i);
  if (pid < 0) {
    failure_note(w, w->generation, now_us);
    log_limited(&w->fork_limit, 10, LOG_LEVEL_ERROR, "cannot start a worker: %s; trying again", strerror(errno));
    return false;
  }
  w->members[i] = (struct worker_process){.pid = pid};
  atomic_store(&slot_of(w, i)->pid, pid);
  if (i >= used(w))
    atomic_store(&w->board->used, (unsigned)i + 1);
  log_debug("worker %d (%d) started", i, (int)pid);
  return true;
}

static void worker_stop(struct workers *w, int i, int64_t now_us)
{
  if (!w->members[i].pid || w->members[i].stop_requested_us)
    return;
  w->members[i].stop_requested_us = now_us;
  atomic_store(&slot_of(w, i)->leaving, 1);
  kill(w->members[i].pid, SIGTERM);
}

void workers_balance(struct workers *w, int64_t now_us)
{
  int n = (int)workers_serving(w, w->generation);
  if (w->stopping)
    return;
  while (n < w->wanted && now_us >= start_after_us(w, n) && worker_start(w, now_us))
    n++;
  for (int i = used(w) - 1; i >= 0 && n > w->wanted; i--)
    if (serves(w, i, w->generation)) {
      worker_stop(w, i, now_us);
      n--;
    }
}

void workers_retire(struct workers *w, unsigned generation, bool matching, int64_t now_us)
{
  for (int i = 0; i < used(w); i++)
    if ((LOAD(slot_of(w, i)->generation) == generation) == matching)
      worker_stop(w, i, now_us);
}

void workers_turn_begin(struct workers *w, int64_t now_us)
{
  int64_t still_us = w->turned_us ? now_us - w->turned_us : 0;
  w->turned_us = now_us;
  if (still_us <= STILL_US)
    return;
  w->resumed_us = now_us;
  if (still_us > STILL_SAID_US)
    log_limited(&w->still_limit, 10, LOG_LEVEL_WARN,
                "the master has not run for %.1f s: was the pool frozen, or is the machine overloaded?",
                (double)still_us / CLOCK_SECOND);
}

int64_t workers_silent_us(const struct workers *w, int64_t since_us, int64_t now_us)
{
  return now_us - (since_us > w->resumed_us ? since_us : w->resumed_us);
}

/* The time counts from the start of the running request; without a request from the last turn of the loop, which
 * comes at least every 500 ms; before the first turn from the start of the worker. */
static bool hangs(const struct workers *w, const struct scoreboard_slot *s, int64_t now_us)
{
  int64_t request = LOAD(s->request_us), heartbeat = LOAD(s->heartbeat_us), since = LOAD(s->started_us);
  int64_t limit = w->config->request_timeout * 1000;
  if (request)
    return workers_silent_us(w, request, now_us) > limit;
  if (heartbeat > since)
    since = heartbeat;
  return workers_silent_us(w, since, now_us) > (limit > IDLE_LEAST_US ? limit : IDLE_LEAST_US);
}

static void hung_kill(struct workers *w, int i, int64_t now_us)
{
  struct worker_process *m = &w->members[i];
  char doing[SCOREBOARD_DOING];
  if (m->killed)
    return;
  if (!m->aborted_us) {
    scoreboard_doing(slot_of(w, i), now_us, doing);
    log_error("worker %d (%d) hangs %s: ending it", i, (int)m->pid, doing);
    m->aborted_us = now_us;
    kill(m->pid, SIGABRT);
  } else if (now_us - m->aborted_us >= ABORT_US) {
    m->killed = true;
    kill(m->pid, SIGKILL);
  }
}

static void overdue_kill(struct workers *w, int i, int64_t now_us)
{
  struct worker_process *m = &w->members[i];
  char doing[SCOREBOARD_DOING];
  if (m->killed || m->aborted_us)
    return;
  scoreboard_doing(slot_of(w, i), now_us, doing);
  log_error("worker %d (%d) did not leave within %lld ms %s: killing it", i, (int)m->pid,
            (long long)w->config->stop_grace, doing);
  m->killed = true;
  kill(m->pid, SIGKILL);
}

void workers_watch(struct workers *w, int64_t now_us)
{
  for (int i = 0; i < used(w); i++) {
    const struct worker_process *m = &w->members[i];
    if (!m->pid)
      continue;
    if (m->aborted_us || hangs(w, slot_of(w, i), now_us))
      hung_kill(w, i, now_us);
    if (m->stop_requested_us && workers_silent_us(w, m->stop_requested_us, now_us) >= w->config->stop_grace * 1000)
      overdue_kill(w, i, now_us);
  }
}

/* Learns which request ended the worker, and slows the next starts down if necessary. */
static void death_note(struct workers *w, int i, int status, int64_t now_us)
{
  const struct scoreboard_slot *s = slot_of(w, i);
  bool hung = w->members[i].aborted_us != 0;
  int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  char text[SCOREBOARD_TEXT];
  scoreboard_text_read(s, text);
  struct span target = span_z(text);
  if (!span_eq(target, SPAN(SCOREBOARD_UNKNOWN)))
    (void)span_split(&target, ' '); /* the method */
  if (hung || refused_paths_counts(signal))
    refused_paths_death(&w->board->refused, &(struct worker_death){.ids = scoreboard_request_ids(s),
                                                                    .target = target,
                                                                    .fault = {signal, hung},
                                                                    .now_us = now_us,
                                                                    .window_us = DEATHS_US + w->config->request_timeout * 1000});
  if (!LOAD(s->ready))
    failure_note(w, LOAD(s->generation), now_us);
  else if (LOAD(s->request_us))
    request_death_note(w, now_us);
}

static void restart_note(struct workers *w, int i)
{
  atomic_fetch_add_explicit(&slot_of(w, i)->restarts, 1, memory_order_relaxed);
}

static void death_explain(struct workers *w, int i, int status, int64_t now_us)
{
  const struct worker_process *m = &w->members[i];
  const struct scoreboard_slot *s = slot_of(w, i);
  char ending[WORKERS_ENDING], doing[SCOREBOARD_DOING];
  workers_ending(ending, m->pid, status);
  scoreboard_doing(s, now_us, doing);
  if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_EXIT_STOPPED && m->stop_requested_us) {
    SCOREBOARD_COUNT(w->board, retired);
    log_debug("worker %d (%d) has left", i, (int)m->pid);
  } else if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_EXIT_RECYCLED) {
    SCOREBOARD_COUNT(w->board, recycled);
    log_info("worker %d (%d) replaced after %llu requests", i, (int)m->pid, (unsigned long long)LOAD(s->requests));
  } else if (m->aborted_us) {
    SCOREBOARD_COUNT(w->board, deaths_hung);
    restart_note(w, i);
    log_limited(&w->death_limit, 10, LOG_LEVEL_ERROR, "worker %d %s because it hung %s", i, ending, doing);
    death_note(w, i, status, now_us);
  } else {
    log_limited(&w->death_limit, 10, LOG_LEVEL_ERROR, "worker %d %s %s", i, ending, doing);
    restart_note(w, i);
    if (WIFSIGNALED(status))
      SCOREBOARD_COUNT(w->board, deaths_killed);
    else
      SCOREBOARD_COUNT(w->board, deaths_exited);
    death_note(w, i, status, now_us);
  }
}

bool workers_reap(struct workers *w, pid_t pid, int status, int64_t now_us)
{
  for (int i = 0; i < used(w); i++)
    if (w->members[i].pid == pid) {
      death_explain(w, i, status, now_us);
      atomic_store(&slot_of(w, i)->pid, 0);
      atomic_store(&slot_of(w, i)->idle_us, 0);
      eventfd_write(w->wakeup_fd, 1); /* epoll may have woken it for a connection that it did not accept */
      w->members[i] = (struct worker_process){0};
      return true;
    }
  return false;
}

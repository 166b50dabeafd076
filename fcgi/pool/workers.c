#include "pool/workers.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool/process.h"
#include "pool/worker.h"

#define CALM_US (10 * CLOCK_SECOND)            /* without failures: the next is the first again */
#define ABORT_US (500 * INT64_C(1000))         /* from SIGABRT to SIGKILL */
#define IDLE_LEAST_US (3 * CLOCK_SECOND)        /* a worker without a request is not called hung before */
#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)

int64_t workers_delay_us(unsigned failures)
{
  int64_t us = 50 * INT64_C(1000);
  for (unsigned i = 1; i < failures && us < 2 * CLOCK_SECOND; i++)
    us *= 2;
  return us < 2 * CLOCK_SECOND ? us : 2 * CLOCK_SECOND;
}

void workers_ending(char *out, pid_t pid, int status)
{
  if (WIFSIGNALED(status))
    snprintf(out, WORKERS_ENDING, "(%d) killed by signal %d%s", (int)pid, WTERMSIG(status),
             WCOREDUMP(status) ? ", core dumped," : "");
  else
    snprintf(out, WORKERS_ENDING, "(%d) exited with status %d", (int)pid, WEXITSTATUS(status));
}

pid_t workers_fork(struct workers *c, const char *role)
{
  pid_t master = getpid(), pid = fork();
  if (pid == 0) {
    c->in_child(c->in_child_of);
    process_child_begin(role, process_log_level(c->config), master);
  } else if (pid > 0)
    SCOREBOARD_COUNT(c->board, forks);
  else
    SCOREBOARD_COUNT(c->board, forks_failed);
  return pid;
}

static struct scoreboard_slot *slot_of(const struct workers *c, int i)
{
  return &c->board->slots[i];
}

static int used(const struct workers *c)
{
  return (int)LOAD(c->board->used);
}

static bool serves(const struct workers *c, int i, unsigned generation)
{
  return c->members[i].pid && !c->members[i].stop_requested_us && LOAD(slot_of(c, i)->generation) == generation;
}

unsigned workers_count(const struct workers *c)
{
  unsigned n = 0;
  for (int i = 0; i < used(c); i++)
    n += c->members[i].pid != 0;
  return n;
}

unsigned workers_serving(const struct workers *c, unsigned generation)
{
  unsigned n = 0;
  for (int i = 0; i < used(c); i++)
    n += serves(c, i, generation);
  return n;
}

unsigned workers_ready(const struct workers *c, unsigned generation)
{
  unsigned n = 0;
  for (int i = 0; i < used(c); i++)
    n += serves(c, i, generation) && LOAD(slot_of(c, i)->ready);
  return n;
}

void workers_want(struct workers *c, int64_t count)
{
  if (count < c->config->workers_min)
    count = c->config->workers_min;
  if (count > c->config->workers_max)
    count = c->config->workers_max;
  c->wanted = (int)count;
  atomic_store(&c->board->workers_wanted, (uint64_t)count);
}

/* Refused forks and early deaths slow the next start down; the workers that there are serve on. */
static void failure_note(struct workers *c, unsigned generation, int64_t now_us)
{
  c->failed_generation = generation;
  c->failures = now_us - c->failed_us > CALM_US ? 1 : c->failures + 1;
  c->failed_us = now_us;
  c->fork_after_us = now_us + workers_delay_us(c->failures);
}

static int slot_find(const struct workers *c)
{
  for (int i = 0; i < SCOREBOARD_SLOTS; i++)
    if (!c->members[i].pid)
      return i;
  return -1;
}

static _Noreturn void worker_become(struct workers *c, int index)
{
  exit(worker_run(&(struct worker_setup){.app = c->app,
                                         .config = c->config,
                                         .resources = c->resources,
                                         .board = c->board,
                                         .index = index,
                                         .listen_fd = c->listen_fd,
                                         .life_fd = c->life_fd,
                                         .wakeup_fd = c->wakeup_fd,
                                         .transfer_fds = c->transfer_fds}));
}

static bool worker_start(struct workers *c, int64_t now_us)
{
  char role[24];
  int i = slot_find(c);
  if (i < 0)
    return false; /* those that leave make room in time */
  snprintf(role, sizeof role, "worker %d", i);
  scoreboard_slot_clear(slot_of(c, i), c->generation, now_us);
  pid_t pid = workers_fork(c, role);
  if (pid == 0)
    worker_become(c, i);
  if (pid < 0) {
    failure_note(c, c->generation, now_us);
    log_limited(&c->fork_limit, 10, LOG_LEVEL_ERROR, "cannot start a worker: %s; trying again", strerror(errno));
    return false;
  }
  c->members[i] = (struct worker_process){.pid = pid};
  atomic_store(&slot_of(c, i)->pid, pid);
  if (i >= used(c))
    atomic_store(&c->board->used, (unsigned)i + 1);
  log_debug("worker %d (%d) started", i, (int)pid);
  return true;
}

static void worker_tell(struct workers *c, int i, int64_t now_us)
{
  if (!c->members[i].pid || c->members[i].stop_requested_us)
    return;
  c->members[i].stop_requested_us = now_us;
  atomic_store(&slot_of(c, i)->leaving, 1);
  kill(c->members[i].pid, SIGTERM);
}

void workers_balance(struct workers *c, int64_t now_us)
{
  int n = (int)workers_serving(c, c->generation);
  if (c->stopping)
    return;
  while (n < c->wanted && now_us >= c->fork_after_us && worker_start(c, now_us))
    n++;
  for (int i = used(c) - 1; i >= 0 && n > c->wanted; i--)
    if (serves(c, i, c->generation)) {
      worker_tell(c, i, now_us);
      n--;
    }
}

void workers_retire(struct workers *c, unsigned generation, bool of_it, int64_t now_us)
{
  for (int i = 0; i < used(c); i++)
    if ((LOAD(slot_of(c, i)->generation) == generation) == of_it)
      worker_tell(c, i, now_us);
}

/* Busy: counted from the request's begin; else from the loop's last round, which comes every half
 * second; a fresh one: from its start. */
static bool hangs(const struct workers *c, const struct scoreboard_slot *s, int64_t now_us)
{
  int64_t request = LOAD(s->request_us), beat = LOAD(s->heartbeat_us), since = LOAD(s->started_us);
  int64_t limit = c->config->request_timeout * 1000;
  if (request)
    return now_us - request > limit;
  if (beat > since)
    since = beat;
  return now_us - since > (limit > IDLE_LEAST_US ? limit : IDLE_LEAST_US);
}

static void hung_end(struct workers *c, int i, int64_t now_us)
{
  struct worker_process *m = &c->members[i];
  char doing[SCOREBOARD_DOING];
  if (m->killed)
    return;
  if (!m->aborted_us) {
    scoreboard_doing(slot_of(c, i), now_us, doing);
    log_error("worker %d (%d) hangs %s: ending it", i, (int)m->pid, doing);
    m->aborted_us = now_us;
    kill(m->pid, SIGABRT);
  } else if (now_us - m->aborted_us >= ABORT_US) {
    m->killed = true;
    kill(m->pid, SIGKILL);
  }
}

static void late_end(struct workers *c, int i, int64_t now_us)
{
  struct worker_process *m = &c->members[i];
  char doing[SCOREBOARD_DOING];
  if (m->killed || m->aborted_us)
    return;
  scoreboard_doing(slot_of(c, i), now_us, doing);
  log_error("worker %d (%d) did not leave within %lld ms %s: killing it", i, (int)m->pid,
            (long long)c->config->stop_grace, doing);
  m->killed = true;
  kill(m->pid, SIGKILL);
}

void workers_watch(struct workers *c, int64_t now_us)
{
  for (int i = 0; i < used(c); i++) {
    const struct worker_process *m = &c->members[i];
    if (!m->pid)
      continue;
    if (m->aborted_us || hangs(c, slot_of(c, i), now_us))
      hung_end(c, i, now_us);
    if (m->stop_requested_us && now_us - m->stop_requested_us >= c->config->stop_grace * 1000)
      late_end(c, i, now_us);
  }
}

/* It never came to serve, or its first request ended it: another would likely go the same way. */
static bool early(const struct scoreboard_slot *s)
{
  return !LOAD(s->ready) || (LOAD(s->requests) == 0 && LOAD(s->request_us) != 0);
}

static void death_explain(struct workers *c, int i, int status, int64_t now_us)
{
  const struct worker_process *m = &c->members[i];
  const struct scoreboard_slot *s = slot_of(c, i);
  char ending[WORKERS_ENDING], doing[SCOREBOARD_DOING];
  workers_ending(ending, m->pid, status);
  scoreboard_doing(s, now_us, doing);
  if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_EXIT_STOPPED && m->stop_requested_us) {
    SCOREBOARD_COUNT(c->board, retired);
    log_debug("worker %d (%d) has left", i, (int)m->pid);
  } else if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_EXIT_RECYCLED) {
    SCOREBOARD_COUNT(c->board, recycled);
    log_info("worker %d (%d) replaced after %llu requests", i, (int)m->pid, (unsigned long long)LOAD(s->requests));
  } else if (m->aborted_us) {
    SCOREBOARD_COUNT(c->board, deaths_hung);
    log_error("worker %d %s because it hung %s", i, ending, doing);
  } else {
    log_error("worker %d %s %s", i, ending, doing);
    if (WIFSIGNALED(status))
      SCOREBOARD_COUNT(c->board, deaths_killed);
    else
      SCOREBOARD_COUNT(c->board, deaths_exited);
    if (early(s))
      failure_note(c, LOAD(s->generation), now_us);
  }
}

bool workers_reap(struct workers *c, pid_t pid, int status, int64_t now_us)
{
  for (int i = 0; i < used(c); i++)
    if (c->members[i].pid == pid) {
      death_explain(c, i, status, now_us);
      atomic_store(&slot_of(c, i)->pid, 0);
      atomic_store(&slot_of(c, i)->idle_us, 0);
      eventfd_write(c->wakeup_fd, 1); /* it may have been woken for a connection that it did not take */
      c->members[i] = (struct worker_process){0};
      return true;
    }
  return false;
}

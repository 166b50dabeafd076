#include "pool/reload.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/config_diff.h"
#include "pool/process.h"

#define CHECK_US (20 * CLOCK_SECOND)
#define START_US (20 * CLOCK_SECOND)

/* Runs in the checker.  Returns its exit status: 0 when the pool can work with the configuration. */
static int checker_run(const struct workers *w, int fd)
{
  FILE *why = fdopen(fd, "w");
  if (!why)
    return 1;
  setvbuf(why, NULL, _IOLBF, 0);
  struct config *next = config_read(w->config->path, why);
  int bad = !next || (w->app->check && w->app->check(w->app->context, next, why) != 0);
  struct log_file log = LOG_FILE_NONE;
  bad = bad || !log_file_try(&log, next, why);
  log_file_close(&log);
  if (!bad && w->app->admit) {
    struct scaling now = scaling_now(w), after = scaling_after_reload(w, next);
    bad = w->app->admit(w->app->context,
                        &(struct app_admission){.in_force = w->config,
                                                .next = next,
                                                .workers_now = scaling_most(w->config, &now),
                                                .workers = scaling_most(next, &after)},
                        why);
  }
  config_free(&next);
  fclose(why);
  return bad;
}

#define MORE "there is more: run `diptych check` for all of it\n"

/* Drops what does not fit. */
static void why_add(struct reload *r, const char *p, size_t n)
{
  if (!n)
    return;
  size_t room = sizeof r->why - r->n;
  r->truncated = r->truncated || n > room;
  memcpy(r->why + r->n, p, n < room ? n : room);
  r->n += n < room ? n : room;
}

static void why_begin(struct reload *r)
{
  r->n = 0;
  r->truncated = false;
}

static void why_set(struct reload *r, const char *sentence)
{
  why_begin(r);
  why_add(r, sentence, strlen(sentence));
  why_add(r, "\n", 1);
}

/* Replaces the last, cut line by a hint that there is more. */
static void why_end(struct reload *r)
{
  if (!r->truncated)
    return;
  r->n = sizeof r->why - (sizeof MORE - 1);
  while (r->n && r->why[r->n - 1] != '\n')
    r->n--;
  r->truncated = false;
  why_add(r, MORE, sizeof MORE - 1);
}

static void check_begin(struct reload *r, struct workers *w, int64_t now_us)
{
  int ends[2] = {-1, -1};
  r->state = RELOAD_CHECKING;
  r->queued = false;
  r->number++;
  why_begin(r);
  r->since_us = now_us;
  r->status = 1 << 8;
  if (pipe2(ends, O_CLOEXEC) != 0)
    return why_set(r, strerror(errno));
  r->pid = workers_fork(w, "checker");
  if (r->pid == 0) {
    close(ends[0]);
    process_child_signals();
    process_child_unblock();
    exit(checker_run(w, ends[1]));
  }
  close(ends[1]);
  if (r->pid < 0) {
    why_set(r, strerror(errno));
    close(ends[0]);
    r->pid = 0;
    return;
  }
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  r->fd = ends[0];
}

unsigned reload_ask(struct reload *r, struct workers *w, int64_t now_us)
{
  if (r->state == RELOAD_IDLE)
    check_begin(r, w, now_us);
  else
    r->queued = true;
  return r->number + r->queued;
}

bool reload_reap(struct reload *r, pid_t pid, int status)
{
  if (!pid || pid != r->pid)
    return false;
  r->pid = 0;
  r->status = status;
  return true;
}

static void output_close(struct reload *r)
{
  if (r->fd >= 0)
    close(r->fd);
  r->fd = -1;
}

void reload_abandon(struct reload *r)
{
  if (r->pid)
    kill(r->pid, SIGKILL);
  output_close(r);
  r->queued = false;
}

/* Reads all output, also what does not fit into why, so that the checker never blocks. */
static void output_read(struct reload *r)
{
  char part[1024];
  while (r->fd >= 0) {
    ssize_t n = read(r->fd, part, sizeof part);
    if (n > 0)
      why_add(r, part, (size_t)n);
    else if (n < 0 && errno == EINTR)
      continue;
    else if (n < 0 && errno == EAGAIN)
      return;
    else
      output_close(r);
  }
}

void reload_resources_close(const struct workers *w, void **resources)
{
  if (*resources)
    w->app->resources_close(*resources);
  *resources = NULL;
}

static void start_begin(struct reload *r, struct workers *w, struct config *in_force, int64_t now_us)
{
  r->state = RELOAD_STARTING;
  r->since_us = now_us;
  r->previous = in_force;
  r->previous_generation = w->generation;
  r->previous_scaling = scaling_now(w);
  r->previous_resources = w->resources;
  r->start_scaling = scaling_after_reload(w, r->next);
  w->config = r->next;
  w->resources = r->next_resources;
  w->generation = ++r->generations;
  scaling_restore(w, &r->start_scaling);
}

static enum reload_result refuse(struct reload *r, struct workers *w)
{
  output_close(r);
  why_end(r);
  config_free(&r->next);
  reload_resources_close(w, &r->next_resources);
  log_file_return(w->log);
  r->state = RELOAD_IDLE;
  SCOREBOARD_COUNT(w->board, reloads_refused);
  return RELOAD_REFUSED;
}

/* Reads the configuration in the master.  It can fail: the files may have changed since the check. */
static bool next_read(struct reload *r, const struct workers *w)
{
  char *text = NULL;
  size_t n = 0;
  FILE *why = open_memstream(&text, &n);
  bool whole = false;
  if (why) {
    r->next = config_read(w->config->path, why);
    whole = r->next != NULL;
    if (whole && w->app->resources_open)
      whole = (r->next_resources = w->app->resources_open(r->next, why)) != NULL;
    whole = whole && log_file_try(w->log, r->next, why);
    fclose(why);
  }
  if (text && n)
    text[n - 1] = 0; /* each fault ends with a newline; why_set adds the last one */
  if (!whole)
    why_set(r, text && n ? text : "out of memory");
  free(text);
  return whole;
}

static enum reload_result checking_turn(struct reload *r, struct workers *w, struct config *in_force, int64_t now_us)
{
  output_read(r);
  if (r->pid) {
    if (now_us - r->since_us > CHECK_US) {
      kill(r->pid, SIGKILL);
      why_set(r, "the check of the new configuration did not end in time");
      output_close(r);
    }
    return RELOAD_NOTHING;
  }
  if (!WIFEXITED(r->status) || WEXITSTATUS(r->status) != 0) {
    if (!r->n)
      why_set(r, "the check of the new configuration died; see the log");
    return refuse(r, w);
  }
  output_close(r);
  if (!next_read(r, w))
    return refuse(r, w);
  start_begin(r, w, in_force, now_us);
  return RELOAD_NOTHING;
}

static void restart_keys_note(struct reload *r, struct workers *w, struct buf *notes)
{
  struct buf names = BUF_INIT;
  unsigned n = config_diff_restart(r->started, r->next, r->socket_passed, &names);
  atomic_store(&w->board->restart_keys, n);
  snprintf(w->board->restart_names, sizeof w->board->restart_names, "%s", buf_z(&names));
  if (n) {
    buf_printf(notes, "%s: changed, but only a restart of the pool puts %s into force\n", buf_z(&names), n == 1 ? "it" : "them");
    log_warn("%s: %s changed: only a restart of the pool puts %s into force", r->next->path, buf_z(&names), n == 1 ? "it" : "them");
  }
  buf_free(&names);
}

/* The configuration of the start is kept: the next reloads are compared with it, too. */
static void answer_make(struct reload *r, struct workers *w)
{
  struct buf notes = BUF_INIT, workers = BUF_INIT;
  if (!r->started)
    r->started = r->previous;
  restart_keys_note(r, w, &notes);
  scaling_explain(w, &r->previous_scaling, r->previous, &workers);
  if (workers.n)
    log_info("reload: %.*s", SPAN_ARG(span_trim(buf_view(&workers))));
  buf_span(&notes, buf_view(&workers));
  why_set(r, "reloaded");
  why_add(r, buf_view(&notes).p, buf_view(&notes).n);
  buf_free(&workers);
  buf_free(&notes);
}

static enum reload_result roll_back(struct reload *r, struct workers *w, int64_t now_us)
{
  struct scaling now = scaling_now(w);
  bool scaled = now.wanted != r->start_scaling.wanted || now.automatic != r->start_scaling.automatic;
  workers_retire(w, w->generation, true, now_us);
  w->config = r->previous;
  w->resources = r->previous_resources;
  w->generation = r->previous_generation;
  scaling_restore(w, scaled ? &now : &r->previous_scaling); /* a command may have scaled it meanwhile */
  why_set(r, "workers did not start with the new configuration; see the log");
  return refuse(r, w);
}

static enum reload_result starting_turn(struct reload *r, struct workers *w, struct config **config, int64_t now_us)
{
  bool failed = w->failed_us >= r->since_us && w->failed_generation == w->generation;
  if (failed || now_us - r->since_us > START_US)
    return roll_back(r, w, now_us);
  if (!workers_all_ready(w, now_us))
    return RELOAD_NOTHING;
  workers_retire(w, w->generation, false, now_us);
  atomic_store(&w->board->generation, w->generation);
  answer_make(r, w);
  if (*config != r->started)
    config_free(config);
  reload_resources_close(w, &r->previous_resources);
  log_file_keep(w->log);
  *config = r->next;
  r->next = r->previous = NULL;
  r->next_resources = NULL;
  r->state = RELOAD_IDLE;
  SCOREBOARD_COUNT(w->board, reloads);
  return RELOAD_DONE;
}

enum reload_result reload_turn(struct reload *r, struct workers *w, struct config **config, int64_t now_us)
{
  enum reload_result result = RELOAD_NOTHING;
  if (r->state == RELOAD_IDLE && r->queued)
    check_begin(r, w, now_us);
  if (r->state == RELOAD_CHECKING)
    result = checking_turn(r, w, *config, now_us);
  else if (r->state == RELOAD_STARTING)
    result = starting_turn(r, w, config, now_us);
  return result;
}

#include "pool/confinement.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/log.h"
#include "base/log_sink.h"
#include "confine/account.h"
#include "confine/limits.h"
#include "pool/gateway.h"
#include "text/json.h"

#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)
#define ROOT_PORTS 1024
#define OTHER_FILES 64 /* of a worker: its backends, pipes and files that libraries read */

/* ---- the master */

static void files_raise(const struct config *c)
{
  unsigned long needed = GATEWAY_CONNECTIONS + OTHER_FILES;
  for (const char *p = c->memcached; *p; p++)
    needed += *p == ',';
  unsigned long files = limits_files(needed);
  if (files < needed)
    log_warn("a process may open %lu files, and a worker with %d connections needs %lu: it takes fewer connections; raise "
             "LimitNOFILE= of the unit, or ulimit -Hn", files, GATEWAY_CONNECTIONS, needed);
}

static bool folders_make(const struct account *a, const struct config *c, FILE *why)
{
  const char *const files[] = {c->listen, c->control, c->metrics_listen, c->pid_file, c->request_log};
  bool made = !*c->state_dir || account_folder_make(a, c->state_dir, why);
  for (size_t i = 0; made && i < sizeof files / sizeof *files; i++) {
    char *folder = account_folder_of(files[i]);
    made = !folder || account_folder_make(a, folder, why);
    free(folder);
  }
  return made;
}

/* What root could read at the start, the account must read at each reload. */
static bool readable_again(const struct account *a, const struct config *c, FILE *why)
{
  char *faults = NULL;
  size_t n = 0;
  FILE *out = open_memstream(&faults, &n);
  struct config *again = out ? config_read(c->path, out) : NULL;
  bool readable = again != NULL;
  config_free(&again);
  if (out)
    fclose(out);
  if (!readable)
    fprintf(why, "%s%s: user %s must be able to read it and the files that it names, because a reload reads them again: "
                 "chgrp %s FILE && chmod 640 FILE\n", faults ? faults : "", c->path, a->user, a->group);
  free(faults);
  return readable;
}

static bool needs_root(const char *address)
{
  const char *colon = strchr(address, '/') ? NULL : strrchr(address, ':');
  return colon && atoi(colon + 1) < ROOT_PORTS;
}

/* l has a socket when another master handed over its sockets. */
static bool ports_open(const struct config *c, struct listener *l, struct listener *metrics, FILE *why)
{
  return l->fd >= 0 || ((!needs_root(c->listen) || listener_open(l, c, why)) &&
                        (!needs_root(c->metrics_listen) || listener_open_metrics(metrics, c, why)));
}

static bool account_become(const struct account *a, const struct config *c, FILE *why)
{
  if (!account_enter(a, why))
    return false;
  log_info("running as user %s, group %s", a->user, a->group);
  return readable_again(a, c, why);
}

bool confinement_begin(const struct config *c, struct listener *l, struct listener *metrics, FILE *why)
{
  struct account a;
  const struct passwd *user = *c->user && geteuid() != 0 ? getpwnam(c->user) : NULL;
  if (*c->user && geteuid() != 0 && (!user || user->pw_uid != geteuid()))
    log_warn("user = \"%s\" has no effect: only root can become another account", c->user);
  if (!account_find(&a, c, why))
    return false;
  files_raise(c);
  log_sink_open(); /* the account may have no right to open a terminal or pipe of root */
  if (a.changes && (!folders_make(&a, c, why) || !ports_open(c, l, metrics, why) || !account_become(&a, c, why)))
    return false;
  limits_no_new_rights();
  limits_dumps(c->core_dumps);
  return true;
}

/* ---- its children */

bool confinement_enter(const struct config *c, enum fence_kind kind, struct scoreboard_slot *slot)
{
  unsigned parts = 0;
  if (kind == FENCE_WATCHER && *c->state_dir)
    (void)mkdir(c->state_dir, 0750); /* the fence lets it write in a folder that exists */
  bool entered = !c->fence || fence_enter(kind, kind == FENCE_WATCHER ? c->state_dir : NULL, &parts);
  if (!entered)
    log_error("the process cannot confine itself: %s; fence = false would let it run without", strerror(errno));
  if (slot)
    atomic_store(&slot->fence, (c->fence ? 0 : SCOREBOARD_UNFENCED) | parts);
  return entered;
}

/* ---- status */

struct confined {
  unsigned processes, calls, files, off;
};

static void slot_count(struct confined *n, const struct scoreboard_slot *s)
{
  unsigned parts = LOAD(s->fence);
  if (!LOAD(s->pid) || !LOAD(s->ready))
    return;
  n->processes++;
  n->calls += (parts & FENCE_CALLS) != 0;
  n->files += (parts & FENCE_FILES) != 0;
  n->off += (parts & SCOREBOARD_UNFENCED) != 0;
}

static struct confined confined_count(const struct scoreboard *b)
{
  struct confined n = {0};
  for (unsigned i = 0; i < LOAD(b->used) && i < SCOREBOARD_SLOTS; i++)
    slot_count(&n, &b->slots[i]);
  return n;
}

static void part_text(struct buf *out, const char *name, unsigned has, const struct confined *n)
{
  if (has && has < n->processes)
    buf_printf(out, "%s %u of %u workers", name, has, n->processes);
  else
    buf_printf(out, "%s %s", name, has ? "yes" : "no");
}

void confinement_text(const struct scoreboard *b, struct buf *out)
{
  struct confined n = confined_count(b);
  struct utsname kernel;
  buf_puts(out, "confined: ");
  if (!n.processes)
    buf_puts(out, "no worker is ready\n");
  else if (n.off == n.processes)
    buf_puts(out, "no, the configuration has fence = false\n");
  else {
    part_text(out, "seccomp", n.calls, &n);
    part_text(out, ", landlock", n.files, &n);
    if ((!n.calls || !n.files) && uname(&kernel) == 0)
      buf_printf(out, " (kernel %s)", kernel.release);
    buf_putc(out, '\n');
  }
}

void confinement_json(const struct scoreboard *b, struct buf *out)
{
  struct confined n = confined_count(b);
  struct utsname kernel;
  static const char *const words[] = {"false", "true"};
  buf_printf(out, "\"confined\":{\"fence\":%s,\"seccomp\":%s,\"landlock\":%s,\"kernel\":", words[!n.off || n.off < n.processes],
             words[n.processes && n.calls == n.processes], words[n.processes && n.files == n.processes]);
  json_write_string(out, span_z(uname(&kernel) == 0 ? kernel.release : ""));
  buf_putc(out, '}');
}

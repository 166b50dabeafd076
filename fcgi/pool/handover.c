#include "pool/handover.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

#define VARIABLE "DIPTYCH_HANDOVER" /* LISTEN_FD:READY_FD:PARENT:PATH, or LISTEN_FD:READY_FD:PARENT:=HOLDER of a passed socket */
#define METRICS_VARIABLE "DIPTYCH_HANDOVER_METRICS" /* LISTEN_FD:PARENT:ADDRESS */
#define SCALING "DIPTYCH_HANDOVER_SCALING"
#define PID_FILE "DIPTYCH_HANDOVER_PID_FILE"
#define CONTROL "DIPTYCH_HANDOVER_CONTROL"

bool handover_offer(const struct listener *l, int ready_fd, const char *scaling)
{
  char *text = NULL;
  int n = asprintf(&text, "%d:%d:%d:%s%s", l->fd, ready_fd, (int)getppid(), l->holder ? "=" : "",
                   l->holder ? l->holder : l->path ? l->path : "");
  bool offered = n > 0 && setenv(VARIABLE, text, 1) == 0 && setenv(SCALING, scaling, 1) == 0;
  if (n > 0)
    free(text);
  return offered;
}

bool handover_offer_files(const char *pid_file, const char *control)
{
  return setenv(PID_FILE, pid_file ? pid_file : "", 1) == 0 && setenv(CONTROL, control ? control : "", 1) == 0;
}

static void file_take(const char *variable, char *out, size_t cap)
{
  const char *path = getenv(variable);
  snprintf(out, cap, "%s", path ? path : "");
}

bool handover_take(struct handover *h, struct listener *l)
{
  const char *text = getenv(VARIABLE), *scaling = getenv(SCALING);
  int listen_fd, ready_fd, parent, at = 0;
  bool offered = text && sscanf(text, "%d:%d:%d:%n", &listen_fd, &ready_fd, &parent, &at) == 3 && at && parent == (int)getppid() &&
                 listener_take(l, listen_fd, text + at);
  if (offered) {
    fcntl(ready_fd, F_SETFD, FD_CLOEXEC);
    *h = (struct handover){.state = HANDOVER_STARTING, .ready_fd = ready_fd, .parent = parent};
    file_take(PID_FILE, h->pid_file, sizeof h->pid_file);
    file_take(CONTROL, h->control, sizeof h->control);
    snprintf(h->scaling, sizeof h->scaling, "%s", scaling ? scaling : "");
    unsetenv("WATCHDOG_PID"); /* it names the old master; systemd watches whoever is its main process */
  }
  unsetenv(VARIABLE);
  unsetenv(SCALING);
  unsetenv(PID_FILE);
  unsetenv(CONTROL);
  return offered;
}

bool handover_offer_metrics(const struct listener *l)
{
  char *text = NULL;
  if (l->fd < 0)
    return true;
  int n = asprintf(&text, "%d:%d:%s", l->fd, (int)getppid(), l->address);
  bool offered = n > 0 && fcntl(l->fd, F_SETFD, 0) == 0 && setenv(METRICS_VARIABLE, text, 1) == 0;
  if (n > 0)
    free(text);
  return offered;
}

bool handover_take_metrics(struct handover *h, struct listener *l, const char *address)
{
  const char *text = getenv(METRICS_VARIABLE);
  int fd, parent, at = 0;
  bool offered = text && sscanf(text, "%d:%d:%n", &fd, &parent, &at) == 2 && at && parent == (int)getppid();
  bool taken = offered && strcmp(text + at, address) == 0 && listener_take(l, fd, strchr(address, '/') ? address : "");
  if (offered && !taken) {
    close(fd);
    snprintf(h->metrics, sizeof h->metrics, "%s", strchr(text + at, '/') ? text + at : "");
  }
  unsetenv(METRICS_VARIABLE);
  return taken;
}

void handover_ready(struct handover *h, int64_t now_us)
{
  ssize_t sent = write(h->ready_fd, "r", 1);
  (void)sent; /* the old master may be dead: its names are free then */
  close(h->ready_fd);
  h->state = HANDOVER_TAKING;
  h->ready_fd = -1;
  h->since_us = now_us;
}

/* Another spelling of the same name leads to the new master's own file. */
static bool is_same_file(const char *a, const char *b)
{
  struct stat one, other;
  return strcmp(a, b) == 0 ||
         (lstat(a, &one) == 0 && lstat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino);
}

static void socket_remove(const char *path, const char *own)
{
  struct stat there;
  if (!is_same_file(path, own) && lstat(path, &there) == 0 && S_ISSOCK(there.st_mode))
    unlink(path);
}

/* Without this file, nobody ends a stranger that has got the number of the old master. */
static void pid_file_remove(const char *path, int parent)
{
  int pid = 0;
  FILE *f = fopen(path, "re");
  bool is_old = f && fscanf(f, "%d", &pid) == 1 && pid == parent;
  if (f)
    fclose(f);
  if (is_old)
    unlink(path);
}

void handover_end(struct handover *h, const struct listener *l, const struct config *c)
{
  pid_file_remove(h->pid_file, h->parent);
  socket_remove(h->control, c->control);
  socket_remove(h->metrics, c->metrics_listen);
  if (!l->holder && strcmp(l->address, c->listen) != 0)
    log_warn("upgrade: listen = \"%s\" waits for a restart; the pool goes on at %s", c->listen, l->address);
  h->state = HANDOVER_NONE;
}

#include "pool/handover.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VARIABLE "DIPTYCH_HANDOVER" /* LISTEN_FD:READY_FD:PARENT:PATH, or LISTEN_FD:READY_FD:PARENT:=HOLDER of a passed socket */
#define METRICS_VARIABLE "DIPTYCH_HANDOVER_METRICS" /* LISTEN_FD:PARENT:ADDRESS */
#define SCALING "DIPTYCH_HANDOVER_SCALING"

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

bool handover_take(struct handover *h, struct listener *l)
{
  const char *text = getenv(VARIABLE), *scaling = getenv(SCALING);
  int listen_fd, ready_fd, parent, at = 0;
  bool offered = text && sscanf(text, "%d:%d:%d:%n", &listen_fd, &ready_fd, &parent, &at) == 3 && at && parent == (int)getppid() &&
                 listener_take(l, listen_fd, text + at);
  if (offered) {
    fcntl(ready_fd, F_SETFD, FD_CLOEXEC);
    *h = (struct handover){.state = HANDOVER_STARTING, .ready_fd = ready_fd};
    snprintf(h->scaling, sizeof h->scaling, "%s", scaling ? scaling : "");
    unsetenv("WATCHDOG_PID"); /* it names the old master; systemd watches whoever is its main process */
  }
  unsetenv(VARIABLE);
  unsetenv(SCALING);
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

bool handover_take_metrics(struct listener *l, const char *address)
{
  const char *text = getenv(METRICS_VARIABLE);
  int fd, parent, at = 0;
  bool offered = text && sscanf(text, "%d:%d:%n", &fd, &parent, &at) == 2 && at && parent == (int)getppid();
  bool taken = offered && strcmp(text + at, address) == 0 && listener_take(l, fd, strchr(address, '/') ? address : "");
  if (offered && !taken)
    close(fd);
  unsetenv(METRICS_VARIABLE);
  return taken;
}

void handover_ready(struct handover *h, int64_t now_us)
{
  ssize_t sent = write(h->ready_fd, "r", 1);
  (void)sent; /* the old master may be dead: its names are free then */
  close(h->ready_fd);
  *h = (struct handover){.state = HANDOVER_TAKING, .ready_fd = -1, .since_us = now_us};
}

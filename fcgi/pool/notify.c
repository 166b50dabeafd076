#include "pool/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

static void notify_send(const char *text)
{
  const char *path = getenv("NOTIFY_SOCKET");
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  size_t n = path ? strlen(path) : 0;
  if (n < 2 || n >= sizeof a.sun_path)
    return;
  memcpy(a.sun_path, path, n);
  if (path[0] == '@')
    a.sun_path[0] = 0; /* abstract */
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return;
  ssize_t sent = sendto(fd, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&a,
                        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
  (void)sent; /* a failure of the service manager must not stop the pool */
  close(fd);
}

void notify_ready(void)
{
  notify_send("READY=1");
}

void notify_reloading(void)
{
  char text[64];
  snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_mono_us());
  notify_send(text);
}

void notify_main(int pid)
{
  char text[32];
  snprintf(text, sizeof text, "MAINPID=%d", pid);
  notify_send(text);
}

void notify_stopping(void)
{
  notify_send("STOPPING=1");
}

void notify_status(const char *sentence)
{
  char text[512];
  snprintf(text, sizeof text, "STATUS=%s", sentence);
  notify_send(text);
}

/* sd_watchdog_enabled(3): the period in which systemd wants to hear from this process.  0: it does not watch. */
static int64_t watchdog_period_us(void)
{
  const char *period = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
  return period && (!pid || atoi(pid) == (int)getpid()) ? atoll(period) : 0;
}

void notify_alive(int64_t now_us)
{
  static int64_t period_us = -1, last_us;
  if (period_us < 0)
    period_us = watchdog_period_us();
  if (!period_us || now_us - last_us < period_us / 4)
    return;
  last_us = now_us;
  notify_send("WATCHDOG=1");
}

/* The image worker's own process.  It has all the time that its worker gives it, so it simply waits, and when
 * pages want the processor they come first. */
#include "image/image_worker_child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "image/image.h"

#define IDLE_MS 30000
#define PICTURES_MOST 500
#define CPU_SECONDS 60 /* for all of them; one takes about 20 ms */
#define NICE 3

/* false: the worker is gone, or has nothing to say. */
static bool transfer(void *bytes, size_t n, bool out)
{
  char *at = bytes;
  while (n) {
    struct pollfd wait = {.fd = 3, .events = out ? POLLOUT : POLLIN};
    int ready = poll(&wait, 1, IDLE_MS);
    if (ready == 0)
      return false;
    ssize_t done = ready < 0 ? -1 : out ? send(3, at, n, MSG_NOSIGNAL) : recv(3, at, n, 0);
    if (done == 0 || (done < 0 && errno != EINTR && errno != EAGAIN))
      return false;
    if (done > 0) {
      at += done;
      n -= (size_t)done;
    }
  }
  return true;
}

static void settle(int fd)
{
  struct rlimit cpu = {CPU_SECONDS, CPU_SECONDS + 1}, none = {0, 0};
  sigset_t nothing;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NAME, "image-worker");
  for (int s = 1; s < NSIG; s++)
    signal(s, SIG_DFL);
  signal(SIGHUP, SIG_IGN); /* what the terminal sends to the whole group is the master's to take */
  signal(SIGINT, SIG_IGN);
  sigemptyset(&nothing);
  sigprocmask(SIG_SETMASK, &nothing, NULL);
  setpriority(PRIO_PROCESS, 0, NICE);
  setrlimit(RLIMIT_CPU, &cpu);
  setrlimit(RLIMIT_CORE, &none);
  if (fd != 3)
    dup2(fd, 3);
  close_range(4, ~0u, 0); /* no listener, no connection, no lock of the worker's */
}

static bool image_serve(struct buf *packed, struct buf *png)
{
  struct image p;
  uint32_t n;
  if (!transfer(&n, sizeof n, false) || n > PAINTER_PACKED_MOST || !buf_reserve(packed, n) ||
      !transfer(packed->p, n, false))
    return false;
  buf_clear(png);
  if (!image_unpack(span_of(packed->p, n), &p) || !image_draw(&p, png) || png->n > PAINTER_PNG_MOST)
    buf_clear(png);
  n = (uint32_t)png->n;
  return transfer(&n, sizeof n, true) && transfer(png->p, n, true);
}

_Noreturn void image_worker_child_run(int fd)
{
  struct buf packed = BUF_INIT, png = BUF_INIT;
  settle(fd);
  for (int i = 0; i < PICTURES_MOST && image_serve(&packed, &png); i++)
    ;
  _exit(0);
}

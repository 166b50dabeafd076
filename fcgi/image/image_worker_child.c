/* The process of the image worker.  It uses blocking calls, because its worker limits its time.  It runs at a lower
 * priority than the workers. */
#include "image/image_worker_child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/title.h"
#include "confine/fence.h"
#include "image/image.h"

#define IDLE_MS 30000
#define PICTURES_MAX 500
#define CPU_SECONDS 60 /* for all pictures; one takes about 20 ms */
#define NICE 3

/* False: the worker is gone, or nothing happened for IDLE_MS. */
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

static void process_setup(int fd)
{
  struct rlimit cpu = {CPU_SECONDS, CPU_SECONDS + 1}, none = {0, 0};
  sigset_t nothing;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NAME, "image-worker");
  title_set("image worker");
  for (int s = 1; s < NSIG; s++)
    signal(s, SIG_DFL);
  signal(SIGHUP, SIG_IGN); /* the terminal signals the whole process group; the master handles it */
  signal(SIGINT, SIG_IGN);
  sigemptyset(&nothing);
  sigprocmask(SIG_SETMASK, &nothing, NULL);
  setpriority(PRIO_PROCESS, 0, NICE);
  setrlimit(RLIMIT_CPU, &cpu);
  setrlimit(RLIMIT_CORE, &none);
  if (fd != 3)
    dup2(fd, 3);
  close_range(4, ~0u, 0); /* the worker's listeners, connections and locks */
  fence_narrow(FENCE_PICTURES);
}

static bool image_serve(struct buf *packed, struct buf *png)
{
  struct image p;
  uint32_t n;
  if (!transfer(&n, sizeof n, false) || n > IMAGE_WORKER_PACKED_MAX || !buf_reserve(packed, n) ||
      !transfer(packed->p, n, false))
    return false;
  buf_clear(png);
  if (!image_unpack(span_of(packed->p, n), &p) || !image_draw(&p, png) || png->n > IMAGE_WORKER_PNG_MAX)
    buf_clear(png);
  n = (uint32_t)png->n;
  return transfer(&n, sizeof n, true) && transfer(png->p, n, true);
}

_Noreturn void image_worker_child_run(int fd)
{
  struct buf packed = BUF_INIT, png = BUF_INIT;
  process_setup(fd);
  for (int i = 0; i < PICTURES_MAX && image_serve(&packed, &png); i++)
    ;
  _exit(0);
}

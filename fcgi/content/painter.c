#include "content/painter.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "content/picture.h"

#define IDLE_MS 30000
#define PICTURES_MOST 500
#define CPU_SECONDS 60       /* for all of them; one takes about 20 ms */
#define PACKED_MOST 65536
#define PNG_MOST (1 << 20)

struct painter {
  pid_t pid; /* 0: none */
  int fd;    /* our end of a pair of sockets: 4 bytes of length, then so many */
};

/* ---- both ends */

/* false: the peer is gone, or the deadline has passed (0: none). */
static bool transfer(int fd, void *bytes, size_t n, bool out, int64_t deadline_us)
{
  char *at = bytes;
  while (n) {
    struct pollfd wait = {.fd = fd, .events = out ? POLLOUT : POLLIN};
    int64_t left = deadline_us ? (deadline_us - clock_mono_us()) / 1000 : IDLE_MS;
    int ready = left > 0 ? poll(&wait, 1, (int)left) : 0;
    if (ready == 0)
      return false;
    ssize_t done = ready < 0 ? -1 : out ? send(fd, at, n, MSG_NOSIGNAL) : recv(fd, at, n, 0);
    if (done == 0 || (done < 0 && errno != EINTR && errno != EAGAIN))
      return false;
    if (done > 0) {
      at += done;
      n -= (size_t)done;
    }
  }
  return true;
}

static bool message_send(int fd, struct span s, int64_t deadline_us)
{
  uint32_t n = (uint32_t)s.n;
  return transfer(fd, &n, sizeof n, true, deadline_us) && transfer(fd, (void *)s.p, s.n, true, deadline_us);
}

/* ---- the painter */

static void child_settle(int fd)
{
  struct rlimit cpu = {CPU_SECONDS, CPU_SECONDS + 1}, none = {0, 0};
  sigset_t nothing;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NAME, "painter");
  for (int s = 1; s < NSIG; s++)
    signal(s, SIG_DFL);
  signal(SIGHUP, SIG_IGN); /* what the terminal sends to the whole group is the master's to take */
  signal(SIGINT, SIG_IGN);
  sigemptyset(&nothing);
  sigprocmask(SIG_SETMASK, &nothing, NULL);
  setrlimit(RLIMIT_CPU, &cpu);
  setrlimit(RLIMIT_CORE, &none);
  if (fd != 3)
    dup2(fd, 3);
  close_range(4, ~0u, 0); /* no listener, no connection, no lock of the worker's */
}

static _Noreturn void child_run(void)
{
  struct buf packed = BUF_INIT, png = BUF_INIT;
  for (int i = 0; i < PICTURES_MOST; i++) {
    struct picture p;
    uint32_t n;
    if (!transfer(3, &n, sizeof n, false, 0) || n > PACKED_MOST || !buf_reserve(&packed, n) ||
        !transfer(3, packed.p, n, false, 0))
      break;
    buf_clear(&png);
    if (!picture_unpack(span_of(packed.p, n), &p) || !picture_draw(&p, &png))
      buf_clear(&png);
    if (!message_send(3, buf_view(&png), 0))
      break;
  }
  _exit(0);
}

/* ---- its worker */

struct painter *painter_new(void)
{
  struct painter *p = calloc(1, sizeof *p);
  if (p)
    p->fd = -1;
  return p;
}

static void end(struct painter *p)
{
  if (p->fd >= 0)
    close(p->fd);
  p->fd = -1;
  if (p->pid > 0) {
    kill(p->pid, SIGKILL);
    while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
      ;
  }
  p->pid = 0;
}

void painter_free(struct painter **p)
{
  if (!*p)
    return;
  end(*p);
  free(*p);
  *p = NULL;
}

void painter_tidy(struct painter *p)
{
  if (p->pid > 0 && waitpid(p->pid, NULL, WNOHANG) == p->pid) {
    p->pid = 0;
    end(p);
  }
}

static bool start(struct painter *p)
{
  int ends[2];
  if (p->pid > 0)
    return true;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return false;
  p->pid = fork();
  if (p->pid == 0) {
    child_settle(ends[1]);
    child_run();
  }
  close(ends[1]);
  p->fd = ends[0];
  if (p->pid < 0) {
    log_error("cannot start a painter: %s", strerror(errno));
    end(p);
    p->pid = 0;
    return false;
  }
  return true;
}

enum err painter_draw(struct painter *p, struct span packed, int64_t deadline_us, struct arena *arena, struct span *png)
{
  uint32_t n = 0;
  painter_tidy(p);
  if (packed.n > PACKED_MOST || !start(p))
    return ERR_UNAVAILABLE;
  if (!message_send(p->fd, packed, deadline_us) || !transfer(p->fd, &n, sizeof n, false, deadline_us) || n > PNG_MOST) {
    log_warn("a picture was not drawn in time: replacing the painter (%d)", (int)p->pid);
    end(p);
    return ERR_UNAVAILABLE;
  }
  char *bytes = arena_alloc(arena, n ? n : 1);
  if (!bytes || !transfer(p->fd, bytes, n, false, deadline_us)) {
    end(p); /* the rest must not be read as the next answer */
    return bytes ? ERR_UNAVAILABLE : ERR_NO_MEMORY;
  }
  *png = span_of(bytes, n);
  return n ? ERR_OK : ERR_UNAVAILABLE;
}

#include "db/db_wait.h"

#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/cutoff.h"

/* Runs in a signal handler.  The call that reads the socket then fails at once. */
static bool socket_cut(void *of)
{
  shutdown(*(int *)of, SHUT_RDWR);
  return true;
}

/* Only libmariadb defines this macro. */
#ifdef MYSQL_WAIT_READ

/* Waits until the socket is ready for what the call wants.  Returns the events, or 0 when the deadline passed. */
static int wait_ready(MYSQL *m, int wants, int64_t deadline_us)
{
  struct pollfd fd = {.fd = (int)mysql_get_socket(m)};
  fd.events = (short)((wants & MYSQL_WAIT_READ ? POLLIN : 0) | (wants & MYSQL_WAIT_WRITE ? POLLOUT : 0) |
                      (wants & MYSQL_WAIT_EXCEPT ? POLLPRI : 0));
  for (;;) {
    int64_t left = deadline_us - clock_mono_us();
    if (left <= 0)
      return 0;
    int n = poll(&fd, 1, (int)((left + 999) / 1000));
    if (n > 0)
      break;
    /* n == 0: the loop's next round sees that the deadline passed.  n < 0: EINTR. */
  }
  int got = (fd.revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL) ? MYSQL_WAIT_READ : 0) |
            (fd.revents & (POLLOUT | POLLHUP | POLLERR | POLLNVAL) ? MYSQL_WAIT_WRITE : 0) |
            (fd.revents & POLLPRI ? MYSQL_WAIT_EXCEPT : 0);
  return got & wants ? got & wants : got;
}

/* A call that was told of its timeout may ask to wait this many times more; then it is abandoned. */
#define UNWIND_STEPS 64

static void socket_shut(MYSQL *m)
{
  shutdown((int)mysql_get_socket(m), SHUT_RDWR);
}

/* libmariadb returns to wait only when nothing is there to read, so a server that never stops sending would hold it. */
static void flood_begin(int *fd, MYSQL *m, int64_t deadline_us)
{
  *fd = (int)mysql_get_socket(m);
  cutoff_start(deadline_us - clock_mono_us(), socket_cut, fd);
}

/* Runs START, then CONT until the library is done.  `in_time` becomes false when the deadline passes. */
#define DB_WAIT_RUN(m, deadline_us, in_time, START, CONT)                                                              \
  do {                                                                                                                 \
    int wants = (START);                                                                                               \
    while (wants && (in_time)) {                                                                                       \
      int got = wait_ready((m), wants, (deadline_us));                                                                 \
      if (!got) {                                                                                                      \
        (in_time) = false;                                                                                             \
        break;                                                                                                         \
      }                                                                                                                \
      wants = (CONT(got));                                                                                             \
    }                                                                                                                  \
    if (!(in_time))                                                                                                    \
      socket_shut(m);                                                                                                  \
    for (int step = 0; wants && step < UNWIND_STEPS; step++)                                                           \
      wants = (CONT(MYSQL_WAIT_TIMEOUT));                                                                              \
  } while (0)

bool db_wait_connect(MYSQL *m, const struct config *c, int64_t deadline_us, bool *ok)
{
  MYSQL *ret = NULL;
  bool in_time = true;
  const char *host = *c->mysql_socket ? "localhost" : c->mysql_host;
  const char *path = *c->mysql_socket ? c->mysql_socket : NULL;
#define CONNECT_CONT(got) mysql_real_connect_cont(&ret, m, (got))
  DB_WAIT_RUN(m, deadline_us, in_time,
              mysql_real_connect_start(&ret, m, host, c->mysql_user, c->mysql_password, c->mysql_database,
                                       (unsigned)c->mysql_port, path, 0),
              CONNECT_CONT);
  *ok = ret != NULL;
  return in_time;
}

bool db_wait_query(MYSQL *m, const char *sql, size_t n, int64_t deadline_us, bool *ok)
{
  int failed = 1;
  bool in_time = true;
  int fd;
  flood_begin(&fd, m, deadline_us);
#define QUERY_CONT(got) mysql_real_query_cont(&failed, m, (got))
  DB_WAIT_RUN(m, deadline_us, in_time, mysql_real_query_start(&failed, m, sql, n), QUERY_CONT);
  *ok = failed == 0;
  return !cutoff_stop() && in_time;
}

bool db_wait_store(MYSQL *m, int64_t deadline_us, MYSQL_RES **result, bool *ok)
{
  bool in_time = true;
  int fd;
  *result = NULL;
  flood_begin(&fd, m, deadline_us);
#define STORE_CONT(got) mysql_store_result_cont(result, m, (got))
  DB_WAIT_RUN(m, deadline_us, in_time, mysql_store_result_start(result, m), STORE_CONT);
  *ok = *result != NULL || mysql_errno(m) == 0;
  return !cutoff_stop() && in_time;
}

#else /* mysqlclient */

static bool before_deadline(int64_t deadline_us)
{
  return clock_mono_us() < deadline_us;
}

/* The library's own time limits count whole seconds, and each read anew. */
static void call_begin(int *fd, MYSQL *m, int64_t deadline_us)
{
  *fd = (int)m->net.fd;
  cutoff_start(deadline_us - clock_mono_us(), socket_cut, fd);
}

/* The socket is known once it is connected; until then the next tick tries again. */
static bool connect_cut(void *of)
{
  int fd = (int)((MYSQL *)of)->net.fd;
  return fd >= 0 && shutdown(fd, SHUT_RDWR) == 0;
}

bool db_wait_connect(MYSQL *m, const struct config *c, int64_t deadline_us, bool *ok)
{
  const char *host = *c->mysql_socket ? "localhost" : c->mysql_host;
  const char *path = *c->mysql_socket ? c->mysql_socket : NULL;
  m->net.fd = -1;
  cutoff_start(deadline_us - clock_mono_us(), connect_cut, m);
  *ok = mysql_real_connect(m, host, c->mysql_user, c->mysql_password, c->mysql_database, (unsigned)c->mysql_port, path,
                           0) != NULL;
  return !cutoff_stop() && (*ok || before_deadline(deadline_us));
}

bool db_wait_query(MYSQL *m, const char *sql, size_t n, int64_t deadline_us, bool *ok)
{
  int fd;
  call_begin(&fd, m, deadline_us);
  *ok = mysql_real_query(m, sql, n) == 0;
  return !cutoff_stop() && (*ok || before_deadline(deadline_us));
}

bool db_wait_store(MYSQL *m, int64_t deadline_us, MYSQL_RES **result, bool *ok)
{
  int fd;
  call_begin(&fd, m, deadline_us);
  *result = mysql_store_result(m);
  *ok = *result != NULL || mysql_errno(m) == 0;
  return !cutoff_stop() && (*ok || before_deadline(deadline_us));
}

#endif

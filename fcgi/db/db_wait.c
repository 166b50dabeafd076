#include "db/db_wait.h"

#include <string.h>
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
static int wait_ready(MYSQL *m, struct waiter *waiter, int wants, int64_t deadline_us)
{
  struct pollfd fd = {.fd = (int)mysql_get_socket(m)};
  fd.events = (short)((wants & MYSQL_WAIT_READ ? POLLIN : 0) | (wants & MYSQL_WAIT_WRITE ? POLLOUT : 0) |
                      (wants & MYSQL_WAIT_EXCEPT ? POLLPRI : 0));
  for (;;) {
    int64_t left = deadline_us - clock_mono_us();
    if (left <= 0)
      return 0;
    int n = waiter_poll(waiter, &fd, (int)((left + 999) / 1000));
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
#define DB_WAIT_RUN(m, waiter, deadline_us, in_time, START, CONT)                                                      \
  do {                                                                                                                 \
    int wants = (START);                                                                                               \
    while (wants && (in_time)) {                                                                                       \
      int got = wait_ready((m), (waiter), wants, (deadline_us));                                                       \
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

bool db_wait_connect(MYSQL *m, struct waiter *waiter, const struct config *c, const struct db_server *server,
                     int64_t deadline_us, bool *ok)
{
  MYSQL *ret = NULL;
  bool in_time = true;
  const char *host = server->port ? server->host : "localhost", *path = server->port ? NULL : server->host;
#define CONNECT_CONT(got) mysql_real_connect_cont(&ret, m, (got))
  DB_WAIT_RUN(m, waiter, deadline_us, in_time,
              mysql_real_connect_start(&ret, m, host, c->mysql_user, c->mysql_password, c->mysql_database,
                                       server->port, path, CLIENT_MULTI_STATEMENTS),
              CONNECT_CONT);
  *ok = ret != NULL;
  return in_time;
}

bool db_wait_query(MYSQL *m, struct waiter *waiter, const char *sql, size_t n, int64_t deadline_us, bool *ok)
{
  int failed = 1;
  bool in_time = true;
  int fd;
  flood_begin(&fd, m, deadline_us);
#define QUERY_CONT(got) mysql_real_query_cont(&failed, m, (got))
  DB_WAIT_RUN(m, waiter, deadline_us, in_time, mysql_real_query_start(&failed, m, sql, n), QUERY_CONT);
  *ok = failed == 0;
  return !cutoff_stop() && in_time;
}

bool db_wait_store(MYSQL *m, struct waiter *waiter, int64_t deadline_us, MYSQL_RES **result, bool *ok)
{
  bool in_time = true;
  int fd;
  *result = NULL;
  flood_begin(&fd, m, deadline_us);
#define STORE_CONT(got) mysql_store_result_cont(result, m, (got))
  DB_WAIT_RUN(m, waiter, deadline_us, in_time, mysql_store_result_start(result, m), STORE_CONT);
  *ok = *result != NULL || mysql_errno(m) == 0;
  return !cutoff_stop() && in_time;
}

bool db_wait_next(MYSQL *m, struct waiter *waiter, int64_t deadline_us, bool *ok)
{
  int failed = 1;
  bool in_time = true;
  int fd;
  flood_begin(&fd, m, deadline_us);
#define NEXT_CONT(got) mysql_next_result_cont(&failed, m, (got))
  DB_WAIT_RUN(m, waiter, deadline_us, in_time, mysql_next_result_start(&failed, m), NEXT_CONT);
  *ok = failed == 0;
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

bool db_wait_connect(MYSQL *m, struct waiter *waiter, const struct config *c, const struct db_server *server,
                     int64_t deadline_us, bool *ok)
{
  (void)waiter;
  const char *host = server->port ? server->host : "localhost", *path = server->port ? NULL : server->host;
  m->net.fd = -1;
  cutoff_start(deadline_us - clock_mono_us(), connect_cut, m);
  *ok = mysql_real_connect(m, host, c->mysql_user, c->mysql_password, c->mysql_database, server->port, path,
                           CLIENT_MULTI_STATEMENTS) != NULL;
  return !cutoff_stop() && (*ok || before_deadline(deadline_us));
}

bool db_wait_query(MYSQL *m, struct waiter *waiter, const char *sql, size_t n, int64_t deadline_us, bool *ok)
{
  (void)waiter;
  int fd;
  call_begin(&fd, m, deadline_us);
  *ok = mysql_real_query(m, sql, n) == 0;
  return !cutoff_stop() && (*ok || before_deadline(deadline_us));
}

bool db_wait_store(MYSQL *m, struct waiter *waiter, int64_t deadline_us, MYSQL_RES **result, bool *ok)
{
  (void)waiter;
  int fd;
  call_begin(&fd, m, deadline_us);
  *result = mysql_store_result(m);
  *ok = *result != NULL || mysql_errno(m) == 0;
  return !cutoff_stop() && (*ok || before_deadline(deadline_us));
}

bool db_wait_next(MYSQL *m, struct waiter *waiter, int64_t deadline_us, bool *ok)
{
  (void)waiter;
  int fd;
  call_begin(&fd, m, deadline_us);
  *ok = mysql_next_result(m) == 0;
  return !cutoff_stop() && (*ok || before_deadline(deadline_us));
}

#endif

/* ---- with both libraries */

static const char node_status[] = "SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_provider_name', 'wsrep_ready')";

/* NULL: no answer, or an error. */
static MYSQL_RES *rows_ask(MYSQL *m, const char *sql, int64_t deadline_us)
{
  MYSQL_RES *result = NULL;
  bool ok = false;
  if (!db_wait_query(m, NULL, sql, strlen(sql), deadline_us, &ok) || !ok ||
      !db_wait_store(m, NULL, deadline_us, &result, &ok) || !ok)
    return NULL;
  return result;
}

/* status: the rows of node_status.  A server that is no node is always ready. */
static bool node_ready(MYSQL_RES *status)
{
  MYSQL_ROW row;
  bool node = false, off = false;
  while ((row = mysql_fetch_row(status)))
    if (strcmp(row[0], "wsrep_ready") == 0)
      off = row[1] && strcmp(row[1], "OFF") == 0;
    else
      node = row[1] && *row[1];
  return !(node && off);
}

bool db_wait_role(MYSQL *m, int64_t deadline_us, bool *writable, bool *ready)
{
  MYSQL_ROW row;
  MYSQL_RES *role = rows_ask(m, "SELECT @@GLOBAL.read_only", deadline_us);
  MYSQL_RES *node = role ? rows_ask(m, node_status, deadline_us) : NULL;
  bool ok = role && node;
  *writable = ok && (row = mysql_fetch_row(role)) && row[0] && strcmp(row[0], "0") == 0;
  *ready = ok && node_ready(node);
  mysql_free_result(role);
  mysql_free_result(node);
  return ok;
}

bool db_node_takes(MYSQL *m)
{
  MYSQL_RES *status = mysql_query(m, node_status) == 0 ? mysql_store_result(m) : NULL;
  bool ready = !status || node_ready(status);
  mysql_free_result(status);
  return ready;
}

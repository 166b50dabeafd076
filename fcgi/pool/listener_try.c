#include "pool/listener_try.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "pool/listener.h"

static enum listener_state faulty(struct buf *why, const char *what, const char *reason)
{
  buf_printf(why, "%s: %s", what, reason);
  return LISTENER_FAULTY;
}

static enum listener_state lock_try(const char *path, pid_t *owner, struct buf *why)
{
  char name[sizeof(struct sockaddr_un) + 8];
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  snprintf(name, sizeof name, "%s.lock", path);
  int fd = open(name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return errno == ENOENT ? LISTENER_FREE : faulty(why, name, strerror(errno));
  bool held = fcntl(fd, F_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
  close(fd);
  *owner = held ? whole.l_pid : 0;
  return held ? LISTENER_SERVED : LISTENER_FREE;
}

/* false: errno says why. */
static bool is_answered(const struct sockaddr_un *a)
{
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  bool lives = fd >= 0 && (connect(fd, (const struct sockaddr *)a, sizeof *a) == 0 || errno == EAGAIN);
  int error = errno;
  if (fd >= 0)
    close(fd);
  errno = error;
  return lives;
}

static bool bind_beside(const struct sockaddr_un *a)
{
  struct sockaddr_un beside = *a;
  size_t n = strlen(a->sun_path);
  if (n + 2 > sizeof beside.sun_path)
    beside.sun_path[n - 1] = beside.sun_path[n - 1] == '%' ? '@' : '%';
  else
    strcpy(beside.sun_path + n, "%");
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  unlink(beside.sun_path);
  bool bound = fd >= 0 && bind(fd, (struct sockaddr *)&beside, sizeof beside) == 0;
  int error = errno;
  if (bound)
    unlink(beside.sun_path);
  if (fd >= 0)
    close(fd);
  errno = error;
  return bound;
}

enum listener_state listener_try_unix(const char *path, pid_t *owner, struct buf *why)
{
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  struct stat there;
  if (strlen(path) >= sizeof a.sun_path)
    return faulty(why, path, "longer than the path of a UNIX socket may be");
  strcpy(a.sun_path, path);
  enum listener_state state = lock_try(path, owner, why);
  if (state == LISTENER_SERVED && !is_answered(&a) && (errno == ENOENT || errno == ECONNREFUSED))
    return LISTENER_DEAF;
  if (state != LISTENER_FREE)
    return state;
  if (lstat(path, &there) == 0 && !S_ISSOCK(there.st_mode))
    return faulty(why, path, "it exists and is not a socket: remove it, or choose another path");
  if (is_answered(&a))
    return faulty(why, path, "another program listens there: stop it, or choose another path");
  return bind_beside(&a) ? LISTENER_FREE : faulty(why, path, strerror(errno));
}

enum listener_state listener_try_tcp(const char *address, struct buf *why)
{
  struct listener_address to = listener_address_tcp(address);
  int on = 1, fd = socket(to.a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0)
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  bool bound = fd >= 0 && bind(fd, &to.a.any, to.n) == 0;
  int error = errno;
  if (fd >= 0)
    close(fd);
  if (bound)
    return LISTENER_FREE;
  (void)faulty(why, address, strerror(error));
  return error == EADDRINUSE ? LISTENER_TAKEN : LISTENER_FAULTY;
}

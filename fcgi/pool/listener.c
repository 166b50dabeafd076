#include "pool/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* sd_listen_fds(3): the first passed descriptor. */
#define ACTIVATED_FD 3

/* What a key of the configuration wants. */
struct opening {
  const struct config *config; /* NULL: no line of it is to be named */
  const char *key, *address;
  mode_t mode; /* of a UNIX socket */
  int backlog;
};

static void blame(const struct opening *w, FILE *why)
{
  if (w->config)
    config_blame(w->config, w->key, why);
}

static bool address_unix(const char *path, struct sockaddr_un *a)
{
  *a = (struct sockaddr_un){.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof a->sun_path)
    return false;
  strcpy(a->sun_path, path);
  return true;
}

static bool lock_take(struct listener *l, const struct opening *w, FILE *why)
{
  const char *path = w->address;
  char name[sizeof(struct sockaddr_un) + 8];
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  snprintf(name, sizeof name, "%s.lock", path);
  l->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (l->lock_fd < 0) {
    blame(w, why);
    fprintf(why, "%s: %s: make the folder, and let this account write to it\n", name, strerror(errno));
    return false;
  }
  if (fcntl(l->lock_fd, F_SETLK, &whole) == 0)
    return true;
  blame(w, why);
  if (fcntl(l->lock_fd, F_GETLK, &whole) == 0 && whole.l_type != F_UNLCK)
    fprintf(why, "%s is served by another diptych, process %d: stop it first, or choose another path\n", path,
            (int)whole.l_pid);
  else
    fprintf(why, "%s: cannot lock: %s\n", name, strerror(errno));
  return false;
}

/* The pid in the lock file: the last master that listened there.  0: none. */
static pid_t lock_owner(const struct listener *l)
{
  char text[16] = "";
  ssize_t n = pread(l->lock_fd, text, sizeof text - 1, 0);
  return n > 0 ? (pid_t)atoi(text) : 0;
}

static void lock_note(const struct listener *l)
{
  char text[16];
  int n = snprintf(text, sizeof text, "%-14d\n", (int)getpid());
  ssize_t written = pwrite(l->lock_fd, text, (size_t)n, 0);
  (void)written; /* a missing pid only makes in_use() stricter at the next start */
}

/* The process that listens on the socket; 0: nobody does, or it is unknown.  *lives: somebody does. */
static pid_t listening(const struct sockaddr_un *a, bool *lives)
{
  struct ucred peer = {0};
  socklen_t n = sizeof peer;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  *lives = fd >= 0 && (connect(fd, (const struct sockaddr *)a, sizeof *a) == 0 || errno == EAGAIN);
  bool known = *lives && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0;
  if (fd >= 0)
    close(fd);
  return known ? peer.pid : 0;
}

/* true: another program listens on the socket.  Workers that outlive a killed master for a moment do not count. */
static bool in_use(const struct listener *l, const struct sockaddr_un *a)
{
  bool lives;
  pid_t pid = listening(a, &lives);
  return lives && !(pid && pid == lock_owner(l));
}

static bool bind_unix(struct listener *l, const struct sockaddr_un *a, mode_t mode, int backlog)
{
  struct sockaddr_un temporary = *a;
  size_t n = strlen(a->sun_path);
  if (n + 2 > sizeof temporary.sun_path)
    temporary.sun_path[n - 1] = temporary.sun_path[n - 1] == '~' ? '#' : '~';
  else
    strcpy(temporary.sun_path + n, "~");
  l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  unlink(temporary.sun_path);
  mode_t before = umask(0777);
  bool bound = l->fd >= 0 && bind(l->fd, (struct sockaddr *)&temporary, sizeof temporary) == 0;
  umask(before);
  return bound && chmod(temporary.sun_path, mode) == 0 && listen(l->fd, backlog) == 0 &&
         rename(temporary.sun_path, a->sun_path) == 0;
}

/* Remembers which file leads to the socket. */
static void file_note(struct listener *l)
{
  struct stat there;
  if (l->path && lstat(l->path, &there) == 0) {
    l->device = there.st_dev;
    l->inode = there.st_ino;
  }
}

static bool open_unix(struct listener *l, const struct opening *w, FILE *why)
{
  struct sockaddr_un a;
  struct stat there;
  const char *path = w->address;
  l->is_unix = true;
  if (!address_unix(path, &a)) {
    blame(w, why);
    fprintf(why, "%s: longer than the %zu bytes that a UNIX socket's path may have\n", path, sizeof a.sun_path - 1);
    return false;
  }
  if (!lock_take(l, w, why))
    return false;
  if (lstat(path, &there) == 0 && !S_ISSOCK(there.st_mode)) {
    blame(w, why);
    fprintf(why, "%s exists and is not a socket: remove it, or choose another path\n", path);
    return false;
  }
  if (in_use(l, &a)) {
    blame(w, why);
    fprintf(why, "another program listens on %s: stop it, or choose another path\n", path);
    return false;
  }
  if (!bind_unix(l, &a, w->mode, w->backlog) || !(l->path = strdup(path))) {
    blame(w, why);
    fprintf(why, "cannot listen on %s: %s\n", path, strerror(errno));
    return false;
  }
  file_note(l);
  lock_note(l);
  return true;
}

enum listener_file listener_renew(struct listener *l, mode_t mode, int backlog, char *why)
{
  struct sockaddr_un a;
  struct stat there;
  struct listener renewed = *l;
  if (!l->path || l->lock_fd < 0 || !address_unix(l->path, &a))
    return LISTENER_KEPT;
  bool found = lstat(l->path, &there) == 0;
  if (found && there.st_dev == l->device && there.st_ino == l->inode)
    return LISTENER_KEPT;
  if (found && listening(&a, &(bool){false}) == getpid()) { /* a file system that numbers its files anew */
    file_note(l);
    return LISTENER_KEPT;
  }
  if (found && (!S_ISSOCK(there.st_mode) || in_use(l, &a))) {
    snprintf(why, LISTENER_WHY, "%s",
             S_ISSOCK(there.st_mode) ? "another program listens there: stop it" : "something else is there: remove it");
    return LISTENER_LOST;
  }
  if (!bind_unix(&renewed, &a, mode, backlog) || dup3(renewed.fd, l->fd, O_CLOEXEC) < 0) {
    snprintf(why, LISTENER_WHY, "%s", strerror(errno));
    if (renewed.fd >= 0)
      close(renewed.fd);
    return LISTENER_LOST;
  }
  close(renewed.fd);
  file_note(l);
  return LISTENER_RENEWED;
}

struct listener_address listener_address_tcp(const char *text)
{
  struct listener_address to = {.n = sizeof to.a.v4};
  const char *colon = strrchr(text, ':');
  in_port_t port = htons((uint16_t)(colon ? atoi(colon + 1) : 0));
  char host[INET6_ADDRSTRLEN];
  if (*text == '[') {
    snprintf(host, sizeof host, "%.*s", (int)strcspn(text + 1, "]"), text + 1);
    to.n = sizeof to.a.v6;
    to.a.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = port};
    inet_pton(AF_INET6, host, &to.a.v6.sin6_addr);
    return to;
  }
  snprintf(host, sizeof host, "%.*s", (int)strcspn(text, ":"), text);
  to.a.v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port};
  inet_pton(AF_INET, host, &to.a.v4.sin_addr);
  return to;
}

static bool open_tcp(struct listener *l, const struct opening *w, FILE *why)
{
  struct listener_address to = listener_address_tcp(w->address);
  int on = 1;
  l->fd = socket(to.a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (l->fd >= 0)
    setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (l->fd < 0 || bind(l->fd, &to.a.any, to.n) != 0 || listen(l->fd, w->backlog) != 0) {
    blame(w, why);
    fprintf(why, "cannot listen on %s: %s\n", w->address, strerror(errno));
    return false;
  }
  return true;
}

static bool opening_try(struct listener *l, const struct opening *w, FILE *why)
{
  snprintf(l->address, sizeof l->address, "%s", w->address);
  bool opened = strchr(w->address, '/') ? open_unix(l, w, why) : open_tcp(l, w, why);
  if (!opened)
    listener_close(l);
  return opened;
}

static bool listens(int fd, int *domain)
{
  int type = 0, accepts = 0;
  socklen_t n = sizeof type;
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 && type == SOCK_STREAM &&
         getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &n) == 0 && accepts &&
         getsockopt(fd, SOL_SOCKET, SO_DOMAIN, domain, &n) == 0;
}

static void take_passed(struct listener *l, int fd, int domain, const char *holder)
{
  l->fd = fd;
  l->is_unix = domain == AF_UNIX;
  l->holder = holder;
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* sd_listen_fds(3) without libsystemd. */
static bool passed_by_systemd(struct listener *l)
{
  const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
  int domain;
  if (!pid || !fds || atoi(pid) != (int)getpid() || atoi(fds) < 1 || !listens(ACTIVATED_FD, &domain))
    return false;
  unsetenv("LISTEN_PID");
  unsetenv("LISTEN_FDS");
  take_passed(l, ACTIVATED_FD, domain, "systemd");
  return true;
}

/* spawn-fcgi(1) and the FastCGI specification pass the socket as standard input.  It moves to another descriptor, so that
 * nothing mistakes it for a file. */
static bool passed_as_input(struct listener *l)
{
  int domain, null;
  if (!listens(STDIN_FILENO, &domain) || (null = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0)
    return false;
  int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, ACTIVATED_FD);
  if (fd >= 0) {
    dup2(null, STDIN_FILENO);
    take_passed(l, fd, domain, "its starter");
  }
  close(null);
  return fd >= 0;
}

/* The address of a socket that was passed; it may differ from `listen`. */
static void address_find(struct listener *l)
{
  union {
    struct sockaddr any;
    struct sockaddr_un local;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } a = {0};
  socklen_t n = sizeof a;
  char host[INET6_ADDRSTRLEN] = "";
  if (getsockname(l->fd, &a.any, &n) != 0)
    a.any.sa_family = AF_UNSPEC;
  if (a.any.sa_family == AF_UNIX) /* an abstract name begins with a zero byte */
    snprintf(l->address, sizeof l->address, "%s%.107s", a.local.sun_path[0] ? "" : "@", a.local.sun_path + !a.local.sun_path[0]);
  else if (a.any.sa_family == AF_INET && inet_ntop(AF_INET, &a.v4.sin_addr, host, sizeof host))
    snprintf(l->address, sizeof l->address, "%s:%d", host, ntohs(a.v4.sin_port));
  else if (a.any.sa_family == AF_INET6 && inet_ntop(AF_INET6, &a.v6.sin6_addr, host, sizeof host))
    snprintf(l->address, sizeof l->address, "[%s]:%d", host, ntohs(a.v6.sin6_port));
  else
    snprintf(l->address, sizeof l->address, "an unknown address");
}

bool listener_take(struct listener *l, int fd, const char *from)
{
  int domain;
  *l = (struct listener)LISTENER_NONE;
  if (!listens(fd, &domain))
    return false;
  take_passed(l, fd, domain, NULL);
  if (*from == '=')
    l->holder = strcmp(from + 1, "systemd") == 0 ? "systemd" : "its starter";
  else if (*from)
    l->path = strdup(from);
  address_find(l);
  if (l->path)
    snprintf(l->address, sizeof l->address, "%s", l->path); /* it was bound under a temporary name */
  file_note(l);
  return true;
}

bool listener_own(struct listener *l, int backlog)
{
  char *text = NULL;
  size_t n = 0;
  FILE *why = open_memstream(&text, &n);
  bool owned = why && (!l->path || l->lock_fd >= 0 || lock_take(l, &(struct opening){.address = l->path}, why));
  if (why)
    fclose(why);
  free(text);
  if (owned && l->path)
    lock_note(l);
  else if (!owned && l->lock_fd >= 0) {
    close(l->lock_fd);
    l->lock_fd = -1;
  }
  if (owned && !l->holder)
    listen(l->fd, backlog); /* so that SO_PEERCRED names this process */
  return owned;
}

bool listener_open(struct listener *l, const struct config *c, FILE *why)
{
  *l = (struct listener)LISTENER_NONE;
  if (passed_by_systemd(l) || passed_as_input(l)) {
    address_find(l);
    return true;
  }
  return opening_try(l, &(struct opening){c, "listen", c->listen, (mode_t)c->socket_mode, (int)c->backlog}, why);
}

bool listener_open_metrics(struct listener *l, const struct config *c, FILE *why)
{
  *l = (struct listener)LISTENER_NONE;
  return opening_try(
      l, &(struct opening){c, "metrics_listen", c->metrics_listen, (mode_t)c->socket_mode, LISTENER_METRICS_BACKLOG}, why);
}

bool listener_open_control(struct listener *l, const struct config *c, FILE *why)
{
  struct opening w = {c, "control", c->control, LISTENER_CONTROL_MODE, LISTENER_CONTROL_BACKLOG};
  *l = (struct listener)LISTENER_NONE;
  if (open_unix(l, &w, why))
    return true;
  listener_close(l);
  return false;
}

void listener_end(struct listener *l)
{
  if (l->path)
    unlink(l->path);
  if (l->path && l->fd >= 0)
    shutdown(l->fd, SHUT_RD); /* a UNIX socket keeps its queue; a TCP socket would lose it, and has no path */
  free(l->path);
  l->path = NULL;
}

void listener_disown(struct listener *l)
{
  if (l->lock_fd >= 0)
    close(l->lock_fd); /* fcntl locks belong to the process: the master still holds it */
  l->lock_fd = -1;
  free(l->path);
  l->path = NULL;
}

void listener_close(struct listener *l)
{
  if (l->path)
    unlink(l->path);
  if (l->fd >= 0)
    close(l->fd);
  listener_disown(l);
  l->fd = -1;
}

/* Each row of the table is one attempt: it returns a negative number and sets errno, or it succeeds.  "victim" is a file in the
 * folder that exists, "own" one that does not. */
#include "fence_try.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct paths {
  char victim[256], own[256], folder[256];
};

static long execute(const struct paths *p)
{
  char name[] = "true", *argv[] = {name, NULL};
  return execve("/bin/true", argv, argv + 1);
}

static long execute_descriptor(const struct paths *p)
{
  char name[] = "true", *argv[] = {name, NULL};
  return syscall(SYS_execveat, open("/bin/true", O_RDONLY), "", argv, argv + 1, 0x1000 /* AT_EMPTY_PATH */);
}

static long tcp(void)
{
  return socket(AF_INET, SOCK_STREAM, 0);
}

static long bind_tcp(const struct paths *p)
{
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  return bind((int)tcp(), (struct sockaddr *)&any, sizeof any);
}

static long bind_unix(const struct paths *p)
{
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  snprintf(a.sun_path, sizeof a.sun_path, "%.100s", p->own);
  return bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&a, sizeof a);
}

static long listen_tcp(const struct paths *p)
{
  return listen((int)tcp(), 1); /* without bind, the kernel would choose a port */
}

static long kill_parent(const struct paths *p)
{
  return kill(getppid(), 0);
}

static long thread_make(const struct paths *p)
{
  return syscall(SYS_clone3, NULL, 0);
}

static long namespace_clone(const struct paths *p)
{
  return syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
}

static long connect_local(const struct paths *p)
{
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  long done = connect((int)tcp(), (struct sockaddr *)&a, sizeof a);
  return done < 0 && errno == ECONNREFUSED ? 0 : done;
}

static long resolver_read(const struct paths *p)
{
  char byte;
  return read(open("/etc/hosts", O_RDONLY), &byte, 1);
}

static long status_read(const struct paths *p)
{
  char byte;
  return read(open("/proc/self/status", O_RDONLY), &byte, 1);
}

static long child_make(const struct paths *p)
{
  pid_t pid = fork();
  if (pid == 0)
    _exit(0);
  return pid < 0 ? pid : waitpid(pid, NULL, 0);
}

#define TRY(name, expression)                                                                                          \
  static long try_##name(const struct paths *p)                                                                        \
  {                                                                                                                    \
    return expression;                                                                                                 \
  }
#define SIMPLE(X)                                                                                                      \
  X(write, open(p->victim, O_WRONLY))                                                                                  \
  X(append, open(p->victim, O_WRONLY | O_APPEND))                                                                      \
  X(update, open(p->victim, O_RDWR))                                                                                   \
  X(empty, open(p->victim, O_RDONLY | O_TRUNC))                                                                        \
  X(create, open(p->own, O_WRONLY | O_CREAT, 0600))                                                                    \
  X(create_readable, open(p->own, O_RDONLY | O_CREAT, 0600))                                                           \
  X(create_old, creat(p->own, 0600))                                                                                   \
  X(unnamed, open(p->folder, O_TMPFILE | O_RDWR, 0600))                                                                \
  X(open2, syscall(437 /* openat2 */, AT_FDCWD, p->own, (uint64_t[3]){O_WRONLY | O_CREAT, 0600, 0}, 24))              \
  X(truncate, truncate(p->victim, 0))                                                                                  \
  X(remove, unlink(p->victim))                                                                                         \
  X(rename, rename(p->victim, p->own))                                                                                 \
  X(link, link(p->victim, p->own))                                                                                     \
  X(symlink, symlink(p->victim, p->own))                                                                               \
  X(folder, mkdir(p->own, 0700))                                                                                       \
  X(pipe_file, mkfifo(p->own, 0600))                                                                                   \
  X(mode, chmod(p->victim, 0777))                                                                                      \
  X(owner, chown(p->victim, getuid(), getgid()))                                                                       \
  X(trace, ptrace(PTRACE_ATTACH, getppid(), 0, 0))                                                                     \
  X(namespace, unshare(CLONE_NEWUSER))                                                                                 \
  X(account, setuid(0))                                                                                                \
  X(keys, syscall(SYS_keyctl, 0, 0, 0, 0, 0))                                                                          \
  X(ring, syscall(SYS_io_uring_setup, 1, 0))                                                                           \
  X(packets, socket(AF_PACKET, SOCK_RAW, 0))                                                                           \
  X(read, open(p->victim, O_RDONLY))
SIMPLE(TRY)

static const struct {
  const char *name;
  long (*run)(const struct paths *p);
} tries[] = {
#define ROW(name, expression) {#name, try_##name},
    SIMPLE(ROW) {"execute", execute},
    {"execute_descriptor", execute_descriptor},
    {"bind_tcp", bind_tcp},
    {"bind_unix", bind_unix},
    {"listen", listen_tcp},
    {"kill_parent", kill_parent},
    {"clone3", thread_make},
    {"namespace_clone", namespace_clone},
    {"connect", connect_local},
    {"resolver", resolver_read},
    {"proc", status_read},
    {"child", child_make}};

static int error_of(const char *name, const char *folder)
{
  struct paths p;
  snprintf(p.victim, sizeof p.victim, "%s/victim", folder);
  snprintf(p.own, sizeof p.own, "%s/own", folder);
  snprintf(p.folder, sizeof p.folder, "%s", folder);
  for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
    if (strcmp(tries[i].name, name) == 0)
      return tries[i].run(&p) < 0 ? errno : 0;
  return -1;
}

const char *fence_try(const char *name, const char *folder, int in_child)
{
  int *error = mmap(NULL, sizeof *error, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (error == MAP_FAILED)
    return "no memory";
  pid_t pid = in_child ? fork() : -1;
  if (pid <= 0)
    *error = error_of(name, folder);
  if (pid == 0)
    _exit(0);
  if (pid > 0)
    waitpid(pid, NULL, 0);
  int result = *error;
  munmap(error, sizeof *error);
  return result < 0 ? "no such try" : result ? strerrorname_np(result) : "OK";
}

/* The part of the fence that seccomp makes (seccomp(2)), with libseccomp.
 *
 * CALLS_ALLOWED is all that workers, the watcher and their libraries call.  CALLS_REFUSED and the special cases below return
 * EPERM or EACCES.  Every other call returns ENOSYS, as on a kernel that is older than the call: a newer libc then uses the
 * older call that it replaces.  clone3 and openat2 are among them, because a filter cannot see their flags.
 *
 * A build with sanitizers refuses the same but allows every other call: LeakSanitizer traces the process. */
#include "confine/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#ifdef __SANITIZE_ADDRESS__
#define OTHERS SCMP_ACT_ALLOW
#else
#define OTHERS SCMP_ACT_ERRNO(ENOSYS)
#endif

static const char *const allowed[] = {
    /* descriptors */
    "close", "close_range", "dup", "dup2", "dup3", "fcntl", "fcntl64", "lseek", "_llseek", "pipe", "pipe2", "pread64", "preadv",
    "preadv2", "pwrite64", "pwritev", "pwritev2", "read", "readv", "sendfile", "sendfile64", "write", "writev",
    /* waiting */
    "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd", "eventfd2", "poll",
    "ppoll", "ppoll_time64", "pselect6", "pselect6_time64", "select", "_newselect", "signalfd", "signalfd4", "timerfd_create",
    "timerfd_gettime", "timerfd_gettime64", "timerfd_settime", "timerfd_settime64",
    /* files that are read */
    "access", "faccessat", "faccessat2", "fadvise64", "fadvise64_64", "flock", "fstat", "fstat64", "fstatat64", "fstatfs",
    "fstatfs64", "getcwd", "getdents", "getdents64", "lstat", "lstat64", "newfstatat", "readahead", "readlink", "readlinkat",
    "stat", "stat64", "statfs", "statfs64", "statx", "umask",
    /* memory */
    "brk", "madvise", "membarrier", "memfd_create", "mincore", "mlock", "mlock2", "mmap", "mmap2", "mprotect", "mremap", "msync",
    "munlock", "munmap",
    /* processes and threads */
    "arch_prctl", "exit", "exit_group", "fork", "futex", "futex_time64", "futex_waitv", "get_robust_list", "getcpu", "getegid",
    "getegid32", "geteuid", "geteuid32", "getgid", "getgid32", "getgroups", "getgroups32", "getpgrp", "getpid", "getppid",
    "getpriority", "getresgid", "getresuid", "getrlimit", "getrusage", "gettid", "getuid", "getuid32", "kill", "prctl",
    "restart_syscall", "rseq", "sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity", "sched_getattr",
    "sched_getparam", "sched_getscheduler", "sched_yield", "seccomp", "set_robust_list", "set_thread_area", "set_tid_address",
    "set_tls", "setpriority", "setrlimit", "sysinfo", "tgkill", "times", "tkill", "ugetrlimit", "uname", "vfork",
    "wait4", "waitid", "waitpid",
    /* signals */
    "pause", "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait",
    "rt_sigtimedwait_time64", "sigaltstack", "sigreturn",
    /* time and random numbers */
    "clock_getres", "clock_getres_time64", "clock_gettime", "clock_gettime64", "clock_nanosleep", "clock_nanosleep_time64",
    "getitimer", "getrandom", "gettimeofday", "nanosleep", "setitimer", "time", "timer_create",
    "timer_delete", "timer_getoverrun", "timer_gettime", "timer_gettime64", "timer_settime", "timer_settime64",
    /* sockets */
    "accept", "accept4", "connect", "getpeername", "getsockname", "getsockopt", "recv", "recvfrom", "recvmmsg",
    "recvmmsg_time64", "recvmsg", "send", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown", "socketpair"};

/* What a watcher calls beside these to save the catalog.  Landlock limits it to one folder. */
static const char *const allowed_watcher[] = {"fallocate", "fdatasync", "fsync", "ftruncate", "ftruncate64", "mkdir", "mkdirat",
                                              "open", "openat", "rename", "renameat", "renameat2", "sync_file_range",
                                              "unlink", "unlinkat"};

static const char *const refused_worker[] = {"creat", "fallocate", "ftruncate", "ftruncate64", "mkdir", "mkdirat", "rename",
                                             "renameat", "renameat2", "unlink", "unlinkat"};

static const char *const refused[] = {
    "execve", "execveat", "bind", "listen", /* programs, sockets */
    "chmod", "chown", "chown32", "fchmod", "fchmodat", "fchmodat2", "fchown", "fchown32", "fchownat", "fsetxattr", "lchown",
    "lchown32", "link", "linkat", "lsetxattr", "mknod", "mknodat", "rmdir", "setxattr", "symlink", "symlinkat",
    "truncate", "truncate64", "utime", "utimensat", "utimes", /* files */
    "chroot", "mount", "move_mount", "pivot_root", "setns", "umount2", "unshare", /* name spaces */
    "pidfd_getfd", "process_vm_readv", "process_vm_writev", /* other processes */
#ifndef __SANITIZE_ADDRESS__
    "ptrace",
#endif
    "setfsgid", "setfsuid", "setgid", "setgid32", "setgroups", "setgroups32", "setregid", "setresgid", "setresuid", "setreuid",
    "setsid", "setuid", "setuid32", /* accounts */
    "add_key", "bpf", "delete_module", "finit_module", "init_module", "io_uring_enter", "io_uring_register", "io_uring_setup",
    "kexec_file_load", "kexec_load", "keyctl", "perf_event_open", "personality", "reboot", "request_key", "swapoff", "swapon",
    "userfaultfd" /* the kernel */
};

static const char *const refused_pictures[] = {"accept", "accept4", "connect", "kill", "socket", "socketpair"};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* A name that libseccomp or this architecture does not know has no number here, so nobody can call it. */
static bool calls_add(scmp_filter_ctx x, uint32_t action, const char *const *names, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    int number = seccomp_syscall_resolve_name(names[i]);
    if (number >= 0 && seccomp_rule_add(x, action, number, 0) != 0)
      return false;
  }
  return true;
}

static bool case_add(scmp_filter_ctx x, uint32_t action, const char *name, struct scmp_arg_cmp argument)
{
  int number = seccomp_syscall_resolve_name(name);
  return number < 0 || (action == SCMP_ACT_ALLOW && action == OTHERS) || seccomp_rule_add(x, action, number, 1, argument) == 0;
}

/* flags: the index of the argument. */
static bool open_add(scmp_filter_ctx x, const char *name, unsigned flags)
{
  const scmp_datum_t bits[] = {O_CREAT, O_TRUNC}, modes[] = {O_WRONLY, O_RDWR};
  bool added = case_add(x, SCMP_ACT_ALLOW, name, SCMP_CMP64(flags, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, 0));
  for (size_t i = 0; i < 2; i++)
    added = added && case_add(x, SCMP_ACT_ERRNO(EACCES), name, SCMP_CMP64(flags, SCMP_CMP_MASKED_EQ, bits[i], bits[i])) &&
            case_add(x, SCMP_ACT_ERRNO(EACCES), name, SCMP_CMP64(flags, SCMP_CMP_MASKED_EQ, O_ACCMODE, modes[i]));
  return added;
}

static bool cases_add(scmp_filter_ctx x)
{
  static const int spaces[] = {CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS};
  static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK}; /* netlink: libc asks for the machine's addresses */
  scmp_datum_t all = 0;
  bool added = case_add(x, SCMP_ACT_ALLOW, "ioctl", SCMP_CMP64(1, SCMP_CMP_NE, TIOCSTI)) &&
               case_add(x, SCMP_ACT_ERRNO(EPERM), "ioctl", SCMP_CMP64(1, SCMP_CMP_EQ, TIOCSTI)) && /* types into a terminal */
               case_add(x, SCMP_ACT_ALLOW, "prlimit64", SCMP_CMP64(0, SCMP_CMP_EQ, 0));
  for (size_t i = 0; i < COUNT(families); i++)
    added = added && case_add(x, SCMP_ACT_ALLOW, "socket", SCMP_CMP64(0, SCMP_CMP_EQ, (scmp_datum_t)families[i]));
  for (size_t i = 0; i < COUNT(spaces); i++) {
    all |= (scmp_datum_t)spaces[i];
    added = added && case_add(x, SCMP_ACT_ERRNO(EPERM), "clone",
                              SCMP_CMP64(0, SCMP_CMP_MASKED_EQ, (scmp_datum_t)spaces[i], (scmp_datum_t)spaces[i]));
  }
  return added && case_add(x, SCMP_ACT_ALLOW, "clone", SCMP_CMP64(0, SCMP_CMP_MASKED_EQ, all, 0));
}

static bool worker_add(scmp_filter_ctx x, enum fence_kind kind)
{
  bool added = OTHERS == SCMP_ACT_ALLOW || calls_add(x, SCMP_ACT_ALLOW, allowed, COUNT(allowed));
  added = added && calls_add(x, SCMP_ACT_ERRNO(EPERM), refused, COUNT(refused)) && cases_add(x);
  if (kind == FENCE_WATCHER)
    return added && (OTHERS == SCMP_ACT_ALLOW || calls_add(x, SCMP_ACT_ALLOW, allowed_watcher, COUNT(allowed_watcher)));
  return added && calls_add(x, SCMP_ACT_ERRNO(EPERM), refused_worker, COUNT(refused_worker)) && open_add(x, "open", 1) &&
         open_add(x, "openat", 2);
}

/* true: no filter can be had here, for a reason that time does not change. */
static bool absent(int error)
{
  return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP || error == EACCES || error == EPERM;
}

int fence_calls_enter(enum fence_kind kind)
{
  scmp_filter_ctx x = seccomp_init(kind == FENCE_PICTURES ? SCMP_ACT_ALLOW : OTHERS);
  errno = ENOMEM;
  if (!x)
    return -1;
  seccomp_attr_set(x, SCMP_FLTATR_CTL_OPTIMIZE, 2);
  seccomp_attr_set(x, SCMP_FLTATR_CTL_SSB, 1); /* older kernels would slow the process down against Spectre */
  bool added = kind == FENCE_PICTURES ? calls_add(x, SCMP_ACT_ERRNO(EPERM), refused_pictures, COUNT(refused_pictures))
                                      : worker_add(x, kind);
  int error = added ? -seccomp_load(x) : ENOMEM;
  seccomp_release(x);
  if (error == ECANCELED) /* libseccomp hides the kernel's error number */
    error = ENOSYS;
  errno = error;
  return !error ? 1 : absent(error) ? 0 : -1;
}

/* The part of the fence that Landlock makes (landlock(7)).  No right to read is given up: workers read templates, fonts,
 * certificates and the files of the resolver, wherever an administrator keeps them.
 *
 * The calls are made by number, because libc has no functions for them.  Rights that are newer than the headers of Debian 12
 * have their numbers here.  A kernel tells the newest version of the interface that it knows; rights of later versions are
 * left out. */
#include "confine/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WRITES                                                                                                         \
  (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                        \
   LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |                       \
   LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |                         \
   LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
#define REFER (UINT64_C(1) << 13)          /* version 2: links and renames between folders */
#define TRUNCATE (UINT64_C(1) << 14)       /* version 3 */
#define NET_BIND_TCP (UINT64_C(1) << 0)    /* version 4 */
#define SCOPE_SIGNAL (UINT64_C(1) << 1)    /* version 6: signals to processes outside the fence */
#define WATCHER_WRITES (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG)

struct rules {
  uint64_t fs, net, scoped; /* as struct landlock_ruleset_attr of version 6 */
};

/* 0: this kernel has none, or it is turned off. */
static long landlock_version(void)
{
  long v = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return v > 0 ? v : 0;
}

/* The size that a kernel of this version knows. */
static size_t rules_size(long v)
{
  return v >= 6 ? sizeof(struct rules) : v >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
}

static bool folder_allow(int rules, const char *path, uint64_t rights)
{
  struct landlock_path_beneath_attr beneath = {.allowed_access = rights, .parent_fd = open(path, O_PATH | O_CLOEXEC)};
  if (beneath.parent_fd < 0)
    return true; /* a folder that is not there is not written to */
  bool added = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
  close(beneath.parent_fd);
  return added;
}

int fence_files_enter(enum fence_kind kind, const char *writable)
{
  long v = landlock_version();
  uint64_t newer = (v >= 2 ? REFER : 0) | (v >= 3 ? TRUNCATE : 0);
  struct rules r = {WRITES | newer, v >= 4 ? NET_BIND_TCP : 0, v >= 6 ? SCOPE_SIGNAL : 0};
  if (!v || kind == FENCE_PICTURES)
    return 0;
  int fd = (int)syscall(SYS_landlock_create_ruleset, &r, rules_size(v), 0);
  if (fd < 0)
    return -1;
  bool entered = (kind != FENCE_WATCHER || !writable || !*writable ||
                  folder_allow(fd, writable, WATCHER_WRITES | (newer & TRUNCATE))) &&
                 syscall(SYS_landlock_restrict_self, fd, 0) == 0;
  int why = errno;
  close(fd);
  errno = why;
  return entered ? 1 : -1;
}

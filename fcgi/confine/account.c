#include "confine/account.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool unknown(const struct config *c, const char *what, const char *name, FILE *why)
{
  config_blame(c, what, why);
  fprintf(why, "%s = \"%s\": this machine has no such %s: create it, or name another\n", what, name, what);
  return false;
}

bool account_find(struct account *a, const struct config *c, FILE *why)
{
  struct passwd *user = *c->user ? getpwnam(c->user) : NULL;
  struct group *group = *c->group ? getgrnam(c->group) : NULL;
  *a = (struct account){false};
  if (geteuid() != 0)
    return true;
  if (!*c->user) {
    config_blame(c, "user", why);
    fputs("the pool is started as root: set user, and perhaps group, to an account with few rights; user = root lets it stay"
          " root\n", why);
    return false;
  }
  if (!user)
    return unknown(c, "user", c->user, why);
  if (*c->group && !group)
    return unknown(c, "group", c->group, why);
  *a = (struct account){.changes = user->pw_uid != 0 || group, .uid = user->pw_uid, .gid = group ? group->gr_gid : user->pw_gid};
  snprintf(a->user, sizeof a->user, "%s", c->user);
  if (!group)
    group = getgrgid(a->gid);
  snprintf(a->group, sizeof a->group, "%s", group ? group->gr_name : "");
  return true;
}

char *account_folder_of(const char *path)
{
  const char *slash = strrchr(path, '/');
  return *path == '/' && slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : NULL;
}

bool account_folder_make(const struct account *a, const char *folder, FILE *why)
{
  struct stat st;
  if (stat(folder, &st) == 0 || errno != ENOENT)
    return true; /* what is wrong with it is reported when it is used */
  int fd = mkdir(folder, 0700) == 0 ? open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
  bool made = fd >= 0 && fchown(fd, a->uid, a->gid) == 0 && fchmod(fd, 0755) == 0;
  if (!made)
    fprintf(why, "%s: cannot make this folder for the account %s: %s\n", folder, a->user, strerror(errno));
  if (fd >= 0)
    close(fd);
  return made;
}

bool account_enter(const struct account *a, FILE *why)
{
  if (!a->changes)
    return true;
  if (initgroups(a->user, a->gid) == 0 && setgid(a->gid) == 0 && setuid(a->uid) == 0 && (!a->uid || setuid(0) != 0))
    return true;
  fprintf(why, "cannot become user %s, group %s: %s\n", a->user, a->group, strerror(errno));
  return false;
}

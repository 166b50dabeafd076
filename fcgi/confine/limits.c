#include "confine/limits.h"

#include <sys/prctl.h>
#include <sys/resource.h>

void limits_no_new_rights(void)
{
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

void limits_dumps(bool allowed)
{
#ifdef __SANITIZE_ADDRESS__
  allowed = true;
#endif
  if (!allowed)
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  prctl(PR_SET_DUMPABLE, allowed ? 1 : 0, 0, 0, 0);
}

unsigned long limits_files(unsigned long needed)
{
  struct rlimit now;
  if (getrlimit(RLIMIT_NOFILE, &now) != 0 || now.rlim_cur >= needed)
    return needed;
  struct rlimit wanted = {needed, now.rlim_max < needed ? needed : now.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &wanted) == 0) /* root may raise the hard limit, too */
    return needed;
  wanted = (struct rlimit){now.rlim_max < needed ? now.rlim_max : needed, now.rlim_max};
  return setrlimit(RLIMIT_NOFILE, &wanted) == 0 ? (unsigned long)wanted.rlim_cur : (unsigned long)now.rlim_cur;
}

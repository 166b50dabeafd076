#include "confine/fence.h"

#include <errno.h>
#include <sys/prctl.h>

#include "base/log_sink.h"

static unsigned fence_entered; /* set before any request */

bool fence_enter(enum fence_kind kind, const char *writable, unsigned *entered)
{
  int calls = -1, files;
  *entered = 0;
  log_sink_open();
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return false;
  files = fence_files_enter(kind, writable);
  if (files >= 0)
    calls = fence_calls_enter(kind);
  *entered = (calls > 0 ? FENCE_CALLS : 0) | (files > 0 ? FENCE_FILES : 0);
  fence_entered = *entered;
  return calls >= 0 && files >= 0;
}

void fence_narrow(enum fence_kind kind)
{
  if (fence_entered & FENCE_CALLS && fence_calls_enter(kind) < 0)
    fence_entered = 0; /* out of memory: the fence of the parent stays in force */
}

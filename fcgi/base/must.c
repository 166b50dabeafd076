#include "base/must.h"

#include <stdlib.h>

#include "base/log.h"

void must_fail(const char *file, int line, const char *impossible)
{
  log_error("%s:%d: this is impossible: %s", file, line, impossible);
  abort();
}

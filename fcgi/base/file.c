#include "base/file.h"

#include <errno.h>
#include <stdio.h>

#define PART ((size_t)16384)

bool file_read(struct buf *into, const char *path)
{
  FILE *f = fopen(path, "re");
  char part[PART];
  size_t got = 0;
  if (!f)
    return false;
  while (!into->failed && (got = fread(part, 1, sizeof part, f)) > 0)
    buf_put(into, part, got);
  bool fine = !ferror(f) && !into->failed;
  int why = !into->failed ? errno : into->max && into->n + got > into->max ? EFBIG : ENOMEM;
  fclose(f);
  errno = why;
  return fine;
}

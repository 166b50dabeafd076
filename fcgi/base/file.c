#include "base/file.h"

#include <errno.h>
#include <stdio.h>

#define CHUNK ((size_t)16384)

bool file_read(struct buf *into, const char *path)
{
  FILE *f = fopen(path, "re");
  char chunk[CHUNK];
  size_t got = 0;
  if (!f)
    return false;
  while (!into->failed && (got = fread(chunk, 1, sizeof chunk, f)) > 0)
    buf_put(into, chunk, got);
  bool complete = !ferror(f) && !into->failed;
  int why = !into->failed ? errno : into->max && into->n + got > into->max ? EFBIG : ENOMEM;
  fclose(f);
  errno = why;
  return complete;
}

#include "pool/pid_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool pid_file_write(const char *path, char **own, FILE *why)
{
  char name[4096];
  *own = NULL;
  if (!*path)
    return true;
  snprintf(name, sizeof name, "%s.new", path);
  FILE *f = fopen(name, "we");
  bool good = f && fprintf(f, "%d\n", (int)getpid()) > 0;
  if (f && fclose(f) != 0)
    good = false;
  char *copy = good ? strdup(path) : NULL;
  if (copy && rename(name, path) == 0) {
    *own = copy;
    return true;
  }
  fprintf(why, "pid_file %s: %s: make its folder, and let this account write to it\n", path, strerror(errno));
  free(copy);
  return false;
}

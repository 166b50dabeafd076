#include "pool/pid_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool pid_file_write(const struct config *c, char **own, FILE *why)
{
  const char *path = c->pid_file;
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
  config_blame(c, "pid_file", why);
  fprintf(why, "pid_file %s: %s: make its folder, and let this account write to it\n", path, strerror(errno));
  free(copy);
  return false;
}

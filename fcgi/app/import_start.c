#include "app/import_start.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "diptych-import"

/* Beside the running program. */
static void neighbour(char out[PATH_MAX])
{
  char self[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  self[n > 0 ? n : 0] = 0;
  char *slash = strrchr(self, '/');
  int length = slash ? snprintf(out, PATH_MAX, "%.*s/%s", (int)(slash - self), self, PROGRAM) : -1;
  if (length < 0 || length >= PATH_MAX)
    *out = 0;
}

int import_start(const char *config, int argc, char **argv)
{
  char beside[PATH_MAX];
  const char *program = PKGLIBEXECDIR "/" PROGRAM;
  char **arguments = calloc((size_t)argc + 4, sizeof *arguments);
  if (!arguments) {
    fputs("diptych: out of memory\n", stderr);
    return 1;
  }
  neighbour(beside);
  if (*beside && access(beside, X_OK) == 0)
    program = beside;
  arguments[0] = (char *)PROGRAM;
  arguments[1] = (char *)"--config";
  arguments[2] = (char *)config;
  memcpy(arguments + 3, argv, (size_t)argc * sizeof *argv);
  execv(program, arguments);
  fprintf(stderr, "diptych: %s could not be started: %s: is it installed?\n", program, strerror(errno));
  free(arguments);
  return 1;
}

#include "base/title.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* cap 0: title_open was not called, or failed. */
static struct {
  char *at;
  size_t cap;     /* bytes of the arguments and the environment */
  size_t written; /* bytes that may differ from 0: the arguments, or a longer title */
  char **environment, **strings; /* see environment_copy() */
} title;

/* The end of the strings that follow `end` without a gap. */
static char *strings_end(char *end, char *const *strings)
{
  for (; *strings && *strings == end; strings++)
    end += strlen(end) + 1;
  return end;
}

/* One array holds the pointers that environ gets, the other keeps every string reachable: setenv() replaces the first,
 * unsetenv() removes pointers from it, and a leak checker would report what only they held. */
static bool environment_copy(void)
{
  size_t n = 0;
  while (environ[n])
    n++;
  title.environment = calloc(n + 1, sizeof *title.environment);
  title.strings = calloc(n + 1, sizeof *title.strings);
  if (!title.environment || !title.strings)
    return false;
  for (size_t i = 0; i < n; i++) {
    if (!(title.strings[i] = strdup(environ[i])))
      return false;
    title.environment[i] = title.strings[i];
  }
  return true;
}

/* The library prints the program's name from argv[0]. */
static bool name_copy(void)
{
  char *name = strdup(program_invocation_name), *slash = name ? strrchr(name, '/') : NULL;
  if (!name)
    return false;
  program_invocation_name = name;
  program_invocation_short_name = slash ? slash + 1 : name;
  return true;
}

void title_open(int argc, char **argv)
{
  if (argc < 1 || title.cap)
    return;
  char *arguments = strings_end(argv[0], argv), *end = strings_end(arguments, environ);
  if (!environment_copy() || !name_copy())
    return;
  environ = title.environment;
  title.at = argv[0];
  title.cap = (size_t)(end - argv[0]);
  title.written = (size_t)(arguments - argv[0]);
}

void title_set(const char *role)
{
  if (!title.cap)
    return;
  memset(title.at, 0, title.written < title.cap ? title.written : title.cap);
  int n = snprintf(title.at, title.cap, "diptych: %s", role);
  if (n > 0 && (size_t)n + 1 > title.written)
    title.written = (size_t)n + 1;
}

#include "db/migration_files.h"

#include <stdlib.h>
#include <string.h>

unsigned migration_version(const char *name)
{
  size_t n = strlen(name), digits = strspn(name, "0123456789");
  if (digits == 0 || digits > 3 || name[digits] != '_' || n < 4 || strcmp(name + n - 4, ".sql") != 0)
    return 0;
  return (unsigned)strtoul(name, NULL, 10);
}

static int is_migration(const struct dirent *entry)
{
  return migration_version(entry->d_name) > 0;
}

static int by_version(const struct dirent **a, const struct dirent **b)
{
  unsigned x = migration_version((*a)->d_name), y = migration_version((*b)->d_name);
  return (x > y) - (x < y);
}

int migration_files(const struct config *config, struct dirent ***files)
{
  *files = NULL;
  return scandir(config->sql_dir, files, is_migration, by_version);
}

unsigned migration_newest(const struct config *config)
{
  struct dirent **files;
  int n = migration_files(config, &files);
  unsigned newest = n > 0 ? migration_version(files[n - 1]->d_name) : 0;
  for (int i = 0; i < n; i++)
    free(files[i]);
  free(files);
  return newest;
}

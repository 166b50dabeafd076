/* The files of the migrations: NNN_*.sql in sql_dir. */
#ifndef DIPTYCH_DB_MIGRATION_FILES_H
#define DIPTYCH_DB_MIGRATION_FILES_H

#include <dirent.h>

#include "base/err.h"
#include "config/config.h"

/* In the order of their numbers, as scandir returns them: the caller frees each, and the list.  -1: errno tells why. */
MUST_USE int migration_files(const struct config *config, struct dirent ***files);

/* "012_words.sql" -> 12; any other name -> 0. */
unsigned migration_version(const char *name);

/* The number of the last file; 0: there is none. */
unsigned migration_newest(const struct config *config);

#endif

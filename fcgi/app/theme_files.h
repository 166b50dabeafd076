/* What the commands of themes write: folders, and files that are replaced in one step.  Both can be read by everybody, as
 * nginx and the pool must. */
#ifndef DIPTYCH_APP_THEME_FILES_H
#define DIPTYCH_APP_THEME_FILES_H

#include <stdio.h>

#include "base/err.h"
#include "base/span.h"

MUST_USE bool theme_folder_make(const char *path, FILE *why); /* true also when it is there */
MUST_USE bool theme_file_write(const char *path, struct span content, FILE *why);

#endif

/* `diptych theme`: begins a theme, copies installed templates into it, and hashes its static files.
 *
 *   new DIR [--from NAME]       a folder with the files of template_dir/themes/NAME (starter unless named)
 *   copy DIR FILE ...           copies installed templates into DIR, to be changed there
 *   accept DIR [FILE ...]       records the installed originals of today as known
 *   assets DIR [--out FOLDER]   see theme_assets.h
 *
 * DIR/originals has each overridden template as it was installed when it was copied.  `diptych check` names those whose
 * installed original is another one today: the publisher takes over what has changed, then runs accept. */
#ifndef DIPTYCH_APP_THEME_COMMAND_H
#define DIPTYCH_APP_THEME_COMMAND_H

#include <stdio.h>

#include "config/config.h"

#define THEME_ORIGINALS "originals"
#define THEME_USAGE "theme new DIR [--from NAME] | copy DIR FILE ... | accept DIR [FILE ...] | assets DIR [--out FOLDER]"

/* argv: the arguments after `theme`.  installed: the folder of the installed templates.  Returns the exit code; 2: the
 * command line is wrong, and nothing was written. */
int theme_command(const char *installed, int argc, char **argv, FILE *out, FILE *why);

/* Writes a line for each thing to look at in the theme of this configuration, for `diptych check`. */
void theme_check(const struct config *c, FILE *out);

#endif

/* `diptych import` replaces this process by the program diptych-import: the one in the folder of this program, in a build, or
 * the installed one.  The pool therefore needs none of its libraries. */
#ifndef DIPTYCH_APP_IMPORT_START_H
#define DIPTYCH_APP_IMPORT_START_H

/* argv: the arguments after the name of the command, ended by NULL.  Returns the exit status only when the program could not
 * be started. */
int import_start(const char *config, int argc, char **argv);

#endif

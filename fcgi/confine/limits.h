/* What the master takes from itself at its start, and its children inherit: new rights through programs that it executes, and
 * dumps of its memory, which holds passwords.  It raises the limit of open files to what a worker may need. */
#ifndef DIPTYCH_CONFINE_LIMITS_H
#define DIPTYCH_CONFINE_LIMITS_H

#include <stdbool.h>

#include "base/err.h"

/* No program that this process executes gets more rights: set-user-id and file capabilities do not count. */
void limits_no_new_rights(void);

/* Not allowed: no core file, and no other process of the same account may read the memory.  Call it after a change of the
 * account, which resets it.  A build with sanitizers allows both: LeakSanitizer reads the memory from another process. */
void limits_dumps(bool allowed);

/* Raises RLIMIT_NOFILE to `needed` descriptors.  Returns what a process may open now; less than needed when the hard limit
 * forbids more. */
unsigned long limits_files(unsigned long needed);

#endif

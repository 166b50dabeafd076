/* The fence: rights that a process gives up for good, and with it its children.
 *
 *   FENCE_WORKER   executes no program, opens no file for writing, removes and renames none, listens on no socket.  It reads
 *                  files, and connects to the database, memcached and name servers, also to new addresses.
 *   FENCE_WATCHER  the same, but it writes files in one folder.
 *   FENCE_PICTURES within a worker's fence: no sockets either.  For the image worker, which reads fonts.
 *
 * The master stays outside: it executes the new program of an upgrade.  The children that render Markdown inherit the fence of
 * their worker.
 *
 * Two mechanisms of the kernel make it.  seccomp filters system calls by their numbers and flags (fence_calls.c); it cannot
 * see paths.  Landlock (fence_files.c) refuses changes of the file system, TCP ports and signals to other processes, whatever
 * call asks.  A refused call returns an error instead of ending the process: libraries try calls that they can do without, such
 * as writing a cache of fonts, and visitors should not lose their answers because a new version of a library tries one more.
 * What an intruder wants is refused in both cases. */
#ifndef DIPTYCH_CONFINE_FENCE_H
#define DIPTYCH_CONFINE_FENCE_H

#include <stdbool.h>

#include "base/err.h"

enum fence_kind { FENCE_WORKER, FENCE_WATCHER, FENCE_PICTURES };

enum fence_part { FENCE_CALLS = 1, FENCE_FILES = 2 }; /* seccomp, Landlock */

/* writable: the folder of FENCE_WATCHER; "" or NULL: none.  *entered: the parts that the kernel has, as a set of enum
 * fence_part.  False: a part that the kernel has failed, and the process must end; errno has the reason. */
MUST_USE bool fence_enter(enum fence_kind kind, const char *writable, unsigned *entered);

/* Narrows the fence of this process, if it has one. */
void fence_narrow(enum fence_kind kind);

/* For fence_enter.  1: entered; 0: the kernel does not have it, or forbids it here; -1: it failed. */
MUST_USE int fence_calls_enter(enum fence_kind kind);
MUST_USE int fence_files_enter(enum fence_kind kind, const char *writable);

#endif

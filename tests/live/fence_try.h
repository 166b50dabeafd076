/* What a program that has taken over a process of the pool would try.  For tests/live/pool_probe.c. */
#ifndef DIPTYCH_TESTS_FENCE_TRY_H
#define DIPTYCH_TESTS_FENCE_TRY_H

/* Tries `name` on files in `folder`; in_child: in a forked child, as a Markdown child is.  Returns the name of the error, as in
 * "EPERM"; "OK": it succeeded; "no such try". */
const char *fence_try(const char *name, const char *folder, int in_child);

#endif

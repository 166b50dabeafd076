/* Assertions that are never compiled out.  MUST guards a border between rooms, or a length that this program
 * itself has counted: no input can make it fail.  A failed MUST logs one line with file:line and the sentence and
 * aborts this process only; the master starts another.  Do not use it for lack of memory or space, nor for a row,
 * a file or a request: those return an error. */
#ifndef DIPTYCH_BASE_MUST_H
#define DIPTYCH_BASE_MUST_H

#define MUST(cond, impossible) ((cond) ? (void)0 : must_fail(__FILE__, __LINE__, (impossible)))

_Noreturn void must_fail(const char *file, int line, const char *impossible);

#endif

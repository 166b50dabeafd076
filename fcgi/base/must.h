/* Assertions that stay on.  MUST guards what no input can bring about: a border between rooms, a length
 * that this program itself has counted.  A failed one logs one line, file:line and the sentence, and
 * aborts this process alone: the master starts another.  Running out of memory or room is no case for it,
 * nor is a row, a file or a request: those are errors, with a value each. */
#ifndef DIPTYCH_BASE_MUST_H
#define DIPTYCH_BASE_MUST_H

#define MUST(cond, impossible) ((cond) ? (void)0 : must_fail(__FILE__, __LINE__, (impossible)))

_Noreturn void must_fail(const char *file, int line, const char *impossible);

#endif

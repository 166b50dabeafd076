/* Errors tell the caller what to do next.  The cause of an error is logged once, with its operands, by the
 * function that finds it. */
#ifndef DIPTYCH_BASE_ERR_H
#define DIPTYCH_BASE_ERR_H

#define ERR_LIST(X)                                                                                                    \
  X(OK, "ok")                                                                                                          \
  X(NOT_FOUND, "not found: answer 404")                                                                                \
  X(INVALID, "the input is wrong: refuse it")                                                                          \
  X(RETRY, "try once more on a fresh connection")                                                                      \
  X(UNAVAILABLE, "the backend is away: answer without it, or 503")                                                     \
  X(DEFERRED, "another process works on it: defer the request")                                                        \
  X(LIMIT, "a limit was reached: refuse this part, go on with the rest")                                               \
  X(NO_MEMORY, "memory ran out: end this request")                                                                     \
  X(IO, "a file or socket failed: see the log")

#define ERR_ENUM(name, text) ERR_##name,
enum err { ERR_LIST(ERR_ENUM) ERR_COUNT };
#undef ERR_ENUM

/* For results that a caller must not ignore.  It stands before the declaration. */
#define MUST_USE __attribute__((warn_unused_result))

const char *err_text(enum err e);

#endif

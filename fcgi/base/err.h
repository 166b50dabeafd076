/* Errors are decisions for the caller: each member says what can be done next, not what broke.
 * What broke is logged once, where it happened, with its operands. */
#ifndef DIPTYCH_BASE_ERR_H
#define DIPTYCH_BASE_ERR_H

#define ERR_LIST(X)                                                                                                    \
  X(OK, "ok")                                                                                                          \
  X(NOT_FOUND, "nothing there: answer so")                                                                             \
  X(INVALID, "the input is wrong: refuse it")                                                                          \
  X(RETRY, "try once more on a fresh connection")                                                                      \
  X(UNAVAILABLE, "the backend is away: use what is left, or 503")                                                      \
  X(DEFERRED, "being worked on elsewhere: set the request aside")                                                         \
  X(LIMIT, "a limit was reached: refuse this part, go on with the rest")                                               \
  X(NO_MEMORY, "memory ran out: end this request")                                                                     \
  X(IO, "a file or socket failed: see the log")

#define ERR_ENUM(name, text) ERR_##name,
enum err { ERR_LIST(ERR_ENUM) ERR_COUNT };
#undef ERR_ENUM

/* For results that a caller must look at. */
#define MUST_USE __attribute__((warn_unused_result))

const char *err_text(enum err e);

#endif

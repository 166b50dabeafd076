/* The current activity of a process, for the slow log and `diptych status`: one int in shared memory, written
 * only by that process. */
#ifndef DIPTYCH_BASE_STAGE_H
#define DIPTYCH_BASE_STAGE_H

#include <stdatomic.h>

#define STAGE_LIST(X)                                                                                                  \
  X(IDLE, "idle")                                                                                                      \
  X(READ, "reading the request")                                                                                       \
  X(ROUTE, "routing")                                                                                                  \
  X(CACHE, "waiting for memcached")                                                                                    \
  X(LEASE, "waiting for another worker's fill")                                                                        \
  X(DATABASE, "waiting for the database")                                                                              \
  X(MARKDOWN, "rendering Markdown")                                                                                    \
  X(RENDER, "rendering the page")                                                                                      \
  X(WRITE, "writing the answer")

#define STAGE_ENUM(name, text) STAGE_##name,
enum stage_name { STAGE_LIST(STAGE_ENUM) STAGE_COUNT };
#undef STAGE_ENUM

struct stage {
  _Atomic int now; /* enum stage_name */
};

static inline void stage_set(struct stage *s, enum stage_name name)
{
  atomic_store_explicit(&s->now, name, memory_order_relaxed);
}

const char *stage_text(int name);

#endif

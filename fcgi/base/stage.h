/* The current activity of a process, for the log and `diptych status`: one int in shared memory, written only by that
 * process.  While `times` is set, each change of the stage also adds the time of the stage before it. */
#ifndef DIPTYCH_BASE_STAGE_H
#define DIPTYCH_BASE_STAGE_H

#include <stdatomic.h>
#include <stdint.h>

#define STAGE_LIST(X)                                                                                                  \
  X(IDLE, "idle")                                                                                                      \
  X(READ, "reading the request")                                                                                       \
  X(ROUTE, "routing")                                                                                                  \
  X(CACHE, "waiting for memcached")                                                                                    \
  X(LEASE, "waiting for another worker's fill")                                                                        \
  X(DATABASE, "waiting for the database")                                                                              \
  X(MARKDOWN, "rendering Markdown")                                                                                    \
  X(BUILD, "building the page")                                                                                        \
  X(RENDER, "rendering the page")                                                                                      \
  X(WRITE, "writing the answer")

#define STAGE_ENUM(name, text) STAGE_##name,
enum stage_name { STAGE_LIST(STAGE_ENUM) STAGE_COUNT };
#undef STAGE_ENUM

/* Times of one request, in the memory of its process. */
struct stage_times {
  int64_t begun_us, since_us; /* monotonic: of the request; of the stage `now` */
  int64_t us[STAGE_COUNT];
  int now; /* enum stage_name */
};

struct stage {
  _Atomic int now; /* enum stage_name */
  struct stage_times *times; /* used by its own process only; NULL: times are not measured */
};

void stage_times_add(struct stage_times *t, enum stage_name next); /* the stage `next` begins now */

static inline void stage_set(struct stage *s, enum stage_name name)
{
  if (s->times)
    stage_times_add(s->times, name);
  atomic_store_explicit(&s->now, name, memory_order_relaxed);
}

const char *stage_text(int name);

#endif

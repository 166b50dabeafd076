/* CPU time in tests.
 *
 * The same work takes more CPU time on a busy machine: other programs displace its data from the processor's caches, and a
 * virtual machine counts what its host took.  Therefore a limit is broken only when it is broken each of CPU_TIME_TRIES times. */
#ifndef DIPTYCH_TESTS_CPU_TIME_H
#define DIPTYCH_TESTS_CPU_TIME_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"

#define CPU_TIME_TRIES 10

/* `holds`: an expression that measures.  It is evaluated until it is true, at most CPU_TIME_TRIES times. */
#define CPU_TIME_HOLDS(holds)                                              \
  do {                                                                     \
    int tries_ = 0;                                                        \
    while (!(holds))                                                       \
      if (++tries_ == CPU_TIME_TRIES)                                      \
        fail_msg("%d times of %d, this was not so: %s", tries_, tries_, #holds); \
  } while (0)

/* Of this process, in microseconds. */
static inline int64_t cpu_time_us(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * CLOCK_SECOND + t.tv_nsec / 1000;
}

/* Of its children that have ended, in microseconds. */
static inline int64_t cpu_time_children_us(void)
{
  struct rusage u;
  getrusage(RUSAGE_CHILDREN, &u);
  return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * CLOCK_SECOND + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

#endif

/* Preloaded into a pool: a worker whose libfcgi parses a request for a target that begins with CRASH_PATH dies or hangs
 * there, before the program sees the request.  The rest of the target, up to '?' or '/', says how: -segv, -bus, -fpe,
 * -ill, -abort or -hang.  The signals come from real faults, because workers block signals that are sent. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcgiapp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static volatile int zero;

static void crash(const char *how)
{
  if (strncmp(how, "-segv", 5) == 0)
    *(volatile int *)(size_t)zero = 1;
  else if (strncmp(how, "-bus", 4) == 0) {
    volatile char *past = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memfd_create("empty", 0), 0);
    *past = 1;
  } else if (strncmp(how, "-fpe", 4) == 0)
    zero = 7000 / zero; /* compilers turn 1 / zero into a comparison */
  else if (strncmp(how, "-ill", 4) == 0)
#if defined(__x86_64__) || defined(__i386__)
    __asm__ volatile("ud2");
#else
    __builtin_trap();
#endif
  else if (strncmp(how, "-abort", 6) == 0)
    abort();
  else if (strncmp(how, "-hang", 5) == 0)
    for (;;)
      zero = 0;
}

int FCGX_Accept_r(FCGX_Request *request)
{
  static int (*accept)(FCGX_Request *);
  if (!accept)
    *(void **)&accept = dlsym(RTLD_NEXT, "FCGX_Accept_r");
  int result = accept(request);
  const char *prefix = getenv("CRASH_PATH"), *target = result == 0 ? FCGX_GetParam("REQUEST_URI", request->envp) : NULL;
  if (prefix && target && strncmp(target, prefix, strlen(prefix)) == 0)
    crash(target + strlen(prefix));
  return result;
}

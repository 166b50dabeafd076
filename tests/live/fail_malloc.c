/* Preloaded into a program: its FAIL_AT-th allocation fails, once, or with FAIL_ON all from there on.
 * Those of libraries' constructors before main are not counted; with FAIL_OWN neither are those that
 * libraries ask for, only the program's own.  FAIL_SAY: their number goes to standard error at the end.
 * Each process counts on from its parent's number. */
#define _GNU_SOURCE
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *p, size_t n);

static long at, on, own;
static _Atomic long counted;
static uintptr_t begin, end; /* of the program in memory */

static bool fails(const void *caller)
{
  uintptr_t from = (uintptr_t)caller;
  if (!at || (own && (from < begin || from >= end)))
    return false;
  long k = ++counted;
  if (k != at && !(on && k > at))
    return false;
  errno = ENOMEM;
  return true;
}

void *malloc(size_t n)
{
  return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t size)
{
  return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *p, size_t n)
{
  return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(p, n);
}

/* The program comes first. */
static int program_find(struct dl_phdr_info *info, size_t size, void *unused)
{
  (void)size;
  (void)unused;
  for (int i = 0; i < info->dlpi_phnum; i++)
    if (info->dlpi_phdr[i].p_type == PT_LOAD) {
      uintptr_t from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
      begin = begin && begin < from ? begin : from;
      end = from + info->dlpi_phdr[i].p_memsz > end ? from + info->dlpi_phdr[i].p_memsz : end;
    }
  return 1;
}

/* The libraries that were named in the program have been set up when this runs. */
static __attribute__((constructor)) void count_from_here(void)
{
  const char *k = getenv("FAIL_AT");
  dl_iterate_phdr(program_find, NULL);
  on = getenv("FAIL_ON") != NULL;
  own = getenv("FAIL_OWN") != NULL;
  at = k ? atol(k) : 0;
}

static __attribute__((destructor)) void say(void)
{
  if (getenv("FAIL_SAY"))
    fprintf(stderr, "allocations %ld\n", counted);
}

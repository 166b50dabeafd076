/* The memory of a process, from /proc/PID/statm (proc(5)).
 *
 * Private bytes are resident memory that is neither a file nor shared memory.  /proc/PID/smaps_rollup would leave out pages
 * that a fork still shares with its parent, but it reads every page table: for a worker that maps a catalog of gigabytes it
 * takes longer than the whole report, and the kernel refuses it for a process that may not be traced. */
#ifndef DIPTYCH_POOL_PROCESS_MEMORY_H
#define DIPTYCH_POOL_PROCESS_MEMORY_H

#include <stdint.h>

int64_t process_memory_private(int pid); /* bytes; -1: not known */

#endif

#include "pool/process_memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int64_t process_memory_private(int pid)
{
  char path[32], text[128];
  long resident = 0, shared = 0;
  snprintf(path, sizeof path, "/proc/%d/statm", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
  if (fd >= 0)
    close(fd);
  if (n <= 0)
    return -1;
  text[n] = 0;
  if (sscanf(text, "%*s %ld %ld", &resident, &shared) != 2 || resident < shared)
    return -1;
  return (int64_t)(resident - shared) * sysconf(_SC_PAGESIZE);
}

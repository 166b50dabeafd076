#include "pool/processor_time.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static uint64_t process_us(int pid)
{
  char path[40], text[96];
  unsigned long long on_processor_ns, waiting_ns;
  snprintf(path, sizeof path, "/proc/%d/schedstat", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
  if (fd >= 0)
    close(fd);
  text[n > 0 ? n : 0] = 0;
  return sscanf(text, "%llu %llu", &on_processor_ns, &waiting_ns) == 2 ? (on_processor_ns + waiting_ns) / 1000 : 0;
}

uint64_t processor_time_us(const struct scoreboard *b)
{
  uint64_t sum = 0;
  unsigned used = atomic_load_explicit(&b->used, memory_order_relaxed);
  for (unsigned i = 0; i < used && i < SCOREBOARD_SLOTS; i++)
    if (scoreboard_slot_state(&b->slots[i]) == SCOREBOARD_READY)
      sum += process_us(atomic_load_explicit(&b->slots[i].pid, memory_order_relaxed));
  return sum;
}

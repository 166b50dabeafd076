#include "base/waiter.h"

#include "base/clock.h"

static int waiter_fd(struct waiter *w)
{
  if (!w->begun) {
    w->begun = true;
    w->fd = w->begin(w->self);
  }
  return w->fd;
}

/* Milliseconds left, rounded up. */
static int left_ms(int64_t until_us)
{
  int64_t left_us = until_us - clock_mono_us();
  return left_us > 0 ? (int)((left_us + 999) / 1000) : 0;
}

int waiter_poll(struct waiter *w, struct pollfd *fd, int wait_ms)
{
  int64_t until_us = clock_mono_us() + (int64_t)wait_ms * 1000;
  for (int left = wait_ms;; left = left_ms(until_us)) {
    struct pollfd both[2] = {{.fd = -1}, {.fd = w ? waiter_fd(w) : -1, .events = POLLIN}};
    if (fd)
      both[0] = (struct pollfd){.fd = fd->fd, .events = fd->events};
    int n = poll(both, 2, left);
    if (n < 0)
      return n;
    if (fd && both[0].revents) {
      fd->revents = both[0].revents;
      return 1;
    }
    if (n == 0)
      return 0;
    if (!w->turn(w->self))
      w->fd = -1;
  }
}

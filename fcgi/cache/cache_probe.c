#include "cache/cache_probe.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define QUESTION "get diptych-probe\r\n"
#define ANSWER "END\r\n"

void cache_probe_end(struct cache_probe *p)
{
  if (p->fd >= 0)
    close(p->fd);
  *p = CACHE_PROBE_NONE;
}

void cache_probe_begin(struct cache_probe *p, struct cache_address *a, int64_t wait_us)
{
  cache_probe_end(p);
  p->running = true;
  p->until_us = clock_mono_us() + wait_us;
  cache_address_look_up(a);
}

static bool is_later(void)
{
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == EINPROGRESS || errno == ENOTCONN;
}

/* Takes the connection one step further.  NULL: it goes on; "": the answer is right; else why it failed. */
static const char *step(struct cache_probe *p)
{
  if (!p->sent) {
    ssize_t n = send(p->fd, QUESTION, sizeof QUESTION - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0)
      return is_later() ? NULL : strerror(errno);
    p->sent = true; /* a new socket has room for all of it */
  }
  ssize_t n = recv(p->fd, p->answer + p->n, sizeof p->answer - p->n, MSG_DONTWAIT);
  if (n < 0)
    return is_later() ? NULL : strerror(errno);
  p->n += (size_t)n;
  if (n == 0 || p->n > sizeof ANSWER - 1 || memcmp(p->answer, ANSWER, p->n) != 0)
    return n == 0 ? "it closed the connection" : "it answers wrongly";
  return p->n == sizeof ANSWER - 1 ? "" : NULL;
}

enum cache_probe_result cache_probe_turn(struct cache_probe *p, struct cache_address *a, const char **why)
{
  enum cache_lookup_result lookup = p->fd < 0 ? cache_address_settle(a, 0) : CACHE_LOOKUP_DONE;
  const char *result = lookup == CACHE_LOOKUP_FAILED ? "its name is unknown" : NULL;
  if (p->fd < 0 && lookup == CACHE_LOOKUP_DONE && (p->fd = cache_address_connect(a)) < 0)
    result = strerror(errno);
  if (p->fd >= 0)
    result = step(p);
  if (!result && clock_mono_us() >= p->until_us)
    result = lookup == CACHE_LOOKUP_RUNS ? "its name was not found in time" : "it does not answer";
  if (!result)
    return CACHE_PROBE_RUNS;
  cache_probe_end(p);
  *why = result;
  return *result ? CACHE_PROBE_FAILED : CACHE_PROBE_ANSWERED;
}

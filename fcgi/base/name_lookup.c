#include "base/name_lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct name_lookup {
  struct gaicb request;
  struct addrinfo hints;
  char host[];
};

bool name_lookup_needed(const char *host)
{
  struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *list;
  if (getaddrinfo(host, NULL, &hints, &list) != 0)
    return true;
  freeaddrinfo(list);
  return false;
}

struct name_lookup *name_lookup_start(const char *host)
{
  size_t n = strlen(host) + 1;
  struct name_lookup *l = calloc(1, sizeof *l + n);
  if (!l)
    return NULL;
  memcpy(l->host, host, n);
  l->hints = (struct addrinfo){.ai_socktype = SOCK_STREAM};
  l->request = (struct gaicb){.ar_name = l->host, .ar_request = &l->hints};
  if (getaddrinfo_a(GAI_NOWAIT, &(struct gaicb *){&l->request}, 1, NULL) == 0)
    return l;
  free(l);
  return NULL;
}

/* A lookup that cannot be cancelled still writes to its memory, which is therefore not freed. */
void name_lookup_end(struct name_lookup **l)
{
  if (*l && gai_cancel(&(*l)->request) != EAI_NOTCANCELED) {
    if (gai_error(&(*l)->request) == 0)
      freeaddrinfo((*l)->request.ar_result);
    free(*l);
  }
  *l = NULL;
}

enum name_lookup_state name_lookup_wait(const struct name_lookup *l, int64_t wait_us)
{
  struct timespec wait = {wait_us / CLOCK_SECOND, wait_us % CLOCK_SECOND * 1000};
  struct gaicb *request = (struct gaicb *)&l->request;
  if (gai_error(request) == EAI_INPROGRESS && wait_us > 0)
    gai_suspend((const struct gaicb *[]){request}, 1, &wait);
  int result = gai_error(request);
  return result == EAI_INPROGRESS ? NAME_LOOKUP_RUNS : result == 0 ? NAME_LOOKUP_DONE : NAME_LOOKUP_FAILED;
}

const struct addrinfo *name_lookup_list(const struct name_lookup *l)
{
  return l->request.ar_result;
}

const char *name_lookup_error(const struct name_lookup *l)
{
  return gai_strerror(gai_error((struct gaicb *)&l->request));
}

/* The functions that all stores share.  They are in a file of their own so that page tests link without the clients
 * of the database and of memcached. */
#include "store/store.h"

void store_close(struct store **s)
{
  if (*s)
    (*s)->close(*s);
  *s = NULL;
}

enum err store_fetch(struct store *s, const struct store_context *x, struct want *wants, size_t n)
{
  enum err worst = ERR_OK;
  s->tidy(s);
  for (size_t at = 0; at < n; at += STORE_WANTS_MAX)
    s->fetch(s, x, wants + at, n - at < STORE_WANTS_MAX ? n - at : STORE_WANTS_MAX);
  for (size_t i = 0; i < n; i++)
    if (wants[i].err == ERR_DEFERRED)
      return ERR_DEFERRED;
    else if (wants[i].err != ERR_OK && worst != ERR_UNAVAILABLE)
      worst = wants[i].err;
  return worst;
}

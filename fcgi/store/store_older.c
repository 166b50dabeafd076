/* Rows that cannot be read: whether older ones are shown, or left to other pools (other_pools). */
#include "store/store.h"

#define PROXY_US (10 * CLOCK_SECOND) /* until a proxy surely knows that a pool is not ready; with nginx/haproxy.cfg, about 3 s */

int64_t store_older_most_us(const struct catalog *catalog, const struct config *c)
{
  struct catalog_state state;
  int64_t lag_us = c->ready_lag * CLOCK_SECOND;
  catalog_state_get(catalog, &state);
  return c->other_pools && catalog_confirmed_within(&state, lag_us + PROXY_US) ? lag_us : CLOCK_FOREVER;
}

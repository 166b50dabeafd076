/* What pages may ask of their site. */
#include "site/page_request.h"

const struct config *site_config(const struct site *s)
{
  return s->resources.config;
}

const struct assets *site_assets(const struct site *s)
{
  return s->resources.assets;
}

const struct site_resources *site_resources_of(const struct site *s)
{
  return &s->resources;
}

/* May pages be made from this catalog?  It has caught up with the database, or the database is away
 * or itself behind, and what it was known to be is not too old. */
bool site_serves(const struct site *s)
{
  struct catalog_state state;
  catalog_state_get(s->resources.catalog, &state);
  if (catalog_publication(s->resources.catalog) == 0)
    return false;
  if (state.ready && state.database_up && state.lag_us == 0)
    return true;
  if (!state.ready && !state.trouble[0])
    return false; /* it may be current in a moment */
  return state.confirmed_us != CLOCK_NEVER &&
         clock_now_us() - state.confirmed_us <= s->resources.config->stale_max * CLOCK_SECOND;
}

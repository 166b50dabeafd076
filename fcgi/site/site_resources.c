/* The parts of a site that pages use. */
#include "site/page_request.h"

const struct config *site_config(const struct site *s)
{
  return s->resources.config;
}

const struct catalog *site_catalog(const struct site *s)
{
  return s->resources.catalog;
}

const struct assets *site_assets(const struct site *s)
{
  return s->resources.assets;
}

const struct site_resources *site_resources_of(const struct site *s)
{
  return &s->resources;
}

/* May pages be built from this catalog?  Yes when it has caught up with the database.  Also when the database is
 * down, lags behind or is not believed, as long as the catalog was confirmed within stale_max. */
static bool serves(const struct catalog *catalog, const struct config *c, const struct catalog_state *state)
{
  if (catalog_publication(catalog) == 0)
    return false;
  if (state->ready && state->database_up && !state->doubted && state->lag_us == 0)
    return true;
  if (!state->ready && !state->trouble[0])
    return false; /* the watcher is still catching up */
  return catalog_confirmed_within(state, c->stale_max * CLOCK_SECOND);
}

bool site_serves(const struct site *s)
{
  struct catalog_state state;
  catalog_state_get(s->resources.catalog, &state);
  return serves(s->resources.catalog, s->resources.config, &state);
}

/* May other pools show newer pages?  A check before traffic (HAProxy, Kubernetes) takes this pool out of the rotation then.
 * With other_pools the age alone counts, for instance while a database that does not answer is waited for. */
static bool lags(const struct config *c, const struct catalog_state *state)
{
  bool behind = c->other_pools || (state->replica && state->lag_us != 0);
  return behind && c->ready_lag && !catalog_confirmed_within(state, c->ready_lag * CLOCK_SECOND);
}

bool site_ready(const struct catalog *catalog, const struct config *c, char *trouble)
{
  struct catalog_state state;
  catalog_state_get(catalog, &state);
  bool ready = state.ready && state.database_up && !state.doubted && !lags(c, &state) && serves(catalog, c, &state);
  const char *usual = "the catalog has not caught up with the database yet";
  if (ready)
    snprintf(trouble, SITE_TROUBLE, "%s", state.reading_fails ? state.trouble : "");
  else
    snprintf(trouble, SITE_TROUBLE, "%s", state.trouble[0] ? state.trouble : usual);
  return ready;
}

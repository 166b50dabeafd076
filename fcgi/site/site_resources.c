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
  return state->confirmed_us != CLOCK_NEVER && clock_now_us() - state->confirmed_us <= c->stale_max * CLOCK_SECOND;
}

bool site_serves(const struct site *s)
{
  struct catalog_state state;
  catalog_state_get(s->resources.catalog, &state);
  return serves(s->resources.catalog, s->resources.config, &state);
}

bool site_ready(const struct catalog *catalog, const struct config *c, char *trouble)
{
  struct catalog_state state;
  catalog_state_get(catalog, &state);
  bool ready = state.ready && state.database_up && !state.doubted && serves(catalog, c, &state);
  const char *usual = "the catalog has not caught up with the database yet";
  if (ready)
    snprintf(trouble, SITE_TROUBLE, "%s", state.reading_fails ? state.trouble : "");
  else
    snprintf(trouble, SITE_TROUBLE, "%s", state.trouble[0] ? state.trouble : usual);
  return ready;
}

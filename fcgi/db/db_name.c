#include "db/db_name.h"

#include "base/clock.h"
#include "base/name_lookup.h"

#define FIRST_US 2000 /* most lookups end within this time; then they are asked now and then */
#define TURN_MS 5

enum db_name db_name_look_up(struct db_server *server, struct waiter *waiter, int64_t until_us)
{
  if (!server->is_name)
    return DB_NAME_KNOWN;
  if (server->lookup && name_lookup_wait(server->lookup, 0) != NAME_LOOKUP_RUNS) /* the name servers answered long ago */
    name_lookup_end(&server->lookup);
  if (!server->lookup && !(server->lookup = name_lookup_start(server->host)))
    return DB_NAME_KNOWN;
  enum name_lookup_state state = name_lookup_wait(server->lookup, FIRST_US);
  while (state == NAME_LOOKUP_RUNS && clock_mono_us() < until_us) {
    (void)waiter_poll(waiter, NULL, TURN_MS);
    state = name_lookup_wait(server->lookup, 0);
  }
  return state == NAME_LOOKUP_DONE ? DB_NAME_KNOWN : state == NAME_LOOKUP_FAILED ? DB_NAME_UNKNOWN : DB_NAME_LATE;
}

const char *db_name_error(const struct db_server *server)
{
  return name_lookup_error(server->lookup);
}

#include "config/config_diff.h"

#include <string.h>

struct difference {
  const char *key;
  bool differs;
};

#define DIFF_WORD(key, fallback, text) {#key, strcmp(a->key, b->key) != 0},
#define DIFF_OTHER(key, ...) {#key, a->key != b->key},
#define DIFFERENCES {CONFIG_KEYS(DIFF_WORD, DIFF_OTHER, DIFF_OTHER)}

static bool is_restart_key(const char *key, bool socket_passed)
{
  static const struct {
    const char *name;
    bool of_socket;
  } all[] = {
#define RESTART_ROW(key, of_socket) {#key, of_socket},
      CONFIG_RESTART_KEYS(RESTART_ROW)
#undef RESTART_ROW
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (strcmp(all[i].name, key) == 0)
      return !all[i].of_socket || !socket_passed;
  return false;
}

unsigned config_diff_restart(const struct config *a, const struct config *b, bool socket_passed, struct buf *out)
{
  const struct difference all[] = DIFFERENCES;
  unsigned n = 0;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (all[i].differs && is_restart_key(all[i].key, socket_passed))
      buf_printf(out, "%s%s", n++ ? ", " : "", all[i].key);
  return n;
}

static bool is_database_key(const char *key)
{
  return strncmp(key, "mysql_", 6) == 0 && strncmp(key, "mysql_admin_", 12) != 0;
}

bool config_diff_same_database(const struct config *a, const struct config *b)
{
  const struct difference all[] = DIFFERENCES;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (all[i].differs && is_database_key(all[i].key))
      return false;
  return true;
}

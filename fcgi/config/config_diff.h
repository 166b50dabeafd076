/* What differs between two configurations.
 *
 * A reload gives the new configuration to new workers and a new watcher.  What the master made at its start stays: its
 * sockets, its pid file, its shared memory.  CONFIG_RESTART_KEYS is the one list of the keys that these depend on. */
#ifndef DIPTYCH_CONFIG_CONFIG_DIFF_H
#define DIPTYCH_CONFIG_CONFIG_DIFF_H

#include "base/buf.h"
#include "config/config.h"

/* X(key, true when it means nothing to a pool whose FastCGI socket systemd passed) */
#define CONFIG_RESTART_KEYS(X)                                                                                         \
  X(listen, true)                                                                                                      \
  X(socket_mode, true)                                                                                                 \
  X(backlog, true)                                                                                                     \
  X(control, false)                                                                                                    \
  X(metrics_listen, false)                                                                                             \
  X(pid_file, false)                                                                                                   \
  X(user, false)                                                                                                       \
  X(group, false)                                                                                                      \
  X(core_dumps, false)                                                                                                 \
  X(catalog_bytes, false)

/* Writes the restart keys whose values differ, as in "listen, backlog".  socket_passed: by systemd.  Returns their number. */
unsigned config_diff_restart(const struct config *a, const struct config *b, bool socket_passed, struct buf *out);

/* True: the account of the pool reaches the same database in the same way. */
MUST_USE bool config_diff_same_database(const struct config *a, const struct config *b);

#endif

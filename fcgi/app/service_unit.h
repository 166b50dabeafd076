/* The systemd unit that runs a pool with one configuration, and its account.
 *
 * `diptych check` is typed by root, but the service runs as an account of its own.  As root, the check becomes that
 * account first, so that files, folders and addresses are tried with the rights of the service.  It also knows the
 * folders that systemd makes at the start, and those that the unit makes read-only. */
#ifndef DIPTYCH_APP_SERVICE_UNIT_H
#define DIPTYCH_APP_SERVICE_UNIT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "config/config.h"

#define SERVICE_WORD 512

struct service_unit {
  char path[SERVICE_WORD];          /* of the unit; empty: there is none for this configuration */
  char user[64], group[64];         /* as in the unit */
  char runtime[SERVICE_WORD];       /* RuntimeDirectory, StateDirectory, LogsDirectory, ReadWritePaths: names with blanks between */
  char state[SERVICE_WORD];
  char logs[SERVICE_WORD];
  char writable[SERVICE_WORD];
  char environment_files[SERVICE_WORD], credentials[SERVICE_WORD]; /* EnvironmentFile, LoadCredential */
  char credentials_folder[64]; /* copies of the credentials; empty: none */
  bool dynamic;      /* DynamicUser: systemd makes the account at each start */
  bool strict;       /* ProtectSystem=strict: other folders are read-only */
  bool private_home; /* ProtectHome: /home, /root and /run/user are hidden */
  bool socket;       /* a socket unit is enabled beside it, and systemd opens the FastCGI socket */
  bool entered;      /* this process has become the account */
  bool own_account;  /* the account is that of the configuration: the pool leaves root for it, and makes missing folders */
  char account[160]; /* for sentences: "this account", or "account diptych (group www-data)" */
};

/* `path`: the unit's file; NULL: diptych.service where systemd looks for it, if it names this configuration. */
void service_unit_find(struct service_unit *u, const char *path, const char *config);

/* True: diptych.service is where systemd looks for it. */
bool service_unit_installed(void);

/* Sets the variables of the unit's Environment, EnvironmentFile and LoadCredential lines.  As root: becomes the unit's
 * account.  False: systemd could not start the service; the reason is written to why. */
MUST_USE bool service_unit_enter(struct service_unit *u, FILE *why);
void service_unit_leave(struct service_unit *u); /* removes what service_unit_enter made; the account stays */

/* Without a unit, as root: becomes the account that the configuration names, as a start would.  False: a start would be
 * refused; the reason is written to why. */
MUST_USE bool service_unit_enter_own(struct service_unit *u, const struct config *c, FILE *why);

/* True: systemd makes this folder when the service starts. */
bool service_unit_makes(const struct service_unit *u, const char *folder);

/* Why the service cannot write to this folder, whatever its mode; NULL: nothing in the unit prevents it. */
const char *service_unit_forbids(const struct service_unit *u, const char *folder);

#endif
